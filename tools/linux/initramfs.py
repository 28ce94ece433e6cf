# SPDX-License-Identifier: MIT
"""initramfs.py ROOT OUTPUT [WHAT...]: the Linux guest's initramfs, from packages unpacked in ROOT.

Holds busybox, the programs below with the libraries they are linked to, the kernel modules below
with those they depend on, `init`, and WHAT: a folder (as /NAME), a program (as /bin/NAME). The same
input gives the same bytes (cpio "newc": the kernel's
Documentation/driver-api/early-userspace/buffer-format.rst); it is left uncompressed, since emulated
decompression costs more than reading it.
"""

import lzma
import os
import pathlib
import re
import stat
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = ("busybox", "ip", "tc", "ethtool", "iperf3", "nstat", "phc_ctl", "ptp4l", "hwstamp_ctl")
PROGRAM_FOLDERS = ("bin", "sbin", "usr/bin", "usr/sbin")
MODULES = ("e1000e", "8021q", "macvlan", "pktgen", "tun", "tcp_bbr", "tcp_dctcp")
LOADED_LATER = ("libgcc_s.so.1",)  # by the C library, when a thread is cancelled
LIBRARY_FOLDERS = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "lib64", "usr/lib64")
MODULE_FOLDERS = ("lib/modules", "usr/lib/modules")
FOLDERS = ("bin", "dev", "etc", "lib", "lib64", "lib/modules", "proc", "root", "run", "sys", "tmp", "var", "var/run")


class Archive:
    """A cpio archive in the making: path to (mode, content)."""

    def __init__(self):
        self._entries = {}

    def folder(self, path):
        """An empty folder."""
        self._entries[path] = (stat.S_IFDIR | 0o755, b"")

    def file(self, path, content, executable):
        """A regular file."""
        self._entries[path] = (stat.S_IFREG | (0o755 if executable else 0o644), content)

    def link(self, path, target):
        """A symbolic link."""
        self._entries[path] = (stat.S_IFLNK | 0o777, target.encode())

    def bytes(self):
        """The archive, in the order of the paths."""
        out = b"".join(self._entry(n, path, *self._entries[path]) for n, path in enumerate(sorted(self._entries), 1))
        return out + self._entry(0, "TRAILER!!!", 0, b"")

    @staticmethod
    def _entry(inode, path, mode, content):
        name = path.encode() + b"\0"
        fields = (inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)
        head = b"070701" + b"".join(b"%08X" % f for f in fields) + name
        return head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)


def needed(path):
    """Names of the libraries and the interpreter that an ELF file asks for."""
    text = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=True).stdout
    return re.findall(r"^\s*NEEDED\s+(\S+)", text, re.M)


def find(root, folders, name):
    """Debian 12's packages have /bin, /sbin and /lib of their own, Debian 13's only what is in /usr."""
    for folder in folders:
        path = root / folder / name
        if path.exists():
            return path
    raise FileNotFoundError(f"no {name} in the packages")


def add_folder(archive, path):
    """With all that is in it, as /NAME."""
    archive.folder(path.name)
    for below in sorted(path.rglob("*")):
        name = str(below.relative_to(path.parent))
        if below.is_dir():
            archive.folder(name)
        else:
            archive.file(name, below.read_bytes(), False)


def add_programs(archive, root, paths):
    """Programs, the libraries they need (all in /lib, where the loader looks), and the loader."""
    waiting = list(LOADED_LATER)
    for path in paths:
        archive.file(f"bin/{path.name}", path.read_bytes(), True)
        waiting += needed(path)
    seen = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            path = find(root, LIBRARY_FOLDERS, name)
            archive.file(f"lib/{name}", path.read_bytes(), True)
            waiting += needed(path)
    loader = "ld-linux-x86-64.so.2"
    archive.file(f"lib64/{loader}", find(root, LIBRARY_FOLDERS, loader).read_bytes(), True)


def read_module(path):
    """A module's ELF file; Debian 13 packs them."""
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def module_dependencies(path):
    """The field "depends" of the module's .modinfo section."""
    found = re.search(rb"\0depends=([^\0]*)\0", read_module(path))
    return [name.replace("-", "_") for name in found[1].decode().split(",") if name] if found else []


def closure(files, name):
    """All modules that one needs, those that need others first."""
    names = []
    for dependency in module_dependencies(files[name]):
        names += [n for n in [dependency] + closure(files, dependency) if n not in names]
    return names


def add_modules(archive, root):
    """Modules with all they depend on, and the list that modprobe reads."""
    (modules,) = (path for folder in MODULE_FOLDERS for path in (root / folder).glob("*"))
    version = modules.name
    files = {path.name.split(".")[0].replace("-", "_"): path for path in sorted(modules.glob("kernel/**/*.ko*"))}
    folder = f"lib/modules/{version}"
    archive.folder(folder)
    lines = []
    for name in sorted({n for m in MODULES for n in [m] + closure(files, m)}):
        archive.file(f"{folder}/{name}.ko", read_module(files[name]), False)
        lines.append(" ".join([f"{name}.ko:"] + [f"{n}.ko" for n in closure(files, name)]) + "\n")
    archive.file(f"{folder}/modules.dep", "".join(lines).encode(), False)


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: initramfs.py ROOT OUTPUT [FOLDER|PROGRAM...]")
    root, output, *more = (pathlib.Path(word) for word in sys.argv[1:])
    archive = Archive()
    for name in FOLDERS:
        archive.folder(name)
    archive.link("sbin", "bin")
    archive.file("init", (HERE / "init").read_bytes(), True)
    archive.file("etc/shrc", (HERE / "shrc").read_bytes(), False)
    archive.file("etc/udhcpc", (HERE / "udhcpc").read_bytes(), True)
    try:
        for folder in (path for path in more if path.is_dir()):
            add_folder(archive, folder)
        programs = [find(root, PROGRAM_FOLDERS, name) for name in PROGRAMS]
        add_programs(archive, root, programs + [path for path in more if not path.is_dir()])
        add_modules(archive, root)
    except (OSError, KeyError, lzma.LZMAError, subprocess.CalledProcessError) as e:
        sys.exit(f"initramfs.py: {os.path.relpath(root)}: {e}: remove build/linux and run `make linux` again")
    output.write_bytes(archive.bytes())


if __name__ == "__main__":
    main()
