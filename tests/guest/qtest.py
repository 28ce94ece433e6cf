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
    """A q35 machine with one card at 00:04.0, whose wire is a socket that we hold."""

    def __init__(self, card):
        self.card = card
        self._folder = tempfile.TemporaryDirectory(prefix="ringside-qtest-")
        path = os.path.join(self._folder.name, "qtest.sock")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(1)
            listener.settimeout(LIMIT_S)
            self.wire, peer = socket.socketpair()
            self._process = subprocess.Popen(self._command(path, peer.fileno()), pass_fds=[peer.fileno()],
                                             stdin=subprocess.DEVNULL, stdout=sys.stderr)
            peer.close()
            self._qtest = listener.accept()[0]
        self._qtest.settimeout(LIMIT_S)
        self.wire.settimeout(LIMIT_S)
        self._pending = b""

    def _command(self, path, wire_fd):
        mac = ":".join(f"{b:02x}" for b in MAC)
        device = {
            "qemu-e1000e": f"e1000e,addr=4,netdev=net0,mac={mac},romfile=",
            "ref": f"ringside,addr=4,netdev=net0,mac={mac},romfile=,model=ref,plugin={PLUGIN},sync=on",
            "rtl": f"ringside,addr=4,netdev=net0,mac={mac},romfile=,model=rtl,plugin={PLUGIN},sync=on",
        }[self.card]
        return ["timeout", "-k", "1", "600", str(QEMU), "-L", "/usr/share/seabios", "-L", "/usr/share/qemu",
                "-M", "q35", "-accel", "qtest", "-m", "64", "-nodefaults", "-display", "none",
                "-qtest", f"unix:{path}", "-qtest-log", "none",
                "-netdev", f"socket,id=net0,fd={wire_fd}", "-device", device]

    def close(self):
        """Ends QEMU; returns its exit code (negative: the signal that killed it before we did)."""
        died = self._process.poll()
        self._qtest.close()
        self.wire.close()
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
        self._qtest.sendall(line.encode() + b"\n")
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

    def config_read(self, offset):
        """32-bit read of the card's configuration space."""
        self.ask(f"outl 0xcf8 {0x80000000 | 4 << 11 | offset:#x}")
        return int(self.ask("inl 0xcfc")[0], 0)

    def config_write(self, offset, value):
        """32-bit write of the card's configuration space."""
        self.ask(f"outl 0xcf8 {0x80000000 | 4 << 11 | offset:#x}")
        self.ask(f"outl 0xcfc {value & 0xffffffff:#x}")

    def step_us(self, us):
        """Lets virtual time pass."""
        self.ask(f"clock_step {us * 1000}")

    def wire_send(self, frame):
        """Puts a frame on the wire."""
        self.wire.sendall(len(frame).to_bytes(4, "big") + frame)

    def wire_receive(self):
        """The next frame that left the card."""
        size = int.from_bytes(self._exactly(4), "big")
        return self._exactly(size)

    def wire_idle(self):
        """Whether no frame waits on our side of the wire."""
        return not select.select([self.wire], [], [], 0)[0]

    def _exactly(self, size):
        data = b""
        while len(data) < size:
            try:
                more = self.wire.recv(size - len(data))
            except socket.timeout as e:
                raise Hung("no frame comes out of the card") from e
            if not more:
                raise Hung("the wire is gone")
            data += more
        return data
