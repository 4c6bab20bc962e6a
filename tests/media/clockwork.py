"""A meeting on a clock of its own: the real core of the worker with its real SRTP; lines and pages that are reckoned.

No socket, no process, no waiting: a minute of a meeting takes a few seconds, and a seed gives the same minute again.
"""

import heapq
import itertools
import random
import socket
import struct
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

from aioice import stun

from server.media import icelite, rtcp, rtp, sdp, seam
from server.media.mux import Mux
from server.media.sfu import TICK, Sfu
from server.media.stage import PeerStage, PlaceStage, Stage
from server.media.up import Counts, Gaps

HEADERS = 28  # bytes of IPv4 and UDP
TCP_HEADERS, AGAIN = 52, 0.2  # bytes of IPv4 and TCP; s until a segment is sent again, beside the way there and back
LEVEL, STAMP, MID, RID = 1, 2, 3, 4
OPUS, VP8, RTX = 111, 96, 97
SPEAKS = 30  # −dBov
FRAME = 1 / 15  # s
PACED = 500_000.0  # bit/s at which a browser sends the packets of one picture
PACKET = 1100  # bytes of a picture in one packet
REPORTS = {"audio": 5.0, "video": 1.0}  # s, as Chromium does
SSRCS = {"l": 10, "h": 11}
SIZES = {"l": (330, 2_000, (0, 1)), "h": (1_500, 9_000, (0, 2, 1, 2))}  # bytes: a picture, a key frame; layers in turn


class World:
    """What happens, in order.  `now` in s."""

    def __init__(self, seed: int) -> None:
        self.now, self.chance = 1000.0, random.Random(seed)
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self.pages: dict[Any, Page] = {}
        self.mux = _Port(self)
        self.sfu = Sfu(self.mux, ("10.0.0.1",), self._told, lambda: self.now, self.chance)
        self._tick()

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.now + seconds, next(self._count), do))

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self._due and self._due[0][0] <= end:
            self.now, _, do = heapq.heappop(self._due)
            do()
        self.now = end

    def follow(self, *names: str, main: str | None = None, speak: tuple[str, ...] = ()) -> None:
        peers = {name: PeerStage(name, "", name in speak, True) for name in names}
        self.sfu.follow("room", Stage(peers, {"": PlaceStage((), main)}))

    def _tick(self) -> None:
        self.sfu.tick()
        self.after(TICK, self._tick)

    def _told(self, room: str, peer: str, what: str, value: dict[str, Any]) -> None:
        if what == "feed":
            self.after(0.05, lambda: self.pages[peer].heed(value))


class _Port(Mux):
    """The worker's port, which leads into the lines of the pages."""

    def __init__(self, world: World) -> None:
        super().__init__(SimpleNamespace(family=socket.AF_INET), lambda: world.now)  # type: ignore[arg-type]
        self.fan = None
        self._world = world

    def send(self, datagram: bytes, address: icelite.Address) -> None:
        page = self._world.pages[address]
        page.down.pass_on(self._world, datagram, page.arrive)

    def arrive(self, datagram: bytes, source: icelite.Address) -> None:
        self._sort(datagram, source, self._world.now)


class Way:
    """One direction of a line: `rate` bit/s with a queue of `holds` s, then `delay` s; `loss` of 1 by chance."""

    def __init__(self, rate: float = 1e9, delay: float = 0.02, loss: float = 0.0, holds: float = 0.4) -> None:
        self.rate, self.delay, self.loss, self.holds = rate, delay, loss, holds
        self._free = 0.0
        self.waits: dict[str, list[float]] = defaultdict(list)  # s in the queue, by what it is
        self.overflowed = 0
        self.bytes = 0

    def queue(self, now: float) -> float:
        """s that what comes now must wait."""
        return max(0.0, self._free - now)

    def pass_on(self, world: World, datagram: bytes, to: Callable[[bytes], None]) -> None:
        wait = self.queue(world.now)
        if wait > self.holds:
            self.overflowed += 1
            return
        self._free = world.now + wait + (len(datagram) + HEADERS) * 8 / self.rate
        self.bytes += len(datagram) + HEADERS
        self.waits[_kind(datagram)].append(wait)
        if world.chance.random() >= self.loss:
            world.after(self._free - world.now + self.delay, lambda: to(datagram))


def _kind(datagram: bytes) -> str:
    if datagram[0] < 128 or rtp.is_rtcp(datagram):
        return "control"
    return "audio" if datagram[1] & 0x7F == OPUS else "video"


class Stream:
    """What a page receives under one SSRC."""

    def __init__(self, kind: str, first: int) -> None:
        self.kind, self.first = kind, first
        self.gaps, self.counts = Gaps(first), Counts(first, rtp.CLOCK[kind])
        self.came: list[float] = []  # when
        self.keys = 0

    @property
    def expected(self) -> int:
        return self.gaps.newest - self.first + 1


class Page:
    """One page.  `voice`: bytes of Opus every 20 ms; `estimates`: it sends REMB, as one with a camera does."""

    def __init__(
        self, world: World, name: str, up: Way | None = None, down: Way | None = None,
        voice: int = 0, camera: bool = False, estimates: bool = False,
    ) -> None:  # fmt: skip
        self.world, self.name, self.up, self.down = world, name, up or Way(), down or Way()
        self.voice, self.camera, self.address = voice, camera, (name, 1)
        self.streams: dict[int, Stream] = {}
        self.sends: tuple[str, ...] = ("l",) if camera else ()
        chance = world.chance
        theirs, ours = chance.randbytes(28), chance.randbytes(28)
        mine = seam.aes_gcm_keys(ours, theirs)
        self._opener, self._sealer = seam.Opener(mine), seam.Sealer(mine)
        self._ice = icelite.Credentials(name, f"password of {name}, long enough")
        world.pages[name] = world.pages[self.address] = self
        offer = sdp.read(_offer(self._ice, camera))
        self.peer = world.sfu.given("room", name, name, offer, seam.aes_gcm_keys(theirs, ours), self.address)
        self._sequence = {"voice": chance.randrange(1 << 15), "l": chance.randrange(1 << 15), "h": 7}
        self._picture = dict.fromkeys(SIZES, 0)
        self._keys = dict.fromkeys(SIZES, True)
        self._sr: dict[int, tuple[int, float]] = {}
        self._remb = Estimate() if estimates else None
        self._begin()

    def _begin(self) -> None:
        phase = self.world.chance.random
        self._every(0.02 * phase(), 0.02, self._ask)
        for kind, apart in REPORTS.items():
            self._every(apart * phase(), apart, partial(self._report, kind))
        if self.voice:
            self._every(0.02 * phase(), 0.02, self._speak)
        if self.camera:
            self._every(FRAME * phase(), FRAME, self._show)
        if self._remb is not None:
            self._every(0.25 * phase(), 0.25, self._estimate)

    def _every(self, first: float, apart: float, do: Callable[[], None]) -> None:
        def again() -> None:
            do()
            self.world.after(apart, again)

        self.world.after(first, again)

    def heed(self, feed: dict[str, Any]) -> None:
        """What the worker tells by the socket."""
        wanted = tuple(feed["send"].get("1", ())) if self.camera else ()
        for rid in set(wanted) - set(self.sends):
            self._keys[rid] = True
        self.sends = wanted
        if self.voice:
            self.voice = feed.get("voice", 32_000) // 400

    # -- out --------------------------------------------------------------------------------------------------------

    def _send(self, datagram: bytes) -> None:
        self.up.pass_on(self.world, datagram, lambda came: self.world.mux.arrive(came, self.address))

    def _rtp(self, payload: int, marker: int, name: str, ssrc: int, ticks: int, extensions: bytes, body: bytes) -> None:
        number = self._sequence[name] = self._sequence[name] + 1 & 0xFFFF
        stamp = bytes([STAMP << 4 | 2]) + rtp.abs_send_time(self.world.now).to_bytes(3, "big")
        extensions += stamp
        extensions += bytes(-len(extensions) % 4)
        head = struct.pack("!BBHLL", 0x90, marker | payload, number, ticks & rtp.MAX32, ssrc)
        head += struct.pack("!HH", rtp.ONE_BYTE, len(extensions) // 4)
        self._send(self._sealer.seal(head + extensions, body))

    def _speak(self) -> None:
        """As Opus does: a little more, a little less."""
        size = round(self.voice * self.world.chance.uniform(0.8, 1.2))
        level = bytes([LEVEL << 4, SPEAKS])
        self._rtp(OPUS, 0, "voice", 1, round(self.world.now * 48000), level, bytes([1]) * size)

    def _show(self) -> None:
        for rid in self.sends:
            self._frame(rid, *SIZES[rid])

    def _frame(self, rid: str, usual: int, whole: int, turns: tuple[int, ...]) -> None:
        """One picture in packets that leave one after the other."""
        key, self._keys[rid] = self._keys[rid], False
        number = self._picture[rid] = 0 if key else self._picture[rid] + 1
        left, wait = round((whole if key else usual) * self.world.chance.uniform(0.8, 1.2)), 0.0
        sizes = [PACKET] * (left // PACKET) + [left % PACKET + 1]
        for at, size in enumerate(sizes):
            tail = number & 0xFF, turns[number % len(turns)] << 6 | 0x20
            descriptor = struct.pack("!BBHBB", 0x80 if at else 0x90, 0xE0, 0x8000 | number & 0x7FFF, *tail)
            body = descriptor + bytes([0 if key and not at else 1]) + bytes(size)
            marker = 0x80 if at == len(sizes) - 1 else 0
            self.world.after(wait, partial(self._part, rid, marker, round(self.world.now * 90000), body))
            wait += size * 8 / PACED

    def _part(self, rid: str, marker: int, ticks: int, body: bytes) -> None:
        names = bytes([MID << 4, ord("1"), RID << 4, ord(rid)])
        self._rtp(VP8, marker, rid, SSRCS[rid], ticks, names, body)

    # -- in ---------------------------------------------------------------------------------------------------------

    def arrive(self, datagram: bytes) -> None:
        if icelite.is_stun(datagram):
            self._send(self._answer(datagram))
        elif rtp.is_rtcp(datagram):
            for message in rtcp.parse(self._opener.open_rtcp(datagram)):
                self._told(message)
        else:
            try:
                self._came(rtp.parse(self._opener.open(datagram), frozenset({STAMP})), len(datagram))
            except seam.SrtpRefused:
                return  # twice

    def _answer(self, datagram: bytes) -> bytes:
        reply = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, datagram[8:20])
        reply.attributes["XOR-MAPPED-ADDRESS"] = ("10.0.0.1", 9)
        reply.add_message_integrity(self._ice.password.encode())
        return bytes(reply)

    def _told(self, message: rtcp.Message) -> None:
        if isinstance(message, rtcp.SenderInfo):
            self._sr[message.ssrc] = message.middle, self.world.now
        if isinstance(message, rtcp.KeyFrameRequest):
            self._keys |= {rid: True for rid, ssrc in SSRCS.items() if ssrc == message.ssrc}

    def _came(self, header: rtp.Header, size: int) -> None:
        now, ssrc, sequence = self.world.now, header.ssrc, header.sequence
        again = header.payload_type == RTX
        if again:
            ssrc = next(slot.ssrc for slot in self.peer.slots if slot.rtx_ssrc == ssrc)
            sequence = int.from_bytes(header.payload[:2])
        if ssrc not in self.streams:
            self.streams[ssrc] = Stream("audio" if header.payload_type == OPUS else "video", sequence)
        stream = self.streams[ssrc]
        if not stream.gaps.accept(rtp.unwrap(sequence, stream.gaps.newest), now):
            return
        stream.counts.arrived(header.timestamp, now)
        stream.came.append(now)
        if self._remb is not None and stream.kind == "video":
            self._remb.arrived(int.from_bytes(header.extensions[STAMP]), size, now)

    def _ask(self) -> None:
        for ssrc, stream in self.streams.items():
            if missing := stream.gaps.due(self.world.now, 2 * self.down.delay):
                self._control(rtcp.nack(1, ssrc, [index & 0xFFFF for index in missing]))

    def _report(self, kind: str) -> None:
        blocks = []
        for ssrc, stream in self.streams.items():
            if stream.kind == kind:
                stream.counts.sr, stream.counts.sr_at = self._sr.get(ssrc, (0, 0.0))
                blocks.append(stream.counts.report(ssrc, stream.gaps.newest, self.world.now))
        if blocks:
            self._control(rtcp.receiver_report(1, blocks))

    def _estimate(self) -> None:
        if self._remb is not None and (bits := self._remb.look(self.world.now)):
            self._control(rtcp.remb(1, bits, tuple(ssrc for ssrc, s in self.streams.items() if s.kind == "video")))

    def _control(self, packet: bytes) -> None:
        self._send(self._sealer.seal_rtcp(packet))

    # -- what is asked afterwards -------------------------------------------------------------------------------------

    def heard(self) -> tuple[int, int]:
        """Packets of voices that were due, and of them those that never came."""
        voices = [stream for stream in self.streams.values() if stream.kind == "audio"]
        return sum(v.expected for v in voices), sum(v.expected - len(v.came) for v in voices)

    def resent(self) -> int:
        return sum(slot.resent for slot in self.peer.slots)


class Estimate:
    """A browser's REMB, roughly: down to 0.85 of what comes while pictures wait, else 8 % a second up."""

    def __init__(self) -> None:
        self.bits, self._at, self._bytes, self._least, self._waits = 0.0, 0.0, 0, float("inf"), 0.0

    def arrived(self, stamp: int, size: int, now: float) -> None:
        took = ((rtp.abs_send_time(now) - stamp) % (1 << 24)) / (1 << 18)
        self._least, self._waits = min(self._least, took), took
        self._bytes += size

    def look(self, now: float) -> int:
        passed, self._at = now - self._at, now
        came, self._bytes = self._bytes * 8 / passed, 0
        if self._waits - self._least > 0.06 and came:
            self.bits = 0.85 * came
        elif came:
            self.bits = max(self.bits * 1.08**passed, came * 1.5)
        self._waits = self._least if self._least < float("inf") else 0.0
        return round(self.bits)


class Socket:
    """The room's socket beside a page's media, on the same line: a segment that is lost is sent again, each time after
    twice as long (RFC 6298: it is known how long the way takes)."""

    def __init__(self, page: Page) -> None:
        self._page, self.took = page, list[float]()

    def ask(self, octets: int, answer: int) -> None:
        """A command of so many bytes; `took` when so many are there in answer."""
        began, world = self._page.world.now, self._page.world
        back = partial(self._carry, self._page.down, answer, lambda: self.took.append(world.now - began))
        self._carry(self._page.up, octets, back)

    def _carry(self, way: Way, octets: int, then: Callable[[], None]) -> None:
        arrived: list[bytes] = []

        def send(times: int = 1) -> None:
            if not arrived:
                patience = times * (way.queue(self._page.world.now) + AGAIN + 2 * way.delay)
                way.pass_on(self._page.world, bytes(octets + TCP_HEADERS - HEADERS), come)
                self._page.world.after(patience, lambda: send(2 * times))

        def come(segment: bytes) -> None:
            if not arrived:
                arrived.append(segment)
                then()

        send()


CODECS = {
    "audio": f"a=rtpmap:{OPUS} opus/48000/2\na=rtcp-fb:{OPUS} nack",
    "video": f"a=rtpmap:{VP8} VP8/90000\na=rtcp-fb:{VP8} nack\na=rtpmap:{RTX} rtx/90000\na=fmtp:{RTX} apt={VP8}",
}
EXTENSIONS = {LEVEL: sdp.LEVEL, STAMP: sdp.STAMP, MID: sdp.MID, RID: sdp.RID}
OWN = {0: ["a=ssrc:1 cname:page"], 1: ["a=simulcast:send l;h"]}


def _offer(ice: icelite.Credentials, camera: bool) -> str:
    text = ["a=fingerprint:sha-256 00", "a=setup:actpass", f"a=ice-ufrag:{ice.ufrag}", f"a=ice-pwd:{ice.password}"]
    for at, (kind, direction) in enumerate((*sdp.FIXED, *[sdp.SEEN] * 4)):
        text += [f"m={kind} 9 UDP/TLS/RTP/SAVPF 0", f"a=mid:{at}", f"a={direction}", "a=rtcp-mux", CODECS[kind]]
        text += [f"a=extmap:{number} {uri}" for number, uri in EXTENSIONS.items()]
        text += OWN.get(at, []) if camera or at == 0 else []
    return "\r\n".join(text) + "\r\n"
