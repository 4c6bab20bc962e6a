"""The VP8 payload descriptor (RFC 7741 section 4.2): where a frame starts, whether it is a key frame, its numbers."""

from dataclasses import dataclass

from .rtp import Malformed


@dataclass(frozen=True, slots=True)
class Descriptor:
    """`raw` is the descriptor itself; `picture_at` and `tl0_at` are offsets in it, -1 when the field is absent."""

    raw: bytes
    key: bool  # first packet of a key frame
    picture_at: int
    picture_bits: int  # 7, 15, or 0
    picture: int
    tl0_at: int
    tl0: int
    layer: int  # temporal layer; 0 when none is told
    sync: bool  # of a higher layer: needs nothing but the lowest

    def renumbered(self, picture: int, tl0: int) -> bytes:
        """The same descriptor with other numbers, cut to the width of the fields it has."""
        raw = bytearray(self.raw)
        if self.picture_bits == 15:
            raw[self.picture_at] = 0x80 | (picture >> 8) & 0x7F
            raw[self.picture_at + 1] = picture & 0xFF
        elif self.picture_bits == 7:
            raw[self.picture_at] = picture & 0x7F
        if self.tl0_at >= 0:
            raw[self.tl0_at] = tl0 & 0xFF
        return bytes(raw)


def parse(payload: bytes) -> Descriptor:
    """The descriptor at the head of `payload`.  Raises Malformed."""
    try:
        return _parse(payload)
    except IndexError:
        raise Malformed("VP8 descriptor cut") from None


def _parse(payload: bytes) -> Descriptor:
    first, at = payload[0], 1
    picture_at, bits, picture, tl0_at, tl0, layer, sync = -1, 0, 0, -1, 0, 0, False
    if first & 0x80:
        extension, at = payload[1], 2
        if extension & 0x80:
            picture_at = at
            bits = 15 if payload[at] & 0x80 else 7
            picture = (payload[at] & 0x7F) << 8 | payload[at + 1] if bits == 15 else payload[at]
            at += 2 if bits == 15 else 1
        if extension & 0x40:
            tl0_at, tl0 = at, payload[at]
            at += 1
        if extension & 0x30:
            if extension & 0x20:
                layer, sync = payload[at] >> 6, bool(payload[at] & 0x20)
            at += 1
    # S=1 and partition 0: the frame begins here; the lowest bit of its first byte is 0 in a key frame (RFC 6386, 9.1)
    key = bool(first & 0x10) and not first & 0x07 and not payload[at] & 1
    return Descriptor(payload[:at], key, picture_at, bits, picture, tl0_at, tl0, layer, sync)
