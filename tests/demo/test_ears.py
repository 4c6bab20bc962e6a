"""Voice and card are real media: a stock aiortc decodes them.  Holds ears.py to the private names of aiortc."""

import asyncio
import fractions
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import aioice.ice
import av
import pytest
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
    rtcpeerconnection,
)
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.mediastreams import AudioStreamTrack
from aiortc.rtp import RtcpPacket, RtcpPsfbPacket, RtcpRrPacket
from av.audio.frame import AudioFrame
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame

from server.demo.card import CLOCK, ZONE, Card, Painter, encoder, spelt
from server.demo.ears import Encoded, Source, extension
from server.demo.media import RECEIVED, Media, with_audio_nack
from server.demo.voice import Voice, level_of, mark_of, signed, voice


def energy(frame: AudioFrame) -> float:
    samples = memoryview(bytes(frame.planes[0])).cast("h")
    return math.sqrt(sum(value * value for value in samples) / len(samples))


def test_the_voice_is_sound() -> None:
    decoder = av.CodecContext.create("libopus", "r")
    decoder.format, decoder.layout, decoder.sample_rate = "s16", "mono", 48_000
    frames = [frame for sound in voice(124)[:100] for frame in decoder.decode(Packet(sound.payload))]
    assert sum(frame.samples for frame in frames) >= 99 * 960
    assert max(map(energy, frames)) > 1_000
    assert all(-60 < sound.level < -10 for sound in voice(124)[10:100])


def test_a_voice_that_is_signed_sounds_the_same() -> None:
    plain, marked = av.CodecContext.create("libopus", "r"), av.CodecContext.create("libopus", "r")
    for sound in voice(124)[:20]:
        payload = signed(sound.payload, b"1234")
        assert mark_of(payload, 4) == b"1234" and mark_of(sound.payload, 4) == b""
        heard = [
            [bytes(f.planes[0]) for f in d.decode(Packet(p))] for d, p in ((plain, sound.payload), (marked, payload))
        ]
        assert heard[0] == heard[1] and heard[0]


def test_the_level_of_silence_and_of_the_loudest() -> None:
    from array import array

    assert level_of(array("h", [0] * 320)) == -127
    assert level_of(array("h", [32767, -32767] * 160)) == 0


def test_a_card_is_a_key_frame_and_then_differences_until_one_is_asked() -> None:
    painter, codec = Painter("Nguyễn Thị Hường", 1), encoder()
    start, packets = datetime(2027, 1, 5, 19, 30, tzinfo=ZONE), []
    for n in range(12):
        frame = painter.frame(start + timedelta(seconds=n / 6))
        frame.pts, frame.time_base = n * CLOCK // 6, fractions.Fraction(1, CLOCK)
        if n == 8:
            frame.pict_type = PictureType.I
        packets.append(bytes(codec.encode(frame)[0]))
    keys = [not packet[0] & 1 for packet in packets]  # RFC 6386 section 9.1: bit 0 is 0 in a key frame
    assert keys == [n in (0, 8) for n in range(12)]
    decoder = av.CodecContext.create("libvpx", "r")
    pictures = [frame for packet in packets for frame in decoder.decode(Packet(packet))]
    assert [(picture.width, picture.height) for picture in pictures] == [(320, 180)] * 12
    assert bytes(pictures[0].planes[0]) != bytes(pictures[11].planes[0])  # the clock runs


@pytest.mark.parametrize(("marks", "found"), [(True, "Đặng Ngọc Đức"), (False, "Dang Ngoc Duc")])
def test_a_name_without_its_font_is_spelt_in_plain_letters(marks: bool, found: str) -> None:
    assert spelt("Đặng Ngọc Đức", marks) == found


def test_the_nack_for_sound_is_asked_for_on_every_audio_line() -> None:
    offer = "m=audio 9\r\na=rtpmap:96 opus/48000/2\r\nm=video 9\r\na=rtpmap:97 VP8/90000\r\n" * 2
    asked = with_audio_nack(offer)
    assert asked.count("a=rtpmap:96 opus/48000/2\r\na=rtcp-fb:96 nack\r\n") == 2
    assert asked.count("nack") == 2


def test_a_header_extension_is_found_behind_others_and_padding() -> None:
    head = bytes([0x91, 96]) + bytes(10) + bytes(4)  # one CSRC
    block = bytes([0x20, 7, 0x00, 0x31]) + b"42" + bytes(2)
    packet = head + b"\xbe\xde" + (len(block) // 4).to_bytes(2, "big") + block + b"payload"
    assert extension(packet, 3) == b"42"
    assert extension(packet, 5) == b""
    assert extension(bytes([0x80, 96]) + bytes(10), 3) == b""


# -- with a stock peer at the other end --------------------------------------------------------------------------------


class Far:
    """A stock aiortc: decodes mids 0 and 1, sends a tone on mid 3."""

    def __init__(self) -> None:
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.tracks: dict[str, MediaStreamTrack] = {}
        self.peer.on("track", self._keep)
        self.reports: list[RtcpRrPacket] = []
        self.reported = asyncio.Event()

    def _keep(self, track: MediaStreamTrack) -> None:
        transceiver = next(one for one in self.peer.getTransceivers() if one.receiver.track is track)
        self.tracks[transceiver.mid] = track

    async def answer(self, offer: str) -> str:
        await self.peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        tone = self.peer.getTransceivers()[3]
        tone.sender.replaceTrack(AudioStreamTrack())
        tone.direction = "sendonly"
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        self._listen_for_reports()
        return str(self.peer.localDescription.sdp)

    def _listen_for_reports(self) -> None:
        transport = self.peer.getTransceivers()[0].receiver.transport
        stock = transport._handle_rtcp_data

        async def heard(data: bytes) -> None:
            for packet in RtcpPacket.parse(data):
                if isinstance(packet, RtcpRrPacket) and packet.reports:
                    self.reports.append(packet)
                    self.reported.set()
            await stock(data)

        transport._handle_rtcp_data = heard

    async def ask_key(self) -> None:
        receiver = self.peer.getTransceivers()[1].receiver
        ssrc = next(iter(receiver.getSynchronizationSources())).source
        await receiver._send_rtcp(RtcpPsfbPacket(fmt=1, ssrc=1, media_ssrc=ssrc))


@asynccontextmanager
async def talking(monkeypatch: pytest.MonkeyPatch, source: Voice, camera: Source) -> AsyncIterator[tuple[Media, Far]]:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
    changed = asyncio.Event()
    media, far = Media("page", source, camera, 4, loopback=True, changed=changed.set), Far()
    try:
        await media.accept(await far.answer(await media.offer()), "epoch")
        while not media.is_connected:
            changed.clear()
            await changed.wait()
        yield media, far
    finally:
        await media.close()
        await far.peer.close()


async def test_the_lines_stand_in_the_order_of_the_protocol() -> None:
    media = Media("page", Voice(124), Source(), 8, loopback=True, changed=lambda: None)
    offer = await media.offer()
    await media.close()
    kinds = [line.split("=")[1].split()[0] for line in offer.splitlines() if line.startswith("m=")]
    assert kinds == ["audio", "video", "video", *RECEIVED, *["video"] * 8]
    directions = [line for line in offer.splitlines() if line in ("a=sendonly", "a=recvonly", "a=sendrecv")]
    assert directions == ["a=sendonly"] * 3 + ["a=recvonly"] * 12
    mids = [line for line in offer.splitlines() if line.startswith("a=mid:")]
    assert mids == [f"a=mid:{n}" for n in range(15)]


async def test_aiortc_is_left_as_it_was() -> None:
    before = vars(rtcpeerconnection).copy()
    media = Media("page", Voice(124), Source(), 4, loopback=True, changed=lambda: None)
    await media.close()
    assert vars(rtcpeerconnection) == before


async def test_a_stock_peer_hears_and_sees_the_member_and_is_counted_by_him(monkeypatch: pytest.MonkeyPatch) -> None:
    speaker, camera = Voice(124), Card("Trần Văn Đức", 2, 8)
    speaker.speak(True)
    async with talking(monkeypatch, speaker, camera) as (media, far):
        heard = [await far.tracks["0"].recv() for _ in range(50)]
        assert max(energy(frame) for frame in heard if isinstance(frame, AudioFrame)) > 1_000
        seen = await far.tracks["1"].recv()
        assert isinstance(seen, VideoFrame)
        assert (seen.width, seen.height) == (320, 180)
        await media.line.first.wait()
        await far.reported.wait()
        slot = media.slots["3"]
        assert slot.received > 10
        assert slot.expected == slot.received
        assert far.reports[-1].reports[0].packets_lost == 0


async def test_a_silent_member_sends_nothing_and_his_clock_runs_on() -> None:
    speaker = Voice(124)
    waiting = asyncio.ensure_future(speaker.next())
    await asyncio.sleep(0)
    assert not waiting.done()
    speaker.speak(True)
    first = await waiting
    second = await speaker.next()
    assert second.timestamp - first.timestamp == 960
    assert first.level is not None


class Watched(Card):
    """A card that remembers which of its frames were whole pictures."""

    def __init__(self) -> None:
        super().__init__("Trần Văn Đức", 2, 8)
        self.keys: list[bool] = []

    async def next(self) -> Encoded:
        encoded = await super().next()
        _, frame = VpxPayloadDescriptor.parse(encoded.payloads[0])
        self.keys.append(not frame[0] & 1)
        return encoded


async def test_a_key_frame_that_is_asked_for_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    camera = Watched()
    async with talking(monkeypatch, Voice(124), camera) as (_, far):
        while len(camera.keys) < 8:
            await far.tracks["1"].recv()
        assert camera.keys == [True] + [False] * (len(camera.keys) - 1)
        await far.ask_key()
        while sum(camera.keys) < 2:
            await far.tracks["1"].recv()
