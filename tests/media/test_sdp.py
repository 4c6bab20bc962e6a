"""The answer from a template, for offers recorded from Chromium 156 and aiortc 1.16."""

from pathlib import Path

import pytest
from aiortc.sdp import SessionDescription

from server.media import sdp
from server.media.icelite import Credentials
from server.media.sdp import BadOffer

OFFERS = Path(__file__).with_name("offers")
FINGERPRINT = ":".join(["AB"] * 32)


def recorded(name: str) -> str:
    return (OFFERS / f"{name}.sdp").read_bytes().decode()


def answered(offer: sdp.Offer, *addresses: str) -> str:
    ssrcs = {line.mid: (1000 + int(line.mid), 2000 + int(line.mid)) for line in offer.lines if not line.sends}
    ice = Credentials("ours", "a password that is long enough")
    return sdp.answer(offer, sdp.Own(ice, FINGERPRINT, addresses or ("127.0.0.1",), 8081, ssrcs))


@pytest.mark.parametrize("name", ["chromium", "aiortc"])
def test_the_answer_mirrors_the_offer(name: str) -> None:
    offer = sdp.read(recorded(name))
    asked, parsed = SessionDescription.parse(recorded(name)), SessionDescription.parse(answered(offer))
    assert [m.kind for m in parsed.media] == [m.kind for m in asked.media]
    assert [m.rtp.muxId for m in parsed.media] == [str(i) for i in range(15)]
    mirror = {"sendonly": "recvonly", "recvonly": "sendonly"}
    assert [m.direction for m in parsed.media] == [mirror[m.direction] for m in asked.media]
    for ours, theirs in zip(parsed.media, asked.media, strict=True):
        assert set(ours.fmt) <= set(theirs.fmt), "no payload type that was not offered"
        extensions = {(h.id, h.uri) for h in theirs.rtp.headerExtensions}
        assert {(h.id, h.uri) for h in ours.rtp.headerExtensions} <= extensions
        assert ours.ice.iceLite and ours.dtls.role == "server" and ours.port == 8081
        assert [c.name for c in ours.rtp.codecs] == (["opus"] if ours.kind == "audio" else ["VP8", "rtx"])
        assert len(ours.ssrc) == (0 if ours.direction == "recvonly" else len(ours.rtp.codecs))


def test_chromium_is_read_to_the_letter() -> None:
    offer = sdp.read(recorded("chromium"))
    microphone, camera, screen = offer.lines[:3]
    assert (microphone.payload, microphone.level_id, microphone.mid_id, microphone.ssrc) == (111, 1, 4, 1388645760)
    assert (camera.payload, camera.rtx, camera.ssrc, camera.rtx_ssrc) == (96, 97, 2055507302, 827746954)
    assert screen.ssrc == 1916821038 and camera.nack and not microphone.nack
    assert {line.stamp_id for line in offer.lines} == {2}


def test_transport_cc_is_never_agreed_and_audio_nack_only_when_asked_for() -> None:
    text = answered(sdp.read(recorded("chromium")))
    assert "transport" not in text.replace("UDP/TLS", "") and "a=rtcp-fb:111 nack" not in text
    wanted = recorded("chromium").replace("a=fmtp:111 ", "a=rtcp-fb:111 nack\r\na=fmtp:111 ")
    assert answered(sdp.read(wanted)).count("a=rtcp-fb:111 nack\r\n") == 4


def test_every_address_is_a_candidate_on_the_one_port() -> None:
    text = answered(sdp.read(recorded("aiortc")), "192.0.2.1", "2001:db8::1")
    first = SessionDescription.parse(text).media[0]
    assert [(c.ip, c.port, c.type) for c in first.ice_candidates] == [
        ("192.0.2.1", 8081, "host"),
        ("2001:db8::1", 8081, "host"),
    ]
    assert first.ice_candidates[0].priority > first.ice_candidates[1].priority


def test_phones_may_offer_fewer_thumbnails() -> None:
    head, *media = recorded("chromium").split("m=")
    assert len(sdp.read("m=".join([head, *media[:11]])).lines) == 11
    with pytest.raises(BadOffer, match="6 m-lines"):
        sdp.read("m=".join([head, *media[:6]]))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("a=sendonly", "a=inactive", "m-line 0 must be audio, sendonly, mid 0"),
        ("m=audio", "m=application", "m-line 0 must be audio"),
        ("a=mid:1\r", "a=mid:9\r", "m-line 1 must be video, sendonly, mid 1"),
        ("opus/48000/2", "opus/44100/2", "m-line 0 offers no opus/48000/2"),
        ("a=rtcp-mux", "a=rtcp-not", "m-line 0 has no rtcp-mux"),
        ("sha-256", "sha-1", "no sha-256 fingerprint"),
        ("actpass", "passive", "DTLS active"),
        ("a=rtpmap:111 ", "a=rtpmap:x ", "m-line 0 cannot be read"),
        ("a=extmap:1 ", "a=extmap:one ", "m-line 0 cannot be read"),
    ],
)
def test_another_shape_is_refused_with_a_reason(old: str, new: str, why: str) -> None:
    with pytest.raises(BadOffer, match=why):
        sdp.read(recorded("chromium").replace(old, new, 1))


def test_a_flood_is_refused() -> None:
    with pytest.raises(BadOffer, match="64 KiB"):
        sdp.read("a" * 70_000)
