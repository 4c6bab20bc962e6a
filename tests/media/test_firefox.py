"""A second engine: Debian's Firefox joins, hears and is heard, changes slots, and repairs what is lost."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.media.control import MediaSettings
from server.settings import Settings

from . import chrome
from .firefox import Tab, firefox
from .house import House, stage
from .relay import Relay

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not shutil.which("firefox-esr"), reason="Firefox is not installed")]

LIMIT = 180  # seconds for the whole story


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """At this machine's own address: Firefox leaves 127.0.0.1 out where there is another.  Nothing leaves it."""
    own = Settings(_env_file=None).media_address.split(",")[-1]
    house = House(MediaSettings(own, own, 0, tmp_path / "media.sock"))
    await house.control.start()
    try:
        yield house
    finally:
        await house.close()


async def joined(tab: Tab, peer: str) -> None:
    await tab.evaluate("([peer, camera]) => join(peer, camera)", [peer, True])


async def test_firefox_and_chromium_hear_and_see_each_other_change_slots_and_repair(house: House) -> None:
    offers: list[str] = []
    relay = {"fox": Relay(0.05, 1)}
    relay["fox"].host = house.settings.address
    everybody = ("fox", "an", "binh")
    house.control.follow("room", stage(*everybody, audio=("fox", "an"), main="an"))
    async with (
        asyncio.timeout(LIMIT),
        chrome.site(house.control, offers, relay) as address,
        chrome.chromium() as browser,
        firefox() as second,
    ):
        fox = await second.open(address)
        await joined(fox, "fox")
        an, binh = [await chrome.opened(browser, address, name) for name in ("an", "binh")]
        await chrome.until(fox, "s.state === 'connected' && s.in[3]?.energy > 0 && s.in[6]?.frames > 10")
        await chrome.until(an, "s.in[3]?.energy > 0 && s.in[6]?.frames > 10")

        seen = (await fox.evaluate("look()"))["in"]["6"]
        house.control.follow("room", stage(*everybody, audio=("fox", "binh"), main="binh"))
        await chrome.until(fox, f"s.in[6].frames > {seen['frames']} + 30 && s.in[6].keys > {seen['keys']}")
        heard = (await fox.evaluate("look()"))["in"]
        loud = " || ".join(f"s.in[{mid}]?.energy > {heard.get(mid, {}).get('energy', 0)} + 0.001" for mid in "345")
        await chrome.until(fox, loud)
        await chrome.until(binh, "s.in[3]?.energy > 0 && s.in[6]?.frames > 10")

        stats = (await house.control.stats())["rooms"]["room"]
        assert stats["fox"]["slots"]["6"]["resent"] > 0, "Firefox asked again for pictures"
        assert stats["fox"]["slots"]["6"]["owner"] == "binh"
        lost = await chrome.until(fox, "s.in[6].nacks > 0")
        assert lost["state"] == "connected"
    assert len(offers) == 3
    assert relay["fox"].lost > 20
    relay["fox"].close()
