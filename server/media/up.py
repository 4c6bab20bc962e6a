"""What comes in: the tracks of one publisher, what is missing of them, and the key frames asked of them."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

from . import rtp, vp8
from .allot import USUAL
from .bandwidth import Rate
from .fanout import Fanout
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
SIZE_LIVE = 1.0  # s without a packet of one size: the sender cannot afford it now
IDLE = 3.0  # s for which nobody watches a size before its sender is told
KEPT = 512  # packets
HEADERS = 48  # bytes that RTP with its extension, SRTP's tag and UDP add
# bit/s by temporal layer of a camera that has not sent yet: in one size, or in two (web/src/media/peer.ts)
UNMEASURED = ((200_000.0,),), ((20_000.0, 40_000.0), (61_000.0, 105_000.0, 197_000.0))


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

    def repaired(self) -> None:
        """What was repaired is not reported as lost: a sender takes a lossy radio link for a full one and sends less.
        Of a full one he hears by REMB."""
        self.received += 1

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
    """One stream of one publisher; `size`: which, of a picture that is sent in several, 0 for the smallest.

    `listeners` is replaced as a whole when the cast changes."""

    def __init__(self, publisher: Publisher, line: Line, size: int = 0, fan: Fanout | None = None) -> None:
        self.publisher, self.mid, self.kind, self.ssrc = publisher, line.mid, line.kind, line.ssrc
        self.size, self._fan = size, fan
        self.picture: tuple[float, ...] = UNMEASURED[len(line.rids) > 1][size]  # bit/s of each temporal layer and below
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
        self._layers = [0, 0, 0, 0]  # bytes that came of each temporal layer
        self._rates = tuple(Rate() for _ in self._layers)
        self._ring: list[Packet | None] = [None] * KEPT if line.kind == "video" else []

    def restart(self, ssrc: int) -> None:
        """The client sends under another SSRC now: nothing is known of its numbers."""
        if self.gaps is not None or not self.ssrc:
            self.gaps = self.counts = self.origin = None
            for slot in self.listeners:
                slot.again(self.size)
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
        if not self.gaps.lacks(index):
            return False
        if self.counts is not None:
            self.counts.repaired()
        return self._take(index, header, header.payload[2:], now)

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
        self._pass_on(
            Packet(index, header.timestamp, header.marker, payload, rtp.abs_send_time(now), now, newest, None)
        )
        return True

    def _picture(self, index: int, header: Header, payload: bytes, newest: bool, now: float) -> bool:
        try:
            descriptor = vp8.parse(payload)
        except rtp.Malformed:
            self.malformed += 1
            return False
        if descriptor.key:
            self.keys.came()
        self._layers[descriptor.layer] += len(payload) + HEADERS
        body = payload[len(descriptor.raw) :]
        stamp = rtp.abs_send_time(now)
        packet = Packet(index, header.timestamp, header.marker, body, stamp, now, newest, descriptor, self.size)
        self._ring[index % KEPT] = packet
        self._pass_on(packet)
        return True

    def _pass_on(self, packet: Packet) -> None:
        if self._fan is None:
            for slot in self.listeners:
                slot.forward(packet)
            return
        packet.going = []
        for slot in self.listeners:
            slot.forward(packet)
        self._fan.send(packet)

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

    @property
    def octets(self) -> int:
        """Bytes of pictures that came, with their headers."""
        return sum(self._layers)

    def measure(self, now: float) -> None:
        """To be called every bandwidth.EVERY: how much it would be to pass this picture on."""
        rates = [rate.note(count, now) for rate, count in zip(self._rates, self._layers, strict=True)]
        if now - self.last <= 0.5 and rates[0]:
            top = max(layer for layer, bits in enumerate(rates) if bits)
            self.picture = tuple(accumulate(rates[: top + 1]))

    def came(self, now: float, lately: float) -> bool:
        return now - self.last <= lately

    def stats(self) -> dict[str, int | bool]:
        received = self.counts.received if self.counts is not None else 0
        return {
            "allowed": self.allowed, "received": received, "refused": self.refused, "malformed": self.malformed,
            "listeners": len(self.listeners),
        }  # fmt: skip


class Source:
    """What one m-line sends: one track, or the same picture in several sizes, the smallest first.

    Sizes that nobody watches are switched off at the sender: `sends` is what he is told to send, as rids.  While nobody
    watches any he sends nothing, and his camera still counts as being there.
    """

    def __init__(self, publisher: Publisher, line: Line, fan: Fanout | None = None) -> None:
        self.publisher, self.mid, self.kind, self.rids = publisher, line.mid, line.kind, line.rids
        self.tracks = tuple(Track(publisher, line, size, fan) for size in range(max(1, len(line.rids))))
        self.names = dict(zip(line.rids, self.tracks, strict=False))
        self.sends: tuple[str, ...] = line.rids[:1]
        self.asked = USUAL  # bit/s of a voice that he was told to send
        self._watched = [float("-inf")] * len(line.rids)  # when each size was last wanted

    @property
    def allowed(self) -> bool:
        return self.tracks[0].allowed

    @property
    def voice(self) -> Voice:
        return self.tracks[0].voice

    @property
    def pictures(self) -> tuple[Sequence[float], ...]:
        """bit/s of each size by temporal layer (allot.Sizes)."""
        return tuple(track.picture for track in self.tracks)

    def allow(self, allowed: bool) -> None:
        for track in self.tracks:
            track.allowed = allowed

    def live(self, now: float) -> bool:
        asleep = bool(self.rids) and not self.sends
        return self.allowed and (asleep or any(track.came(now, LIVE) for track in self.tracks))

    def nearest(self, size: int, now: float) -> int:
        """The size to pass on when this one is wanted: it, if it comes, else the largest below it that does."""
        for below in range(min(size, len(self.tracks) - 1), -1, -1):
            if self.tracks[below].came(now, SIZE_LIVE):
                return below
        return 0

    def watch(self, sizes: Iterable[int], now: float) -> None:
        """These sizes are wanted now: `sends` follows."""
        if not self.rids:
            return
        for size in sizes:
            self._watched[min(size, len(self.rids) - 1)] = now
        sends = tuple(rid for rid, seen in zip(self.rids, self._watched, strict=True) if now - seen <= IDLE)
        if not sends and not self.live(now):
            sends = self.rids[:1]  # else nobody would know when the camera comes on
        if sends and not self.sends:
            self.tracks[0].last = now  # he has a moment to wake up
        self.sends = sends
