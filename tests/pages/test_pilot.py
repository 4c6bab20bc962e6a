"""The pilot on pages: a case from the cell to the decision, the list, the review in three forms."""

import io
import re
from datetime import timedelta
from xml.etree import ElementTree

import openpyxl
import pytest

from server.org.pilot.case import REASONS, STATES
from server.org.pilot.forms import FORMS
from server.org.pilot.listing import CLASSES
from server.org.pilot.notes import KINDS
from server.pages import pilot_words

from .conftest import TODAY, Served, Visitor

ENGLISH = {"Accept-Language": "en"}
OWN = "/units/demo-cell-3/pilot"  # the cell whose case is being written
SAILORS = "/units/demo-cell-1/pilot"  # the cell whose decision is in force
PROVINCE = "/units/demo-tinh/pilot"
PAPER = {"number": "30-QĐ/ĐU", "day": TODAY.isoformat(), "signer": "Nguyễn Trọng Quyết"}
FIRST, LAST = TODAY + timedelta(days=5), TODAY + timedelta(days=90)


async def _english(served: Served, username: str) -> Visitor:
    return await served.visitor(**ENGLISH).sign_in(username)


async def _case(visitor: Visitor, at: str = OWN) -> str:
    """The address of the newest case, as the page of the cell gives it."""
    found = re.search(rf'href="({at}/cases/[^"]+)"', (await visitor.get(at)).text)
    assert found, visitor.text
    return found.group(1)


async def _filled(visitor: Visitor) -> dict[str, str]:
    """The form as it stands, everybody who counts away at sea."""
    names = re.findall(r'<select class="input" name="(away-[^"]+)"', visitor.text)
    assert names
    return {"mode": "online", "reason": "sea_islands", "text": ""} | dict.fromkeys(names, "sea_islands")


async def _submitted(served: Served) -> tuple[Visitor, str]:
    secretary = await _english(served, "bithu-3")
    at = await _case(secretary)
    filled = await _filled(await secretary.get(at))
    await secretary.post(f"{at}/draft", **filled, then="submit")
    assert secretary.path == at, secretary.text
    return secretary, at


def test_every_word_of_the_pilot_has_words_for_people() -> None:
    assert set(REASONS) == pilot_words.REASONS.keys()
    assert set(FORMS) == pilot_words.FORMS.keys()
    assert set(CLASSES) == pilot_words.CLASSES.keys()
    assert set(KINDS) == pilot_words.KINDS.keys()
    assert set(STATES) - {"decided", "ended"} <= pilot_words.STATES.keys()


async def test_a_case_goes_from_the_cell_by_the_department_to_the_committee(served: Served) -> None:
    secretary, at = await _submitted(served)
    assert "submitted" in secretary.text
    assert "Save" not in secretary.text
    department = await (await _english(served, "tochuc")).get(at)
    assert "Propose it to the committee" in department.text
    await department.post(f"{at}/review", verdict="propose", why="")
    committee = await (await _english(served, "xauy")).get(at)
    await committee.post(
        f"{at}/decide", **PAPER, step="decided", mode="online", since=FIRST.isoformat(), last=LAST.isoformat()
    )
    assert "decided, coming" in committee.text
    assert f"Decision 30-QĐ/ĐU of {TODAY:%d/%m/%Y}, signed by Nguyễn Trọng Quyết" in committee.text
    assert f"from {FIRST:%d/%m/%Y} to {LAST:%d/%m/%Y}" in committee.text
    assert "Today no decision is in force" in (await secretary.get(OWN)).text
    served.clock.advance(days=5)
    again = await _english(served, "bithu-3")
    assert "Today a decision is in force" in (await again.get(OWN)).text


async def test_a_returned_case_shows_the_reason_and_can_be_changed(served: Served) -> None:
    secretary, at = await _submitted(served)
    department = await (await _english(served, "tochuc")).get(at)
    await department.post(f"{at}/review", verdict="return", why="")
    assert department.status == 422
    assert "Please fill in what is asked." in department.text
    await department.post(f"{at}/review", verdict="return", why="Thiếu xác nhận của chủ tàu")
    assert "Thiếu xác nhận của chủ tàu" in (await secretary.get(at)).text
    assert "Submit to the organising department" in secretary.text
    filled = await _filled(secretary)
    await secretary.post(f"{at}/draft", **filled | {"text": "Kèm giấy xác nhận"}, then="submit")
    history = secretary.text[secretary.text.index('id="history"') :]
    assert history.count("The case was submitted.") == 2
    assert "Thiếu xác nhận của chủ tàu" in history


async def test_a_cell_that_does_not_qualify_is_told_the_numbers_and_loses_nothing(served: Served) -> None:
    secretary = await _english(served, "bithu-3")
    at = await _case(secretary)
    await secretary.get(at)
    await secretary.post(f"{at}/draft", mode="online", reason="on_duty", text="Trực lễ", then="submit")
    assert secretary.status == 422
    assert re.search(r"0 of \d+ members cannot come; more than 1/2 are needed, at least \d+", secretary.text)
    assert "Trực lễ" in secretary.text
    assert '<option value="on_duty" selected>' in secretary.text


async def test_who_is_not_the_named_committee_is_told_who_decides(served: Served) -> None:
    _, at = await _submitted(served)
    department = await (await _english(served, "tochuc")).get(at)
    await department.post(f"{at}/review", verdict="propose", why="")
    provincial = await (await _english(served, "tinhuy")).get(at)
    assert "Record the decision" not in provincial.text
    await provincial.post(f"{at}/decide", **PAPER, step="decided", mode="online", since=FIRST.isoformat(), last="")
    assert provincial.status == 422
    assert "By the rulebook Đảng bộ xã Cửa Lạch decides on this cell." in provincial.text


async def test_the_committee_suspends_resumes_extends_and_ends(served: Served) -> None:
    committee = await _english(served, "xauy")
    at = await _case(committee, SAILORS)
    await committee.get(at)
    day = TODAY.isoformat()
    steps = (
        ({"step": "suspended", "since": day, "why": "Sự cố"}, "suspended"),
        ({"step": "resumed", "since": day}, "in force"),
        ({"step": "extended", "last": (TODAY + timedelta(days=2000)).isoformat()}, "in force"),
        ({"step": "ended", "since": day, "why": "Đã họp được"}, "over"),
    )
    for sent, state in steps:
        await committee.post(f"{at}/decide", **PAPER, **sent)
        assert committee.status == 200, committee.text
        assert state in committee.text
    await committee.post(f"{at}/decide", **PAPER, step="extended", last="")
    assert "Only a case with a decision can be extended" in committee.text


async def test_a_step_that_does_not_exist_is_refused(served: Served) -> None:
    committee = await _english(served, "xauy")
    at = await _case(committee, SAILORS)
    await committee.get(at)
    assert (await committee.post(f"{at}/decide", **PAPER, step="burned")).status == 422


async def test_a_case_is_seen_at_its_own_cell_only(served: Served) -> None:
    committee = await _english(served, "xauy")
    at = await _case(committee, SAILORS)
    assert (await committee.get(at.replace("demo-cell-1", "demo-cell-2"))).status == 404
    assert (await committee.get(f"{SAILORS}/cases/none")).status == 404


async def test_a_member_sees_the_decision_and_never_why_others_are_away(served: Served) -> None:
    secretary = await _english(served, "bithu")
    at = await _case(secretary, SAILORS)
    assert "tàu Hải Vân 01" in (await secretary.get(at)).text
    member = await (await _english(served, "dangvien01")).get("/pilot")
    assert member.path == SAILORS
    assert "Decision 15-QĐ/ĐU" in member.text
    assert "tàu Hải Vân 01" not in member.text
    assert (await member.get(at)).status == 404


async def test_the_list_counts_cells_by_class_and_state_and_filters(served: Served) -> None:
    visitor = await (await _english(served, "tinhuy")).get("/pilot")
    assert visitor.path == PROVINCE
    for words in ("Chi bộ Đội tàu Viễn Dương", "in force", "suspended", "returned", "proposed", "being written"):
        assert words in visitor.text, words
    await visitor.get(f"{PROVINCE}?state=in_force&class=special_nature")
    assert "Chi bộ Đội tàu Viễn Dương" in visitor.text
    assert "Chi bộ Trạm Y tế" not in visitor.text
    assert "No cell is of this class" in (await visitor.get(f"{PROVINCE}?state=refused&page=99")).text


async def test_a_committee_sees_only_its_own_cells_in_list_and_review(served: Served) -> None:
    ward = await (await _english(served, "phuonguy")).get("/pilot")
    assert ward.path == "/units/demo-xa-2/pilot"
    for path in ("/pilot", "/units/demo-xa-2/pilot/report?since=2026-01-01"):
        text = (await ward.get(path)).text
        assert "Chi bộ Hợp tác xã Vận tải" in text
        assert "Viễn Dương" not in text
        assert "Cửa Lạch" not in text


async def test_problems_are_noted_and_stand_in_the_review(served: Served) -> None:
    secretary = await (await _english(served, "bithu")).get(SAILORS)
    await secretary.post(f"{SAILORS}/notes", day=TODAY.isoformat(), kind="sound", text="Tiếng vọng <b>")
    assert "Tiếng vọng &lt;b&gt;" in secretary.text
    late = (TODAY + timedelta(days=1)).isoformat()
    await secretary.post(f"{SAILORS}/notes", day=late, kind="sound", text="Chưa xảy ra")
    assert secretary.status == 422
    assert "Chưa xảy ra" in secretary.text
    review = await (await _english(served, "tinhuy")).get(f"{PROVINCE}/report")
    assert "Tiếng vọng &lt;b&gt;" in review.text


PERIOD = f"since={TODAY - timedelta(days=70)}&last={TODAY}"


async def test_the_review_shows_numbers_and_charts_that_are_well_formed_and_named(served: Served) -> None:
    visitor = await (await _english(served, "tinhuy")).get(f"{PROVINCE}/report?{PERIOD}")
    facts = re.sub(r"\s+", " ", visitor.text)
    for name, value in (("Cells allowed at some time in the period", 2), ("Meetings held by these cells", 2)):
        assert f"<dt>{name}</dt><dd>{value}</dd>" in facts
    charts = re.findall(r"<svg class=\"bars\".*?</svg>", visitor.text, re.DOTALL)
    assert len(charts) == 2
    for chart in charts:
        drawn = ElementTree.fromstring(chart)
        title = drawn.find("title")
        assert title is not None and title.text
        assert drawn.get("aria-labelledby") == title.get("id")
        assert "style" not in chart


async def test_a_period_that_is_none_is_said(served: Served) -> None:
    visitor = await (await _english(served, "tinhuy")).get(f"{PROVINCE}/report?since=2027-01-05&last=2027-01-04")
    assert visitor.status == 422
    assert "The last day is not before the first." in visitor.text
    assert (await visitor.get(f"{PROVINCE}/report.pdf?since=2027-01-05&last=2027-01-04")).status == 400


async def _downloaded(visitor: Visitor, path: str) -> bytes:
    async with visitor.http.get(visitor.base + path) as answer:
        assert answer.status == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        return await answer.read()


async def test_the_workbook_holds_the_same_numbers_and_no_formula(served: Served) -> None:
    secretary = await (await _english(served, "bithu")).get(SAILORS)
    await secretary.post(f"{SAILORS}/notes", day=TODAY.isoformat(), kind="other", text="=1+1")
    visitor = await _english(served, "tinhuy")
    book = openpyxl.load_workbook(io.BytesIO(await _downloaded(visitor, f"{PROVINCE}/report.xlsx?{PERIOD}")))
    assert book.sheetnames == ["Summary", "Cells", "Months", "Problems"]
    summary = {row[0]: row[1] for row in book["Summary"].iter_rows(values_only=True)}
    assert summary["Meetings held by these cells"] == "2"
    assert "Chi bộ Đội tàu Viễn Dương" in {row[0] for row in book["Cells"].iter_rows(values_only=True)}
    (note,) = [row[3] for row in book["Problems"].iter_rows() if row[3].value == "=1+1"]
    assert note.data_type == "s"


@pytest.mark.parametrize("unit", ["demo-tinh", "demo-xa-2"])
async def test_the_paper_is_a_pdf_with_its_own_letters(served: Served, unit: str) -> None:
    visitor = await _english(served, "tinhuy")
    body = await _downloaded(visitor, f"/units/{unit}/pilot/report.pdf?{PERIOD}")
    assert body.startswith(b"%PDF-")
    assert b"LibertinusSerif" in body
    assert len(body) > 10_000


async def test_a_meeting_in_the_room_has_a_desk_and_no_door(served: Served) -> None:
    async with served.house.database.write() as connection:
        await connection.exec_driver_sql("UPDATE meetings SET form = 'in_person' WHERE phase = 'planned'")
    member, place = await _english(served, "dangvien01"), f"/meetings/{served.demo.meeting_id}"
    listed = (await member.get("/meetings")).text
    assert "Enter the meeting" not in listed and "Keep the record" not in listed
    assert "This meeting is held in the room." in (await member.get(place)).text
    assert 'data-form="in_person"' in (await member.get(f"{place}?desk=1")).text  # the meeting itself asks who he is
    secretary = await _english(served, "bithu")
    assert "Keep the record" in (await secretary.get("/meetings")).text
    assert 'data-form="in_person"' in (await secretary.get(place)).text
