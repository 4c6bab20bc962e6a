"""A cell splits in three real browsers and with simulated members, loses people and the server, and is whole again."""

import asyncio
from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from server.demo.large import large_cell, name_of
from server.demo.member import SimulatedMember
from server.demo.screen import Screen

from .crowd import joined, kept, minutes
from .house import House
from .test_access import sound
from .test_vote import PHONE, seated
from .visitor import PICTURES, VOICES, Visitor

pytestmark = pytest.mark.e2e
LIMIT = 200  # seconds for all that the test waits for
ITEM = "Nhiệm vụ tháng tới"
OPINION = "Nhất trí tăng số buổi tuyên truyền ở các tổ liên gia"


async def in_group(person: Visitor, name: str) -> None:
    await expect(person.page.locator(".group-name")).to_have_text(f"Đồng chí đang ở {name}")


async def hears_only(person: Visitor, speaker: SimulatedMember, own: set[str]) -> None:
    """The voice and the pictures are those of the place."""
    await person.hears(speaker.screen.me)
    while not {person.slots[mid] for mid in PICTURES if mid in person.slots} <= own:
        await person.growing("energy", ())


async def test_three_pages_go_into_two_groups_and_back(house: House, browser: Browser) -> None:
    meeting, accounts = await large_cell(house.database, 9, parties=2)  # 1, 3, 5, 7 and 2, 4, 6, 8
    chair = await seated(browser, house, meeting, accounts[0])
    first = await seated(browser, house, meeting, accounts[3], **PHONE)  # leads Tổ 1
    second = await seated(browser, house, meeting, accounts[4])  # leads Tổ 2
    others = [accounts[number] for number in (0, 1, 5, 6)]  # the chair has a second page open
    async with asyncio.timeout(LIMIT), joined(house, meeting, others) as (desk, deputy, five, six):
        await chair.button("Khai mạc").click()
        await chair.page.get_by_role("tab", name="Điều hành").click()
        await chair.page.get_by_role("switch", name="Thảo luận tự do").click()
        for speaker in (five, six):
            await speaker.until(lambda screen: screen.may("TurnOnMicrophone"))
            await speaker.ask("TurnOnMicrophone")

        await chair.page.get_by_role("tab", name="Chia tổ").click()
        await chair.button("Chia tổ").click()
        dialog = chair.page.get_by_role("dialog")
        await dialog.get_by_label(ITEM).check()
        await dialog.get_by_label("Trong bao lâu").select_option("5")
        await sound(chair.page)
        await chair.page.set_viewport_size({"width": 360, "height": 740})
        await sound(chair.page)
        await chair.page.set_viewport_size({"width": 1280, "height": 800})
        await dialog.get_by_role("button", name="Chia tổ").click()
        await in_group(first, "Tổ 1")
        await in_group(second, "Tổ 2")
        await expect(chair.page.locator(".group-name")).to_contain_text("Các tổ đang thảo luận")
        seats = {seat["name"]: member for member, seat in five.screen.view["seats"].items()}
        own = [{seats[name_of(number)] for number in numbers} for numbers in ((1, 3, 5, 7), (2, 4, 6, 8))]
        await asyncio.gather(hears_only(first, five, own[0]), hears_only(second, six, own[1]))
        assert await connections(first) == await connections(second) == 1, "nobody negotiated anew"

        await chair.page.get_by_role("button", name="Đến dự Tổ 1").click()
        await expect(first.page.get_by_text(f"Đang dự ở đây: {name_of(0)}")).to_be_visible()
        await chair.button("Về hội trường").click()

        await first.page.get_by_role("tab", name="Chia tổ").click()
        await first.page.get_by_label("Ý kiến tán thành").fill(OPINION)
        await first.page.reload()  # before the server has it
        await in_group(first, "Tổ 1")
        await first.page.get_by_role("tab", name="Chia tổ").click()
        await expect(first.page.get_by_label("Ý kiến tán thành")).to_have_value(OPINION)
        await first.page.set_viewport_size({"width": 360, "height": 740})
        await sound(first.page)
        await first.button("Nộp báo cáo").click()
        await expect(first.page.get_by_text("Đã nộp báo cáo")).to_be_visible()

        await chair.page.get_by_role("tab", name="Chia tổ").click()
        await chair.page.locator("#side-panel").get_by_role("button", name="Về hội trường", exact=True).click()
        await chair.page.get_by_role("dialog").get_by_role("button", name="Về hội trường", exact=True).click()
        await expect(first.page.locator(".group-banner")).to_have_count(0)
        await expect(chair.page.get_by_text("Chưa báo cáo: Tổ 2")).to_be_visible()
        await second.page.get_by_role("tab", name="Chương trình").click()
        await chair.page.get_by_role("tab", name="Chương trình").click()
        await expect(second.page.locator(".report")).to_contain_text(OPINION)
        await asyncio.gather(sound(chair.page), sound(second.page))
        for person in (first, second):
            assert await connections(person) == 1

        await asked(desk, "FormGroups", questions=[{"id": "again", "item": "3"}], minutes=1)
        await in_group(first, "Tổ 1")
        await desk.leave()
        await chair.context.close()
        await second.context.close()  # chair and leader are gone: half a minute later others are asked
        await six.until(lambda screen: bool(screen.groups.get("offered")))
        await asked(six, "LeadGroup")
        await deputy.until(lambda screen: bool(screen.mine["offered"]))
        await asked(deputy, "TakeChair")
        await house.kill()
        await house.start()
        await six.until(lambda screen: six.is_online and screen.place != "" and bool(screen.groups["leads"]))
        await in_group(first, "Tổ 1")
        await deputy.until(lambda screen: not screen.apart)  # the time is over, and nobody asked
        await expect(first.page.locator(".group-banner")).to_have_count(0)
        assert six.screen.place == five.screen.place == ""
        await asked(deputy, "Close")

    log = kept(house, meeting)
    assert [entry.name for entry in log].count("GroupsGathered") == 2
    opened = next(entry.at for entry in log if entry.name == "Opened")
    sheet = await minutes(house, meeting, accounts[1])
    held = (log[-1].at - opened) // timedelta(seconds=1)
    stayed = [
        sheet[row] for row, seat in enumerate(log[0].data["roster"]) if seat["name"] in map(name_of, (1, 3, 5, 6))
    ]
    assert stayed == [held] * 4, "a split costs nobody a second"


async def test_a_reload_in_mid_move_lands_where_one_belongs_and_no_typed_word_is_lost(
    house: House, browser: Browser
) -> None:
    meeting, accounts = await large_cell(house.database, 9, parties=2)  # 1, 3, 5, 7 and 2, 4, 6, 8
    async with asyncio.timeout(LIMIT), joined(house, meeting, [accounts[n] for n in (0, 5, 6)]) as (chair, five, six):
        leader = await seated(browser, house, meeting, accounts[3], **PHONE)  # of Tổ 1
        await asked(chair, "Open")
        await asked(chair, "OpenDiscussion")
        seats = {seat["name"]: member for member, seat in chair.screen.view["seats"].items()}
        me, own = seats[name_of(3)], {seats[name_of(number)] for number in (1, 3, 5, 7)}
        await asked(five, "TurnOnMicrophone")
        for number, (on, pause) in enumerate([(True, 0), (False, 150), (True, 400)]):
            await leader.button("Bật tiếng" if on else "Tắt tiếng").click()
            await leader.button("Tắt tiếng" if on else "Bật tiếng").wait_for()
            await asked(five, "TurnOffMicrophone" if on else "TurnOnMicrophone")
            questions = [{"id": f"q{number}", "item": "3"}]
            await asyncio.gather(asked(chair, "FormGroups", questions=questions, minutes=5), reloaded(leader, pause))
            await in_group(leader, "Tổ 1")
            await as_it_was(leader, five, six, me, own, on)
            await asyncio.gather(asked(chair, "GatherGroups"), reloaded(leader, pause))
            await expect(leader.page.locator(".group-banner")).to_have_count(0)
            await as_it_was(leader, five, chair, me, set(seats.values()), on, apart=False)

        await asked(chair, "FormGroups", questions=[{"id": "last", "item": "3"}], minutes=1)
        await in_group(leader, "Tổ 1")
        await leader.page.get_by_role("tab", name="Chia tổ").click()
        field, typed = leader.page.get_by_label("Ý kiến tán thành"), ""
        while chair.screen.apart:  # until the time is over, in the middle of a word
            await field.press_sequentially("nhất trí ", delay=100)  # ms: as people type; the field takes 2,000 letters
            typed += "nhất trí "
        await field.press_sequentially("hết")
        await expect(leader.page.locator(".group-banner")).to_have_count(0)
        await leader.page.reload()
        await leader.page.get_by_role("tab", name="Chia tổ").click()
        await expect(field).to_have_value(f"{typed}hết")
        await leader.button("Nộp báo cáo").click()
        await expect(leader.page.get_by_text("Đã nộp báo cáo")).to_be_visible()
    drafts = [entry.data["answer"]["in_favour"] for entry in kept(house, meeting) if entry.name == "ReportDrafted"]
    assert drafts[-1] == f"{typed}hết"


async def reloaded(person: Visitor, pause: float) -> None:
    """ms after the others began."""
    await person.page.wait_for_timeout(pause)
    await person.page.reload()


async def as_it_was(
    person: Visitor, mate: SimulatedMember, other: SimulatedMember, me: str, own: set[str], on: bool, apart: bool = True
) -> None:
    """His microphone, who hears him, and whom he hears and sees."""
    await person.button("Tắt tiếng" if on else "Bật tiếng").wait_for()
    if on:
        await mate.until(lambda screen: me in heard_by(screen))
        assert not apart or me not in heard_by(other.screen)
    else:
        await hears_only(person, mate, own)


def heard_by(screen: Screen) -> set[str]:
    return {screen.slots[mid] for mid in VOICES if mid in screen.slots}


async def asked(member: SimulatedMember, name: str, **fields: object) -> None:
    answer = await member.ask(name, **fields)
    assert "done" in answer, answer


async def connections(person: Visitor) -> int:
    return int(await person.page.evaluate("window.connections.length"))
