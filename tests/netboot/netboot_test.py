# SPDX-License-Identifier: MIT
"""netboot_test.py --card CARD --program FILE --bytes N [--linux]: iPXE, which nobody here wrote, boots over the card.

Debian's option ROM for this card runs in the firmware, asks DHCP, fetches a script by TFTP and, as the script
says, a program by HTTP, all from QEMU's user network; the program adds itself up. --linux: instead Debian's
kernel, whose driver finds the card as iPXE left it.
"""

import argparse
import contextlib
import functools
import hashlib
import http.server
import pathlib
import re
import sys
import tempfile
import threading
import time
import zlib

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tools"))

from guestrun.errors import UserError  # noqa: E402
from guestrun.linux import BZIMAGE, INITRAMFS, PATIENCE, GuestFailure, LinuxGuest  # noqa: E402
from guestrun.network import UserNetwork  # noqa: E402
from guestrun.qemu import BUILD, CARDS, MAC, Guest  # noqa: E402

ROM = pathlib.Path("/usr/lib/ipxe/qemu/pxe-e1000e.rom")
SUM = re.compile(r"ringside: the program adds up to ([0-9a-f]{8})\s*\n")
SCRIPT = """#!ipxe
echo ringside: the script runs, ${{net0/chip}} ${{net0/mac}} ${{net0/ip}}
{commands}
"""


class Files(http.server.SimpleHTTPRequestHandler):
    """Of a folder, without words."""

    def log_message(self, *_words):  # pylint: disable=arguments-differ
        """Says nothing."""


@contextlib.contextmanager
def web_server(folder):
    """Serves the folder on loopback; gives the port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


class BootNetwork(UserNetwork):
    """QEMU's user network with a TFTP server for the folder, and a DHCP server that names its boot.ipxe."""

    def __init__(self, folder):
        super().__init__()
        self._folder = folder

    def __enter__(self):
        super().__enter__()
        self.netdev = f"user,id=net0,tftp={self._folder},bootfile=boot.ipxe"  # IPv6, too: iPXE would wait for it
        return self


class NetbootGuest(Guest):
    """A machine that has nothing to boot from but the card; ready when the program has said its sum."""

    def _device(self, *words, **more):
        return super()._device(*words, rom=ROM, **more) + ",bootindex=0"

    def _software_files(self):
        return [(ROM, "make deps")]

    def _software(self):
        return ["-machine", "graphics=off", "-serial", f"file:{self.console}"]  # so the firmware talks there

    def _is_ready(self):
        return SUM.search(self.text())

    def text(self):
        """What firmware, iPXE and the program have said."""
        return self.console.read_text(encoding="utf-8", errors="replace")


class NetbootLinux(NetbootGuest, LinuxGuest):
    """The same with Linux: ready when its agent answers."""

    def _software_files(self):
        return NetbootGuest._software_files(self) + [(BZIMAGE, "make linux-guest"), (INITRAMFS, "make linux-guest")]

    def _software(self):
        return NetbootGuest._software(self) + ["-serial", f"unix:{self._agent_path},server=on,wait=off"]

    def _is_ready(self):
        return LinuxGuest._is_ready(self)


def check_script_ran(text):
    """iPXE knows the card, read its address from the NVM and got one from DHCP."""
    found = re.search(r"ringside: the script runs, (\S+) (\S+) (\S+)", text)
    if not found or found.groups() != ("82574l", MAC, "10.0.2.15"):
        raise UserError(f"no script ran, or on another card: {found and found[0]}")


def check_card_counted(guest, least):
    """It all came over our card."""
    counters = guest.card_counters()
    if counters and not (counters["rx-bytes"] > least and counters["tx-frames"] > 0 and counters["dma-errors"] == 0):
        raise UserError(f"the card did not carry {least} bytes: {counters}")


def program_is_booted(card, folder, port, program, size):
    """A file of this size: the program, and what nobody could guess."""
    code = program.read_bytes()
    file = code + hashlib.shake_128(b"ringside").digest(size - len(code))
    (folder / "program").write_bytes(file)
    (folder / "boot.ipxe").write_text(SCRIPT.format(commands=f"chain http://10.0.2.2:{port}/program"), encoding="utf-8")
    with BootNetwork(folder) as network, NetbootGuest(card, network, BUILD / "netboot" / card) as guest:
        check_script_ran(guest.text())
        said = int(SUM.search(guest.text())[1], 16)
        if said != zlib.adler32(file):
            raise UserError(f"the program adds up to {said:08x}, the file to {zlib.adler32(file):08x}")
        check_card_counted(guest, size)


def linux_is_booted_and_takes_over(card, folder, port):
    """Its driver resets what iPXE left running."""
    for path in (BZIMAGE, INITRAMFS):
        (folder / path.name).symlink_to(path)
    at, words = f"http://10.0.2.2:{port}", " ".join(("console=ttyS0", "panic=-1", *PATIENCE, "ringside.agent"))
    commands = f"kernel {at}/{BZIMAGE.name} {words}\ninitrd {at}/{INITRAMFS.name}\nboot"
    (folder / "boot.ipxe").write_text(SCRIPT.format(commands=commands), encoding="utf-8")
    with BootNetwork(folder) as network, NetbootLinux(card, network, BUILD / "netboot" / f"{card}-linux") as guest:
        check_script_ran(guest.text())
        check_card_counted(guest, BZIMAGE.stat().st_size + INITRAMFS.stat().st_size)
        guest.run(f"""
            modprobe e1000e
            ip link set eth0 up
            udhcpc -q -n -i eth0 -s /etc/udhcpc
            [ $(wget -q -O - {at}/{BZIMAGE.name} | sha256sum | cut -d ' ' -f 1) = {
                hashlib.sha256(BZIMAGE.read_bytes()).hexdigest()} ]""")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--card", choices=CARDS, required=True)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--bytes", type=int, required=True)
    parser.add_argument("--linux", action="store_true")
    arguments = parser.parse_args()
    start, why = time.monotonic(), None
    with tempfile.TemporaryDirectory(prefix="ringside-netboot-") as name, web_server(name) as port:
        folder = pathlib.Path(name)
        try:
            if arguments.linux:
                linux_is_booted_and_takes_over(arguments.card, folder, port)
            else:
                program_is_booted(arguments.card, folder, port, arguments.program, arguments.bytes)
        except (UserError, GuestFailure) as e:
            why = e
    name = "linux_is_booted_and_takes_over" if arguments.linux else "program_is_booted"
    print(f"FAIL {name}: {why}" if why else f"ok {time.monotonic() - start:5.1f} s  {name}")
    print(f"{0 if why else 1} passed, {1 if why else 0} failed")
    sys.exit(1 if why else 0)


if __name__ == "__main__":
    main()
