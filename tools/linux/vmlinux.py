# SPDX-License-Identifier: MIT
"""vmlinux.py BZIMAGE VMLINUX: takes the uncompressed kernel out of a bzImage.

QEMU then enters it directly (PVH), which saves the guest some seconds of decompression. Fields of
the setup header: the Linux/x86 boot protocol, 2.08 or later.
"""

import gzip
import lzma
import pathlib
import struct
import sys

SETUP_SECTORS, MAGIC, VERSION, PAYLOAD = 0x1F1, 0x202, 0x206, 0x248
UNPACKERS = {b"\xfd7zXZ\x00": lambda data: lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(data),
             b"\x1f\x8b": lambda data: gzip.decompress(data[:-4])}


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
    raise ValueError(f"the kernel is packed by something else than xz or gzip (it begins with {data[:6].hex()})")


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: vmlinux.py BZIMAGE VMLINUX")
    try:
        kernel = unpack(payload(pathlib.Path(sys.argv[1]).read_bytes()))
        if not kernel.startswith(b"\x7fELF"):
            raise ValueError("what is packed in it is no ELF file")
        pathlib.Path(sys.argv[2]).write_bytes(kernel)
    except (ValueError, OSError, EOFError, lzma.LZMAError, struct.error) as e:
        sys.exit(f"vmlinux.py: {sys.argv[1]}: {e}: remove build/linux and run `make linux` again")


if __name__ == "__main__":
    main()
