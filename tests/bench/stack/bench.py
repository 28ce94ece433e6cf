# SPDX-License-Identifier: MIT
"""bench.py PROGRAMS OUT: all of `make bench-stack`: times by stack-bench, instructions by callgrind, the whole
column in virtual time, the guest under emulation; OUT gets the JSON."""

import json
import os
import pathlib
import subprocess
import sys

import guest_insns
from guestrun.errors import UserError
from instructions import CountError, count

LIVE_FEW, LIVE_MANY = 1000, 100000
COLUMN_SETTINGS = ("all_on", "tso_off", "gro_off", "csum_off", "all_off")


def _times(programs):
    done = subprocess.run([programs / "stack-bench"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CountError(done.stderr.strip() or "stack-bench failed")
    return json.loads(done.stdout)


def _instructions(programs):
    ours, lwip = programs / "stack-count-fast", programs / "stack-count-lwip"
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


def _column(programs):
    """{setting: what column-bench says}"""
    result = {}
    for setting in COLUMN_SETTINGS:
        done = subprocess.run([programs / "column-bench", setting], capture_output=True, text=True, check=False)
        if done.returncode:
            raise CountError(f"column-bench {setting} failed: {(done.stdout + done.stderr).strip().splitlines()[-1]}")
        result[setting] = json.loads(done.stdout)
    return result


def _column_table(result):
    names = ("goodput_mbps", "wire_percent", "sender_cpu_percent", "receiver_cpu_percent")
    rows = [f"  {setting.replace('_', ' '):10}" + "".join(f"{row[name]:22}" for name in names)
            for setting, row in result.items()]
    return "\n".join(["  offloads  " + "".join(f"{name:>22}" for name in names), *rows])


def main():
    programs, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    result = _times(programs)
    result["conn_per_s_100k_vs_1k"] = round(result["conn_per_s_100k"] / result["conn_per_s_1k"], 3)
    result.update(_instructions(programs))
    result["column"] = _column(programs)
    try:
        result["guest_insn_per_kib"] = guest_insns.measure("rtl", (programs / "insn_plugin.so").resolve(),
                                                           out.parent / "insns")
    except UserError as why:
        result["guest_insn_per_kib"] = None
        result["guest_insn_per_kib_skipped"] = str(why)
    out.parent.mkdir(parents=True, exist_ok=True)
    new = out.with_suffix(".new")
    new.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    os.replace(new, out)
    print(json.dumps({name: value for name, value in result.items() if not isinstance(value, dict)}, indent=1))
    print(f"\n  one stream through the RTL cards, 10 Gb/s, virtual time\n{_column_table(result['column'])}")
    if result["guest_insn_per_kib"]:
        print(f"\n  instructions of the guest a KiB\n{guest_insns.table(result['guest_insn_per_kib'])}")
    print(f"\n  all of it: {out}")


if __name__ == "__main__":
    try:
        main()
    except CountError as error:
        sys.exit(f"bench.py: {error}")
