# SPDX-License-Identifier: MIT
"""QEMU driven through its qtest protocol: no CPU runs; we are the machine's bus master and clock."""

import os
import pathlib
import select
import socket
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
QEMU = TOP / "build/qemu/build/qemu-system-x86_64"
PLUGIN = TOP / "build/hw/libringside.so"
MAC = bytes.fromhex("525400123456")
LIMIT_S = 60


class Hung(Exception):
    """QEMU did not answer in time."""


class Machine:
    """A q35 machine with cards at 00:04.0 and following, whose wires are sockets that we hold.

    sync=False: our cards run freely. cpu: the only processor that QEMU may use.
    """

    def __init__(self, card, cards=1, sync=True, cpu=None):
        self._card, self._sync = card, sync
        self._folder = tempfile.TemporaryDirectory(prefix="ringside-qtest-")
        path = os.path.join(self._folder.name, "qtest.sock")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(1)
            listener.settimeout(LIMIT_S)
            self._wires, peers = zip(*(socket.socketpair() for _ in range(cards)))
            peer_fds = [peer.fileno() for peer in peers]
            pinned = [] if cpu is None else ["taskset", "-c", str(cpu)]
            self._process = subprocess.Popen(pinned + self._command(path, peer_fds), pass_fds=peer_fds,
                                             stdin=subprocess.DEVNULL, stdout=sys.stderr)
            for peer in peers:
                peer.close()
            self._qtest = listener.accept()[0]
        for s in (self._qtest, *self._wires):
            s.settimeout(LIMIT_S)
        self._pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        died = self.close()
        assert exc[0] or not died, f"QEMU died with {died}"

    def _device(self, n):
        mac = ":".join(f"{b:02x}" for b in MAC[:5] + bytes([MAC[5] + n]))
        common = f"addr={4 + n},netdev=net{n},mac={mac},romfile="
        if self._card == "qemu-e1000e":
            return f"e1000e,{common}"
        return f"ringside,{common},model={self._card},plugin={PLUGIN},sync={'on' if self._sync else 'off'}"

    def _command(self, path, wire_fds):
        command = ["timeout", "-k", "1", "600", str(QEMU), "-L", "/usr/share/seabios", "-L", "/usr/share/qemu",
                   "-M", "q35", "-accel", "qtest", "-m", "64", "-nodefaults", "-display", "none",
                   "-qtest", f"unix:{path}", "-qtest-log", "none"]
        for n, fd in enumerate(wire_fds):
            command += ["-netdev", f"socket,id=net{n},fd={fd}", "-device", self._device(n)]
        return command

    def close(self):
        """Ends QEMU; returns its exit code (negative: the signal that killed it before we did)."""
        died = self._process.poll()
        self._qtest.close()
        for wire in self._wires:
            wire.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            died = -9
        self._folder.cleanup()
        return died or 0

    def ask(self, line):
        """One qtest command; returns the words of its answer."""
        return self.ask_at_once(line)[0]

    def ask_at_once(self, *lines):
        """Commands that QEMU finds together; returns the words of each answer."""
        self._qtest.sendall("".join(f"{line}\n" for line in lines).encode())
        return [self._answer(line) for line in lines]

    def _answer(self, line):
        while True:
            while b"\n" not in self._pending:
                try:
                    more = self._qtest.recv(1 << 16)
                except socket.timeout as e:
                    raise Hung(f"QEMU does not answer '{line}'") from e
                if not more:
                    raise Hung(f"QEMU ended at '{line}'")
                self._pending += more
            answer, self._pending = self._pending.split(b"\n", 1)
            words = answer.decode().split()
            if words[0] == "OK":
                return words[1:]
            if words[0] != "IRQ":
                raise Hung(f"QEMU answers {answer} to '{line}'")

    def readl(self, addr):
        """32-bit read of the bus."""
        return int(self.ask(f"readl {addr:#x}")[0], 0)

    def writel(self, addr, value):
        """32-bit write."""
        self.ask(f"writel {addr:#x} {value & 0xffffffff:#x}")

    def read(self, addr, size):
        """Bytes of memory."""
        return bytes.fromhex(self.ask(f"read {addr:#x} {size:#x}")[0][2:])

    def write(self, addr, data):
        """Bytes to memory."""
        self.ask(f"write {addr:#x} {len(data):#x} 0x{data.hex()}")

    def config_read(self, offset, card=0):
        """32-bit read of a card's configuration space."""
        self.ask(f"outl 0xcf8 {0x80000000 | 4 + card << 11 | offset:#x}")
        return int(self.ask("inl 0xcfc")[0], 0)

    def config_write(self, offset, value, card=0):
        """32-bit write of a card's configuration space."""
        self.ask(f"outl 0xcf8 {0x80000000 | 4 + card << 11 | offset:#x}")
        self.ask(f"outl 0xcfc {value & 0xffffffff:#x}")

    def step_us(self, us):
        """Lets virtual time pass."""
        self.ask(f"clock_step {us * 1000}")

    def wire_send(self, frame, card=0):
        """Puts a frame on a card's wire."""
        self._wires[card].sendall(len(frame).to_bytes(4, "big") + frame)

    def wire_receive(self, card=0):
        """The next frame that left a card."""
        size = int.from_bytes(self._exactly(card, 4), "big")
        return self._exactly(card, size)

    def wire_idle(self, card=0):
        """Whether no frame waits on our side of a wire."""
        return not select.select([self._wires[card]], [], [], 0)[0]

    def _exactly(self, card, size):
        data = b""
        while len(data) < size:
            try:
                more = self._wires[card].recv(size - len(data))
            except socket.timeout as e:
                raise Hung("no frame comes out of the card") from e
            if not more:
                raise Hung("the wire is gone")
            data += more
        return data
