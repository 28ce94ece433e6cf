# SPDX-License-Identifier: MIT
"""Looks at a capture with tshark: frames that are malformed or carry a bad checksum."""

import os
import subprocess

from . import iperf3

CHECKS = ("ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE")
# A right TCP checksum may read 0xFFFF for 0 (RFC 1071: two forms of zero; Linux writes it so, about one frame in
# 65,536); tshark calls that bad, and marks it apart.
BAD = ('_ws.malformed || ip.checksum.status == "Bad" || (tcp.checksum.status == "Bad" && !tcp.checksum.ffff) || '
       'udp.checksum.status == "Bad" || icmp.checksum.status == "Bad" || icmpv6.checksum.status == "Bad"')
# What the host sends again of a connection to a former guest begins in its middle: newer tsharks know iperf3, and
# call that malformed.
NO_IPERF3 = f"tcp.port=={iperf3.PORT},data"


def to_pcapng(pcap, pcapng):
    """Rewrites QEMU's pcap file as pcapng and removes it."""
    subprocess.run(["editcap", "-F", "pcapng", str(pcap), str(pcapng)], check=True)
    os.unlink(pcap)


def _count(path, display_filter):
    options = [word for check in CHECKS for word in ("-o", check)]
    done = subprocess.run(["tshark", "-r", str(path), *options, "-d", NO_IPERF3, "-Y", display_filter, "-T", "fields",
                           "-e", "frame.number"], capture_output=True, text=True, check=True)
    return len(done.stdout.split())


def bad_frames(path):
    """Number of bad frames in a capture; -1 when it holds no TCP at all, so that nothing was checked."""
    return _count(path, BAD) if _count(path, "tcp") else -1
