"""One outgoing stream out of many sources: its numbers run on without a hole, whoever is passed on.

A listener's slot keeps one SSRC for its life; the source behind it changes.  Numbers are endless indices
(`roc << 16 | sequence`): an index is never given to two packets, as RFC 3711 section 9.1 demands.
"""

from bisect import bisect_right

from .rtp import MAX32

REMEMBERED = 64  # how many kept-back stretches a late packet may still be placed between


class Rewriter:
    """Sequence and timestamp.  `begin` at each change of source, then `number` or `skip` for each of its packets.

    The caller shows each index of a source at most once.
    """

    __slots__ = ("_newest_in", "_shifts", "_starts", "newest", "shift", "ts_shift")

    def __init__(self, first: int) -> None:
        """`first` < 32768 (RFC 3711 section 3.3.1) is the first index that will be given."""
        self.newest = first - 1
        self.shift = self.ts_shift = 0
        self._newest_in = 0
        self._starts: list[int] = []  # index of the source from which on the shift of the same place holds
        self._shifts: list[int] = []

    def begin(self, index: int, timestamp: int, out_timestamp: int) -> None:
        """A new source: its packet (`index`, `timestamp`) is the first to pass and goes out at `out_timestamp`."""
        self._newest_in = index - 1
        self.shift = self.newest + 1 - index
        self.ts_shift = (out_timestamp - timestamp) & MAX32
        self._starts, self._shifts = [index], [self.shift]

    def number(self, index: int) -> int | None:
        """The outgoing index of this packet; None for one from before the change of source, or of unknown place."""
        if index > self._newest_in:
            self._newest_in = index
            self.newest = index + self.shift
            return self.newest
        return self._late(index)

    def _late(self, index: int) -> int | None:
        at = bisect_right(self._starts, index) - 1
        if at < 0:
            return None
        shift = self._shifts[at]
        if at + 1 < len(self._starts) and index >= self._starts[at + 1] - (shift - self._shifts[at + 1]):
            return None  # was left out
        return index + shift

    def skip(self, index: int) -> None:
        """This packet is left out.  Only the newest leaves no hole; a late one has its number already."""
        if index <= self._newest_in:
            return
        self.newest = index - 1 + self.shift
        self._newest_in = index
        self.shift -= 1
        if self._starts[-1] == index:  # a run is one stretch
            self._starts[-1], self._shifts[-1] = index + 1, self.shift
        else:
            self._starts.append(index + 1)
            self._shifts.append(self.shift)
        if len(self._starts) > REMEMBERED:
            del self._starts[0], self._shifts[0]


class PictureNumbers:
    """VP8 picture id (15 bits) and TL0PICIDX (8 bits), continuous over changes of source (RFC 7741 section 4.2)."""

    __slots__ = ("_picture_shift", "_tl0_shift", "picture", "tl0")

    def __init__(self, picture: int, tl0: int) -> None:
        self.picture, self.tl0 = picture, tl0  # the newest given
        self._picture_shift = self._tl0_shift = 0

    def begin(self, picture: int, tl0: int) -> None:
        self._picture_shift = self.picture + 1 - picture
        self._tl0_shift = self.tl0 + 1 - tl0

    def number(self, picture: int, tl0: int, newest: bool) -> tuple[int, int]:
        """The outgoing pair; `newest` when the packet is the newest of its source."""
        out = (picture + self._picture_shift) & 0x7FFF, (tl0 + self._tl0_shift) & 0xFF
        if newest:
            self.picture, self.tl0 = out
        return out
