# SPDX-License-Identifier: MIT
"""edit_to_verdict.py JSON: seconds from an edit of one RTL file to the card suite's verdict on the RTL.

The edit is a new time stamp of rtl/tx/tx_walk.sv: what make rebuilds is the same whatever was edited. The
result is put into JSON, beside what `make bench-card` left there, as edit_to_verdict_s (two jobs at a time).
"""

import json
import pathlib
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[3]
EDITED = TOP / "rtl/tx/tx_walk.sv"
COMMAND = ["make", "--no-print-directory", "-j2", "test-rtl"]


def main():
    path = pathlib.Path(sys.argv[1])
    if subprocess.run(COMMAND, cwd=TOP, stdout=subprocess.DEVNULL, check=False).returncode:
        sys.exit("edit_to_verdict.py: make test-rtl fails without any edit; see what it prints")
    EDITED.touch()
    start = time.monotonic()
    subprocess.run(COMMAND, cwd=TOP, check=True)
    seconds = round(time.monotonic() - start, 1)
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    results["edit_to_verdict_s"] = seconds
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent="\t") + "\n", encoding="utf-8")
    print(f"edit_to_verdict_s: {seconds}")


if __name__ == "__main__":
    main()
