# SPDX-License-Identifier: MIT
"""One guest in QEMU: started, watched until it serves, asked for the card's counters, ended."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time

from .errors import UserError

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / "build"
QEMU = BUILD / "qemu/build/qemu-system-x86_64"
KERNEL = BUILD / "guest/ringside-guest.elf"
PLUGIN = BUILD / "hw/libringside.so"
FIRMWARE = ["/usr/share/seabios", "/usr/share/qemu"]
READY_LINE = "ringside: ready"
CARDS = ("rtl", "ref", "qemu-e1000e")
# They end what hangs; on a busy machine what takes seconds elsewhere may take minutes.
BOOT_LIMIT_S, ANSWER_LIMIT_S = 300, 120
MAC = "52:54:00:12:34:56"

COUNTERS = ("cycles-clocked", "cycles-skipped", "eval-ns", "tx-frames", "tx-bytes", "rx-frames",
            "rx-bytes", "irqs", "dma-errors")


class Guest:
    """Context manager of a running guest. `options` are words of the guest's command line; card None: it has none."""

    boot_limit_s = BOOT_LIMIT_S

    def __init__(self, card, network, run_dir, options=(), sync=False, capture=None, card_config="",
                 plugin=PLUGIN, memory_mib=512):
        if card not in (None, *CARDS):
            raise UserError(f"CARD={card} is unknown: use one of {', '.join(CARDS)}")
        self.card, self.network, self.sync = card, network, sync
        self.run_dir = pathlib.Path(run_dir)
        self._options, self._capture = list(options), capture
        self._card_config, self._plugin, self._memory_mib = card_config, plugin, memory_mib
        self._process = self._qmp = None
        self.console = self.run_dir / "console.log"

    def _device(self, name="card", netdev="net0", mac=MAC, rom=""):
        common = f"id={name},netdev={netdev},mac={mac},romfile={rom}"
        if self.card == "qemu-e1000e":
            return f"e1000e,{common}"
        config = f",config={self._card_config.replace(',', ',,')}" if self._card_config else ""
        return (f"ringside,{common},model={self.card},plugin={self._plugin},"
                f"sync={'on' if self.sync else 'off'}{config}")

    def _software(self):
        """What the machine boots, and how it ends."""
        return ["-kernel", str(KERNEL), "-append", " ".join(self.network.guest_options + self._options),
                "-serial", f"file:{self.console}", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]

    def _cards(self):
        """Network devices and what they are attached to."""
        if not self.card:
            return []
        cards = ["-netdev", self.network.netdev, "-device", self._device()]
        if self._capture:
            cards += ["-object", f"filter-dump,id=dump,netdev=net0,file={self._capture},maxlen=65535"]
        return cards

    def command(self):
        """QEMU's command line."""
        command = [str(QEMU)]
        for folder in FIRMWARE:
            command += ["-L", folder]
        command += ["-M", "q35", "-accel", "tcg", "-cpu", "max", "-m", str(self._memory_mib),
                    "-nodefaults", "-display", "none", "-no-reboot",
                    "-qmp", f"unix:{self.run_dir / 'qmp.sock'},server=on,wait=off",
                    *self._software(), *self._cards()]
        return self.network.enter + command

    def __enter__(self):
        self.check()
        self.console.write_text("")
        with open(self.run_dir / "qemu.log", "w", encoding="utf-8") as log:
            self._process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=log)
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc):
        if self._qmp:
            with contextlib.suppress(OSError):
                self._qmp.close()
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        return False

    def _software_files(self):
        """Files that the guest boots from, and what makes them."""
        return [(KERNEL, "make guest")]

    def check(self):
        """Raises a UserError when something that it needs is missing."""
        needed = [(QEMU, "make qemu"), *self._software_files()]
        if self.card in ("rtl", "ref"):
            needed.append((pathlib.Path(self._plugin), "make hw"))
        for path, cure in needed:
            if not path.exists():
                raise UserError(f"{os.path.relpath(path, TOP)} is missing: build it with `{cure}`")
        self.run_dir.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.run_dir).free < 1 << 30:
            raise UserError(f"less than 1 GiB free below {os.path.relpath(self.run_dir, TOP)}: make room on the disk")

    def _wait_until_ready(self):
        start = time.monotonic()
        while not self._is_ready():
            if self._process.poll() is not None:
                raise UserError(f"the guest ended at boot: {self._last_words()}")
            if time.monotonic() - start > self.boot_limit_s:
                raise UserError(f"the guest does not boot within {self.boot_limit_s} s: {self._last_words()}")
            time.sleep(0.01)
        self.boot_s = time.monotonic() - start

    def _is_ready(self):
        return READY_LINE in self.console.read_text(errors="replace")

    def _last_words(self):
        for path in (self.run_dir / "qemu.log", self.console):
            lines = [l for l in path.read_text(errors="replace").splitlines() if l.strip()]
            if lines:
                return f"{lines[-1]} (see {os.path.relpath(path, TOP)})"
        return "it printed nothing; `make gdb` debugs it"

    def alive(self):
        """Whether QEMU still runs."""
        return self._process.poll() is None

    def ask(self, execute, **arguments):
        """One QMP command; returns what it answers."""
        if not self._qmp:
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(ANSWER_LIMIT_S)
            s.connect(str(self.run_dir / "qmp.sock"))
            self._qmp = s.makefile("rw", encoding="utf-8")
            s.close()
            self._qmp.readline()
            self.ask("qmp_capabilities")
        self._qmp.write(json.dumps({"execute": execute, "arguments": arguments}) + "\n")
        self._qmp.flush()
        while True:
            answer = json.loads(self._qmp.readline())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise UserError(f"QEMU refuses {execute}: {answer['error']['desc']}")

    def card_counters(self):
        """The model's own counters; {} for QEMU's e1000e, which has none."""
        if self.card == "qemu-e1000e":
            return {}
        return {name: self.ask("qom-get", path="/machine/peripheral/card", property=name) for name in COUNTERS}
