"""Two pages of real Chromium hear and see each other through a real worker."""

import pytest

from . import chrome
from .house import House, stage

pytestmark = pytest.mark.e2e


async def test_two_pages_see_and_hear_each_other(house: House) -> None:
    offers: list[str] = []
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    async with chrome.site(house.control, offers) as address, chrome.chromium() as browser:
        pages = [await chrome.opened(browser, address, name) for name in ("an", "binh")]
        before = [await chrome.until(p, "s.in[6]?.frames > 0 && s.in[3]?.energy > 0") for p in pages]
        for page, seen in zip(pages, before, strict=True):
            more = f"s.in[6].frames > {seen['in']['6']['frames']} + 10 && s.in[3].energy > {seen['in']['3']['energy']}"
            after = await chrome.until(page, more)
            assert after["state"] == "connected"
            assert set(after["in"]) == {"3", "6"}, "nobody hears or sees himself"
    assert max(map(len, offers)) < 30_000, "an offer must fit well into one message of the room"
