# SPDX-License-Identifier: MIT
"""The card's clock (PTP) by itself; two cards synchronize in two_cards.py."""

import re

from case import Case
from session import Failure

READS = 100
# of the rate over some seconds, for what a loaded machine does between two readings
RATE_MARGIN = 0.005
SHIFT_PPB = 20_000_000


def reading(text):
    return [float(t) for t in re.findall(r"clock time is ([\d.]+)", text)]


def rate(session, seconds=3):
    """Seconds of the card's clock in a second of the guest's: how their difference grows."""
    text = session.run(f"phc_ctl /dev/ptp0 cmp; sleep {seconds}; phc_ctl /dev/ptp0 cmp")
    found = re.findall(r"\[([\d.]+)\]: offset from CLOCK_REALTIME is (-?\d+)ns", text)
    (start, before), (end, after) = ((float(t), int(offset)) for t, offset in found)
    return 1 - (after - before) / 1e9 / (end - start)


def clock_never_goes_back(session):
    times = reading(session.run(f"for i in $(seq {READS}); do phc_ctl -q /dev/ptp0 get 2>&1; done"))
    if len(times) != READS or any(b <= a for a, b in zip(times, times[1:])):
        raise Failure(f"{len(times)} readings: {times}")


def clock_runs_at_its_rate(session):
    got = rate(session)
    if abs(got - 1) > RATE_MARGIN:
        raise Failure(f"{got:.4f} seconds a second")


def clock_is_set_and_stepped(session):
    session.run("phc_ctl -q /dev/ptp0 set 1000000000")
    (first,) = reading(session.run("phc_ctl -q /dev/ptp0 get 2>&1"))
    session.run("phc_ctl -q /dev/ptp0 adj 5000")
    (second,) = reading(session.run("phc_ctl -q /dev/ptp0 get 2>&1"))
    session.run("phc_ctl -q /dev/ptp0 set")
    if not (1e9 <= first < 1e9 + 60 and first + 5000 <= second < first + 5060):
        raise Failure(f"set to 1e9 it reads {first}, stepped by 5000 {second}")


def clock_rate_is_shifted(session):
    for ppb in (SHIFT_PPB, -SHIFT_PPB):
        session.run(f"phc_ctl -q /dev/ptp0 -- freq {ppb}")
        got = rate(session)
        if abs(got - (1 + ppb / 1e9)) > RATE_MARGIN:
            raise Failure(f"{got:.4f} seconds a second at {ppb} ppb")
    session.run("phc_ctl -q /dev/ptp0 freq 0")


CASES = (
    Case(clock_never_goes_back, needs=("ptp",), quick=True),
    Case(clock_runs_at_its_rate, needs=("clock rate",), quick=True),
    Case(clock_is_set_and_stepped, needs=("ptp",)),
    Case(clock_rate_is_shifted, needs=("clock rate",)),
)
