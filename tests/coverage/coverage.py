# SPDX-License-Identifier: MIT
"""coverage.py [--json FILE] [--all] FILE...: what of the RTL the tests have not been to, by module.

FILE are what verilator_coverage merged, or single runs. Two kinds of points: lines (the blocks and branches
that Verilator counts) and toggles (a bit of a signal that was both 0 and 1). A point counts once, whatever
instances, parameters and test benches its module has, and is covered when any of them covers it.

The table, the bars and coverage.json are raw: an excuse makes no figure better. Below the table stand the
entries of tests/plan/uncovered.json, which say why points are uncovered, and how many each excuses. An entry is
a reason, the bits it is true of ("module signal[7:4,0]", of an array "module signal[3][7:4]"), and the lines
("module branch: text of the line"). No wildcards, so that nothing hides behind an entry.

Fails when the bars are missed, when a point is uncovered and no entry says why, and when one of an entry's
signals or lines is wholly covered, or gone. Single bits of an entry that are covered by now are told of.
--all: prints each point that is not covered.
"""

import argparse
import collections
import itertools
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


def numbers(ranges):
    """Of "7:4,0": 7 to 4, and 0."""
    for part in ranges.split(","):
        high, _, low = part.partition(":")
        yield from range(int(low or high), int(high) + 1)


def keys_of(entry):
    """What an entry names -> the keys of its points: (kind, module, bit of a signal or text of a line)."""
    keys = {}
    for name in entry.get("bits", ()):
        module, _, signal = name.partition(" ")
        signal, *dimensions = signal.rstrip("]").replace("][", "[").split("[")
        keys[name] = [("toggle", module, signal + "".join(f"[{index}]" for index in indices))
                      for indices in itertools.product(*map(numbers, dimensions))]
    for name in entry.get("lines", ()):
        module, _, text = name.partition(" ")
        keys[name] = [("line", module, text)]
    return keys


def excuses(uncovered):
    """(points without an entry, [(entry, how many points it excuses)], names that excuse nothing, covered bits)."""
    entries = [(entry, keys_of(entry)) for entry in json.loads(EXCUSES.read_text(encoding="utf-8"))]
    sources, points = {}, collections.defaultdict(list)
    for point in uncovered:
        text = point.what if point.kind == "toggle" else f"{point.what}: {source_line(point, sources)}"
        points[point.kind, point.module, text].append(point)
    named = {key for _, names in entries for keys in names.values() for key in keys}
    left = [point for key, found in points.items() if key not in named for point in found]
    used = [(entry, sum(len(points.get(key, ())) for keys in names.values() for key in keys))
            for entry, names in entries]
    idle, covered = [], []
    for name, keys in (item for _, names in entries for item in names.items()):
        missing = [key for key in keys if key not in points]
        if len(missing) == len(keys):
            idle.append(name)
        else:
            covered += [f"{module} {what}" for _, module, what in missing]
    return left, used, idle, covered


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


def show_excuses(used):
    print("\nuncovered, with a reason:")
    for entry, count in used:
        print(f"{count:7}  {', '.join([*entry.get('bits', ()), *entry.get('lines', ())])}\n         {entry['reason']}")
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
    left, used, idle, covered = excuses(uncovered)
    show_excuses(used)
    print("".join(f"{line}\n" for line in by_signal(uncovered if arguments.all else left)), end="")
    print("".join(f"covered by now, take it out of tests/plan/uncovered.json: {name}\n" for name in covered), end="")
    print("".join(f"excuses nothing: {name}\n" for name in idle), end="")
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
