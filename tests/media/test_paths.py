"""A client's packets come from elsewhere in the middle of a word: its router gave it another port."""

import pytest
from aiortc import RTCPeerConnection

from . import chrome
from .clients import Client
from .house import House, stage
from .relay import Relay

AN, BINH = 600, 1000  # hertz, the voices


class Roamer(Client):
    """A client behind a router of its own."""

    def __init__(self, name: str, hertz: int, relay: Relay) -> None:
        super().__init__(name, hertz)
        self.relay = relay

    async def through(self, answer: str) -> str:
        return await self.relay.open(answer)


async def moves(house: House, peer: str) -> int:
    return (await house.control.stats())["rooms"]["room"][peer]["moves"]


@pytest.mark.parametrize("who", ["an", "binh"])
async def test_sound_goes_on_both_ways_when_the_router_gives_another_port(house: House, who: str) -> None:
    """`binh` is but a listener: all that comes from him are reports."""
    relays = {"an": Relay(0, 1), "binh": Relay(0, 2)}
    an, binh = Roamer("an", AN, relays["an"]), Roamer("binh", BINH, relays["binh"])
    house.control.follow("room", stage("an", "binh", audio=("an",)))
    await house.open(an, binh)
    pages: list[RTCPeerConnection] = [an.page, binh.page]
    await binh.until(lambda: binh.hears >= {AN})
    await relays[who].rebind()
    binh.forget()
    while await moves(house, who) == 0:
        pass
    await binh.until(lambda: binh.hears >= {AN})
    assert [an.page, binh.page] == pages and {page.connectionState for page in pages} == {"connected"}
    assert await moves(house, "an") + await moves(house, "binh") == 1
    for relay in relays.values():
        relay.close()


@pytest.mark.e2e
async def test_chromium_s_voice_is_heard_from_its_new_port_and_it_hears_there(house: House) -> None:
    offers: list[str] = []
    relays = {name: Relay(0, seed) for seed, name in enumerate(("an", "binh"))}
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    async with chrome.site(house.control, offers, relays) as address, chrome.chromium() as browser:
        pages = [await chrome.opened(browser, address, name) for name in ("an", "binh")]
        for page in pages:
            await chrome.until(page, "s.state === 'connected' && s.in[6]?.frames > 0 && s.in[3]?.energy > 0")
        for times in (1, 2):
            await relays["an"].rebind()
            while await moves(house, "an") < times:
                pass
            for page in pages:
                seen = (await page.evaluate("look()"))["in"]
                more = f"s.in[6].frames > {seen['6']['frames']} + 10 && s.in[3].energy > {seen['3']['energy']} + 0.001"
                assert (await chrome.until(page, more))["state"] == "connected"
        assert await moves(house, "binh") == 0 and len(offers) == 2
    for relay in relays.values():
        relay.close()
