# SPDX-License-Identifier: MIT
"""run_suite.py --packetdrill PROGRAM --so FILE --shim FILE FOLDER: a suite of packetdrill scripts on our stack.

Each script runs by its own, in its own folder: PROGRAM --so_filename=FILE SCRIPT, in a network namespace
where that is permitted (scripts set sysctls and configure tun0), with the shim preloaded (it answers for
tcp_info). With --ip each script runs once for each IP version named, as google's suite does; without, as it
says itself. With --linux the kernel of this machine runs each too: a script counts there as passed when it
passes once in three times, as its time is real. Prints each script that fails here and why, what passed by
folder, and as its last line the total. The exit status speaks of our stack: of all scripts, or with --linux
of those that Linux passes.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

LIMIT_S = 900  # where the machine stands still for a while that is no script's fault
CPU_LIMIT_S = 60
LINUX_TRIES = 3

# Addresses of google's suite, and what its scripts leave open by IP version. The cookies are SipHash of
# these addresses with the key that its settings name.
VERSIONS = {
    "ipv4": ["--ip_version=ipv4", "--local_ip=192.168.0.1", "--gateway_ip=192.168.0.1", "--netmask_ip=255.255.0.0",
             "--remote_ip=192.0.2.1", "-D", "TFO_COOKIE=3021b9d889017eeb", "-D", "CODE=host_unreachable",
             "-D", "CMSG_LEVEL_IP=SOL_IP", "-D", "CMSG_TYPE_RECVERR=IP_RECVERR"],
    "ipv4-mapped-ipv6": ["--ip_version=ipv4-mapped-ipv6", "--local_ip=192.168.0.1", "--gateway_ip=192.168.0.1",
                         "--netmask_ip=255.255.0.0", "--remote_ip=192.0.2.1", "-D", "TFO_COOKIE=3021b9d889017eeb",
                         "-D", "CODE=host_unreachable", "-D", "CMSG_LEVEL_IP=SOL_IPV6",
                         "-D", "CMSG_TYPE_RECVERR=IPV6_RECVERR"],
    "ipv6": ["--ip_version=ipv6", "--mtu=1520", "--local_ip=fd3d:0a0b:17d6::1",
             "--gateway_ip=fd3d:0a0b:17d6:8888::1", "--remote_ip=fd3d:fa7b:d17d::1",
             "-D", "TFO_COOKIE=c1d1e9742a47a9bc", "-D", "CMSG_LEVEL_IP=SOL_IPV6",
             "-D", "CMSG_TYPE_RECVERR=IPV6_RECVERR"],
}
TOOLS = pathlib.Path(__file__).resolve().parent / "so" / "bin"  # nstat, of our stack's counters
SO_FLAGS = {"ipv6": ["--so_flags=mtu=1520"]}


def namespace():
    """The command that gives a program a network namespace, or nothing where that is not permitted."""
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        if subprocess.run(command + ["true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return command
    return []


def limit_cpu():
    """In the child."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S))


def run(command, folder, environment=None):
    """None when it passed, else the last lines of its output."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              cwd=folder, env=environment, text=True, errors="replace", timeout=LIMIT_S, check=False,
                              preexec_fn=limit_cpu)
    except subprocess.TimeoutExpired:
        return f"did not end within {LIMIT_S} s"
    if done.returncode == 0:
        return None
    lines = done.stdout.strip().splitlines()[-3:]
    if done.returncode < 0:
        lines.append(f"ended by signal {-done.returncode}")
    return "\n    ".join(lines) or f"ended with status {done.returncode}"


@dataclasses.dataclass
class Case:
    """A script under an IP version (None: its own), and what came of it."""
    script: pathlib.Path
    version: str
    ours: str = None
    linux: str = None

    def name(self):
        """As printed: the file, and the version where there are several."""
        return f"{self.script} ({self.version})" if self.version else str(self.script)


class Suite:
    """How scripts are run."""

    def __init__(self, arguments):
        self.program = str(pathlib.Path(arguments.packetdrill).resolve())
        self.so = str(pathlib.Path(arguments.so).resolve())
        self.shim = str(pathlib.Path(arguments.shim).resolve())
        self.with_linux = arguments.linux
        self.prefix = namespace()
        self.counters = tempfile.TemporaryDirectory(prefix="ringside-nstat-")
        if self.with_linux and not self.prefix:
            sys.exit("run_suite.py: --linux needs the right to make a network namespace: run it as root")

    def on_ours(self, case):
        """Commands of scripts speak of tun0: a device of this name takes them."""
        command = [self.program, f"--so_filename={self.so}"] + SO_FLAGS.get(case.version, [])
        command += VERSIONS.get(case.version, []) + [case.script.name]
        shell = ["sh", "-c", 'ip tuntap add tun0 mode tun; LD_PRELOAD="$0" exec "$@"', self.shim]
        environment = dict(os.environ, PATH=f"{TOOLS}:{os.environ['PATH']}",
                           RINGSIDE_NSTAT=f"{self.counters.name}/{case.script.stem}.{id(case)}")
        if not self.prefix:
            environment["LD_PRELOAD"] = self.shim
        return run(self.prefix + shell + command if self.prefix else command, case.script.parent, environment)

    def on_linux(self, case):
        """The first tries' failures may be this machine's."""
        command = self.prefix + ["sh", "-c", 'ip link set lo up; exec "$0" "$@"', self.program]
        command += VERSIONS.get(case.version, []) + [case.script.name]
        for _ in range(LINUX_TRIES):
            failure = run(command, case.script.parent)
            if not failure:
                break
        return failure

    def run(self, case):
        """Fills in the case."""
        case.ours = self.on_ours(case)
        if self.with_linux:
            case.linux = self.on_linux(case)
        return case


def cases(arguments):
    """Each script with each version that its name allows."""
    scripts = [arguments.suite] if arguments.suite.is_file() else sorted(arguments.suite.rglob("*.pkt"))
    for script in scripts:
        for version in arguments.ip.split() or [None]:
            if version and script.stem.endswith("v6" if version != "ipv6" else "v4"):
                continue
            yield Case(script.resolve(), version)


def tell(case, with_linux):
    """A line for a case that deserves one."""
    if case.ours and case.linux:
        print(f"failed on Linux too: {case.name()}\n    ours:  {case.ours}\n    Linux: {case.linux}", flush=True)
    elif case.ours:
        print(f"FAILED {case.name()}\n    {case.ours}", flush=True)
    elif case.linux:
        print(f"passed but not on Linux: {case.name()}\n    Linux: {case.linux}", flush=True)
    elif with_linux:
        print(f"passed {case.name()}", flush=True)


def table(done, root, with_linux):
    """By folder."""
    folders = collections.defaultdict(list)
    for case in done:
        folders[os.path.relpath(case.script.parent, root)].append(case)
    for folder, here in sorted(folders.items()):
        passed = sum(not c.ours for c in here)
        if not with_linux:
            print(f"{passed:5} passed {len(here) - passed:4} failed  {folder}")
            continue
        by_linux = [c for c in here if not c.linux]
        both = sum(not c.ours for c in by_linux)
        ratio = f"{100 * both / len(by_linux):3.0f} %" if by_linux else "  -  "
        print(f"{len(here):4} run, Linux passes {len(by_linux):4}, ours of these {both:4} = {ratio}  {folder}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packetdrill", required=True)
    parser.add_argument("--so", required=True)
    parser.add_argument("--shim", required=True)
    parser.add_argument("--ip", default="", help=f"versions, of {' '.join(VERSIONS)}")
    parser.add_argument("--linux", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("suite", type=pathlib.Path)
    arguments = parser.parse_args()
    todo = list(cases(arguments))
    if not todo:
        sys.exit(f"run_suite.py: {arguments.suite}: no *.pkt there; write SUITE=folder")
    if set(arguments.ip.split()) - set(VERSIONS):
        sys.exit(f"run_suite.py: --ip '{arguments.ip}': choose from {' '.join(VERSIONS)}")
    if not os.access(arguments.packetdrill, os.X_OK):
        sys.exit(f"run_suite.py: {arguments.packetdrill}: not a program; write PACKETDRILL=path")
    suite = Suite(arguments)
    done = []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for case in pool.map(suite.run, todo):
            tell(case, arguments.linux)
            done.append(case)
    table(done, arguments.suite.resolve(), arguments.linux)
    judged = [c for c in done if not c.linux]
    failed = sum(bool(c.ours) for c in judged)
    print(f"{len(judged) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
