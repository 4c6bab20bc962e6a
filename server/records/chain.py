"""The chain of hashes: each entry seals all before it.  Pure.

hash(n) = sha256(hash(n-1) ‖ n as 8 bytes, big-endian ‖ body(n)), hash(0) = 32 zero bytes (FIPS 180-4).
The body itself names its meeting and its number, so that an entry can be moved neither within a log nor between logs.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256

GENESIS = bytes(32)


def link(previous: bytes, seq: int, body: bytes) -> bytes:
    """The hash of entry `seq` (≥ 1).  `previous`: 32 bytes."""
    return sha256(previous + seq.to_bytes(8, "big") + body).digest()


def links(previous: bytes, after: int, bodies: Iterable[bytes]) -> Iterator[bytes]:
    """The hashes of the entries after+1, after+2, …"""
    for seq, body in enumerate(bodies, after + 1):
        previous = link(previous, seq, body)
        yield previous


def first_broken(entries: Iterable[tuple[int, bytes, bytes]]) -> tuple[int, str] | None:
    """Of (seq, body, hash) in order of seq from 1: where the chain first does not hold, and why.  None = whole."""
    previous, expected = GENESIS, 1
    for seq, body, kept in entries:
        if seq != expected:
            return expected, "the entry is missing"
        previous = link(previous, seq, body)
        if previous != kept:
            return seq, "the hash does not fit the entry and those before it"
        expected += 1
    return None
