"""One whole meeting in real browsers, from its plan to the file that proves itself; what it says is what was kept."""

import asyncio
import csv
import io
import sqlite3
import zipfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import docx
import openpyxl
import pypdfium2
import pytest
from playwright.async_api import Browser, expect

from server.demo.crowd import Account
from server.demo.seed import demo_password
from tests.notify.sink import Post, sink

from . import evening
from .crowd import Entry, joined, kept
from .house import House, living
from .test_vote import PHONE
from .visitor import Visitor, visitor

pytestmark = pytest.mark.e2e
LIMIT = 540  # seconds
CELL = "demo-cell-1"
CLERK, MEMBER, DOUBTING = "Trần Thị Thu Hương", "Đỗ Văn An", "Ngô Thị Bích"
MAILED = {"demo-dangvien01": "an@hop.test", "demo-dangvien10": "khong-co@hop.test"}
OTHERS = ("capuy1", "capuy2", "capuy3", "totruong1", "totruong2", "totruong3", "dangvien03")


@asynccontextmanager
async def _mailing(folder: Path) -> AsyncIterator[tuple[House, Post]]:
    """The demonstration in a house with a mail server; two members have an address, and one of them is not known."""
    with sink(answers={"khong-co@hop.test": "550 no such user"}) as (post, port):
        mail = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(port),
            "SMTP_SENDER": "chibo@hop.test",
            "SMTP_SECURITY": "none",
        }
        async with living(folder, **{f"CHIBO_{name}": value for name, value in mail.items()}) as house:
            assert (await house.chibo("seed", within=300))[0] == 0
            with sqlite3.connect(house.data / "chibo.sqlite") as register:
                register.executemany(
                    "UPDATE people SET mail = ? WHERE id = ?", [(to, who) for who, to in MAILED.items()]
                )
            yield house, post
            print(house.log())


async def _person(browser: Browser, house: House, username: str, **context: object) -> Visitor:
    person = await visitor(browser, house.url, **context)
    await person.sign_in(username, demo_password(house.data))
    return person


@pytest.mark.timeout(LIMIT + 30)
async def test_from_the_plan_to_a_file_that_proves_itself(browser: Browser, tmp_path: Path) -> None:
    async with _mailing(tmp_path) as (house, post), asyncio.timeout(LIMIT):
        password = demo_password(house.data)
        secretary = await _person(browser, house, "bithu")
        clerk = await _person(browser, house, "phobithu", **PHONE)
        member = await _person(browser, house, "dangvien01", **PHONE)
        doubting = await _person(browser, house, "dangvien02")
        away = await _person(browser, house, "dangvien10")

        meeting = await evening.planned(secretary)
        link = await _invited(house, post, meeting)
        await _not_reached(secretary)
        await evening.answered(member, away, secretary, meeting)
        await away.context.close()
        evening.the_day_has_come(house, meeting)
        await secretary.enter(meeting)
        for person in (clerk, doubting):
            await person.enter(meeting)
        await member.page.goto(link)  # the first tap, in the mail
        await member.button("Vào họp").click()  # and the second
        await member.arrived()
        accounts = [Account(name, password) for name in (*OTHERS, "dubi1")]
        async with joined(house, meeting, accounts) as others:
            await evening.opens(secretary, CLERK)
            await evening.together(secretary, member)
            await evening.speaks(secretary, member, MEMBER)
            await evening.writes(clerk, member)
            await evening.concludes(secretary, DOUBTING, datetime.now(UTC).date() + timedelta(days=30))
            voters = others[: len(OTHERS)]  # the probationary member only listens
            await evening.resolves(secretary, clerk, member, doubting, voters)
            await evening.scores(secretary, (secretary, clerk, member, doubting), voters)
            await evening.adopts(secretary)
            await evening.draws_and_signs(secretary, password)
        await evening.signs_on_the_phone(clerk, meeting, password)
        await evening.posts(secretary)
        file = await evening.carries(secretary, tmp_path)
        await secretary.page.goto(f"{house.url}/meetings/{meeting}/plan")
        await expect(secretary.page.locator("#documents")).to_contain_text("đã mở")
        await _proves(house, meeting, file)
        _says_what_was_kept(house, meeting, file)
        _looks_as_a_paper(file)


async def _invited(house: House, post: Post, meeting: str) -> str:
    """The mail with its calendar file; the link in it."""
    mail = await asyncio.wait_for(post.first(MAILED["demo-dangvien01"], f"Mời họp: {evening.TITLE}"), 60)
    text, calendar = mail.iter_parts()
    assert (calendar.get_content_type(), calendar.get_param("method")) == ("text/calendar", "REQUEST")
    (link,) = [word for word in text.get_content().split() if word.startswith(house.url)]
    return str(link)


async def _not_reached(secretary: Visitor) -> None:
    """Whom no mail reached stands before the secretary."""
    while await secretary.page.get_by_text("550").count() == 0:
        await secretary.page.reload()
    await expect(secretary.page.locator("#notice")).to_contain_text("Cao Văn Phúc")
    await expect(secretary.page.locator("#notice")).not_to_contain_text(MEMBER)


# -- What came of it -------------------------------------------------------------------------------------------------


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


def _rows(house: House, sentence: str, *values: str) -> list[sqlite3.Row]:
    with sqlite3.connect(house.data / "chibo.sqlite") as database:
        database.row_factory = sqlite3.Row
        return database.execute(sentence, values).fetchall()


def _counted(house: House, meeting: str) -> list[str]:
    """What papers must say of each vote, counted from the rows past the program: the last ballot of each counts."""
    log, said = kept(house, meeting), []
    for opened in (entry for entry in log if entry.name == "VoteOpened"):
        cast = {entry.by: entry.data["choice"] for entry in log if _ballot_of(entry, opened.data["vote"])}
        found, base = Counter(cast.values()), len(opened.data["base"])
        share = found["for"] * 10_000 // base
        said.append(
            f"tán thành {found['for']}/{base}, đạt {share // 100},{share % 100:02} %; "
            f"không tán thành {found['against']}; ý kiến khác {found['other']}; chưa biểu quyết {base - len(cast)}"
        )
    return said


def _ballot_of(entry: Entry, vote: str) -> bool:
    return entry.name == "BallotCast" and entry.data["vote"] == vote


def _says_what_was_kept(house: House, meeting: str, file: Path) -> None:
    (kept_of,) = _rows(house, "SELECT * FROM summaries WHERE meeting = ?", meeting)
    present = _rows(
        house, "SELECT * FROM roll_lines WHERE meeting = ? AND kind = 'member' AND state = 'present'", meeting
    )
    away = _rows(house, "SELECT * FROM roll_lines WHERE meeting = ? AND state = 'absent_excused'", meeting)
    (task,) = _rows(house, "SELECT * FROM tasks WHERE meeting = ?", meeting)
    numbers = {row["kind"]: row["number"] for row in _rows(house, "SELECT * FROM papers WHERE meeting = ?", meeting)}
    votes = _counted(house, meeting)
    with zipfile.ZipFile(file) as zip:
        for text in (_of_pdf(zip, "minutes"), _of_word(zip, "minutes")):
            for words in (
                *(
                    f"Số {numbers['minutes']:02}-BB/CB",
                    evening.SAID,
                    evening.CONCLUSION,
                    " ".join(task["text"].split()),
                ),
                *(f"Có mặt: {len(present):02} đồng chí", f"Đồng chí {away[0]['name']}: {evening.EXCUSE}.", *votes),
                *("Bảo lưu ý kiến: 01 đồng chí", f"{kept_of['score']} điểm", f"Đồng chí {MEMBER} ("),
            ):
                assert words in text, words
        for text in (_of_pdf(zip, "resolution"), _of_word(zip, "resolution")):
            for words in (f"Số {numbers['resolution']:02}-NQ/CB", "Đủ áo phao, thay mới 4 phao tròn", task["text"]):
                assert words in text, words
            assert f"dự họp {len(present)}/" in text
        assert evening.RESERVED in _of_pdf(zip, "opinions") and evening.RESERVED not in _of_pdf(zip, "minutes")
        _tables(zip, present, votes)
    assert (kept_of["present"], kept_of["votes"], kept_of["tasks"]) == (len(present), len(votes), 1)
    assert kept_of["score"] == 99 and task["owner"] == "demo-dangvien02"


def _tables(zip: zipfile.ZipFile, present: list[sqlite3.Row], votes: list[str]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(zip.read("papers/meeting.xlsx")))
    roll = [row for row in book["Điểm danh"].iter_rows(min_row=2, values_only=True) if row[5] == "có mặt"]
    assert {(row[1], row[9]) for row in roll} == {(row["name"], row["seconds"]) for row in present}
    rows = list(csv.reader(io.StringIO(zip.read("papers/votes.csv").decode("utf-8-sig"))))[1:]
    said = [
        f"tán thành {r[5]}/{r[4]}, đạt {r[10]}; không tán thành {r[6]}; ý kiến khác {r[7]}; chưa biểu quyết {r[9]}"
        for r in rows
    ]
    assert said == votes
    assert zip.read("papers/attendance.csv").decode("utf-8-sig").count("có mặt") >= len(present)


def _of_pdf(zip: zipfile.ZipFile, kind: str) -> str:
    document = pypdfium2.PdfDocument(zip.read(f"papers/{kind}.pdf"))
    pages = [document[n].get_textpage().get_text_range() for n in range(len(document))]
    return " ".join(" ".join(pages).split())


def _of_word(zip: zipfile.ZipFile, kind: str) -> str:
    opened = docx.Document(io.BytesIO(zip.read(f"papers/{kind}.docx")))
    cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    return " ".join(" ".join([*(p.text for p in opened.paragraphs), *cells]).split())


def _looks_as_a_paper(file: Path) -> None:
    """Set as pictures: ink, and none of it in the margins of the form (05-HD/VPTW) but the number of a page."""
    with zipfile.ZipFile(file) as zip:
        for kind in ("minutes", "resolution"):
            document = pypdfium2.PdfDocument(zip.read(f"papers/{kind}.pdf"))
            for n in range(len(document)):
                left, top, right, bottom = _ink(document[n], below=20 if n else 0)
                assert left >= 30 and right <= 210 - 15 and bottom <= 297 - 20, (kind, n)
                assert top >= 19, "above the first line only the accents of capitals"
            (section,) = docx.Document(io.BytesIO(zip.read(f"papers/{kind}.docx"))).sections
            margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
            assert [round(each.mm) for each in margins if each is not None] == [20, 20, 30, 15]


def _ink(page: pypdfium2.PdfPage, below: int) -> tuple[float, ...]:
    """Left, top, right, bottom of what is dark, in millimetres rounded to halves."""
    dots = 8  # a millimetre
    picture = page.render(scale=dots * 25.4 / 72).to_pil().convert("L")
    kept = picture.crop((0, below * dots, picture.width, picture.height))
    box = kept.point(lambda grey: 255 if grey < 128 else 0).getbbox()
    assert box is not None
    left, top, right, bottom = (round(2 * edge / dots) / 2 for edge in box)
    return left, top + below, right, bottom + below
