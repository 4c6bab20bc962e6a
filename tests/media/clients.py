"""Real WebRTC clients for the tests: aiortc on 127.0.0.1, with the m-lines of docs/protocol.md."""

import array
import asyncio
import contextlib
import fractions
import itertools
import math
from collections import Counter, defaultdict

import aioice.ice
import av
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from server.media.control import Control

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]  # aioice leaves it out; we want nothing else

RATE, SAMPLES = 48000, 960


class Tone(MediaStreamTrack):
    """A sine of a pitch of its own, so that who is heard can be told by ear."""

    kind = "audio"

    def __init__(self, hertz: int) -> None:
        super().__init__()
        self.hertz = hertz  # 0 is silence
        self._at, self._start = 0, 0.0

    async def recv(self) -> av.AudioFrame:
        loop = asyncio.get_running_loop()
        self._start = self._start or loop.time()
        await asyncio.sleep(max(0.0, self._start + self._at / RATE - loop.time()))
        turn = 2 * math.pi * self.hertz / RATE
        wave = array.array("h", (int(12000 * math.sin(turn * (self._at + i))) for i in range(SAMPLES)))
        frame = av.AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(wave.tobytes())
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._at, fractions.Fraction(1, RATE)
        self._at += SAMPLES
        return frame


class Card(MediaStreamTrack):
    """A plain grey picture of a brightness of its own with a moving stripe."""

    kind = "video"

    def __init__(self, grey: int, rate: int = 10) -> None:
        super().__init__()
        self.grey, self._rate, self._at, self._start = grey, rate, 0, 0.0

    async def recv(self) -> av.VideoFrame:
        loop = asyncio.get_running_loop()
        self._start = self._start or loop.time()
        await asyncio.sleep(max(0.0, self._start + self._at / self._rate - loop.time()))
        frame = av.VideoFrame(320, 180, "yuv420p")
        for plane, value in zip(frame.planes, (self.grey, 128, 128), strict=True):
            rows = bytearray([value]) * plane.buffer_size
            stripe = self._at % plane.height * plane.line_size
            rows[stripe : stripe + plane.line_size] = bytes([255 - value]) * plane.line_size
            plane.update(bytes(rows))
        frame.pts, frame.time_base = self._at * 90000 // self._rate, fractions.Fraction(1, 90000)
        self._at += 1
        return frame


class Client:
    """One page: what it sends and, by mid, what it has heard and seen since `forget`."""

    def __init__(
        self, name: str, hertz: int = 0, grey: int = 0, thumbnails: int = 4, rtx: bool = False, screen: int = 0
    ) -> None:
        self.name, self.hertz, self.grey, self.screen = name, hertz, grey, screen
        self.slots: dict[str, str] = {}
        self.pitches: dict[str, Counter[int]] = defaultdict(Counter)
        self.greys: dict[str, set[int]] = defaultdict(set)
        self.changed = asyncio.Event()
        self._shape, self._rtx = thumbnails, rtx
        self._readers: list[asyncio.Task[None]] = []
        self.page = self._page()

    def _page(self) -> RTCPeerConnection:
        page = RTCPeerConnection(RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        page.addTransceiver(Tone(self.hertz) if self.hertz else "audio", direction="sendonly")
        page.addTransceiver(Card(self.grey) if self.grey else "video", direction="sendonly")
        page.addTransceiver(Card(self.screen) if self.screen else "video", direction="sendonly")
        for kind in ["audio"] * 3 + ["video"] * (1 + self._shape):
            page.addTransceiver(kind, direction="recvonly")
        if not self._rtx:  # aiortc drops RTX when there is more than one video line
            plain = [c for c in RTCRtpReceiver.getCapabilities("video").codecs if c.mimeType == "video/VP8"]
            for transceiver in page.getTransceivers():
                if transceiver.kind == "video":
                    transceiver.setCodecPreferences(plain)
        return page

    async def offer(self) -> str:
        await self.page.setLocalDescription(await self.page.createOffer())
        sdp = self.page.localDescription.sdp
        return sdp.replace("a=rtpmap:96 opus/48000/2\r\n", "a=rtpmap:96 opus/48000/2\r\na=rtcp-fb:96 nack\r\n")

    async def join(self, control: Control, room: str = "room", again: bool = False) -> None:
        if again:
            await self.leave()
            self.page = self._page()
        await self.accept(await control.answer(room, self.name, self.name.split(".")[0], await self.offer()))

    async def accept(self, answer: str) -> None:
        answer = await self.through(answer)
        await self.page.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        for transceiver in self.page.getTransceivers():
            if transceiver.receiver.track is not None and transceiver.currentDirection == "recvonly":
                self._readers.append(asyncio.create_task(self._read(transceiver.mid, transceiver.receiver.track)))
        await self._connected()

    async def through(self, answer: str) -> str:
        """The answer as the network leaves it."""
        return answer

    async def _connected(self) -> None:
        reached = asyncio.Event()
        self.page.on("connectionstatechange", reached.set)
        self.page.on("connectionstatechange", self.changed.set)
        while self.page.connectionState != "connected":
            assert self.page.connectionState in ("new", "connecting"), self.page.connectionState
            await asyncio.wait_for(reached.wait(), 30)
            reached.clear()

    async def _read(self, mid: str, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if isinstance(frame, av.AudioFrame):
                    self._hear(mid, frame)
                else:
                    self.greys[mid].add(round(sum(bytes(frame.planes[0])[320 * 90 : 320 * 90 + 16]) / 160) * 10)
                self.changed.set()

    def _hear(self, mid: str, frame: av.AudioFrame) -> None:
        wave = array.array("h", bytes(frame.planes[0])[: 2 * frame.samples * len(frame.layout.channels)])
        left = wave[:: len(frame.layout.channels)]
        if max(left, default=0) < 3000:
            return
        crossings = sum(1 for a, b in itertools.pairwise(left) if a < 0 <= b)
        self.pitches[mid][round(crossings * frame.sample_rate / len(left) / 200) * 200] += 1

    @property
    def hears(self) -> set[int]:
        """Pitches of all voices, in hertz, to the nearest 200; a tenth of a second makes a voice."""
        return {hertz for pitches in self.pitches.values() for hertz, frames in pitches.items() if frames >= 5}

    @property
    def sees(self) -> set[int]:
        """Brightness of all pictures, to the nearest ten."""
        return set().union(*self.greys.values())

    def forget(self) -> None:
        self.pitches.clear()
        self.greys.clear()

    async def until(self, what, seconds: float = 30) -> None:
        """Wait until `what()` holds for what was heard, seen or told."""
        async with asyncio.timeout(seconds):
            while not what():
                self.changed.clear()
                await self.changed.wait()

    async def leave(self) -> None:
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        self._readers.clear()
        await self.page.close()
