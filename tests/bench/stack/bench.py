# SPDX-License-Identifier: MIT
"""bench.py PROGRAMS OUT: all of `make bench-stack`: times by stack-bench, instructions by callgrind; OUT gets the JSON."""

import json
import os
import pathlib
import subprocess
import sys

from instructions import CountError, count

LIVE_FEW, LIVE_MANY = 1000, 100000


def _times(programs):
    done = subprocess.run([programs / "stack-bench"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CountError(done.stderr.strip() or "stack-bench failed")
    return json.loads(done.stdout)


def _instructions(programs):
    ours, lwip = programs / "stack-count", programs / "stack-count-lwip"
    result = {}
    for side in ("tx", "rx"):
        result[f"insn_per_kib_{side}"] = count(ours, side)
        result[f"insn_per_kib_{side}_offload"] = count(ours, side, 1)
        result[f"insn_per_kib_{side}_offload_csum"] = count(ours, side, 2)
        result[f"lwip_insn_per_kib_{side}"] = count(lwip, side, sources="build/lwip/")
    result["insn_per_rr"] = count(ours, "rr")
    result["lwip_insn_per_rr"] = count(lwip, "rr", sources="build/lwip/")
    result["insn_per_conn_1k"] = count(ours, "connection", 0, LIVE_FEW)
    result["insn_per_conn_100k"] = count(ours, "connection", 0, LIVE_MANY)
    result = {name: round(value, 1) for name, value in result.items()}
    for side in ("tx", "rx"):
        result[f"insn_per_kib_{side}_vs_lwip"] = round(result[f"insn_per_kib_{side}"] /
                                                       result[f"lwip_insn_per_kib_{side}"], 3)
    result["insn_per_conn_100k_vs_1k"] = round(result["insn_per_conn_100k"] / result["insn_per_conn_1k"], 3)
    return result


def main():
    programs, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    result = _times(programs)
    result["conn_per_s_100k_vs_1k"] = round(result["conn_per_s_100k"] / result["conn_per_s_1k"], 3)
    result.update(_instructions(programs))
    out.parent.mkdir(parents=True, exist_ok=True)
    new = out.with_suffix(".new")
    new.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    os.replace(new, out)
    print(out.read_text(encoding="utf-8"), end="")


if __name__ == "__main__":
    try:
        main()
    except CountError as error:
        sys.exit(f"bench.py: {error}")
