# SPDX-License-Identifier: MIT
"""edit_to_verdict.py JSON: seconds from an edit of one RTL file to the card suite's verdict on the RTL.

The edit gives a signal of rtl/tx/tx_walk.sv another name (a new time stamp alone would change nothing of
what is compiled), and is taken back. The result is put into JSON, beside what `make bench-card` left there,
as edit_to_verdict_s (two jobs at a time).
"""

import json
import pathlib
import re
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[3]
EDITED = TOP / "rtl/tx/tx_walk.sv"
SIGNAL = r"\buse_beat\b"
COMMAND = ["make", "--no-print-directory", "-j2", "test-rtl"]


def main():
    path = pathlib.Path(sys.argv[1])
    if subprocess.run(COMMAND, cwd=TOP, stdout=subprocess.DEVNULL, check=False).returncode:
        sys.exit("edit_to_verdict.py: make test-rtl fails without any edit; see what it prints")
    before = EDITED.read_text(encoding="utf-8")
    try:
        EDITED.write_text(re.sub(SIGNAL, r"\g<0>_edited", before), encoding="utf-8")
        start = time.monotonic()
        subprocess.run(COMMAND, cwd=TOP, check=True)
        seconds = round(time.monotonic() - start, 1)
    finally:
        EDITED.write_text(before, encoding="utf-8")
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    results["edit_to_verdict_s"] = seconds
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent="\t") + "\n", encoding="utf-8")
    print(f"edit_to_verdict_s: {seconds}")


if __name__ == "__main__":
    main()
