# SPDX-License-Identifier: MIT
"""linux_test.py --card rtl|ref|qemu-e1000e [--quick] [--test NAME]: Linux and its own e1000e driver on the card.

Every test ends with a look at the kernel's messages and at all counters of errors. --quick: those of
`make test`. A test that needs a feature which the card does not have yet (FEATURES) is left out of
--quick, and says so; the whole suite runs it, and it fails.
"""

import argparse
import pathlib
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "tools"), str(HERE)]

import clock  # noqa: E402
import ethtool  # noqa: E402
import filters  # noqa: E402
import lifecycle  # noqa: E402
import probe  # noqa: E402
import traffic  # noqa: E402
import two_cards  # noqa: E402
from case import PLACES  # noqa: E402
from guestrun.errors import UserError  # noqa: E402
from guestrun.linux import GuestFailure  # noqa: E402
from guestrun.qemu import CARDS  # noqa: E402
from session import Failure, Session, need_root  # noqa: E402
from standstill import Watch  # noqa: E402

TOPICS = (probe, ethtool, traffic, filters, clock, lifecycle, two_cards)
COMMON = {"self-test registers", "self-test eeprom", "self-test interrupt", "self-test link", "segments on the wire",
          "msi"}
# What a card has; the rest of what tests need is still to come, or is known to be wrong in QEMU's model.
FEATURES = {
    "rtl": COMMON | {"self-test loopback", "jumbo", "vlan", "wake-up", "ptp", "clock rate"},
    "ref": COMMON | {"self-test loopback", "jumbo", "vlan", "wake-up", "ptp", "clock rate"},
    "qemu-e1000e": {"self-test eeprom", "self-test link", "jumbo", "vlan", "ptp"},
}


class Results:
    """Counts, and prints what failed with the command that repeats it."""

    def __init__(self, card):
        self.card, self.passed, self.failed, self.skipped = card, 0, 0, 0
        self.watch = Watch()

    def missing(self, case):
        """Features of the case that the card does not have."""
        return [need for need in case.needs if need not in FEATURES[self.card]]

    def skip(self, case):
        """Counts and says it."""
        self.skipped += 1
        print(f"NOT YET {case.name}: needs {', '.join(self.missing(case))}", flush=True)

    def passes(self, case, seconds):
        """Counts and says it."""
        self.passed += 1
        surprise = f" (although it needs {', '.join(self.missing(case))})" if self.missing(case) else ""
        print(f"ok {seconds:5.1f} s  {case.name}{surprise}", flush=True)

    def fails(self, case, why):
        """Counts and says it; what failed while this machine stood still is not judged: False."""
        if seconds := self.watch.worst():
            self.skipped += 1
            print(f"NOT JUDGED {case.name}: this machine stood still for {seconds:.0f} s; {why}", flush=True)
            return False
        self.failed += 1
        lacks = f" (not yet required: needs {', '.join(self.missing(case))})" if self.missing(case) else ""
        print(f"FAIL {case.name}{lacks}: {why}\n"
              f"  repeat: python3 tests/linux/linux_test.py --card {self.card} --test '{case.name}'", flush=True)
        return True


def run_case(session, case, results):
    """One test in a running guest; returns why it failed, or None."""
    start = time.monotonic()
    try:
        case.run(session)
        session.check(session.messages(), case.expected)
    except (Failure, GuestFailure, UserError) as e:
        return e
    except Exception:  # pylint: disable=broad-except
        return traceback.format_exc()
    results.passes(case, time.monotonic() - start)
    return None


def run_place(place, cases, results):
    """All tests of a place in one guest, and in another one after each failure."""
    waiting = list(cases)
    while waiting:
        try:
            with Session(results.card, place, results.watch) as session:
                while waiting and not (why := run_case(session, waiting[0], results)):
                    waiting.pop(0)
        except (Failure, GuestFailure, UserError) as e:
            why = f"the guest does not come up: {e}"
            if not results.fails(waiting.pop(0), why):
                continue
            for case in waiting:
                results.fails(case, why)
            return
        if why:
            results.fails(waiting.pop(0), why)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--card", choices=CARDS, required=True)
    parser.add_argument("--quick", action="store_true", help="only what `make test` runs")
    parser.add_argument("--test", default="", help="only tests whose name holds this")
    parser.add_argument("--soak", type=int, default=0, metavar="S", help="seconds of the last test")
    arguments = parser.parse_args()
    results = Results(arguments.card)
    cases = [case for topic in TOPICS for case in topic.CASES]
    if arguments.soak:
        cases.append(lifecycle.soak_case(arguments.soak))
    chosen = [c for c in cases if arguments.test in c.name and (c.quick or not arguments.quick)]
    try:
        need_root()
        for place in PLACES:
            here = [c for c in chosen if c.place == place]
            if arguments.quick:
                for case in [c for c in here if results.missing(c)]:
                    results.skip(case)
                here = [c for c in here if not results.missing(c)]
            run_place(place, here, results)
    except UserError as e:
        sys.exit(f"linux_test.py: {e}")
    skipped = f", {results.skipped} skipped" if results.skipped else ""
    print(f"{results.passed} passed, {results.failed} failed{skipped}")
    sys.exit(1 if results.failed or not results.passed else 0)


if __name__ == "__main__":
    main()
