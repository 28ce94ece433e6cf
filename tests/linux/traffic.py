# SPDX-License-Identifier: MIT
"""TCP and UDP by iperf3, and files whose every byte is compared."""

import functools
import itertools
import re
import struct

from case import TWO_CPUS, Case
from peer import block, sha256
from session import Failure

DIRECTIONS = {"out": "", "in": "-R", "both": "--bidir"}
BLOCKS = 64
# of the packets of a UDP stream that is slow enough for anybody
MOST_LOST = 0.05
UDP_MBPS, UDP_PER_S = 5, 2000
# of datagrams, by MTU: small, what a frame holds, and in fragments
UDP_SIZES = {1500: (64, 1440, 8000), 9000: (8900, 20000)}


def with_mtu(mtu):
    """Runs the test at this MTU, and leaves 1500 behind."""
    def wrap(test):
        @functools.wraps(test)
        def run(session):
            session.set_mtu(mtu)
            test(session)
            session.set_mtu(1500)
        return run if mtu != 1500 else test
    return wrap


def tcp(streams, direction, version, mtu, seconds=1):
    """A test of one combination."""
    def tcp_flows(session):
        to = f"-6 -c {session.peer.address6}" if version == 6 else ""
        session.iperf(seconds, f"-P {streams} {DIRECTIONS[direction]} {to}")
        session.ping(2)
    return with_mtu(mtu)(tcp_flows)


def dropped_for_want_of_room(session):
    """Datagrams that came, but whose socket was full at either end, as its reader was late."""
    words = ("nstat", "-a", "-s", "-z", "UdpRcvbufErrors", "Udp6RcvbufErrors")
    said = session.run(" ".join(words)) + session.peer.run(*words)
    return sum(int(n) for n in re.findall(r"RcvbufErrors\s+(\d+)", said))


def udp(streams, direction, version, mtu, size):
    """UDP at a rate that no card should lose at; size: of the datagram, which is fragmented when too large."""
    def udp_flows(session):
        to = f"-6 -c {session.peer.address6}" if version == 6 else ""
        kbps = min(UDP_MBPS * 1000, UDP_PER_S * size * 8 // 1000) // streams
        dropped = -dropped_for_want_of_room(session)
        end = session.iperf(1, f"-u -b {kbps}K -P {streams} -l {size} {DIRECTIONS[direction]} {to}")
        dropped += dropped_for_want_of_room(session)
        sums = [end[name] for name in ("sum", "sum_bidir_reverse") if name in end]
        lost, sent = (sum(s[key] for s in sums) for key in ("lost_packets", "packets"))
        if lost - dropped > MOST_LOST * sent:
            raise Failure(f"{lost} of {sent} datagrams were lost, {dropped} of them by late readers")
    return with_mtu(mtu)(udp_flows)


def files_arrive_exactly(session):
    """Both ways, one after the other."""
    url = f"http://{session.peer.address}:{session.peer.web_port}"
    got = session.run(f"wget -q -O - {url}/{BLOCKS} | sha256sum").split()[0]
    if got != sha256(BLOCKS):
        raise Failure("a download differs")
    session.run(f"wget -q -O /tmp/file {url}/{BLOCKS}")
    if upload(session) != sha256(BLOCKS):
        raise Failure("an upload differs")
    session.run("rm /tmp/file")


def upload(session):
    """The SHA-256 that the peer computes of /tmp/file."""
    answer = session.run(f"""
        length=$(wc -c </tmp/file)
        {{ printf 'POST / HTTP/1.1\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n' $length; cat /tmp/file; }} |
            nc {session.peer.address} {session.peer.web_port}""")
    return answer.split()[-1]


def files_arrive_exactly_without_offloads(session):
    """The card must be as right when the driver does the work."""
    for words in ("tso off gso off", "tx off", "rx off gro off", "sg off"):
        session.run(f"ethtool -K eth0 {words}")
        files_arrive_exactly(session)
    session.run("ethtool -K eth0 rx on tx on sg on tso on gso on gro on")
    files_arrive_exactly(session)


def segments_of_any_size_arrive_exactly(session):
    """TSO at many segment sizes: the route's advertised MSS makes the peer ask for small ones."""
    url = f"http://{session.peer.address}:{session.peer.web_port}"
    session.run(f"wget -q -O /tmp/file {url}/{BLOCKS // 4}")
    wanted = sha256(BLOCKS // 4)
    for mss in (88, 536, 1000, 1447, 1448, 1449):
        session.run(f"ip route replace {session.peer.address}/32 dev eth0 advmss {mss} mtu lock {mss + 52}")
        if upload(session) != wanted:
            raise Failure(f"an upload in segments of {mss} differs")
    session.run(f"ip route del {session.peer.address}/32 dev eth0; rm /tmp/file")


def pings_of_every_size_are_answered(session):
    """Around the sizes at which something changes: padding, buffers, fragments."""
    for size in (0, 1, 17, 18, 19, 200, 1472, 1473, 4000, 20000, 65000):
        session.ping(2, size)
    session.run(f"ping -6 -c 3 -i 0.05 -W 5 -q -s 1452 {session.peer.address6}; "
                f"ping -6 -c 3 -i 0.05 -W 5 -q -s 20000 {session.peer.address6}")


def jumbo_pings_of_every_size_are_answered(session):
    """Around the sizes of packet-split buffers and pages."""
    for size in (0, 1000, 1473, 2020, 2048, 4000, 4068, 4096, 4200, 8192, 8972):
        session.ping(2, size)
    files_arrive_exactly(session)


def mtu_may_be_any(session):
    """The driver chooses other buffers and other descriptors at some."""
    for mtu in (68, 1280, 1500, 1501, 2000, 4000, 4082, 8000, 9000):
        session.peer.set_mtu(mtu)
        session.run(f"ip link set eth0 mtu {mtu}")
        session.up()
        session.run(f"ip addr replace {session.peer.guest_address} dev eth0")
        session.ping(2, mtu - 28)
        if mtu >= 1280:
            files_arrive_exactly(session)
    session.set_mtu(1500)


def counters_agree_with_the_other_end(session):
    """The card's own counters of frames, read by the driver, against the frames on the wire."""
    def both():
        mine = session.counters()
        pauses = mine["tx_flow_control_xon"] + mine["tx_flow_control_xoff"]  # counted apart
        return (mine["rx_packets"], session.peer.frames_sent(),
                mine["tx_packets"] + pauses, session.peer.frames_received())

    def at_rest():
        last, now = None, both()
        for _ in range(20):
            if now == last:
                return now
            session.run("usleep 300000")
            last, now = now, both()
        raise Failure("frames come and go though nobody asks for any")

    before = at_rest()
    session.iperf(1, "--bidir")
    after = at_rest()
    rx, sent, tx, received = (b - a for a, b in zip(before, after))
    missed = session.counters()["rx_missed_errors"]
    if rx + missed < sent or rx > sent or tx != received:
        raise Failure(f"the peer sent {sent}, the card counts {rx} and {missed} missed; "
                      f"the peer received {received}, the card counts {tx}")


def flood_of_small_frames_is_sent_and_counted(session):
    """pktgen: 60-byte frames as fast as the driver can."""
    count = 20000
    before = session.peer.frames_received()
    session.run(f"""
        modprobe pktgen
        echo rem_device_all >/proc/net/pktgen/kpktgend_0
        echo add_device eth0 >/proc/net/pktgen/kpktgend_0
        for word in "count {count}" "pkt_size 60" "dst 192.0.2.9" "dst_mac 02:00:00:00:00:09" "delay 0"; do
            echo "$word" >/proc/net/pktgen/eth0
        done
        echo start >/proc/net/pktgen/pgctrl
        grep -q 'Result: OK' /proc/net/pktgen/eth0
        modprobe -r pktgen""")
    session.ping()  # what was sent before has come when this has
    got = session.peer.frames_received() - before
    if not count <= got <= count + 50:
        raise Failure(f"{got} of {count} frames arrived")


def flood_of_small_frames_is_received(session):
    """As many as the peer can; what the card loses it must count, and go on."""
    frame = bytes.fromhex("525400123456020000000009") + b"\x88\xb5" + bytes(46)
    before, sent = session.counters(), session.peer.frames_sent()
    for _ in range(20000):
        session.peer.wire.send(frame)
    session.ping()
    sent = session.peer.frames_sent() - sent
    after = session.counters()
    got = sum(after[name] - before[name] for name in ("rx_packets", "rx_missed_errors"))
    if sent < 1000 or got < sent:
        raise Failure(f"the peer sent {sent} frames, the card accounts for {got}")


def datagram(checksum):
    """A frame with a UDP datagram for a port where nobody listens; checksum 0: it has none."""
    payload = block(1)[:100]
    udp_header = struct.pack("!HHHH", 4000, 4001, 8 + len(payload), checksum)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 1, 0, 64, 17, 0, bytes([192, 0, 2, 1]),
                     bytes([192, 0, 2, 2]))
    words = sum(struct.unpack("!10H", ip))
    words = (words & 0xFFFF) + (words >> 16)
    ip = ip[:10] + struct.pack("!H", ~(words + (words >> 16)) & 0xFFFF) + ip[12:]
    return bytes.fromhex("525400123456020000000009") + b"\x08\x00" + ip + udp_header + payload


def data_with_a_checksum_error_is_dropped(session):
    """The card says so of each, and the stack drops them; the same without a checksum come to no port."""
    def counts():
        session.ping(1)  # what was sent before has come when this has
        text = session.run("nstat -a -s -z UdpNoPorts UdpInCsumErrors")
        stack = dict(re.findall(r"^(Udp\w+)\s+(\d+)", text, re.M))
        return (int(stack["UdpNoPorts"]), int(stack["UdpInCsumErrors"]), session.counters()["rx_csum_offload_errors"])

    start = counts()
    for checksum in (0, 0x1234):
        for _ in range(10):
            session.peer.wire.send(datagram(checksum))
    grown = tuple(b - a for a, b in zip(start, counts()))
    if grown != (10, 10, 10):
        raise Failure(f"of 10 datagrams without a checksum and 10 with a wrong one, (no port, wrong for the stack, "
                      f"wrong for the card) grew by {grown}")
    session.forgive_errors()


def cases():
    """Every combination; those that are quick belong to `make test`."""
    quick = {(1, "out", 4, 1500), (1, "in", 4, 1500), (8, "both", 6, 1500), (8, "both", 4, 9000)}
    for mtu in (1500, 9000):
        for version in (4, 6):
            for streams in (1, 8):
                for direction in DIRECTIONS:
                    yield Case(tcp(streams, direction, version, mtu),
                               label=f"{streams} {direction}, IPv{version}, MTU {mtu}",
                               needs=("jumbo",) if mtu > 1500 else (),
                               quick=(streams, direction, version, mtu) in quick)
    for mtu, sizes in UDP_SIZES.items():
        for direction in DIRECTIONS:
            for version in (4, 6):
                for streams, size in itertools.product((1, 8), sizes):
                    yield Case(udp(streams, direction, version, mtu, size),
                               label=f"{streams} {direction}, IPv{version}, MTU {mtu}, {size} bytes",
                               needs=("jumbo",) if mtu > 1500 else (),
                               quick=(streams, direction, mtu, size) == (1, "both", 1500, 1440))


CASES = (
    *cases(),
    Case(files_arrive_exactly, quick=True),
    Case(files_arrive_exactly_without_offloads),
    Case(files_arrive_exactly, place=TWO_CPUS, label="two processors"),
    Case(tcp(8, "both", 4, 1500, 5), place=TWO_CPUS, label="8 both, two processors"),
    Case(segments_of_any_size_arrive_exactly, quick=True),
    Case(pings_of_every_size_are_answered, quick=True),
    Case(with_mtu(9000)(jumbo_pings_of_every_size_are_answered), needs=("jumbo",), quick=True),
    Case(mtu_may_be_any, needs=("jumbo",)),
    Case(counters_agree_with_the_other_end, needs=("segments on the wire",), quick=True),
    Case(flood_of_small_frames_is_sent_and_counted, quick=True),
    Case(flood_of_small_frames_is_received, quick=True),
    Case(data_with_a_checksum_error_is_dropped),
)
