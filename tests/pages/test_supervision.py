"""The supervisors' pages: who gets what, what trace it leaves, what is said between superior and cell."""

import ast
import inspect
import io
import re
from datetime import date

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from pypdf import PdfReader

from server.demo.cells import CELLS
from server.demo.history import tell
from server.oversight import alerts
from server.pages import proof
from server.pages.routes import ROUTES
from server.records import inspection, tables, verify
from server.records.signing import Key

from .conftest import Served, Visitor

SOME = [cell for cell in CELLS if cell.id in ("demo-cell-2", "demo-cell-4")]
PLACES = (
    ("/units/demo-xa-1/supervision", "month", "demo-xa-1"),
    ("/units/demo-cell-2/supervision", "month", "demo-cell-2"),
    ("/units/demo-cell-2/supervision/calendar", "calendar", "demo-cell-2"),
    ("/units/demo-cell-1/alerts", "alerts", "demo-cell-1"),
    ("/units/demo-xa-1/supervision/report?period=quarter&month=2026-12", "report", "demo-xa-1"),
    ("/units/demo-xa-1/supervision/report.xlsx?period=month&month=2026-12", "report", "demo-xa-1"),
    ("/units/demo-xa-1/supervision/report.pdf?period=month&month=2026-12", "report", "demo-xa-1"),
    ("/units/demo-cell-2/supervision/appraisal?period=quarter&month=2026-12", "appraisal", "demo-cell-2"),
    ("/units/demo-cell-2/proof", "proof", "demo-cell-2"),
    ("/units/demo-cell-2/inspection.zip?since=2026-12&last=2026-12", "inspection", "demo-cell-2"),
    ("/meetings/demo-past/timeline", "timeline", "demo-cell-1"),
    ("/meetings/demo-past/attendance", "attendance", "demo-cell-1"),
    ("/meetings/demo-past/attendance.csv", "attendance", "demo-cell-1"),
    ("/meetings/demo-past/papers", "papers", "demo-cell-1"),
    *(
        (f"/meetings/demo-past/papers/{name}", "papers", "demo-cell-1")
        for name in ("minutes", "minutes.pdf", "minutes.docx", "meeting.xlsx", "votes.csv", "meeting.zip")
    ),
    ("/people/demo-dangvien01/attendance", "member", "demo-cell-1"),
    ("/units/demo-cell-2/plan", "plan", "demo-cell-2"),
    ("/units/demo-cell-2/plan/2026-12", "plan", "demo-cell-2"),
    ("/units/demo-cell-2/tasks", "tasks", "demo-cell-2"),
)


async def looks(served: Served) -> list[tuple[str, str, str]]:
    async with served.house.database.read() as connection:
        rows = await connection.execute(sa.select(tables.looks).order_by(tables.looks.c.id))
        return [(row.unit_id, row.by, row.what) for row in rows]


@pytest.fixture
async def watched(served: Served) -> Served:
    key = Key.load(served.house.settings.data_dir.parent / "log.key")
    await tell(served.house.database, key, date(2027, 1, 5), months=3, cells=SOME)
    return served


def test_every_route_that_leaves_a_trace_is_read_here() -> None:
    paths = [path.partition("?")[0] for path, _, _ in PLACES]
    for route in (each for each in ROUTES if each.look):
        pattern = re.sub(r"\{\w+(?::([^}]*))?\}", lambda found: found[1] or "[^/]+", route.path)
        assert any(re.fullmatch(pattern, path) for path in paths), route.path


async def test_of_every_read_one_trace_inside_and_nothing_outside(watched: Served) -> None:
    """Role × route: superiors and their own cells see it, strangers find nothing; only what superiors read is kept."""
    superior, provincial = await watched.member("xauy"), await watched.member("tinhuy")
    strangers = [await watched.member(name) for name in ("phuonguy", "bithu-3", "bithu-5", "quantri")]
    for path, what, unit in PLACES:
        before = await looks(watched)
        for stranger in strangers:
            assert await status(watched, stranger, path) == 404, path
        assert await looks(watched) == before
        for visitor, name in ((superior, "demo-xauy"), (provincial, "demo-tinhuy")):
            assert await status(watched, visitor, path) == 200, path
            assert (await looks(watched))[len(before) :] == [(unit, name, what)], path
            before = await looks(watched)
    ours = sum(unit in ("demo-cell-1", "demo-xa-1") for _, _, unit in PLACES)
    seen = (await (await watched.member("dangvien01")).get("/units/demo-cell-1/looks")).text
    assert seen.count("Nguyễn Trọng Quyết") == seen.count("Trần Minh Thắng") == ours


async def status(served: Served, visitor: Visitor, path: str) -> int:
    """A file is no text: what comes is read and thrown away."""
    async with visitor.http.get(served.base + path, allow_redirects=False) as answer:
        await answer.read()
        return answer.status


async def test_the_cell_itself_leaves_no_trace_and_sees_those_of_others(watched: Served) -> None:
    secretary, member, follower = (
        await watched.member("bithu"),
        await watched.member("dangvien01"),
        await watched.member("theodoi"),
    )
    assert (await secretary.get("/units/demo-cell-1/supervision")).status == 200
    assert await looks(watched) == []
    assert (await follower.get("/people/demo-dangvien01/attendance")).status == 200
    text = (await member.get("/units/demo-cell-1/looks")).text
    assert "Đỗ Văn An" in text and "Việc dự họp của một đảng viên" in text
    assert (await member.get("/supervision")).path == "/units/demo-cell-1/looks"
    superior = await watched.member("xauy")
    await superior.get("/units/demo-xa-1/supervision")
    assert "Đảng bộ xã Cửa Lạch" in (await member.get("/units/demo-cell-1/looks")).text


async def test_traces_cannot_be_wiped(watched: Served) -> None:
    await (await watched.member("xauy")).get("/units/demo-cell-2/supervision")
    for statement in (sa.delete(tables.looks), sa.update(tables.looks).values(what="month")):
        with pytest.raises(sa.exc.DBAPIError):
            async with watched.house.database.write() as connection:
                await connection.execute(statement)


async def test_the_tree_opens_level_by_level(watched: Served) -> None:
    provincial = await watched.member("tinhuy")
    closed = (await provincial.get("/supervision?month=2026-12")).text
    provincial = await provincial.get("/units/demo-tinh/supervision?month=2026-12")
    assert "Đảng bộ xã Cửa Lạch" in closed and "Chi bộ thôn Hòa Bình" not in provincial.text
    opened = (await provincial.get("/units/demo-tinh/supervision?month=2026-12&open=demo-xa-1")).text
    assert "Chi bộ thôn Hòa Bình" in opened and 'aria-expanded="true"' in opened
    found = (await provincial.get("/units/demo-tinh/supervision?month=2026-12&q=hoa+binh")).text
    assert "Chi bộ thôn Hòa Bình" in found and "Chi bộ khu phố 3" not in found


async def test_the_timeline_draws_every_manner_of_presence_and_says_who_corrected_what(watched: Served) -> None:
    text = (await (await watched.member("xauy")).get("/meetings/demo-past/timeline")).text
    for kind in ("hall", "room", "vouched", "silent"):
        assert text.count(f'<rect class="{kind}"') > 1, kind  # in a bar, and in the legend
    assert text.count('class="base"') == text.count('<th scope="row">'), "a line for each seat, drawn and in the table"


@pytest.mark.parametrize(
    "query",
    [
        "month=nonsense",
        "month=2026-99",
        "filter=rubbish",
        "sort=rubbish",
        "page=0",
        "page=9999",
        "open=,,nobody,",
        "q=%25_",
    ],
)
async def test_rubbish_in_the_address_is_no_fault(watched: Served, query: str) -> None:
    assert (await (await watched.member("xauy")).get(f"/units/demo-xa-1/supervision?{query}")).status == 200


async def test_a_remark_goes_to_the_cell_and_comes_back_answered(watched: Served) -> None:
    follower, secretary = await watched.member("theodoi"), await watched.member("bithu")
    await follower.get("/meetings/demo-past/timeline")
    await follower.post("/meetings/demo-past/remarks", kind="shortcoming", text="Cần nêu rõ hạn", due="2027-01-10")
    assert follower.status == 200 and "Cần nêu rõ hạn" in follower.text
    assert "Cấp ủy cấp trên có nhận xét" in (await secretary.get("/notices")).text
    page = await secretary.get("/units/demo-cell-1/supervision")
    number = re.search(r'name="remark" value="(\d+)"', page.text)
    assert number
    await secretary.post("/units/demo-cell-1/remarks", remark=number[1], text="Chi bộ đã bổ sung")
    assert "Chi bộ đã bổ sung" in secretary.text
    again = await secretary.post("/units/demo-cell-1/remarks", remark=number[1], text="Sửa lại")
    assert again.status == 422
    assert "đã trả lời nhận xét" in (await follower.get("/notices")).text


async def test_what_is_refused_of_a_remark_keeps_what_was_written(watched: Served) -> None:
    follower = await watched.member("theodoi")
    await follower.get("/meetings/demo-past/timeline")
    await follower.post("/meetings/demo-past/remarks", kind="shortcoming", text="Chữ còn đây", due="2027-01-01")
    assert follower.status == 422 and "Chữ còn đây" in follower.text


async def test_alerts_are_read_and_acknowledged(watched: Served) -> None:
    await alerts.run(watched.house.database, watched.clock(), watched.house.settings.zone)
    superior = await watched.member("phuonguy")
    page = await superior.get("/units/demo-xa-2/alerts")
    number = re.search(r'action="/units/demo-cell-5/alerts".*?name="alert" value="(\d+)"', page.text, re.DOTALL)
    assert number
    await superior.post("/units/demo-cell-5/alerts", alert=number[1], note="Đã nhắc bí thư")
    assert superior.status == 200
    assert "Đã nhắc bí thư" in (await superior.get("/units/demo-xa-2/alerts?all")).text


def test_everything_that_verify_finds_has_a_sentence_for_people() -> None:
    calls = (node for node in ast.walk(ast.parse(inspect.getsource(verify))) if isinstance(node, ast.Call))
    found = [call.args[1] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "_Broken"]
    begun = [each.values[0] if isinstance(each, ast.JoinedStr) else each for each in found]
    whys = [str(each.value) for each in begun if isinstance(each, ast.Constant)]
    assert len(whys) > 20
    for why in whys:
        assert proof.said(why) in proof.WHYS.values(), why


async def test_the_record_of_one_meeting_is_verified_from_its_page(watched: Served) -> None:
    superior = await watched.member("xauy")
    assert "đối chiếu thứ" not in (await superior.get("/meetings/demo-past/timeline")).text
    await superior.post("/meetings/demo-past/proof")
    assert (superior.path, superior.status) == ("/meetings/demo-past/timeline", 200)
    assert "toàn vẹn" in superior.text and "đối chiếu thứ" in superior.text


async def test_a_record_that_is_not_whole_is_named_in_the_language_of_the_page(watched: Served) -> None:
    a = tables.attendance.c
    async with watched.house.database.write() as connection:
        await connection.execute(sa.update(tables.attendance).where(a.meeting == "demo-past", a.n == 1).values(n=9))
    superior = await watched.member("xauy")
    await superior.get("/meetings/demo-past/timeline")
    text = (await superior.post("/meetings/demo-past/proof")).text
    assert superior.path == "/units/demo-cell-1/proof"
    assert "Bảng điểm danh không khớp với sổ ghi." in text


async def test_an_inspection_file_is_taken_along_and_checked_without_the_house(watched: Served) -> None:
    superior = await watched.member("xauy")
    await superior.get("/meetings")
    async with superior.http.get(
        watched.base + "/units/demo-cell-2/inspection.zip?since=2026-11&last=2027-01"
    ) as answer:
        assert (answer.status, answer.content_type) == (200, "application/zip")
        found = inspection.check(await answer.read())
    assert found.ok and found.meetings >= 2, str(found)
    assert await looks(watched) == [("demo-cell-2", "demo-xauy", "inspection")]
    assert (await superior.get("/units/demo-cell-2/inspection.zip?since=2027-01&last=2026-01")).status == 422
    assert (await superior.get("/units/demo-cell-2/inspection.zip?since=2001-01&last=2026-01")).status == 422


async def test_what_cannot_be_counted_is_entered_by_the_committee_above_and_by_nobody_else(watched: Served) -> None:
    path = "/units/demo-cell-2/supervision/appraisal?period=quarter&month=2026-12"
    superior = await watched.member("xauy")
    await superior.get(path)
    await superior.post(path, criterion="unity", points="26", note="Chữ còn đây")
    assert superior.status == 422 and "Chữ còn đây" in superior.text
    await superior.post(path, criterion="unity", points="22", note="Kết quả kiểm tra quý")
    assert superior.status == 200 and "Kết quả kiểm tra quý" in superior.text
    report = (await superior.get("/units/demo-xa-1/supervision/report?period=quarter&month=2026-12")).text
    assert "Nguyễn Trọng Quyết" in report
    base = watched.base + "/units/demo-xa-1/supervision/report"
    async with superior.http.get(base + ".xlsx?period=quarter&month=2026-12") as answer:
        cells = load_workbook(io.BytesIO(await answer.read())).worksheets[2]
    assert any("Kết quả kiểm tra quý (Nguyễn Trọng Quyết" in str(cell.value) for row in cells.rows for cell in row)
    async with superior.http.get(base + ".pdf?period=quarter&month=2026-12") as answer:
        pages = PdfReader(io.BytesIO(await answer.read())).pages
    assert "Kết quả kiểm tra quý" in " ".join("".join(page.extract_text() for page in pages).split())
    secretary = await watched.member("bithu-2")
    assert (await secretary.get(path)).status == 404  # nobody appraises himself
    await secretary.get("/units/demo-cell-2/supervision")
    assert (await secretary.post(path, criterion="unity", points="25", note="Tốt")).status == 404


async def test_a_report_opens_level_by_level_and_by_pages(watched: Served) -> None:
    """The cells stand under their committees; each committee leads on to its own report of the same period."""
    provincial, path = await watched.member("tinhuy"), "/supervision/report?period=quarter&month=2026-12"
    text = (await provincial.get(f"/units/demo-tinh{path}")).text
    assert f'href="/units/demo-xa-1{path.replace("&", "&amp;")}"' in text
    for commune in ("Đảng bộ xã Cửa Lạch", "Đảng bộ phường Đông Hải"):
        assert f"<details><summary>{commune} " in text
    own = (await provincial.get(f"/units/demo-xa-1{path}")).text
    assert "<details open><summary>Đảng bộ xã Cửa Lạch " in own
    assert (await provincial.get(f"/units/demo-tinh{path}&part=9&page=9")).status == 200


async def test_reports_come_as_a_page_a_workbook_and_a_paper(watched: Served) -> None:
    superior = await watched.member("xauy")
    for period in ("month", "quarter", "year"):
        path = f"/units/demo-xa-1/supervision/report?period={period}&month=2026-12"
        assert "Chi bộ thôn Hòa Bình" in (await superior.get(path)).text
    assert (await superior.get("/units/demo-xa-1/supervision/report?period=week")).status == 400
    base = watched.base + "/units/demo-xa-1/supervision/report"
    async with superior.http.get(base + ".xlsx?period=quarter&month=2026-12") as answer:
        book = load_workbook(io.BytesIO(await answer.read()))
    assert [sheet.max_row > 1 for sheet in book.worksheets] == [True, True, True]
    assert "Chi bộ thôn Hòa Bình" in [cell.value for cell in book.worksheets[2]["A"]]
    async with superior.http.get(base + ".pdf?period=year&month=2026-12") as answer:
        pages = PdfReader(io.BytesIO(await answer.read())).pages
    text = "".join(page.extract_text() for page in pages)
    assert "BÁO CÁO" in text and "Chi bộ thôn Hòa Bình" in text and "bốn tốt" in text
