# SPDX-License-Identifier: MIT
"""Linux's TCP through our card and through QEMU's e1000e: iperf3, one stream, alternated, medians."""

import contextlib
import json
import statistics
import subprocess

from .errors import UserError
from .linux import LinuxGuest
from .network import TAP_GUEST, TAP_HOST, TAP_PREFIX, make_network

# QEMU's user-mode network: the host's loopback as the guest sees it
USER_HOST = "10.0.2.2"
IPERF_PORT = 5209
WARM_UP_S = 1
DIRECTIONS = {"tx": "", "rx": "-R"}
CARDS = ("rtl", "qemu-e1000e")


@contextlib.contextmanager
def _server(network):
    """iperf3's server on the host's side, from when it listens."""
    address = TAP_HOST if network.name == "tap" else "127.0.0.1"
    try:
        server = subprocess.Popen(
            network.enter + ["iperf3", "-s", "--forceflush", "-B", address, "-p", str(IPERF_PORT)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except OSError as e:
        raise UserError(f"no iperf3 here ({e}): `make deps` installs it") from e
    try:
        for line in server.stdout:
            if "Server listening" in line:
                break
            if "error" in line:
                raise UserError(f"{line.strip()}: is another one running?")
        yield
    finally:
        server.kill()
        server.communicate()


def _configure(guest, network):
    """Driver and address; returns the host's address."""
    guest.run("modprobe e1000e; ip link set eth0 up")
    if network.name == "tap":
        guest.run(f"ip addr add {TAP_GUEST}/{TAP_PREFIX} dev eth0")
        host = TAP_HOST
    else:
        guest.run("udhcpc -q -n -i eth0 -s /etc/udhcpc")
        host = USER_HOST
    guest.run(f"ping -c 10 -i 0.2 -q {host} >/dev/null")
    return host


def measure(card, net, run_dir, seconds):
    """Received Mb/s by direction, in a guest of its own."""
    with make_network(net) as network, _server(network), LinuxGuest(card, network, run_dir) as guest:
        host = _configure(guest, network)
        mbps = {}
        for direction, words in DIRECTIONS.items():
            report = json.loads(guest.run(
                f"sleep 1; iperf3 -J -c {host} -p {IPERF_PORT} -t {seconds} -O {WARM_UP_S} {words}"))
            if "sum_received" not in report["end"]:
                why = report.get("error", "no result")
                raise UserError(f"iperf3 on {card}, {direction}, {net}: {why}: run it again")
            mbps[direction] = round(report["end"]["sum_received"]["bits_per_second"] / 1e6, 1)
        return mbps


def run(nets, rounds, seconds, run_dir, progress):
    """Everything that goes to linux.json."""
    out = {}
    for net in nets:
        runs = {card: [] for card in CARDS}
        for turn in range(rounds):
            for card in CARDS:
                progress(f"{net}, {turn + 1} of {rounds}, {card}")
                runs[card].append(measure(card, net, run_dir, seconds))
        for direction in DIRECTIONS:
            ours, theirs = (statistics.median(r[direction] for r in runs[card]) for card in CARDS)
            out[f"linux_{direction}_mbps_{net}"] = ours
            out[f"linux_{direction}_mbps_{net}_qemu_e1000e"] = theirs
            out[f"linux_{direction}_ratio_{net}"] = round(ours / theirs, 3)
        out[f"runs_{net}"] = runs
    return out
