# SPDX-License-Identifier: MIT
"""run_tests.py [-k WORD] NAME:PROGRAM[,ARGUMENT...]...: runs test programs and adds up their results.

A program says what it did by Check's summary line ("100%: Checks: 12, Failures: 0, Errors: 0") or
by a last line "N passed, N failed[, N skipped]". One that says neither, or exits non-zero without
a failure in its count, counts as one failed test. What failed is named once more at the end; the
last line printed here is the total. The folder of the logs also gets Check's report of single
tests, NAME.xml, and results.json: what each program counted when it was last run.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

LIMIT_S = 1500
# Check ends a test by the wall clock: that is for tests that hang, not for a machine that is busy.
CHECK_PATIENCE = "10"
TAIL_LINES = 40
RECALLED_LINES = 10
CHECK = re.compile(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)", re.M)
FAILURE = re.compile(r"^FAIL|:[FE]:|\w*Error\b|ended after")
PLAIN = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)


def count(output):
    """(passed, failed, skipped) that the program's output claims, or None."""
    checks = CHECK.findall(output)
    if checks:
        total = sum(int(c[0]) for c in checks)
        failed = sum(int(c[1]) + int(c[2]) for c in checks)
        return total - failed, failed, 0
    plain = PLAIN.findall(output)
    if plain:
        passed, failed, skipped = plain[-1]
        return int(passed), int(failed), int(skipped or 0)
    return None


def what_failed(output):
    """The lines of a failed program that name its failures: where none does so, its last ones."""
    lines = output.splitlines()
    return ([line for line in lines if FAILURE.search(line)] or lines)[-RECALLED_LINES:]


def run_one(name, command, log_dir):
    """Runs one program; returns its counts, whatever went wrong in the failed one, and what_failed()."""
    log, report = log_dir / f"{name}.log", log_dir / f"{name}.xml"
    report.unlink(missing_ok=True)
    start = time.monotonic()
    try:
        done = subprocess.run(command.split(" "), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=LIMIT_S, check=False,
                              env=dict(os.environ, CK_XML_LOG_FILE_NAME=str(report.resolve()),
                                       CK_TIMEOUT_MULTIPLIER=CHECK_PATIENCE))
        output, code = done.stdout, done.returncode
    except subprocess.TimeoutExpired as e:
        output, code = (e.stdout or b"").decode(errors="replace") + f"\nended after {LIMIT_S} s\n", 124
    except OSError as e:
        output, code = f"{e}\n", 127
    log.write_text(output, encoding="utf-8")
    passed, failed, skipped = count(output) or (0, 1, 0)
    if code != 0 and failed == 0 or passed + failed + skipped == 0:
        failed += 1
    print(f"  {name:28} {passed:5} passed {failed:4} failed {skipped:4} skipped {time.monotonic() - start:7.1f} s",
          flush=True)
    if failed:
        print("\n".join(f"    | {line}" for line in output.splitlines()[-TAIL_LINES:]))
        print(f"    repeat: {command}\n    log:    {log}", flush=True)
    return (passed, failed, skipped), what_failed(output)


def remember(log_dir, name, counts):
    """Keeps what the program counted, beside what others did in earlier runs."""
    path = log_dir / "results.json"
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    results[name] = dict(zip(("passed", "failed", "skipped"), counts))
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-k", metavar="WORD", default="", help="only tests whose name holds WORD")
    parser.add_argument("--logs", default="build/test", help="folder of the logs")
    parser.add_argument("tests", nargs="+", metavar="NAME:PROGRAM")
    arguments = parser.parse_args()
    log_dir = pathlib.Path(arguments.logs)
    log_dir.mkdir(parents=True, exist_ok=True)
    total, failures = [0, 0, 0], {}
    for test in arguments.tests:
        name, _, words = test.partition(":")
        command = words.replace(",", " ")
        if arguments.k in name:
            counts, why = run_one(name, command, log_dir)
            remember(log_dir, name, counts)
            if counts[1]:
                failures[name] = why
            total = [a + b for a, b in zip(total, counts)]
    if not any(total):
        sys.exit(f"run_tests.py: no test's name holds '{arguments.k}'")
    for name, why in failures.items():
        print(f"failed: {name}", *(f"    | {line}" for line in why), sep="\n")
    skipped = f", {total[2]} skipped" if total[2] else ""
    print(f"{total[0]} passed, {total[1]} failed{skipped}")
    sys.exit(1 if total[1] else 0)


if __name__ == "__main__":
    main()
