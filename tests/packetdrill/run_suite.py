# SPDX-License-Identifier: MIT
"""run_suite.py --packetdrill PROGRAM --so FILE --shim FILE FOLDER: a suite of packetdrill scripts on our stack.

Each script runs by its own: PROGRAM --so_filename=FILE SCRIPT, in a network namespace where that is
permitted (scripts set sysctls), with the shim preloaded (it answers for tcp_info). Prints each script
that fails and why, what passed and failed by folder, and as its last line the total.
"""

import argparse
import collections
import os
import pathlib
import subprocess
import sys

LIMIT_S = 60


def namespace():
    """The command that gives a program a network namespace, or nothing where that is not permitted."""
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        if subprocess.run(command + ["true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return command
    return []


def run(command, environment):
    """(passed, last lines of output)"""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=environment, text=True, errors="replace", timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return False, f"did not end within {LIMIT_S} s"
    if done.returncode < 0:
        return False, f"ended by signal {-done.returncode}"
    return done.returncode == 0, "\n    ".join(done.stdout.strip().splitlines()[-3:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packetdrill", required=True)
    parser.add_argument("--so", required=True)
    parser.add_argument("--shim", required=True)
    parser.add_argument("suite", type=pathlib.Path)
    arguments = parser.parse_args()
    scripts = sorted(arguments.suite.rglob("*.pkt"))
    if not scripts:
        sys.exit(f"run_suite.py: {arguments.suite}: no *.pkt there; write SUITE=folder")
    if not os.access(arguments.packetdrill, os.X_OK):
        sys.exit(f"run_suite.py: {arguments.packetdrill}: not a program; write PACKETDRILL=path")
    prefix = namespace()
    environment = dict(os.environ, LD_PRELOAD=str(pathlib.Path(arguments.shim).resolve()))
    folders = collections.defaultdict(lambda: [0, 0])
    for script in scripts:
        command = prefix + [arguments.packetdrill, f"--so_filename={pathlib.Path(arguments.so).resolve()}", script]
        good, output = run(command, environment)
        folders[script.parent][0 if good else 1] += 1
        if not good:
            print(f"FAILED {script}\n    {output}", flush=True)
    for folder, (passed, failed) in sorted(folders.items()):
        print(f"{passed:5} passed {failed:4} failed  {folder}")
    failed = sum(f for _, f in folders.values())
    print(f"{sum(p for p, _ in folders.values())} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
