# SPDX-License-Identifier: MIT
"""What the guest serves as /bytes/N, and the files that are uploaded to it."""

import functools
import hashlib
import random

# guest/apps/http: byte i of every body, as documented there
PERIOD = 65536


def _pattern():
    return bytes((i ^ (i >> 8)) & 0xFF for i in range(PERIOD))


@functools.lru_cache
def sha256(size):
    """SHA-256 of the first `size` bytes of the guest's content, in hex."""
    pattern, digest = _pattern(), hashlib.sha256()
    for _ in range(size // PERIOD):
        digest.update(pattern)
    digest.update(pattern[:size % PERIOD])
    return digest.hexdigest()


def make_upload(path, size, seed):
    """Writes `size` seeded bytes to path."""
    block = bytearray(random.Random(seed).randbytes(1 << 20))
    with open(path, "wb") as f:
        for i in range(0, size, len(block)):
            block[:8] = i.to_bytes(8, "little")
            f.write(block[:size - i])
