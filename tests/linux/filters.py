# SPDX-License-Identifier: MIT
"""Which frames the card lets through: addresses, multicast, promiscuous, VLAN (frames by hand on the TAP)."""

import struct

from case import Case
from peer import ETHERTYPE
from session import Failure

OURS, BROADCAST = bytes.fromhex("525400123456"), b"\xff" * 6
STRANGER, SENDER = bytes.fromhex("020000000077"), bytes.fromhex("020000000009")
GROUP, OTHER_GROUP = bytes.fromhex("01005e010203"), bytes.fromhex("01005e0a0b0c")
COUNT = 100
VID = 5


def frame(to, tag=None, size=100):
    """A frame that nobody answers."""
    vlan = b"" if tag is None else struct.pack("!HH", 0x8100, tag)
    return to + SENDER + vlan + struct.pack("!H", ETHERTYPE) + bytes(size)


def count(session, device="eth0"):
    """Frames that the device has received: all that were sent so far have come when the answer to a ping has."""
    session.ping(1)
    return int(session.run(f"cat /sys/class/net/{device}/statistics/rx_packets"))


def accepted(session, to, tag=None):
    """How many of COUNT such frames reach the stack, rounded: other traffic is rare."""
    before = count(session)
    for _ in range(COUNT):
        session.peer.wire.send(frame(to, tag))
    return COUNT * round((count(session) - before) / COUNT)


def check(session, **wanted):
    """to-whom=True or False: whether all or none come through."""
    kinds = {"ours": OURS, "broadcast": BROADCAST, "stranger": STRANGER, "group": GROUP, "other_group": OTHER_GROUP}
    for kind, through in wanted.items():
        got = accepted(session, kinds[kind])
        if got != (COUNT if through else 0):
            raise Failure(f"{got} of {COUNT} frames to {kind} came through, expected {'all' if through else 'none'}")


def strangers_are_heard_only_in_promiscuous_mode(session):
    check(session, ours=True, broadcast=True, stranger=False, group=False)
    session.run("ip link set eth0 promisc on")
    check(session, ours=True, broadcast=True, stranger=True, group=True)
    session.run("ip link set eth0 promisc off")
    check(session, ours=True, broadcast=True, stranger=False, group=False)


def groups_are_heard_when_joined(session):
    session.run(f"ip maddr add {GROUP.hex(':')} dev eth0")
    check(session, ours=True, group=True, other_group=False)
    session.run("ip link set eth0 allmulticast on")
    check(session, group=True, other_group=True, stranger=False)
    session.run("ip link set eth0 allmulticast off")
    check(session, group=True, other_group=False)
    session.run(f"ip maddr del {GROUP.hex(':')} dev eth0")
    check(session, group=False)


def many_groups_are_heard(session):
    """More than the receive address registers hold."""
    groups = [bytes([1, 0, 0x5E, 1, 2, n]) for n in range(60)]
    session.run("".join(f"ip maddr add {g.hex(':')} dev eth0\n" for g in groups))
    before = count(session)
    for _ in range(4):
        for g in groups:
            session.peer.wire.send(frame(g))
    got = count(session) - before
    session.run("".join(f"ip maddr del {g.hex(':')} dev eth0\n" for g in groups))
    if got < 4 * len(groups):
        raise Failure(f"{got} of {4 * len(groups)} frames came through")


def second_unicast_address_is_heard(session):
    session.run(f"""
        modprobe macvlan
        ip link add link eth0 name other type macvlan mode bridge
        ip link set other address {STRANGER.hex(':')}
        ip link set other up""")
    check(session, ours=True, stranger=True)
    session.run("ip link del other")
    check(session, stranger=False)


def change_address(session, address):
    session.run(f"ip link set eth0 down; ip link set eth0 address {address.hex(':')}")
    session.up()
    session.peer.forget_addresses()


def address_may_be_changed(session):
    change_address(session, STRANGER)
    check(session, stranger=True, ours=False)
    change_address(session, OURS)
    session.set_addresses()
    check(session, stranger=False, ours=True)


def vlan_frames(session):
    """(tag, length) of the frames that the guest sends on eth0.5 when it pings there."""
    for _ in session.peer.wire.received():
        pass
    session.guest.script("ping -c 3 -i 0.1 -W 1 -q 198.51.100.9")
    return [tag for tag, data in session.peer.wire.received(0.3) if data[12:14] == b"\x08\x06"]


def vlan_tags_are_put_in_and_taken_out(session):
    """By the card and by the driver."""
    session.run(f"""
        ip link add link eth0 name eth0.{VID} type vlan id {VID}
        ip addr add 198.51.100.1/24 dev eth0.{VID}
        ip link set eth0.{VID} up""")
    for rx in ("on", "off"):
        for tx in ("on", "off"):
            session.run(f"ethtool -K eth0 rxvlan {rx} txvlan {tx}")
            session.up()
            session.run("ip neigh flush dev eth0.5")
            tags = vlan_frames(session)
            if not tags or set(tags) != {VID}:
                raise Failure(f"rxvlan {rx}, txvlan {tx}: the frames' tags are {tags}")
            before = count(session, f"eth0.{VID}")
            for _ in range(COUNT):
                session.peer.wire.send(frame(OURS, VID | 3 << 13))
            got = count(session, f"eth0.{VID}") - before
            if got != COUNT:
                raise Failure(f"rxvlan {rx}, txvlan {tx}: {got} of {COUNT} tagged frames came to eth0.{VID}")
    session.run(f"ip link del eth0.{VID}; ethtool -K eth0 rxvlan on txvlan on")
    session.up()


def frames_come_to_their_vlan(session):
    """The tag that the card took out is the one that the frame had."""
    vids = (1, VID, 100, 4094)
    session.run("".join(f"ip link add link eth0 name eth0.{vid} type vlan id {vid}; ip link set eth0.{vid} up\n"
                        for vid in vids))
    for tag in (*vids, 2, 4093):
        before = {vid: count(session, f"eth0.{vid}") for vid in vids}
        for priority in range(8):
            session.peer.wire.send(frame(OURS, priority << 13 | tag))
        got = {vid: count(session, f"eth0.{vid}") - before[vid] for vid in vids}
        if got != {vid: 8 if vid == tag else 0 for vid in vids}:
            raise Failure(f"of 8 frames of VLAN {tag} came to each: {got}")
    session.run("".join(f"ip link del eth0.{vid}\n" for vid in vids))


CASES = (
    Case(strangers_are_heard_only_in_promiscuous_mode, quick=True),
    Case(groups_are_heard_when_joined),
    Case(many_groups_are_heard),
    Case(second_unicast_address_is_heard),
    Case(address_may_be_changed),
    Case(vlan_tags_are_put_in_and_taken_out, needs=("vlan",)),
    Case(frames_come_to_their_vlan, needs=("vlan",)),
)
