"""What the papers say: word for word of a scripted meeting; numbers equal to a second counting; text never markup."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import docx
import openpyxl
import pypdf
import pypdfium2
import pytest

from server.meeting import commands as c
from server.meeting.events import Recorded, VoteClosed
from server.meeting.ids import NO_ITEM, Choice, ItemId, LongText, MemberId, VoteId
from server.meeting.proceedings import Proceedings, proceedings
from server.papers import annexes, desk, pdf, tables, word, words
from server.papers.facts import Facts
from server.papers.model import Heading, Paper, Paragraph, Table, as_text, plain
from tests.meeting.round_story import (
    CELL,
    ENTRY,
    FOLLOWER,
    HOURS,
    PLAN,
    REDS,
    followed,
    gathered,
    held_by,
    meets,
    part_of,
    reds,
    round_of_two,
)
from tests.meeting.scripted import scripted, split
from tests.meeting.story import ABOVE, CHAIR, DEPUTY, LAN, RED, T0, Story, opened

from .world import FACTS, held

GOLDEN = Path(__file__).parent / "golden"
KINDS = tuple(desk.MAKERS)
EVIL = '#set page(fill: red) *đậm* =HYPERLINK("x") <w:b/> $1+1$ \\ [a] {{7*7}} </script> @cell //x'


def paper(kind: str, p: Proceedings | None = None, f: Facts = FACTS) -> Paper:
    return desk.MAKERS[kind](p or held(), f)


@pytest.mark.parametrize("kind", KINDS)
def test_the_papers_of_a_scripted_meeting_say_word_for_word(kind: str) -> None:
    assert as_text(paper(kind)) == (GOLDEN / f"{kind}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
async def test_pdf_and_docx_say_what_the_model_says(kind: str) -> None:
    said = _letters(as_text(paper(kind)))
    assert _letters(_of_docx(word.made(paper(kind)))) == said
    printed = _letters(_of_pdf(await desk.printed(paper(kind))))
    for block in paper(kind).blocks:
        for part in _parts(block):
            assert _letters(part) in printed, part


async def test_the_minutes_of_a_meeting_that_split_hold_every_report_word_for_word() -> None:
    made = paper("minutes", proceedings(split().log))
    said = as_text(made)
    assert said == (GOLDEN / "minutes_split.txt").read_text(encoding="utf-8")
    assert _letters(_of_docx(word.made(made))) == _letters(said)
    printed = _letters(_of_pdf(await desk.printed(made)))
    assert all(_letters(part) in printed for block in made.blocks for part in _parts(block))


def the_round() -> Story:
    story = round_of_two()
    story.ask(c.CountGroups(VoteId("whole"), PLAN), CHAIR)
    story.ask(c.TickPresent(DEPUTY), CHAIR)
    story.ask(c.PutMotion(VoteId("entry"), ENTRY), CHAIR)
    story.ask(c.EnterHand(VoteId("entry"), DEPUTY, Choice.FOR), CHAIR)
    story.wait(61)
    story.ask(c.CloseVote(VoteId("entry")), CHAIR)
    story.ask(c.WriteMinutes(ItemId("two"), LongText("Chi ủy tổng hợp: các tổ đồng tình."), 0), CHAIR)
    story.ask(c.Close(), CHAIR)
    return story


@pytest.mark.parametrize(("name", "story"), [("minutes_round", the_round), ("minutes_group", reds)])
async def test_the_minutes_of_a_round_hold_what_each_group_wrote(name: str, story: Callable[[], Story]) -> None:
    made = paper("minutes", proceedings(story().log))
    said = as_text(made)
    assert said == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert _letters(_of_docx(word.made(made))) == _letters(said)
    printed = _letters(_of_pdf(await desk.printed(made)))
    assert all(_letters(part) in printed for block in made.blocks for part in _parts(block))


def test_the_sheets_of_a_round_count_who_was_in_his_group() -> None:
    p = proceedings(the_round().log)
    came = {row[1]: (row[5], row[9]) for row in tables.attendance(p, FACTS)}
    assert came["Nguyễn Thị Lan"] == ("có mặt", 101 * 60)
    assert [row[-2] for row in tables.votes(p, FACTS)] == ["không được thông qua", "không được thông qua"]
    assert [row[-2] for row in tables.votes(proceedings(reds().log), FACTS)] == ["tính chung toàn chi bộ"]


def test_the_follower_who_came_is_named_in_the_minutes_and_counted_nowhere() -> None:
    named = "- Dự, không tính vào sĩ số: Đồng chí Cấp trên, Cấp ủy viên theo dõi chi bộ."
    alone, with_him = (as_text(paper("minutes", proceedings(_of_two(*more).log))) for more in ((), (ABOVE,)))
    assert named in with_him and "Cấp trên" not in alone
    assert with_him.replace(f"{named}\n", "") == alone


def _of_two(*more: MemberId) -> Story:
    story = opened(CHAIR, LAN, *more)
    story.ask(c.Close(), CHAIR)
    return story


def test_the_follower_who_sat_with_a_group_is_named_in_its_minutes_and_in_those_of_the_round() -> None:
    group = meets(followed(part_of(CELL, REDS)), (LAN, CHAIR, FOLLOWER.member))
    group.ask(c.Close(), LAN)
    whole = Story(gathered(followed(CELL), held_by(group, RED)), 48 * HOURS)
    for story in (group, whole):
        assert "Đồng chí Cấp trên, Cấp ủy viên theo dõi chi bộ." in as_text(paper("minutes", proceedings(story.log)))


def _parts(block: Heading | Paragraph | Table) -> list[str]:
    if isinstance(block, Heading):
        return [block.text]
    if isinstance(block, Paragraph):
        return [run.text for run in block.runs]
    return [word for row in (block.head, *block.rows) for cell in row for word in cell.split()]


def _letters(text: str) -> str:
    """Letters and digits only: a page breaks lines where it will, and numbers its sheets."""
    return "".join(each for each in text if each.isalnum())


def _of_pdf(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "".join(document[n].get_textpage().get_text_range() for n in range(len(document)))


def _of_docx(content: bytes) -> str:
    """In the order of `as_text`: the head of the paper, its body, recipients and signatures."""
    document = docx.Document(io.BytesIO(content))
    said = []
    for element in document.element.body.iterchildren():
        said += [
            text.text or "" for text in element.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t")
        ]
    return "".join(said)


# -- The form ----------------------------------------------------------------------------------------------------------


async def test_the_pdf_is_of_the_form_and_carries_its_letters() -> None:
    read = pypdf.PdfReader(io.BytesIO(await desk.printed(paper("minutes"))))
    first = read.pages[0]
    assert [round(float(x) / 72 * 25.4) for x in first.mediabox[2:]] == [210, 297]
    fonts = [font.get_object() for font in first["/Resources"]["/Font"].values()]  # type: ignore[index]
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object()
        descriptor = inner["/FontDescriptor"].get_object()
        assert "Libertinus" in inner["/BaseFont"]
        assert {"/FontFile2", "/FontFile3"} & descriptor.keys(), "the letters are inside"
    page = pypdfium2.PdfDocument(await desk.printed(paper("minutes")))[0].get_textpage()
    seen = [n for n in range(page.count_chars()) if page.get_text_range(n, 1).strip()]
    boxes = [page.get_charbox(n) for n in seen]
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    assert left >= 30 / 25.4 * 72 - 1 and right <= (210 - 15) / 25.4 * 72 + 1


async def test_the_same_paper_is_the_same_bytes() -> None:
    assert await desk.printed(paper("resolution")) == await desk.printed(paper("resolution"))


def test_the_docx_has_the_margins_and_the_typeface_of_the_form() -> None:
    document = docx.Document(io.BytesIO(word.made(paper("minutes"))))
    section = document.sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides if side is not None] == [20, 20, 30, 15]
    style = document.styles["Normal"]
    assert (style.font.name, style.font.size.pt) == ("Times New Roman", 14)  # type: ignore[union-attr]
    indents = {p.paragraph_format.first_line_indent for p in document.paragraphs if p.text.startswith("I- ")}
    assert [round(indent.mm) for indent in indents if indent] == [10]


def test_a_committee_that_sets_another_form_gets_it() -> None:
    form = replace(FACTS.form, left=35, font=13, line=19)
    document = docx.Document(io.BytesIO(word.made(paper("minutes", f=replace(FACTS, form=form)))))
    assert document.sections[0].left_margin is not None and round(document.sections[0].left_margin.mm) == 35
    assert document.styles["Normal"].font.size.pt == 13  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 1, 5), "ngày 05 tháng 01 năm 2026"),
        (date(2026, 2, 10), "ngày 10 tháng 02 năm 2026"),
        (date(2026, 3, 9), "ngày 09 tháng 3 năm 2026"),
        (date(2026, 11, 30), "ngày 30 tháng 11 năm 2026"),
    ],
)
def test_a_zero_stands_before_days_below_ten_and_before_january_and_february(day: date, said: str) -> None:
    assert words.day(day) == said


@pytest.mark.parametrize(
    ("unit", "body", "place"),
    [
        ("Đảng bộ xã Cửa Lạch", "Đảng ủy xã Cửa Lạch", "Cửa Lạch"),
        ("Đảng bộ phường Đông Hải", "Đảng ủy phường Đông Hải", "Đông Hải"),
        ("Đảng bộ tỉnh Hải Vân", "Đảng ủy tỉnh Hải Vân", "Hải Vân"),
        ("Đảng ủy Công ty Vận tải", "Đảng ủy Công ty Vận tải", "Công ty Vận tải"),
        ("", "", ""),
    ],
)
def test_the_body_above_and_the_place(unit: str, body: str, place: str) -> None:
    assert (words.body_of(unit), words.place_of(unit)) == (body, place)


def test_a_number_below_ten_has_a_zero_and_none_has_a_colon() -> None:
    assert paper("resolution").number == "Số 05-NQ/CB"
    assert paper("minutes", f=replace(FACTS, number=123)).number == "Số 123-BB/CB"
    assert paper("minutes", f=replace(FACTS, number=0)).number == "Số …-BB/CB"
    assert paper("attendance").number == ""


# -- Numbers -----------------------------------------------------------------------------------------------------------


def test_the_numbers_of_the_papers_are_those_of_a_second_counting() -> None:
    log, p = scripted().log, held()
    minutes = as_text(paper("minutes"))
    for result in (entry.event.result for entry in log if isinstance(entry.event, VoteClosed)):
        assert f"tán thành {result.in_favour}/{result.base}" in minutes
        assert result.in_favour + result.against + result.other + result.not_voted == result.base
    present = _present_by_hand(log)
    assert {each.seat.member for each in p.members if each.present} == present
    assert f"Có mặt: {len(present):02} đồng chí" in minutes
    assert f"thời lượng {(5700 - 600) // 60} phút" in minutes, "the pause is not counted"


def _present_by_hand(log: list[Recorded]) -> set[str]:
    came = {entry.event.member for entry in log if type(entry.event).__name__ == "Arrived"}  # type: ignore[attr-defined]
    return came - {"above", "guest"}


def test_who_chaired_when_is_told_and_adds_up() -> None:
    chairs = held().chairs
    assert [each.member for each in chairs] == [CHAIR, DEPUTY, CHAIR]
    assert (chairs[0].since, chairs[-1].until) == (T0, T0 + timedelta(seconds=5700))
    assert all(one.until == other.since for one, other in pairwise(chairs))


def test_the_workbook_and_the_csv_have_the_numbers_and_no_ballot() -> None:
    p = held()
    book = openpyxl.load_workbook(io.BytesIO(tables.book(p, FACTS)))
    assert book.sheetnames == ["Điểm danh", "Biểu quyết", "Nhiệm vụ", "Chấm điểm"]
    votes = [[cell.value for cell in row] for row in book["Biểu quyết"].iter_rows(min_row=2)]
    assert [row[4:10] for row in votes] == [[5, 3, 1, 0, 0, 1], [5, 3, 0, 0, 0, 2], [5, 4, 0, 0, 1, 0]]
    seconds = [row[9].value for row in book["Điểm danh"].iter_rows(min_row=2)]
    assert seconds == [each.line.seconds for each in p.roll]
    said = tables.as_csv((tables.VOTES, *tables.votes(p, FACTS))).decode("utf-8-sig")
    assert "Trần Văn Chủ" not in said and '3,1,0,0,1,"60,00 %"' in said


# -- What people write -------------------------------------------------------------------------------------------------


def _evil() -> Proceedings:
    story = scripted()
    story.ask(c.CorrectMinutes(NO_ITEM, LongText(EVIL), EVIL), LAN)
    return proceedings(story.log)


async def test_what_people_write_is_text_in_every_form() -> None:
    made = paper("minutes", _evil())
    assert EVIL in as_text(made)
    assert _letters(EVIL) in _letters(_of_pdf(await desk.printed(made)))
    assert EVIL in _of_docx(word.made(made))


async def test_a_task_that_looks_like_a_formula_is_text() -> None:
    cells = replace(held(), removals=())
    evil = replace(FACTS, tasks=(replace(FACTS.tasks[0], text="=1+1", result="@SUM(A1)"),))
    assert "=1+1" in _of_docx(word.made(paper("resolution", cells, evil)))
    assert b"=1+1" not in tables.as_csv([("=1+1", "-2")]).replace(b"'=1+1", b"")


def test_the_data_of_the_layout_is_plain_json() -> None:
    assert json.loads(json.dumps(plain(paper("minutes")), ensure_ascii=False))["title"] == "BIÊN BẢN"


async def test_a_very_long_meeting_still_makes_a_paper() -> None:
    story = scripted()
    for n in range(40):
        story.ask(c.CorrectMinutes(NO_ITEM, LongText(f"Ý {n}. " + "dài " * 2400), "bổ sung"), LAN)
    content = await desk.printed(paper("minutes", proceedings(story.log)))
    assert len(pypdfium2.PdfDocument(content)) > 100


async def test_the_docx_is_a_zip_that_office_can_open() -> None:
    with zipfile.ZipFile(io.BytesIO(word.made(paper("opinions")))) as zip:
        assert zip.testzip() is None and "word/document.xml" in zip.namelist()


async def test_a_paper_of_a_meeting_that_did_nothing_is_honest() -> None:
    story = opened()
    story.ask(c.Close(), CHAIR)
    p = proceedings(story.log)
    said = as_text(paper("minutes", p))
    for sentence in ("Thư ký: không cử", "Không giao nhiệm vụ riêng", "không chấm điểm", "chưa đọc thông qua"):
        assert sentence in said
    assert annexes.opinions(p, FACTS).blocks
    assert pdf.FOLDER.exists()
