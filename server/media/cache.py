"""What was sent lately, so that it can be sent again."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """A ring over the last `size` (a power of two) indices."""

    __slots__ = ("_mask", "_ring")

    def __init__(self, size: int) -> None:
        if size & (size - 1):
            raise ValueError("size must be a power of two")
        self._mask = size - 1
        self._ring: list[tuple[int, T] | None] = [None] * size

    def put(self, index: int, value: T) -> None:
        self._ring[index & self._mask] = (index, value)

    def get(self, index: int) -> T | None:
        kept = self._ring[index & self._mask]
        return kept[1] if kept is not None and kept[0] == index else None


class Bucket:
    """Tokens that come back with time: how much may be sent again (`rate` per second, at most `burst` at once)."""

    __slots__ = ("_burst", "_rate", "_tokens", "_when")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst, self._tokens, self._when = rate, burst, burst, 0.0

    def take(self, now: float) -> bool:
        self._tokens = min(self._burst, self._tokens + (now - self._when) * self._rate)
        self._when = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
