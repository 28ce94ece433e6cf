# SPDX-License-Identifier: MIT
"""guest_test.py --card rtl|ref|qemu-e1000e: the guest's servers in QEMU, by real clients.

The peer is QEMU's user-mode network (needs no privileges), and Linux through a TAP where a network
namespace may be made. Our cards run in synchronous and in free-running mode.
"""

import argparse
import concurrent.futures
import contextlib
import hashlib
import http.client
import pathlib
import random
import socket
import struct
import subprocess
import sys
import tempfile
import traceback

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tools"))

from guestrun import capture, clients, content, iperf3, qemu  # noqa: E402
from guestrun.errors import UserError  # noqa: E402
from guestrun.network import TAP6_HOST, TAP_HOST, Tap6Network, TapNetwork, UserNetwork, tap_permitted  # noqa: E402

MIB = 1 << 20
LIMIT_S = 60
APPS = "app=http,echo,discard,iperf3"


class Place:
    """A running guest with its network and a folder."""

    def __init__(self, guest, network, folder):
        self.guest, self.network, self.folder = guest, network, folder

    def http(self):
        """A connection to the HTTP server."""
        return http.client.HTTPConnection(self.network.host, self.network.http_port, timeout=LIMIT_S)

    def connect(self):
        """A bare TCP connection to it."""
        return socket.create_connection((self.network.host, self.network.http_port), timeout=LIMIT_S)

    def serves(self):
        """Whether a plain request is still answered rightly."""
        connection = self.http()
        connection.request("GET", "/bytes/1000")
        answer = connection.getresponse()
        return answer.status == 200 and hashlib.sha256(answer.read()).hexdigest() == content.sha256(1000)


def get(connection, path, **headers):
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer, answer.read()


def downloads_are_exact(place):
    for size in (0, 1, 1459, 1460, 1461, 65535, 65536, 65537, 8 * MIB):
        assert clients.download(place.network, size)[1], f"{size} bytes"


def uploads_are_exact(place):
    for size in (0, 1, 1461, 65537, 8 * MIB):
        path = place.folder / "upload.bin"
        content.make_upload(path, size, seed=size)
        assert clients.upload(place.network, path)[1], f"{size} bytes"


def both_directions_at_once_are_exact(place):
    path = place.folder / "upload.bin"
    content.make_upload(path, 4 * MIB, seed=9)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        down = pool.submit(clients.download, place.network, 4 * MIB)
        up = pool.submit(clients.upload, place.network, path)
        assert down.result()[1] and up.result()[1]


def connections_are_kept_and_ranges_are_served(place):
    whole = None
    connection = place.http()
    answer, whole = get(connection, "/bytes/100000")
    assert answer.status == 200 and len(whole) == 100000
    for start, end in ((0, 0), (100, 299), (65530, 65545), (99999, 99999)):
        answer, body = get(connection, "/bytes/100000", Range=f"bytes={start}-{end}")
        assert answer.status == 206 and body == whole[start:end + 1]
        assert answer.getheader("Content-Range") == f"bytes {start}-{end}/100000"


def chunked_upload_is_hashed(place):
    data = random.Random(4).randbytes(300000)
    connection = place.http()
    connection.request("PUT", "/sink", body=(data[i:i + 7777] for i in range(0, len(data), 7777)), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked"})
    assert hashlib.sha256(data).hexdigest() in connection.getresponse().read().decode()


def metrics_count_what_happened(place):
    before = clients.metrics(place.network)
    assert clients.download(place.network, MIB)[1]
    after = clients.metrics(place.network)
    assert after["TcpOutSegs"] > before["TcpOutSegs"]
    assert after["driver_tx_bytes"] - before["driver_tx_bytes"] > MIB
    assert after["softnet_processed"] > before["softnet_processed"]


def echo_returns_every_byte(place):
    data = random.Random(5).randbytes(200000)
    with socket.create_connection((place.network.host, place.network.echo_port), timeout=LIMIT_S) as s:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            sending = pool.submit(s.sendall, data)
            back = b""
            while len(back) < len(data):
                more = s.recv(1 << 16)
                assert more, "the echo ended early"
                back += more
            sending.result()
    assert back == data


def many_connections_are_served(place):
    rate, good = clients.requests(place.network, 200, keep_alive=False)
    assert good and rate > 0
    rate, good = clients.requests(place.network, 400, keep_alive=True)
    assert good and rate > 0


def malformed_requests_cost_only_their_connection(place):
    for request in (b"\x00\xff garbage\r\n\r\n", b"GET\r\n\r\n", b"GET /bytes/1 HTTP/9.9\r\n\r\n",
                    b"GET /bytes/-1 HTTP/1.1\r\nHost: x\r\n\r\n",
                    b"GET /bytes/99999999999999999999999 HTTP/1.1\r\nHost: x\r\n\r\n",
                    b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n",
                    b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 200000 + b"\r\n\r\n",
                    b"PUT /sink HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                    b"PUT /sink HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                    b"PUT /sink HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
        with place.connect() as s, contextlib.suppress(ConnectionError):
            s.sendall(request)
            s.shutdown(socket.SHUT_WR)
            answer = b""
            while more := s.recv(65536):
                answer += more
            assert answer == b"" or answer.startswith(b"HTTP/1.1 4") or answer.startswith(b"HTTP/1.1 5"), answer[:80]
        assert place.serves(), request[:40]


def unknown_paths_and_methods_are_refused(place):
    connection = place.http()
    assert get(connection, "/nothing")[0].status == 404
    connection.request("DELETE", "/sink")
    assert connection.getresponse().status in (404, 405, 501)


def aborted_transfers_cost_only_their_connection(place):
    for request in (b"GET /bytes/100000000 HTTP/1.1\r\nHost: x\r\n\r\n",
                    b"PUT /sink HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nonly this"):
        for _ in range(20):
            with place.connect() as s:
                s.sendall(request)
                if request.startswith(b"GET"):
                    s.recv(1000)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert place.serves()


def capture_has_no_bad_frame(place):
    raw, path = place.folder / "wire.pcap", place.folder / "wire.pcapng"
    with qemu.Guest(place.guest.card, place.network, place.folder, [APPS], sync=place.guest.sync, capture=raw) as guest:
        inner = Place(guest, place.network, place.folder)
        downloads_are_exact(inner)
        uploads_are_exact(inner)
    capture.to_pcapng(raw, path)
    assert capture.bad_frames(path) == 0


def iperf3_measures_the_guest(place):
    """The real client against the guest's server; both sides count the same bytes."""
    for options in (["-n", "4M"], ["-n", "4M", "-R"], ["-n", "8M", "-P", "8"],
                    ["-n", "4M", "-P", "8", "-R", "-M", "1000"], ["-k", "50", "-l", "3000", "-N", "-C", "reno"]):
        end = iperf3.run_client(place.network, *options)["end"]
        sent, received = end["sum_sent"]["bytes"], end["sum_received"]["bytes"]
        assert sent > 0 and abs(sent - received) <= iperf3.SLACK_BYTES * len(end["streams"]), (options, sent, received)


def iperf3_measures_both_directions(place):
    report = iperf3.run_client(place.network, "-n", "4M", "--bidir", "--get-server-output")
    end = report["end"]
    for ours, theirs in (("sum_sent", "sum_received"), ("sum_received_bidir_reverse", "sum_sent_bidir_reverse")):
        assert end[ours]["bytes"] > 0 and end[theirs]["bytes"] > 0, end
    assert report["server_output_json"]["end"]["sum_received"]["bytes"] > 0


def iperf3_measures_datagrams(place):
    """No datagram is counted twice (how many a busy machine loses, nobody promises)."""
    for options in ([], ["-R"], ["--udp-counters-64bit", "-l", "3000"]):
        end = iperf3.run_client(place.network, "-u", "-b", "30M", "-n", "1M", *options)["end"]
        total, size = end["sum"], end["sum_sent"]["bytes"] // end["sum_sent"]["packets"]
        came = end["sum_received"]["bytes"] // size
        assert total["packets"] > 300 and came > 30, (options, end)
        assert came <= came + total["lost_packets"] <= total["packets"] + 1, (options, end)


def iperf3_server_refuses_nonsense(place):
    """What the unit tests do in detail, from a real socket."""
    cookie = b"abcdefghijklmnopqrstuvwxyz0123456789\0"
    for data in (b"", b"GET / HTTP/1.0\r\n\r\n" * 10, cookie, cookie + b"\xff\xff\xff\xff",
                 cookie + struct.pack(">I", 100000) + b"[" * 100000,
                 cookie + struct.pack(">I", 15) + b'{"parallel":-1}'):
        with socket.create_connection((place.network.host, iperf3.PORT), timeout=LIMIT_S) as s, \
                contextlib.suppress(ConnectionError):
            s.sendall(data)
            with contextlib.suppress(OSError):  # ENOTCONN: the server has ended the connection already
                s.shutdown(socket.SHUT_WR)
            while s.recv(4096):
                pass
    assert iperf3.run_client(place.network, "-n", "100K")["end"]["sum_sent"]["bytes"] >= 100 << 10


OVER_TAP = (iperf3_measures_the_guest, iperf3_measures_both_directions, iperf3_measures_datagrams,
            iperf3_server_refuses_nonsense)

IN_ONE_GUEST = (downloads_are_exact, uploads_are_exact, both_directions_at_once_are_exact,
                connections_are_kept_and_ranges_are_served, chunked_upload_is_hashed, metrics_count_what_happened,
                echo_returns_every_byte, many_connections_are_served, malformed_requests_cost_only_their_connection,
                unknown_paths_and_methods_are_refused, aborted_transfers_cost_only_their_connection)

# What is worth repeating over IPv6, against the host's Linux.
OVER_IPV6 = (downloads_are_exact, uploads_are_exact, both_directions_at_once_are_exact, echo_returns_every_byte,
             iperf3_measures_the_guest)

# Settings of driver and card under which a transfer must stay exact.
SETTINGS = ("tso=off", "csum=off", "tso=off csum=off", "gro=off", "irq=msi", "irq=intx", "itr=off", "itr=200us",
            "rings=32")


class Results:
    """Counts, and prints what failed with the command that repeats it."""

    def __init__(self, card, only):
        self.card, self._only = card, only
        self.passed = self.failed = 0

    def wants(self, name):
        return self._only is None or self._only in name

    def check(self, name, function):
        """Runs one test."""
        if not self.wants(name):
            return
        try:
            function()
            self.passed += 1
        except Exception:  # pylint: disable=broad-except
            self.failed += 1
            print(f"FAIL {name}: {traceback.format_exc()}\n"
                  f"  repeat: python3 tests/guest/guest_test.py --card {self.card} --test '{name}'", flush=True)


def run_in_one_guest(results, network_class, sync, tests=IN_ONE_GUEST):
    """Tests that can share a guest."""
    mode = f"{network_class.name}, {'sync' if sync else 'free-running'}"
    names = {f"{test.__name__} ({mode})": test for test in tests}
    capture_name = f"capture_has_no_bad_frame ({mode})"
    if not any(results.wants(name) for name in (*names, capture_name)):
        return
    with tempfile.TemporaryDirectory(prefix="ringside-guest-") as folder, network_class() as network:
        folder = pathlib.Path(folder)
        try:
            with qemu.Guest(results.card, network, folder, [APPS], sync=sync) as guest:
                place = Place(guest, network, folder)
                with network.inside():
                    for name, test in names.items():
                        results.check(name, lambda t=test: t(place))
        except UserError as e:
            results.check(f"boots ({mode})", lambda: (_ for _ in ()).throw(e))
            return
        results.check(capture_name, lambda: capture_has_no_bad_frame(place))


def transfer_with(card, settings):
    """A guest with these settings moves data exactly."""
    with tempfile.TemporaryDirectory(prefix="ringside-guest-") as folder, UserNetwork() as network:
        folder = pathlib.Path(folder)
        with qemu.Guest(card, network, folder, [APPS, *settings.split()]) as guest:
            place = Place(guest, network, folder)
            assert clients.download(network, 2 * MIB)[1]
            path = folder / "upload.bin"
            content.make_upload(path, 2 * MIB, seed=3)
            assert clients.upload(network, path)[1] and place.serves()


def guest_measures_iperf3(card):
    """The guest's client against the real server: its results are on the console."""
    runs = [(TAP_HOST, "-n,4M"), (TAP_HOST, "-n,2M,--bidir"), (TAP_HOST, "-u,-b,20M,-n,500K"),
            (TAP_HOST, "-u,-b,20M,-n,500K,-R"), (TAP6_HOST, "-n,4M,-P,8,-R")]
    with tempfile.TemporaryDirectory(prefix="ringside-guest-") as folder, Tap6Network() as network, \
            iperf3.Server(network):
        words = [f"iperf3=-c,{host},{run}" for host, run in runs]
        with qemu.Guest(card, network, folder, words) as guest:
            for words, report in zip(words, iperf3.guest_reports(guest, len(words))):
                assert "error" not in report, (words, report["error"], report["errno"])
                end = report["end"]
                sent, received = end["sum_sent"]["bytes"], end["sum_received"]["bytes"]
                # Real iperf3 counts what it has read when it hears that the test is over.
                assert sent > 0 and received > sent / 4, (words, sent, received)
                assert "-n,4M" not in words or sent >= 4 * MIB, (words, sent)


def takes_an_ipv6_address_from_a_router(card):
    """QEMU's user-mode network advertises a prefix: the guest is ready only with an address of it."""
    with tempfile.TemporaryDirectory(prefix="ringside-guest-") as folder, UserNetwork() as network:
        network.netdev = network.netdev.replace("ipv6=off", "ipv4=on,ipv6=on")
        with qemu.Guest(card, network, pathlib.Path(folder), [APPS, "ip6=auto"]):
            assert clients.metrics(network)["Icmp6InRouterAdvertisements"] >= 1


def refuses_an_unknown_option(card):
    """One line that names the cure, and an exit code."""
    with tempfile.TemporaryDirectory(prefix="ringside-guest-") as folder, UserNetwork() as network:
        try:
            with qemu.Guest(card, network, folder, ["bogus=1"]):
                pass
        except UserError as e:
            assert "bogus" in str(e), e
            return
    raise AssertionError("the guest booted with an unknown option")


def refused_at_start(words):
    """QEMU itself ends with one line when a property of the device is wrong."""
    command = ["timeout", "-k", "1", "20", str(qemu.QEMU), "-L", qemu.FIRMWARE[0], "-L", qemu.FIRMWARE[1], "-M", "q35",
               "-nodefaults", "-display", "none", "-device", "ringside," + words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [l for l in done.stderr.splitlines() if l]
    assert done.returncode == 1 and len(lines) == 1, (done.returncode, lines)


def refuses_another_abi_version():
    """A plug-in from another time says so itself."""
    source = "static const unsigned abi[2] = { 99, 4096 };\nconst void *ringside_platform_abi(void) { return abi; }\n"
    with tempfile.TemporaryDirectory(prefix="ringside-guest-") as folder:
        plugin = pathlib.Path(folder) / "old.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(plugin)], input=source.encode(),
                       check=True)
        refused_at_start(f"plugin={plugin}")


BAD_PROPERTIES = {
    "unknown config key": f"plugin={qemu.PLUGIN},config=bogus=1",
    "unknown platform key": f"plugin={qemu.PLUGIN},platform=bogus=1",
    "missing plug-in": "plugin=/nowhere/libringside.so",
    "no plug-in at all": "model=ref",
    "an object that is no plug-in": "plugin=/lib/x86_64-linux-gnu/libz.so.1",
    "unknown model": f"plugin={qemu.PLUGIN},model=bogus",
    "malformed MAC": f"plugin={qemu.PLUGIN},mac=52:54",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--card", choices=qemu.CARDS, required=True)
    parser.add_argument("--test", help="only tests whose name holds this")
    arguments = parser.parse_args()
    results = Results(arguments.card, arguments.test)
    ours = arguments.card != "qemu-e1000e"

    run_in_one_guest(results, UserNetwork, sync=False)
    if ours:
        run_in_one_guest(results, UserNetwork, sync=True)
    skipped = 0
    if tap_permitted():
        run_in_one_guest(results, TapNetwork, sync=False, tests=IN_ONE_GUEST + (OVER_TAP if ours else ()))
        run_in_one_guest(results, Tap6Network, sync=False, tests=OVER_IPV6)
        if ours:
            results.check("guest_measures_iperf3", lambda: guest_measures_iperf3(arguments.card))
    else:
        skipped += len(IN_ONE_GUEST) + len(OVER_IPV6) + 2 + (len(OVER_TAP) + 1 if ours else 0)
        print("skipped: the tests over TAP; no network namespace may be made here")
    for settings in SETTINGS:
        results.check(f"transfers with {settings}", lambda s=settings: transfer_with(arguments.card, s))
    results.check("takes_an_ipv6_address_from_a_router", lambda: takes_an_ipv6_address_from_a_router(arguments.card))
    results.check("refuses_an_unknown_option", lambda: refuses_an_unknown_option(arguments.card))
    if ours:
        for name, words in BAD_PROPERTIES.items():
            results.check(f"refused at start: {name}", lambda w=words: refused_at_start(w))
        results.check("refuses_another_abi_version", refuses_another_abi_version)

    tail = f", {skipped} skipped" if skipped else ""
    print(f"{results.passed} passed, {results.failed} failed{tail}")
    sys.exit(1 if results.failed or not results.passed else 0)


if __name__ == "__main__":
    main()
