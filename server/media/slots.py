"""What goes out: the fixed receive slots of one listener."""

import secrets
from struct import Struct, pack
from typing import Protocol

from . import rtcp
from .cache import Cache
from .rewrite import PictureNumbers, Rewriter
from .rtp import MAX32, ONE_BYTE
from .sdp import Line
from .up import Packet, Track

_PLAIN = Struct("!BBHLL")
_STAMPED = Struct("!BBHLLHHL")  # the header with one extension of three bytes
KEPT = {"audio": 256, "video": 256}  # packets: 5 s of a voice, some seconds of a picture
RESEND_WITHIN = 1.0  # s: later it is of no use
CNAME = b"chibo"


class Outlet(Protocol):
    """The way to one listener."""

    rtt: float

    def send(self, head: bytes, body: bytes) -> bytes:
        """Protect and send; gives the protected packet (b"" when it could not be protected)."""

    def send_again(self, wire: bytes) -> None: ...

    def may_resend(self, now: float) -> bool: ...


class Sent:
    """One packet in the cache: protected as it went out, or, where RTX was agreed, in the clear."""

    __slots__ = ("again", "body", "head", "when", "wire")

    def __init__(self, wire: bytes, head: bytes, body: bytes, when: float) -> None:
        self.wire, self.head, self.body, self.when = wire, head, body, when
        self.again = float("-inf")


class Slot:
    """One SSRC of one listener for the life of his connection; the source behind it changes."""

    def __init__(self, out: Outlet, line: Line) -> None:
        self.out, self.line = out, line
        self.mid, self.kind = line.mid, line.kind
        self.ssrc, self.rtx_ssrc = secrets.randbits(32), secrets.randbits(32)
        self.owner: str | None = None
        self.source: Track | None = None
        self.packets = self.octets = self.resent = 0
        self._waiting = True
        self._rewriter = Rewriter(secrets.randbits(15))
        self._timestamp, self._at = secrets.randbits(32), 0.0  # of the newest packet
        self._rtx = secrets.randbits(15)  # endless index of the RTX stream
        self._cache: Cache[Sent] = Cache(KEPT[line.kind])
        self._clock = 48000 if line.kind == "audio" else 90000
        self._tag = (line.stamp_id << 4 | 2) << 24

    def take(self, owner: str | None, source: Track | None) -> bool:
        """From now on pass on this source; None leaves the slot empty.  True when it is another than before."""
        self.owner = owner
        if source is self.source:
            return False
        self.source, self._waiting = source, True
        return True

    def again(self) -> None:
        """The source starts anew, with other numbers."""
        self._waiting = True

    def forward(self, packet: Packet) -> None:
        """Pass on one packet of the source."""
        raise NotImplementedError

    def skip(self, index: int) -> None:
        if not self._waiting:
            self._rewriter.skip(index)

    def _begin(self, packet: Packet) -> None:
        elapsed = int((packet.now - self._at) * self._clock) if self.packets else 0
        self._rewriter.begin(packet.index, packet.timestamp, self._timestamp + max(1, elapsed))
        self._waiting = False

    def _head(self, packet: Packet, number: int, marker: int) -> bytes:
        timestamp = (packet.timestamp + self._rewriter.ts_shift) & MAX32
        if number == self._rewriter.newest:
            self._timestamp, self._at = timestamp, packet.now
        second, sequence = marker | self.line.payload, number & 0xFFFF
        if self.line.stamp_id:
            stamp = self._tag | packet.stamp
            return _STAMPED.pack(0x90, second, sequence, timestamp, self.ssrc, ONE_BYTE, 1, stamp)
        return _PLAIN.pack(0x80, second, sequence, timestamp, self.ssrc)

    def resend(self, sequence: int, now: float) -> None:
        """The listener lacks this packet of the slot."""
        newest = self._rewriter.newest
        index = newest - ((newest - sequence) & 0xFFFF)
        sent = self._cache.get(index)
        if sent is None or now - sent.when > RESEND_WITHIN or now - sent.again < self.out.rtt:
            return
        if not self.out.may_resend(now):
            return
        sent.again = now
        self.resent += 1
        if sent.wire:
            self.out.send_again(sent.wire)
        else:
            self._resend_wrapped(sent, index)

    def _resend_wrapped(self, sent: Sent, index: int) -> None:
        """RFC 4588: a packet of another stream with a number of its own; so no index is used twice."""
        self._rtx += 1
        plain = 20 if self.line.stamp_id else 12
        head = (
            bytes([sent.head[0], sent.head[1] & 0x80 | self.line.rtx])
            + pack("!H4sL", self._rtx & 0xFFFF, sent.head[4:8], self.rtx_ssrc)
            + sent.head[12:plain]
            + pack("!H", index & 0xFFFF)
            + sent.head[plain:]
        )
        self.out.send(head, sent.body)

    def report(self, ntp_time: int, now: float) -> bytes:
        """A sender report for this moment; b"" while nothing was sent lately."""
        if not self.packets or now - self._at > 5.0:
            return b""
        timestamp = (self._timestamp + int((now - self._at) * self._clock)) & MAX32
        return rtcp.sender_report(self.ssrc, ntp_time, timestamp, self.packets, self.octets)


class VoiceSlot(Slot):
    """Sound: a change of source is heard at once; what is lost is sent again as it was."""

    def forward(self, packet: Packet) -> None:
        marker = packet.marker
        if self._waiting:
            self._begin(packet)
            marker = 0x80  # a talk spurt begins (RFC 3551 section 4.1)
        number = self._rewriter.number(packet.index)
        if number is None:
            return
        body = packet.body
        wire = self.out.send(self._head(packet, number, marker), body)
        if not wire:
            return
        self._cache.put(number, Sent(wire, b"", b"", packet.now))
        self.packets += 1
        self.octets += len(body)


class PictureSlot(Slot):
    """Picture: a change of source waits for a key frame, for nothing else can be decoded."""

    def __init__(self, out: Outlet, line: Line) -> None:
        super().__init__(out, line)
        self._numbers = PictureNumbers(secrets.randbits(15), secrets.randbits(8))

    def forward(self, packet: Packet) -> None:
        descriptor = packet.descriptor
        if descriptor is None:
            return
        if not self._waiting:
            self._pass(packet)
        elif descriptor.key:
            self._begin(packet)
            self._numbers.begin(descriptor.picture, descriptor.tl0)
            self._pass(packet)
            if not packet.newest and self.source is not None:
                for later in self.source.after(packet.index):
                    self._pass(later)

    def _pass(self, packet: Packet) -> None:
        descriptor, rewriter = packet.descriptor, self._rewriter
        number = rewriter.number(packet.index)
        if number is None or descriptor is None:
            return
        numbers = self._numbers.number(descriptor.picture, descriptor.tl0, number == rewriter.newest)
        head = self._head(packet, number, packet.marker) + descriptor.renumbered(*numbers)
        body = packet.body
        wire = self.out.send(head, body)
        if not wire:
            return
        kept = Sent(b"", head, body, packet.now) if self.line.rtx else Sent(wire, b"", b"", packet.now)
        self._cache.put(number, kept)
        self.packets += 1
        self.octets += len(body)


def slot(out: Outlet, line: Line) -> Slot:
    return VoiceSlot(out, line) if line.kind == "audio" else PictureSlot(out, line)
