"""A meeting in the room: the secretary keeps its record at a desk, without camera or microphone."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, expect

from server.demo.large import large_cell, name_of

from .crowd import kept
from .house import House
from .test_access import sound
from .test_vote import LIMIT, PHONE, opened
from .visitor import visitor

pytestmark = pytest.mark.e2e


async def test_the_record_of_a_meeting_in_the_room_is_kept_at_a_desk(house: House, browser: Browser) -> None:
    meeting, accounts = await large_cell(house.database, 5, "in_person")
    member = await visitor(browser, house.url)
    await member.sign_in(accounts[4].username, accounts[4].password)
    await member.page.goto(f"{house.url}/meetings/{meeting}?desk=1")
    await member.button("Mở sổ ghi").click()
    await expect(member.page.get_by_text("Chỉ chi ủy và thư ký mở sổ ghi")).to_be_visible()

    desk = await visitor(browser, house.url, **PHONE)
    await desk.sign_in(accounts[0].username, accounts[0].password)
    await desk.page.get_by_role("link", name="Ghi sổ cuộc họp").click()
    await sound(desk.page)
    async with asyncio.timeout(LIMIT):
        await desk.button("Mở sổ ghi").click()
        await desk.arrived()
        roll = desk.page.get_by_role("tab", name=re.compile("Điểm danh"))
        await roll.click()
        for number in (1, 2, 3):
            line = desk.page.locator(".roll > li").filter(has_text=name_of(number))
            await line.get_by_role("button", name="Có mặt tại phòng họp").click()
            await expect(line).to_contain_text("tại phòng họp")
        await sound(desk.page)
        await roll.click()  # on a phone the panel is closed by its own tab
        await desk.button("Khai mạc").click()
        await opened(desk)
        await sound(desk.page)
        assert await desk.page.evaluate("window.connections.length") == 0
    names = [entry.name for entry in kept(house, meeting)]
    assert names.count("TickedPresent") == 4 and names.count("Connected") == 1
