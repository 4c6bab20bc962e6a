"""One whole meeting in real browsers, from its opening to the file that proves itself."""

import asyncio
import io
import re
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import docx
import pypdfium2
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from server.demo.crowd import Account
from server.demo.large import large_cell, name_of

from .crowd import kept
from .house import House
from .test_access import sound
from .test_record import chapter
from .test_vote import LIMIT, PHONE, closed, opened, seated, votes
from .visitor import Visitor

pytestmark = pytest.mark.e2e
SAID = "Đồng chí chủ trì phổ biến chính sách mới; các đồng chí nhất trí."


async def test_from_the_opening_to_a_file_that_proves_itself(house: House, browser: Browser, tmp_path: Path) -> None:
    meeting, accounts = await large_cell(house.database, 3)
    chair = await seated(browser, house, meeting, accounts[0])
    clerk = await seated(browser, house, meeting, accounts[1], **PHONE)
    member = await seated(browser, house, meeting, accounts[2], **PHONE)
    async with asyncio.timeout(2 * LIMIT):
        await _opens(chair)
        await _writes(chair, clerk, member)
        await _concludes(chair)
        await opened(chair, "Thông qua nghị quyết")
        for person in (chair, clerk, member):
            await votes(person, "Tán thành")
        await closed(chair)
        await _adopts(chair)
        await _to_the_papers(chair)
        await _draws_and_signs(chair, accounts[0])
        await _signs_on_the_phone(clerk, meeting, accounts[1])
        await chair.page.reload()
        await expect(chair.page.get_by_text("đã xác nhận")).to_have_count(4)
        await _posts(chair)
        file = await _carries(chair, tmp_path)
    await _proves(house, meeting, file)
    await _says(file)


async def _opens(chair: Visitor) -> None:
    await chair.button("Khai mạc").click()
    opening = await chapter(chair, "Khai mạc")
    await opening.get_by_label("Cử thư ký cuộc họp").select_option(label=name_of(1))
    await opening.get_by_role("button", name="Cử", exact=True).click()
    await opening.get_by_role("button", name="Thông qua chương trình").click()
    await chair.page.get_by_role("button", name="Bắt đầu nội dung").click()


async def _writes(chair: Visitor, clerk: Visitor, member: Visitor) -> None:
    """The minutes secretary adds what was said; the others see that it is being written, and not what."""
    minutes = await chapter(clerk, "Biên bản")
    first = minutes.get_by_label("Thông tin thời sự, chính sách mới")
    await first.fill(SAID)
    await first.blur()
    await expect(await chapter(member, "Biên bản")).to_contain_text("đang soạn")
    await expect(await chapter(member, "Biên bản")).not_to_contain_text("nhất trí")


async def _concludes(chair: Visitor) -> None:
    conclusions = await chapter(chair, "Kết luận")
    await conclusions.get_by_role("button", name="Ghi kết luận").click()
    dialog = chair.page.get_by_role("dialog")
    await dialog.get_by_label("Kết luận của đồng chí chủ trì").fill("Thống nhất như dự thảo.")
    await dialog.get_by_role("button", name="Ghi", exact=True).click()
    tasks = await chapter(chair, "Nhiệm vụ")
    await tasks.get_by_role("button", name="Giao nhiệm vụ").click()
    dialog = chair.page.get_by_role("dialog")
    await dialog.get_by_label("Nội dung nhiệm vụ").fill("=Rà soát #hồ sơ *đảng viên*")
    await dialog.get_by_label("Người thực hiện").select_option(label=name_of(2))
    await dialog.get_by_label("Thời hạn").fill("2027-01-31")
    await dialog.get_by_role("button", name="Ghi", exact=True).click()


async def _adopts(chair: Visitor) -> None:
    minutes = await chapter(chair, "Biên bản")
    await minutes.get_by_role("button", name="Đọc biên bản").click()
    await minutes.get_by_role("button", name="Thông qua biên bản").click()
    await expect(minutes).to_contain_text("Thông qua lúc")
    await chair.page.get_by_role("tab", name="Điều hành").click()
    await chair.page.get_by_role("button", name="Bế mạc").first.click()
    await chair.page.get_by_role("dialog").get_by_role("button", name="Bế mạc").click()


async def _to_the_papers(chair: Visitor) -> None:
    """From the closed room; a cell without a term enters it first."""
    await chair.page.get_by_role("link", name="Đến hồ sơ cuộc họp").click()
    await sound(chair.page)
    await chair.page.get_by_role("link", name="Nhập nhiệm kỳ").click()
    await sound(chair.page)
    await chair.page.get_by_label("Nhiệm kỳ", exact=True).fill("2025 – 2027")
    await chair.page.get_by_label("Từ ngày").fill("2025-07-01")
    await chair.page.get_by_label("Số biên bản cuối cùng").fill("4")
    await chair.page.get_by_role("button", name="Nhập nhiệm kỳ").click()
    await expect(chair.page.locator(".ledger")).to_contain_text("2025 – 2027")


def _section(page: Page, title: str) -> Locator:
    return page.locator("section.sheet").filter(has=page.get_by_role("heading", name=re.compile(f"^{title}")))


async def _draws_and_signs(chair: Visitor, account: Account) -> None:
    page = chair.page
    await page.goto(f"{chair.url}/meetings")
    await page.get_by_role("link", name="Hồ sơ").first.click()
    for title in ("Biên bản", "Nghị quyết"):
        await _section(page, title).get_by_role("button", name="Lập văn bản").click()
        await expect(_section(page, title)).to_contain_text("chờ ký")
    await expect(_section(page, "Biên bản")).to_contain_text("Số 05")
    await expect(_section(page, "Nghị quyết")).to_contain_text("Số 01")
    await sound(page)
    for title in ("Biên bản", "Nghị quyết"):
        section = _section(page, title)
        await section.get_by_label("Mật khẩu của đồng chí").fill("không phải mật khẩu này")
        await section.get_by_role("button", name="Xác nhận và ký").click()
        await expect(page.get_by_role("alert")).to_contain_text("Mật khẩu")
        await section.get_by_label("Mật khẩu của đồng chí").fill(account.password)
        await section.get_by_label("Mật khẩu của đồng chí").press("Enter")  # by keyboard alone
        await expect(section).to_contain_text("đã xác nhận")


async def _signs_on_the_phone(clerk: Visitor, meeting: str, account: Account) -> None:
    page = clerk.page
    await page.goto(f"{clerk.url}/meetings/{meeting}/papers/minutes")
    await expect(page.locator(".paper")).to_contain_text(SAID)
    await sound(page)
    await page.get_by_role("link", name="Hồ sơ").first.click()
    for title in ("Biên bản", "Nghị quyết"):
        await _section(page, title).get_by_label("Mật khẩu của đồng chí").fill(account.password)
        await _section(page, title).get_by_role("button", name="Xác nhận và ký").click()
        await expect(_section(page, title)).to_contain_text("đã ký")
    await sound(page)


async def _posts(chair: Visitor) -> None:
    today = datetime.now(UTC).date().isoformat()
    for button in ("Đã đăng", "Đã báo cáo"):
        row = chair.page.locator("form").filter(has=chair.page.get_by_role("button", name=button))
        await row.locator("input[type=date]").fill(today)
        await row.get_by_role("button", name=button).click()
        await expect(chair.page.get_by_role("status")).to_contain_text("Đã ghi nhận")


async def _carries(chair: Visitor, folder: Path) -> Path:
    async with chair.page.expect_download() as waiting:
        await chair.page.get_by_role("link", name="Tải hồ sơ cuộc họp").click()
    file = folder / "meeting.zip"
    await (await waiting.value).save_as(file)
    return file


async def _proves(house: House, meeting: str, file: Path) -> None:
    """Offline, by the command; and a changed octet is named."""
    assert (await house.chibo("verify", meeting))[0] == 0
    code, said = await house.chibo("verify", "--file", str(file))
    assert code == 0 and "papers signed by both: minutes, resolution" in said, said
    broken = file.with_name("broken.zip")
    with zipfile.ZipFile(file) as there, zipfile.ZipFile(broken, "w") as here:
        for name in there.namelist():
            content = there.read(name)
            here.writestr(name, content.replace(b"Closed", b"Clos3d", 1) if name == "log.jsonl" else content)
    code, said = await house.chibo("verify", "--file", str(broken))
    assert code == 1 and "log.jsonl: entry" in said, said
    assert (await house.chibo("verify", "--file", str(file), "--key", "00" * 32))[0] == 1
    signed = [entry.data for entry in kept(house, meeting) if entry.name == "PaperSigned"]
    assert [(entry["kind"], entry["secretary"]) for entry in signed].count(("minutes", True)) == 1 and len(signed) == 4
    with zipfile.ZipFile(file) as zip:
        for entry in signed:
            assert sha256(zip.read(f"papers/{entry['kind']}.pdf")).hexdigest() == entry["sha256"]


async def _says(file: Path) -> None:
    """Opened and set as pictures: black on white on every page, and the words in both forms."""
    with zipfile.ZipFile(file) as zip:
        for kind, words in (("minutes", SAID), ("resolution", "=Rà soát #hồ sơ *đảng viên*")):
            document = pypdfium2.PdfDocument(zip.read(f"papers/{kind}.pdf"))
            text = " ".join(document[n].get_textpage().get_text_range() for n in range(len(document)))
            assert " ".join(words.split()) in " ".join(text.split())
            for n in range(len(document)):
                darkest, lightest = document[n].render(scale=1).to_pil().convert("L").getextrema()
                assert (darkest < 64, lightest) == (True, 255)
            opened_docx = docx.Document(io.BytesIO(zip.read(f"papers/{kind}.docx")))
            cells = [cell.text for table in opened_docx.tables for row in table.rows for cell in row.cells]
            assert words in "\n".join([*(p.text for p in opened_docx.paragraphs), *cells])
