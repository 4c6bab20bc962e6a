"""The offer read, the answer written from a template (docs/protocol.md, "Sound and picture"; RFC 8829, RFC 8839)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .icelite import Credentials
from .stage import VOICES

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
STAMP = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
SIZES = 2  # in which a client may send one picture
SENT, HEARD = ("audio", "sendonly"), ("audio", "recvonly")
SHOWN, SEEN = ("video", "sendonly"), ("video", "recvonly")
FIXED = (SENT, SHOWN, SHOWN, *[HEARD] * VOICES, SEEN)  # mids 0–6; the thumbnails follow
MAIN = str(len(FIXED) - 1)  # mid of the main picture
THUMBNAILS = 8
LONGEST = 1 << 16  # bytes of an offer
_CODEC = {"audio": "opus/48000/2", "video": "VP8/90000"}
_FORMAT = {"audio": "minptime=10;useinbandfec=0;usedtx=0"}


UNTOLD = Credentials("", "")


class BadOffer(Exception):
    """The offer does not follow docs/protocol.md.  The sentence says where."""


@dataclass(frozen=True, slots=True)
class Line:
    """One m-line as agreed.  Numbers are 0 when the client did not offer the thing."""

    mid: str
    kind: str  # "audio" or "video"
    sends: bool  # the client sends on it
    payload: int
    rtx: int
    nack: bool
    mid_id: int
    level_id: int
    stamp_id: int
    ssrc: int
    rtx_ssrc: int
    rid_id: int = 0
    repaired_id: int = 0
    rids: tuple[str, ...] = ()  # of a picture that is sent in several sizes, the smallest first (RFC 8853)

    @staticmethod
    def kept(values: Sequence[Any]) -> "Line":
        """As `astuple` and JSON left it.  Raises TypeError."""
        line = Line(*values)
        return replace(line, rids=tuple(line.rids))


@dataclass(frozen=True, slots=True)
class Offer:
    lines: tuple[Line, ...]
    fingerprints: tuple[tuple[str, str], ...]
    ice: Credentials = UNTOLD  # the client's


@dataclass(frozen=True, slots=True)
class Own:
    """What our side puts into an answer."""

    ice: Credentials
    fingerprint: str  # sha-256
    addresses: tuple[str, ...]
    port: int
    ssrcs: Mapping[str, tuple[int, int]]  # mid of a receive slot -> its SSRC and RTX SSRC
    tcp: bool = False  # the port is open for TCP too


Section = dict[str, list[str]]  # attribute -> its values; "m" -> the m-line


def read(text: str) -> Offer:
    """Raises BadOffer."""
    if len(text) > LONGEST:
        raise BadOffer("The offer is longer than 64 KiB.")
    session, sections = _split(text)
    if not len(FIXED) <= len(sections) <= len(FIXED) + THUMBNAILS:
        raise BadOffer(f"The offer has {len(sections)} m-lines; 7 to 15 are expected.")
    shape = (*FIXED, *[SEEN] * (len(sections) - len(FIXED)))
    lines = tuple(_line(i, section, *want) for i, (section, want) in enumerate(zip(sections, shape, strict=True)))
    return Offer(lines, _fingerprints(session, sections[0]), _credentials(session, sections[0]))


def _split(text: str) -> tuple[Section, list[Section]]:
    sections: list[Section] = [{}]
    for line in text.splitlines():
        if line.startswith("m="):
            sections.append({"m": [line[2:]]})
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            sections[-1].setdefault(name, []).append(value)
    return sections[0], sections[1:]


def _fingerprints(session: Section, first: Section) -> tuple[tuple[str, str], ...]:
    found = [value.split() for value in first.get("fingerprint", []) + session.get("fingerprint", [])]
    if any(len(pair) != 2 for pair in found) or not any(pair[0].lower() == "sha-256" for pair in found):
        raise BadOffer("The offer has no sha-256 fingerprint.")
    if (first.get("setup") or session.get("setup") or [""])[0] not in ("actpass", "active"):
        raise BadOffer("The client must be able to be DTLS active.")
    return tuple((name, value) for name, value in found)


def _credentials(session: Section, first: Section) -> Credentials:
    ufrag, password = ((first.get(name) or session.get(name) or [""])[0] for name in ("ice-ufrag", "ice-pwd"))
    return Credentials(ufrag, password)


def _line(at: int, section: Section, kind: str, direction: str) -> Line:
    if section["m"][0].split(" ")[0] != kind or direction not in section or section.get("mid") != [str(at)]:
        raise BadOffer(f"m-line {at} must be {kind}, {direction}, mid {at}.")
    if "rtcp-mux" not in section:
        raise BadOffer(f"m-line {at} has no rtcp-mux.")
    try:
        return _agreed(at, section, kind, direction == "sendonly")
    except (ValueError, IndexError):
        raise BadOffer(f"m-line {at} cannot be read.") from None


def _agreed(at: int, section: Section, kind: str, sends: bool) -> Line:
    payload = _payload(section, _CODEC[kind])
    if not payload:
        raise BadOffer(f"m-line {at} offers no {_CODEC[kind]}.")
    extensions = {
        uri.split(" ")[0]: int(key.split("/")[0])
        for key, _, uri in (value.partition(" ") for value in section.get("extmap", []))
    }
    rids = _rids(at, section) if sends else ()
    ssrc, rtx_ssrc = _ssrcs(section) if sends and not rids else (0, 0)
    return Line(
        mid=str(at), kind=kind, sends=sends, payload=payload, rtx=_rtx(section, payload),
        nack=any(value in (f"{payload} nack", "* nack") for value in section.get("rtcp-fb", [])),
        mid_id=extensions.get(MID, 0), level_id=extensions.get(LEVEL, 0), stamp_id=extensions.get(STAMP, 0),
        ssrc=ssrc, rtx_ssrc=rtx_ssrc, rid_id=extensions.get(RID, 0), repaired_id=extensions.get(REPAIRED, 0), rids=rids,
    )  # fmt: skip


def _rids(at: int, section: Section) -> tuple[str, ...]:
    """RFC 8853 section 5.1: `send l;~h`; a tilde marks one that is paused at first."""
    words = next(iter(section.get("simulcast", [])), "").split()
    offered = words[words.index("send") + 1] if "send" in words[:-1] else ""
    rids = tuple(part.split(",")[0].lstrip("~") for part in offered.split(";") if part)
    if len(rids) > SIZES or len(set(rids)) < len(rids) or not all(r.isascii() and r.isalnum() for r in rids):
        raise BadOffer(f"m-line {at} offers more than {SIZES} sizes, or names them badly.")
    return rids


def _payload(section: Section, codec: str) -> int:
    for value in section.get("rtpmap", []):
        number, _, name = value.partition(" ")
        if name.strip().lower() == codec.lower():
            return int(number)
    return 0


def _rtx(section: Section, payload: int) -> int:
    for value in section.get("fmtp", []):
        number, _, parameters = value.partition(" ")
        if parameters.strip() == f"apt={payload}":
            return int(number)
    return 0


def _ssrcs(section: Section) -> tuple[int, int]:
    for value in section.get("ssrc-group", []):
        words = value.split()
        if words[0] == "FID":
            return int(words[1]), int(words[2])
    declared = section.get("ssrc", [])
    return (int(declared[0].split(" ")[0]), 0) if declared else (0, 0)


def answer(offer: Offer, own: Own) -> str:
    """Our answer to this offer, lines ended by CRLF."""
    lines = [
        "v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=ice-lite",
        "a=group:BUNDLE " + " ".join(line.mid for line in offer.lines), "a=msid-semantic: WMS *",
    ]  # fmt: skip
    for line in offer.lines:
        lines += _transport(line, own) + _codecs(line) + (_received(line) if line.sends else _sent(line, own))
    return "\r\n".join(lines) + "\r\n"


def _transport(line: Line, own: Own) -> list[str]:
    formats = f"{line.payload} {line.rtx}" if line.rtx else f"{line.payload}"
    host = own.addresses[0]
    return [
        f"m={line.kind} {own.port} UDP/TLS/RTP/SAVPF {formats}", f"c=IN {'IP6' if ':' in host else 'IP4'} {host}",
        f"a=mid:{line.mid}", "a=rtcp-mux", "a=rtcp-rsize", f"a=ice-ufrag:{own.ice.ufrag}",
        f"a=ice-pwd:{own.ice.password}", f"a=fingerprint:sha-256 {own.fingerprint}", "a=setup:passive",
        *_candidates(own), "a=end-of-candidates",
    ]  # fmt: skip


def _candidates(own: Own) -> list[str]:
    """Host candidates, the first preferred (RFC 8445 section 5.1.2.1: type 126, local preference, component 1).

    Those of TCP come after all of UDP: type 90, passive (RFC 6544 section 4.2: direction 4).
    """
    lines = [
        f"a=candidate:{at + 1} 1 udp {126 << 24 | (65535 - at) << 8 | 255} {address} {own.port} typ host"
        for at, address in enumerate(own.addresses)
    ]
    for at, address in enumerate(own.addresses) if own.tcp else ():
        priority = 90 << 24 | (4 << 13 | (8191 - at)) << 8 | 255
        lines.append(f"a=candidate:{at + 101} 1 tcp {priority} {address} {own.port} typ host tcptype passive")
    return lines


def _codecs(line: Line) -> list[str]:
    lines = [f"a=rtpmap:{line.payload} {_CODEC[line.kind]}"]
    if line.kind in _FORMAT:
        lines.append(f"a=fmtp:{line.payload} {_FORMAT[line.kind]}")
    if line.nack:
        lines.append(f"a=rtcp-fb:{line.payload} nack")
    if line.kind == "video":
        lines += [f"a=rtcp-fb:{line.payload} nack pli", f"a=rtcp-fb:{line.payload} goog-remb"]
    if line.rtx:
        lines += [f"a=rtpmap:{line.rtx} rtx/90000", f"a=fmtp:{line.rtx} apt={line.payload}"]
    return lines


def _received(line: Line) -> list[str]:
    """The client sends here.  No transport-cc: the way up is measured by abs-send-time (bandwidth.Ceiling)."""
    wanted = [(line.mid_id, MID), (line.stamp_id, STAMP), (line.level_id if line.kind == "audio" else 0, LEVEL)]
    if line.rids:
        wanted += [(line.rid_id, RID), (line.repaired_id, REPAIRED)]
    lines = ["a=recvonly", *(f"a=extmap:{key} {uri}" for key, uri in wanted if key)]
    if line.rids:
        lines += [*(f"a=rid:{rid} recv" for rid in line.rids), f"a=simulcast:recv {';'.join(line.rids)}"]
    return lines


def _sent(line: Line, own: Own) -> list[str]:
    ssrc, rtx_ssrc = own.ssrcs[line.mid]
    lines = ["a=sendonly", f"a=msid:slot{line.mid} slot{line.mid}"]
    if line.stamp_id:
        lines.append(f"a=extmap:{line.stamp_id} {STAMP}")
    if line.rtx:
        lines.append(f"a=ssrc-group:FID {ssrc} {rtx_ssrc}")
    lines.append(f"a=ssrc:{ssrc} cname:chibo")
    if line.rtx:
        lines.append(f"a=ssrc:{rtx_ssrc} cname:chibo")
    return lines
