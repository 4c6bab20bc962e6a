"""A simulated member seals as the pages do."""

import base64

import pytest

from server.demo.card import Card
from server.demo.sealed import Kind, Seal
from server.demo.voice import Voice

KEY, OTHER = (base64.b64encode(raw).decode() for raw in (b"0123456789abcdef", b"fedcba9876543210"))
FRAME = bytes(range(24))
# Made by web/src/media/sealing.ts with KEY, which is number 515, of FRAME.
OF_A_PAGE: dict[Kind, str] = {
    "audio": "0097d93990c763e285d9f25ef827ba864e7f802d7448c7a384f360cbf6fa"
    "1c5d5f7236ebfd6fa97eab255d95e5983a83fc7ccb190203",
    "key": "00010203040506070809d5bf27b8020cc3f180b28eb5ee3b89a5eec8c294"
    "fddd63ef51a2b9276c50c82b1e14f3eb2143433725980203",
    "delta": "000102ae44b3feb34e4cecf62cc5fc5ba4da6e822a17d276c42f2bd8bfe3"
    "fcf064516770f56edf8dacb15ded16f9b773e820525f0203",
}


def seal(*keys: tuple[int, str]) -> Seal:
    made = Seal()
    made.needed = True
    for number, key in keys:
        made.take(number, key)
    return made


@pytest.mark.parametrize("kind", OF_A_PAGE)
def test_what_a_page_sealed_is_opened_and_what_is_sealed_here_looks_alike(kind: Kind) -> None:
    sealed = bytes.fromhex(OF_A_PAGE[kind])
    own = seal((515, KEY))
    assert own.open(kind, sealed) == FRAME == own.open(kind, own.close(kind, FRAME))
    ours = own.close(kind, FRAME)
    clear = next(n for n in range(24) if FRAME[n] != sealed[n])
    assert (len(ours), ours[:clear], ours[-2:]) == (len(sealed), sealed[:clear], sealed[-2:])
    assert ours != own.close(kind, FRAME), "the vector is another each time"


@pytest.mark.parametrize("kind", OF_A_PAGE)
def test_without_its_key_nothing_is_opened_and_nothing_is_sent(kind: Kind) -> None:
    sealed = bytearray.fromhex(OF_A_PAGE[kind])
    for stranger in (seal(), seal((515, OTHER)), seal((514, KEY))):
        assert stranger.open(kind, bytes(sealed)) == b""
    assert seal().close(kind, FRAME) == b""
    for short in range(len(sealed)):
        assert seal((515, KEY)).open(kind, bytes(sealed[:short])) == b""
    sealed[0] ^= 1  # in the clear, but not unguarded
    assert seal((515, KEY)).open(kind, bytes(sealed)) == b""


def test_the_newest_key_seals_and_the_last_four_open() -> None:
    own, numbers = seal(), range(6)
    frames = []
    for number in numbers:
        own.take(number, base64.b64encode(bytes([number]) * 16).decode())
        frames.append(own.close("audio", FRAME))
    assert [own.open("audio", frame) == FRAME for frame in frames] == [False, False, True, True, True, True]


async def test_voice_and_picture_leave_sealed_or_not_at_all() -> None:
    for source in (Voice(110), Card("Nguyễn Thị Hường", 1, 8)):
        if isinstance(source, Voice):
            source.speak(True)
        source.seal = seal()
        assert (await source.next()).payloads == []
        source.seal.take(515, KEY)
        assert b"".join((await source.next()).payloads)[-2:] == b"\x02\x03"
