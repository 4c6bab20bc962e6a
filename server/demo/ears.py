"""How a simulated member hears and speaks without decoding or encoding anything he need not.

Stock aiortc decodes whatever it receives, in a thread per track: twelve members would need more than this machine has.
Here a packet is authenticated, counted and forgotten, and what is sent comes ready from its source.  The only file of
the demo that touches private names of aiortc 1.16 (`_handle_rtp_data`, `_handle_rtcp_data`, `_send_rtp`,
`_next_encoded_frame`, `_send_keyframe`, the classes its modules look up); tests/demo/test_ears.py holds them to it.
"""

import asyncio
import random
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType

import aioice
from aioice.stun import TransactionError
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCCertificate,
    RTCConfiguration,
    RTCDtlsTransport,
    RTCIceTransport,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpSender,
    rtcicetransport,
    rtcpeerconnection,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcrtpparameters import RTCRtpCodecParameters, RTCRtpReceiveParameters
from aiortc.rtcrtpsender import RTCEncodedFrame
from aiortc.rtp import RtcpPacket, RtcpReceiverInfo, RtcpRrPacket, RtcpSrPacket, clamp_packets_lost
from aiortc.sdp import SessionDescription
from av.frame import Frame

from .counts import Slot
from .sealed import Seal

CLOCKS = {"audio": 48_000, "video": 90_000}
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
LOOPBACK = "127.0.0.1"
CONSENT = 5.0  # seconds between two requests


@dataclass(frozen=True, slots=True)
class Encoded:
    """One frame: RTP payloads, the RTP timestamp, for sound the level in dBov (−127…0)."""

    payloads: list[bytes]
    timestamp: int
    level: int | None


class Source(MediaStreamTrack):
    """What sends.  As it stands it never has anything: the screen, or a camera in a run without pictures."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self.seal = Seal()  # what it sends is closed with it, frame by frame

    async def recv(self) -> Frame:
        raise MediaStreamError  # nobody asks: Mouth takes what is encoded already

    async def next(self) -> Encoded:
        await asyncio.Event().wait()
        raise MediaStreamError

    def want_key(self) -> None:
        """The far end asks for a whole picture."""


class Mouth(RTCRtpSender):
    async def _next_encoded_frame(self, codec: RTCRtpCodecParameters) -> RTCEncodedFrame | None:
        source = self.track
        if not isinstance(source, Source):
            raise MediaStreamError
        ready = await source.next()
        return RTCEncodedFrame(ready.payloads, ready.timestamp, ready.level)  # type: ignore[arg-type]

    def _send_keyframe(self) -> None:
        if isinstance(self.track, Source):
            self.track.want_key()


class Deaf(RTCRtpReceiver):
    """Starts no decoder; its packets are counted by the line they come on."""

    def __init__(self, kind: str, transport: RTCDtlsTransport) -> None:
        super().__init__("audio", transport)  # whatever it is: "video" would set up estimators that nobody asks

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        return


class Line(RTCDtlsTransport):
    """The one transport of a connection: counts what each receive slot gets."""

    def __init__(self, transport: RTCIceTransport, certificates: list[RTCCertificate]) -> None:
        super().__init__(transport, certificates)
        self.slots: dict[str, Slot] = {}
        self.first = asyncio.Event()  # the first media packet has come
        self.overhear: Callable[[bytes], None] | None = None  # every frame of sound, opened
        self.seal = Seal()
        self._by_ssrc: dict[int, Slot] = {}
        self._resends: set[int] = set()  # SSRCs of RTX (RFC 4588)
        self._senders_reports: dict[int, tuple[int, float]] = {}  # SSRC: middle of NTP time, when it came
        self._mid_id = 0
        self._now = asyncio.get_running_loop().time

    def learn(self, answer: str) -> None:
        """Which SSRC fills which slot, from the answer (RFC 5576); those not told are found by their mid."""
        description = SessionDescription.parse(answer)
        for media in description.media:
            if media.direction not in ("sendonly", "sendrecv"):
                continue
            slot = self.slots.setdefault(media.rtp.muxId, Slot(CLOCKS[media.kind]))
            pairs = [group.items for group in media.ssrc_group if group.semantic == "FID"]
            resent = {int(items[1]) for items in pairs}
            self._resends |= resent
            self._by_ssrc |= {described.ssrc: slot for described in media.ssrc if described.ssrc not in resent}
            self._mid_id = next((e.id for e in media.rtp.headerExtensions if e.uri == MID), self._mid_id)

    async def _handle_rtp_data(self, data: bytes, arrival_time_ms: int) -> None:
        sequence, timestamp, ssrc = struct.unpack_from("!HLL", data, 2)
        slot = self._by_ssrc.get(ssrc) or self._find(ssrc, data)
        if slot is not None:
            slot.take(sequence, timestamp, len(data), self._now())
            self.first.set()
            if self.overhear is not None and slot.clock == CLOCKS["audio"]:
                self.overhear(self.seal.open("audio", payload_of(data)))

    def _find(self, ssrc: int, data: bytes) -> Slot | None:
        if ssrc in self._resends:
            return None
        slot = self.slots.get(extension(data, self._mid_id).decode("ascii", "replace"))
        if slot is not None:
            self._by_ssrc[ssrc] = slot
        return slot

    async def _handle_rtcp_data(self, data: bytes) -> None:
        for packet in RtcpPacket.parse(data):
            if isinstance(packet, RtcpSrPacket):
                self._senders_reports[packet.ssrc] = (packet.sender_info.ntp_timestamp >> 16 & 0xFFFFFFFF, self._now())
        await super()._handle_rtcp_data(data)

    async def report(self, ssrc: int) -> None:
        """Sends one receiver report (RFC 3550 section 6.4.2) on all that is heard, in the name of `ssrc`."""
        blocks = [self._block(of, slot) for of, slot in self._by_ssrc.items() if slot.received]
        if blocks and self.state == "connected":
            await self._send_rtp(bytes(RtcpRrPacket(ssrc=ssrc, reports=blocks[:31])))

    def _block(self, ssrc: int, slot: Slot) -> RtcpReceiverInfo:
        middle, came = self._senders_reports.get(ssrc, (0, self._now()))
        return RtcpReceiverInfo(
            ssrc=ssrc,
            fraction_lost=min(255, slot.fraction_lost()),
            packets_lost=clamp_packets_lost(slot.lost),
            highest_sequence=slot.highest & 0xFFFFFFFF,
            jitter=int(slot.jitter) & 0xFFFFFFFF,
            lsr=middle,
            dlsr=int((self._now() - came) * 65536) & 0xFFFFFFFF if middle else 0,
        )


def payload_of(packet: bytes) -> bytes:
    """What stands after the header and its extension (RFC 3550 section 5.3.1)."""
    at = 12 + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        at += 4 + 4 * int.from_bytes(packet[at + 2 : at + 4], "big")
    return packet[at:]


def extension(packet: bytes, wanted: int) -> bytes:
    """The value of header extension `wanted` in its one-byte form (RFC 8285 section 4.2), or b""."""
    at = 12 + 4 * (packet[0] & 0x0F)
    if not packet[0] & 0x10 or packet[at : at + 2] != b"\xbe\xde":
        return b""
    end = at + 4 + 4 * int.from_bytes(packet[at + 2 : at + 4], "big")
    at += 4
    while at < min(end, len(packet)):
        number, length = packet[at] >> 4, (packet[at] & 0x0F) + 1
        if number == wanted:
            return packet[at + 1 : at + 1 + length]
        at += 1 + length if number else 1
    return b""


class Patient(aioice.Connection):
    """Consent to send lasts thirty seconds (RFC 7675 section 5.1) and is asked for again within them.

    aioice gives each answer half a second; a process that plays a hundred members on a busy machine reads some later.
    """

    async def query_consent(self) -> None:
        while True:
            await asyncio.sleep(CONSENT * random.uniform(0.8, 1.2))  # noqa: S311 — the spread RFC 7675 asks for
            for pair in self._nominated.values():
                request = self.build_request(pair, nominate=False)
                key = (self.remote_password or "").encode()
                try:
                    await pair.protocol.request(request, pair.remote_addr, integrity_key=key)
                except TransactionError:
                    self._query_consent_task = None
                    return await self.close()


class Loopback(Patient):
    """aioice leaves 127.0.0.1 out, but a server on the same machine may have no other address."""

    async def get_component_candidates(
        self,
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109 — aioice's
    ) -> list[aioice.Candidate]:
        return await super().get_component_candidates(component, [LOOPBACK], timeout)


@contextmanager
def _using(parts: Mapping[tuple[ModuleType, str], type]) -> Iterator[None]:
    """While it lasts aiortc builds with our `parts`.  Nothing may be awaited inside, or others would too."""
    stock = {(module, name): getattr(module, name) for module, name in parts}
    for (module, name), part in parts.items():
        setattr(module, name, part)
    try:
        yield
    finally:
        for (module, name), part in stock.items():
            setattr(module, name, part)


def connection(sources: Sequence[Source], slots: Sequence[str], loopback: bool) -> tuple[RTCPeerConnection, Line]:
    """A connection that sends `sources` and receives `slots` ("audio" or "video"), its m-lines in that order."""
    parts: dict[tuple[ModuleType, str], type] = {
        (rtcpeerconnection, "RTCRtpSender"): Mouth,
        (rtcpeerconnection, "RTCRtpReceiver"): Deaf,
        (rtcpeerconnection, "RTCDtlsTransport"): Line,
        (rtcicetransport, "Connection"): Loopback if loopback else Patient,
    }
    with _using(parts):
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        lines = [peer.addTransceiver(source, direction="sendonly") for source in sources]
        lines += [peer.addTransceiver(kind, direction="recvonly") for kind in slots]
    for transceiver in lines:
        wanted = ("audio/opus",) if transceiver.kind == "audio" else ("video/VP8", "video/rtx")
        codecs = RTCRtpSender.getCapabilities(transceiver.kind).codecs
        transceiver.setCodecPreferences([codec for codec in codecs if codec.mimeType in wanted])
    transport = lines[0].receiver.transport
    assert isinstance(transport, Line)
    return peer, transport
