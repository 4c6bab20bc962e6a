"""What was sent lately, so that it can be sent again."""

from .packet import Packet


class Cache:
    """A ring over the last `size` (a power of two) packets of one outgoing stream, found by their 16-bit numbers.

    Two flat lists and no object per packet: a worker keeps hundreds of thousands of entries, and Python's garbage
    collector would walk through them in the middle of a word.
    """

    __slots__ = ("_asked", "_mask", "_packets", "_wires")

    def __init__(self, size: int) -> None:
        if size & (size - 1):
            raise ValueError("size must be a power of two")
        self._mask = size - 1
        self._wires = [b""] * size  # begin with an RTP header, in which the number stands
        self._packets: list[Packet | None] = [None] * size
        self._asked: dict[int, float] = {}  # sequence -> when it was last sent again

    def put(self, index: int, wire: bytes, packet: Packet) -> None:
        at = index & self._mask
        self._wires[at] = wire
        self._packets[at] = packet

    def get(self, sequence: int) -> tuple[bytes, Packet] | None:
        at = sequence & self._mask
        wire, packet = self._wires[at], self._packets[at]
        return (wire, packet) if packet is not None and int.from_bytes(wire[2:4]) == sequence else None

    def asked(self, sequence: int) -> bool:
        """Whether it was sent again before."""
        return sequence in self._asked

    def due(self, sequence: int, now: float, apart: float) -> bool:
        """Whether this packet was not sent again within the last `apart` seconds; notes that it is now."""
        if now - self._asked.get(sequence, float("-inf")) < apart:
            return False
        if len(self._asked) > self._mask:
            self._asked.clear()
        self._asked[sequence] = now
        return True


class Bucket:
    """Tokens that come back with time: how much may be sent again (`rate` per second, at most `burst` at once)."""

    __slots__ = ("_tokens", "_when", "burst", "rate")

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst, self._tokens, self._when = rate, burst, burst, 0.0

    def take(self, now: float) -> bool:
        self._tokens = min(self.burst, self._tokens + (now - self._when) * self.rate)
        self._when = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
