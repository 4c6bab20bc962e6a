"""A vote in three real browsers and with simulated members: the call, the ballot, the push that disturbs nobody."""

import asyncio
import re
import sqlite3

import pytest
from playwright.async_api import Browser, Locator, expect

from server.demo.crowd import Account
from server.demo.large import large_cell, name_of

from .crowd import Entry, joined, kept
from .house import House
from .test_access import sound
from .visitor import Visitor, visitor

pytestmark = pytest.mark.e2e
AGENT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "user_agent": AGENT}
LIMIT = 120  # seconds for anything a test waits for
MOTION = "Thông qua nghị quyết tháng 01/2027"


async def seated(browser: Browser, house: House, meeting: str, account: Account, **look: object) -> Visitor:
    person = await visitor(browser, house.url, **look)
    await person.sign_in(account.username, account.password)
    await person.enter(meeting)
    return person


async def opened(chair: Visitor, text: str = MOTION, kind: str = "resolution") -> None:
    """The chair puts a motion with his own hands."""
    await chair.page.get_by_role("tab", name="Điều hành").click()
    await chair.button("Đưa ra biểu quyết").click()
    dialog = chair.page.get_by_role("dialog")
    await dialog.get_by_label("Nội dung biểu quyết").fill(text)
    await dialog.get_by_label("Loại nội dung").select_option(kind)
    await dialog.get_by_role("button", name="Bắt đầu biểu quyết").click()
    await expect(dialog).to_have_count(0)


def ballot(person: Visitor) -> Locator:
    return person.page.locator(".ballot")


async def votes(person: Visitor, choice: str) -> None:
    await ballot(person).get_by_role("button", name=choice, exact=True).click()
    await ballot(person).get_by_role("button", name="Gửi phiếu").click()
    await expect(ballot(person)).to_contain_text(f"Đã ghi phiếu của đồng chí: {choice}")


async def closed(chair: Visitor) -> None:
    await chair.page.get_by_role("button", name="Kết thúc biểu quyết").first.click()
    await chair.page.get_by_role("dialog").get_by_role("button", name="Kết thúc biểu quyết").click()


def ballots(house: House, meeting: str) -> list[Entry]:
    return [entry for entry in kept(house, meeting) if entry.name == "BallotCast"]


async def test_a_push_clears_no_ballot_and_the_verdict_is_of_the_whole_base(house: House, browser: Browser) -> None:
    meeting, accounts = await large_cell(house.database, 9)
    chair = await seated(browser, house, meeting, accounts[0])
    member = await seated(browser, house, meeting, accounts[1], **PHONE)
    hesitant = await seated(browser, house, meeting, accounts[2], **PHONE)
    async with asyncio.timeout(LIMIT), joined(house, meeting, accounts[3:8]) as others:  # the ninth stays away
        await chair.button("Khai mạc").click()
        await opened(chair)
        await votes(member, "Tán thành")

        await sound(hesitant.page)
        await ballot(hesitant).get_by_role("button", name="Không tán thành").click()
        await sound(hesitant.page)
        opinion = ballot(hesitant).get_by_label("Ý kiến của đồng chí")
        await opinion.fill("Đề nghị bổ sung")
        for number, other in enumerate(others, start=2):
            vote = other.screen.view["votes"]["open"]
            assert "done" in await other.ask("CastBallot", vote=vote, choice="for")
            await expect(ballot(hesitant)).to_contain_text(f"{number}/9 đồng chí đã biểu quyết")
        await expect(opinion).to_have_value("Đề nghị bổ sung")
        await expect(opinion).to_be_focused()

        await opinion.press_sequentially(" kinh phí")
        await ballot(hesitant).get_by_label("Tôi bảo lưu").check()
        await ballot(hesitant).get_by_role("button", name="Gửi phiếu").click()
        await expect(ballot(hesitant)).to_contain_text("Đã ghi phiếu của đồng chí: Không tán thành")
        await votes(chair, "Ý kiến khác")

        await chair.page.get_by_role("button", name="Kết thúc biểu quyết").first.click()
        await expect(chair.page.get_by_role("dialog")).to_contain_text(f"Vắng: {name_of(8)}")
        await chair.page.get_by_role("dialog").get_by_role("button", name="Kết thúc biểu quyết").click()
        for person in (chair, member, hesitant):
            await expect(ballot(person)).to_contain_text("Được thông qua")
            await expect(ballot(person)).to_contain_text("6/9 tán thành, đạt 66,66 %")
            await sound(person.page)
        await expect(ballot(member)).to_contain_text("Phiếu của đồng chí: Tán thành")
        await others[0].until(lambda screen: "open" not in screen.view["votes"])

    cast = ballots(house, meeting)
    assert [entry.data["choice"] for entry in cast].count("for") == 6
    assert [entry.data["opinion"] for entry in cast if entry.data["reserved"]] == ["Đề nghị bổ sung kinh phí"]
    assert (await house.chibo("verify", meeting))[0] == 0


async def test_a_ballot_is_changed_while_open_and_survives_the_death_of_the_server(
    house: House, browser: Browser
) -> None:
    meeting, accounts = await large_cell(house.database, 3)
    chair = await seated(browser, house, meeting, accounts[0])
    member = await seated(browser, house, meeting, accounts[1], **PHONE)
    async with asyncio.timeout(LIMIT):
        await chair.button("Khai mạc").click()
        await opened(chair, kind="ordinary")
        await votes(member, "Tán thành")
        await ballot(member).get_by_role("button", name="Đổi phiếu").click()
        await ballot(member).get_by_role("button", name="Ý kiến khác").click()

        await house.kill()
        await ballot(member).get_by_role("button", name="Gửi phiếu").click()  # nobody is there to hear it
        await house.start()
        await expect(ballot(member)).to_contain_text("Đã ghi phiếu của đồng chí: Ý kiến khác", timeout=30_000)
        await expect(ballot(chair)).to_contain_text("1/3 đồng chí đã biểu quyết")
        await closed(chair)
        await expect(ballot(member)).to_contain_text("Không được thông qua")
    assert [entry.data["choice"] for entry in ballots(house, meeting)] == ["for", "other"]
    assert (await house.chibo("verify", meeting))[0] == 0


async def test_a_hand_entered_for_a_member_is_shown_to_him_and_contested(house: House, browser: Browser) -> None:
    meeting, accounts = await large_cell(house.database, 3)
    chair = await seated(browser, house, meeting, accounts[0])
    member = await seated(browser, house, meeting, accounts[1], **PHONE)
    async with asyncio.timeout(LIMIT):
        await chair.button("Khai mạc").click()
        await opened(chair)
        await chair.page.get_by_text(re.compile("Ghi giơ tay")).click()
        await chair.page.locator(".hands").get_by_role("button", name="Không tán thành").first.click()
        await expect(ballot(member)).to_contain_text("Chủ trì đã ghi đồng chí giơ tay: Không tán thành")
        await ballot(member).get_by_role("button", name=re.compile("Không đúng")).click()
        await votes(member, "Tán thành")
        await votes(chair, "Tán thành")
        await closed(chair)
        await expect(ballot(member)).to_contain_text("2/3 tán thành")
    names = [entry.name for entry in kept(house, meeting)]
    assert [n for n in names if "Hand" in n] == ["HandEntered", "HandContested"]


async def test_a_probationary_member_sees_the_vote_and_why_he_has_none(house: House, browser: Browser) -> None:
    meeting, accounts = await large_cell(house.database, 3)
    with sqlite3.connect(house.data / "chibo.sqlite") as register:
        register.execute("UPDATE statuses SET standing = 'probationary' WHERE person_id = ?", (accounts[2].username,))
    chair = await seated(browser, house, meeting, accounts[0])
    probationer = await seated(browser, house, meeting, accounts[2], **PHONE)
    async with asyncio.timeout(LIMIT):
        await chair.button("Khai mạc").click()
        await opened(chair)
        await expect(ballot(probationer)).to_contain_text(MOTION)
        await expect(ballot(probationer)).to_contain_text("Đồng chí dự bị không biểu quyết")
        await expect(ballot(probationer)).to_contain_text("0/2 đồng chí đã biểu quyết")
        await expect(ballot(probationer).get_by_role("button")).to_have_count(0)
        await sound(probationer.page)
