"""One connection of one member: DTLS, the answer, what it sends (tracks) and what it receives (slots)."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from aiortc.rtcdtlstransport import RTCCertificate

from . import rtcp, rtp, sdp
from .bandwidth import CAMERA_BITS, LEAST, SCREEN_BITS, SEEN_BITS, SMALL_BITS, UNSEEN_BITS, Ceiling, Rate
from .downlink import Downlink
from .fanout import Way
from .icelite import Address, credentials, probe
from .mux import Mux
from .past import PeerPast, StreamPast
from .paths import Paths
from .seam import Dtls, HandshakeFailed, Keys, Opener, Sealer, SrtpRefused, fingerprint
from .slots import CNAME, PictureSlot, slot
from .up import Source, Track

log = logging.getLogger(__name__)

ASSUMED_RTT = 0.03  # s, until a receiver report tells
LONGEST_RTT = 0.25  # s: who is busy or far away is still asked, and answered, four times a second
FRESH = 1 << 16  # 1/65536 s between our report and its echo: later, it says nothing of now
STALE = 10.0  # s: a longer trip is a clock that leapt
KEPT_FOR = 4096  # packets of a stream until its newest index is kept anew: far less than half a round of 65,536
SPEAKERS = 8
PING_EVERY = 1.0  # s between two questions how far away he is
UNANSWERED = 0.6  # s after which a question is taken for lost
PROBE_APART = 0.1  # s between two questions whether a client is where his packets come from
STREAMS = 16  # SSRCs learnt per peer; a client that shows more is not one of ours


class Peer:
    """`changed` is called when the peer becomes able to hear and be heard, `closed` when the client hung up."""

    def __init__(
        self, mux: Mux, own: RTCCertificate, name: str, owner: str, offer: sdp.Offer, now: float,
        changed: Callable[[], None], closed: Callable[["Peer"], None],
        keep_soon: Callable[[], None], chance: Random, past: PeerPast | None = None,
    ) -> None:  # fmt: skip
        """`keep_soon` is called when `keep` must be; `chance` spreads work over time; `past`: of the same connection in
        another process."""
        self.name, self.owner, self.offer = name, owner, offer
        self.ice = past.ice if past else credentials()
        self.paths = Paths(past.address if past else None)
        self.heard = self.named = now
        self.rtt = ASSUMED_RTT
        self.ready = False
        self.remb, self.lost = 0, 0  # bit/s and 1/256, as the client last told
        self.received_bytes = 0  # UDP payload of media
        self.ceiling, self._up_rate, self._shown_rate = Ceiling(now), Rate(), Rate()
        self._answered_sr: dict[int, int] = {}  # by slot: of which of our reports the trip is known
        self._pinged, self._awaits = float("-inf"), False
        self.forged = self.unsealed = self.malformed = self.unknown = 0
        self.told: dict[str, str] = {}  # mid -> owner, as last announced
        self.fed: dict[str, Any] = {}  # what else was last announced (sfu.Scene)
        self.others = 0  # pictures there are beside his own
        self.sees_screen: str | None = None  # whose screen his main picture is
        self._mux, self._own, self._changed, self._closed = mux, own, changed, closed
        self._dtls = None if past else Dtls(own, self._send_plain, partial(closed, self))
        self._starting: asyncio.Task[None] | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._opener: Opener | None = None
        self._sealer: Sealer | None = None
        self._way: Way | None = None  # to where we answer
        self._keys: Keys | None = None
        self._kept: PeerPast | None = None
        self._keep_soon, self._pressed = keep_soon, False
        self._taken = self._looked_at = 0  # packets of his streams: all, and when their indices were last compared
        self._report_at = now
        self._chance = chance
        self.turn = chance.randrange(64)  # when it is looked at, so that not all are at once
        self._lay_out(offer, past)
        self._reporters = past.reporters if past else ()
        self._ssrc = self._reporter()
        self.downlink = Downlink(self.slots, now, past is not None)
        mux.add(self)
        for ssrc in self._streams:
            mux.know(self, ssrc)
        self._probed = float("-inf")
        self._speakers: set[bytes] = set()  # SSRCs under which the client sends RTCP
        if past:
            self._carry_on(past)

    def _lay_out(self, offer: sdp.Offer, past: PeerPast | None) -> None:
        sends = [line for line in offer.lines if line.sends]
        self._lines = {line.mid: line for line in sends}
        self._mid_id = next((line.mid_id for line in sends if line.mid_id), 0)
        self._stamp_id = next((line.stamp_id for line in sends if line.stamp_id), 0)
        ids = ((x.mid_id, x.level_id, x.stamp_id, x.rid_id, x.repaired_id) for x in sends)
        self._wanted = frozenset(one for each in ids for one in each if one)
        self.sources = {line.mid: Source(self, line, self._mux.fan) for line in sends}
        self.microphone, self.camera, self.screen = self.sources.values()
        self.tracks = tuple(track for source in self.sources.values() for track in source.tracks)
        before = past.slots if past else {}
        self.slots = tuple(slot(self, line, before.get(line.mid)) for line in offer.lines if not line.sends)
        self.voices = tuple(s for s in self.slots if s.kind == "audio")
        self.main, *thumbnails = (s for s in self.slots if isinstance(s, PictureSlot))
        self.thumbnails = tuple(thumbnails)
        self._slot_of = {s.ssrc: s for s in self.slots}
        self._streams: dict[int, tuple[Track, bool]] = {}  # SSRC -> its track, and whether it is the RTX stream
        for line in sends:
            for ssrc, again in ((line.ssrc, False), (line.rtx_ssrc, True)):
                if ssrc:
                    self._streams[ssrc] = (self.sources[line.mid].tracks[0], again)

    # -- from one process to the next ---------------------------------------------------------------------------

    def _reporter(self) -> int:
        """An SSRC for our RTCP that these keys have not seen: its SRTCP index begins anew and can meet no old one."""
        used = {*self._reporters, *(s.ssrc for s in self.slots), *(s.rtx_ssrc for s in self.slots)}
        ssrc = next(n for n in iter(lambda: secrets.randbits(32), None) if n not in used)
        self._reporters = (*self._reporters, ssrc)
        return ssrc

    def _carry_on(self, past: PeerPast) -> None:
        for ssrc, stream in past.streams.items():
            source = self.sources[stream.mid]
            track = source.names.get(stream.rid, source.tracks[0])
            self._streams[ssrc] = (track, stream.again)
            self._mux.know(self, ssrc)
            if stream.again:
                track.rtx_newest = stream.newest
            else:
                track.ssrc, track.origin = ssrc, stream.newest
        self._mux.place(self, past.address)
        following = {s.ssrc: s.index for s in past.slots.values()} | {s.rtx_ssrc: s.rtx for s in past.slots.values()}
        self._keys = past.keys
        self._opener = Opener(past.keys, {ssrc: stream.newest for ssrc, stream in past.streams.items()})
        self._sealer = Sealer(past.keys, following)
        self.ready = True
        self._find_way()

    @property
    def changed_past(self) -> bool:
        """What was kept holds no more: another path, another stream, indices used up."""
        kept = self._kept
        if kept is None or self._pressed or kept.address != self.paths.current or kept.owner != self.owner:
            return True
        if self._taken == self._looked_at:
            return False  # most of us only listen
        self._looked_at = self._taken
        return any(
            ssrc not in kept.streams or newest.newest - kept.streams[ssrc].newest > KEPT_FOR
            for ssrc, newest in self._newest().items()
        )

    def _newest(self) -> dict[int, StreamPast]:
        return {
            ssrc: StreamPast(track.mid, again, newest, self._rid(track))
            for ssrc, (track, again) in self._streams.items()
            if (again or ssrc == track.ssrc) and (newest := track.newest(again)) is not None
        }

    def _rid(self, track: Track) -> str:
        rids = self.sources[track.mid].rids
        return rids[track.size] if rids else ""

    def keep(self) -> PeerPast:
        """What carries this connection on elsewhere; to be written before anything more is sent."""
        if self._keys is None or self.paths.current is None:
            raise ValueError("nothing is agreed yet")
        self._pressed = False
        self._kept = PeerPast(
            self.name, self.owner, self.offer, self.ice, self.paths.current, self._keys, self._reporters,
            {s.mid: s.keep() for s in self.slots}, self._newest(),
        )  # fmt: skip
        return self._kept

    def unbounded(self) -> None:
        for one in self.slots:
            one.unbounded()

    # -- the way up ---------------------------------------------------------------------------------------------

    def answer(self, addresses: tuple[str, ...]) -> str:
        ssrcs = {s.mid: (s.ssrc, s.rtx_ssrc) for s in self.slots}
        own = sdp.Own(self.ice, fingerprint(self._own), addresses, self._mux.port, ssrcs, self._mux.streams.open)
        return sdp.answer(self.offer, own)

    def start(self) -> None:
        self._starting = asyncio.get_running_loop().create_task(self._start())

    async def _start(self) -> None:
        if self._dtls is None:
            return
        try:
            self.use(await self._dtls.start(self.offer.fingerprints))
        except HandshakeFailed as failed:
            log.info("A peer's handshake failed: %s.", failed)
            self._closed(self)

    def use(self, keys: Keys) -> None:
        """SRTP is agreed."""
        self._keys, self._opener, self._sealer = keys, Opener(keys), Sealer(keys)
        self.ready = True
        self._find_way()
        self._changed()

    def _find_way(self) -> None:
        """The way to the client by the keys and the path of now."""
        address, sealer = self.paths.current, self._sealer
        if self._way is not None and (self._way.sealer, self._way.address) == (sealer, address):
            return
        self._settle()
        self._way = None if sealer is None or address is None else self._mux.way(sealer, address)
        for one in self.slots:
            one.way = self._way

    def _settle(self) -> None:
        """What went by the way of the many counts like the rest."""
        if self._way is not None:
            self.downlink.sent_bytes += self._way.sent
            self.unsealed += self._way.refused
            self._way.sent = self._way.refused = 0

    def close(self) -> None:
        """Hang up and let go of the keys.  The goodbye is sent as soon as the loop turns."""
        self._mux.remove(self)
        self.ready = False
        self._settle()
        self._opener = self._way = self._sealer = self._keys = self._kept = None
        for track in self.tracks:
            track.listeners = ()
        for one in self.slots:
            one.take(None, None)
            one.way = None
        if self._starting is not None:
            self._starting.cancel()
        if self._dtls is not None:
            self._stopping = asyncio.get_running_loop().create_task(self._dtls.stop())

    # -- from the mux -------------------------------------------------------------------------------------------

    def checked(self, source: Address, nominated: bool, now: float) -> None:
        self.heard = now
        self.paths.checked(source, nominated, self.ready, now)
        self._find_way()

    def dtls(self, datagram: bytes) -> None:
        if self._dtls is not None:  # what was agreed with another process has no DTLS here, nor needs it
            self._dtls.feed(datagram)

    def media(self, datagram: bytes, source: Address, now: float) -> None:
        if self._authentic(datagram, now):
            self.received_bytes += len(datagram)
            if source == self.paths.current:
                self.paths.last = now
            else:
                self.paths.heard(source, now)
                self._find_way()

    def strayed(self, datagram: bytes, source: Address, now: float) -> None:
        """A router gave the client another port, say.  He is heard at once, and followed when he answers from there."""
        if self._authentic(datagram, now) and self.offer.ice.password and now - self._probed >= PROBE_APART:
            self._probed = self._pinged = now
            self._awaits = True
            self._mux.probe(self, probe(source, self.ice, self.offer.ice))

    def _authentic(self, datagram: bytes, now: float) -> bool:
        """Take the packet.  False when it is not of this client, or was here before."""
        if self._opener is None:
            return False
        try:
            if rtp.is_rtcp(datagram):
                self._control(self._opener.open_rtcp(datagram), now)
            else:
                self._stream(self._opener.open(datagram), now)
        except SrtpRefused:
            self.forged += 1
            return False
        except rtp.Malformed:
            self.malformed += 1
        return True

    def answered(self, now: float) -> None:
        """Our STUN check came back, that of PING_EVERY or one of a new address."""
        self._took(now - self._pinged, now)
        self._awaits = False

    def _took(self, trip: float, now: float) -> None:
        """A round trip: of it, what waited on the way up does not say that the way down is full."""
        if 0 <= trip < STALE:
            self.downlink.budget.trip(max(0.0, trip - self.ceiling.queue), now)
            self.rtt += (min(trip, LONGEST_RTT) - self.rtt) / 4

    def _stream(self, packet: bytes, now: float) -> None:
        self.heard = now
        self._taken += 1
        header = rtp.parse(packet, self._wanted)
        if (stamp := header.extensions.get(self._stamp_id)) is not None and len(stamp) == 3:
            self.ceiling.arrived(int.from_bytes(stamp), rtp.abs_send_time(now), now)
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
        again = header.payload_type == line.rtx
        rid = header.extensions.get(line.repaired_id if again else line.rid_id, b"").decode("ascii", "replace")
        source = self.sources[line.mid]
        track = source.names.get(rid) if line.rids else source.tracks[0]
        if track is None:
            return None, False
        if not again:
            track.restart(header.ssrc)
        self._streams[header.ssrc] = (track, again)
        self._mux.know(self, header.ssrc)
        return track, again

    def _control(self, compound: bytes, now: float) -> None:
        self.heard = now
        if len(self._speakers) < SPEAKERS and (speaker := compound[4:8]) not in self._speakers:
            self._speakers.add(speaker)
            self._mux.know(self, int.from_bytes(speaker))
        for message in rtcp.parse(compound):
            _HANDLERS[type(message)](self, message, now)

    def _reported(self, report: rtcp.Report, now: float) -> None:
        if report.ssrc not in self._slot_of:
            return
        self.lost = report.lost
        self.downlink.reported(report)
        if report.last_sr and report.delay < FRESH and self._answered_sr.get(report.ssrc) != report.last_sr:
            self._answered_sr[report.ssrc] = report.last_sr  # told again it is of before
            middle = rtcp.ntp(now) >> 16 & 0xFFFFFFFF
            self._took((middle - report.last_sr - report.delay & 0xFFFFFFFF) / 65536, now)

    def _their_report(self, info: rtcp.SenderInfo, now: float) -> None:
        found = self._streams.get(info.ssrc)
        if found is not None and found[0].counts is not None:
            found[0].counts.sr, found[0].counts.sr_at = info.middle, now

    def _asked_again(self, nack: rtcp.Nack, now: float) -> None:
        lacking = self._slot_of.get(nack.ssrc)
        if lacking is not None:
            for sequence in nack.sequences:
                lacking.resend(sequence, now)

    def _wants_key_frame(self, request: rtcp.KeyFrameRequest, now: float) -> None:
        lacking = self._slot_of.get(request.ssrc)
        if isinstance(lacking, PictureSlot):
            lacking.refresh(now)

    def _estimated(self, remb: rtcp.Remb, now: float) -> None:
        self.remb = remb.bits
        self.downlink.budget.estimated(remb.bits, now)

    def _ignored(self, message: Any, now: float) -> None:
        """A goodbye of one stream: tracks and slots are fixed, nothing follows from it."""

    # -- the way down -------------------------------------------------------------------------------------------

    def send(self, head: bytes, body: bytes) -> bytes:
        sealer, address = self._sealer, self.paths.current
        if sealer is None or address is None:
            return b""
        try:
            wire = sealer.seal(head, body)
        except SrtpRefused:
            self.unsealed += 1
            return b""
        self._mux.send(wire, address)
        self.downlink.sent_bytes += len(wire)
        return wire

    def send_again(self, wire: bytes) -> None:
        self._send_plain(wire)

    def lacks(self, now: float) -> None:
        self.downlink.asked += 1

    def spent(self) -> None:
        if not self._pressed:
            self._pressed = True
            self._keep_soon()

    def may_resend(self, kind: str, now: float) -> bool:
        return self.downlink.resends[kind].take(now)

    def _send_plain(self, datagram: bytes) -> None:
        if self.paths.current is not None:
            self._mux.send(datagram, self.paths.current)
            self.downlink.sent_bytes += len(datagram)

    def _send_rtcp(self, compound: bytes) -> None:
        if self._sealer is not None:
            self._send_plain(self._sealer.seal_rtcp(compound))

    def narrow(self, now: float) -> bool:
        return self.downlink.narrow(now)

    # -- by the clock -------------------------------------------------------------------------------------------

    def look(self, now: float) -> None:
        """To be called every bandwidth.EVERY: how much comes, how much fits, each way."""
        for track in self.tracks:
            if track.kind == "video" and track.counts is not None:
                track.measure(now)
        self._shown_rate.note(sum(track.octets for track in self.tracks), now)
        if self.ceiling.look(self._up_rate.note(self.received_bytes, now), now):
            self._report_at = now  # at once
        self._settle()
        self.downlink.allot(now)
        if self.ready and self.offer.ice.password and self.paths.current is not None:
            self._ping(self.paths.current, now)

    def _ping(self, address: Address, now: float) -> None:
        """How far is he?  Asked each second; while packets are lost, as soon as the last answer has come."""
        soon = self.downlink.budget.curious(now) and not (self._awaits and now - self._pinged < UNANSWERED)
        if soon or now - self._pinged >= PING_EVERY:
            self._pinged, self._awaits = now, True
            self._mux.probe(self, probe(address, self.ice, self.offer.ice))

    def ask(self, now: float) -> None:
        """Ask the client for what is missing: packets and key frames; and send him what waited."""
        self.downlink.release(now)
        for track in self.tracks:
            if track.gaps and track.repairs:
                missing = track.gaps.due(now, self.rtt)
                if missing:
                    self._send_rtcp(rtcp.nack(self._ssrc, track.ssrc, [index & 0xFFFF for index in missing]))
            if track.keys.wanted and track.ssrc and track.allowed and track.keys.due(now):
                self._send_rtcp(rtcp.picture_loss(self._ssrc, track.ssrc))

    def report(self, now: float) -> None:
        """Sender and receiver reports and the ceiling, every 0.4–0.8 s (RFC 3550 section 6.2 asks for the jitter).

        To who speaks every 0.3 s.  A page that hears nothing for a second looks for another way
        (web/src/media/quiet.ts).
        """
        if now < self._report_at or not self.ready:
            return
        speaks = self.microphone.live(now)
        self._report_at = now + (0.25 if speaks else 0.4) + self._chance.randrange(100 if speaks else 400) / 1000
        tracks = [t for t in self.tracks if t.counts is not None and t.gaps is not None]
        blocks = [t.counts.report(t.ssrc, t.gaps.newest, now) for t in tracks if t.counts and t.gaps is not None]
        parts = [rtcp.receiver_report(self._ssrc, blocks), rtcp.description(self._ssrc, CNAME)]
        ntp_time = rtcp.ntp(now)
        parts += [s.report(ntp_time, now) for s in self.slots]
        if tracks:
            bits = min(self._wanted_bits(), self._room_for_pictures())
            parts.append(rtcp.remb(self._ssrc, bits, tuple(t.ssrc for t in tracks)))
        self._send_rtcp(b"".join(parts))

    def _room_for_pictures(self) -> int:
        """A browser that is told a limit by REMB keeps to it with its pictures; the sound comes on top."""
        beside = max(0.0, self._up_rate.bits - self._shown_rate.bits)
        return round(max(LEAST, self.ceiling.bits - beside))

    def _wanted_bits(self) -> int:
        """What he should send at most.  Of a camera in two sizes the unwatched one is switched off instead: a sender
        that was once told little would take half a minute to send more (8 % a second)."""
        if self.screen.allowed:
            return SCREEN_BITS + CAMERA_BITS
        if self.camera.rids:
            return CAMERA_BITS
        seen = [s for s in self.camera.tracks[0].listeners if isinstance(s, PictureSlot) and not s.paused]
        return SEEN_BITS if any(s.mid == sdp.MAIN for s in seen) else SMALL_BITS if seen else UNSEEN_BITS

    def stats(self) -> dict[str, Any]:
        self._settle()
        return {
            "owner": self.owner, "ready": self.ready, "rtt": round(self.rtt, 4), "moves": self.paths.moves,
            "lost": self.lost, "remb": self.remb, **self.downlink.stats(), "received_bytes": self.received_bytes,
            "ceiling": round(self.ceiling.bits), "queue_up": round(self.ceiling.queue, 3),
            "forged": self.forged, "unsealed": self.unsealed, "malformed": self.malformed, "unknown": self.unknown,
            "tracks": {t.mid + self._rid(t): t.stats() for t in self.tracks},
            "sends": {mid: list(source.sends) for mid, source in self.sources.items() if source.rids},
            "slots": {s.mid: s.stats() for s in self.slots},
        }  # fmt: skip


_HANDLERS: dict[type, Callable[[Peer, Any, float], None]] = {
    rtcp.Report: Peer._reported,
    rtcp.SenderInfo: Peer._their_report,
    rtcp.Nack: Peer._asked_again,
    rtcp.KeyFrameRequest: Peer._wants_key_frame,
    rtcp.Remb: Peer._estimated,
    rtcp.Bye: Peer._ignored,
}
