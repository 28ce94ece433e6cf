# SPDX-License-Identifier: MIT
"""card_gating.py PROGRAM [--seed N] [--streams N]: skipping time changes nothing that the RTL does.

PROGRAM is card-compare: its random streams run twice, once with idle time skipped and idle blocks' clocks
withheld, once with every edge given to all. DMA, interrupts, frames, their order, the time by which they
came, and memory must be the same in each stream (interfaces.md, section 1).
"""

import argparse
import re
import subprocess
import sys

SKIPPING = ("on", "off")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--streams", type=int, default=20)
    arguments = parser.parse_args()
    digests = {}
    for skip in SKIPPING:
        command = [arguments.program, "--digests", "--platform", f"skip={skip}", "--seed", str(arguments.seed),
                   "--streams", str(arguments.streams)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        digests[skip] = dict(re.findall(r"^seed (\d+) (\w+)$", done.stdout, re.M))
        if done.returncode:
            sys.exit(f"card_gating.py: {' '.join(command)} failed: {(done.stdout + done.stderr).strip()[-200:]}")
    failed = 0
    for seed in range(arguments.seed, arguments.seed + arguments.streams):
        with_skipping, without = (digests[skip].get(str(seed)) for skip in SKIPPING)
        if with_skipping is None or with_skipping != without:
            failed += 1
            print(f"stream with seed {seed}: skip=on {with_skipping}, skip=off {without}\n"
                  f"repeat: python3 tests/card/card_gating.py {arguments.program} --seed {seed} --streams 1")
    print(f"{arguments.streams - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
