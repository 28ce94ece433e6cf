# SPDX-License-Identifier: MIT
"""Two cards in one guest on one wire, each in a network namespace: Linux talks to Linux through both."""

import re

from case import TWO_CARDS, Case
from session import Failure, iperf_end

A, B, PREFIX = "192.0.2.1", "192.0.2.2", 24
VLAN_A, VLAN_B = "198.51.100.1", "198.51.100.2"
SYNC_S = 20
SYNC_NS = 5_000_000


def apart(session):
    """eth1 moves to a namespace of its own, once a session."""
    if hasattr(session, "apart"):
        return
    session.run(f"""
        mkdir -p /run/netns
        ip netns add b
        ip link set eth1 netns b
        ip addr add {A}/{PREFIX} dev eth0
        ip -n b addr add {B}/{PREFIX} dev eth1
        ip -n b link set lo up
        ip -n b link set eth1 up
        (ip netns exec b iperf3 -s >/dev/null 2>&1 &)
        tries=0
        until ping -c 1 -W 1 {B} >/dev/null; do tries=$((tries + 1)); [ $tries -lt 20 ] || exit 1; done""")
    session.apart = True


def stream(session, to, words=""):
    """Between the two."""
    code, text = session.guest.script(f"iperf3 -J -c {to} -t 2 {words}", limit_s=60)
    return iperf_end(code, text)


def two_cards_talk(session):
    apart(session)
    stream(session, B, "-P 4 --bidir")
    stream(session, B, "-u -b 5M --bidir")


def vlan_between_two_cards(session):
    """Tags by the card and by the driver at either end, with TSO and checksums inside the tag."""
    apart(session)
    session.run(f"""
        ip link add link eth0 name eth0.7 type vlan id 7
        ip -n b link add link eth1 name eth1.7 type vlan id 7
        ip addr add {VLAN_A}/24 dev eth0.7
        ip -n b addr add {VLAN_B}/24 dev eth1.7
        ip link set eth0.7 up
        ip -n b link set eth1.7 up""")
    for words in ("rxvlan on txvlan on", "rxvlan off txvlan on", "rxvlan on txvlan off", "rxvlan off txvlan off"):
        session.run(f"ethtool -K eth0 {words}")
        session.up()
        session.run(f"i=0; until ping -c 1 -W 1 {VLAN_B} >/dev/null; do i=$((i + 1)); [ $i -lt 10 ] || exit 1; done")
        stream(session, VLAN_B, "--bidir")
    session.run("ip link del eth0.7; ip -n b link del eth1.7; ethtool -K eth0 rxvlan on txvlan on")


def clocks_of_two_cards_are_synchronized(session):
    """ptp4l on both, hardware time stamps of every packet it sends and receives."""
    apart(session)
    session.run(f"""
        printf '[global]\\nlogSyncInterval -4\\nlogMinDelayReqInterval -4\\nlogAnnounceInterval -2\\n' >/tmp/ptp.conf
        start() {{
            timeout {SYNC_S} "$@" -f /tmp/ptp.conf -m --summary_interval 0
        }}
        start ptp4l -i eth0 --priority1 10 --uds_address /tmp/uds0 >/tmp/ptp.a 2>&1 &
        start /bin/ip netns exec b ptp4l -i eth1 -s --uds_address /tmp/uds1 >/tmp/ptp.b 2>&1 &
        wait""")
    said = session.run("cat /tmp/ptp.a /tmp/ptp.b")
    offsets = [int(n) for n in re.findall(r"rms\s+(\d+)", said)]
    if "timed out while polling" in said or "UNCALIBRATED to SLAVE" not in said or not offsets or offsets[-1] > SYNC_NS:
        raise Failure(f"offsets {offsets} ns:\n{said[-2500:]}")


CASES = (
    Case(two_cards_talk, place=TWO_CARDS, needs=("segments on the wire",), quick=True),
    Case(vlan_between_two_cards, place=TWO_CARDS, needs=("vlan", "segments on the wire")),
    Case(clocks_of_two_cards_are_synchronized, place=TWO_CARDS, needs=("ptp",)),
)
