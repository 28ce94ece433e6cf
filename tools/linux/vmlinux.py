# SPDX-License-Identifier: MIT
"""vmlinux.py BZIMAGE VMLINUX: takes the uncompressed kernel out of a bzImage.

QEMU then enters it directly (PVH), which saves the guest some seconds of decompression. Fields of
the setup header: the Linux/x86 boot protocol, 2.08 or later.
"""

import lzma
import pathlib
import struct
import subprocess
import sys
import zlib

SETUP_SECTORS, MAGIC, VERSION, PAYLOAD = 0x1F1, 0x202, 0x206, 0x248


def unzstd(data):
    """Python has no zstd before 3.14: its own program does it."""
    return subprocess.run(["zstd", "-dc"], input=data, capture_output=True, check=True).stdout


# the kernel's build puts the length of what was packed behind it, but for gzip, which has it
UNPACKERS = {b"\xfd7zXZ\x00": lambda data: lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(data),
             b"\x1f\x8b": lambda data: zlib.decompress(data, wbits=31),
             b"\x28\xb5\x2f\xfd": lambda data: unzstd(data[:-4])}


def payload(image):
    """The compressed kernel within the image."""
    if image[MAGIC:MAGIC + 4] != b"HdrS" or struct.unpack_from("<H", image, VERSION)[0] < 0x208:
        raise ValueError("not a bzImage of boot protocol 2.08 or later")
    offset, length = struct.unpack_from("<II", image, PAYLOAD)
    start = 512 * ((image[SETUP_SECTORS] or 4) + 1) + offset
    return image[start:start + length]


def unpack(data):
    """The ELF file."""
    for magic, unpacker in UNPACKERS.items():
        if data.startswith(magic):
            return unpacker(data)
    raise ValueError(f"the kernel is packed by something else than xz, gzip or zstd (it begins with {data[:6].hex()})")


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: vmlinux.py BZIMAGE VMLINUX")
    try:
        kernel = unpack(payload(pathlib.Path(sys.argv[1]).read_bytes()))
        if not kernel.startswith(b"\x7fELF"):
            raise ValueError("what is packed in it is no ELF file")
        pathlib.Path(sys.argv[2]).write_bytes(kernel)
    except (ValueError, OSError, EOFError, lzma.LZMAError, zlib.error, struct.error,
            subprocess.CalledProcessError) as e:
        sys.exit(f"vmlinux.py: {sys.argv[1]}: {e}: remove build/linux and run `make linux` again")


if __name__ == "__main__":
    main()
