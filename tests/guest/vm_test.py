# SPDX-License-Identifier: MIT
"""vm_test.py --card rtl|ref: what a person does to the virtual machine while data moves.

Stopping it, pulling its cable, ending it, and putting two cards into it must neither lose a byte of
a connection that goes on, nor move the card while the machine stands still, nor leave anything
behind.
"""

import argparse
import concurrent.futures
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
import traceback

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tools"))

from guestrun import clients, content, qemu  # noqa: E402
from guestrun.errors import UserError  # noqa: E402
from guestrun.network import UserNetwork, make_network, tap_permitted  # noqa: E402
from qtest import MAC, Machine  # noqa: E402

MIB = 1 << 20
LIMIT_S = 60
BYTES = 8 * MIB
ROUNDS = 6
LOOKS = 10
# Where the tests by qtest put the first card's registers, ring and buffer; the registers they use (82574 fact sheet 2)
BAR0, TX_RING, TX_BUFFER = 0xFE000000, 0x100000, 0x120000
STATUS, TCTL, TDBAL, TDLEN, TDT = 0x8, 0x400, 0x3800, 0x3808, 0x3818
TCTL_EN = 1 << 1
TX_COMMAND = 1 << 20 | 1 << 29 | 1 << 27 | 1 << 24  # data, DEXT, RS, EOP


def while_data_moves(card, sync, network, disturb):
    """Both directions at once; disturb(guest, still_moving) meanwhile. Every byte must be right."""
    with tempfile.TemporaryDirectory(prefix="ringside-vm-") as folder, network:
        path = pathlib.Path(folder) / "upload.bin"
        content.make_upload(path, BYTES, seed=5)
        with qemu.Guest(card, network, folder, ["app=http,echo"], sync=sync) as guest, \
                concurrent.futures.ThreadPoolExecutor() as pool:
            transfers = [pool.submit(clients.download, network, BYTES), pool.submit(clients.upload, network, path)]
            disturb(guest, lambda: not all(t.done() for t in transfers))
            assert all(t.result()[1] for t in transfers)


def stop_and_cont_lose_nothing(card, sync, network):
    """The card stands still while the machine is stopped."""
    def disturb(guest, moving):
        rounds = 0
        while moving() and rounds < ROUNDS:
            guest.ask("stop")
            before = guest.card_counters()
            for _ in range(LOOKS):
                assert guest.card_counters() == before, "the card runs while the machine is stopped"
            guest.ask("cont")
            start = guest.card_counters()["rx-frames"]
            while moving() and guest.card_counters()["rx-frames"] < start + 50:
                pass
            rounds += 1
        assert rounds > 1, "the transfers ended before they were disturbed"

    while_data_moves(card, sync, network, disturb)


def pulled_cable_loses_nothing(card, sync, network):
    """The link goes down and up again; connections go on."""
    def disturb(guest, moving):
        for _ in range(3):
            start = guest.card_counters()["rx-frames"]
            while moving() and guest.card_counters()["rx-frames"] < start + 200:
                pass
            assert moving(), "the transfers ended before they were disturbed"
            guest.ask("set_link", name="card", up=False)
            guest.ask("set_link", name="card", up=True)

    while_data_moves(card, sync, network, disturb)


def start_transmitter(m, card):
    """Ring of 256 descriptors at the card's own place; the card is at BAR0 + card MiB."""
    m.config_write(0x10, BAR0 + card * MIB, card)
    m.config_write(0x04, 0x7, card)
    for register, value in ((TDBAL, TX_RING + card * 0x1000), (TDLEN, 256 * 16), (TCTL, TCTL_EN)):
        m.writel(BAR0 + card * MIB + register, value)


def send(m, card, turn, frame):
    """One frame; QEMU finds the doorbell and a register read at once."""
    buffer, bar = TX_BUFFER + card * 0x1000, BAR0 + card * MIB
    m.write(buffer, frame)
    m.write(TX_RING + card * 0x1000 + 16 * (turn % 256), struct.pack("<QII", buffer, TX_COMMAND | len(frame), 0))
    m.ask_at_once(f"writel {bar + TDT:#x} {(turn + 1) % 256}", f"readl {bar + STATUS:#x}")


def numbered(card, turn):
    """A frame of its own."""
    return MAC + MAC + b"\x00\x00" + struct.pack("<II", card, turn) * 8


def two_cards_work_side_by_side(card, sync):
    """Each has its own registers, ring and wire."""
    with Machine(card, cards=2, sync=sync) as m:
        for n in range(2):
            start_transmitter(m, n)
        for turn in range(300):
            for n in range(2):
                send(m, n, turn, numbered(n, turn))
            for n in range(2):
                assert m.wire_receive(n) == numbered(n, turn)
        assert m.wire_idle(0) and m.wire_idle(1)


def read_after_doorbell_does_not_strand_the_frame(card, _sync):
    """On one processor the card's thread looks away exactly then: the read posts the doorbell in its place."""
    with Machine(card, sync=False, cpu=min(os.sched_getaffinity(0))) as m:
        start_transmitter(m, 0)
        for turn in range(2000):
            send(m, 0, turn, numbered(0, turn))
            assert m.wire_receive() == numbered(0, turn)


def killed_command_leaves_nothing(_card, _sync):
    """SIGKILL of `guestrun run` in mid-transfer ends QEMU, clients, and the process that holds the namespace."""
    mark = f"RINGSIDE_TEST_MARK={os.getpid()}"
    command = [sys.executable, "-m", "guestrun", "run", "--mib", "4096", "--card", "qemu-e1000e"]
    environment = {**os.environ, "PYTHONPATH": str(TOP / "tools"), **dict([mark.split("=")])}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
        while "download" not in run.stdout.readline():
            assert run.poll() is None, "the command ended by itself"
        while not any("curl" in line for line in marked(mark)):
            assert run.poll() is None, "the command ended by itself"
        run.kill()
    deadline = time.monotonic() + LIMIT_S
    while left := marked(mark):
        assert time.monotonic() < deadline, f"still there: {left}"


def marked(mark):
    """Command lines of the processes that inherited the mark."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if process.name != str(os.getpid()) and mark.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            pass  # it ended meanwhile, or is not ours
    return found


def refused(words, cure):
    """QEMU ends with one line that says what to do."""
    command = ["timeout", "-k", "1", "20", str(qemu.QEMU), "-L", qemu.FIRMWARE[0], "-L", qemu.FIRMWARE[1], "-M", "q35",
               "-nodefaults", "-display", "none", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stderr.splitlines() if line]
    assert done.returncode == 1 and len(lines) == 1 and cure in lines[0], (done.returncode, lines)


def icount_is_refused_where_it_would_not_be_deterministic(card, _sync):
    """Freely running cards and real netdevs do not follow counted instructions."""
    device = f"ringside,plugin={qemu.PLUGIN},model={card}"
    refused(["-icount", "shift=3", "-device", f"{device},sync=off"], "drop -icount")
    refused(["-icount", "shift=3", "-netdev", "user,id=n", "-device", f"{device},sync=on,netdev=n"], "drop -icount")


def migration_is_refused(card, sync):
    """The model's state cannot be saved; QEMU says so."""
    with tempfile.TemporaryDirectory(prefix="ringside-vm-") as folder, UserNetwork() as network, \
            qemu.Guest(card, network, folder, sync=sync) as guest:
        try:
            guest.ask("migrate", uri=f"file:{folder}/state")
        except UserError as e:
            assert "non-migratable" in str(e), e
            return
    raise AssertionError("QEMU began to migrate")


ON_NETWORKS = (stop_and_cont_lose_nothing, pulled_cable_loses_nothing)
IN_BOTH_MODES = (two_cards_work_side_by_side, migration_is_refused)
ONCE = (read_after_doorbell_does_not_strand_the_frame, killed_command_leaves_nothing,
        icount_is_refused_where_it_would_not_be_deterministic)


def cases(card):
    """Name and function of every test."""
    for sync in (False, True):
        mode = "sync" if sync else "free-running"
        for test in ON_NETWORKS:
            for net in ("user", "tap") if tap_permitted() else ("user",):
                yield f"{test.__name__} ({net}, {mode})", lambda t=test, n=net, s=sync: t(card, s, make_network(n))
        for test in IN_BOTH_MODES:
            yield f"{test.__name__} ({mode})", lambda t=test, s=sync: t(card, s)
    for test in ONCE:
        yield test.__name__, lambda t=test: t(card, False)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--card", choices=("rtl", "ref"), required=True)
    parser.add_argument("--test", default="", help="only tests whose name holds this")
    arguments = parser.parse_args()
    passed = failed = 0
    for name, function in cases(arguments.card):
        if arguments.test not in name:
            continue
        try:
            function()
            passed += 1
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"FAIL {name}: {traceback.format_exc()}\n"
                  f"  repeat: python3 tests/guest/vm_test.py --card {arguments.card} --test '{name}'", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
