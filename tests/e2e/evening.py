"""The steps of one whole meeting, as people take them at their screens: before it, in it, and its papers afterwards."""

import re
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from server.demo.member import SimulatedMember
from tests.convening.files import pdf

from .house import House
from .test_access import sound
from .test_record import chapter
from .test_vote import ballot, closed, opened, votes
from .visitor import Visitor

TITLE = "Sinh hoạt chi bộ bàn việc đi biển"
DOCUMENT = "Dự thảo nghị quyết"
PAGES = ("Trang thứ nhất", "Trang thứ hai: nhiệm vụ", "Trang thứ ba")
RESOLUTION = "Thông qua nghị quyết về an toàn đi biển"
SAID = "Đồng chí chủ trì phổ biến chính sách mới; các đồng chí nhất trí."
CONCLUSION = "Thống nhất như dự thảo; mỗi chuyến biển có một đảng viên phụ trách an toàn."
TASK = "=Rà soát #áo phao *trên tàu*"  # as no spreadsheet, no layout and no page may take it
RESERVED = "Đề nghị bổ sung kinh phí mua phao"
EXCUSE = "Đang trên tàu"


# -- Before ----------------------------------------------------------------------------------------------------------


async def planned(secretary: Visitor) -> str:
    """From the template, with one more item and a document to it; the notice.  The meeting's id."""
    page, later = secretary.page, datetime.now(UTC) + timedelta(days=10)
    await page.goto(f"{secretary.url}/meetings")
    await page.get_by_role("link", name="Lên kế hoạch cuộc họp").click()
    await page.get_by_label("Ngày").fill(later.date().isoformat())
    await page.get_by_label("Tên", exact=True).fill(TITLE)
    await page.get_by_role("button", name="Lên kế hoạch").click()
    await page.wait_for_url("**/plan")
    await sound(page)
    await page.get_by_text("Thêm nội dung", exact=True).first.click()
    added = page.locator("form:has(#f-title-new)")
    await added.get_by_label("Nội dung", exact=True).fill("Bàn việc đi biển an toàn")
    await added.get_by_role("button", name="Thêm nội dung").dblclick()  # a nervous hand sends one all the same
    up = page.get_by_role("button", name="Chuyển lên: Bàn việc đi biển an toàn")
    for _ in range(2):  # by keyboard
        await up.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_load_state()
    await expect(page.locator(".agenda-list > li").nth(4)).to_contain_text("Bàn việc đi biển an toàn")
    await uploads(page)
    await page.get_by_role("button", name="Gửi thông báo").click()
    await expect(page.locator("#notice")).to_contain_text("Đã gửi")
    found = re.search(r"/meetings/(\w+)/plan", page.url)
    assert found
    return found.group(1)


async def uploads(page: Page) -> None:
    file = {"name": "nghi-quyet.pdf", "mimeType": "application/pdf", "buffer": pdf(*PAGES)}
    await page.get_by_label("Tệp", exact=True).set_input_files(file)
    await page.locator("#f-title-document").fill(DOCUMENT)
    await page.get_by_label("Thuộc nội dung").select_option(label="5. Bàn việc đi biển an toàn")
    await page.get_by_label("Tôi xác nhận").check()
    await page.get_by_role("button", name="Thêm tài liệu").click()
    await expect(page.get_by_role("link", name=DOCUMENT)).to_be_visible()


async def answered(member: Visitor, other: Visitor, secretary: Visitor, meeting: str) -> None:
    """From the bell: one comes, one cannot; the secretary accepts the excuse."""
    for person in (member, other):
        await person.page.goto(f"{person.url}/notices")
        await person.page.get_by_role("link", name=f"Mời họp: {TITLE}").click()
        await person.page.wait_for_url(f"**/meetings/{meeting}/invitation")
    await member.page.get_by_role("button", name="Tôi sẽ dự họp").click()
    await expect(member.page.locator("#answer")).to_contain_text("đã trả lời sẽ dự họp")
    await sound(member.page)
    await other.page.get_by_text("Tôi không dự được, vì …").click()
    await other.page.get_by_label("Lý do").fill(EXCUSE)
    await other.page.get_by_role("button", name="Gửi bí thư").click()
    await secretary.page.goto(f"{secretary.url}/meetings/{meeting}/plan")
    await secretary.page.get_by_role("button", name=re.compile("^Chấp nhận Cao Văn Phúc")).click()
    await expect(secretary.page.locator("#answers")).to_contain_text("đã chấp nhận lý do")


def the_day_has_come(house: House, meeting: str) -> None:
    """Nobody waits ten days for a test."""
    with sqlite3.connect(house.data / "chibo.sqlite") as connection:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        connection.execute("UPDATE meetings SET planned_for = ? WHERE id = ?", (now, meeting))


# -- In the meeting --------------------------------------------------------------------------------------------------


async def opens(chair: Visitor, clerk: str) -> None:
    """Khai mạc, the roll, who keeps the minutes, the agenda."""
    await chair.button("Khai mạc").click()
    await chair.page.get_by_role("tab", name="Điểm danh").click()
    await expect(chair.page.get_by_role("tabpanel")).to_contain_text(f"vắng có lý do: {EXCUSE}")
    await expect(chair.page.locator(".room-clock")).to_contain_text("/ 90 phút")
    opening = await chapter(chair, "Khai mạc")
    await opening.get_by_label("Cử thư ký cuộc họp").select_option(label=clerk)
    await opening.get_by_role("button", name="Cử", exact=True).click()
    await opening.get_by_role("button", name="Thông qua chương trình").click()
    await expect(opening).to_contain_text("Thông qua lúc")


async def reads(person: Visitor, number: int) -> None:
    """The page of the document before him, drawn, and its text for who cannot see it."""
    await expect(person.page.locator(".paper-frame")).to_have_attribute("data-page", str(number))
    await expect(person.page.locator(".paper-frame .unseen")).to_contain_text(PAGES[number - 1])
    await _inked(person.page)


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


async def together(chair: Visitor, member: Visitor) -> None:
    """Everybody follows the chair; a member turns his own pages, and follows again."""
    await chair.page.get_by_role("tab", name="Chương trình").click()
    await expect(chair.page.locator(".carried").first).to_contain_text("Đủ áo phao, thay mới 4 phao tròn")
    await (
        chair.page.get_by_role("listitem")
        .filter(has_text="Bàn việc đi biển an toàn")
        .get_by_role("button", name="Bắt đầu nội dung")
        .click()
    )
    await chair.page.get_by_role("button", name=f"Mở cho mọi người {DOCUMENT}").click()
    await reads(member, 1)
    await chair.page.get_by_role("button", name="Trang sau").click()
    await reads(chair, 2)
    await reads(member, 2)
    await sound(member.page)
    await sound(chair.page)
    await member.page.get_by_role("button", name="Xem trang riêng").click()
    await member.page.get_by_role("button", name="Trang sau").click()
    await reads(member, 3)
    await chair.page.get_by_role("button", name="Trang trước").click()
    await reads(chair, 1)
    await reads(member, 3)
    await member.page.get_by_role("button", name="Theo người chủ trì").click()
    await reads(member, 1)
    await chair.page.get_by_role("button", name="Đóng tài liệu").click()
    await expect(member.page.locator(".paper-frame")).to_have_count(0)


async def speaks(chair: Visitor, member: Visitor, name: str) -> None:
    await member.button("Xin phát biểu").click()
    await chair.button(f"Mời phát biểu: {name}").click()
    await member.button("Kết thúc phát biểu").click()
    await member.button("Xin phát biểu").wait_for()


async def writes(clerk: Visitor, member: Visitor) -> None:
    """The minutes secretary adds what was said; the others see that it is being written, and not what."""
    minutes = await chapter(clerk, "Biên bản")
    part = minutes.get_by_label("Bàn việc đi biển an toàn")
    await part.fill(SAID)
    await part.blur()
    await expect(await chapter(member, "Biên bản")).to_contain_text("đang soạn")
    await expect(await chapter(member, "Biên bản")).not_to_contain_text("nhất trí")


async def concludes(chair: Visitor, owner: str, deadline: date) -> None:
    conclusions = await chapter(chair, "Kết luận")
    await conclusions.get_by_role("button", name="Ghi kết luận").click()
    dialog = chair.page.get_by_role("dialog")
    await dialog.get_by_label("Kết luận của đồng chí chủ trì").fill(CONCLUSION)
    await dialog.get_by_role("button", name="Ghi", exact=True).click()
    tasks = await chapter(chair, "Nhiệm vụ")
    await tasks.get_by_role("button", name="Giao nhiệm vụ").click()
    dialog = chair.page.get_by_role("dialog")
    await dialog.get_by_label("Nội dung nhiệm vụ").fill(TASK)
    await dialog.get_by_label("Người thực hiện").select_option(label=owner)
    await dialog.get_by_label("Thời hạn").fill(deadline.isoformat())
    await dialog.get_by_role("button", name="Ghi", exact=True).click()
    await expect(dialog).to_have_count(0)


async def _all_in_favour(others: list[SimulatedMember]) -> None:
    for other in others:
        await other.until(lambda screen: "open" in screen.view["votes"])
        vote = other.screen.view["votes"]["open"]
        assert "done" in await other.ask("CastBallot", vote=vote, choice="for")


async def resolves(
    chair: Visitor, clerk: Visitor, member: Visitor, doubting: Visitor, others: list[SimulatedMember]
) -> None:
    """By pages and simulated members; one changes his ballot, one reserves his opinion."""
    await opened(chair, RESOLUTION)
    await votes(member, "Ý kiến khác")
    await ballot(member).get_by_role("button", name="Đổi phiếu").click()
    await votes(member, "Tán thành")
    await ballot(doubting).get_by_role("button", name="Không tán thành").click()
    await ballot(doubting).get_by_label("Ý kiến của đồng chí").fill(RESERVED)
    await ballot(doubting).get_by_label("Tôi bảo lưu").check()
    await ballot(doubting).get_by_role("button", name="Gửi phiếu").click()
    await expect(ballot(doubting)).to_contain_text("Đã ghi phiếu của đồng chí: Không tán thành")
    for person in (chair, clerk):
        await votes(person, "Tán thành")
    await _all_in_favour(others)
    await closed(chair)
    await expect(ballot(member)).to_contain_text("Được thông qua")


async def scores(chair: Visitor, people: tuple[Visitor, ...], others: list[SimulatedMember]) -> None:
    """The sheet by its form, one point short and why; agreed by the committee, voted by the cell."""
    sheet = await chapter(chair, "Chấm điểm")
    await sheet.get_by_text("Đề xuất điểm", exact=True).click()
    for line in await sheet.locator(".score-line").all():
        label = await line.locator(".label").first.inner_text()
        most = re.findall(r"\d+", label)[-1]
        await line.locator("input").first.fill(most)
    await sheet.locator(".score-line input").first.fill("4")
    await sheet.get_by_label("Lý do trừ điểm").fill("Bắt đầu chậm năm phút")
    await sheet.get_by_role("button", name="Đề xuất bảng điểm").click()
    await sheet.get_by_role("button", name="Chi ủy thống nhất").click()
    await sheet.get_by_role("button", name="Đưa ra chi bộ biểu quyết").click()
    for person in people:
        await votes(person, "Tán thành")
    await _all_in_favour(others)
    await closed(chair)
    await expect(await chapter(chair, "Chấm điểm")).to_contain_text("Chi bộ đã thông qua")


async def adopts(chair: Visitor) -> None:
    """The minutes read and adopted; Bế mạc."""
    minutes = await chapter(chair, "Biên bản")
    await minutes.get_by_role("button", name="Đọc biên bản").click()
    await minutes.get_by_role("button", name="Thông qua biên bản").click()
    await expect(minutes).to_contain_text("Thông qua lúc")
    await chair.page.get_by_role("tab", name="Điều hành").click()
    await chair.page.get_by_role("button", name="Bế mạc").first.click()
    await chair.page.get_by_role("dialog").get_by_role("button", name="Bế mạc").click()


# -- Afterwards ------------------------------------------------------------------------------------------------------


def _section(page: Page, title: str) -> Locator:
    return page.locator("section.sheet").filter(has=page.get_by_role("heading", name=re.compile(f"^{title}")))


async def draws_and_signs(chair: Visitor, password: str) -> None:
    page = chair.page
    await page.get_by_role("link", name="Đến hồ sơ cuộc họp").click()
    for title in ("Biên bản", "Nghị quyết"):
        await _section(page, title).get_by_role("button", name="Lập văn bản").click()
        await expect(_section(page, title)).to_contain_text("chờ ký")
    await sound(page)
    for title in ("Biên bản", "Nghị quyết"):
        section = _section(page, title)
        await section.get_by_label("Mật khẩu của đồng chí").fill("không phải mật khẩu này")
        await section.get_by_role("button", name="Xác nhận và ký").click()
        await expect(page.get_by_role("alert")).to_contain_text("Mật khẩu")
        await section.get_by_label("Mật khẩu của đồng chí").fill(password)
        await section.get_by_label("Mật khẩu của đồng chí").press("Enter")  # by keyboard alone
        await expect(section).to_contain_text("đã xác nhận")


async def signs_on_the_phone(clerk: Visitor, meeting: str, password: str) -> None:
    page = clerk.page
    await page.goto(f"{clerk.url}/meetings/{meeting}/papers/minutes")
    await expect(page.locator(".paper")).to_contain_text(SAID)
    await sound(page)
    await page.get_by_role("link", name="Hồ sơ").first.click()
    for title in ("Biên bản", "Nghị quyết"):
        await _section(page, title).get_by_label("Mật khẩu của đồng chí").fill(password)
        await _section(page, title).get_by_role("button", name="Xác nhận và ký").click()
        await expect(_section(page, title)).to_contain_text("đã ký")
    await sound(page)


async def posts(chair: Visitor) -> None:
    await chair.page.reload()
    await expect(chair.page.get_by_text("đã xác nhận")).to_have_count(4)
    today = datetime.now(UTC).date().isoformat()
    for button in ("Đã đăng", "Đã báo cáo"):
        row = chair.page.locator("form").filter(has=chair.page.get_by_role("button", name=button))
        await row.locator("input[type=date]").fill(today)
        await row.get_by_role("button", name=button).click()
        await expect(chair.page.get_by_role("status")).to_contain_text("Đã ghi nhận")


async def carries(chair: Visitor, folder: Path) -> Path:
    async with chair.page.expect_download() as waiting:
        await chair.page.get_by_role("link", name="Tải hồ sơ cuộc họp").click()
    file = folder / "meeting.zip"
    await (await waiting.value).save_as(file)
    return file
