"""Oversight in real Chromium: sound for axe on a phone and on a desk, the tree and the proof by keyboard."""

import re

import pytest
from playwright.async_api import Browser, expect

from .house import House
from .test_access import LOOKS, sound
from .visitor import Visitor, visitor

pytestmark = pytest.mark.e2e
PAGES = (
    "/units/demo-tinh/supervision",
    "/units/demo-tinh/supervision?filter=unmet&q=xa",
    "/units/demo-tinh/supervision/calendar",
    "/units/demo-tinh/supervision/report?period=quarter",
    "/units/demo-cell-4/supervision/appraisal?period=quarter",
    "/units/demo-tinh/alerts",
    "/units/demo-tinh/proof",
    "/units/demo-tinh/looks",
    "/units/demo-cell-4/supervision",
    "/people/demo-cell-15-3/attendance",
    "/witness",
)


async def _provincial(browser: Browser, house: House, look: str) -> Visitor:
    """A member of the province's committee, with two months behind him."""
    (width, height), scheme = LOOKS[look]
    code, said = await house.chibo("seed", "--months", "2")
    assert code == 0, said
    person = await visitor(browser, house.url, viewport={"width": width, "height": height}, color_scheme=scheme)
    await person.sign_in("tinhuy", (house.data / "demo-password").read_text().strip())
    return person


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing_in_oversight(house: House, browser: Browser, look: str) -> None:
    page = (await _provincial(browser, house, look)).page
    for path in PAGES:
        await page.goto(house.url + path)
        for details in await page.locator("details").all():
            await details.locator("summary").first.click()
        await sound(page)
    await page.goto(f"{house.url}/units/demo-cell-4/supervision")
    await page.locator("a[href$='/timeline']").first.click()
    await page.wait_for_url("**/timeline")
    await sound(page)


@pytest.mark.parametrize("path", ["", "/report?period=quarter"])
async def test_on_a_phone_a_line_says_all_its_figures_when_asked(house: House, browser: Browser, path: str) -> None:
    page = (await _provincial(browser, house, "phone, dark")).page
    await page.goto(f"{house.url}/units/demo-tinh/supervision{path}")
    spare, asked = page.locator(".spare[data-label]"), page.locator(".all-figures input")
    await expect(spare.first).to_be_hidden()
    await asked.focus()
    await page.keyboard.press("Space")
    await expect(spare.first).to_be_visible()


async def test_the_tree_and_the_proof_by_keyboard_alone(house: House, browser: Browser) -> None:
    page = (await _provincial(browser, house, "desk, light")).page
    await page.goto(f"{house.url}/units/demo-tinh/supervision")
    opener = page.locator("#u-demo-xa-3 .opener")
    await opener.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#u-demo-cell-12")).to_be_visible()
    await expect(page.locator("#u-demo-xa-3 .opener")).to_have_attribute("aria-expanded", "true")
    await page.goto(f"{house.url}/units/demo-tinh/proof")
    await page.get_by_role("button", name=re.compile("Đối chiếu tất cả")).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice.good")).to_be_visible(timeout=60_000)
