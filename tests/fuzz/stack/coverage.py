# SPDX-License-Identifier: MIT
"""coverage.py LLVM_PROFDATA LLVM_COV PROGRAM FOLDER...: lines of the stack that the inputs reach, by file.

PROGRAM is the fuzzer built with clang's counts, the inputs are the files in the folders. Fails when the input path is
reached by less than the bar (tcp.md, section 3).
"""

import json
import pathlib
import re
import subprocess
import sys

BAR_PERCENT = 90
AT_ONCE = 500
# What a packet passes on its way in, up to the socket's queue.
INPUT_PATH = re.compile(r"stack/(core/(gro|inet_fragment)|ipv4/(arp|icmp|ip_fragment|ip_input)|"
                        r"ipv6/(exthdrs|icmp6|ip6_fragment|ip6_input)|"
                        r"tcp/tcp_(ack|demux|ecn|input|ipv4|ipv6|loss|minisocks|ofo|options|recovery|reply|rtt|sack|"
                        r"syncookies|timewait|urg|window))\.c$")
SHOWN = re.compile(r"stack/(core|ipv4|ipv6|tcp)/\w+\.c$")


def run(program, inputs, folder):
    """Runs the inputs, some hundred a process; returns the files of counts."""
    counts = []
    for first in range(0, len(inputs), AT_ONCE):
        counts.append(folder / f"{first}.profraw")
        done = subprocess.run([program, *inputs[first:first + AT_ONCE]], env={"LLVM_PROFILE_FILE": str(counts[-1])},
                              stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            sys.exit(f"coverage.py: an input fails, `make fuzz-stack` says which:\n{done.stderr[-2000:]}")
    return counts


def main():
    if len(sys.argv) < 5:
        sys.exit("usage: coverage.py LLVM_PROFDATA LLVM_COV PROGRAM FOLDER...")
    profdata, cov = sys.argv[1:3]
    program = pathlib.Path(sys.argv[3]).resolve()
    inputs = [str(path) for name in sys.argv[4:] for path in sorted(pathlib.Path(name).iterdir())]
    merged = program.parent / "merged.profdata"
    subprocess.run([profdata, "merge", "-o", merged, *run(program, inputs, program.parent)], check=True)
    report = subprocess.run([cov, "export", "-summary-only", f"-instr-profile={merged}", program],
                            stdout=subprocess.PIPE, check=True)
    lines = {f["filename"]: f["summary"]["lines"] for f in json.loads(report.stdout)["data"][0]["files"]}
    reached = total = 0
    for name, counted in sorted(lines.items()):
        path = INPUT_PATH.search(name)
        if path:
            reached, total = reached + counted["covered"], total + counted["count"]
        if SHOWN.search(name):
            print(f"{counted['percent']:6.1f} %  {counted['covered']:4} of {counted['count']:4} lines  "
                  f"{'input' if path else '     '}  {SHOWN.search(name).group(0)}")
    percent = 100 * reached / total
    print(f"input path: {percent:.1f} % of {total} lines, by {len(inputs)} inputs; the bar is {BAR_PERCENT} %")
    sys.exit(percent < BAR_PERCENT)


if __name__ == "__main__":
    main()
