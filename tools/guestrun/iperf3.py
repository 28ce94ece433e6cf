# SPDX-License-Identifier: MIT
"""The real iperf3 of this machine, as client of the guest and as its server, inside the guest's network."""

import json
import subprocess
import time

from .errors import UserError

PORT = 5201
LIMIT_S = 120
PREFIX = "iperf3: {"
# A client stops with TEST_END when its socket has taken a block: so much more than asked for is under way.
SLACK_BYTES = 128 << 10


def run_client(network, *options, limit_s=LIMIT_S):
    """iperf3 -c GUEST -J OPTIONS; its report."""
    command = network.enter + ["iperf3", "-c", network.host, "-J", *options]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit_s)
    except subprocess.TimeoutExpired as e:
        raise UserError(f"`iperf3 -c GUEST {' '.join(options)}` has not ended after {limit_s} s") from e
    except FileNotFoundError as e:
        raise UserError("no iperf3 here: install it with `sudo apt-get install iperf3`") from e
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError:
        report = {"error": f"{done.stdout} {done.stderr}"}
    if done.returncode or "error" in report:
        raise UserError(f"`iperf3 -c GUEST {' '.join(options)}` failed: {report.get('error')}")
    return report


class Server:
    """Context manager of iperf3 -s, for the guest's client."""

    def __init__(self, network):
        self._network = network
        self._process = None

    def __enter__(self):
        command = self._network.enter + ["iperf3", "-s", "--forceflush"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self._process.stdout:
            if "listening" in line:
                break
        else:
            raise UserError(f"iperf3 -s ended with {self._process.wait()}: is port {PORT} taken?")
        return self

    def __exit__(self, *exc):
        self._process.terminate()
        output = self._process.communicate()[0]
        if exc[0]:
            print(f"iperf3 -s said:\n{output[-2000:]}")
        return False


def guest_reports(guest, count, limit_s=LIMIT_S):
    """The first `count` results of the guest's client, from its console."""
    limit = time.monotonic() + limit_s
    while True:
        lines = [l for l in guest.console.read_text(errors="replace").splitlines(keepends=True) if l.startswith(PREFIX)]
        lines = [l for l in lines if l.endswith("\n")]
        if len(lines) >= count:
            return [json.loads(l[len(PREFIX) - 1:]) for l in lines[:count]]
        if time.monotonic() > limit or not guest.alive():
            raise UserError(f"the guest's iperf3 gave {len(lines)} of {count} results: see {guest.console}")
        time.sleep(0.02)
