"""Whole meetings in real Chromium, with simulated members beside the pages."""

import asyncio
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from server.demo.crowd import Account
from server.demo.habits import QUIET
from server.demo.large import large_cell

from .crowd import joined, kept, minutes
from .house import House, living
from .visitor import PICTURES, Visitor, visitor

pytestmark = pytest.mark.e2e
LIMIT = 90  # seconds for anything a test waits for


async def seated(browser: Browser, house: House, meeting: str, account: Account) -> Visitor:
    person = await visitor(browser, house.url)
    await person.sign_in(account.username, account.password)
    await person.enter(meeting)
    return person


async def test_three_pages_and_nine_simulated_members_hold_a_meeting(house: House, browser: Browser) -> None:
    meeting, accounts = await large_cell(house.database, 12)
    chair = await seated(browser, house, meeting, accounts[0])
    pages = [chair, *[await seated(browser, house, meeting, account) for account in accounts[1:3]]]
    async with joined(house, meeting, accounts[3:], replace(QUIET, rate=5)) as others:
        first, second = others[:2]
        async with asyncio.timeout(LIMIT):
            for page in pages:
                await page.sees_moving(8)
            await turns_pages(pages[1], {member.screen.me for member in others})

            await chair.button("Khai mạc").click()
            for member in (first, second):
                await member.until(lambda screen: screen.phase == "open")
                await member.ask("AskToSpeak")
            for member in (first, second):
                name = member.screen.view["seats"][member.screen.me]["name"]
                await chair.button(f"Mời phát biểu: {name}").click()
                await asyncio.gather(*(page.hears(member.screen.me) for page in pages))
                await member.ask("EndSpeech")

            await pages[2].button("Xin phát biểu").click()
            await chair.button(re.compile("^Mời phát biểu: ")).click()
            speaker = "".join(await speaking(chair))
            await asyncio.gather(*(page.hears(speaker) for page in pages[:2]))

        await chair.page.get_by_role("button", name="Kết thúc phát biểu").first.click()
        await close(chair)

    assert (await house.chibo("verify", meeting))[0] == 0
    log = kept(house, meeting)
    held = (log[-1].at - next(entry.at for entry in log if entry.name == "Opened")) // timedelta(seconds=1)
    assert await minutes(house, meeting, accounts[0]) == [held] * len(accounts)


async def turns_pages(page: Visitor, everybody: set[str]) -> None:
    """There are more pictures than places: on the pages after the first each is seen."""
    seen = set[str]()
    for number in (1, 2):
        await page.button("Hình tiếp").click()
        await expect(page.page.get_by_text(f"Trang {number}/2")).to_be_visible()
        await page.growing("frames", ())  # until the slots are told
        seen |= {page.slots[mid] for mid in PICTURES if mid in page.slots}
    assert seen >= everybody
    await page.button("Hình tiếp").click()
    await expect(page.page.get_by_text("Người đang nói")).to_be_visible()


async def speaking(page: Visitor) -> list[str]:
    """Whose microphone the record says is on, by the page's own slots once a voice is there."""
    while not (loud := await page.growing("energy", ("3", "4", "5"))):
        pass
    return [page.slots[mid] for mid in loud]


async def close(chair: Visitor) -> None:
    await chair.page.get_by_role("tab", name=re.compile("Điều")).click()
    await chair.page.get_by_role("button", name="Bế mạc").first.click()
    await chair.page.get_by_role("dialog").get_by_role("button", name="Bế mạc").click()
    await chair.page.locator("a[href$='/attendance']").first.wait_for()


async def test_a_reload_a_second_tab_and_a_killed_server_bring_everybody_back(house: House, browser: Browser) -> None:
    meeting, accounts = await large_cell(house.database, 3)
    chair = await seated(browser, house, meeting, accounts[0])
    member = await seated(browser, house, meeting, accounts[1])
    await chair.button("Khai mạc").click()
    await member.button("Xin phát biểu").click()
    await chair.button(re.compile("^Mời phát biểu: ")).click()
    await member.button("Tắt tiếng").wait_for()

    async with asyncio.timeout(LIMIT):
        await member.page.reload()  # no lobby, no dialog, the microphone as it was
        await member.button("Tắt tiếng").wait_for()
        await chair.hears(next(iter(await speaking(chair))))

        tab = await member.second_tab()
        await tab.enter(meeting)
        await expect(chair.page.get_by_text("2/3 có mặt").first).to_be_visible()
        await tab.page.close()

        await house.kill()
        await house.start()
        await chair.button("Kết thúc phát biểu").click()
        await member.button("Xin phát biểu").wait_for()
        await member.sees_moving(1)
        await chair.sees_moving(1)
    await close(chair)

    log = kept(house, meeting)
    names = Counter(entry.name for entry in log)
    assert (names["Arrived"], names["Left"], names["ConnectionsLost"]) == (2, 0, 1)
    assert (await house.chibo("verify", meeting))[0] == 0
    held = (log[-1].at - next(entry.at for entry in log if entry.name == "Opened")) // timedelta(seconds=1)
    assert await minutes(house, meeting, accounts[0]) == [held, held, 0]


async def test_the_deputy_takes_the_chair_with_one_tap_and_the_chair_returns_as_chair(
    house: House, browser: Browser
) -> None:
    meeting, accounts = await large_cell(house.database, 3)
    chair = await seated(browser, house, meeting, accounts[0])
    deputy = await seated(browser, house, meeting, accounts[1])
    await chair.button("Khai mạc").click()
    await chair.page.close()

    async with asyncio.timeout(LIMIT):
        await deputy.button(re.compile("chủ trì", re.IGNORECASE)).click(timeout=60_000)
        await deputy.page.get_by_role("tab", name=re.compile("Điều")).click()
        await deputy.button("Tạm dừng").click()

        back = Visitor(house.url, chair.context, await chair.context.new_page())
        await back.enter(meeting)
        await back.button("Tiếp tục").click()
        await expect(deputy.button("Tạm dừng")).to_have_count(0)
    names = [entry.name for entry in kept(house, meeting)]
    assert [n for n in names if n.startswith("Chair")] == ["ChairOffered", "ChairTaken", "ChairReturned"]


async def test_an_expired_session_leads_through_the_sign_in_page_back_to_the_room(
    house: House, browser: Browser
) -> None:
    meeting, accounts = await large_cell(house.database, 3)
    member = await seated(browser, house, meeting, accounts[1])
    elsewhere = await visitor(browser, house.url)
    await elsewhere.sign_in(accounts[1].username, accounts[1].password)
    await elsewhere.page.goto(f"{house.url}/account")
    await elsewhere.page.locator("form[action='/account/sign-out-everywhere'] button").click()

    await member.page.wait_for_url(re.compile("/sign-in"))
    await member.page.fill("input[name=username]", accounts[1].username)
    await member.page.fill("input[name=password]", accounts[1].password)
    await member.page.click("form[action='/sign-in'] button[type=submit]")
    await member.page.wait_for_url(re.compile(f"/meetings/{meeting}$"))
    await member.arrived()


async def test_without_camera_and_microphone_one_still_comes_in_and_asks_to_speak(
    house: House, browser: Browser
) -> None:
    meeting, accounts = await large_cell(house.database, 3)
    chair = await seated(browser, house, meeting, accounts[0])
    await chair.button("Khai mạc").click()
    member = await visitor(browser, house.url)
    await member.context.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'));"
    )
    await member.sign_in(accounts[1].username, accounts[1].password)
    await member.enter(meeting)
    await member.button("Xin phát biểu").click()
    await member.button(re.compile("Rút đăng ký")).wait_for()
    await member.sees_moving(1)


async def test_where_no_packet_passes_one_stays_in_the_meeting_and_is_told_in_one_line(
    tmp_path: Path, browser: Browser
) -> None:
    nowhere = {"CHIBO_MEDIA_BIND": "127.0.0.1", "CHIBO_MEDIA_ADDRESS": "127.0.0.9"}
    async with living(tmp_path, **nowhere) as house:
        meeting, accounts = await large_cell(house.database, 3)
        chair = await seated(browser, house, meeting, accounts[0])
        member = await seated(browser, house, meeting, accounts[1])
        await chair.button("Khai mạc").click()
        await member.page.get_by_text("Chưa có tiếng").first.wait_for()
        await member.button("Xin phát biểu").click()
        await chair.button(re.compile("^Mời phát biểu: ")).click()
        await member.button("Kết thúc phát biểu").click()
        await member.button("Xin phát biểu").wait_for()
