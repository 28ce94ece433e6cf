# SPDX-License-Identifier: MIT
"""python3 -m guestrun run|compare|bench|gdb|linux|bench-linux: see `make help`."""

import argparse
import os
import pathlib
import shlex
import shutil
import statistics
import subprocess
import sys
import time

from . import linux_bench, report, workload
from .errors import UserError
from .linux import LinuxShell
from .network import UserNetwork, make_network
from .qemu import BUILD, KERNEL, Guest
from .settings import Settings

MIB = workload.MIB


class Progress:
    """Says what is going on: one moving line on a terminal, a line a step otherwise."""

    def __init__(self):
        self._start = time.monotonic()

    def __call__(self, step):
        line = f"  {time.monotonic() - self._start:6.1f} s  {step}"
        if sys.stdout.isatty():
            print(f"\r\033[K{line}", end="", flush=True)
        else:
            print(line, flush=True)

    def done(self):
        """Ends the moving line."""
        if sys.stdout.isatty():
            print("\r\033[K", end="")


def _run_dir(name):
    path = BUILD / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def _arguments():
    parser = argparse.ArgumentParser(prog="guestrun", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "compare", "bench"):
        command = commands.add_parser(name)
        command.add_argument("--net", default="auto", help="tap, user or auto")
        command.add_argument("--http-port", type=int, help="port on 127.0.0.1 (user network)")
        command.add_argument("--mib", type=int, default=256, help="size of each transfer")
        command.add_argument("--sync", action="store_true", help="card inline in virtual time")
    commands.choices["run"].add_argument("--card", default="rtl")
    commands.choices["run"].add_argument("--set", default="", help="settings, e.g. tso=off,csum=off")
    commands.choices["run"].add_argument("--capture", action="store_true", help="capture everything")
    commands.choices["compare"].add_argument("a")
    commands.choices["compare"].add_argument("b")
    gdb = commands.add_parser("gdb")
    gdb.add_argument("--card", default="rtl")
    gdb.add_argument("--set", default="", help="settings, e.g. tso=off,csum=off")
    linux = commands.add_parser("linux")
    linux.add_argument("--card", default="rtl")
    linux.add_argument("--net", default="auto", help="tap, user or auto")
    bench_linux = commands.add_parser("bench-linux")
    bench_linux.add_argument("--net", default="auto", help="tap, user or auto: both")
    bench_linux.add_argument("--rounds", type=int, default=5)
    bench_linux.add_argument("--seconds", type=int, default=5, help="of each transfer")
    for name in ("compare", "bench"):
        commands.choices[name].add_argument("--rounds", type=int, default={"compare": 3, "bench": 5}[name])
    return parser.parse_args()


def _measure(arguments, network, settings, run_dir, progress, **more):
    return workload.run(network, run_dir, settings.card, options=settings.guest_options,
                        card_config=settings.card_config, size=arguments.mib * MIB, sync=arguments.sync,
                        progress=progress, **more)


def _run(arguments):
    run_dir, progress = _run_dir("run"), Progress()
    settings = Settings(arguments.set, arguments.card)
    with make_network(arguments.net, arguments.http_port) as network:
        result = _measure(arguments, network, settings, run_dir, progress, capture_all=arguments.capture)
    progress.done()
    result["settings"] = settings.text
    report.write_json(run_dir / "result.json", result)
    print(f"\n  card {result['card']}, network {result['net']}, settings {settings.text}\n")
    print(report.table(result))
    print("\n  all of it: build/run/result.json, frames: build/run/wire.pcapng\n")
    return result["sha_ok"] and result["pcap_sha_ok"] and result["requests_ok"] and result["pcap_bad"] == 0


def _median(results):
    merged = workload.Measured(results[0])
    for name, value in results[0].items():
        values = [r[name] for r in results]
        if isinstance(value, bool):
            merged[name] = all(values)
        elif isinstance(value, (int, float)) and None not in values:
            merged[name] = statistics.median(values)
    return merged


def _alternate(arguments, net, sides, run_dir, progress):
    """Runs the sides in turn, `rounds` times; returns the median of each and all results."""
    results = [[] for _ in sides]
    for turn in range(arguments.rounds):
        for side, settings in enumerate(sides):
            with make_network(net, arguments.http_port) as network:
                results[side].append(_measure(
                    arguments, network, settings, run_dir,
                    lambda step, s=settings, t=turn: progress(
                        f"{t + 1} of {arguments.rounds}, {s.card} {s.text}: {step}")))
    return [_median(r) for r in results], results


def _compare(arguments):
    run_dir, progress = _run_dir("compare"), Progress()
    sides = [Settings(arguments.a), Settings(arguments.b)]
    (left, right), every = _alternate(arguments, arguments.net, sides, run_dir, progress)
    progress.done()
    report.write_json(run_dir / "result.json", {"a": left, "b": right, "runs_a": every[0], "runs_b": every[1]})
    titles = [f"card {s.card}, {s.text}" for s in sides]
    print(f"\n  network {left['net']}, median of {arguments.rounds}, alternated\n")
    print(report.side_by_side(left, right, *titles))
    print("\n  all runs: build/compare/result.json\n")
    return left["sha_ok"] and right["sha_ok"]


def _bench(arguments):
    run_dir, progress = _run_dir("bench"), Progress()
    nets = ["tap", "user"] if arguments.net == "auto" else [arguments.net]
    out, good = {}, True
    for net in nets:
        sides = [Settings("", "rtl"), Settings("", "qemu-e1000e")]
        (ours, theirs), every = _alternate(arguments, net, sides, run_dir, progress)
        ours["ratio_download"] = round(ours["download_mbps"] / theirs["download_mbps"], 3)
        ours["ratio_upload"] = round(ours["upload_mbps"] / theirs["upload_mbps"], 3)
        out[net] = {"rtl": ours, "qemu-e1000e": theirs, "runs_rtl": every[0], "runs_qemu-e1000e": every[1]}
        good &= ours["sha_ok"] and theirs["sha_ok"]
        progress.done()
        print(f"\n  network {net}, median of {arguments.rounds}, alternated;"
              f" our card / QEMU's e1000e: download {ours['ratio_download']}, upload {ours['ratio_upload']}\n")
        print(report.side_by_side(theirs, ours, "QEMU's e1000e", "our RTL card"))
    report.write_json(run_dir / "guest.json", out)
    print("\n  all runs: build/bench/guest.json\n")
    return good


def _gdb(arguments):
    """gdb with the guest halted before its first instruction; QEMU ends with gdb."""
    if not shutil.which("gdb"):
        raise UserError("no gdb here: install it with `sudo apt-get install gdb`")
    settings = Settings(arguments.set, arguments.card)
    with UserNetwork() as network:
        guest = Guest(settings.card, network, _run_dir("gdb"), settings.guest_options, sync=True,
                      card_config=settings.card_config)
        guest.check()
        print(f"  HTTP will be at http://127.0.0.1:{network.http_port}, the console is build/gdb/console.log\n"
              "  `hbreak guest_main` and `continue` are a good start", flush=True)
        pipe = shlex.join(guest.command() + ["-gdb", "stdio", "-S"])
        os.execlp("gdb", "gdb", "-q", str(KERNEL), "-ex", f"target remote | exec {pipe}")


def _linux(arguments):
    """A shell in Linux on this terminal."""
    with make_network(arguments.net) as network:
        return LinuxShell(arguments.card, network, _run_dir("linux/shell")).talk() == 0


def _bench_linux(arguments):
    """Linux through our card and through QEMU's e1000e."""
    nets, progress = ["tap", "user"] if arguments.net == "auto" else [arguments.net], Progress()
    out = linux_bench.run(nets, arguments.rounds, arguments.seconds, _run_dir("bench/linux"), progress)
    progress.done()
    report.write_json(BUILD / "bench/linux.json", out)
    print(f"\n  Linux, iperf3, one stream, median of {arguments.rounds}, alternated\n")
    for net in nets:
        for direction in linux_bench.DIRECTIONS:
            name = f"linux_{direction}_mbps_{net}"
            print(f"  {direction} {net:5} {out[name]:8.1f} Mb/s, QEMU's e1000e {out[f'{name}_qemu_e1000e']:8.1f} Mb/s,"
                  f" ratio {out[f'linux_{direction}_ratio_{net}']:.3f}")
    print("\n  all runs: build/bench/linux.json\n")
    return True


def main():
    arguments = _arguments()
    try:
        good = {"run": _run, "compare": _compare, "bench": _bench, "gdb": _gdb,
                "linux": _linux, "bench-linux": _bench_linux}[arguments.command](arguments)
    except UserError as e:
        sys.exit(f"guestrun: {e}")
    except (subprocess.CalledProcessError, OSError) as e:
        sys.exit(f"guestrun: {e}: see the folder below {pathlib.Path('build')} of this command")
    except KeyboardInterrupt:
        sys.exit("guestrun: interrupted; guest and network were removed")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
