#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test_shape.py [--quick]: the RTL has the shape of hardware, by Verilator's linter and Yosys, without synthesis.

Each module alone, and the card without each of its features, has no warning, latch, combinational loop (both:
Verilator) or net with two drivers (Yosys). What memories become, longest paths, and loops bit by bit are
`make synth`'s. The last tests show that each of these checks can fail. --quick: without Yosys.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools/synth"))

import synth  # noqa: E402

TOP = "ringside_card"
# The card's bus for Yosys, to be quick, and that of most of receive in it; Verilator lints modules as wide as they are.
WIDTH, RX_WIDTH = 128, 512
# What stands round the card in its simulation: nothing to synthesize, but linted.
HARNESS = "hw/rtl/sampled_card.sv"
# What a module alone instantiates is looked at alone, and in the whole card with its parameters there.
LOOK = """design -load sources
{parameters}hierarchy -check -top {name}
proc {what}
check -assert {what}
select -assert-none {what}/t:$dlatch {what}/t:$adlatch {what}/t:$sr {what}/t:$dlatchsr
tee -a {done} log done {name}
"""
BROKEN = {
    "a latch": "always_comb if (a_i) y_o = b_i;",
    "a combinational loop": "logic x, z; assign x = a_i & z; assign z = b_i | x; assign y_o = z ^ clk_i;",
    "two drivers": "always_ff @(posedge clk_i) y_o <= a_i; always_ff @(posedge clk_i) y_o <= b_i;",
}


def files():
    """The card's sources, packages first."""
    lines = (ROOT / "rtl/files.f").read_text(encoding="utf-8").splitlines()
    return [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()]


def modules():
    """Name of each module: the width of its bus if it has one, else None."""
    sources = {pathlib.Path(name).stem: (ROOT / name).read_text(encoding="utf-8") for name in files()}
    wide = {name for name, text in sources.items() if re.search(r"parameter .*\bDataW\s*=", text)}
    return {name: (RX_WIDTH if name.startswith("rx_") else WIDTH) if name in wide else None
            for name in sources if not name.endswith("_pkg")}


def features():
    """Parameters that leave a feature of the card out."""
    return re.findall(r"parameter bit (En\w+)", (ROOT / f"rtl/{TOP}.sv").read_text(encoding="utf-8"))


def run(command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def lint(top, parameters=(), source=None):
    """What Verilator complains of; "" when of nothing."""
    folders = {str(pathlib.Path(name).parent) for name in files()}
    packages = [name for name in files() if name.endswith("_pkg.sv")]
    source = source or next(name for name in files() if pathlib.Path(name).stem == top)
    code, said = run(["verilator", "--lint-only", "-Wall", "--top-module", top, *(f"-G{p}" for p in parameters),
                      *(word for folder in sorted(folders) for word in ("-y", folder)), *packages, source])
    # Newer ones also report what they did, in lines of their own.
    said = "\n".join(line for line in said.splitlines() if not line.startswith("- ")).strip()
    return said or (f"exit code {code}" if code else "")


def elaborate(sources, todo, folder):
    """Module: what Yosys said, of those of todo (name: width) that it refuses; it begins anew behind each."""
    packages = [f for f in sources if f.endswith("_pkg.sv")]
    rest = [f for f in sources if f not in packages]
    read = f"read_verilog -sv {' '.join(packages)}\n" if packages else ""
    read += f"read_verilog -sv -defer {' '.join(rest)}\ndesign -save sources\n"
    script, done = folder / "script.ys", folder / "done"
    found, left = {}, dict(todo)
    while left:
        done.write_text("", encoding="utf-8")
        looks = (LOOK.format(name=name, what="*" if name == TOP else name, done=done,
                             parameters=synth.set_parameters(name, {"DataW": width} if width else {}))
                 for name, width in left.items())
        script.write_text(read + "".join(looks), encoding="utf-8")
        said = run(["yosys", "-q", "-s", str(script)])[1]
        for name in re.findall(r"^done (\w+)", done.read_text(encoding="utf-8"), re.M):
            del left[name]
        if left:
            refused = next(iter(left))
            found[refused] = said[-1500:]
            del left[refused]
    return found


class Results:
    """Counts, and prints what failed."""

    def __init__(self):
        self.passed = self.failed = 0

    def add(self, name, complaint):
        """One test; no complaint: it passed."""
        if not complaint:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAIL {name}: {complaint}", flush=True)


def broken_is_found(results, folder, quick):
    """Each kind of mistake, by the tool that is to find it."""
    path = folder / "broken.sv"
    for what, body in BROKEN.items():
        if quick and what == "two drivers":
            continue
        path.write_text("module broken(input logic clk_i, input logic a_i, input logic b_i, output logic y_o);\n"
                        f"  {body}\nendmodule\n", encoding="utf-8")
        if what == "two drivers":
            found = elaborate([str(path)], {"broken": None}, folder)
        else:
            found = re.search("LATCH|UNOPTFLAT", lint("broken", (), str(path)))
        results.add(f"{what} is found", "" if found else "it is not")


def check_all(results, folder, quick):
    """The card's modules by both tools at once, then the mistakes."""
    pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())
    elaborated = None if quick else pool.submit(elaborate, files(), modules(), folder)
    linted = {f"{name} lints": pool.submit(lint, name) for name in modules()}
    linted.update({f"{TOP} lints with {name} = 0": pool.submit(lint, TOP, (f"DataW={WIDTH}", f"{name}=0"))
                   for name in features()})
    linted["what simulates the card lints"] = pool.submit(lint, pathlib.Path(HARNESS).stem, (), HARNESS)
    for name, job in linted.items():
        results.add(name, job.result())
    for name in modules() if elaborated else ():
        results.add(f"{name} elaborates", elaborated.result().get(name))
    broken_is_found(results, folder, quick)


def main():
    results = Results()
    with tempfile.TemporaryDirectory(prefix="ringside-shape-") as folder:
        check_all(results, pathlib.Path(folder), sys.argv[1:] == ["--quick"])
    print(f"{results.passed} passed, {results.failed} failed")
    return 1 if results.failed else 0


if __name__ == "__main__":
    sys.exit(main())
