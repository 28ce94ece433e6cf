# SPDX-License-Identifier: MIT
"""Networks between the guest and clients on this machine.

tap: a private network namespace with a TAP device, so that the host's Linux TCP with all its
options is the guest's peer; needs root. user: QEMU's user-mode network with forwarded ports on
loopback; needs nothing, but speaks an old TCP.
"""

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess

from .errors import UserError

HTTP_PORT = 80
ECHO_PORT = 7
# A documentation network (RFC 5737): nothing real answers there.
TAP_HOST = "192.0.2.1"
TAP_GUEST = "192.0.2.2"
TAP_PREFIX = 24
# Likewise for IPv6 (RFC 3849).
TAP6_HOST = "2001:db8::1"
TAP6_GUEST = "2001:db8::2"
TAP6_PREFIX = 64
CLONE_NEWNET = 0x40000000
# Programs that are started with this in front end with us, even when we are killed.
WITH_US = ["setpriv", "--pdeathsig", "KILL"]


def _free_ports(count):
    """Different ones: all are taken before any is given back."""
    with contextlib.ExitStack() as taken:
        sockets = [taken.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


def _check_port(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError as e:
            raise UserError(f"port {port} on 127.0.0.1 is in use: pass another with HTTP_PORT=") from e
    return port


def _enter_namespace(file):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(file.fileno(), CLONE_NEWNET):
        raise UserError(f"cannot enter a network namespace ({os.strerror(ctypes.get_errno())}): "
                        "run as root, or use NET=user")


class UserNetwork:
    """QEMU's user-mode network; ports of the guest appear on 127.0.0.1."""

    name = "user"

    def __init__(self, http_port=None):
        self._requested_port = http_port

    def __enter__(self):
        self.http_port, self.echo_port = _free_ports(2)
        if self._requested_port:
            self.http_port = _check_port(self._requested_port)
        self.host = "127.0.0.1"
        self.enter = WITH_US
        self.guest_options = ["ip=dhcp"]
        forward = [f"hostfwd=tcp:127.0.0.1:{self.http_port}-:{HTTP_PORT}",
                   f"hostfwd=tcp:127.0.0.1:{self.echo_port}-:{ECHO_PORT}"]
        self.netdev = "user,id=net0,ipv6=off," + ",".join(forward)
        return self

    def __exit__(self, *exc):
        return False

    @contextlib.contextmanager
    def inside(self):
        """Sockets that this thread makes meanwhile are on this network."""
        yield


class TapNetwork:
    """A namespace of our own with a TAP device; commands enter it with `self.enter + [...]`.

    It has no name, and a process that holds it until its input ends: however we end, it goes too.
    """

    name = "tap"
    address = TAP_HOST

    def __enter__(self):
        self.host = TAP_GUEST
        self.http_port, self.echo_port = HTTP_PORT, ECHO_PORT
        self.guest_options = [f"ip={TAP_GUEST}/{TAP_PREFIX},{TAP_HOST}"]
        self.netdev = "tap,id=net0,ifname=tap0,script=no,downscript=no,vnet_hdr=off"
        self._hold()
        try:
            self._ip("tuntap", "add", "tap0", "mode", "tap")
            self._ip("addr", "add", f"{self.address}/{TAP_PREFIX}", "dev", "tap0")
            self._ip("link", "set", "tap0", "up")
            self._ip("link", "set", "lo", "up")
        except UserError:
            self._release()
            raise
        return self

    def __exit__(self, *exc):
        self._release()
        return False

    def _hold(self):
        self._holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec cat"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._namespace = f"/proc/{self._holder.pid}/ns/net"
        self.enter = WITH_US + ["nsenter", f"--net={self._namespace}"]
        if not self._holder.stdout.readline():
            why = self._holder.stderr.read().strip()
            self._release()
            raise UserError(f"no network namespace can be made ({why}): run as root, or use NET=user")

    def _release(self):
        self._holder.communicate()

    @contextlib.contextmanager
    def inside(self):
        """Sockets that this thread makes meanwhile are on this network."""
        with open("/proc/thread-self/ns/net", "rb") as home, open(self._namespace, "rb") as there:
            _enter_namespace(there)
            try:
                yield
            finally:
                _enter_namespace(home)

    def _ip(self, *words):
        command = ["ip", *words]
        if not shutil.which("ip"):
            raise UserError("no `ip` command: install iproute2, or use NET=user")
        done = subprocess.run(self.enter + command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UserError(f"`{' '.join(command)}` failed ({done.stderr.strip()}): run as root, or use NET=user")


class Tap6Network(TapNetwork):
    """The same over IPv6."""

    name = "tap over IPv6"

    def __enter__(self):
        super().__enter__()
        self.host = TAP6_GUEST
        self.guest_options.append(f"ip6={TAP6_GUEST}/{TAP6_PREFIX},{TAP6_HOST}")
        try:
            self._ip("addr", "add", f"{TAP6_HOST}/{TAP6_PREFIX}", "dev", "tap0", "nodad")
        except UserError:
            self._release()
            raise
        return self


def tap_permitted():
    """Whether a namespace with a TAP can be made here."""
    with contextlib.suppress(UserError), TapNetwork():
        return True
    return False


def make_network(kind, http_port=None):
    """kind: tap, user, or auto (tap where permitted)."""
    if kind == "auto":
        kind = "tap" if tap_permitted() else "user"
    if kind == "tap":
        return TapNetwork()
    if kind == "user":
        return UserNetwork(http_port)
    raise UserError(f"NET={kind} is unknown: use tap, user or auto")
