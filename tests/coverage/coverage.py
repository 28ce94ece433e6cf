# SPDX-License-Identifier: MIT
"""coverage.py [--json FILE] [--all] FILE...: what of the RTL the tests have not been to, by module.

FILE are what verilator_coverage merged, or single runs. Two kinds of points: lines (the blocks and branches
that Verilator counts) and toggles (a bit of a signal that was both 0 and 1). A point counts once, whatever
instances, parameters and test benches its module has, and is covered when any of them covers it.

The table, the bars and coverage.json are raw: an excuse makes no figure better. Below the table stand the
entries of tests/plan/uncovered.json, which say why points are uncovered, and how many each excuses.

Fails when the bars are missed, when a point is uncovered and no entry says why, and when an entry excuses
nothing. --all: prints each point that is not covered.
"""

import argparse
import collections
import json
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
EXCUSES = TOP / "tests/plan/uncovered.json"
BARS = {"line": 95.0, "toggle": 90.0}
RECORD = re.compile(r"^C '(.*)' (\d+)$")

Point = collections.namedtuple("Point", "kind module line column what")


def module_of(path):
    """The module of a source of the card, or None: benches are not judged."""
    parts = pathlib.PurePath(path).parts
    if parts[:1] == ("rtl",) or parts[-2:-1] == ("gen",):
        return pathlib.PurePath(path).stem
    return None


def read(paths):
    """Point -> True if it is covered."""
    points = {}
    for path in paths:
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            record = RECORD.match(line)
            if not record:
                continue
            keys = dict(pair.split("\2", 1) for pair in record[1].split("\1") if pair)
            module = module_of(keys["f"])
            if module is None:
                continue
            kind = "toggle" if keys["page"].startswith("v_toggle") else "line"
            point = Point(kind, module, int(keys["l"]), int(keys["n"]), keys["o"])
            points[point] = points.get(point, False) or int(record[2]) > 0
    return points


def source_line(point, sources):
    """The text of the point's line, so that excuses outlive changes above it."""
    if point.module not in sources:
        found = sorted(TOP.glob(f"rtl/**/{point.module}.sv")) or sorted(TOP.glob(f"build/gen/{point.module}.sv"))
        sources[point.module] = found[0].read_text(encoding="utf-8").splitlines() if found else []
    lines = sources[point.module]
    return lines[point.line - 1].strip() if point.line <= len(lines) else ""


def excuses(uncovered):
    """(points that no entry excuses, [(entry, how many points it excuses)]). An entry: module, kind, match,
    reason; match is a regular expression for all of a signal's bit, or of the text of a source line."""
    entries = json.loads(EXCUSES.read_text(encoding="utf-8"))
    patterns = [(re.compile(e["module"]), e["kind"], re.compile(e["match"])) for e in entries]
    used, left, sources = collections.Counter(), [], {}
    for point in uncovered:
        text = point.what if point.kind == "toggle" else source_line(point, sources)
        found = [i for i, (module, kind, match) in enumerate(patterns)
                 if kind == point.kind and module.fullmatch(point.module) and match.fullmatch(text)]
        used.update(found)
        if not found:
            left.append(point)
    return left, [(entry, used[i]) for i, entry in enumerate(entries)]


def percent(covered, total):
    return 100.0 * covered / total if total else 100.0


def summary(points):
    """module -> kind -> (covered, total), and the same for all modules under "total"."""
    table = collections.defaultdict(lambda: {kind: [0, 0] for kind in BARS})
    for point, covered in points.items():
        for row in (point.module, "total"):
            table[row][point.kind][0] += covered
            table[row][point.kind][1] += 1
    return table


def show(table):
    rows = sorted(name for name in table if name != "total") + ["total"]
    print(f"{'module':20} {'lines':>14} {'%':>6} {'toggles':>16} {'%':>6}")
    for name in rows:
        cells = table[name]
        (lines, all_lines), (toggles, all_toggles) = cells["line"], cells["toggle"]
        print(f"{name:20} {lines:6} of {all_lines:4} {percent(lines, all_lines):6.1f} "
              f"{toggles:7} of {all_toggles:5} {percent(toggles, all_toggles):6.1f}")


def show_excuses(entries, total):
    print("\nuncovered, with a reason (share of all points of the kind):")
    for entry, count in entries:
        print(f"{count:7} {entry['kind']}s {percent(count, total[entry['kind']][1]):5.2f} %  "
              f"{entry['module']} {entry['match']}: {entry['reason']}")
    print()


def by_signal(points):
    """Uncovered points, the bits of a signal as one line."""
    groups = collections.defaultdict(list)
    for point in points:
        name, _, bit = point.what.partition("[")
        groups[point.kind, point.module, point.line, name].append("[" + bit if bit else "")
    sources = {}
    for (kind, module, line, name), bits in sorted(groups.items()):
        text = source_line(Point(kind, module, line, 0, name), sources)
        what = f"{len(bits)} bits of {name}: {' '.join(bits[:6])}" if kind == "toggle" else f"{name}: {text}"
        yield f"{kind:6} {module}:{line} {what}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("files", nargs="+", metavar="FILE")
    arguments = parser.parse_args()
    points = read(arguments.files)
    if not points:
        sys.exit("coverage.py: these files have no point of the card's modules; build with tests/coverage/bin first")
    uncovered = sorted(point for point, covered in points.items() if not covered)
    table = summary(points)
    show(table)
    left, entries = excuses(uncovered)
    idle = [entry for entry, count in entries if not count]
    show_excuses(entries, table["total"])
    print("".join(f"{line}\n" for line in by_signal(uncovered if arguments.all else left)), end="")
    print("".join(f"excuses nothing: {e['module']} {e['kind']} {e['match']}\n" for e in idle), end="")
    missed = [kind for kind, bar in BARS.items() if percent(*table["total"][kind]) < bar]
    print("".join(f"{kind} coverage is below {BARS[kind]} %\n" for kind in missed), end="")
    if arguments.json:
        result = {name: {kind: {"covered": c, "of": n, "percent": round(percent(c, n), 2)}
                         for kind, (c, n) in cells.items()} for name, cells in table.items()}
        result["excused"] = len(uncovered) - len(left)
        pathlib.Path(arguments.json).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{len(uncovered)} points uncovered, {len(left)} of them without a reason")
    sys.exit(1 if left or idle or missed else 0)


if __name__ == "__main__":
    main()
