"""What goes out: the fixed receive slots of one listener."""

import secrets
from collections import deque
from dataclasses import replace
from struct import Struct, pack
from typing import Protocol

from . import rtcp
from .allot import ALL_LAYERS, PAUSED, SMALL
from .cache import Cache
from .fanout import Way
from .packet import Packet
from .past import SlotPast
from .rewrite import PictureNumbers, Rewriter
from .rtp import CLOCK, MAX32, ONE_BYTE, abs_send_time
from .sdp import Line
from .up import HEADERS, Source
from .vp8 import Descriptor

_PLAIN = Struct("!BBHLL").pack
_STAMPED = Struct("!BBHLLHHL").pack  # the header with one extension of three bytes
KEPT = {"audio": 64, "video": 128}  # packets: a second and more
RESEND_WITHIN = 1.0  # s: later it is of no use
APART = 0.05  # s: Chromium asks ten times, a round trip of its own reckoning apart, then stands still: answer each time
SLACK = 0.05  # s: so much sooner than the round trip, which is but a mean
CNAME = b"chibo"
HELD = 256  # packets of pictures that may wait for a line of which nothing is proved
RESERVE = 1024  # indices that may be used before they are kept anew: seconds, and far from the half of 65,536
_NO_END = 1 << 62


class Outlet(Protocol):
    """The way to one listener."""

    rtt: float

    def send(self, head: bytes, body: bytes) -> bytes:
        """Protect and send; gives the protected packet (b"" when it could not be protected)."""

    def send_again(self, wire: bytes) -> None: ...

    def may_resend(self, kind: str, now: float) -> bool: ...

    def lacks(self, now: float) -> None:
        """A packet is asked for again for the first time."""

    def narrow(self, now: float) -> bool:
        """Hardly more than voices fit through it."""

    def spent(self) -> None:
        """A slot needs more indices to be reserved."""


class Slot:
    """One SSRC of one listener for the life of his connection; the source behind it changes."""

    __slots__ = (
        "_at", "_cache", "_clock", "_end", "_half", "_payload", "_rewriter", "_rtx", "_rtx_end", "_rtx_half",
        "_stamped", "_tag", "_timestamp", "_waiting", "_wraps", "first", "kind", "line", "mid", "missed", "octets",
        "out", "owner", "packets", "paused", "resent", "rtx_ssrc", "source", "ssrc", "way",
    )  # fmt: skip
    paused: bool  # nothing is passed on, whatever comes

    def __init__(self, out: Outlet, line: Line, past: SlotPast) -> None:
        self.out, self.line = out, line
        self.way: Way | None = None  # for what goes to many at once
        self.mid, self.kind = line.mid, line.kind
        self.ssrc, self.rtx_ssrc = past.ssrc, past.rtx_ssrc
        self.owner: str | None = None
        self.source: Source | None = None
        self.packets, self.octets = past.packets, past.octets
        self.first = past.index  # endless index of the first packet
        self.resent = self.missed = 0  # packets asked for again: sent, and not to be had any more
        self._waiting = True
        self._rewriter = Rewriter(past.index)
        self._timestamp, self._at = past.timestamp, past.at  # of the newest packet
        self._rtx = past.rtx - 1  # endless index of the RTX stream
        self.unbounded()
        self._cache = Cache(KEPT[line.kind])
        self._clock = CLOCK[line.kind]
        self._payload, self._stamped = line.payload, line.stamp_id != 0
        self._wraps = line.rtx != 0  # kept in the clear, sent again on the RTX stream
        self._tag = (line.stamp_id << 4 | 2) << 24

    def take(self, owner: str | None, source: Source | None) -> bool:
        """From now on pass on this source; None leaves the slot empty.  True when it is another than before."""
        self.owner = owner
        if source is self.source:
            return False
        self.source, self._waiting = source, True
        return True

    def again(self, size: int) -> None:
        """The source starts anew in this size, with other numbers."""
        self._waiting = True

    def forward(self, packet: Packet) -> None:
        """Pass on one packet of the source."""
        raise NotImplementedError

    def skip(self, index: int) -> None:
        if not self._waiting:
            self._rewriter.skip(index)

    def _begin(self, packet: Packet) -> None:
        elapsed = round((packet.now - self._at) * self._clock) if self.packets else 0
        self._rewriter.begin(packet.index, packet.timestamp, self._timestamp + max(1, elapsed))
        self._waiting = False

    def _emit(self, packet: Packet, number: int, marker: int, descriptor: bytes) -> None:
        """Everything that is done for each packet and each listener: kept flat, for it is most of our time."""
        if number > self._half and not self._may_use(number, self._end):
            return
        rewriter, body = self._rewriter, packet.body
        timestamp = (packet.timestamp + rewriter.ts_shift) & MAX32
        if number == rewriter.newest:
            self._timestamp, self._at = timestamp, packet.now
        second, sequence = marker | self._payload, number & 0xFFFF
        if self._stamped:
            stamp = self._tag | packet.stamp
            head = _STAMPED(0x90, second, sequence, timestamp, self.ssrc, ONE_BYTE, 1, stamp) + descriptor
        else:
            head = _PLAIN(0x80, second, sequence, timestamp, self.ssrc) + descriptor
        if packet.going is not None and self.way is not None:
            packet.going.append((head, self.way))
            if not self._wraps and packet.kept is None:
                packet.kept = []
            first = head
        elif wire := self.out.send(head, body):
            first = head if self._wraps else wire
        else:
            return
        self.packets += 1
        self.octets += len(body)
        self._cache.put(number, first, packet)

    def resend(self, sequence: int, now: float) -> None:
        """The listener lacks this packet of the slot."""
        if self.paused:
            return  # he has no use for it
        kept = self._cache.get(sequence)
        if kept is None or now - kept[1].now > RESEND_WITHIN:
            self.missed += 1
            return
        if not self._cache.asked(sequence):
            self.out.lacks(now)
        apart = max(min(self.out.rtt / 2, APART), self.out.rtt - SLACK)
        if not self._cache.due(sequence, now, apart) or not self.out.may_resend(self.kind, now):
            return
        if self._wraps and self._rtx >= self._rtx_half and not self._may_use(self._rtx + 1, self._rtx_end):
            return
        self.resent += 1
        first, packet = kept
        if self._wraps:
            self.out.send(self._wrapped(first), packet.body)
        else:
            self.out.send_again(packet.sealed(first))

    def _wrapped(self, head: bytes) -> bytes:
        """RFC 4588: a packet of another stream with a number of its own; so no index is used twice."""
        self._rtx += 1
        end = 20 if self._stamped else 12  # of the RTP header; VP8's descriptor follows
        return (
            bytes([head[0], head[1] & 0x80 | self.line.rtx])
            + pack("!H4sL", self._rtx & 0xFFFF, head[4:8], self.rtx_ssrc)
            + head[12:end]
            + head[2:4]
            + head[end:]
        )

    def _may_use(self, index: int, end: int) -> bool:
        """Half of what was reserved is used: ask for more.  Rather a hole than an index that is used twice."""
        self.out.spent()
        return index <= end

    def keep(self) -> SlotPast:
        """What carries this slot on elsewhere.  From now on no index is used that it calls unused."""
        self._half, self._rtx_half = self._rewriter.newest + RESERVE // 2, self._rtx + RESERVE // 2
        self._end, self._rtx_end = self._rewriter.newest + RESERVE, self._rtx + RESERVE
        return SlotPast(
            self.ssrc, self.rtx_ssrc, self._end + 1, self._rtx_end + 1, self._timestamp, self._at,
            self.packets, self.octets,
        )  # fmt: skip

    def unbounded(self) -> None:
        """Nothing is kept, so nothing can be used again."""
        self._half = self._rtx_half = self._end = self._rtx_end = _NO_END

    def stats(self) -> dict[str, str | int | None]:
        return {"owner": self.owner, "packets": self.packets, "resent": self.resent, "missed": self.missed}

    def report(self, ntp_time: int, now: float) -> bytes:
        """A sender report for this moment; b"" while nothing was sent lately."""
        if not self.packets or now - self._at > 5.0:
            return b""
        timestamp = (self._timestamp + int((now - self._at) * self._clock)) & MAX32
        return rtcp.sender_report(self.ssrc, ntp_time, timestamp, self.packets, self.octets)


class VoiceSlot(Slot):
    """Sound: a change of source is heard at once; what is lost is sent again as it was."""

    __slots__ = ()

    def __init__(self, out: Outlet, line: Line, past: SlotPast) -> None:
        super().__init__(out, line, past)
        self.paused = False  # not even this voice fits

    def forward(self, packet: Packet) -> None:
        if self.paused:
            self.skip(packet.index)
            return
        marker = packet.marker
        if self._waiting:
            self._begin(packet)
            marker = 0x80  # a talk spurt begins (RFC 3551 section 4.1)
        number = self._rewriter.number(packet.index)
        if number is not None:
            self._emit(packet, number, marker, b"")


class PictureSlot(Slot):
    """Picture: a change of source or of size waits for a key frame, for nothing else can be decoded."""

    __slots__ = ("_held", "_numbers", "_passing", "_size", "top", "wants", "wishes")

    def __init__(self, out: Outlet, line: Line, past: SlotPast) -> None:
        super().__init__(out, line, past)
        self._numbers = PictureNumbers(past.picture, past.tl0)
        self.paused = False
        self.wishes = SMALL  # the size that would be best
        self.wants = SMALL  # the size that should be passed on: the nearest that comes
        self._size = SMALL  # the size that is
        self.top = self._passing = ALL_LAYERS  # temporal layers wanted, and passed on now
        self._held: deque[Packet] | None = None  # what waits for `release`; None: nothing need wait

    def keep(self) -> SlotPast:
        """No more pictures than packets can be sent before it is kept anew."""
        numbers = self._numbers
        picture, tl0 = (numbers.picture + RESERVE + 1) & 0x7FFF, (numbers.tl0 + 1) & 0xFF
        return replace(super().keep(), picture=picture, tl0=tl0)

    @property
    def lacks(self) -> int | None:
        """The size of which a key frame is needed before it can be passed on."""
        if self.source is None or self.paused or not (self._waiting or self.wants != self._size):
            return None
        return self.wants

    def refresh(self, now: float) -> None:
        """The listener cannot decode any more without a key frame."""
        if self.source is not None and not self.paused:
            self.source.tracks[self.wants if self._waiting else self._size].keys.want(now)

    def limit(self, size: int, top: int, now: float) -> None:
        """Pass on this size and its temporal layers up to `top`, PAUSED for nothing.

        A size of which nothing comes is not waited for.  Until the other size begins, the one before goes on; if it is
        larger than what is wanted, with its lowest layer alone.
        """
        self.paused = top == PAUSED
        if self.paused:
            self._waiting = True
            self._let_go()
        self.wishes, self.top = size, top
        self.wants = size if self.source is None else self.source.nearest(size, now)
        self._passing = min(self._passing, 0 if self.wants < self._size else top)
        lacking = self.lacks
        if lacking is not None and self.source is not None:
            self.source.tracks[lacking].keys.want(now)

    def take(self, owner: str | None, source: Source | None) -> bool:
        other = super().take(owner, source)
        if other:
            self._let_go()
        return other

    def hold(self, held: bool, now: float) -> None:
        """Whether packets wait for `release` from now on."""
        if held and self._held is None:
            self._held = deque()
        elif not held and self._held is not None:
            while self.release(now):
                pass
            self._held = None

    def release(self, now: float) -> int:
        """Pass on the oldest that waits, as if it had come just now.  Gives its bits; 0 when nothing waits any more."""
        before = self.octets, self.packets
        while self._held and (self.octets, self.packets) == before:
            packet = self._held.popleft()
            self._pass_on(replace(packet, stamp=abs_send_time(now), going=None, kept=None))
        return (self.octets - before[0] + (self.packets - before[1]) * HEADERS) * 8

    def _let_go(self) -> None:
        """What waits is of no use any more."""
        if self._held:
            self._held.clear()

    def forward(self, packet: Packet) -> None:
        held = self._held
        if held is None:
            self._pass_on(packet)
        elif not self.paused:
            held.append(packet)
            if len(held) > HELD:
                held.clear()
                self._waiting = True

    def _pass_on(self, packet: Packet) -> None:
        descriptor = packet.descriptor
        if descriptor is None or self.paused:
            return
        if not self._waiting and packet.size == self._size:
            if descriptor.layer <= self._passing or self._rises(descriptor):
                self._pass(packet, descriptor)
            else:
                self._rewriter.skip(packet.index)
                self._numbers.skip(descriptor.picture, descriptor.picture_bits)
        elif descriptor.key and packet.size == self.wants:
            self._start(packet, descriptor)

    def _start(self, packet: Packet, descriptor: Descriptor) -> None:
        self._begin(packet)
        self._size, self._passing = packet.size, self.top
        self._numbers.begin(descriptor.picture, descriptor.tl0)
        self._pass(packet, descriptor)
        if not packet.newest and self.source is not None:
            waits = {each.index for each in self._held or () if each.size == packet.size}
            for later in self.source.tracks[packet.size].after(packet.index):
                if later.index not in waits:
                    self._pass_on(later)

    def again(self, size: int) -> None:
        self._waiting |= size == self._size
        self._let_go()

    def _rises(self, descriptor: Descriptor) -> bool:
        """A higher layer may begin where it needs nothing that was left out."""
        most = 0 if self.wants < self._size else self.top
        if descriptor.layer > most or descriptor.layer != self._passing + 1 or not descriptor.sync:
            return False
        self._passing = descriptor.layer
        return True

    def _pass(self, packet: Packet, descriptor: Descriptor) -> None:
        number = self._rewriter.number(packet.index)
        if number is not None:
            newest = number == self._rewriter.newest
            numbers = self._numbers.number(descriptor.picture, descriptor.tl0, newest, descriptor.picture_bits)
            self._emit(packet, number, packet.marker, descriptor.renumbered(*numbers))


def fresh() -> SlotPast:
    """A slot that begins: every number random, as RFC 3550 section 5.1 and RFC 3711 section 3.3.1 ask."""
    bits = secrets.randbits
    return SlotPast(bits(32), bits(32), bits(15), bits(15), bits(32), 0.0, 0, 0, bits(15), bits(8))


def slot(out: Outlet, line: Line, past: SlotPast | None = None) -> Slot:
    return (VoiceSlot if line.kind == "audio" else PictureSlot)(out, line, past or fresh())
