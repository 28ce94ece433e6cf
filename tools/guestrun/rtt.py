# SPDX-License-Identifier: MIT
"""rtt.py HOST PORT COUNT: one-byte round trips to a TCP echo service; prints their median in us."""

import socket
import statistics
import sys
import time


def main():
    host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    trips_us = []
    with socket.create_connection((host, port), timeout=10) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(count):
            start = time.perf_counter_ns()
            s.sendall(b"x")
            if s.recv(1) != b"x":
                sys.exit("rtt.py: the echo service answers something else: is the guest's app=echo on?")
            trips_us.append((time.perf_counter_ns() - start) / 1000)
    print(f"{statistics.median(trips_us):.1f}")


if __name__ == "__main__":
    main()
