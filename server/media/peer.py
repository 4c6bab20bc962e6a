"""One connection of one member: DTLS, the answer, what it sends (tracks) and what it receives (slots)."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from aiortc.rtcdtlstransport import RTCCertificate

from . import rtcp, rtp, sdp
from .bandwidth import PUBLISHER_BITS
from .cache import Bucket
from .icelite import Address, credentials
from .mux import Mux
from .seam import Dtls, HandshakeFailed, Keys, Opener, Sealer, SrtpRefused, fingerprint
from .slots import CNAME, slot
from .up import Track

log = logging.getLogger(__name__)

ASSUMED_RTT = 0.03  # s, until a receiver report tells
LONGEST_RTT = 0.25  # s: who is busy or far away is still asked, and answered, four times a second
STALE = 10.0  # s: a longer trip is a clock that leapt
RESENDS = 200.0  # packets per second that one listener may ask for again
STREAMS = 16  # SSRCs learnt per peer; a client that shows more is not one of ours


class Peer:
    """`changed` is called when the peer becomes able to hear and be heard, `closed` when the client hung up."""

    def __init__(
        self, mux: Mux, own: RTCCertificate, name: str, owner: str, offer: sdp.Offer, now: float,
        changed: Callable[[], None], closed: Callable[["Peer"], None],
    ) -> None:  # fmt: skip
        self.name, self.owner, self.offer = name, owner, offer
        self.ice = credentials()
        self.address: Address | None = None
        self.heard = self.named = now
        self.rtt = ASSUMED_RTT
        self.ready = False
        self.remb, self.lost = 0, 0  # bit/s and 1/256, as the client last told
        self.forged = self.unsealed = self.malformed = self.unknown = 0
        self.told: dict[str, str] = {}  # mid -> owner, as last announced
        self._mux, self._own, self._changed, self._closed = mux, own, changed, closed
        self._dtls = Dtls(own, self._send_plain, partial(closed, self))
        self._starting: asyncio.Task[None] | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._opener: Opener | None = None
        self._sealer: Sealer | None = None
        self._ssrc = secrets.randbits(32)  # of our own RTCP
        self._again = Bucket(RESENDS, RESENDS)
        self._report_at = now
        self._lay_out(offer)
        mux.add(self)

    def _lay_out(self, offer: sdp.Offer) -> None:
        sends = [line for line in offer.lines if line.sends]
        self._lines = {line.mid: line for line in sends}
        self._mid_id = next((line.mid_id for line in sends if line.mid_id), 0)
        self._wanted = frozenset(i for line in sends for i in (line.mid_id, line.level_id) if i)
        self.tracks = {line.mid: Track(self, line) for line in sends}
        self.slots = tuple(slot(self, line) for line in offer.lines if not line.sends)
        self.voices = tuple(s for s in self.slots if s.kind == "audio")
        self.main, *thumbnails = (s for s in self.slots if s.kind == "video")
        self.thumbnails = tuple(thumbnails)
        self._slot_of = {s.ssrc: s for s in self.slots}
        self._streams: dict[int, tuple[Track, bool]] = {}  # SSRC -> its track, and whether it is the RTX stream
        for line in sends:
            for ssrc, again in ((line.ssrc, False), (line.rtx_ssrc, True)):
                if ssrc:
                    self._streams[ssrc] = (self.tracks[line.mid], again)

    # -- the way up ---------------------------------------------------------------------------------------------

    def answer(self, addresses: tuple[str, ...]) -> str:
        ssrcs = {s.mid: (s.ssrc, s.rtx_ssrc) for s in self.slots}
        own = sdp.Own(self.ice, fingerprint(self._own), addresses, self._mux.port, ssrcs)
        return sdp.answer(self.offer, own)

    def start(self) -> None:
        self._starting = asyncio.get_running_loop().create_task(self._start())

    async def _start(self) -> None:
        try:
            self.use(await self._dtls.start(self.offer.fingerprints))
        except HandshakeFailed as failed:
            log.info("A peer's handshake failed: %s.", failed)
            self._closed(self)

    def use(self, keys: Keys) -> None:
        """SRTP is agreed."""
        self._opener, self._sealer = Opener(keys), Sealer(keys)
        self.ready = True
        self._changed()

    def close(self) -> None:
        """Hang up and let go of the keys.  The goodbye is sent as soon as the loop turns."""
        self._mux.remove(self)
        self.ready = False
        self._opener = self._sealer = None
        for track in self.tracks.values():
            track.listeners = ()
        for one in self.slots:
            one.take(None, None)
        if self._starting is not None:
            self._starting.cancel()
        self._stopping = asyncio.get_running_loop().create_task(self._dtls.stop())

    # -- from the mux -------------------------------------------------------------------------------------------

    def checked(self, now: float) -> None:
        self.heard = now

    def dtls(self, datagram: bytes) -> None:
        self._dtls.feed(datagram)

    def media(self, datagram: bytes, now: float) -> None:
        if self._opener is None:
            return
        try:
            if rtp.is_rtcp(datagram):
                self._control(self._opener.open_rtcp(datagram), now)
            else:
                self._stream(self._opener.open(datagram), now)
        except SrtpRefused:
            self.forged += 1
        except rtp.Malformed:
            self.malformed += 1

    def _stream(self, packet: bytes, now: float) -> None:
        self.heard = now
        header = rtp.parse(packet, self._wanted)
        track, again = self._streams.get(header.ssrc) or self._learn(header)
        if track is None:
            self.unknown += 1
        elif again:
            track.repair(header, now)
        else:
            track.arrive(header, now)

    def _learn(self, header: rtp.Header) -> tuple[Track | None, bool]:
        """An SSRC that the offer did not name, known by its mid (RFC 9143 section 9.2)."""
        mid = header.extensions.get(self._mid_id, b"").decode("ascii", "replace")
        line = self._lines.get(mid) or next(
            (x for x in self._lines.values() if x.kind == "audio" and x.payload == header.payload_type), None
        )
        if line is None or len(self._streams) >= STREAMS or header.payload_type not in (line.payload, line.rtx):
            return None, False
        track, again = self.tracks[line.mid], header.payload_type == line.rtx
        if not again:
            track.restart(header.ssrc)
        self._streams[header.ssrc] = (track, again)
        return track, again

    def _control(self, compound: bytes, now: float) -> None:
        self.heard = now
        for message in rtcp.parse(compound):
            _HANDLERS[type(message)](self, message, now)

    def _reported(self, report: rtcp.Report, now: float) -> None:
        if report.ssrc not in self._slot_of:
            return
        self.lost = report.lost
        if report.last_sr:
            trip = ((rtcp.ntp(now) >> 16 & 0xFFFFFFFF) - report.last_sr - report.delay & 0xFFFFFFFF) / 65536
            if trip < STALE:
                self.rtt += (min(trip, LONGEST_RTT) - self.rtt) / 4

    def _their_report(self, info: rtcp.SenderInfo, now: float) -> None:
        found = self._streams.get(info.ssrc)
        if found is not None and found[0].counts is not None:
            found[0].counts.sr, found[0].counts.sr_at = info.middle, now

    def _lacks(self, nack: rtcp.Nack, now: float) -> None:
        lacking = self._slot_of.get(nack.ssrc)
        if lacking is not None:
            for sequence in nack.sequences:
                lacking.resend(sequence, now)

    def _wants_key_frame(self, request: rtcp.KeyFrameRequest, now: float) -> None:
        lacking = self._slot_of.get(request.ssrc)
        if lacking is not None and lacking.source is not None:
            lacking.source.keys.want(now)

    def _estimated(self, remb: rtcp.Remb, now: float) -> None:
        self.remb = remb.bits

    def _ignored(self, message: Any, now: float) -> None:
        """A goodbye of one stream: tracks and slots are fixed, nothing follows from it."""

    # -- the way down -------------------------------------------------------------------------------------------

    def send(self, head: bytes, body: bytes) -> bytes:
        sealer, address = self._sealer, self.address
        if sealer is None or address is None:
            return b""
        try:
            wire = sealer.seal(head, body)
        except SrtpRefused:
            self.unsealed += 1
            return b""
        self._mux.send(wire, address)
        return wire

    def send_again(self, wire: bytes) -> None:
        self._send_plain(wire)

    def may_resend(self, now: float) -> bool:
        return self._again.take(now)

    def _send_plain(self, datagram: bytes) -> None:
        if self.address is not None:
            self._mux.send(datagram, self.address)

    def _send_rtcp(self, compound: bytes) -> None:
        if self._sealer is not None:
            self._send_plain(self._sealer.seal_rtcp(compound))

    # -- by the clock -------------------------------------------------------------------------------------------

    def ask(self, now: float) -> None:
        """Ask the client for what is missing: packets and key frames."""
        for track in self.tracks.values():
            if track.gaps and track.repairs:
                missing = track.gaps.due(now, self.rtt)
                if missing:
                    self._send_rtcp(rtcp.nack(self._ssrc, track.ssrc, [index & 0xFFFF for index in missing]))
            if track.keys.wanted and track.ssrc and track.allowed and track.keys.due(now):
                self._send_rtcp(rtcp.picture_loss(self._ssrc, track.ssrc))

    def report(self, now: float) -> None:
        """Sender and receiver reports and the ceiling, every 0.5–1 s (RFC 3550 section 6.2 asks for the jitter)."""
        if now < self._report_at or not self.ready:
            return
        self._report_at = now + 0.5 + secrets.randbelow(500) / 1000
        tracks = [t for t in self.tracks.values() if t.counts is not None and t.gaps is not None]
        blocks = [t.counts.report(t.ssrc, t.gaps.newest, now) for t in tracks if t.counts and t.gaps is not None]
        parts = [rtcp.receiver_report(self._ssrc, blocks), rtcp.description(self._ssrc, CNAME)]
        ntp_time = rtcp.ntp(now)
        parts += [s.report(ntp_time, now) for s in self.slots]
        if tracks:
            parts.append(rtcp.remb(self._ssrc, PUBLISHER_BITS, tuple(t.ssrc for t in tracks)))
        self._send_rtcp(b"".join(parts))

    def stats(self) -> dict[str, Any]:
        return {
            "owner": self.owner, "ready": self.ready, "rtt": round(self.rtt, 4), "lost": self.lost, "remb": self.remb,
            "forged": self.forged, "unsealed": self.unsealed, "malformed": self.malformed, "unknown": self.unknown,
            "tracks": {mid: t.stats() for mid, t in self.tracks.items()},
            "slots": {s.mid: s.stats() for s in self.slots},
        }  # fmt: skip


_HANDLERS: dict[type, Callable[[Peer, Any, float], None]] = {
    rtcp.Report: Peer._reported,
    rtcp.SenderInfo: Peer._their_report,
    rtcp.Nack: Peer._lacks,
    rtcp.KeyFrameRequest: Peer._wants_key_frame,
    rtcp.Remb: Peer._estimated,
    rtcp.Bye: Peer._ignored,
}
