"""RTCP, as far as an SFU speaks it (RFC 3550 section 6, RFC 4585, RFC 5104, draft-alvestrand-rmcat-remb-03)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from struct import Struct, pack, unpack_from

from .rtp import Malformed

SR, RR, SDES, BYE, RTPFB, PSFB = 200, 201, 202, 203, 205, 206
_NTP_EPOCH = 2208988800  # s from 1900 to 1970
_REPORT = Struct("!LLLLLL")


@dataclass(frozen=True, slots=True)
class Report:
    """One report block.  `lost` in 1/256, lately; `total_lost`, `highest` since the beginning; times in 1/65536 s."""

    ssrc: int
    lost: int
    total_lost: int
    highest: int
    last_sr: int
    delay: int


@dataclass(frozen=True, slots=True)
class SenderInfo:
    """The middle 32 bits of the NTP time of somebody's sender report."""

    ssrc: int
    middle: int


@dataclass(frozen=True, slots=True)
class Nack:
    ssrc: int
    sequences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyFrameRequest:
    """PLI or FIR."""

    ssrc: int


@dataclass(frozen=True, slots=True)
class Remb:
    bits: int  # bit/s


@dataclass(frozen=True, slots=True)
class Bye:
    ssrcs: tuple[int, ...]


Message = Report | SenderInfo | Nack | KeyFrameRequest | Remb | Bye


def parse(compound: bytes) -> list[Message]:
    """All that we understand in one compound packet; the rest is passed over.  Raises Malformed."""
    messages: list[Message] = []
    at = 0
    while at + 4 <= len(compound):
        first, kind, words = unpack_from("!BBH", compound, at)
        end = at + 4 * (words + 1)
        if first >> 6 != 2 or end > len(compound):
            raise Malformed("RTCP length or version")
        reader = _READERS.get(kind)
        if reader is not None:
            messages.extend(reader(first & 31, compound[at + 4 : end]))
        at = end
    return messages


def _sender_report(count: int, body: bytes) -> Iterator[Message]:
    if len(body) < 24:
        raise Malformed("sender report cut")
    ssrc, seconds, fraction = unpack_from("!LLL", body)
    yield SenderInfo(ssrc, (seconds & 0xFFFF) << 16 | fraction >> 16)
    yield from _reports(count, body[24:])


def _receiver_report(count: int, body: bytes) -> Iterator[Message]:
    return _reports(count, body[4:])


def _reports(count: int, body: bytes) -> Iterator[Message]:
    if len(body) < 24 * count:
        raise Malformed("report blocks cut")
    for at in range(0, 24 * count, 24):
        ssrc, lost, highest, _, last_sr, delay = _REPORT.unpack_from(body, at)
        total = lost & 0xFFFFFF
        yield Report(ssrc, lost >> 24, total - (total >> 23 << 24), highest, last_sr, delay)


def _transport_feedback(kind: int, body: bytes) -> Iterator[Message]:
    if kind != 1 or len(body) < 12:  # 15 is transport-cc, which we never negotiate
        return
    found: list[int] = []
    for at in range(8, len(body) - 3, 4):
        first, more = unpack_from("!HH", body, at)
        found.append(first)
        found.extend((first + bit + 1) & 0xFFFF for bit in range(16) if more >> bit & 1)
    yield Nack(unpack_from("!L", body, 4)[0], tuple(found))


def _payload_feedback(kind: int, body: bytes) -> Iterator[Message]:
    if len(body) < 8:
        raise Malformed("feedback cut")
    if kind == 1:
        yield KeyFrameRequest(unpack_from("!L", body, 4)[0])
    elif kind == 4:  # FIR names its sources inside (RFC 5104 section 4.3.1)
        yield from (KeyFrameRequest(unpack_from("!L", body, at)[0]) for at in range(8, len(body) - 7, 8))
    elif kind == 15 and body[8:12] == b"REMB" and len(body) >= 16:
        mantissa = (body[13] & 3) << 16 | body[14] << 8 | body[15]
        yield Remb(mantissa << (body[13] >> 2))


def _bye(count: int, body: bytes) -> Iterator[Message]:
    if len(body) < 4 * count:
        raise Malformed("goodbye cut")
    yield Bye(unpack_from(f"!{count}L", body))


_READERS = {SR: _sender_report, RR: _receiver_report, RTPFB: _transport_feedback, PSFB: _payload_feedback, BYE: _bye}


@dataclass(frozen=True, slots=True)
class Received:
    """What we tell a publisher of his stream.  `highest` the endless index, `jitter` in ticks of its clock."""

    ssrc: int
    lost: int  # of 256
    total_lost: int
    highest: int
    jitter: int
    last_sr: int
    delay: int  # 1/65536 s


def ntp(seconds: float) -> int:
    """Unix time as 32.32 NTP time."""
    return int((seconds + _NTP_EPOCH) * (1 << 32)) & 0xFFFFFFFFFFFFFFFF


def sender_report(ssrc: int, ntp_time: int, timestamp: int, packets: int, octets: int) -> bytes:
    return pack("!BBHLQLLL", 0x80, SR, 6, ssrc, ntp_time, timestamp, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)


def receiver_report(ssrc: int, blocks: Iterable[Received]) -> bytes:
    parts = [
        pack(
            "!LBBHLLLL",
            b.ssrc,
            b.lost,
            total >> 16 & 0xFF,
            total & 0xFFFF,
            b.highest & 0xFFFFFFFF,
            b.jitter,
            b.last_sr,
            b.delay,
        )
        for b in blocks
        for total in (min(max(b.total_lost, 0), 0x7FFFFF),)
    ]
    return pack("!BBHL", 0x80 | len(parts), RR, 1 + 6 * len(parts), ssrc) + b"".join(parts)


def description(ssrc: int, cname: bytes) -> bytes:
    """SDES with the CNAME that RFC 3550 section 6.5.1 asks for in every compound packet."""
    chunk = pack("!LBB", ssrc, 1, len(cname)) + cname
    chunk += bytes(4 - len(chunk) % 4)
    return pack("!BBH", 0x81, SDES, len(chunk) // 4) + chunk


def nack(sender: int, ssrc: int, sequences: Iterable[int]) -> bytes:
    """RFC 4585 section 6.2.1.  `sequences` ascending, modulo 65536."""
    pairs: list[list[int]] = []
    for sequence in sequences:
        step = (sequence - pairs[-1][0] - 1) & 0xFFFF if pairs else 0x10000
        if step < 16:
            pairs[-1][1] |= 1 << step
        else:
            pairs.append([sequence, 0])
    return pack("!BBHLL", 0x81, RTPFB, 2 + len(pairs), sender, ssrc) + b"".join(pack("!HH", *pair) for pair in pairs)


def picture_loss(sender: int, ssrc: int) -> bytes:
    """RFC 4585 section 6.3.1: please send a key frame."""
    return pack("!BBHLL", 0x81, PSFB, 2, sender, ssrc)


def remb(sender: int, bits: int, ssrcs: tuple[int, ...]) -> bytes:
    exponent = max(0, bits.bit_length() - 18)
    mantissa = bits >> exponent
    head = pack(
        "!BBHLL4sBBH",
        0x8F,
        PSFB,
        4 + len(ssrcs),
        sender,
        0,
        b"REMB",
        len(ssrcs),
        exponent << 2 | mantissa >> 16,
        mantissa & 0xFFFF,
    )
    return head + pack(f"!{len(ssrcs)}L", *ssrcs)
