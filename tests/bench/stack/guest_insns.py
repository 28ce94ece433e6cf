# SPDX-License-Identifier: MIT
"""Instructions that the guest executes for a KiB sent and received, with each offload on and off.

A plug-in of QEMU (insn_plugin.c) counts them, all of them: application, stack, driver, interrupts. The
guest sends from its web server and receives into its discard server; the host's Linux TCP is the peer.
"""

import pathlib
import socket
import struct
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tools"))

from guestrun import clients  # noqa: E402
from guestrun.errors import UserError  # noqa: E402
from guestrun.network import make_network  # noqa: E402
from guestrun.qemu import Guest  # noqa: E402

MIB = 1 << 20
WARM_BYTES, BYTES = 2 * MIB, 16 * MIB
DISCARD_PORT = 9
IDLE_S, IDLE_LIMIT_S = 0.2, 30
SETTINGS = {
    "all_on": [], "tso_off": ["tso=off"], "gro_off": ["gro=off"], "csum_off": ["csum=off"],
    "all_off": ["tso=off", "gro=off", "csum=off"],
}


class CountedGuest(Guest):
    """A guest whose instructions are counted."""

    def __init__(self, plugin, *arguments, **options):
        super().__init__(*arguments, **options)
        self._counter_plugin, self._counter = plugin, self.run_dir / "instructions"

    def _software(self):
        return super()._software() + ["-plugin", f"{self._counter_plugin},count={self._counter}"]

    def instructions(self):
        """Executed so far, once the guest has nothing to do for a while but its timers."""
        last, start = None, time.monotonic()
        while time.monotonic() - start < IDLE_LIMIT_S:
            now = struct.unpack("<Q", self._counter.read_bytes())[0]
            if last is not None and now - last < 200000:
                return now
            last = now
            time.sleep(IDLE_S)
        raise UserError(f"the guest does not become idle within {IDLE_LIMIT_S} s")


def _discard(network, size):
    with network.inside():
        s = socket.create_connection((network.host, DISCARD_PORT), timeout=60)
    block = bytes(65536)
    with s:
        for _ in range(size // len(block)):
            s.sendall(block)
        s.shutdown(socket.SHUT_WR)
        s.recv(1)


def _download(network, size):
    if not clients.download(network, size)[1]:
        raise UserError("the guest sent other bytes than it should")


def _per_kib(guest, network, move):
    before = guest.instructions()
    move(network, BYTES)
    return round((guest.instructions() - before) / (BYTES / 1024))


def measure(card, plugin, run_dir):
    """{setting: {"tx": n, "rx": n}}"""
    result = {}
    for name, options in SETTINGS.items():
        with make_network("tap") as network, CountedGuest(plugin, card, network, run_dir, options=options) as guest:
            _download(network, WARM_BYTES)
            _discard(network, WARM_BYTES)
            result[name] = {"tx": _per_kib(guest, network, _download), "rx": _per_kib(guest, network, _discard)}
    return result


def table(result):
    """As text."""
    rows = [f"  {name.replace('_', ' '):10} {row['tx']:6} {row['rx']:8}" for name, row in result.items()]
    return "\n".join(["  offloads     sent received", *rows])
