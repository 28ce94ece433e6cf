# SPDX-License-Identifier: MIT
"""interop_test.py [--quick] [--test NAME]: our TCP in the guest against the host's Linux TCP, over a wire of
the platform (hw/wire.h) that delays, loses, reorders, duplicates and corrupts by its seed.

Each congestion control of ours on each wire: curl both ways with SHA-256, iperf3 in both roles, and small
writes both ways as ssh makes them, with Nagle's algorithm on and off. The results are a table, and
build/interop/result.json. Everything must be exact and end in time; how fast it was is reported, not judged.
"""

import argparse
import contextlib
import json
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tools"))

from guestrun import clients, content, iperf3, qemu  # noqa: E402
from guestrun.errors import UserError  # noqa: E402
from guestrun.network import TAP6_HOST, TAP_HOST, Tap6Network, tap_permitted  # noqa: E402

MIB = 1 << 20
WIRE_TAP = TOP / "build/tests/interop/wire_tap"
CONTROLS = ("cubic", "reno", "bbr", "dctcp")
WIRES = {
    "clean": "delay_ns=50000",
    "delay": "delay_ns=10000000",
    "loss": "delay_ns=1000000,loss=0.01,seed=11",
    "reorder": "delay_ns=1000000,reorder=0.05,reorder_ns=3000000,seed=12",
    "duplicate": "delay_ns=1000000,duplicate=0.05,seed=13",
    "corrupt": "delay_ns=1000000,corrupt=0.005,seed=14",
    "all": "delay_ns=2000000,loss=0.01,reorder=0.02,reorder_ns=3000000,duplicate=0.02,corrupt=0.002,seed=15",
}
# A setting of the wire, and what counts it.
MISHAPS = {"loss": "lost", "reorder": "reordered", "duplicate": "duplicated", "corrupt": "corrupted"}
LIMIT_S = 300
KEYSTROKES = 100


class WireNetwork(Tap6Network):
    """A TAP whose other end is not QEMU but a bad wire to it. IPv4 and IPv6."""

    name = "wire"

    def __init__(self, folder, wire):
        self._socket, self._config = pathlib.Path(folder) / "wire.sock", wire
        self.counters, self._relay = {}, None

    def __enter__(self):
        super().__enter__()
        self.netdev = f"stream,id=net0,server=off,addr.type=unix,addr.path={self._socket}"
        self._relay = subprocess.Popen(self.enter + [str(WIRE_TAP), "tap0", str(self._socket), self._config],
                                       stdout=subprocess.PIPE, text=True)
        if self._relay.stdout.readline() != "ready\n":
            self.__exit__()
            raise UserError("wire_tap does not start: see above")
        return self

    def __exit__(self, *exc):
        """QEMU has ended by now, and wire_tap with it."""
        try:
            output = self._relay.communicate(timeout=10)[0]
        except subprocess.TimeoutExpired:
            self._relay.kill()
            output = ""
        for line in output.splitlines():
            side, *words = line.split()
            self.counters[side] = dict(zip(words[::2], map(int, words[1::2])))
        return super().__exit__(*exc)


def mbps(size, seconds):
    """Megabits a second."""
    return round(size * 8 / seconds / 1e6, 1)


def curl_download(network, size, _folder):
    """The guest sends."""
    seconds, exact = clients.download(network, size)
    assert exact, "the SHA-256 of a download is wrong"
    return mbps(size, seconds)


def curl_upload(network, size, folder):
    """The host sends."""
    path = folder / "upload.bin"
    content.make_upload(path, size, seed=size)
    seconds, exact = clients.upload(network, path)
    path.unlink()
    assert exact, "the SHA-256 of an upload is wrong"
    return mbps(size, seconds)


def iperf3_host(network, size, _folder):
    """The host's client measures both directions, each in its turn."""
    rates = []
    for options in ([], ["-R", "-P", "4"]):
        end = iperf3.run_client(network, "-n", str(size // 2), *options, limit_s=LIMIT_S)["end"]
        sent, received = end["sum_sent"]["bytes"], end["sum_received"]["bytes"]
        assert abs(sent - received) <= iperf3.SLACK_BYTES * len(end["streams"]), (options, sent, received)
        rates.append(end["sum_received"]["bits_per_second"] / 1e6)
    return round(sum(rates) / 2, 1)


def _type(connection, count, seed):
    """Small writes, each answered by the echo before the next; now and then several at once."""
    choose = random.Random(seed)
    for _ in range(count):
        line = choose.randbytes(choose.choice((1, 1, 1, 2, 36, 200, 3000)))
        for at in range(0, len(line), 64):
            connection.sendall(line[at:at + 64])
        back = b""
        while len(back) < len(line):
            more = connection.recv(65536)
            assert more, "the echo ended early"
            back += more
        assert back == line, "the echo is wrong"


def interactive(network, _size, _folder):
    """As ssh: round trips a second, Nagle's algorithm on and off; IPv4 and IPv6."""
    start, count = time.perf_counter(), 0
    for host in (network.host, qemu_address(network)):
        for no_delay in (0, 1):
            with network.inside(), socket.create_connection((host, network.echo_port), timeout=60) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, no_delay)
                _type(connection, KEYSTROKES // 4, seed=no_delay)
                count += KEYSTROKES // 4
    return round(count / (time.perf_counter() - start), 1)


def qemu_address(network):
    """The guest's IPv4 address."""
    return network.guest_options[0].partition("=")[2].partition("/")[0]


TASKS = {"download": curl_download, "upload": curl_upload, "iperf3": iperf3_host, "interactive": interactive}


class Run:
    """What was tried, and how it went."""

    def __init__(self):
        self.rows, self.failed, self.passed = [], 0, 0

    def row(self, control, wire, size):
        """All tasks with one guest; a row of the table."""
        row = {"control": control, "wire": wire, "bytes": size}
        self.rows.append(row)
        with tempfile.TemporaryDirectory(prefix="ringside-interop-") as folder:
            network = WireNetwork(folder, WIRES[wire])
            try:
                with network, iperf3.Server(network), qemu.Guest("rtl", network, folder, [
                        f"cc={control}", f"iperf3=-c,{TAP_HOST},-n,{size // 2}",
                        f"iperf3=-c,{TAP6_HOST},-n,{size // 2},-R"]) as guest:
                    row["guest_iperf3"] = self._check(row, "guest_iperf3", lambda: self._guest_reports(guest))
                    for name, task in TASKS.items():
                        row[name] = self._check(row, name, lambda t=task: t(network, size, pathlib.Path(folder)))
                    row["counters"] = {n: v for n, v in clients.metrics(network).items() if n.startswith("Tcp")}
            except UserError as e:
                self._failure(row, "guest", e)
        row["wire_counters"] = network.counters
        self._check(row, "wire", lambda: self._did_what_it_was_told(wire, network.counters))
        print(f"  {control} on {wire}: {self.passed} passed, {self.failed} failed so far", flush=True)

    @staticmethod
    def _did_what_it_was_told(wire, counters):
        """A wire that was asked for mishaps has had them, in both directions."""
        for side in ("host", "guest"):
            assert counters[side]["frames"] > 100, counters
            for key, counter in MISHAPS.items():
                assert (counters[side][counter] > 0) == (f"{key}=" in WIRES[wire]), (side, counter, counters)

    @staticmethod
    def _guest_reports(guest):
        """The guest's own client: rates of both directions."""
        rates = []
        for report in iperf3.guest_reports(guest, 2, LIMIT_S):
            assert "error" not in report, report["error"]
            rates.append(report["end"]["sum_sent"]["bits_per_second"] / 1e6)
        return round(sum(rates) / 2, 1)

    def _failure(self, row, name, error):
        self.failed += 1
        print(f"FAIL {name}, {row['control']} on {row['wire']} ({WIRES[row['wire']]}): {type(error).__name__} {error}\n"
              f"  repeat: python3 tests/interop/interop_test.py --test {row['control']}-{row['wire']}", flush=True)

    def _check(self, row, name, function):
        try:
            result = function()
        except Exception as e:  # pylint: disable=broad-except
            self._failure(row, name, e)
            return None
        self.passed += 1
        return result

    def exact_gigabyte(self):
        """1 GiB each way on a clean wire."""
        with tempfile.TemporaryDirectory(prefix="ringside-interop-") as folder:
            network = WireNetwork(folder, WIRES["clean"])
            row = {"control": "cubic", "wire": "clean", "bytes": 1 << 30}
            with network, qemu.Guest("rtl", network, folder, []):
                row["download"] = self._check(row, "1 GiB down", lambda: curl_download(network, 1 << 30, None))
                row["upload"] = self._check(row, "1 GiB up",
                                            lambda: curl_upload(network, 1 << 30, pathlib.Path(folder)))
            self.rows.append(row)

    def table(self):
        """Lines for people."""
        names = ("download", "upload", "iperf3", "guest_iperf3", "interactive")
        lines = [f"  {'ours':6} {'wire':10} {'MiB':>5} " + "".join(f"{n:>14}" for n in names) + "   retransmitted"]
        for row in self.rows:
            values = "".join(f"{'-' if row.get(n) is None else row[n]:>14}" for n in names)
            again = row.get("counters", {}).get("TcpRetransSegs", "")
            lines.append(f"  {row['control']:6} {row['wire']:10} {row['bytes'] / MIB:5.0f} {values}   {again}")
        return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two wires, little data: part of make test")
    parser.add_argument("--mib", type=int, default=16, help="of each transfer in the long suite")
    parser.add_argument("--test", help="only CONTROL-WIRE that hold this, or 'gigabyte'")
    arguments = parser.parse_args()
    if not tap_permitted():
        print("skipped: no network namespace may be made here\n0 passed, 0 failed, 1 skipped")
        return 0
    run = Run()
    if arguments.quick:
        pairs, size = [("cubic", "all"), ("bbr", "loss")], MIB
    else:
        pairs, size = [(c, w) for c in CONTROLS for w in WIRES], arguments.mib * MIB
    for control, wire in pairs:
        if not arguments.test or arguments.test in f"{control}-{wire}":
            run.row(control, wire, size)
    if not arguments.quick and (not arguments.test or arguments.test == "gigabyte"):
        run.exact_gigabyte()
    folder = TOP / "build/interop"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").write_text(json.dumps(run.rows, indent=1) + "\n", encoding="utf-8")
    print("\n  megabits a second; interactive: round trips a second\n" + run.table() + "\n")
    print(f"{run.passed} passed, {run.failed} failed")
    return 1 if run.failed or not run.passed else 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
