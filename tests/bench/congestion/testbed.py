# SPDX-License-Identifier: MIT
"""One run: senders, Linux's TCP or ours, through a bottleneck to a sink, in real time. Each Linux has a network
namespace of its own; what joins them is the program `bottleneck`."""

import contextlib
import dataclasses
import fcntl
import os
import socket
import struct
import subprocess
import tempfile
import time

from guestrun.errors import UserError
from guestrun.network import WITH_US, TapNetwork

SINK = "192.0.2.1"
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
SOCKET_BYTES = 4 << 20
START_S, END_LIMIT_S = 0.5, 60


@dataclasses.dataclass(frozen=True)
class Sender:
    """Flows of one host."""

    kind: str  # linux or ours
    flows: int
    rtt_ms: float


@dataclasses.dataclass(frozen=True)
class Run:
    """What is run."""

    name: str
    control: str
    senders: tuple
    rate_mbps: int
    queue_frames: int  # one more is on the line
    seconds: int
    loss: float = 0
    sink: str = "linux"


@dataclasses.dataclass(frozen=True)
class Flow:
    """A flow's samples; t in seconds since the start."""

    kind: str
    t: list
    cwnd: list
    ssthresh: list
    srtt_us: list
    acked: list  # bytes
    retransmitted: list


@dataclasses.dataclass(frozen=True)
class Queue:
    """The bottleneck's samples, each of what happened since the one before."""

    t: list
    peak: list  # frames
    dropped: list
    late_ns: list  # how late the bottleneck ran at worst


class _Namespace(TapNetwork):
    """One Linux with a TAP device, which this process holds."""

    def __init__(self, address):
        self.address = address

    def __enter__(self):
        super().__enter__()
        # What one run learnt of the way is no business of the next; nobody here speaks IPv6.
        self._set("net/ipv4/tcp_no_metrics_save", "1")
        self._set("net/ipv6/conf/all/disable_ipv6", "1")
        return self

    def _set(self, name, value):
        subprocess.run(self.enter + ["sh", "-c", f"[ ! -e /proc/sys/{name} ] || echo {value} > /proc/sys/{name}"],
                       check=True)

    def open_tap(self):
        """A descriptor."""
        with self.inside():
            fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", b"tap0", IFF_TAP | IFF_NO_PI))
        return fd


class Stopped(Exception):
    """The machine stood still for so long that an end has not ended."""


def _first_in_turn():
    """On a machine with other work, the ends and the wire go first when they may: they need little."""
    command = ["chrt", "--fifo", "1"]
    done = subprocess.run(command + ["true"], capture_output=True, check=False)
    return command if done.returncode == 0 else []


class Testbed:
    """Runs what it is given."""

    def __init__(self, programs):
        self._programs, self._priority = programs, _first_in_turn()

    def _start(self, stack, command, fds=(), **kwargs):
        process = subprocess.Popen(self._priority + command, pass_fds=fds, stderr=stack.enter_context(
            tempfile.TemporaryFile("w+")), text=True, **kwargs)
        stack.callback(process.wait)
        stack.callback(process.kill)
        return process

    def _end(self, stack, kind, address, words):
        """(the wire's descriptor, the command that starts the end)"""
        if kind == "linux":
            namespace = stack.enter_context(_Namespace(address))
            fd = namespace.open_tap()
            stack.callback(os.close, fd)
            return fd, namespace.enter + [str(self._programs / "linux-end"), *words], ()
        wire, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for each in (stack.enter_context(wire), stack.enter_context(end)):
            each.setblocking(False)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BYTES)
        return wire.fileno(), WITH_US + [str(self._programs / "ringside-end"), str(end.fileno()), address,
                                         *words], (end.fileno(),)

    def run(self, run):
        """([Flow], Queue), or Stopped."""
        with contextlib.ExitStack() as stack:
            out = [stack.enter_context(tempfile.TemporaryFile("w+")) for _ in (None, *run.senders)]
            sink_fd, sink_command, sink_fds = self._end(stack, run.sink, SINK, ["sink"])
            shared = f"rate_mbps={run.rate_mbps},delay_ns=0,queue_frames={run.queue_frames + 1}"
            wire, senders = [shared, str(sink_fd)], []
            for number, sender in enumerate(run.senders):
                fd, command, fds = self._end(stack, sender.kind, f"192.0.2.{number + 2}", [
                    "send", SINK, run.control, str(sender.flows)])
                senders.append((command, fds))
                wire += [str(fd), str(run.loss), str(round(sender.rtt_ms * 1e6 / 2))]
            relay = self._start(stack, WITH_US + [str(self._programs / "bottleneck"), *wire],
                                [int(fd) for fd in (sink_fd, *wire[2::3])], stdin=subprocess.PIPE, stdout=out[0])
            sink = self._start(stack, sink_command, sink_fds, stdout=subprocess.PIPE)
            if sink.stdout.readline() != "ready\n":
                raise UserError(f"{run.name}: the sink does not start")
            start_ns = time.monotonic_ns() + round(START_S * 1e9)
            times = [str(start_ns), str(run.seconds)]
            processes = [self._start(stack, command + times, fds, stdout=file)
                         for (command, fds), file in zip(senders, out[1:])]
            for process in processes:
                try:
                    failed = process.wait(timeout=run.seconds + END_LIMIT_S)
                except subprocess.TimeoutExpired as e:
                    raise Stopped from e
                if failed:
                    raise UserError(f"{run.name}: `{' '.join(process.args)}` failed")
            relay.communicate(timeout=END_LIMIT_S)
            if relay.returncode:
                raise UserError(f"{run.name}: the bottleneck failed")
            lines = []
            for file in out:
                file.seek(0)
                lines.append([[int(word) for word in line.split()] for line in file])
        return read(run, start_ns, lines[0], lines[1:])


def read(run, start_ns, queue_lines, sender_lines):
    """([Flow], Queue) of the numbers that the programs print."""

    def seconds(line):
        return (line[0] - start_ns) / 1e9

    flows = []
    for sender, lines in zip(run.senders, sender_lines):
        for number in range(sender.flows):
            own = [line for line in lines if line[1] == number]
            columns = list(zip(*own)) or 8 * [()]
            flows.append(Flow(sender.kind, [seconds(line) for line in own], *map(list, columns[2:7])))
    own = [line for line in queue_lines if line[0] >= start_ns]
    return flows, Queue([seconds(line) for line in own], [line[2] for line in own], [line[3] for line in own],
                        [line[5] for line in own])
