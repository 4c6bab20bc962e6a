"""Sound and picture of one page of a simulated member: one offer, one answer, never again (docs/protocol.md)."""

import asyncio
import re
from collections.abc import Callable, Mapping

from aiortc import RTCSessionDescription

from .counts import Slot
from .ears import Line, Source, connection

RECEIVED = ("audio", "audio", "audio", "video")  # mids 3 … 6: three voices, the main picture
REPORT = 1.0  # seconds between receiver reports
ENDED = ("failed", "closed")


def with_audio_nack(offer: str) -> str:
    """`offer` with `a=rtcp-fb:<opus> nack` on every audio line, which aiortc does not ask for by itself."""
    return re.sub(r"(a=rtpmap:(\d+) opus/48000/2\r\n)", r"\1a=rtcp-fb:\2 nack\r\n", offer)


class Media:
    """`page` is the id of the connection that offers.  `voice`, `camera` and an empty screen are mids 0, 1 and 2;
    `thumbnails` are mids 7 and on.  `changed` is called when it connects or fails."""

    def __init__(
        self, page: str, voice: Source, camera: Source, thumbnails: int, loopback: bool, changed: Callable[[], None]
    ) -> None:
        self.page, self.epoch = page, ""
        self._camera = camera
        slots = (*RECEIVED, *["video"] * thumbnails)
        self._peer, self._line = connection((voice, camera, Source()), slots, loopback)
        self._line.seal = voice.seal
        self._peer.on("connectionstatechange", changed)
        self._reports: asyncio.Task[None] | None = None

    @property
    def slots(self) -> Mapping[str, Slot]:
        """What came on each mid."""
        return self._line.slots

    @property
    def line(self) -> Line:
        return self._line

    @property
    def is_connected(self) -> bool:
        return self._peer.connectionState == "connected"

    @property
    def has_ended(self) -> bool:
        return self._peer.connectionState in ENDED

    async def offer(self) -> str:
        await self._peer.setLocalDescription(await self._peer.createOffer())
        return with_audio_nack(self._peer.localDescription.sdp)

    async def accept(self, answer: str, epoch: str) -> None:
        """Raises ValueError when the answer is none to our offer."""
        self.epoch = epoch
        self._line.learn(answer)
        self._camera.want_key()
        await self._peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        self._reports = asyncio.create_task(self._report())

    async def _report(self) -> None:
        while not self.has_ended:
            await asyncio.sleep(REPORT)
            await self._line.report(self._peer.getSenders()[0]._ssrc)

    async def close(self) -> None:
        if self._reports is not None:
            self._reports.cancel()
        await self._peer.close()
