"""How much fits through the line of one member, each way.  Pure; times in s, rates in bit/s.

The way down has three witnesses, because none is always there and none is always right.  REMB, the listener's own
estimate: browsers reckon it from pictures alone, so it stands beside the sound, and without pictures it says nothing;
a Chromium page without a picture of its own sends none; it grows by 8 % a second, so that it lags behind whenever more
is sent than before; and a busy computer on the other side looks to it like a queue.  So it counts only while the round
trip agrees, and says then how far to fall.  Loss: from receiver reports, which come once a second or in five, and from
what the listener asks for again, which is told at once.  The round trip: from the reports, and from our own STUN
checks, which come each second whatever is sent.

The way up has one, and it is enough: each packet carries the time at which it left (abs-send-time).
"""

from collections import deque
from math import sqrt

CAMERA_BITS = 420_000  # told to a publisher by REMB: a voice and a camera in two sizes (docs/protocol.md)
SCREEN_BITS = 900_000  # more, while his screen is let through
SEEN_BITS, SMALL_BITS, UNSEEN_BITS = 300_000, 200_000, 80_000  # of a camera in one size, seen large, small, not at all
MOST = 8_000_000
LEAST = 16_000
PER_SECOND = 1.08  # the fastest rise
SAFE = 0.9  # of what a witness says fits
FULL = 0.8  # of what seems to arrive where the line is full: what was lost last is not known yet
FAR = 0.7  # of what is sent: enough when one round trip was long
AGREES = 2.0  # s within which the round trip must have shown a queue
TRUSTED = 3.0  # s: an older REMB says nothing of now
LOSSY = 0.10  # more than this, and a queue: it overflows
RANDOM = 0.25  # so much may be a bad radio link, while nobody sees a queue
DEEPEST = 0.7  # what is asked for again may be of before
REPORTS = 0.3  # s between two round trips that count as two
CLEAN = 0.02  # less than this allows a rise
CALM = 0.05  # s above the shortest round trip: more than this, and nothing more is tried
TRIED_QUEUE, QUEUE = 0.1, 0.15  # s above it: a queue stands; the less, while more is tried than before
STANDING = 0.06  # s that even the luckiest packet of a look waited on its way up: a queue stands
DRAINS = 1.5  # s after a fall in which a queue may be of before
STALE_ASKED, STALE_REPORTED = 1.0, 5.0  # s after a fall in which what is told as lost may be of before
SHOWS = 0.4  # s after a rise until a queue of it has grown
TRIES = 3.0  # s after a rise in which it is asked for more often whether it fits
LASTS = 0.8  # s from the first to the last of round trips that are a queue by themselves
EVERY = 0.2  # s between two looks
SPAN = 1.0  # s over which rates are measured
LOOKED_BACK = 1.0  # s over which loss is measured
ENOUGH = 40  # packets before their loss says something
REMEMBERED = 30.0  # s for which the shortest way counts: longer, and two clocks drift apart
TIGHT, ONCE_MORE, STAYS_TIGHT = 70_000, 5.0, 60.0  # bit/s: less is for a voice alone; s between two falls; s after them
OBEYS = 1.0  # s until a sender has done what he was told, and the queue may have gone
_STAMPS, _STAMP = 1 << 24, 1 << 18  # abs-send-time wraps at 64 s; so many ticks are a second


class Rate:
    """Of a counter that only grows, over the last second."""

    __slots__ = ("_seen", "bits")

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        self.bits = 0.0

    def note(self, total: int, now: float) -> float:
        """`total` bytes so far; gives bit/s."""
        seen = self._seen
        seen.append((now, total))
        while len(seen) > 2 and now - seen[1][0] >= SPAN:
            seen.popleft()
        since, before = seen[0]
        self.bits = (total - before) * 8 / max(SPAN, now - since)
        return self.bits


class Shortest:
    """The least of what was seen lately: in this half of the memory or in the one before."""

    __slots__ = ("_before", "_now", "_since")

    def __init__(self) -> None:
        self._before = self._now = float("inf")
        self._since = float("-inf")

    def note(self, value: float, now: float) -> float:
        """Gives how far `value` is above the least, itself included."""
        if now - self._since >= REMEMBERED / 2:
            self._before, self._now, self._since = self._now, value, now
        self._now = min(self._now, value)
        return value - min(self._before, self._now)


class Loss:
    """Packets lost of packets sent, over the last second."""

    __slots__ = ("_sums", "_told", "share", "sure")

    def __init__(self) -> None:
        self._told: deque[tuple[float, int, int]] = deque()
        self._sums = (0, 0)
        self.share = 0.0
        self.sure = 0.0  # it is hardly less: three and a half deviations below

    def note(self, lost: int, sent: int, now: float) -> None:
        told = self._told
        told.append((now, lost, sent))
        a, b = self._sums[0] + lost, self._sums[1] + sent
        while len(told) > 1 and now - told[0][0] > LOOKED_BACK:
            _, x, y = told.popleft()
            a, b = a - x, b - y
        self._sums = (a, b)
        self.share = self.sure = 0.0
        if b >= ENOUGH:
            self.share = min(1.0, max(0, a) / b)
            self.sure = max(0.0, self.share - 3.5 * sqrt(self.share * (1 - self.share) / b))

    def forget(self) -> None:
        """What was lost before counts no more: something was done about it."""
        self._told.clear()
        self._sums, self.share, self.sure = (0, 0), 0.0, 0.0


class Budget:
    """The way down.  `bits` is what may be sent now: it falls at once and rises by at most 8 % a second.

    `deaf_until`: reports before then tell of a leap in our numbers, not of the network (docs/media.md, "Hot restart").
    """

    __slots__ = (
        "_at", "_deaf_until", "_held_until", "_long", "_long_since", "_queued_at", "_remb", "_remb_at", "_shortest",
        "_trip_at", "above", "bits", "fell_at", "losses", "pictures", "rose_at", "sent", "why",
    )  # fmt: skip

    def __init__(self, now: float, deaf_until: float = 0.0) -> None:
        self.bits = float(MOST)
        self.sent = self.pictures = 0.0  # bit/s, as measured: all, and pictures alone
        self.losses = (Loss(), Loss())  # as reported; as asked for again
        self._at = now
        self._deaf_until = self._held_until = deaf_until
        self._remb, self._remb_at = 0, float("-inf")
        self._shortest = Shortest()
        self.above = 0.0  # s: so much longer than the shortest was the last round trip
        self._long, self._long_since = 0, 0.0  # long round trips in a row, since when
        self.why = ""  # it fell last: by which witness
        self._queued_at = self._trip_at = self.fell_at = self.rose_at = float("-inf")

    @property
    def limited(self) -> bool:
        return self.bits < MOST

    def look(self, sent: float, pictures: float, now: float) -> float:
        """Rise, if nothing speaks against it.  To be called every EVERY with the rates that are sent."""
        self.sent, self.pictures = sent, pictures
        if now >= self._held_until:
            self.bits = min(MOST, self.bits * PER_SECOND ** (now - self._at))
        self._at = now
        return self.bits

    def estimated(self, bits: int, now: float) -> None:
        """The listener's REMB."""
        self._remb, self._remb_at = bits, now
        agreed = now - self._queued_at <= AGREES
        if (agreed and bits < SAFE * self.pictures) or (self._long and bits < FAR * self.pictures):
            self._fall(self.sent - self.pictures + SAFE * bits, "estimate", now)

    def trip(self, seconds: float, now: float) -> None:
        """A round trip less what the way up made of it.

        A long one may be a busy computer.  Two in a row are a queue if packets are lost too, or if more is sent than a
        moment ago; else as many as it takes to last for a second, and then it takes away pictures, but no voice.
        """
        above = self.above = self._shortest.note(seconds, now)
        if now - self._trip_at < REPORTS:
            return
        self._trip_at = now
        if above <= (TRIED_QUEUE if self.trying(now) else QUEUE):
            self._long = 0
            return
        self._long_since = self._long_since if self._long else now
        self._long += 1
        share = max(loss.share for loss in self.losses)
        stands = self.trying(now) or (self.pictures and now - self._long_since >= LASTS)
        flagrant = self.trying(now) and above > QUEUE
        if (self._long < 2 and not flagrant) or (share <= CLEAN and not stands):
            return
        self._queued_at = now
        if now - self.fell_at >= DRAINS and not self._seen_clear(now):
            self._fall(FULL * self.sent * (1 - min(share, DEEPEST)), "queue", now)

    def lost(self, reported: tuple[int, int], asked: tuple[int, int], now: float) -> None:
        """Packets lost and sent since the last time, by receiver reports; asked for again and sent, by NACKs."""
        if now < self._deaf_until:
            return
        for loss, told, stale in zip(self.losses, (reported, asked), (STALE_REPORTED, STALE_ASKED), strict=True):
            if told[1] and now - self.fell_at >= stale:
                loss.note(*told, now)
            if loss.share > CLEAN:
                self._held_until = max(self._held_until, now + SPAN)
            if loss.sure > (LOSSY if self._long else RANDOM):
                self._fall(FULL * self.sent * (1 - min(loss.share, DEEPEST)), "loss", now)

    @property
    def clear(self) -> bool:
        """No queue stands, as far as is known."""
        return not self._long and self.above <= CALM

    @property
    def tested(self) -> bool:
        """A round trip has come since a queue of the last rise would show.  Where none ever comes, none is awaited."""
        return self._trip_at >= self.rose_at + SHOWS or self._trip_at == float("-inf")

    def trying(self, now: float) -> bool:
        """More is sent than before, and nobody knows yet whether it fits."""
        return now - self.rose_at <= TRIES

    def curious(self, now: float) -> bool:
        """It must be known soon whether a queue stands."""
        return not self.clear or self.trying(now) or any(loss.share > CLEAN for loss in self.losses)

    def _seen_clear(self, now: float) -> bool:
        """The listener's own estimate has room."""
        return now - self._remb_at <= TRUSTED and 0 < self.pictures <= self._remb and not self.trying(now)

    def _fall(self, bits: float, why: str, now: float) -> None:
        """Below the sound only when the sound is all that is sent."""
        bits = max(LEAST, bits, self.sent - self.pictures if self.pictures else 0.0)
        if bits < self.bits:
            self.bits, self.fell_at, self.why = bits, now, why
        for loss in self.losses:
            loss.forget()
        self._held_until = now + SPAN


class Ceiling:
    """The way up: what the member may send at most, told to him by REMB."""

    __slots__ = ("_at", "_fell_at", "_least", "_origin", "_shortest", "_tight_until", "bits", "queue")

    def __init__(self, now: float) -> None:
        self.bits = float(MOST)
        self.queue = 0.0  # s that the last packet waited longer than the fastest
        self._at, self._fell_at = now, float("-inf")
        self._tight_until = float("-inf")
        self._origin: int | None = None
        self._shortest = Shortest()
        self._least = float("inf")  # that any waited since the last look

    def arrived(self, stamp: int, arrival: int, now: float) -> None:
        """A packet that left at `stamp` came at `arrival`, both as abs-send-time (24 bits)."""
        took = arrival - stamp
        if self._origin is None:
            self._origin = took
        ticks = (took - self._origin + _STAMPS // 2) % _STAMPS - _STAMPS // 2
        self.queue = self._shortest.note(ticks / _STAMP, now)
        self._least = min(self._least, self.queue)

    def look(self, received: float, now: float) -> bool:
        """To be called every EVERY with the rate that comes.  True when it fell: he should be told at once."""
        stands, passed = STANDING < self._least < float("inf"), now - self._at
        self._least, self._at = float("inf"), now
        if not stands:
            self.bits = min(MOST, self.bits * PER_SECOND**passed)
            return False
        if now - self._fell_at < OBEYS:
            return False  # what comes while a queue stands is what the line carries
        drained = 1 - min(self.queue, DEEPEST)  # within about a second
        bits = max(LEAST, min(self.bits, SAFE * drained * received))
        if bits < TIGHT and now - self._fell_at <= ONCE_MORE:
            self._tight_until = now + STAYS_TIGHT
        self.bits, self._fell_at = bits, now
        return True

    def tight(self, now: float) -> bool:
        """No picture fits beside a voice: it fell so low twice in a row, lately."""
        return now < self._tight_until
