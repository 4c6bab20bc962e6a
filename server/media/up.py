"""What comes in: the tracks of one publisher, what is missing of them, and the key frames asked of them."""

from typing import TYPE_CHECKING, Protocol

from . import rtp, vp8
from .levels import SILENCE, Voice, assumed
from .packet import Packet
from .rtcp import Received
from .rtp import CLOCK, Header
from .sdp import Line

if TYPE_CHECKING:
    from .slots import Slot

FIRST_NACK = 0.020  # s after a gap is seen; reordered packets fill most gaps before
AGAIN = 0.050  # s, or the round trip if that is longer
TRIES = 10
GIVE_UP = 1.0  # s
LEAP = 256  # a gap this wide is an interruption, not a loss
KEY_APART = 0.5  # s between two requests to one source
KEY_AGAIN = 1.0  # s until an unanswered request is repeated
SILENT_PASS = 3  # packets of silence passed on before the rest is dropped
LIVE = 2.0  # s without a packet: the camera is off
KEPT = 512  # packets


class Gaps:
    """Which packets of one stream are missing, and when to ask for them again."""

    __slots__ = ("_missing", "newest")

    def __init__(self, first: int) -> None:
        self.newest = first - 1
        self._missing: dict[int, tuple[float, int, float]] = {}  # index -> seen missing, asked how often, last when

    def __bool__(self) -> bool:
        return bool(self._missing)

    def accept(self, index: int, now: float) -> bool:
        """True for a packet not seen before: a new one, or one that was missing."""
        if index <= self.newest:
            return self._missing.pop(index, None) is not None
        if index - self.newest <= LEAP:
            for missing in range(self.newest + 1, index):
                self._missing[missing] = (now, 0, now)
        self.newest = index
        return True

    def pass_over(self, index: int) -> None:
        """This packet interests nobody, nor do those before it."""
        self.newest = max(self.newest, index)
        self._missing.clear()

    def lacks(self, index: int) -> bool:
        return index in self._missing

    def due(self, now: float, rtt: float) -> list[int]:
        """What to ask for now, ascending; forgets what is not worth asking for any more."""
        again = max(AGAIN, rtt)
        asked = []
        for index, (since, tries, last) in list(self._missing.items()):
            if tries >= TRIES or now - since > GIVE_UP:
                del self._missing[index]
            elif now - last >= (again if tries else FIRST_NACK):
                self._missing[index] = (since, tries + 1, now)
                asked.append(index)
        return sorted(asked)


class Counts:
    """What a receiver report says of one stream (RFC 3550 appendix A.3 and A.8)."""

    __slots__ = ("_before", "_clock", "_expected_before", "_first", "_jitter", "_transit", "received", "sr", "sr_at")

    def __init__(self, first: int, clock: int) -> None:
        self._first, self._clock = first, clock
        self.received = self._before = self._expected_before = 0
        self._jitter, self._transit = 0.0, None  # type: float, float | None
        self.sr, self.sr_at = 0, 0.0

    def arrived(self, timestamp: int, now: float) -> None:
        self.received += 1
        transit = now * self._clock - timestamp
        if self._transit is not None:
            change = abs(transit - self._transit)
            if change < self._clock:  # a leap is a wrap or a new origin, not jitter
                self._jitter += (change - self._jitter) / 16
        self._transit = transit

    def report(self, ssrc: int, newest: int, now: float) -> Received:
        expected = newest - self._first + 1
        between, got = expected - self._expected_before, self.received - self._before
        self._expected_before, self._before = expected, self.received
        lost = max(0, between - got) * 256 // between if between > 0 else 0
        delay = int((now - self.sr_at) * 65536) if self.sr else 0
        return Received(ssrc, min(lost, 255), expected - self.received, newest, int(self._jitter), self.sr, delay)


class KeyFrames:
    """Requests to one source: gathered, and repeated until a key frame comes."""

    __slots__ = ("_asked", "_due", "wanted")

    def __init__(self) -> None:
        self.wanted = False
        self._asked = self._due = float("-inf")

    def want(self, now: float) -> None:
        if not self.wanted:
            self.wanted, self._due = True, max(now, self._asked + KEY_APART)

    def came(self) -> None:
        self.wanted = False

    def due(self, now: float) -> bool:
        """True when a request must go out now."""
        if not self.wanted or now < self._due:
            return False
        self._asked, self._due = now, now + KEY_AGAIN
        return True


class Publisher(Protocol):
    owner: str


class Track:
    """One stream of one publisher.  `listeners` is replaced as a whole when the cast changes."""

    def __init__(self, publisher: Publisher, line: Line) -> None:
        self.publisher, self.mid, self.kind, self.ssrc = publisher, line.mid, line.kind, line.ssrc
        self.clock = CLOCK[line.kind]
        self.listeners: tuple[Slot, ...] = ()
        self.allowed = False
        self.repairs = line.nack
        self.voice = Voice()
        self.keys = KeyFrames()
        self.gaps: Gaps | None = None  # until the first packet
        self.origin: int | None = None  # newest index that another process saw of this stream
        self.rtx_newest: int | None = None
        self.counts: Counts | None = None
        self.refused = self.malformed = 0
        self.last = float("-inf")  # when something of it was last passed on
        self._level_id = line.level_id
        self._silent = 0
        self._ring: list[Packet | None] = [None] * KEPT if line.kind == "video" else []

    def restart(self, ssrc: int) -> None:
        """The client sends under another SSRC now: nothing is known of its numbers."""
        if self.gaps is not None or not self.ssrc:
            self.gaps = self.counts = self.origin = None
            for slot in self.listeners:
                slot.again()
        self.ssrc = ssrc

    def arrive(self, header: Header, now: float) -> bool:
        """A packet of the stream itself, authentic.  True when it was passed on."""
        gaps = self.gaps
        if gaps is None:
            first = header.sequence if self.origin is None else rtp.unwrap(header.sequence, self.origin)
            gaps = self.gaps = Gaps(first)
            self.counts = Counts(first, self.clock)
        index = rtp.unwrap(header.sequence, gaps.newest)
        if self.counts is not None:
            self.counts.arrived(header.timestamp, now)
        return self._take(index, header, header.payload, now)

    def repair(self, header: Header, now: float) -> bool:
        """A packet of the RTX stream (RFC 4588): unwrapped if it is still missing."""
        newest = header.sequence if self.rtx_newest is None else self.rtx_newest
        self.rtx_newest = max(newest, rtp.unwrap(header.sequence, newest))
        if self.gaps is None or len(header.payload) < 3:
            return False
        index = rtp.unwrap(header.payload[0] << 8 | header.payload[1], self.gaps.newest)
        return self.gaps.lacks(index) and self._take(index, header, header.payload[2:], now)

    def _take(self, index: int, header: Header, payload: bytes, now: float) -> bool:
        gaps = self.gaps
        if gaps is None:
            return False
        if not self.allowed:
            self.refused += 1
            gaps.pass_over(index)
            return False
        newest = index > gaps.newest
        if not gaps.accept(index, now) or not payload:
            return False
        self.last = now
        if self.kind == "audio":
            return self._sound(index, header, payload, newest, now)
        return self._picture(index, header, payload, newest, now)

    def _sound(self, index: int, header: Header, payload: bytes, newest: bool, now: float) -> bool:
        told = header.extensions.get(self._level_id)
        level = told[0] & 0x7F if told else assumed(len(payload))
        self.voice.hear(level, now)
        self._silent = self._silent + 1 if level == SILENCE else 0
        if self._silent > SILENT_PASS:
            for slot in self.listeners:
                slot.skip(index)
            return False
        packet = Packet(index, header.timestamp, header.marker, payload, rtp.abs_send_time(now), now, newest, None)
        for slot in self.listeners:
            slot.forward(packet)
        return True

    def _picture(self, index: int, header: Header, payload: bytes, newest: bool, now: float) -> bool:
        try:
            descriptor = vp8.parse(payload)
        except rtp.Malformed:
            self.malformed += 1
            return False
        if descriptor.key:
            self.keys.came()
        body = payload[len(descriptor.raw) :]
        packet = Packet(index, header.timestamp, header.marker, body, rtp.abs_send_time(now), now, newest, descriptor)
        self._ring[index % KEPT] = packet
        for slot in self.listeners:
            slot.forward(packet)
        return True

    def newest(self, again: bool) -> int | None:
        """The newest index of the stream, or of its RTX stream; None while nothing came."""
        if again:
            return self.rtx_newest
        return self.origin if self.gaps is None else self.gaps.newest

    def after(self, index: int) -> list[Packet]:
        """What came after `index`, in order: a late first packet of a key frame makes it useful again."""
        if self.gaps is None or self.gaps.newest - index >= KEPT:
            return []
        kept = (self._ring[i % KEPT] for i in range(index + 1, self.gaps.newest + 1))
        return [packet for packet in kept if packet is not None and packet.index > index]

    def live(self, now: float) -> bool:
        return self.allowed and now - self.last <= LIVE

    def stats(self) -> dict[str, int | bool]:
        received = self.counts.received if self.counts is not None else 0
        return {
            "allowed": self.allowed, "received": received, "refused": self.refused, "malformed": self.malformed,
            "listeners": len(self.listeners),
        }  # fmt: skip
