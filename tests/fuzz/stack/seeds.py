# SPDX-License-Identifier: MIT
"""seeds.py FOLDER [--random N]: first inputs of the stack's fuzzer, written to FOLDER.

Programs that get a connection into each of TCP's states and then do what is interesting there, and N
random ones that begin with an open connection: what a fuzzer that changes bytes takes long to find.
The numbers of operations, calls, options and settings are read from the tables in fuzz.c and calls.c.
"""
# A program is a line.  pylint: disable=line-too-long

import argparse
import hashlib
import pathlib
import random
import re
import struct

HERE = pathlib.Path(__file__).resolve().parent
FUZZ, CALLS = (HERE / "fuzz.c").read_text(), (HERE / "calls.c").read_text()
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << n for n in range(8))
# peer.c: enum option_choice, and the cases of take_seq(), take_ack() and take_len()
TS, ODD_TS, SACKS, MSS, SCALE, SACK_OK, RAW, COOKIE = (1 << n for n in range(8))
NEXT, BEFORE, LAST_ACK, WINDOW_END, BEYOND, FAR, LATER, LATER2, CLOSE_BY = 0, 2, 3, 5, 6, 8, 11, 12, 15
ALL, TOO_MUCH, NOTHING, SOME, ONE_SEGMENT, HALF = 0, 1, 2, 4, 8, 9
EMPTY, ONE, FULL, MIDDLE = 0, 1, 2, 3
FRAGMENTED, IP_OPTIONS, MARKED, BAD_CHECKSUM = 1, 2, 4, 8
# peer_handshake(): what the SYN has
H_TS, H_MSS, H_SACK, H_SCALE, H_ECN, H_WRAP, H_81, H_V6 = (1 << n for n in range(8))
USUAL = H_TS | H_MSS | H_SACK | H_SCALE
CONTROLS = ("cubic", "reno", "bbr", "dctcp")
MS_45, MS_200, S_1, S_3, S_10, S_61, S_600, S_7300 = 6, 7, 9, 10, 11, 12, 14, 15
HOST4, PEER4 = bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2))
HOST6, PEER6 = (b"\xfd" + bytes(11) + a for a in (HOST4, PEER4))


def table(source, name):
    """Words of an array of a C file, in their order."""
    body = re.search(rf"\b{name}\[\][^=]*= \{{(.*?)\}};", source, re.S).group(1)
    return [word.strip() for word in body.split(",") if word.strip()]


OPERATIONS = table(FUZZ, "operations")
SYSTEM_CALLS = table(CALLS, "calls")
OPTIONS = re.findall(r"\{SOL_\w+, (\w+)\},", CALLS)
SETTINGS = {name: int(n) for n, name in re.findall(r"case (\d+):\s+s->(\w+)", CALLS)}
CONTROL = 1 + max(SETTINGS.values())


class Program:
    """An input under construction; conn: the fuzzer's connection that is meant where none is named."""

    def __init__(self):
        self.bytes, self.conn = bytearray([1]), 0

    def _do(self, operation, *more):
        self.bytes += bytes([OPERATIONS.index(operation), *more])
        return self

    def call(self, name, *more):
        """A system call of calls.c."""
        return self._do("call_any", SYSTEM_CALLS.index("do_" + name), *more)

    def serve(self, how=0):
        """Bit 0: port 81, 1: IPv6, 2: REUSEPORT, 3: fast open, 4: deferred; above: backlog."""
        return self._do("call_serve", how)

    def dial(self, port=0, v6=False):
        """Connects to the peer."""
        return self._do("call_dial", port | 8 * v6)

    def handshake(self, how=USUAL, mss=1460):
        """A connection that the peer opens."""
        self._do("peer_handshake", self.conn, how)
        self.bytes += struct.pack(">H", mss) if how & H_MSS else b""
        return self

    def answer(self, how=USUAL, mss=1460):
        """SYN-ACK."""
        self._do("peer_answer_syn", self.conn, how)
        self.bytes += struct.pack(">H", mss) if how & H_MSS else b""
        return self

    def opened(self, how=USUAL, served=0xe0):
        """Listener 0, connection 1."""
        self.serve(served | 2 * bool(how & H_V6)).handshake(how)
        return self.call("accept", 0)

    def send(self, size=11, flags=0, fd=1):
        """size, flags: numbers in the tables of take_size() and take_message_flags()."""
        return self.call("send", fd, flags, size, 0)

    def receive(self, size=9, flags=0, fd=1):
        """As send()."""
        return self.call("receive", fd, flags, size)

    def option(self, name, *value, fd=1, how=0):
        """setsockopt(); the value's form is calls.c's."""
        return self._do("call_option", fd, OPTIONS.index(name), how, *value)

    def setting(self, name, value):
        """A sysctl."""
        return self._do("change_setting", SETTINGS[name], value)

    def control(self, name):
        """Congestion control of sockets to come."""
        return self._do("change_setting", CONTROL, CONTROLS.index(name))

    def wait(self, which):
        """A number in times_ns."""
        return self._do("pass_time", which)

    def data(self, count=1, how=0):
        """Segments in order that acknowledge all; how 0x10: full, 0x20: of one byte, 8: PSH."""
        return self._do("peer_data", self.conn, count - 1, how)

    def segment(self, flags=ACK, seq=NEXT, ack=ALL, options=TS, length=EMPTY, args=(), window=None, urgent=None,
                mishaps=None, doff=None, last=()):
        """One segment; args: bytes that sequence number, options and length take, last: those of the mishaps."""
        how = length | 8 * (urgent is not None) | 0x10 * (window is not None)
        how |= 0x20 * (mishaps is not None) | 0x40 * (doff is not None)
        self._do("peer_segment", self.conn, flags, seq | ack << 4, options, how, *args)
        self.bytes += struct.pack(">H", urgent) if urgent is not None else b""
        self.bytes += struct.pack(">H", window) if window is not None else b""
        self.bytes += bytes([mishaps]) if mishaps is not None else b""
        self.bytes += bytes([doff]) if doff is not None else b""
        self.bytes += bytes(last)
        return self

    def sack(self, *blocks, ack=NOTHING, more=0, **other):
        """Blocks (start, length) in 64ths of the flight."""
        flat = [byte & 0xff for block in blocks for byte in block]
        return self.segment(ack=ack, options=TS | SACKS | more, args=[len(blocks) - 1, *flat], **other)

    def icmp(self, kind, code, word=0, how=0):
        """About the host's last packet."""
        return self._do("peer_icmp", kind, code, how | 4, *struct.pack(">I", word))

    def frame(self, kind, packet):
        """Bytes as a frame; kind: ETH_P_IP 0, IPv6 1, ARP 2."""
        return self._do("peer_raw", kind == 1, len(packet), kind, *packet)


def checksum(data):
    """RFC 1071."""
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack(">H", ~total & 0xffff)


def ipv4(protocol, body, ttl=64, to=HOST4):
    """A packet of the peer."""
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 9, 0, ttl, protocol, 0) + PEER4 + to
    return head[:10] + checksum(head) + head[12:] + body


def ipv6(protocol, body, at=2, hops=255, source=PEER6, to=HOST6):
    """A packet of the peer; the checksum is put AT a place in the body."""
    pseudo = source + to + struct.pack(">II", len(body), protocol)
    body = body[:at] + checksum(pseudo + body) + body[at + 2:]
    return struct.pack(">IHBB", 6 << 28, len(body), protocol, hops) + source + to + body


def icmp6(kind, code, rest, **where):
    """Of ICMPv6."""
    return ipv6(58, bytes([kind, code, 0, 0]) + rest, **where)


def icmp4(kind, code, rest):
    """Of ICMP."""
    body = bytes([kind, code, 0, 0]) + rest
    return ipv4(1, body[:2] + checksum(body) + body[4:])


LINK_LOCAL = b"\xfe\x80" + bytes(13) + b"\2"
ALL_NODES = b"\xff\2" + bytes(13) + b"\1"
LLADDR = b"\x02\xaa\xbb\xcc\xdd\xee"
PREFIX = bytes((3, 4, 64, 0xc0)) + struct.pack(">III", 7200, 3600, 0) + b"\xfd\1" + bytes(14)


def neighbours():
    """Neighbour discovery, ARP, echoes, group queries."""
    router = b"\x40\0" + struct.pack(">HII", 1800, 0, 0)
    mtu = bytes((5, 1, 0, 0)) + struct.pack(">I", 1400)
    packets = (
        icmp6(135, 0, bytes(4) + HOST6 + b"\1\1" + LLADDR), icmp6(135, 0, bytes(4) + HOST6, source=bytes(16)),
        icmp6(136, 0, b"\x60\0\0\0" + PEER6 + b"\2\1" + LLADDR), icmp6(136, 0, b"\x20\0\0\0" + HOST6, to=ALL_NODES),
        icmp6(136, 0, b"\0\0\0\0" + PEER6 + b"\2\1\2\xaa\xbb\xcc\xdd\xef"), icmp6(136, 0, b"\x80\0\0\0" + PEER6),
        icmp6(136, 0, b"\xe0\0\0\0" + PEER6 + b"\2\0"), icmp6(135, 0, bytes(4) + HOST6, hops=64),
        icmp6(134, 0, router + b"\1\1" + LLADDR + mtu + PREFIX, source=LINK_LOCAL, to=ALL_NODES),
        icmp6(134, 0, b"\0\0" + bytes(10), source=LINK_LOCAL), icmp6(134, 0, router),
        icmp6(137, 0, bytes(4) + LINK_LOCAL + PEER6 + b"\2\1" + LLADDR, source=LINK_LOCAL),
        icmp6(137, 0, bytes(4) + PEER6 + PEER6, source=LINK_LOCAL), icmp6(133, 0, bytes(4)),
        icmp6(130, 0, struct.pack(">HH", 1000, 0) + bytes(16) + bytes(4), hops=1, source=LINK_LOCAL, to=ALL_NODES),
        icmp6(130, 0, struct.pack(">HH", 0, 0) + bytes(16), hops=1, source=LINK_LOCAL, to=ALL_NODES),
        icmp6(128, 0, b"\1\2\3\4" + b"x" * 40), icmp6(129, 0, bytes(8)), icmp6(200, 0, bytes(8)), icmp6(4, 1, bytes(44)),
        icmp6(2, 0, struct.pack(">I", 1280) + bytes(48)), ipv6(99, bytes(8)), ipv6(17, bytes(8), 6),
        ipv6(17, struct.pack(">HHHH", 9, 1000, 12, 0) + b"data", 6), ipv6(6, bytes(20), 16),
        ipv6(58, bytes(2), 0), ipv6(6, struct.pack(">HHIIBBHHH", 9, 999, 5, 6, 0x50, ACK, 9, 0, 0), 16),
    )
    for packet in packets:
        yield Program().frame(1, packet).wait(S_1).frame(1, packet)
    arp = struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + LLADDR + PEER4 + bytes(6) + HOST4
    packets = (
        icmp4(8, 0, b"\1\2\3\4" + b"x" * 40), icmp4(8, 0, bytes(3)), icmp4(13, 0, bytes(16)), icmp4(5, 1, bytes(32)),
        icmp4(3, 3, bytes(4) + ipv4(17, bytes(8))), icmp4(11, 0, bytes(4) + ipv4(6, bytes(8))), icmp4(12, 0, bytes(40)),
        ipv4(99, bytes(8)), ipv4(17, struct.pack(">HHHH", 9, 1000, 12, 0) + b"data"), ipv4(17, bytes(4)),
        ipv4(17, struct.pack(">HHHH", 9, 1000, 99, 0)), ipv4(17, struct.pack(">HHHH", 9, 1000, 8, 7)), ipv4(6, bytes(10)),
        ipv4(1, b"\x08\0\1\1" + bytes(8)), ipv4(17, bytes(12), to=bytes((10, 0, 0, 255))), ipv4(17, bytes(12), to=bytes((224, 0, 0, 1))),
        ipv4(6, bytes(20), to=bytes((10, 0, 0, 77))), ipv4(17, bytes(8), ttl=0), ipv4(6, bytes(20))[:30], b"\x46" + bytes(30), bytes(10),
    )
    for packet in packets:
        yield Program().frame(0, packet)
    for packet in (arp, arp[:6] + b"\0\2" + arp[8:], arp[:14] + HOST4 + arp[18:], arp[:20], b"\0\2" + arp[2:],
                   arp[:14] + bytes(4) + arp[18:], arp[:24] + PEER4, arp[:8] + b"\1\0\0\0\0\0" + arp[14:]):
        yield Program().frame(2, packet).dial().frame(2, packet).wait(S_61).wait(S_600).frame(2, packet)
    for v6 in (0, 1):
        bound = Program().call("socket", 2 | v6).call("bind", 0, v6, 2, 2)
        datagram = struct.pack(">HHHH", 9, 1000, 12, 0) + b"data"
        bound.frame(v6, ipv6(17, datagram, 6) if v6 else ipv4(17, datagram))
        yield bound.receive(fd=0).call("send", 0, 0, 4, 1, v6, 0, 2).icmp(1 if v6 else 3, 4 if v6 else 3).receive(fd=0)


def closing(how):
    """Every way through FIN_WAIT, CLOSING, LAST_ACK and TIME_WAIT, and what may come there."""
    late = (dict(flags=SYN, seq=FAR, args=[1, 0]), dict(flags=SYN, seq=BEFORE, options=0), dict(flags=RST), dict(flags=ACK | RST),
            dict(flags=FIN | ACK, seq=BEFORE), dict(seq=BEYOND), dict(seq=LAST_ACK, length=FULL), dict(flags=SYN | ACK),
            dict(flags=SYN, seq=FAR, options=TS | MSS, args=[99, 0, 5, 0xb4]), dict(options=ODD_TS, args=[0x80, 0, 0]),
            dict(flags=ACK, seq=BEFORE, length=ONE), dict(flags=FIN | ACK, length=FULL), dict(flags=0, options=0))
    for extra in late:
        for first in ("wait", "wait2", "closing", "time wait", "last ack", "close wait"):
            p = Program().opened(how)
            if first in ("last ack", "close wait"):
                p.segment(FIN | ACK)
                if first == "last ack":
                    p.call("close", 1)
            else:
                p.call("close", 1)
                if first == "closing":
                    p.segment(FIN | ACK, ack=NOTHING)
                elif first != "wait":
                    p.data()
                if first == "time wait":
                    p.segment(FIN | ACK)
            yield p.segment(**extra).wait(MS_200).segment(**extra).data().handshake(how).wait(S_61).data()
    yield Program().opened(how).send(8).call("shutdown", 1, 1).data(2).segment(FIN | ACK, length=FULL).wait(S_61)
    yield Program().opened(how).data(3, 0x10).call("close", 1)
    yield Program().opened(how).option("SO_LINGER", 1, 0).call("close", 1)
    yield Program().setting("tcp_max_tw_buckets", 0).opened(how).call("close", 1).data().segment(FIN | ACK)
    yield Program().setting("tcp_rfc1337", 1).opened(how).call("close", 1).data().segment(FIN | ACK).segment(RST)
    yield Program().setting("tcp_tw_reuse", 1).dial().answer(how).call("close", 0).data().segment(FIN | ACK).wait(S_3).dial().answer(how)
    yield Program().opened(how).option("TCP_LINGER2", 1, 0).call("close", 1).data().wait(S_3).data(1, 0x10).wait(S_61)
    yield Program().setting("tcp_max_orphans", 1).opened(how).send().call("close", 1).wait(S_10).wait(S_600)


def losing(control, how):
    """Data of the host's that is lost, reordered, acknowledged twice, late or not at all."""
    def sent(times=1):
        p = Program().control(control).opened(how)
        for _ in range(times):
            p.send().data().wait(0).send()
        return p

    yield sent().sack((16, 48)).sack((16, 48)).sack((16, 48)).wait(MS_45).segment(ack=HALF).data(3).send().data(2)
    yield sent(4).sack((32, 8)).sack((32, 8), (48, 4)).sack((8, 8), (32, 8), (48, 16)).sack((8, 56)).wait(0).segment(ack=SOME, args=[8, 0]).data()
    yield sent(3).sack((56, 8)).sack((48, 16)).sack((32, 32)).sack((8, 56)).segment(ack=ONE_SEGMENT).data().send().sack((0xf0, 8)).data(2)
    yield sent(2).wait(S_1).segment(ack=ONE_SEGMENT).segment(ack=ONE_SEGMENT).wait(S_1).segment(options=ODD_TS, args=[0, 1, 0xf0]).data()
    yield sent(2).wait(S_1).segment(ack=ONE_SEGMENT).segment(ack=ALL).send().data()
    yield sent(2).wait(MS_200).data().wait(MS_200).sack((0xf0, 16), ack=ALL).send().data()
    yield sent(2).wait(S_3).wait(S_10).wait(S_61).segment(ack=HALF).segment(ack=HALF).data()
    yield sent(2).sack((32, 32)).wait(S_3).segment(ack=HALF).segment(ack=HALF).wait(S_1).segment(ack=NOTHING).data()
    yield sent(2).sack((8, 56)).segment(ack=ONE_SEGMENT, options=TS).wait(S_1).data().send(4).data()
    yield sent(2).sack((16, 4), (24, 4), (32, 4)).sack((40, 4)).sack((0xf8, 4), (40, 8)).sack((20, 4)).wait(MS_45).data().data()
    for n in range(1, 12):
        p = sent(2)
        for _ in range(n):
            p.segment(ack=NOTHING).wait(0)
        yield p.segment(ack=ONE_SEGMENT).segment(ack=NOTHING).segment(ack=ONE_SEGMENT).segment(ack=HALF).wait(MS_200).data().send().data()
    yield sent().segment(ack=NOTHING, window=0).wait(MS_200).segment(window=0).send().wait(S_1).wait(S_10).segment(window=5).wait(S_1).segment().data()
    yield sent().segment(ACK | ECE, ack=HALF).segment(ACK | ECE).segment(ACK | CWR).data().send().segment(ACK | ECE, ack=ONE_SEGMENT).data()
    yield sent(2).icmp(3, 4, 800).wait(MS_45).icmp(3, 4, 60).icmp(3, 1).icmp(3, 3).icmp(4, 0).icmp(11, 0).icmp(12, 0).icmp(5, 0).data()
    yield sent(2).icmp(2, 0, 1280).wait(MS_45).icmp(1, 4).icmp(3, 0).icmp(4, 0).icmp(1, 0).data().icmp(2, 0, 1 << 30)
    yield sent(20).data(5).send().sack((4, 60)).sack((4, 60)).wait(MS_45).data(8).wait(S_3).send().data(3)
    yield Program().control(control).dial().answer(how).send(fd=0).wait(MS_45).sack((16, 48)).data().wait(S_61).send(fd=0).data()


def receiving(how):
    """Data of the peer's, in and out of order, too much, marked, urgent, damaged."""
    def to(rcvbuf=None):
        p = Program().opened(how)
        return p.option("SO_RCVBUF", rcvbuf, 0) if rcvbuf is not None else p

    def out_of_order(p, offsets, length=FULL):
        for at in offsets:
            p.segment(ACK, seq=FAR, length=length, args=[at >> 8, at & 255])
        return p

    rising = [1400 * n for n in range(1, 20)]
    for rcvbuf in (None, 5, 7, 8):
        for offsets in (rising, rising[::-1], rising[::2] + rising[1::2], [700, 1400, 100, 2100, 50, 30000, 2800], [64, 32, 96, 1, 2, 3] * 4):
            p = out_of_order(to(rcvbuf), offsets)
            yield p.wait(MS_45).data(2, 0x10).receive().data(20, 0x10).receive().data(3, 0x20).receive()
            yield out_of_order(to(rcvbuf), offsets, ONE).data(19, 0x20).data(19, 0x10).receive(2)
            yield out_of_order(to(rcvbuf), offsets).segment(FIN | ACK, seq=LATER).data(4, 0x10).segment(FIN | ACK).receive()
    many = to(5)
    for n in range(40):
        out_of_order(many, [100 + 50 * n], ONE)
    yield many.data(19, 0x10).receive()
    for n in (7, 8):
        yield to(n).data(20, 0x10).data(20, 0x10).data(20, 0x20).segment(seq=WINDOW_END, length=FULL).receive().data(19, 0x18)
        yield to(n).setting("tcp_mem", 0).data(20, 0x10).data(20, 0x10).receive()
    for urgent in (1, 5, 1400, 0xffff, 0):
        for inline in (0, 1):
            p = Program().opened(how).option("SO_OOBINLINE", inline, 0)
            p.segment(ACK | URG, length=FULL, urgent=urgent).call("ioctl", 1, 2).receive(1, 1).receive(1, 1).receive(3)
            p.segment(ACK | URG, seq=LATER, length=FULL, urgent=urgent).segment(ACK | URG, length=FULL, urgent=2).receive(9)
            yield p.segment(ACK | URG, urgent=9).data(2, 0x10).receive(1, 1).call("ioctl", 1, 2).receive()
    for mishaps in range(1, 16):
        for last in (bytes(40), bytes(range(1, 41)), bytes([2, 1, 5, 0x46, 0xff] * 8), bytes([1, 0x83, 7, 4, 10, 0, 0, 2] * 5), bytes([10, 0x44, 12, 5, 0x11] * 8)):
            yield Program().opened(how).segment(length=FULL, mishaps=mishaps, last=last).data(2, 0x10)
    for flags in range(0, 256, 5):
        yield Program().opened(how).segment(flags, length=flags % 6, args=[7, 7]).segment(flags, seq=BEYOND).data()
    for doff in (0, 1, 4, 6, 15):
        yield Program().opened(how).segment(doff=doff).segment(doff=doff, length=FULL)
    for raw in (b"\2\4\1", b"\5\n\1\2", b"\x08\x0a", b"\3\3\xff", b"\xfe\4\xf9\x89", b"\0", b"\x22\2", b"\x13\x12" + bytes(16), b"\x1d\x10\0\0" + bytes(12), b"\x1e\4\0\0"):
        yield Program().opened(how).segment(options=RAW, args=[len(raw), *raw]).segment(SYN, options=RAW, args=[len(raw), *raw])
        fresh = Program().serve(0xe2 if how & H_V6 else 0xe0)
        fresh.bytes += bytes([OPERATIONS.index("peer_segment"), 0, bool(how & H_V6), SYN, 0, RAW, 0, len(raw), *raw])
        yield fresh.wait(S_3).segment().segment(ACK, length=FULL).call("accept", 0)
    ecn = Program().setting("tcp_ecn", 1).opened(how | H_ECN)
    for tos in (3, 2, 3, 1, 0):
        ecn.segment(ACK, length=FULL, mishaps=MARKED, last=[tos])
    yield ecn.segment(ACK | CWR, length=FULL).send().segment(ACK | ECE, ack=HALF).data(2).segment(ACK | CWR, length=FULL)
    old = Program().opened(how).data(4, 0x10)
    yield old.segment(options=ODD_TS, args=[0xff, 0, 0], length=FULL).segment(seq=BEFORE, length=FULL).segment(seq=LAST_ACK, ack=TOO_MUCH).data()


def opening(v6):
    """Listeners that are full, guarded or clever; connections that fail."""
    kind, base = (H_V6 if v6 else 0), (2 if v6 else 0)
    for setting, value in (("tcp_syncookies", 2), ("tcp_syncookies", 1), ("tcp_syncookies", 0), ("tcp_abort_on_overflow", 1),
                           ("tcp_max_syn_backlog", 1), ("somaxconn", 0), ("tcp_timestamps", 0), ("tcp_sack", 0), ("tcp_ecn", 1)):
        p = Program().setting(setting, value).serve(base)
        for p.conn in range(6):
            p.handshake(USUAL | kind | (H_ECN if value == 1 else 0)).segment(length=FULL)
        yield p.wait(S_3).call("accept", 0).data(2, 0x10).send().wait(S_10).data().wait(S_61).call("accept", 0)
    fresh = [OPERATIONS.index("peer_segment"), 0, v6]
    for flags in (SYN, SYN | ACK, ACK, RST, FIN | ACK, SYN | FIN, SYN | RST, SYN | ECE | CWR):
        p = Program().serve(base)
        p.bytes += bytes([*fresh, flags, 0, 0, 0])
        yield p.segment(SYN, seq=BEFORE).segment(SYN, seq=FAR, args=[3, 0]).wait(S_1).segment(RST, seq=BEFORE).segment().wait(S_10).segment(SYN | ACK)
        q = Program().serve(base)
        q.bytes += bytes([*fresh, SYN, 0, 0, 0])
        yield q.segment(flags, ack=ALL).segment(flags, ack=TOO_MUCH).segment(flags, options=ODD_TS, args=[0, 9, 9]).wait(S_61).segment(flags)
        yield Program().dial(0, v6).segment(flags).segment(flags, ack=TOO_MUCH).segment(flags, ack=NOTHING).answer(USUAL).data().wait(S_600)
    for how in (0x10, 0x08, 0x18):
        for fastopen in (3, 0x13, 0x33, 0xff, 2):
            for cookie in ((0,), (8, *range(8)), (4, 1, 2, 3, 4), (3, 1, 2, 3), (16, *range(16))):
                p = Program().setting("tcp_fastopen", fastopen).serve(base | how | 0xe0)
                p.bytes += bytes([*fresh, SYN, 0, COOKIE | MSS, FULL, 5, 0xb4, *cookie])
                p.call("accept", 0).receive().send(4).segment(options=0, length=FULL).wait(S_3).data(2, 0x10).call("accept", 0).wait(S_61)
                yield p.segment(SYN, options=COOKIE, args=cookie)
    for fastopen in (1, 5, 0x80):
        for cookie in ((8, *range(8)), (0,), (5, 1, 2, 3, 4, 5), (16, *range(16))):
            p = Program().setting("tcp_fastopen", fastopen).call("socket", v6).call("send", 0, 7, 4, 1, v6, 0, 2)
            p.segment(SYN | ACK, options=COOKIE | MSS, args=[5, 0xb4, *cookie]).data()
            p.call("socket", v6).call("send", 1, 7, 6, 1, v6, 0, 2)
            p.conn = 1
            yield p.segment(SYN | ACK, ack=10, options=MSS, args=[2, 0]).data().call("socket", v6).option("TCP_FASTOPEN_CONNECT", 1, 0, fd=2).call(
                "connect", 2, v6, 0, 2).send(4, fd=2).wait(S_1).wait(S_10)
    address = [1 if v6 else 0, 0, 7]
    for ao in (0, 8):
        key = [1, 1, 7 | ao | 0x10 * bool(ao), *address] + [12] * bool(ao)
        for raw in (b"\x1d\x10\1\1" + bytes(12), b"\x1d\x10\2\1" + bytes(12), b"\x1d\x02", b"\x13\x12" + bytes(16), b""):
            p = Program().serve(base | 0xe0).option("TCP_AO_ADD_KEY", *key, fd=0)
            p.bytes += bytes([*fresh, SYN, 0, RAW, 0, len(raw), *raw])
            p.segment(options=RAW, args=[len(raw), *raw])
            p.call("socket", v6).option("TCP_AO_ADD_KEY", *key).call("connect", 1, v6, 0, 2)
            p.conn = 1
            p.segment(SYN | ACK, options=RAW, args=[len(raw), *raw]).wait(S_1).answer(0)
            yield p.option("TCP_AO_INFO", 0, 64, fd=1, how=1).option("TCP_AO_GET_KEYS", fd=1, how=1).option("TCP_AO_DEL_KEY", *key).wait(S_61)
    for raw in (b"\x13\x12" + bytes(16), b""):
        p = Program().serve(base | 0xe0).option("TCP_MD5SIG", 8, 0x80, *address, fd=0)
        p.bytes += bytes([*fresh, SYN, 0, RAW, 0, len(raw), *raw])
        p.segment(options=RAW, args=[len(raw), *raw]).call("socket", v6).option("TCP_MD5SIG", 8, 0x80, *address).call("connect", 1, v6, 0, 2)
        p.conn = 1
        yield p.segment(SYN | ACK, options=RAW, args=[len(raw), *raw]).wait(S_1).answer(0).wait(S_61)
    yield Program().dial(0, v6).wait(S_1).icmp(1 if v6 else 3, 4 if v6 else 3).wait(S_600)
    yield Program().dial(0, v6).wait(S_600).wait(S_600)


def lingering(how):
    """Timers: keepalive, user time-out, probes, orphans."""
    p = Program().opened(how).option("SO_KEEPALIVE", 1, 0).option("TCP_KEEPIDLE", 1, 0).option("TCP_KEEPINTVL", 1, 0).option("TCP_KEEPCNT", 2, 0)
    yield p.wait(S_1).data().wait(S_3).wait(S_10)
    yield Program().opened(how).option("TCP_USER_TIMEOUT", 7, 0).send().wait(S_1).wait(S_10).wait(S_61)
    yield Program().opened(how).send().segment(window=0).wait(S_61).wait(S_600).wait(S_7300)
    yield Program().opened(how).send().segment(window=0).call("close", 1).wait(S_61).wait(S_600).wait(S_7300)
    yield Program().opened(how).data(9, 0x10).wait(S_1).data(1, 0x10).wait(MS_200).send(2).data(1, 0x18).wait(MS_45).receive()


def directed():
    """All of the above, over both versions and with and without options."""
    yield from neighbours()
    for v6 in (0, H_V6):
        for how in (USUAL | v6, v6, USUAL | H_WRAP | v6, H_MSS | H_SACK | v6):
            yield from closing(how)
            yield from lingering(how)
        yield from receiving(USUAL | v6)
        yield from opening(bool(v6))
    yield from receiving(0)
    for control in CONTROLS:
        for how in (USUAL, H_MSS | H_SCALE, H_MSS | H_SACK | H_SCALE | H_V6, USUAL | H_ECN):
            yield from losing(control, how)


def at_random(number):
    """An open connection and thirty operations, whose arguments are any bytes."""
    r = random.Random(number)
    p = Program().setting("tcp_ecn", number & 1).control(r.choice(CONTROLS))
    p.opened(r.choice((USUAL, USUAL | H_V6, 0, USUAL | H_ECN, H_MSS | H_SACK | H_SCALE)))
    moves = (
        lambda: p.send(r.randrange(12)), lambda: p.receive(r.randrange(12)), lambda: p.data(1 + r.randrange(19), r.choice((0, 0x10, 0x20, 0x18))),
        lambda: p.wait(r.randrange(11)), lambda: p.segment(ACK, ack=r.choice((ALL, NOTHING, HALF, ONE_SEGMENT))),
        lambda: p.sack(*((r.randrange(60), r.randrange(1, 30)) for _ in range(r.randrange(1, 4))), ack=r.choice((NOTHING, NOTHING, ONE_SEGMENT, HALF))),
        lambda: p.segment(ACK, seq=r.randrange(16), length=r.randrange(6), args=r.randbytes(6)),
        lambda: p.segment(r.choice((ACK | FIN, ACK | RST, ACK | URG, ACK | ECE, ACK | CWR, SYN)), seq=r.choice((NEXT, NEXT, FAR)), args=r.randbytes(2), length=r.choice((EMPTY, FULL))),
        lambda: p.option(r.choice(OPTIONS), *r.randbytes(3), how=r.choice((0, 0, 0, 1))), lambda: p.segment(window=r.choice((0, 1, 100, 3000))),
        lambda: p.icmp(r.choice((1, 2, 3, 4)), r.randrange(6), r.choice((500, 1280, 1400))), lambda: p.setting(r.choice(list(SETTINGS)), r.randrange(256)),
    )
    for _ in range(30):
        r.choice(moves)()
    return p


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--random", type=int, default=0, metavar="N", help="random programs besides")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    programs = [*directed(), *(at_random(n) for n in range(arguments.random))]
    for program in programs:
        (arguments.folder / hashlib.sha1(program.bytes).hexdigest()).write_bytes(program.bytes)
    print(f"{len(programs)} programs in {arguments.folder}")


if __name__ == "__main__":
    main()
