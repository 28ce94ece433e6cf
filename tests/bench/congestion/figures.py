# SPDX-License-Identifier: MIT
"""What a run's samples say: rates, fairness, overshoot, and the windows that the RFCs' models ask for."""

import bisect
import statistics

MSS_BYTES = 1448
UNLIMITED = 0x7FFFFFFF  # ssthresh before anything has set it
CUBIC_C, CUBIC_BETA = 0.4, 0.7
STALL_MS, START_LIMIT_S, END_LIMIT_S = 50, 0.1, 2


def settled_mbps(flow, seconds):
    """What was acknowledged in the last two thirds, in Mb/s."""
    first = min(bisect.bisect_left(flow.t, seconds / 3), len(flow.t) - 2)
    return (flow.acked[-1] - flow.acked[first]) * 8 / (flow.t[-1] - flow.t[first]) / 1e6


def jain(rates):
    """Jain's fairness index."""
    return sum(rates)**2 / (len(rates) * sum(rate * rate for rate in rates))


def spread(values):
    """Of repeats: the median and, where there are several, the range."""
    if len(values) == 1:
        return str(values[0])
    return f"{statistics.median(values):g} ({min(values):g}-{max(values):g})"


def overshoot(queue, until_s):
    """(the queue's peak in frames, frames dropped) until then."""
    own = [(peak, dropped) for t, peak, dropped in zip(queue.t, queue.peak, queue.dropped) if t <= until_s]
    return max(peak for peak, _ in own), sum(dropped for _, dropped in own)


def slow_start_exit(flow):
    """The first ssthresh that was set, in segments; None: slow start never ended."""
    return next((value for value in flow.ssthresh if value < UNLIMITED), None)


def mean_window(rate_mbps, rtt_ms):
    """Segments under way at that rate."""
    return rate_mbps * 1e6 / 8 * rtt_ms / 1e3 / MSS_BYTES


def model_window(control, loss, rtt_ms):
    """The mean window under random loss: Reno's sqrt(3 / 2p) (RFC 3649, 2), and for CUBIC the larger of that and RFC
    9438's 5.1, (C (3 + b) / (4 (1 - b)))^(1/4) (RTT / p)^(3/4)."""
    reno = (1.5 / loss)**0.5
    if control != "cubic":
        return reno
    cubic = (CUBIC_C * (3 + CUBIC_BETA) / (4 * (1 - CUBIC_BETA)))**0.25 * (rtt_ms / 1e3 / loss)**0.75
    return max(reno, cubic)


def late(queue):
    """(how late the bottleneck ran at worst in ms, percent of its samples of more than a millisecond)"""
    return max(queue.late_ns) / 1e6, 100 * sum(ns > 1e6 for ns in queue.late_ns) / len(queue.late_ns)


def stalled(run, flows, queue):
    """Whether the machine kept the wire or an end waiting: such a run says nothing of TCP."""
    return late(queue)[0] > STALL_MS or any(not flow.t or flow.t[0] > START_LIMIT_S or
                                            flow.t[-1] < run.seconds - END_LIMIT_S for flow in flows)
