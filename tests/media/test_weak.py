"""Weak networks, in real Chromium: the voices arrive, whatever becomes of the pictures.

Packets are counted, not seconds: a busy machine makes the test longer, not other.
"""

import pytest
from playwright.async_api import Page

from . import chrome
from .house import House, stage
from .relay import Relay

pytestmark = pytest.mark.e2e

VOICES = ("3", "4")
SETTLED = 250  # packets of a voice, five seconds: the listener's buffer has learnt how late packets come


async def peer(house: House, name: str) -> dict:
    return (await house.control.stats())["rooms"]["room"][name]


async def voices(page: Page) -> tuple[int, int]:
    """Packets of sound that came, and that are missing for good."""
    seen = (await page.evaluate("look()"))["in"]
    return sum(seen[mid]["packets"] for mid in VOICES), sum(seen[mid]["lost"] for mid in VOICES)


@pytest.mark.parametrize(
    "camera", [True, False], ids=["who sends a picture tells estimates", "who sends none does not"]
)
async def test_on_150_kbit_per_s_two_voices_arrive_and_the_picture_waits(house: House, camera: bool) -> None:
    """From the first packet on; a hundred of them are a second."""
    narrow = Relay(0, 7, rate=150_000, delay=0.02)
    house.control.follow("room", stage("an", "binh", "chi", audio=("an", "binh"), main="an"))
    relays = {"chi": narrow}
    async with chrome.site(house.control, relays=relays) as address, chrome.chromium(*chrome.murmuring()) as browser:
        for name in ("an", "binh"):
            await chrome.opened(browser, address, name, camera=name == "an")
        chi = await chrome.opened(browser, address, "chi", camera=camera)
        await chrome.until(chi, "s.in[3]?.packets + s.in[4]?.packets > 3000", 90)
        came, lost = await voices(chi)
        assert lost <= 0.02 * (came + lost)
        resent = sum(slot["resent"] for slot in (await peer(house, "chi"))["slots"].values())
        assert resent <= 20 * came / 100
        before = narrow.bytes["down"] + narrow.lost_bytes
        counted = (await peer(house, "chi"))["sent_bytes"]
        assert 0.9 * before <= counted <= 1.1 * (narrow.bytes["down"] + narrow.lost_bytes)
    narrow.close()


@pytest.mark.parametrize(("loss", "concealed"), [(0.1, 0.03), (0.2, 0.05)])
async def test_of_a_voice_on_a_lossy_line_little_is_made_up_and_the_picture_goes_on(
    house: House, loss: float, concealed: float
) -> None:
    relays = {name: Relay(loss, seed) for seed, name in enumerate(("an", "binh"))}
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    async with chrome.site(house.control, relays=relays) as address, chrome.chromium(*chrome.murmuring()) as browser:
        an, binh = [await chrome.opened(browser, address, name) for name in ("an", "binh")]
        first = await chrome.until(binh, f"s.in[6]?.frames > 0 && s.in[3]?.packets > {SETTLED}", 60)
        sent = (await an.evaluate("look()"))["out"]
        last = await chrome.until(binh, f"s.in[3].packets > {first['in']['3']['packets'] + 1000}", 60)
        then = (await an.evaluate("look()"))["out"]
        voice = {name: last["in"]["3"][name] - first["in"]["3"][name] for name in ("concealed", "samples")}
        assert voice["concealed"] <= concealed * voice["samples"]
        large = then["1h"]["frames"] - sent["1h"]["frames"]
        assert last["in"]["6"]["frames"] - first["in"]["6"]["frames"] >= 0.9 * large > 0
    for relay in relays.values():
        assert relay.lost > 100
        relay.close()
