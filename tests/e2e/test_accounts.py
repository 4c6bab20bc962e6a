"""Accounts in real Chromium: from the slip to the meetings, on a phone and by keyboard; and a reset in mid-meeting."""

import re

import pytest
from playwright.async_api import Browser, expect

from server.demo.large import large_cell

from .house import House
from .test_access import LOOKS, sound
from .visitor import Visitor, visitor

pytestmark = pytest.mark.e2e


async def _person(browser: Browser, house: House, look: str) -> Visitor:
    (width, height), scheme = LOOKS[look]
    return await visitor(browser, house.url, viewport={"width": width, "height": height}, color_scheme=scheme)


async def _slips(secretary: Visitor, cell: str, name: str) -> list[str]:
    """The codes, after choosing everyone of that name in the list."""
    page = secretary.page
    await page.goto(f"{cell}/accounts")
    await sound(page)
    await page.get_by_role("checkbox", name=name).check()
    await secretary.button(re.compile("In phiếu")).click()
    await page.wait_for_url("**/slips/*")
    await sound(page)
    shown: list[str] = await page.locator(".slip .code").all_inner_texts()
    return [re.sub(r"\D", "", each) for each in shown]


async def test_a_new_member_takes_up_his_account_on_a_phone_by_keyboard(house: House, browser: Browser) -> None:
    meeting, accounts = await large_cell(house.database, 4)
    cell = f"{house.url}/units/{meeting}-cell"
    secretary = await _person(browser, house, "desk, light")
    await secretary.sign_in(accounts[0].username, accounts[0].password)
    await secretary.page.goto(f"{cell}/people/new")
    await secretary.page.fill("#f-name", "Lê Thị Phiếu")
    await secretary.page.fill("#f-since", "2024-01-02")
    await secretary.page.keyboard.press("Enter")
    await expect(secretary.page.locator("h1")).to_contain_text("Lê Thị Phiếu")
    (code,) = await _slips(secretary, cell, "Lê Thị Phiếu")

    member = await _person(browser, house, "phone, dark")
    page = member.page
    await page.goto(f"{house.url}/join")
    await sound(page)
    await page.keyboard.type("0000 0000 0000 0000")  # the field has the focus
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await sound(page)
    await page.fill("#f-code", f"{code[:4]} {code[4:8]} {code[8:12]} {code[12:]}")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_contain_text("Lê Thị Phiếu")
    await sound(page)
    await page.locator("#f-password").focus()
    for _ in range(2):
        await page.keyboard.type("thuyen-xanh-bien-lang-42")
        await page.keyboard.press("Tab")
    await page.keyboard.press("Space")  # shows the password
    assert await page.locator("#f-password").get_attribute("type") == "text"
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{house.url}/meetings")
    await page.goto(f"{house.url}/account/second-factor")
    await sound(page)
    for path in ("/account", f"/join?code={code}"):  # which is spent
        await page.goto(house.url + path)
        await sound(page)


async def test_a_reset_reaches_the_open_room(house: House, browser: Browser) -> None:
    meeting, accounts = await large_cell(house.database, 4)
    member = await _person(browser, house, "phone, dark")
    await member.sign_in(accounts[3].username, accounts[3].password)
    name = await member.page.locator("a[href='/account']").inner_text()
    await member.enter(meeting)
    secretary = await _person(browser, house, "desk, light")
    await secretary.sign_in(accounts[0].username, accounts[0].password)
    await secretary.page.goto(f"{house.url}/units/{meeting}-cell/accounts")
    await secretary.page.get_by_role("link", name=name, exact=True).click()
    await secretary.button("Đặt lại mật khẩu bằng phiếu").click()
    await secretary.page.wait_for_url("**/slips/*")
    await member.page.wait_for_url("**/sign-in?next=*")
