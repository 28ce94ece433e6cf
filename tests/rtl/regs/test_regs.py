#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tools/regs/regs.py: docs/registers.md is up to date, and a wrong description is a clear error."""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
JSON = ROOT / "rtl/regs/registers.json"
GOOD = json.loads(JSON.read_text(encoding="utf-8"))


def regs(*args):
    return subprocess.run([sys.executable, ROOT / "tools/regs/regs.py", *map(str, args)],
                          capture_output=True, text=True, check=False)


def refuses(change, words):
    """A description that `change` broke is refused in one line that holds `words`."""
    bad = copy.deepcopy(GOOD)
    change(bad["groups"][0]["registers"])
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "bad.json"
        path.write_text(json.dumps(bad), encoding="utf-8")
        out = pathlib.Path(folder) / "out"
        result = regs("c", path, "-o", out)
        assert result.returncode == 1, "accepted"
        assert words in result.stderr and result.stderr.count("\n") == 1, result.stderr
        assert not out.exists(), "wrote a file"


def test_the_committed_reference_page_is_up_to_date():
    result = regs("md", JSON, "-o", ROOT / "docs/registers.md", "--check")
    assert result.returncode == 0, result.stderr


def test_an_old_page_is_refused_with_the_cure():
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder) / "old.md"
        page.write_text("# Registers\n", encoding="utf-8")
        result = regs("md", JSON, "-o", page, "--check")
        assert result.returncode == 1 and "make docs-registers" in result.stderr, result.stderr


def test_two_registers_at_one_offset_are_refused():
    refuses(lambda r: r[1].update(offset="0x10"), "belongs to STATUS")


def test_an_alias_on_another_register_is_refused():
    refuses(lambda r: r[0].update(aliases=["0x8"]), "belongs to CTRL")


def test_overlapping_fields_are_refused():
    refuses(lambda r: r[0]["fields"][0].update(bits="3:0"), "overlaps another field")


def test_bits_outside_the_register_are_refused():
    refuses(lambda r: r[0]["fields"][0].update(bits="32"), "not within 31:0")


def test_an_unknown_access_is_refused():
    refuses(lambda r: r[0].update(access="rx"), "access 'rx'")


def test_an_unknown_key_is_refused():
    refuses(lambda r: r[0].update(rest="0"), "unknown key 'rest'")


def test_a_missing_file_is_named():
    result = regs("c", "/nonexistent/registers.json", "-o", "/dev/null")
    assert result.returncode == 1 and "/nonexistent/registers.json" in result.stderr, result.stderr


def main():
    tests = {name: run for name, run in globals().items() if name.startswith("test_")}
    failed = 0
    for name, run in tests.items():
        try:
            run()
        except AssertionError as error:
            failed += 1
            print(f"FAILED {name}: {error}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
