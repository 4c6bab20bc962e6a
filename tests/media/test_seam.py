"""The contract with aiortc and pylibsrtp: what server/media/seam.py takes from their insides."""

import asyncio
import os
import struct

import aiortc
import pylibsrtp
import pytest

from server.media import seam
from server.media.seam import Dtls, HandshakeFailed, Opener, Sealer, SrtpRefused


def test_the_versions_are_those_we_know() -> None:
    assert aiortc.__version__.startswith("1.16.") and pylibsrtp.__version__.startswith("1.0.")


def pair() -> tuple[Sealer, Opener]:
    one, other = os.urandom(28), os.urandom(28)
    return Sealer(seam.aes_gcm_keys(other, one)), Opener(seam.aes_gcm_keys(one, other))


def rtp(index: int, ssrc: int = 7) -> bytes:
    return struct.pack("!BBHLL", 0x80, 96, index & 0xFFFF, index, ssrc)


def test_what_is_sealed_is_opened_and_nothing_else_is() -> None:
    sealer, opener = pair()
    wire = sealer.seal(rtp(1), b"sound")
    assert opener.open(wire) == rtp(1) + b"sound"
    with pytest.raises(SrtpRefused):
        opener.open(wire)  # repeated
    with pytest.raises(SrtpRefused):
        opener.open(wire[:-1] + bytes([wire[-1] ^ 1]))  # forged
    assert opener.open_rtcp(sealer.seal_rtcp(rtp(1))) == rtp(1)


def test_nothing_is_sealed_twice_under_one_index() -> None:
    sealer, _ = pair()
    for index in (5, 7, 6):
        sealer.seal(rtp(index), b"first")
    for index in (5, 6, 7):
        with pytest.raises(SrtpRefused):
            sealer.seal(rtp(index), b"another")
    sealer.seal(rtp(5, ssrc=8), b"another stream has indices of its own")
    for index in range(8, 8 + 2 * seam.WINDOW):
        sealer.seal(rtp(index), b"later")
    with pytest.raises(SrtpRefused):
        sealer.seal(rtp(4), b"too old to be sure")


def test_libsrtp_counts_the_rounds_as_we_do() -> None:
    sealer, opener = pair()
    for index in range(0x7FFF, 3 * 65536, 997):
        assert opener.open(sealer.seal(rtp(index), b"x"))[12:] == b"x"


def test_the_longest_packet_fits() -> None:
    sealer, opener = pair()
    assert len(opener.open(sealer.seal(rtp(1), bytes(2048)))) == 2060


class Wire:
    """Two ends of DTLS, joined in memory: aiortc's own client and our server."""

    role = "controlling"

    def __init__(self) -> None:
        self.own, self.certificate = seam.certificate(), seam.certificate()
        self.waiting: asyncio.Queue[bytes] = asyncio.Queue()
        self.closed = asyncio.Event()
        self.server = Dtls(self.own, self.waiting.put_nowait, self.closed.set)
        self.client = seam.RTCDtlsTransport(self, [self.certificate])
        self.client._set_role("client")

    async def _recv(self) -> bytes:
        return await self.waiting.get()

    async def _send(self, data: bytes) -> None:
        self.server.feed(data)

    async def shake(self, theirs: str) -> seam.Keys:
        known = seam.RTCDtlsParameters([seam.RTCDtlsFingerprint("sha-256", seam.fingerprint(self.own))])
        keys, _ = await asyncio.gather(self.server.start([("sha-256", theirs)]), self.client.start(known))
        return keys


async def test_both_ends_agree_on_keys_and_notice_the_goodbye() -> None:
    wire = Wire()
    keys = await wire.shake(seam.fingerprint(wire.certificate))
    plain = rtp(1) + b"sound"
    assert Opener(keys).open(wire.client._tx_srtp.protect(plain)) == plain
    assert wire.client._rx_srtp.unprotect(Sealer(keys).seal(rtp(1), b"sound")) == plain
    await wire.client.stop()
    await asyncio.wait_for(wire.closed.wait(), 5)
    await wire.server.stop()


async def test_another_certificate_than_the_offered_is_refused() -> None:
    wire = Wire()
    with pytest.raises(HandshakeFailed, match="failed"):
        await wire.shake(":".join(["00"] * 32))
    await wire.client.stop()
    await wire.server.stop()
