# SPDX-License-Identifier: MIT
"""figures_test.py: what make bench-congestion makes of samples, by hand-made ones."""

import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tools"))

import figures  # noqa: E402
from testbed import Queue, Run, Sender, read  # noqa: E402

SECOND = 1_000_000_000
RUN = Run("test", "reno", (Sender("linux", 2, 40), Sender("ours", 1, 40)), 20, 66, 9)
# time_ns, flow, cwnd, ssthresh, srtt_us, bytes acknowledged, retransmitted, state
LINUX = [[(100 + t) * SECOND, flow, 10 + t, figures.UNLIMITED if t < 4 else 7, 40000, t * 125000 * (flow + 1), t, 0]
         for t in range(10) for flow in range(2)]
OURS = [[(101 + t) * SECOND, 0, 20, 15, 41000, t * 250000, 0, 0] for t in range(9)]
# time_ns, queue, peak, dropped, bytes, late_ns
QUEUE = [[(99 + t) * SECOND, 0, 30 + t, t, 0, 2_000_000 if t == 5 else 1000] for t in range(10)]


def test_samples_become_flows_in_order_with_times_since_the_start():
    flows, queue = read(RUN, 100 * SECOND, QUEUE, [LINUX, OURS])
    assert [flow.kind for flow in flows] == ["linux", "linux", "ours"], flows
    assert flows[0].t[0] == 0 and flows[2].t[0] == 1, flows
    assert flows[1].acked[-1] == 9 * 250000 and flows[2].cwnd == [20] * 9, flows
    assert queue.t[0] == 0 and queue.peak[0] == 31, queue


def test_the_settled_rate_leaves_out_the_first_third():
    flows, _ = read(RUN, 100 * SECOND, QUEUE, [LINUX, OURS])
    assert [round(figures.settled_mbps(flow, 9), 6) for flow in flows] == [1, 2, 2]


def test_repeats_are_told_by_median_and_range():
    assert figures.spread([50.5]) == "50.5"
    assert figures.spread([61.3, 49.4, 50.1]) == "50.1 (49.4-61.3)"


def test_fairness_is_one_when_all_get_the_same_and_a_share_when_one_gets_all():
    assert figures.jain([3, 3, 3, 3]) == 1
    assert figures.jain([3, 0, 0, 0]) == 0.25


def test_overshoot_looks_at_the_beginning_only():
    assert figures.overshoot(read(RUN, 100 * SECOND, QUEUE, [LINUX, OURS])[1], 1.5) == (32, 3)


def test_slow_start_ends_with_the_first_threshold():
    flows, _ = read(RUN, 100 * SECOND, QUEUE, [LINUX, OURS])
    assert figures.slow_start_exit(flows[0]) == 7 and figures.slow_start_exit(flows[2]) == 15


def test_models_are_those_of_the_rfcs():
    # RFC 3649's table 1: a loss rate of 1e-2 gives Reno 12 segments. RFC 9438, 5.1 with C 0.4: 1.054 (RTT / p)^0.75.
    assert round(figures.model_window("reno", 0.01, 100)) == 12
    assert round(figures.model_window("cubic", 1e-4, 100)) == 187
    assert figures.model_window("cubic", 0.01, 20) == figures.model_window("reno", 0.01, 20)


def test_a_late_bottleneck_is_told():
    assert figures.late(Queue([0, 1], [0, 0], [0, 0], [1000, 3_000_000])) == (3, 50)


def test_a_run_stalls_when_the_wire_stands_still_or_an_end_starts_late_or_ends_early():
    on_time, quiet = [[line for line in LINUX if line[1] == 0]], [line[:5] + [1000] for line in QUEUE]
    run = Run("test", "reno", (Sender("linux", 1, 40),), 20, 66, 9)
    late = [[[line[0] + SECOND // 2, *line[1:]] for line in on_time[0]]]
    assert not figures.stalled(run, *read(run, 100 * SECOND, quiet, on_time))
    assert figures.stalled(run, *read(run, 100 * SECOND, [line[:5] + [60_000_000] for line in QUEUE], on_time))
    assert figures.stalled(run, *read(run, 100 * SECOND, quiet, late))
    assert figures.stalled(run, *read(run, 100 * SECOND, quiet, [on_time[0][:5]]))


def main():
    tests = {name: run for name, run in globals().items() if name.startswith("test_")}
    failed = 0
    for name, run in tests.items():
        try:
            run()
        except AssertionError as error:
            failed += 1
            print(f"FAILED {name}: {error}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
