# SPDX-License-Identifier: MIT
"""run.py FOLDER NAME:PROGRAM[,ARGUMENT...]...: runs what was built to count, and merges the counts.

Programs of Check run in one process each (CK_FORK=no), which leaves its counts in FOLDER/NAME.dat when it ends;
verilator_coverage puts all of them into FOLDER/merged.dat. A program that fails makes this fail: its counts
would tell of something else than passing tests.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import time

JOBS = 2
LIMIT_S = 3600


def run(folder, test):
    """(name, counts, seconds, what went wrong or "")."""
    name, _, words = test.partition(":")
    command = words.split(",")
    counts = folder / f"{name}.dat"
    counts.unlink(missing_ok=True)
    environment = dict(os.environ, RINGSIDE_COVERAGE=str(counts.resolve()), CK_FORK="no")
    start = time.monotonic()
    try:
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=LIMIT_S, check=False)
        output, code = done.stdout, done.returncode
    except subprocess.TimeoutExpired:
        output, code = f"ended after {LIMIT_S} s", 124
    except OSError as error:
        output, code = str(error), 127
    (folder / f"{name}.log").write_text(output, encoding="utf-8")
    trouble = "" if code == 0 and counts.exists() else f"{output[-2000:]}\nrepeat: {' '.join(command)}"
    return name, counts, time.monotonic() - start, trouble


def main():
    folder, tests = pathlib.Path(sys.argv[1]), sys.argv[2:]
    failed, files = False, []
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for running in concurrent.futures.as_completed([pool.submit(run, folder, test) for test in tests]):
            name, counts, seconds, trouble = running.result()
            print(f"  {name:24} {seconds:7.0f} s{'  failed' if trouble else ''}", flush=True)
            print(trouble, end="\n" if trouble else "")
            failed |= bool(trouble)
            files.append(str(counts))
    if failed:
        sys.exit("run.py: tests failed, so there is no coverage to tell of")
    subprocess.run(["verilator_coverage", "--write", str(folder / "merged.dat"), *sorted(files)], check=True,
                   stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
