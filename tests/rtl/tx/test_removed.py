#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A synthesis parameter that removes a feature of tx_engine takes its logic away: no instance, fewer cells."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
# Narrow: what is counted is control, and Yosys is quick.
WIDTH = 128
REMOVES = {"EnTso": "tx_segment", "EnTxCsum": "tx_csum", "EnQueues": None}


def sources():
    files = (line.split("#")[0].strip() for line in (ROOT / "rtl/files.f").read_text(encoding="utf-8").splitlines())
    return [f for f in files if re.match(r"rtl/(tx|lib)/", f)]


def synthesize(params):
    """Instances by module, and the number of cells, of the elaborated engine."""
    chparam = " ".join(f"-chparam {name} {value}" for name, value in params.items())
    script = (f"read_verilog -sv -defer {' '.join(sources())}; "
              f"hierarchy -top tx_engine -chparam DataW {WIDTH} {chparam}; proc; memory_collect; "
              "tee -o /dev/stdout select -list t:*tx_*; flatten; opt -full; tee -o /dev/stdout stat")
    result = subprocess.run(["yosys", "-q", "-p", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout, int(re.findall(r"Number of cells:\s+(\d+)", result.stdout)[-1])


def check(name, module, full):
    out, cells = synthesize({name: 0})
    assert cells < full[1], f"{cells} cells without, {full[1]} with it"
    if module:
        assert f"u_{module[3:]}" in full[0], f"the full engine has no {module}"
        assert f"u_{module[3:]}" not in out, f"{module} is still there"


def main():
    full = synthesize({})
    failed = 0
    for name, module in REMOVES.items():
        try:
            check(name, module, full)
        except AssertionError as error:
            failed += 1
            print(f"FAILED {name} = 0 removes its logic: {error}")
    print(f"{len(REMOVES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
