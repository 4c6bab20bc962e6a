"""From the plan to the open meeting: planned, prepared, announced, answered, joined, a document read together."""

import asyncio
import re
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from server.demo.seed import demo_password
from tests.convening.files import pdf

from .house import House
from .test_access import sound
from .test_vote import PHONE
from .visitor import Visitor, visitor

pytestmark = pytest.mark.e2e
CELL = "/units/demo-cell-1"
TITLE = "Sinh hoạt chi bộ bàn việc đi biển"
DOCUMENT = "Dự thảo nghị quyết"
PAGES = ("Trang thứ nhất", "Trang thứ hai: nhiệm vụ", "Trang thứ ba")
LIMIT = 120


async def _person(browser: Browser, house: House, username: str, **context: object) -> Visitor:
    person = await visitor(browser, house.url, **context)
    await person.sign_in(username, demo_password(house.data))
    return person


async def _planned(secretary: Visitor, house: House) -> str:
    """By its forms: the meeting, one more item, a document to it; the notice.  The meeting's id."""
    page, later = secretary.page, datetime.now(UTC) + timedelta(days=10)
    await page.goto(f"{house.url}/meetings")
    await page.get_by_role("link", name="Lên kế hoạch cuộc họp").click()
    await page.get_by_label("Ngày").fill(later.date().isoformat())
    await page.get_by_label("Tên", exact=True).fill(TITLE)
    await page.get_by_role("button", name="Lên kế hoạch").click()
    await page.wait_for_url("**/plan")
    await sound(page)
    await page.get_by_text("Thêm nội dung", exact=True).first.click()
    added = page.locator("form:has(#f-title-new)")
    await added.get_by_label("Nội dung", exact=True).fill("Bàn việc đi biển an toàn")
    await added.get_by_role("button", name="Thêm nội dung").click()
    up = page.get_by_role("button", name="Chuyển lên: Bàn việc đi biển an toàn")
    for _ in range(2):  # by keyboard
        await up.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_load_state()
    await expect(page.locator(".agenda-list > li").nth(4)).to_contain_text("Bàn việc đi biển an toàn")
    file = {"name": "nghi-quyet.pdf", "mimeType": "application/pdf", "buffer": pdf(*PAGES)}
    await page.get_by_label("Tệp").set_input_files(file)
    await page.locator("#f-title-document").fill(DOCUMENT)
    await page.get_by_label("Thuộc nội dung").select_option(label="5. Bàn việc đi biển an toàn")
    await page.get_by_role("button", name="Thêm tài liệu").click()
    await expect(page.get_by_role("link", name=DOCUMENT)).to_be_visible()
    await page.get_by_role("button", name="Gửi thông báo").click()
    await expect(page.locator("#notice")).to_contain_text("Đã gửi")
    found = re.search(r"/meetings/(\w+)/plan", page.url)
    assert found
    return found.group(1)


async def _answered(member: Visitor, other: Visitor, secretary: Visitor, meeting: str) -> None:
    """From the bell: one comes, one cannot; the secretary accepts the excuse."""
    for person in (member, other):
        await person.page.goto(f"{person.url}/notices")
        await person.page.get_by_role("link", name=f"Mời họp: {TITLE}").click()
        await person.page.wait_for_url(f"**/meetings/{meeting}/invitation")
    await member.page.get_by_role("button", name="Tôi sẽ dự họp").click()
    await expect(member.page.locator("#answer")).to_contain_text("đã trả lời sẽ dự họp")
    await sound(member.page)
    await other.page.get_by_text("Tôi không dự được, vì …").click()
    await other.page.get_by_label("Lý do").fill("Đang trên tàu")
    await other.page.get_by_role("button", name="Gửi bí thư").click()
    await secretary.page.goto(f"{secretary.url}/meetings/{meeting}/plan")
    await secretary.page.get_by_role("button", name=re.compile("^Chấp nhận Cao Văn Phúc")).click()
    await expect(secretary.page.locator("#answers")).to_contain_text("đã chấp nhận lý do")


def _the_day_has_come(house: House, meeting: str) -> None:
    """Nobody waits ten days for a test."""
    with sqlite3.connect(house.data / "chibo.sqlite") as connection:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        connection.execute("UPDATE meetings SET planned_for = ? WHERE id = ?", (now, meeting))


async def _inked(page: Page) -> None:
    """Until something is drawn on the page of the document: ink, not only paper."""
    await page.wait_for_function(
        """() => {
          const canvas = document.querySelector('.paper-frame canvas');
          if (!canvas || !canvas.width) return false;
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          const ink = (at) => data[at] < 150 && Math.abs(data[at] - data[at + 2]) < 12;
          for (let at = 0; at < data.length; at += 4) if (ink(at)) return true;
          return false;
        }"""
    )


async def _reads(person: Visitor, number: int) -> None:
    """The page of the document before him, drawn, and its text for who cannot see it."""
    await expect(person.page.locator(".paper-frame")).to_have_attribute("data-page", str(number))
    await expect(person.page.locator(".paper-frame .unseen")).to_contain_text(PAGES[number - 1])
    await _inked(person.page)


async def _together(chair: Visitor, member: Visitor) -> None:
    """Everybody follows the chair; a member turns his own pages, and follows again."""
    await chair.page.get_by_role("tab", name="Chương trình").click()
    await chair.page.get_by_role("button", name=f"Mở cho mọi người {DOCUMENT}").click()
    await _reads(member, 1)
    await chair.page.get_by_role("button", name="Trang sau").click()
    await _reads(chair, 2)
    await _reads(member, 2)
    await sound(member.page)
    await sound(chair.page)
    await member.page.get_by_role("button", name="Xem trang riêng").click()
    await member.page.get_by_role("button", name="Trang sau").click()
    await _reads(member, 3)
    await chair.page.get_by_role("button", name="Trang trước").click()
    await _reads(chair, 1)
    await _reads(member, 3)
    await member.page.get_by_role("button", name="Theo người chủ trì").click()
    await _reads(member, 1)
    await chair.page.get_by_role("button", name="Đóng tài liệu").click()
    await expect(member.page.locator(".paper-frame")).to_have_count(0)


async def test_from_the_plan_to_the_document_that_all_read(house: House, browser: Browser) -> None:
    assert (await house.chibo("seed"))[0] == 0
    secretary = await _person(browser, house, "bithu")
    member = await _person(browser, house, "dangvien01", **PHONE)
    other = await _person(browser, house, "dangvien10")
    async with asyncio.timeout(LIMIT):
        meeting = await _planned(secretary, house)
        await _answered(member, other, secretary, meeting)
        _the_day_has_come(house, meeting)
        await secretary.enter(meeting)
        await member.page.goto(f"{house.url}/meetings/{meeting}")  # the link of the notice: the first tap
        await member.button("Vào họp").click()  # and the second
        await member.arrived()
        await secretary.button("Khai mạc").click()
        await secretary.page.get_by_role("tab", name="Điểm danh").click()
        await expect(secretary.page.get_by_role("tabpanel")).to_contain_text("vắng có lý do: Đang trên tàu")
        await secretary.page.get_by_role("tab", name="Điểm danh").click()
        await expect(secretary.page.get_by_role("tabpanel")).to_contain_text("Đang trên tàu")
        await _together(secretary, member)
        await secretary.page.get_by_role("tab", name="Chương trình").click()
        await expect(secretary.page.locator(".carried").first).to_contain_text("Đủ áo phao, thay mới 4 phao tròn")
        await secretary.page.goto(f"{house.url}/meetings/{meeting}/plan")
        await expect(secretary.page.locator("#documents")).to_contain_text("đã mở 2 trên 24")
