"""What is read and written on the wire, against aiortc's own codecs as the reference."""

import struct

import pytest
from aiortc import rtp as reference
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from server.media import rtcp, rtp, vp8
from server.media.rtp import Malformed

U16, U32 = st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)


@given(
    U16, U32, U32, st.booleans(), st.binary(min_size=1, max_size=60), st.integers(0, 127), st.text("abc", max_size=3),
    st.integers(0, 3),
)  # fmt: skip
def test_a_header_is_read_as_it_was_written(
    sequence: int, timestamp: int, ssrc: int, marker: bool, payload: bytes, level: int, mid: str, padding: int
) -> None:
    known = reference.HeaderExtensionsMap()
    known.configure(
        reference.RTCRtpParameters(
            headerExtensions=[
                extension(1, "urn:ietf:params:rtp-hdrext:sdes:mid"),
                extension(2, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
                extension(3, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
            ]
        )
    )
    packet = reference.RtpPacket(96, int(marker), sequence, timestamp, ssrc, payload)
    packet.padding_size = padding
    packet.extensions.audio_level, packet.extensions.abs_send_time = (True, level), 77
    if mid:
        packet.extensions.mid = mid
    header = rtp.parse(packet.serialize(known), frozenset({1, 2}))
    assert (header.payload_type, header.marker, header.sequence) == (96, 0x80 * marker, sequence)
    assert (header.timestamp, header.ssrc, header.payload) == (timestamp, ssrc, payload)
    assert header.extensions[2][0] & 0x7F == level
    assert header.extensions.get(1, b"").decode() == mid
    assert 3 not in header.extensions, "nobody asked for it"


def extension(key: int, uri: str):
    from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters

    return RTCRtpHeaderExtensionParameters(id=key, uri=uri)


def test_two_byte_extensions_are_read() -> None:
    packet = struct.pack("!BBHLLHHBBBB", 0x90, 96, 1, 2, 3, 0x1000, 1, 7, 1, 42, 0) + b"x"
    assert rtp.parse(packet, frozenset({7})).extensions == {7: b"*"}


@given(st.binary(max_size=80))
def test_no_bytes_break_the_readers(raw: bytes) -> None:
    for read in (lambda: rtp.parse(raw, frozenset({1, 2})), lambda: vp8.parse(raw), lambda: rtcp.parse(raw)):
        try:
            read()
        except Malformed:
            continue


@given(U16, st.integers(-30000, 30000), st.integers(0, 1 << 40))
def test_unwrapping_finds_the_nearest(_: int, step: int, newest: int) -> None:
    assert rtp.unwrap((newest + step) & 0xFFFF, newest) == newest + step


@given(
    st.one_of(st.none(), st.integers(0, 0x7FFF)), st.one_of(st.none(), st.integers(0, 255)),
    st.one_of(st.none(), st.integers(0, 3)), st.booleans(), st.booleans(), st.integers(0, 0x7FFF), st.integers(0, 255),
)  # fmt: skip
def test_a_vp8_descriptor_is_read_and_renumbered(
    picture: int | None, tl0: int | None, layer: int | None, start: bool, key: bool, other: int, other_tl0: int
) -> None:
    tid = None if layer is None else (layer, 1)
    written = bytes(VpxPayloadDescriptor(int(start), 0, picture, tl0, tid)) + bytes([0 if key else 1])
    read = vp8.parse(written)
    assert read.raw == written[:-1] and read.key == (start and key)
    assert (read.picture if read.picture_bits else None) == picture
    assert (read.tl0 if read.tl0_at >= 0 else None) == tl0 and read.layer == (layer or 0)
    again, rest = VpxPayloadDescriptor.parse(read.renumbered(other, other_tl0) + b"x")
    assert rest == b"x" and again.tid == tid
    assert again.picture_id == (None if picture is None else other & (1 << read.picture_bits) - 1)
    assert again.tl0picidx == (None if tl0 is None else other_tl0)


def test_only_the_first_partition_begins_a_key_frame() -> None:
    assert vp8.parse(b"\x10\x00").key
    assert not vp8.parse(b"\x11\x00").key, "the second partition of it"
    assert not vp8.parse(b"\x00\x00").key, "not a start"
    assert not vp8.parse(b"\x10\x01").key, "not a key frame"


@given(U32, st.sets(U16, min_size=1, max_size=60))
def test_a_nack_names_what_is_missing(ssrc: int, missing: set[int]) -> None:
    packet = rtcp.nack(1, ssrc, sorted(missing))
    (parsed,) = reference.RtcpPacket.parse(packet)
    assert set(parsed.lost) == missing and parsed.media_ssrc == ssrc
    (ours,) = rtcp.parse(packet)
    assert isinstance(ours, rtcp.Nack) and set(ours.sequences) == missing and ours.ssrc == ssrc


def test_a_nack_over_the_wrap_is_one_pair() -> None:
    packet = rtcp.nack(1, 2, [65534, 65535, 0, 14])
    assert len(packet) == 16 and rtcp.parse(packet) == [rtcp.Nack(2, (65534, 65535, 0, 14))]


@given(st.integers(0, 10**9), st.lists(U32, min_size=1, max_size=3))
def test_a_ceiling_is_told_to_within_its_precision(bits: int, ssrcs: list[int]) -> None:
    (parsed,) = reference.RtcpPacket.parse(rtcp.remb(9, bits, tuple(ssrcs)))
    told, of = reference.unpack_remb_fci(parsed.fci)
    assert of == ssrcs and told <= bits <= told * (1 + 2**-17) + 1
    assert rtcp.parse(rtcp.remb(9, bits, tuple(ssrcs))) == [rtcp.Remb(told)]


@given(U32, U32, st.integers(0, 2**64 - 1), U32, U32, st.integers(-5, 1 << 25), st.integers(0, 1 << 40))
def test_a_compound_of_reports_is_read_by_others(
    ssrc: int, timestamp: int, ntp: int, packets: int, octets: int, lost: int, highest: int
) -> None:
    block = rtcp.Received(7, 128, lost, highest, 5, 11, 13)
    compound = rtcp.receiver_report(1, [block]) + rtcp.description(1, b"chibo")
    compound += rtcp.sender_report(ssrc, ntp, timestamp, packets, octets)
    receiver, description, sender = reference.RtcpPacket.parse(compound)
    (told,) = receiver.reports
    assert (told.ssrc, told.fraction_lost, told.highest_sequence) == (7, 128, highest & 0xFFFFFFFF)
    assert told.packets_lost == min(max(lost, 0), 0x7FFFFF) and (told.lsr, told.dlsr) == (11, 13)
    assert description.chunks[0].items == [(1, b"chibo")]
    info = sender.sender_info
    assert (info.ntp_timestamp, info.rtp_timestamp) == (ntp, timestamp)
    assert rtcp.parse(compound) == [
        rtcp.Report(7, 128, told.packets_lost, told.highest_sequence, 11, 13),
        rtcp.SenderInfo(ssrc, ntp >> 16 & 0xFFFFFFFF),
    ]


def test_key_frame_requests_of_both_kinds_are_understood() -> None:
    assert rtcp.parse(rtcp.picture_loss(1, 5)) == [rtcp.KeyFrameRequest(5)]
    fir = struct.pack("!BBHLLLL", 0x84, 206, 4, 1, 0, 6, 0)
    assert rtcp.parse(fir) == [rtcp.KeyFrameRequest(6)]


def test_a_compound_cut_short_is_malformed() -> None:
    with pytest.raises(Malformed):
        rtcp.parse(rtcp.sender_report(1, 2, 3, 4, 5)[:-4])
