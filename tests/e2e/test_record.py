"""The record while it is made, in real browsers: conclusions, tasks, the minutes of two hands, a count on paper."""

import asyncio

import pytest
from playwright.async_api import Browser, Locator, expect

from server.demo.large import large_cell, name_of

from .crowd import kept
from .house import House
from .test_access import sound
from .test_vote import LIMIT, PHONE, seated
from .visitor import Visitor

pytestmark = pytest.mark.e2e


async def chapter(person: Visitor, title: str) -> Locator:
    """A chapter of the record, unfolded."""
    tab = person.page.get_by_role("tab", name="Biên bản")
    if await tab.get_attribute("aria-selected") != "true":
        await tab.click()
    found = person.page.locator(".chapter").filter(has=person.page.locator("summary", has_text=title))
    if await found.get_attribute("open") is None:
        await found.locator("summary").first.click()
    return found


async def test_conclusions_tasks_and_minutes_go_into_the_record(house: House, browser: Browser) -> None:
    meeting, accounts = await large_cell(house.database, 3)
    chair = await seated(browser, house, meeting, accounts[0])
    clerk = await seated(browser, house, meeting, accounts[1], **PHONE)
    async with asyncio.timeout(LIMIT):
        await chair.button("Khai mạc").click()
        opening = await chapter(chair, "Khai mạc")
        await opening.get_by_label("Cử thư ký cuộc họp").select_option(label=name_of(1))
        await opening.get_by_role("button", name="Cử", exact=True).click()
        await opening.get_by_role("button", name="Thông qua chương trình").click()
        await expect(opening).to_contain_text("Thông qua lúc")
        await chair.page.get_by_role("button", name="Bắt đầu nội dung").click()

        conclusions = await chapter(chair, "Kết luận")
        await conclusions.get_by_role("button", name="Ghi kết luận").click()
        await (
            chair.page.get_by_role("dialog")
            .get_by_label("Kết luận của đồng chí chủ trì")
            .fill("Thống nhất như dự thảo.")
        )
        await chair.page.get_by_role("dialog").get_by_role("button", name="Ghi", exact=True).click()

        tasks = await chapter(chair, "Nhiệm vụ")
        await tasks.get_by_role("button", name="Giao nhiệm vụ").click()
        dialog = chair.page.get_by_role("dialog")
        await dialog.get_by_label("Nội dung nhiệm vụ").fill("Rà soát hồ sơ đảng viên")
        await dialog.get_by_label("Người thực hiện").select_option(label=name_of(2))
        await dialog.get_by_label("Thời hạn").fill("2027-01-31")
        await dialog.get_by_role("button", name="Ghi", exact=True).click()
        await expect(tasks).to_contain_text(f"{name_of(2)}, hạn 31/01/2027")
        await sound(chair.page)
        await expect(await chapter(clerk, "Nhiệm vụ")).to_contain_text("Rà soát hồ sơ đảng viên")
        await expect(await chapter(clerk, "Kết luận")).to_contain_text("Thống nhất như dự thảo.")

        await two_write_at_once(chair, clerk)
        await sound(clerk.page)
    said = [entry.data for entry in kept(house, meeting) if entry.name == "MinutesWritten"]
    assert [entry["text"] for entry in said] == ["Chủ trì ghi.", "Chủ trì ghi.\n\nThư ký ghi."]
    assert (await house.chibo("verify", meeting))[0] == 0


async def two_write_at_once(chair: Visitor, clerk: Visitor) -> None:
    """The slower one keeps what he wrote, sees what is newer, and puts both together."""
    slow, fast = await chapter(clerk, "Biên bản"), await chapter(chair, "Biên bản")
    whole = "Chung cả cuộc họp"
    await slow.get_by_label(whole).press_sequentially("Thư ký")
    await fast.get_by_label(whole).fill("Chủ trì ghi.")
    await fast.get_by_label(whole).blur()
    await expect(slow).to_contain_text("vừa ghi vào phần này")
    await slow.get_by_label(whole).press_sequentially(" ghi.")
    await expect(slow.get_by_label(whole)).to_have_value("Thư ký ghi.")
    await slow.get_by_role("button", name="Ghép cả hai").click()
    await slow.get_by_role("button", name="Ghi", exact=True).click()
    await expect(fast.get_by_label(whole)).to_have_value("Chủ trì ghi.\n\nThư ký ghi.")


async def test_a_count_on_paper_stands_when_two_have_counted_alike(house: House, browser: Browser) -> None:
    meeting, accounts = await large_cell(house.database, 3)
    chair = await seated(browser, house, meeting, accounts[0])
    deputy = await seated(browser, house, meeting, accounts[1], **PHONE)
    async with asyncio.timeout(LIMIT):
        await chair.button("Khai mạc").click()
        await chair.page.get_by_role("tab", name="Điều hành").click()
        await chair.button("Đưa ra biểu quyết").click()
        dialog = chair.page.get_by_role("dialog")
        await dialog.get_by_label("Nội dung biểu quyết").fill("Bầu đại biểu")
        await dialog.get_by_label("Loại nội dung").select_option("election")
        await dialog.get_by_role("button", name="Ghi nhận bỏ phiếu giấy").click()
        await expect(dialog).to_have_count(0)
        await counts(chair, "2")
        await expect(await chapter(deputy, "Biểu quyết")).to_contain_text(name_of(0))
        await counts(deputy, "3")
        await expect(await chapter(chair, "Biểu quyết")).to_contain_text(f"{name_of(1)}: Tán thành 3")
        await counts(deputy, "2")
        await expect(await chapter(chair, "Biểu quyết")).to_contain_text("2/3 tán thành, đạt 66,66 %")
    names = [entry.name for entry in kept(house, meeting)]
    assert (names.count("CountEntered"), names.count("CountRecorded")) == (3, 1)


async def counts(person: Visitor, in_favour: str) -> None:
    votes = await chapter(person, "Biểu quyết")
    await votes.get_by_label("Tán thành", exact=True).fill(in_favour)
    await votes.get_by_label("Không tán thành").fill("0")
    await votes.get_by_label("Ý kiến khác").fill("0")
    await votes.get_by_role("button", name="Ghi kết quả tôi kiểm").click()
