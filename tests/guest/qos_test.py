# SPDX-License-Identifier: MIT
"""qos_test.py --card rtl|ref|qemu-e1000e: QEMU's own test of its e1000e, on our cards.

QEMU's test program starts a machine with "-device e1000e" and drives the card as its library knows an
82574L. What it starts instead of QEMU is ringside-qemu-system-x86_64, which puts our card into the command
line. Hot-plugging is left out: on q35's root bus nothing can be plugged (vm_test.py does that to our card).
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = TOP / "build/qemu/build/tests/qtest/qos-test"
QEMU = TOP / "tests/guest/ringside-qemu-system-x86_64"
TESTS = "/x86_64/q35/i440FX-pcihost/pci-bus-pc/pci-bus/e1000e/e1000e-tests/"
NAMES = ("init", "tx", "rx", "multiple_transfers")
LIMIT_S = 120


def device(card):
    """What stands for e1000e in QEMU's command line."""
    if card == "qemu-e1000e":
        return "e1000e,romfile="
    # The test lets no time pass in thousands of transfers: the card must be allowed to go ahead of it.
    return f"ringside,model={card},plugin={TOP}/build/hw/libringside.so,sync=on,platform=slip_us=1000000,romfile="


def run(card, name):
    """Whether QEMU's test of that name passes, and what it printed."""
    environment = dict(os.environ, QTEST_QEMU_BINARY=str(QEMU), RINGSIDE_DEVICE=device(card))
    command = ["timeout", "-k", "1", str(LIMIT_S), str(PROGRAM), "--tap", "-p", TESTS + name]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    passed = re.search(rf"^ok \d+ {TESTS}{name}$", done.stdout, re.M)
    return bool(passed) and done.returncode == 0, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--card", choices=("rtl", "ref", "qemu-e1000e"), default="rtl")
    parser.add_argument("--test", choices=NAMES, help="only this one")
    arguments = parser.parse_args()
    names = [arguments.test] if arguments.test else NAMES
    failed = 0
    for name in names:
        passed, output = run(arguments.card, name)
        if not passed:
            failed += 1
            print(output)
            print(f"repeat: python3 tests/guest/qos_test.py --card {arguments.card} --test {name}")
    print(f"{len(names) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
