# SPDX-License-Identifier: MIT
"""The real clients of the workload: curl for the transfers, ab for many requests, rtt.py for latency.

Each runs inside the network (`network.enter`) and returns what it measured.
"""

import hashlib
import pathlib
import re
import subprocess
import sys
import time

from . import content
from .errors import UserError

LIMIT_S = 600
HERE = pathlib.Path(__file__).resolve().parent


def _url(network, path):
    host = f"[{network.host}]" if ":" in network.host else network.host
    return f"http://{host}:{network.http_port}{path}"


def _curl(network, *arguments):
    return network.enter + ["curl", "--silent", "--show-error", "--fail", "--max-time", str(LIMIT_S), *arguments]


def download(network, size):
    """GET /bytes/SIZE. Returns (seconds, whether length and SHA-256 are right)."""
    start = time.perf_counter()
    digest, length = hashlib.sha256(), 0
    with subprocess.Popen(_curl(network, _url(network, f"/bytes/{size}")), stdout=subprocess.PIPE) as curl:
        while chunk := curl.stdout.read(1 << 20):
            digest.update(chunk)
            length += len(chunk)
    seconds = time.perf_counter() - start
    return seconds, curl.returncode == 0 and length == size and digest.hexdigest() == content.sha256(size)


def upload(network, path):
    """PUT /sink of a file. Returns (seconds, whether the guest's SHA-256 of it is right)."""
    with open(path, "rb") as f:
        expected = hashlib.file_digest(f, "sha256").hexdigest()
    start = time.perf_counter()
    done = subprocess.run(_curl(network, "--upload-file", str(path), _url(network, "/sink")),
                          capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    return seconds, done.returncode == 0 and expected in done.stdout


def metrics(network):
    """GET /metrics: name to value; labels stay part of the name."""
    done = subprocess.run(_curl(network, _url(network, "/metrics")), capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"the guest's /metrics does not answer ({done.stderr.strip()}): see its console.log")
    values = {}
    for line in done.stdout.splitlines():
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            values[name] = float(value)
    return values


def requests(network, count, keep_alive):
    """COUNT small requests by ab, 8 at a time. Returns (requests a second, all answered)."""
    command = network.enter + ["ab", "-q", "-n", str(count), "-c", "8", "-s", "60"]
    command += ["-k"] if keep_alive else []
    done = subprocess.run(command + [_url(network, "/bytes/64")], capture_output=True, text=True, check=False,
                          timeout=LIMIT_S)
    rate = re.search(r"^Requests per second:\s+([\d.]+)", done.stdout, re.M)
    complete = re.search(r"^Complete requests:\s+(\d+)", done.stdout, re.M)
    failed = re.search(r"^Failed requests:\s+(\d+)", done.stdout, re.M)
    good = bool(rate and complete and failed) and int(complete[1]) == count and int(failed[1]) == 0
    return float(rate[1]) if rate else 0.0, good


def round_trip_us(network, count):
    """Median of COUNT one-byte round trips to the echo service while nothing else runs."""
    done = subprocess.run(network.enter + [sys.executable, str(HERE / "rtt.py"), network.host, str(network.echo_port),
                                           str(count)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"no round trips: {done.stderr.strip().splitlines()[-1]}")
    return float(done.stdout)
