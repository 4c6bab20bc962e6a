"""The Merkle tree of RFC 6962, section 2.1: roots, and proofs that a leaf is in a tree or that a tree only grew.  Pure.

Leaves and nodes are hashed with different first bytes, so that no node can be passed off as a leaf.
"""

from collections.abc import Sequence
from hashlib import sha256


def leaf(data: bytes) -> bytes:
    """The hash of one leaf."""
    return sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


EMPTY = sha256(b"").digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Of the hashes of the leaves, in order (2.1)."""
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else EMPTY


def _above(level: Sequence[bytes]) -> list[bytes]:
    """An odd one goes up as it is: the same tree as splitting at the largest power of two."""
    pairs = [node(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
    return [*pairs, *level[len(level) - len(level) % 2 :]]


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (≥ 2)."""
    return 1 << ((size - 1).bit_length() - 1)


class Tree:
    """Every node over these hashes of leaves: built once, whatever is asked of it costs their logarithm."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.size = len(leaves)
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            self._levels.append(_above(self._levels[-1]))

    def root(self, first: int = 0, last: int | None = None) -> bytes:
        """Of the leaves first ≤ n < last, a range that splitting comes to."""
        last = self.size if last is None else last
        if first == last:
            return EMPTY
        height = (last - first - 1).bit_length()
        if last in (self.size, first + (1 << height)):
            return self._levels[height][first >> height]
        k = first + _split(last - first)
        return node(self.root(first, k), self.root(k, last))

    def inclusion(self, n: int) -> list[bytes]:
        """The audit path of leaf n, from the bottom up (2.1.1)."""
        first, last, path = 0, self.size, list[bytes]()
        while last - first > 1:
            k = first + _split(last - first)
            path.append(self.root(k, last) if n < k else self.root(first, k))
            first, last = (first, k) if n < k else (k, last)
        return path[::-1]

    def consistency(self, old: int) -> list[bytes]:
        """Proof that the tree of the first `old` leaves is the beginning of this one (2.1.2); 0 < old ≤ size."""
        first, last, path = 0, self.size, list[bytes]()
        while old != last:
            k = first + _split(last - first)
            path.append(self.root(k, last) if old <= k else self.root(first, k))
            first, last = (first, k) if old <= k else (k, last)
        return [*([] if first == 0 else [self.root(first, last)]), *path[::-1]]


def included(n: int, size: int, of: bytes, path: Sequence[bytes], tree: bytes) -> bool:
    """Whether the path proves that leaf n with the hash `of` is in the tree of that size and root (9162, 2.1.3.2)."""
    if not 0 <= n < size:
        return False
    first, last, at = n, size - 1, of
    for each in path:
        if last == 0:
            return False
        if first % 2 or first == last:
            at = node(each, at)
            while first % 2 == 0 and first:
                first, last = first >> 1, last >> 1
        else:
            at = node(at, each)
        first, last = first >> 1, last >> 1
    return last == 0 and at == tree


def grew(old: int, size: int, before: bytes, now: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree (old, before) is the beginning of (size, now) (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= size:
        return False
    if old == size:
        return before == now and not proof
    path = [before, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    first, last = old - 1, size - 1
    while first % 2:
        first, last = first >> 1, last >> 1
    was = new = path[0]
    for each in path[1:]:
        if last == 0:
            return False
        if first % 2 or first == last:
            was, new = node(each, was), node(each, new)
            while first % 2 == 0 and first:
                first, last = first >> 1, last >> 1
        else:
            new = node(new, each)
        first, last = first >> 1, last >> 1
    return last == 0 and was == before and new == now
