# SPDX-License-Identifier: MIT
"""tools_test.py [NAME]: the commands that people run: what they refuse, and that they count honestly."""

import contextlib
import io
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import traceback

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tools"))

import run_tests  # noqa: E402
from guestrun import content, qemu, report  # noqa: E402
from guestrun.errors import UserError  # noqa: E402
from guestrun.network import UserNetwork, make_network  # noqa: E402
from guestrun.settings import Settings  # noqa: E402


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="ringside-tools-") as name:
        yield pathlib.Path(name)


def refused(function, *words):
    """The one line of the UserError that function() ends with; it must hold all words."""
    try:
        function()
    except UserError as e:
        line = str(e)
        assert "\n" not in line and all(word in line for word in words), line
        return
    raise AssertionError("it was not refused")


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


# ---- settings, networks, guests ----

def settings_go_to_driver_and_card():
    s = Settings("tso=off,itr=200,card_tso=off,card_moderation=off,CARD=ref")
    assert s.card == "ref" and s.guest_options == ["tso=off", "itr=200"]
    assert s.card_config == "tso=off,moderation=off"


def unknown_settings_are_refused():
    for text in ("bogus=1", "tso", "=", "tso=off,nonsense=2"):
        refused(lambda t=text: Settings(t), "unknown", "tso")


def unknown_network_and_card_are_refused():
    refused(lambda: make_network("bogus"), "NET=bogus")
    refused(lambda: qemu.Guest("bogus", None, "."), "CARD=bogus")


def port_in_use_is_refused():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        port = s.getsockname()[1]
        refused(lambda: UserNetwork(port).__enter__(), str(port), "HTTP_PORT")


def missing_plugin_is_refused():
    with folder() as f, UserNetwork() as network:
        refused(lambda: qemu.Guest("rtl", network, f, plugin=f / "nothing.so").__enter__(), "nothing.so", "make hw")


def guest_that_does_not_boot_is_given_up():
    class Halted(qemu.Guest):
        def command(self):
            return super().command() + ["-S"]

    limit, qemu.Guest.boot_limit_s = qemu.Guest.boot_limit_s, 1
    try:
        with folder() as f, UserNetwork() as network:
            guest = Halted("qemu-e1000e", network, f)
            refused(guest.__enter__, "does not boot within 1 s")
            assert not guest.alive()
    finally:
        qemu.Guest.boot_limit_s = limit


def full_disk_is_refused():
    real = shutil.disk_usage
    shutil.disk_usage = lambda path: real(path)._replace(free=1000)
    try:
        with folder() as f, UserNetwork() as network:
            refused(lambda: qemu.Guest("qemu-e1000e", network, f).__enter__(), "GiB free")
    finally:
        shutil.disk_usage = real


def content_has_the_documented_bytes():
    import hashlib
    whole = bytes(((i % 65536) ^ (i % 65536 >> 8)) & 255 for i in range(70000))
    for size in (0, 1, 65536, 70000):
        assert content.sha256(size) == hashlib.sha256(whole[:size]).hexdigest()


def table_marks_what_falls_short():
    text = report.table({"download_mbps": 149.0, "upload_mbps": 151.0, "sha_ok": False})
    lines = text.splitlines()
    assert lines[1].endswith("short") and lines[2].endswith("ok") and lines[3].endswith("short")


# ---- run_tests.py ----

def ran(output, code=0):
    """What run_tests.py makes of a program with this output: its counts, and its lines on failures."""
    with folder() as f:
        program = f / "program.py"
        program.write_text(f"print({output!r})\nraise SystemExit({code})\n")
        with contextlib.redirect_stdout(io.StringIO()):
            return run_tests.run_one("t", f"{sys.executable} {program}", f)


def counted(output, code=0):
    return ran(output, code)[0]


def results_of_check_and_plain_lines_are_added():
    assert counted("100%: Checks: 12, Failures: 0, Errors: 0") == (12, 0, 0)
    assert counted("50%: Checks: 4, Failures: 1, Errors: 1", 1) == (2, 2, 0)
    assert counted("3 passed, 1 failed, 2 skipped", 1) == (3, 1, 2)
    assert counted("100%: Checks: 2, Failures: 0, Errors: 0\n100%: Checks: 3, Failures: 0, Errors: 0") == (5, 0, 0)


def silent_crashed_and_empty_programs_count_as_failed():
    assert counted("nothing to see") == (0, 1, 0)
    assert counted("5 passed, 0 failed", 139) == (5, 1, 0)
    assert counted("0 passed, 0 failed") == (0, 1, 0)
    with folder() as f, contextlib.redirect_stdout(io.StringIO()):
        assert run_tests.run_one("t", str(f / "missing"), f)[0] == (0, 1, 0)


def failures_are_named_by_the_lines_that_hold_them():
    assert ran("FAIL one: because\n  detail\n1 passed, 1 failed", 1)[1] == ["FAIL one: because"]
    assert ran("a.c:7:F:core:test:0: wrong\n0%: Checks: 1, Failures: 1, Errors: 0", 1)[1] == \
        ["a.c:7:F:core:test:0: wrong"]
    assert ran("crashed somewhere", 139)[1] == ["crashed somewhere"]


# ---- apply.sh, deps.sh, fetch.sh ----

def qemu_tree(f, version="10.0.2"):
    """The few files of a QEMU tree that the patches touch, unpatched."""
    source, tree = TOP / "build/qemu/src", f / "tree"
    for name in ("hw/net", "configs/devices/x86_64-softmmu", "include/hw/net"):
        (tree / name).mkdir(parents=True)
    patches = sorted((TOP / "qemu-patches/patches").glob("*.patch"))
    for name in re.findall(r"^--- a/(\S+)", "".join(p.read_text(encoding="utf-8") for p in patches), re.M):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, tree / name)
    for patch in patches:
        with open(patch, "rb") as p:
            subprocess.run(["patch", "-d", tree, "-p1", "--reverse", "--silent"], stdin=p, check=True)
    (tree / "VERSION").write_text(version + "\n")
    return tree


def snapshot(tree):
    return {p: p.read_bytes() for p in sorted(tree.rglob("*")) if p.is_file()}


def applying_the_patches_twice_is_harmless():
    with folder() as f:
        tree = qemu_tree(f)
        before = snapshot(tree)
        assert run([TOP / "qemu-patches/apply.sh", tree]).returncode == 0
        once = snapshot(tree)
        assert once != before and b"CONFIG_RINGSIDE" in once[tree / "hw/net/meson.build"]
        assert run([TOP / "qemu-patches/apply.sh", tree]).returncode == 0
        assert snapshot(tree) == once


def other_qemu_versions_are_refused():
    for version in ("9.2.4", "10.1.0", "11.0.0"):
        with folder() as f:
            done = run([TOP / "qemu-patches/apply.sh", qemu_tree(f, version)])
            assert done.returncode == 1 and version in done.stderr and done.stderr.count("\n") == 1, done.stderr
    with folder() as f:
        done = run([TOP / "qemu-patches/apply.sh", f])
        assert done.returncode == 1 and "no QEMU source tree" in done.stderr


def missing_qemu_source_is_refused():
    with folder() as f:
        done = run([TOP / "tools/qemu/fetch.sh", f], env={**os.environ, "QEMU_SRC": str(f / "nothing")})
        assert done.returncode == 1 and "does not exist" in done.stderr and done.stderr.count("\n") == 1


def missing_packages_are_named_when_they_cannot_be_installed():
    with folder() as f:
        for name, body in (("dpkg-query", "exit 1"), ("id", "echo 1000"), ("sudo", "exit 1"), ("apt-get", "exit 1")):
            stub = f / name
            stub.write_text(f"#!/bin/sh\n{body}\n")
            stub.chmod(0o755)
        done = run([TOP / "tools/deps.sh"], env={**os.environ, "PATH": f"{f}:{os.environ['PATH']}"})
        assert done.returncode == 1 and "verilator" in done.stderr and "apt-get install" in done.stderr


TESTS = (settings_go_to_driver_and_card, unknown_settings_are_refused, unknown_network_and_card_are_refused,
         port_in_use_is_refused, missing_plugin_is_refused, guest_that_does_not_boot_is_given_up,
         full_disk_is_refused, content_has_the_documented_bytes, table_marks_what_falls_short,
         results_of_check_and_plain_lines_are_added, silent_crashed_and_empty_programs_count_as_failed,
         failures_are_named_by_the_lines_that_hold_them,
         applying_the_patches_twice_is_harmless, other_qemu_versions_are_refused, missing_qemu_source_is_refused,
         missing_packages_are_named_when_they_cannot_be_installed)


def main():
    passed = failed = 0
    for test in TESTS:
        if len(sys.argv) > 1 and sys.argv[1] not in test.__name__:
            continue
        try:
            test()
            passed += 1
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"FAIL {test.__name__}: {traceback.format_exc()}\n"
                  f"  repeat: python3 tests/tools/tools_test.py {test.__name__}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
