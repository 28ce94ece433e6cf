# SPDX-License-Identifier: MIT
"""A running Linux guest with its peer, as the tests see it, and what must hold after every test."""

import contextlib
import json
import re
import time

from guestrun.errors import UserError
from guestrun.linux import LinuxGuest
from guestrun.network import TapNetwork, UserNetwork
from guestrun.qemu import BUILD
from peer import IPERF_PORT, Peer

# Kernel messages that end a test badly at whatever level they come.
TROUBLE = re.compile(r"WARNING:|BUG:|Call Trace|Oops|hung task|blocked for more than|watchdog|timed out|Unit Hang|"
                     r"Reset adapter|hw csum failure|bad checksum|Hardware Error|irq \d+: nobody cared", re.I)
# Said as warnings in a life without any.
HARMLESS = re.compile(r"ADDRCONF\(NETDEV_CHANGE\)|entered promiscuous mode|left promiscuous mode|"
                      r"hrtimer: interrupt took")
# <linux/kern_levels.h>: 4 is a warning, less is worse.
KERN_WARNING = 4
MESSAGE = re.compile(r"<(\d+)>\[\s*([\d.]+)\] (.*)")
# Counters that stay 0 whatever happens, of `ethtool -S` and of /proc/net/snmp.
CARD_ERRORS = ("rx_crc_errors", "rx_csum_offload_errors", "rx_align_errors", "rx_length_errors",
               "rx_long_length_errors", "tx_timeout_count", "tx_aborted_errors", "rx_dma_failed", "tx_dma_failed",
               "tx_hwtstamp_timeouts", "uncorr_ecc_errors", "corr_ecc_errors")
# Those of the stack and of all cards, which may be in namespaces of their own.
COUNTERS_OF_ERRORS = """
nstat -a -s -z
cards='for card in /sys/class/net/eth?; do [ ! -e $card ] || { echo DEVICE ${card##*/}; ethtool -S ${card##*/}; }; done'
sh -c "$cards"
for namespace in $(ls /run/netns 2>/dev/null); do ip netns exec $namespace sh -c "$cards"; done
"""
COUNTER = re.compile(r"^\s*(\w+): (\d+)$", re.M)
LINK_LIMIT_S = 10
SECONDS_MARGIN = 60
FOREVER_S = 3600
# in a second, for streams to count as alive
MOVING_BYTES = 100_000


class Failure(AssertionError):
    """What the card or the guest did wrong."""


class Session:
    """Context manager of a guest. `place` is one of PLACES; the driver is loaded, eth0 is up and reaches the peer.

    watch: the standstill.Watch that knows whether what failed may be judged.
    """

    def __init__(self, card, place, watch):
        self.card, self.place, self.watch = card, place, watch
        self._stack = contextlib.ExitStack()
        self.guest = self.peer = self.network = None
        self.boot_messages, self._errors = [], {}

    def __enter__(self):
        try:
            folder = BUILD / "linux" / f"{self.card}-{re.sub(r'[^a-z]', '-', self.place.name)}"
            self.network = self._stack.enter_context(UserNetwork() if self.place.user else TapNetwork())
            if not self.place.user:
                self.peer = Peer(self.network)
                self._stack.enter_context(self.peer)
            self.guest = LinuxGuest(self.card, self.network, folder, options=self.place.options, cpus=self.place.cpus,
                                    two_cards=self.place.two_cards, can_sleep=self.place.can_sleep)
            self._stack.enter_context(self.guest)
            self.run("dmesg -c >/dev/null")
            self.load_driver()
            if not self.place.user and not self.place.two_cards:
                self.set_addresses()
            self.boot_messages = self.messages()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *exc):
        self._stack.close()
        return False

    def run(self, script, **limits):
        """A script in the guest that must succeed."""
        return self.guest.run(script, **limits)

    def load_driver(self, parameters=""):
        """Loads e1000e, and waits for the link."""
        self.run(f"modprobe e1000e {parameters}; modprobe 8021q")
        for device in ("eth0", "eth1") if self.place.two_cards else ("eth0",):
            self.up(device)

    def unload_driver(self):
        """eth0 is gone then."""
        self.run("modprobe -r e1000e")

    def up(self, device="eth0"):
        """Sets it up and waits for the link; returns how many seconds of the guest's clock that took."""
        start, end = (float(line.split()[0]) for line in self.run(f"""
            cat /proc/uptime
            ip link set {device} up
            limit=$(($(date +%s) + {LINK_LIMIT_S}))
            until [ "$(cat /sys/class/net/{device}/carrier)" = 1 ]; do
                [ $(date +%s) -lt $limit ] || {{ echo no link; exit 1; }}
                usleep 10000
            done
            cat /proc/uptime""").splitlines())
        return end - start

    def set_addresses(self):
        """IPv4 and IPv6 of eth0."""
        self.run(f"""
            ip addr replace {self.peer.guest_address} dev eth0
            ip -6 addr replace {self.peer.guest_address6} dev eth0 nodad""")

    def reload_driver(self, parameters=""):
        """From nothing to reaching the peer."""
        self.unload_driver()
        self.load_driver(parameters)
        self.set_addresses()

    def set_mtu(self, mtu):
        """Of both ends."""
        self.peer.set_mtu(mtu)
        self.run(f"ip link set eth0 mtu {mtu}")
        self.up()
        self.set_addresses()

    def ping(self, count=3, size=56, address=None):
        """All of them must be answered."""
        self.run(f"ping -c {count} -i 0.05 -W 5 -q -s {size} {address or self.peer.address}")

    def counters(self, device="eth0"):
        """ethtool -S."""
        return {name: int(value) for name, value in COUNTER.findall(self.run(f"ethtool -S {device}"))}

    def iperf(self, seconds, words="", limit_s=None):
        """iperf3 from the guest to the peer; returns the "end" of what it reports."""
        code, text = self.guest.script(f"iperf3 -J -c {self.peer.address} -p {IPERF_PORT} -t {seconds} {words}",
                                       limit_s=limit_s or seconds + SECONDS_MARGIN)
        return iperf_end(code, text)

    @contextlib.contextmanager
    def traffic(self, words="-P 4 --bidir"):
        """Streams run meanwhile, and must still be moving data both ways when the block ends."""
        self.run(f"""
            (iperf3 -c {self.peer.address} -p {IPERF_PORT} -t {FOREVER_S} {words} >/tmp/iperf.out 2>&1 &)""")
        try:
            start, end = self.moved(), time.monotonic() + SECONDS_MARGIN
            while min(b - a for a, b in zip(start, self.moved())) < MOVING_BYTES:
                if time.monotonic() > end:
                    raise Failure("no streams: " + self.run("cat /tmp/iperf.out"))
            yield
            self.up()
            self.run("sleep 3")
            before = self.moved()
            self.run("sleep 1")
            moved = [b - a for a, b in zip(before, self.moved())]
            if self.guest.script("pidof iperf3")[0] or min(moved) < MOVING_BYTES:
                raise Failure(f"the streams died; in the last second {moved} bytes moved: "
                              + self.run("tail -n 5 /tmp/iperf.out"))
        finally:
            self.run("killall iperf3; true")

    def moved(self):
        """Bytes that eth0 received and sent so far."""
        return [int(n) for n in self.run("cat /sys/class/net/eth0/statistics/[rt]x_bytes").split()]

    def messages(self):
        """Kernel messages since the last look: (level, seconds, text)."""
        found = MESSAGE.findall(self.run("dmesg -r -c"))
        return [(int(level) & 7, float(seconds), text) for level, seconds, text in found]

    def check(self, messages, expected=()):
        """Fails on kernel messages of warnings or trouble but the expected, and on counters of errors."""
        bad = [text for level, _, text in messages
               if TROUBLE.search(text) or level <= KERN_WARNING and not HARMLESS.search(text)]
        bad = [text for text in bad if not any(re.search(pattern, text) for pattern in expected)]
        if bad:
            raise Failure("the kernel complains: " + " | ".join(bad))
        now = self.errors()
        wrong = {name: value for name, value in now.items() if value > self._errors.get(name, 0)}
        self._errors = now
        if wrong:
            raise Failure(f"errors are counted: {wrong}")

    def errors(self):
        """Counters of errors, of every card and of the stack."""
        text = self.run(COUNTERS_OF_ERRORS)
        stack, *devices = text.split("DEVICE ")
        found = {name: int(value) for name, value in re.findall(r"^(\w*InCsumErrors)\s+(\d+)", stack, re.M)}
        for part in devices:
            device = part.split(maxsplit=1)[0]
            found.update({f"{device} {name}": int(value)
                          for name, value in COUNTER.findall(part) if name in CARD_ERRORS})
        return found

    def forgive_errors(self):
        """Those counted so far were the test's own doing."""
        self._errors = self.errors()


def iperf_end(code, text):
    """The "end" of iperf3's report; fails when a stream failed or moved nothing."""
    try:
        report = json.loads(text[text.index("{"):].replace("-nan", "0"))
    except ValueError as e:
        raise Failure(f"iperf3 printed no report (exit code {code}, {e}): {text}") from e
    if code or "error" in report:
        raise Failure(f"iperf3 failed: {report.get('error', code)}")
    end = report["end"]
    for name, value in end.items():
        if name.startswith("sum") and isinstance(value, dict) and not value.get("bytes", 1):
            raise Failure(f"no byte was moved: {name}")
    return end


def need_root():
    """Raises a UserError where no TAP can be made: nearly all tests need one."""
    try:
        with TapNetwork():
            pass
    except UserError as e:
        raise UserError(f"{e} (make test-linux needs a network namespace)") from e
