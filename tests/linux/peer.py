# SPDX-License-Identifier: MIT
"""The other end of the wire: this machine's Linux in the TAP's network namespace.

iperf3's server, a web server that hashes what it is sent, and bare Ethernet frames.
"""

import hashlib
import http.server
import json
import select
import socket
import struct
import subprocess
import threading

from guestrun.errors import UserError
from guestrun.network import TAP_GUEST, TAP_HOST, TAP_PREFIX

HOST6, GUEST6, PREFIX6 = "2001:db8::1", "2001:db8::2", 64
IPERF_PORT = 5201
BLOCK = 1 << 16
# For local experiments (IEEE 802): nobody answers such frames.
ETHERTYPE = 0x88B5
# <linux/if_packet.h>
SOL_PACKET, PACKET_AUXDATA, TP_STATUS_VLAN_VALID = 263, 8, 1 << 4
AUXDATA = struct.Struct("=IIIHHHH")


def block(number):
    """Block of a file that both ends can make: no two are alike."""
    return hashlib.shake_128(number.to_bytes(4, "little")).digest(BLOCK)


def sha256(blocks):
    """Of the file of so many blocks."""
    digest = hashlib.sha256()
    for number in range(blocks):
        digest.update(block(number))
    return digest.hexdigest()


class Web(http.server.BaseHTTPRequestHandler):
    """GET /N: a file of N blocks. POST: the SHA-256 of what was sent."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_words):  # pylint: disable=arguments-differ
        """Says nothing."""

    def _answer(self, length):
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def do_GET(self):  # pylint: disable=invalid-name
        """A file."""
        blocks = int(self.path[1:])
        self._answer(blocks * BLOCK)
        for number in range(blocks):
            self.wfile.write(block(number))

    def do_POST(self):  # pylint: disable=invalid-name
        """A hash."""
        digest, left = hashlib.sha256(), int(self.headers["Content-Length"])
        while left and (data := self.rfile.read1(min(left, BLOCK))):
            digest.update(data)
            left -= len(data)
        text = digest.hexdigest().encode()
        self._answer(len(text))
        self.wfile.write(text)


class Wire:
    """Frames by hand on the host's end of the TAP."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self._socket.bind(("tap0", 0))
        self._socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)

    def close(self):
        """No more frames."""
        self._socket.close()

    def send(self, frame):
        """One frame, without FCS."""
        self._socket.send(frame)

    def received(self, wait_s=0.0):
        """Frames that came from the guest: (VLAN tag or None, frame without it), in order."""
        while select.select([self._socket], [], [], wait_s)[0]:
            frame, control, _, address = self._socket.recvmsg(1 << 16, 1024)
            if address[2] == socket.PACKET_OUTGOING:
                continue
            tag = None
            for level, kind, data in control:
                if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
                    status, _, _, _, _, tci, _ = AUXDATA.unpack(data[:AUXDATA.size])
                    tag = tci if status & TP_STATUS_VLAN_VALID else None
            yield tag, frame


class Peer:
    """Context manager: the servers, and the namespace's addresses."""

    def __init__(self, network):
        self.network = network
        self.address, self.address6 = TAP_HOST, HOST6
        self.guest_address, self.guest_address6 = f"{TAP_GUEST}/{TAP_PREFIX}", f"{GUEST6}/{PREFIX6}"
        self.web_port = self._iperf = self._web = self.wire = None

    def __enter__(self):
        self.run("ip", "-6", "addr", "add", f"{HOST6}/{PREFIX6}", "dev", "tap0", "nodad")
        try:
            self._iperf = subprocess.Popen(self.network.enter + ["iperf3", "-s", "-p", str(IPERF_PORT)],
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except OSError as e:
            raise UserError(f"no iperf3 here ({e}): install it, `make deps`") from e
        with self.network.inside():
            self._web = http.server.ThreadingHTTPServer((TAP_HOST, 0), Web)
            self.wire = Wire()
        self.web_port = self._web.server_port
        threading.Thread(target=self._web.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self._iperf.kill()
        self._iperf.wait()
        self._web.shutdown()
        self._web.server_close()
        self.wire.close()
        return False

    def run(self, *words):
        """A command in the namespace; returns what it printed."""
        done = subprocess.run(self.network.enter + list(words), capture_output=True, text=True, check=False)
        if done.returncode:
            raise UserError(f"`{' '.join(words)}` failed ({done.stderr.strip()}): run as root")
        return done.stdout

    def set_mtu(self, mtu):
        """Of this end of the wire."""
        self.run("ip", "link", "set", "tap0", "mtu", str(mtu))

    def forget_addresses(self):
        """Asks again which Ethernet address the guest has."""
        self.run("ip", "neigh", "flush", "dev", "tap0")

    def frames_sent(self):
        """How many frames this end put on the wire."""
        return json.loads(self.run("ip", "-json", "-statistics", "link", "show", "tap0"))[0]["stats64"]["tx"]["packets"]

    def frames_received(self):
        """How many came from the guest."""
        return json.loads(self.run("ip", "-json", "-statistics", "link", "show", "tap0"))[0]["stats64"]["rx"]["packets"]
