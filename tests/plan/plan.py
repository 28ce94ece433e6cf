# SPDX-License-Identifier: MIT
"""plan.py [--check] NAME:PROGRAM...: which points of the test plans are covered.

The card's plan is features.json and traps.json, TCP's are rfc9293.json (the standard's MUSTs, and SHOULDs) and
tcp.json (behaviours, and the bars of robustness). A point a line: its name, where the fact sheet, the RFC (or who else)
asks for it, what for, and the tests that cover it: PROGRAM or PROGRAM:TEST, both with * for anything;
PROGRAM is a name of `make test`; `card` stands for the card suite on the reference and on the RTL, each
of which must pass, and script:NAME for a script of tests/packetdrill/scripts on the stack. A point is covered
when it names tests and all of them passed when last run. One of TCP's may say why_not instead.

Without --check: what is not covered, by build/test (`make test` leaves it). With it, nothing is asked of
runs: every test that the plan names must exist. NAME:PROGRAM... are the tests that `make test` runs.
"""

import argparse
import fnmatch
import json
import pathlib
import re
import sys
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
CARDS = ("card-ref-*", "card-rtl-*")
RESULTS = TOP / "build/test"
SCRIPTS = TOP / "tests/packetdrill/scripts"
PLANS = ("features.json", "traps.json", "rfc9293.json", "tcp.json")
COMPLETE = ("rfc9293.json", "tcp.json")  # every point has tests, or says why not


def points():
    return [dict(point, plan=name) for name in PLANS
            for point in json.loads((HERE / name).read_text(encoding="utf-8"))]


def references(point):
    """(pattern of programs, pattern of tests or None) for each that must have passed."""
    for reference in point["tests"]:
        program, _, test = reference.partition(":")
        if program == "make":
            continue
        if program == "script":
            yield "packetdrill-stack", None
            continue
        for pattern in CARDS if program == "card" else (program,):
            yield pattern, test or None


def long_targets(point):
    """Targets of make that must have passed."""
    return [reference.partition(":")[2] for reference in point["tests"] if reference.startswith("make:")]


def targets():
    """Names of all targets of make."""
    return {name for path in (TOP / "tests").rglob("rules.mk")
            for name in re.findall(r"^([\w-]+):", path.read_text(encoding="utf-8"), re.M)}


def declared():
    """Names of all tests in the sources: Check's, and functions of the Python tests."""
    names = set()
    for path in (TOP / "tests").rglob("*"):
        if path.suffix in (".c", ".cpp"):
            names.update(re.findall(r"START_TEST\((\w+)\)", path.read_text(encoding="utf-8")))
        elif path.suffix == ".py":
            names.update(re.findall(r"^def (\w+)\(", path.read_text(encoding="utf-8"), re.M))
    return names


def matching(names, pattern):
    return fnmatch.filter(sorted(names), pattern)


def check(programs):
    names, made, good, bad = declared(), targets(), 0, []
    for point in points():
        if point["plan"] in COMPLETE and not point["tests"] and not point.get("why_not"):
            bad.append(f"{point['point']}: neither tests nor why_not")
        for name in (r.partition(":")[2] for r in point["tests"] if r.startswith("script:")):
            if not list(SCRIPTS.glob(f"{name}.pkt")):
                bad.append(f"{point['point']}: there is no script '{name}'")
        for target in long_targets(point):
            if target in made:
                good += 1
            else:
                bad.append(f"{point['point']}: there is no target '{target}'")
        for program, test in references(point):
            if not matching(programs, program):
                bad.append(f"{point['point']}: `make test` runs no '{program}'")
            elif test and not matching(names, test):
                bad.append(f"{point['point']}: there is no test '{test}'")
            else:
                good += 1
    doubles = [point["point"] for point in points()]
    bad += [f"{name}: twice in the plan" for name in sorted(set(doubles)) if doubles.count(name) > 1]
    print("".join(f"{line}\n" for line in bad) + f"{good} passed, {len(bad)} failed")
    return not bad


def results_of(program):
    """Test -> True (passed) or False of the program's last run, None for the whole; None: it was not run.

    A program that is not Check's reports no single tests: its whole stands for each.
    """
    try:
        total = json.loads((RESULTS / "results.json").read_text(encoding="utf-8"))[program]
    except (OSError, KeyError):
        return None
    results = {None: total["failed"] == 0 and total["skipped"] == 0 and total["passed"] > 0}
    path = RESULTS / f"{program}.xml"
    if path.exists():
        for test in xml.etree.ElementTree.parse(path).iter("{*}test"):
            name = test.findtext("{*}id")
            results[name] = results.get(name, True) and test.get("result") == "success"
    return results


def trouble(reference, programs, runs):
    """Why a reference does not cover its point, or None."""
    pattern, test = reference
    what = pattern + (f":{test}" if test else "")
    seen = False
    for program in matching(programs, pattern):
        if program not in runs:
            runs[program] = results_of(program)
        if runs[program] is None:
            continue
        names = [name for name in runs[program] if name]
        found = matching(names, test) if test and names else [None]
        if any(not runs[program][name] for name in found):
            return f"{what}: failed in {program}"
        seen = seen or bool(found)
    return None if seen else f"{what}: not run"


def report(programs):
    runs, covered, all_points = {}, 0, points()
    for point in all_points:
        problems = [p for p in (trouble(r, programs, runs) for r in references(point)) if p]
        problems += [f"make {target}: not passed" for target in long_targets(point)
                     if not (RESULTS / f"{target}.passed").exists()]
        if (point["tests"] or point.get("why_not")) and not problems:
            covered += 1
            continue
        print(f"{point['point']} ({point.get('sheet') or point['section']}): {point['intent']}")
        print("\n".join(f"    {problem}" for problem in problems or ["no test"]))
    print(f"{covered} of {len(all_points)} points covered")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("tests", nargs="+", metavar="NAME:PROGRAM")
    arguments = parser.parse_args()
    programs = [test.partition(":")[0] for test in arguments.tests]
    if arguments.check:
        sys.exit(0 if check(programs) else 1)
    if not (RESULTS / "results.json").exists():
        sys.exit("plan.py: nothing was run yet: make test")
    report(programs)


if __name__ == "__main__":
    main()
