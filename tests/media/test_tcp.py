"""Where UDP is barred: the same port over TCP (RFC 6544, RFC 4571)."""

import asyncio
import re
import struct
from pathlib import Path

import pytest

from server.media.control import MediaSettings

from . import chrome
from .clients import Client
from .house import House, stage


class Barred:
    """A network that lets no UDP through: its candidates are useless, so they are left out."""

    async def open(self, answer: str) -> str:
        assert " tcptype passive" in answer
        return re.sub(r"a=candidate:\d+ 1 udp .*\r\n", "", answer)


@pytest.mark.e2e
async def test_chromium_hears_and_sees_over_tcp(house: House) -> None:
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    offers: list[str] = []
    barred = {"an": Barred()}
    async with chrome.site(house.control, offers, barred) as address, chrome.chromium() as browser:
        pages = [await chrome.opened(browser, address, name) for name in ("an", "binh")]
        for page in pages:
            await chrome.until(page, "s.state === 'connected' && s.in[6]?.frames > 0 && s.in[3]?.energy > 0")
    assert len(offers) == 2


@pytest.mark.e2e
async def test_after_the_death_of_the_worker_he_comes_back_over_tcp_into_his_own_seat(house: House) -> None:
    """The stream dies with its process.  The page hears nothing and makes another connection (web/src/media/quiet.ts),
    which the successor takes for the same member's, though it carries the dead one on."""
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    offers: list[str] = []
    barred = {"an": Barred()}
    async with chrome.site(house.control, offers, barred) as address, chrome.chromium() as browser:
        an, binh = [await chrome.opened(browser, address, name) for name in ("an", "binh")]
        for page in (an, binh):
            await chrome.until(page, "s.state === 'connected' && s.in[6]?.frames > 0 && s.in[3]?.energy > 0")
        await house.kill_worker()
        heard = (await binh.evaluate("look()"))["in"]["3"]["packets"]
        await an.evaluate("join('an', true)")
        await chrome.until(an, "s.state === 'connected' && s.in[6]?.frames > 0 && s.in[3]?.packets > 50")
        await chrome.until(binh, f"s.state === 'connected' && s.in[3].packets > {heard + 50}")
        peers = (await house.control.stats())["rooms"]["room"]
    assert len(offers) == 3 and house.epochs == [] and set(peers) == {"an", "binh"}


async def test_who_proves_nothing_or_sends_no_frames_is_cut_off_and_moves_nothing(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.control.port)
    writer.write(struct.pack("!H", 3000) + bytes(100))
    assert await asyncio.wait_for(reader.read(), 10) == b""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.control.port)
    for length in (1, 20, 0, 2048):
        writer.write(struct.pack("!H", length) + bytes(length))
    while (await house.control.stats())["strange"] < 3:
        pass
    writer.close()


async def test_a_taken_tcp_port_leaves_udp_alone(tmp_path: Path) -> None:
    other = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    house = House(MediaSettings("127.0.0.1", "127.0.0.1", port, tmp_path / "media.sock"))
    await house.control.start()
    try:
        answer = await house.control.answer("room", "an", "an", await Client("an").offer())
        assert "tcptype" not in answer and " udp " in answer
    finally:
        await house.close()
        other.close()
