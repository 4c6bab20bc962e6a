"""The RTP header, read and written (RFC 3550 section 5.1, RFC 8285 for extensions)."""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

_FIXED = Struct("!BBHLL")
_EXTENSION = Struct("!HH")
ONE_BYTE = 0xBEDE  # RFC 8285 section 4.2
TWO_BYTES = 0x1000  # RFC 8285 section 4.3; the low four bits are free
MAX32 = 0xFFFFFFFF
CLOCK = {"audio": 48000, "video": 90000}  # ticks per second (RFC 7587, RFC 7741)


class Malformed(ValueError):
    """The packet breaks its own format.  Raised by every parser of this folder, counted, never shown."""


@dataclass(frozen=True, slots=True)
class Header:
    """What is read of a packet.  `payload` without padding; `extensions` raw, by id, only the ids asked for."""

    payload_type: int
    marker: int  # 0x80 or 0
    sequence: int
    timestamp: int
    ssrc: int
    extensions: dict[int, bytes]
    payload: bytes


def is_rtcp(datagram: bytes) -> bool:
    """RFC 5761 section 4: packet types 192–223 are RTCP when both share a port."""
    return len(datagram) > 1 and 192 <= datagram[1] <= 223


def parse(packet: bytes, wanted: frozenset[int]) -> Header:
    """One RTP packet in the clear.  Raises Malformed."""
    if len(packet) < 12:
        raise Malformed("shorter than an RTP header")
    first, second, sequence, timestamp, ssrc = _FIXED.unpack_from(packet)
    if first >> 6 != 2:
        raise Malformed("RTP version is not 2")
    at = 12 + 4 * (first & 15)
    extensions: dict[int, bytes] = {}
    if first & 0x10:
        if len(packet) < at + 4:
            raise Malformed("extension header cut")
        profile, words = _EXTENSION.unpack_from(packet, at)
        begin, at = at + 4, at + 4 + 4 * words
        if len(packet) < at:
            raise Malformed("extensions cut")
        if wanted:
            extensions = {key: value for key, value in _walk(packet[begin:at], profile) if key in wanted}
    end = len(packet) - (packet[-1] if first & 0x20 else 0)
    if end < at:
        raise Malformed("padding longer than the packet")
    return Header(second & 0x7F, second & 0x80, sequence, timestamp, ssrc, extensions, packet[at:end])


def _walk(raw: bytes, profile: int) -> Iterator[tuple[int, bytes]]:
    if profile == ONE_BYTE:
        return _walk_one_byte(raw)
    if profile & 0xFFF0 == TWO_BYTES:
        return _walk_two_bytes(raw)
    return iter(())


def _walk_one_byte(raw: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(raw):
        tag = raw[at]
        at += 1
        if tag == 0:  # padding between elements
            continue
        if tag >> 4 == 15:  # reserved: stop here
            return
        length = (tag & 15) + 1
        yield tag >> 4, raw[at : at + length]
        at += length


def _walk_two_bytes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 1 < len(raw):
        key, length = raw[at], raw[at + 1]
        if key == 0:
            at += 1
            continue
        yield key, raw[at + 2 : at + 2 + length]
        at += 2 + length


def abs_send_time(seconds: float) -> int:
    """24 bits, 6.18 fixed point (the WebRTC header extension abs-send-time)."""
    return int((seconds % 64.0) * 262144.0) & 0xFFFFFF


def unwrap(number: int, newest: int) -> int:
    """The 16-bit `number` as the endless index nearest to `newest` (RFC 3711 section 3.3.1)."""
    step = (number - newest) & 0xFFFF
    return newest + (step if step < 0x8000 else step - 0x10000)
