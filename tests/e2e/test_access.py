"""Every page by axe-core (WCAG 2.2 AA), on a phone and on a desk, in light and in dark; and the room by keyboard."""

import json
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from server.demo.large import large_cell

from .crowd import joined
from .house import ROOT, House
from .visitor import Visitor, visitor

pytestmark = pytest.mark.e2e
AXE = (ROOT / "web/node_modules/axe-core/axe.min.js").read_text()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# What still fades in has no colour of its own yet; an animation whose element went meanwhile is over too.
SETTLED = "Promise.allSettled(document.getAnimations().map((each) => each.finished))"
LOOKS = {"phone, dark": ((360, 740), "dark"), "desk, light": ((1440, 900), "light")}


async def sound(page: Page) -> None:
    """Nothing that axe can find, and nothing wider than the screen."""
    await page.evaluate(SETTLED)
    await page.evaluate(AXE)
    found: dict[str, Any] = await page.evaluate(f"axe.run(document, {json.dumps(RULES)})")
    faults = [(fault["id"], [node["html"][:160] for node in fault["nodes"][:3]]) for fault in found["violations"]]
    assert faults == [], page.url
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing_on_any_page(house: House, browser: Browser, look: str) -> None:
    size, scheme = LOOKS[look]
    meeting, accounts = await large_cell(house.database, 4)
    chair = await visitor(browser, house.url, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    for path in ("/sign-in", "/design"):
        await chair.page.goto(house.url + path)
        await sound(chair.page)
    await chair.sign_in(accounts[0].username, accounts[0].password)
    for path in ("/meetings", "/account", "/nowhere"):
        await chair.page.goto(house.url + path)
        await sound(chair.page)

    async with joined(house, meeting, accounts[1:]) as (speaker, *_):
        await chair.page.goto(f"{house.url}/meetings/{meeting}")
        await chair.button("Vào họp").wait_for()
        await sound(chair.page)
        await chair.button("Vào họp").click()
        await chair.arrived()
        await chair.button("Khai mạc").click()
        await speaker.until(lambda screen: screen.may("AskToSpeak"))
        await speaker.ask("AskToSpeak")
        await every_tab(chair)
        await chair.button("Ra khỏi cuộc họp").click()
        await sound(chair.page)
        await chair.page.keyboard.press("Escape")
        await speaker.leave()
    await house.chibo("verify", meeting)
    await chair.page.goto(f"{house.url}/meetings/{meeting}/attendance")
    await sound(chair.page)


async def every_tab(chair: Visitor) -> None:
    for tab in await chair.page.get_by_role("tab").all():
        await tab.click()
        await sound(chair.page)
