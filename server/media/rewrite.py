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
    """VP8 picture id (15 bits) and TL0PICIDX (8 bits), continuous over changes of source and over pictures that are
    left out (RFC 7741 section 4.2).  The lowest layer, which TL0PICIDX counts, is never left out."""

    __slots__ = ("_newest_in", "_pictures", "_tl0_shift", "tl0")

    def __init__(self, picture: int, tl0: int) -> None:
        """The newest numbers that were given."""
        self._pictures = Rewriter(picture + 1)
        self._newest_in = self._tl0_shift = 0
        self.tl0 = tl0

    @property
    def picture(self) -> int:
        return self._pictures.newest & 0x7FFF

    def begin(self, picture: int, tl0: int) -> None:
        self._newest_in = picture
        self._pictures.begin(picture, 0, 0)
        self._tl0_shift = self.tl0 + 1 - tl0

    def number(self, picture: int, tl0: int, newest: bool, bits: int = 15) -> tuple[int, int]:
        """The outgoing pair; `newest`: of the newest packet of its source; `bits` of the source's picture id."""
        out = self._pictures.number(self._index(picture, bits))
        out_tl0 = (tl0 + self._tl0_shift) & 0xFF
        if newest:
            self.tl0 = out_tl0
        return (self._pictures.newest if out is None else out) & 0x7FFF, out_tl0

    def skip(self, picture: int, bits: int = 15) -> None:
        """This picture is left out."""
        self._pictures.skip(self._index(picture, bits))

    def _index(self, picture: int, bits: int) -> int:
        """Endless, nearest to the newest."""
        if not bits:
            return self._newest_in
        round_ = 1 << bits
        step = (picture - self._newest_in) % round_
        index = self._newest_in + (step if step < round_ // 2 else step - round_)
        self._newest_in = max(self._newest_in, index)
        return index
