"""Whatever comes to the port or stands in an offer: nothing breaks or grows, and only a signed check moves anybody.

The real mux and the real peers; what is inside SRTP is sealed with the client's own keys, so that it is read.
What once broke something is kept as an example.
"""

import asyncio
import os
import struct
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aioice import stun
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from server.media import sdp, seam
from server.media.mux import Mux, bound
from server.media.sdp import FIXED, SEEN
from server.media.sfu import Sfu
from server.media.stage import PeerStage, PlaceStage, Stage

SSRC, CAMERA = 7, 8
HOME, ELSEWHERE = ("127.0.0.1", 40000), ("127.0.0.1", 40001)
THOROUGH = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def offer(ssrcs: bool = True) -> str:
    text = ["v=0", "a=fingerprint:sha-256 00", "a=setup:actpass", "a=ice-ufrag:theirs", "a=ice-pwd:" + "p" * 24]
    for at, (kind, direction) in enumerate((*FIXED, *[SEEN] * 4)):
        codecs = (
            ["a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 nack"]
            if kind == "audio"
            else ["a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96"]
        )
        text += [f"m={kind} 9 UDP/TLS/RTP/SAVPF 0", f"a=mid:{at}", f"a={direction}", "a=rtcp-mux", *codecs]
        text += [f"a=extmap:1 {sdp.MID}", f"a=extmap:2 {sdp.LEVEL}", f"a=extmap:3 {sdp.STAMP}"]
        if ssrcs and at < 2:
            text.append(f"a=ssrc:{(SSRC, CAMERA)[at]} cname:x")
    return "\r\n".join(text) + "\r\n"


class Port:
    """A worker's port with two who are connected, and a clock that runs by itself."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.mux = Mux(bound("127.0.0.1", 0), lambda: self.now)
        self.sfu = Sfu(self.mux, ("127.0.0.1",), lambda *told: None, lambda: self.now)
        theirs, ours = os.urandom(28), os.urandom(28)
        self.sealer = seam.Sealer(seam.aes_gcm_keys(ours, theirs))
        stages = {name: PeerStage(name, "", True, True) for name in ("an", "binh")}
        self.sfu.follow("room", Stage(stages, {"": PlaceStage(("an",), "an")}))
        read = sdp.read(offer())
        self.an = self.sfu.given("room", "an", "an", read, seam.aes_gcm_keys(theirs, ours), HOME)
        spare = os.urandom(28)
        self.sfu.given("room", "binh", "binh", sdp.read(offer(False)), seam.aes_gcm_keys(spare, spare), ELSEWHERE)
        self.index = 0

    def take(self, datagram: bytes, source: tuple[str, int]) -> None:
        self.now += 0.005
        if datagram:
            self.mux._sort(datagram, source, self.now)
        if self.index % 50 == 0:
            self.sfu.tick()

    def rtp(self, first: int, second: int, ssrc: int, rest: bytes) -> None:
        self.index += 1
        head = struct.pack("!BBHLL", first, second, self.index & 0xFFFF, self.index * 960 & 0xFFFFFFFF, ssrc)
        try:
            wire = self.sealer.seal(head, rest)
        except seam.SrtpRefused:  # an extension or CSRC list longer than the packet: no client can seal that
            return
        self.take(wire, HOME)

    def rtcp(self, compound: bytes) -> None:
        self.index += 1
        try:
            wire = self.sealer.seal_rtcp(compound)
        except seam.SrtpRefused:
            return
        self.take(wire, HOME)

    def sizes(self) -> int:
        mux = self.mux
        kept = (mux._by_address, mux._by_ssrc, mux._probes, mux._probing, self.an._streams, self.an._speakers)
        return sum(map(len, kept))


@contextmanager
def port() -> Iterator[Port]:
    opened = Port()
    try:
        yield opened
    finally:
        opened.mux.sock.close()


@pytest.fixture
async def worker() -> Iterator[Port]:  # async: peers want a running loop
    with port() as opened:
        yield opened
        await asyncio.sleep(0)


def check(of: Port, password: str | None = None) -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{of.an.ice.ufrag}:theirs"
    message.attributes["PRIORITY"] = 1
    message.attributes["USE-CANDIDATE"] = None
    message.attributes["ICE-CONTROLLING"] = 1
    message.add_message_integrity((password or of.an.ice.password).encode())
    return bytes(message)


@given(st.binary(max_size=1600), st.booleans())
@example(bytes(20), False)
@example(b"\x01\x01" + bytes(18), True)
@example(b"\x16\xfe\xfd" + bytes(10), True)
@example(b"\x80\xc8\x00\x00", True)
@THOROUGH
async def test_any_datagram_from_anywhere(worker: Port, datagram: bytes, known: bool) -> None:
    before = worker.an.paths.current
    worker.take(datagram, HOME if known else ELSEWHERE)
    worker.take(datagram, ("198.51.100.7", 9))
    assert worker.an.paths.current == before and ("198.51.100.7", 9) not in worker.mux._by_address


@given(st.data())
@THOROUGH
async def test_only_a_check_that_is_signed_moves_an_address(worker: Port, data: st.DataObject) -> None:
    signed = bytearray(check(worker))
    at = data.draw(st.integers(0, len(signed) - 9))  # what follows is the fingerprint, which nothing signs
    bit = data.draw(st.integers(0, 7))
    signed[at] ^= 1 << bit
    worker.index += 1
    foreign = ("203.0.113.5", worker.index)
    worker.take(bytes(signed), foreign)
    worker.take(check(worker, "wrong" * 8), foreign)
    worker.take(check(worker)[: data.draw(st.integers(0, 60))], foreign)
    assert foreign not in worker.mux._by_address and worker.an.paths.current == HOME
    worker.now += 2
    worker.take(check(worker), foreign)
    assert worker.an.paths.current == foreign, "and the true one does"
    worker.now += 2
    worker.take(check(worker), HOME)
    assert worker.an.paths.current == HOME


@given(
    st.sampled_from([0x80, 0x90, 0xB0, 0x81, 0x9F]), st.sampled_from([111, 111 | 0x80, 96, 96 | 0x80, 97, 0, 127]),
    st.sampled_from([SSRC, CAMERA, 99]) | st.integers(0, 2**32 - 1), st.binary(max_size=1200),
)  # fmt: skip
@example(0x90, 111, SSRC, b"\xbe\xde\x00\x01\x20")
@example(0x80, 96, CAMERA, b"\x90\x80\x80")
@example(0x80, 97, CAMERA, b"\x00")
@THOROUGH
async def test_any_packet_that_a_client_can_seal(worker: Port, first: int, second: int, ssrc: int, rest: bytes) -> None:
    worker.rtp(first, second, ssrc, rest)


@given(st.binary(max_size=1200), st.sampled_from([200, 201, 203, 205, 206, 207]), st.integers(0, 31))
@example(b"", 206, 15)
@example(struct.pack("!LL", 1, 2) + b"REMB\xff\xff\xff\xff", 206, 15)
@example(struct.pack("!LLHH", 1, 2, 0, 0xFFFF) * 200, 205, 1)
@THOROUGH
async def test_any_report_that_a_client_can_seal(worker: Port, rest: bytes, kind: int, count: int) -> None:
    worker.rtcp(struct.pack("!BBHL", 0x80 | count, kind, (len(rest) + 4) // 4, 1) + rest)
    worker.rtcp(struct.pack("!BBH", 0x80 | count, kind, 0xFFFF) + b"\x00\x00\x00\x01" + rest)


@given(st.data())
@THOROUGH
async def test_any_offer(data: st.DataObject) -> None:
    lines = offer().split("\r\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["drop", "twice", "cut", "text"]))
        if change == "drop":
            del lines[at]
        elif change == "twice":
            lines.insert(at, lines[at])
        elif change == "cut":
            lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
        else:
            lines[at] = data.draw(st.text(max_size=40))
    try:
        read = sdp.read("\r\n".join(lines))
    except sdp.BadOffer:
        return
    assert len(read.lines) >= len(FIXED)


async def test_a_flood_of_all_of_it_leaves_no_memory_behind(worker: Port) -> None:
    """Sixteen thousand of each, by a seed; what is kept of them has a bound."""
    import random

    chance = random.Random(7)

    def flood(rounds: int) -> None:
        for n in range(rounds):
            source = (f"10.{chance.randrange(256)}.{chance.randrange(256)}.1", chance.randrange(1, 65536))
            worker.take(bytes([chance.choice((0, 1, 22, 128, 200))]) + chance.randbytes(60), source)
            worker.take(check(worker) if n % 10 == 0 else check(worker, "wrong" * 8), source)
            worker.rtp(0x80, 111, chance.choice((SSRC, chance.getrandbits(32))), chance.randbytes(40))
            worker.rtcp(struct.pack("!BBHL", 0x80, 201, 1, chance.getrandbits(32)))

    flood(8000)
    held = worker.sizes()
    tracemalloc.start()
    flood(2000)
    before, _ = tracemalloc.get_traced_memory()
    flood(6000)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert worker.sizes() <= held + 8
    assert after - before < 100_000, "bytes"
