# SPDX-License-Identifier: MIT
"""instructions.py PROGRAM [update]: the stack's instructions a KiB, a round trip and a connection, by callgrind.

Fails when one is above its bound in instructions.txt: who makes the stack dearer sees it here, and
raises the bound (or, having made it cheaper, lowers it) by running it with `update`. Only the stack's
own code counts, inlined or not; the C library's does not (its memcpy is another one on each processor).
"""

import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[3]
BOUNDS = pathlib.Path(__file__).with_name("instructions.txt")
# name: part, offloads (enum offloads of end.h), connections open meanwhile
COUNTS = {
    "tx": ("tx", 0, 0), "rx": ("rx", 0, 0), "tx_offload": ("tx", 1, 0), "rx_offload": ("rx", 1, 0),
    "rr": ("rr", 0, 0), "connection": ("connection", 0, 1000),
}
# Rounded up by so much: a counter more, or another minor version of the compiler, must not fail it.
MARGIN = 1.04


class CountError(Exception):
    """A line that says what is wrong and what cures it."""


def _own_cost(path, sources):
    """Self cost of all code that was written in files below `sources`, of a callgrind file."""
    names, own, total, skip = {}, False, 0, False

    def is_own(word):
        number, _, name = word.partition(" ")
        if name:
            names[number] = name
        name = names.get(number, "")
        return bool(re.search(rf"(^|/){sources}", name)) and "tests/" not in name

    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line[:3] in ("fl=", "fi=", "fe="):
                own = is_own(line[3:].rstrip())
            elif line.startswith(("cfi=", "cfl=")):
                is_own(line[4:].rstrip())
            elif line.startswith("calls="):
                skip = True
            elif line[:1].isdigit() or line[:1] in "+-*":
                if own and not skip:
                    total += int(line.split()[1])
                skip = False
    return total


def count(program, part, offloads=0, live=0, sources="stack/"):
    """Instructions of the stack for one KiB, round trip or connection."""
    with tempfile.TemporaryDirectory(prefix="ringside-count-") as folder:
        out = pathlib.Path(folder) / "callgrind.out"
        command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no",
                   f"--callgrind-out-file={out}", str(program), part, str(offloads), str(live)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError as e:
            raise CountError("valgrind is missing: install it with `make deps`") from e
        if done.returncode:
            raise CountError(f"`{' '.join(command)}` failed: {done.stderr.strip().splitlines()[-1]}")
        cost = _own_cost(out, sources)
        if not cost:
            raise CountError(f"{program}: no instruction of {sources} was seen: is it that program, compiled with -g?")
        return cost / int(done.stdout)


def _bounds():
    lines = (line.split() for line in BOUNDS.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {name: int(bound) for name, bound in lines}


def main():
    program, update = sys.argv[1], sys.argv[2:] == ["update"]
    bounds, counts, failed = {} if update else _bounds(), {}, 0
    for name, arguments in COUNTS.items():
        counts[name] = count(program, *arguments)
        bad = not update and counts[name] > bounds[name]
        failed += bad
        bound = "" if update else f"  of {bounds[name]:6} at most"
        print(f"{name:12} {counts[name]:9.1f}{bound}{'  TOO MANY' if bad else ''}")
    if update:
        head = [line for line in BOUNDS.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
        rows = [f"{name} {round(value * MARGIN)}" for name, value in counts.items()]
        BOUNDS.write_text("\n".join(head + rows) + "\n", encoding="utf-8")
    if failed:
        print(f"to accept them: python3 {pathlib.Path(__file__).relative_to(TOP)} {program} update")
    print(f"{len(counts) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    try:
        main()
    except CountError as error:
        sys.exit(f"instructions.py: {error}")
