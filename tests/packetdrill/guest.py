# SPDX-License-Identifier: MIT
"""guest.py --initramfs FILE [--verbose] [SCRIPT|FOLDER...]: packetdrill scripts on the Linux guest's kernel.

The second oracle, beside the machine's own kernel: the runner's back end `linux` inside a guest whose
kernel is Debian's. Time is QEMU's count of instructions, so no script is late, and waiting costs
nothing. What %{ }% has to hold is judged here: the guest has no python3.
"""

import argparse
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools"))

from guestrun.errors import UserError  # noqa: E402
from guestrun.linux import GuestFailure, LinuxOutOfTime  # noqa: E402
from guestrun.network import UserNetwork  # noqa: E402
from guestrun.qemu import BUILD  # noqa: E402

SCRIPTS = "tests/packetdrill/scripts"
LIMIT_S = 900
TOTAL = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)
REPEAT = re.compile(r"(repeat:) .* /scripts/")
REPEAT_HERE = "python3 tests/packetdrill/guest.py --initramfs {} --verbose tests/packetdrill/scripts/"


def in_guest(path):
    """Where a script of the tree is in the guest."""
    return "/" + str(pathlib.Path(path).resolve().relative_to(HERE))


def run(guest, paths, verbose):
    """Returns what the runner printed, and the records of %{ }%."""
    words = " ".join(in_guest(path) for path in paths)
    _, said = guest.script(f"""
        modprobe -a tun tcp_bbr tcp_dctcp
        nc 127.0.0.1 9 </dev/null >/dev/null 2>&1  # the first connection ever rewrites kernel code for some ms
        nc ::1 9 </dev/null >/dev/null 2>&1
        packetdrill --backend=linux --jobs=1 --assertions=/tmp/records {'--verbose' if verbose else ''} {words}""",
                           limit_s=LIMIT_S)
    return said, guest.run("cat /tmp/records")


def judge(records):
    """What does not hold, one line for each script."""
    done = subprocess.run([sys.executable, HERE / "assertions.py"], input=records, capture_output=True, text=True,
                          check=True)
    return [line.partition(" ")[2] for line in done.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--initramfs", required=True, type=pathlib.Path)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("scripts", nargs="*", default=[SCRIPTS])
    arguments = parser.parse_args()
    try:
        with UserNetwork() as network, \
                LinuxOutOfTime(network, BUILD / "linux/packetdrill", arguments.initramfs) as guest:
            said, records = run(guest, arguments.scripts, arguments.verbose)
    except (UserError, GuestFailure) as e:
        sys.exit(f"guest.py: {e}")
    total = TOTAL.search(said)
    if not total:
        sys.exit(f"guest.py: the runner ended without a result: {said[-500:]}")
    broken = judge(records)
    print(REPEAT.sub(rf"\1 {REPEAT_HERE.format(arguments.initramfs)}", said[:total.start()]), end="")
    for why in broken:
        print(f"FAILED {why}")
    passed, failed, skipped = (int(n or 0) for n in total.groups())
    print(f"{passed - len(broken)} passed, {failed + len(broken)} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed or broken or not passed else 0)


if __name__ == "__main__":
    main()
