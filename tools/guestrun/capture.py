# SPDX-License-Identifier: MIT
"""Looks at a capture with tshark: frames that are malformed or carry a bad checksum."""

import os
import subprocess

CHECKS = ("ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE")
BAD = ('_ws.malformed || ip.checksum.status == "Bad" || tcp.checksum.status == "Bad" || '
       'udp.checksum.status == "Bad" || icmp.checksum.status == "Bad"')


def to_pcapng(pcap, pcapng):
    """Rewrites QEMU's pcap file as pcapng and removes it."""
    subprocess.run(["editcap", "-F", "pcapng", str(pcap), str(pcapng)], check=True)
    os.unlink(pcap)


def _count(path, display_filter):
    options = [word for check in CHECKS for word in ("-o", check)]
    done = subprocess.run(["tshark", "-r", str(path), *options, "-Y", display_filter, "-T", "fields", "-e",
                           "frame.number"], capture_output=True, text=True, check=True)
    return len(done.stdout.split())


def bad_frames(path):
    """Number of bad frames in a capture; -1 when it holds no TCP at all, so that nothing was checked."""
    return _count(path, BAD) if _count(path, "tcp") else -1
