# SPDX-License-Identifier: MIT
"""Linux as the guest: Debian's kernel with its own e1000e driver, obeying scripts over a serial line."""

import base64
import os
import socket
import time

from .network import TAP_GUEST, TAP_PREFIX, WITH_US
from .qemu import BUILD, MAC, Guest

VMLINUX, BZIMAGE = BUILD / "linux/vmlinux", BUILD / "linux/vmlinuz"
INITRAMFS = BUILD / "linux/initramfs.cpio"
LIFE_LIMIT_S = 3600
SCRIPT_LIMIT_S = 120
LOOK_S = 0.2
LONG_LOOK_S = 1
# The kernel's doubts about timers that a busy host delays end in a panic at boot, or in a clock that stands still.
PATIENCE = ("tsc=reliable", "no_timer_check")
MACS = (MAC, "52:54:00:12:34:57")


class GuestFailure(Exception):
    """A script in the guest failed, or the guest does not answer."""


class Agent:
    """The serial line behind which tools/linux/init runs scripts."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._socket.settimeout(LOOK_S)
        self._received = bytearray()

    def close(self):
        """Ends the line, and the guest with it."""
        self._socket.close()

    def look(self):
        """Takes what came within a moment; False when the line is dead."""
        try:
            data = self._socket.recv(1 << 16)
        except TimeoutError:
            return True
        self._received += data
        return bool(data)

    def line(self):
        """A whole line that came, or None."""
        end = self._received.find(b"\n")
        if end < 0:
            return None
        text = self._received[:end].decode(errors="replace").strip()
        del self._received[:end + 1]
        return text

    def waiting(self):
        """Whether something came that was not taken."""
        return bool(self._received)

    def bytes(self, count):
        """COUNT bytes that came, or None."""
        if len(self._received) < count:
            return None
        data = bytes(self._received[:count])
        del self._received[:count]
        return data

    def send(self, script):
        """One script; the answer comes by line() and bytes()."""
        self._socket.settimeout(SCRIPT_LIMIT_S)
        try:
            self._socket.sendall(base64.b64encode(script.encode()) + b"\n")
        except OSError as e:
            raise GuestFailure(f"the guest is gone: {e}") from e
        self._socket.settimeout(LOOK_S)


class LinuxGuest(Guest):
    """Context manager of a running Linux. The driver is not loaded yet.

    options: words of the kernel's command line; cpus: how many the guest has; two_cards: two cards
    on one wire of their own instead of one on the network; can_sleep: boots as on a real machine,
    which takes longer (a kernel that was entered by PVH does not wake from sleep to RAM).
    """

    def __init__(self, card, network, run_dir, options=(), cpus=1, two_cards=False, can_sleep=False, **more):
        super().__init__(card, network, run_dir, options=options, **more)
        self._cpus, self._two_cards, self._agent = cpus, two_cards, None
        self._kernel = BZIMAGE if can_sleep else VMLINUX
        self._initramfs = INITRAMFS
        self._agent_path = self.run_dir / "agent.sock"

    def _software_files(self):
        return [(self._kernel, "make linux-guest"), (self._initramfs, "make linux-guest")]

    def _boot(self, *more):
        return ["-smp", str(self._cpus), "-kernel", str(self._kernel), "-initrd", str(self._initramfs),
                "-append", " ".join(["console=ttyS0", "panic=-1", *PATIENCE, *self._options, *more])]

    def _software(self):
        return self._boot("ringside.agent") + [
            "-serial", f"file:{self.console}", "-serial", f"unix:{self._agent_path},server=on,wait=off"]

    def _cards(self):
        if not self._two_cards:
            return super()._cards()
        cards = []
        for n, mac in enumerate(MACS):
            cards += ["-netdev", f"hubport,id=net{n},hubid=1", "-device", self._device(f"card{n}", f"net{n}", mac)]
        return cards

    def command(self):
        return WITH_US + ["timeout", "-k", "5", str(LIFE_LIMIT_S)] + super().command()

    def __enter__(self):
        self._agent_path.unlink(missing_ok=True)
        super().__enter__()
        return self

    def __exit__(self, *exc):
        if self._agent:
            self._agent.close()
        return super().__exit__(*exc)

    def _is_ready(self):
        if not self._agent:
            try:
                self._agent = Agent(self._agent_path)
            except OSError:
                return False
        self._agent.look()
        return self._agent.line() == "ready"

    def script(self, text, limit_s=SCRIPT_LIMIT_S):
        """Runs a shell script in the guest; returns (exit code, what it printed)."""
        self._agent.send(text)
        return self._answer(text, limit_s)

    def _answer(self, text, limit_s):
        head = self._await(self._agent.line, text, limit_s)
        code, length = (int(word) for word in head.split())
        return code, self._await(lambda: self._agent.bytes(length), text, limit_s).decode(errors="replace")

    def run(self, text, limit_s=SCRIPT_LIMIT_S):
        """Runs a shell script that must succeed; returns what it printed."""
        code, output = self.script(text, limit_s)
        if code:
            raise GuestFailure(f"in the guest, exit code {code}: {text}\n{output.strip()}")
        return output

    def sleep_and_wake(self):
        """To RAM and back; QEMU wakes it when it sleeps (later times it may wake by itself)."""
        text = "echo mem >/sys/power/state"
        self._agent.send(text)
        while not self._agent.waiting() and self.ask("query-status")["status"] != "suspended":
            if not self._agent.look():
                raise GuestFailure(f"the guest ended during: {text}\n{self._last_words()}")
        if not self._agent.waiting():
            self.ask("system_wakeup")
        code, output = self._answer(text, SCRIPT_LIMIT_S)
        if code:
            raise GuestFailure(f"in the guest, exit code {code}: {text}\n{output.strip()}")

    def _await(self, take, text, limit_s):
        waited_s = 0.0
        while (got := take()) is None:
            before = time.monotonic()
            if not self._agent.look() or not self.alive():
                raise GuestFailure(f"the guest ended during: {text}\n{self._last_words()}")
            # a machine that stood still meanwhile, and with it the guest, was not waited for
            waited_s += min(time.monotonic() - before, LONG_LOOK_S)
            if waited_s > limit_s:
                raise GuestFailure(f"no answer from the guest within {limit_s} s to: {text}\n{self._last_words()}")
        return got


class LinuxOutOfTime(LinuxGuest):
    """Linux without a card, in a time of its own: each instruction takes 1 ns, and what it waits for comes at once.

    So nothing that it does is late, however busy this machine is.
    """

    def __init__(self, network, run_dir, initramfs):
        super().__init__(None, network, run_dir)
        self._initramfs = initramfs

    def command(self):
        return super().command() + ["-icount", "shift=0,sleep=off"]


class LinuxShell(LinuxGuest):
    """Linux with a shell on this terminal."""

    def _software(self):
        address = [f"ringside.ip={TAP_GUEST}/{TAP_PREFIX}"] if self.network.name == "tap" else []
        return self._boot("quiet", *address) + ["-serial", "mon:stdio"]

    def command(self):
        return Guest.command(self)

    def talk(self):
        """Runs until the person ends it; returns QEMU's exit code."""
        self.check()
        return os.spawnvp(os.P_WAIT, self.command()[0], self.command())

