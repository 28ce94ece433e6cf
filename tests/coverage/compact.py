# SPDX-License-Identifier: MIT
"""compact.py POINTS FILE...: makes the code that Verilator made to count with quick to compile and to run.

Of a card it makes tens of megabytes. Half are "if bit n differs from what it was, count it and remember it":
neighbouring bits of one word are done at once here, with the same counts; what looks otherwise stays. The
other half are a call for each point that says what it is: those go to the file POINTS, a line "NUMBER RECORD"
for each: its place in the table of counts, and the record of Verilator's coverage files less the count. Points
that always change together (a port and what is connected to it) have one count: several lines of one NUMBER.
"""

import pathlib
import re
import sys

# An if statement's first lines to its end, none of which is an if statement itself.
BLOCK = re.compile(r"^( *)if \(\(((?:(?!\bif \()[^;{}])*)\)\) \{\n"
                   r" *vlSymsp->__Vcoverage\[(\d+)\]\.fetch_add\(1, std::memory_order_relaxed\);\n"
                   r" *(vlSelf->\S*__Vtogcov\S*)\s+= [^;]*;\n\1\}\n", re.M)
# What a condition compares, and which bit: by a mask, or by shifting it down.
MASKED = re.compile(r"^(0x[0-9a-f]+|\d+)U & \((.*) \^ (.*)\)$")
SHIFTED = re.compile(r"^1U & \(\(IData\)\(\((.*) >> (0x[0-9a-f]+|\d+)U\)\) \^ "
                     r"\(IData\)\(\((.*) >> (0x[0-9a-f]+|\d+)U\)\)\)$")
CALL = "{indent}count_toggles({signal}, {before}, {first}U, {bits}U, &vlSymsp->__Vcoverage[{count}]);\n"
# What tells a point: its number, file, line, column, instance, page, comment.
INSERT = re.compile(r'^ *vlSelf->__vlCoverInsert\(&\(vlSymsp->__Vcoverage\[(\d+)\]\), first, '
                    r'"([^"]*)", (\d+), (\d+), "([^"]*)", "([^"]*)", "([^"]*)", "[^"]*"\);\n', re.M)
KEYS = ("f", "l", "n", "h", "page", "o")
REGISTER = re.compile(r"VL_COVER_INSERT\(.*?\);", re.S)
HELPER = """
#ifndef COUNT_TOGGLES
#define COUNT_TOGGLES
#include <cstdint>
/* Counts which of `bits` bits of a word, from `first` on, are other ones than before. */
template <typename Now, typename Before>
static inline void count_toggles(Now now, Before &before, unsigned first, unsigned bits, uint32_t *counts)
{
    const uint64_t mask = (bits < 64 ? (uint64_t{1} << bits) - 1 : ~uint64_t{0}) << first;
    uint64_t changed = (static_cast<uint64_t>(now) ^ before) & mask;
    before = static_cast<Before>(before ^ changed);
    for (; changed; changed &= changed - 1)
        ++counts[__builtin_ctzll(changed) - first];
}
#endif
"""


def compared(condition):
    """(signal, bit) of a condition, or None."""
    text = " ".join(condition.split())
    shifted = SHIFTED.match(text)
    if shifted and shifted[2] == shifted[4] and "__Vtogcov" in shifted[3]:
        return shifted[1], int(shifted[2], 0)
    masked = MASKED.match(text)
    if masked and "__Vtogcov" in masked[3] and "__Vtogcov" not in masked[2] and ">>" not in text:
        mask = int(masked[1], 0)
        if mask & (mask - 1) == 0:
            return masked[2], mask.bit_length() - 1
    return None


def compact(text):
    """The text with runs of blocks made one call each."""
    out, run, at = [], {}, 0

    def end_run():
        if run:
            out.append(CALL.format(**run))

    for block in BLOCK.finditer(text):
        found = compared(block[2])
        if not found:
            continue
        signal, bit = found
        count, before = int(block[3]), block[4]
        if (run and block.start() == at and (signal, before) == (run["signal"], run["before"])
                and bit == run["first"] + run["bits"] and count == run["count"] + run["bits"]):
            run["bits"] += 1
        else:
            end_run()
            out.append(text[at:block.start()])
            run = {"indent": block[1], "signal": signal, "before": before, "first": bit, "bits": 1, "count": count}
        at = block.end()
    end_run()
    return "".join(out) + text[at:]


def points_of(text):
    """(the text without the calls that tell points, [(number, record)])"""
    records = [(int(call[1]), "".join(f"\1{key}\2{value}" for key, value in zip(KEYS, call.groups()[1:])))
               for call in INSERT.finditer(text)]
    return REGISTER.sub("(void)count32p;", INSERT.sub("", text)), records


def main():
    records = []
    for name in sys.argv[2:]:
        path = pathlib.Path(name)
        text, told = points_of(compact(path.read_text(encoding="utf-8")))
        records += told
        head, include, rest = text.partition("#include")
        path.write_text(head + HELPER + include + rest, encoding="utf-8")
    numbers = {number for number, _ in records}
    if numbers != set(range(len(numbers))):
        sys.exit("compact.py: the points are not numbered from 0 on; see INSERT")
    lines = "".join(f"{number} C '{record}'\n" for number, record in records)
    pathlib.Path(sys.argv[1]).write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main()
