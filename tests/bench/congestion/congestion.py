# SPDX-License-Identifier: MIT
"""congestion.py PROGRAMS OUT [--only EXPERIMENT] [--jobs N]: our congestion control and Linux's on the same wire,
in real time. Tables go to the standard output, in Markdown; OUT, a folder, gets congestion.json and some traces.

A measurement: it judges nothing. Where network namespaces are not permitted it says so and measures nothing.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import pathlib
import platform
import sys
import typing

import figures
from guestrun.errors import UserError
from guestrun.network import tap_permitted
from testbed import Run, Sender, Stopped, Testbed

CONTROLS = ("cubic", "reno", "bbr")  # DCTCP needs a queue that marks, and a Linux that has it
RATE_MBPS, RTT_MS, BDP_FRAMES = 20, 40, 66
WIDE_MBPS, WIDE_QUEUE_FRAMES = 200, 4000
FRAME_BYTES, FRAME_OVERHEAD_BYTES = 1514, 24
# The most that a flow can have of the wire.
PAYLOAD = figures.MSS_BYTES / (FRAME_BYTES + FRAME_OVERHEAD_BYTES)
START_S = 1  # of slow start
SHARE_REPEATS = 10
TRIES = 4


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A table: a row a case, of which each is run by several casts (Linux, ours, both)."""

    name: str
    caption: str
    cases: list  # of (labels, {cast: Run})
    measure: typing.Callable  # (labels, run, flows, queue) -> {figure: value}
    repeats: int = 1  # of each run; of several the table has the median and the range


def _linux_controls():
    return pathlib.Path("/proc/sys/net/ipv4/tcp_available_congestion_control").read_text(encoding="ascii").split()


def _casts(flows, rtts_ms):
    """{cast: senders}: Linux's flows, ours, and where there are several, half and half."""
    def one(kind):
        return tuple(Sender(kind, flows, rtt_ms) for rtt_ms in rtts_ms)

    return {"linux": one("linux"), "ours": one("ours")}


def _alone(controls):
    cases = []
    for control in controls:
        for percent in (25, 100, 400):
            runs = {cast: Run(f"alone-{control}-{percent}-{cast}", control, senders, RATE_MBPS,
                              BDP_FRAMES * percent // 100, 18) for cast, senders in _casts(1, (RTT_MS,)).items()}
            runs["to ours"] = dataclasses.replace(runs["linux"], name=f"alone-{control}-{percent}-to-ours",
                                                  sink="ours")
            cases.append(({"control": control, "queue %": percent}, runs))

    def measure(_labels, run, flows, queue):
        peak, dropped = figures.overshoot(queue, START_S)
        return {"util %": round(100 * figures.settled_mbps(flows[0], run.seconds) / run.rate_mbps),
                "slow start left at": figures.slow_start_exit(flows[0]),
                "peak 1 s %": round(100 * min(peak, run.queue_frames) / run.queue_frames), "lost 1 s": dropped,
                "lost": sum(queue.dropped)}

    return Experiment("alone", f"One flow over {RATE_MBPS} Mb/s and {RTT_MS} ms, by the queue in percent of a "
                      "bandwidth-delay product: utilisation in the last 12 of 18 s; the window that slow start "
                      "ended with; the "
                      "queue's peak and losses in the first second; losses in all.", cases, measure)


def _fairness(controls):
    cases = []
    for control in controls:
        for flows in (2, 4, 8, 16):
            casts = _casts(flows, (RTT_MS / 2,))
            casts["both"] = tuple(Sender(kind, flows // 2, RTT_MS / 2) for kind in ("linux", "ours"))
            cases.append(({"control": control, "flows": flows}, {
                cast: Run(f"fairness-{control}-{flows}-{cast}", control, senders, RATE_MBPS, BDP_FRAMES, 45)
                for cast, senders in casts.items()}))

    def measure(_labels, run, flows, queue):
        rates = [figures.settled_mbps(flow, run.seconds) for flow in flows]
        ours = sum(rate for rate, flow in zip(rates, flows) if flow.kind == "ours")
        row = {"util %": round(100 * sum(rates) / run.rate_mbps), "fairness": round(figures.jain(rates), 3),
               "lost": sum(queue.dropped)}
        if len(run.senders) > 1:
            row["our share %"] = round(100 * ours / sum(rates), 1)
        return row

    return Experiment("fairness", f"Flows that start together over {RATE_MBPS} Mb/s, {RTT_MS // 2} ms and a queue of "
                      f"{BDP_FRAMES} frames, all Linux's, all ours, half and half; 45 s, the first 15 not counted.",
                      cases, measure)


def _share(controls):
    def pair(*kinds):
        return tuple(Sender(kind, 1, RTT_MS / 2) for kind in kinds)

    casts = {"linux, linux": pair("linux", "linux"), "ours, ours": pair("ours", "ours"),
             "ours, linux": pair("ours", "linux")}
    cases = [({"control": control}, {
        cast: Run(f"share-{control}-{cast.replace(', ', '-')}", control, senders, RATE_MBPS, BDP_FRAMES, 45)
        for cast, senders in casts.items()}) for control in controls]

    def measure(_labels, run, flows, queue):
        rates = [figures.settled_mbps(flow, run.seconds) for flow in flows]
        return {"first's share %": round(100 * rates[0] / sum(rates), 1), "lost": sum(queue.dropped)}

    return Experiment("share", f"Two flows that start together over {RATE_MBPS} Mb/s, {RTT_MS // 2} ms and a queue of "
                      f"{BDP_FRAMES} frames, {SHARE_REPEATS} times: median (range) of the first one's share; 45 s, "
                      "the first 15 not counted.", cases, measure, SHARE_REPEATS)


def _way(controls):
    cases = []
    for control in controls:
        for far_ms in (RTT_MS, 2 * RTT_MS):
            cases.append(({"control": control, "near ms": RTT_MS // 2, "far ms": far_ms}, {
                cast: Run(f"way-{control}-{far_ms}-{cast}", control, senders, RATE_MBPS, BDP_FRAMES, 90)
                for cast, senders in _casts(1, (RTT_MS / 2, far_ms)).items()}))

    def measure(_labels, run, flows, _queue):
        near, far = (figures.settled_mbps(flow, run.seconds) for flow in flows)
        return {"near/far": round(near / far, 2), "util %": round(100 * (near + far) / run.rate_mbps)}

    return Experiment("way", f"A near and a far flow through a queue of {BDP_FRAMES} frames at {RATE_MBPS} Mb/s; 90 s, "
                      "the first 30 not counted.", cases, measure)


def _response(controls):
    cases = []
    for control in (control for control in controls if control != "bbr"):
        for rtt_ms in (RTT_MS, 100):
            for loss in (0.001, 0.003, 0.01):
                model = figures.model_window(control, loss, rtt_ms)
                cases.append(({"control": control, "rtt ms": rtt_ms, "loss %": loss * 100, "model": round(model, 1)}, {
                    cast: Run(f"response-{control}-{rtt_ms}-{loss}-{cast}", control, senders, WIDE_MBPS,
                              WIDE_QUEUE_FRAMES, 90, loss) for cast, senders in _casts(1, (rtt_ms,)).items()}))

    def measure(labels, run, flows, _queue):
        window = figures.mean_window(figures.settled_mbps(flows[0], run.seconds), labels["rtt ms"])
        return {"window": round(window, 1), "of the model": round(window / labels["model"], 2)}

    return Experiment("response", "The mean window of one flow under random loss, in segments, and the models of RFC "
                      "3649 and RFC 9438; 90 s, the first 30 not counted.", cases, measure)


def _lossy(controls):
    cases = [({"control": control, "loss %": loss * 100}, {
        cast: Run(f"lossy-{control}-{loss}-{cast}", control, senders, RATE_MBPS, BDP_FRAMES, 45, loss)
        for cast, senders in _casts(1, (RTT_MS,)).items()}) for control in controls for loss in (0.01, 0.05)]

    def measure(_labels, run, flows, _queue):
        return {"util %": round(100 * figures.settled_mbps(flows[0], run.seconds) / run.rate_mbps, 1)}

    return Experiment("lossy", f"One flow over {RATE_MBPS} Mb/s, {RTT_MS} ms and a queue of {BDP_FRAMES} frames, by "
                      "the random loss each way: utilisation; 45 s, the first 15 not counted.", cases, measure)


EXPERIMENTS = {"alone": _alone, "fairness": _fairness, "share": _share, "way": _way, "response": _response,
               "lossy": _lossy}


def _cell(row, casts, figure):
    """The casts' values, in order."""
    return " / ".join(figures.spread(row[cast][figure]) for cast in casts if figure in row[cast])


def _table(experiment, rows):
    """Markdown: a column a figure, in it the casts' values."""
    casts, labels = list(experiment.cases[0][1]), list(experiment.cases[0][0])
    names = list(dict.fromkeys(figure for cast in casts for figure in rows[0][cast]))
    lines = ["| " + " | ".join(labels + names) + " |", "|" + " --- |" * (len(labels) + len(names))]
    for row in rows:
        own = [f"{value:g}" if isinstance(value, float) else str(value) for value in row["labels"].values()]
        lines.append("| " + " | ".join(own + [_cell(row, casts, figure) for figure in names]) + " |")
    return f"{experiment.caption} Each cell: {' / '.join(casts)}.\n\n" + "\n".join(lines) + "\n"


def _keep_trace(folder, run, flows):
    lines = [f"{t:.3f} {number} {cwnd} {srtt / 1000:.3f}" for number, flow in enumerate(flows)
             for t, cwnd, srtt in zip(flow.t, flow.cwnd, flow.srtt_us)]
    (folder / f"{run.name}.trace").write_text("\n".join(lines) + "\n", encoding="ascii")


def _run_all(testbed, experiment, folder, jobs):
    """A row a case: its labels, and of each cast the figures, a value a repeat."""
    rows = [{"labels": labels, **{cast: {} for cast in runs}} for labels, runs in experiment.cases]
    worst, repeated = [], []

    def one(row, labels, cast, run):
        for _ in range(TRIES):
            try:
                flows, queue = testbed.run(run)
                if not figures.stalled(run, flows, queue):
                    break
            except Stopped:
                pass
            repeated.append(run.name)
        else:
            raise UserError(f"{run.name}: this machine is too busy, {TRIES} runs stalled; try when it is not")
        for figure, value in experiment.measure(labels, run, flows, queue).items():
            row[cast].setdefault(figure, []).append(value)
        worst.append(figures.late(queue))
        if len(flows) <= 2 and not run.loss:
            _keep_trace(folder, run, flows)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        pending = [pool.submit(one, row, labels, cast, run) for _ in range(experiment.repeats)
                   for row, (labels, runs) in zip(rows, experiment.cases) for cast, run in runs.items()]
        for future in concurrent.futures.as_completed(pending):
            future.result()
            print(f"\r{experiment.name}: {len(worst)} of {len(pending)} runs", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return rows, {"late_ms_max": round(max(ms for ms, _ in worst), 1),
                  "late_percent_of_samples": round(sum(percent for _, percent in worst) / len(worst), 2),
                  "repeated": repeated}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--only", choices=EXPERIMENTS, help="one experiment; the others' results stay in OUT")
    parser.add_argument("--jobs", type=int, default=4, help="runs at a time, each with a wire of its own")
    arguments = parser.parse_args()
    if not tap_permitted():
        print("skipped: no network namespace with a TAP may be made here (run as root)")
        return 0
    controls = [control for control in CONTROLS if control in _linux_controls()]
    for control in CONTROLS:
        if control not in controls:
            print(f"{control} is left out: /proc/sys/net/ipv4/tcp_available_congestion_control does not name it\n")
    arguments.out.mkdir(parents=True, exist_ok=True)
    file = arguments.out / "congestion.json"
    result = json.loads(file.read_text(encoding="utf-8")) if arguments.only and file.exists() else {}
    result["kernel"] = platform.release()
    testbed = Testbed(arguments.programs)
    for name in [arguments.only] if arguments.only else EXPERIMENTS:
        experiment = EXPERIMENTS[name](controls)
        rows, wire = _run_all(testbed, experiment, arguments.out, arguments.jobs)
        result[name] = {"caption": experiment.caption, "rows": rows, "wire": wire}
        print(_table(experiment, rows))
        print(f"(the wire was {wire['late_ms_max']} ms late at worst, more than a millisecond in "
              f"{wire['late_percent_of_samples']} % of the samples; {len(wire['repeated'])} runs stalled and were made "
              "again)\n", flush=True)
        file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UserError as e:
        print(f"congestion: {e}", file=sys.stderr)
        sys.exit(1)
