"""Files through the pages: sent, reported, taken in; out again; and nobody else's."""

import io
import json
import re

import aiohttp
import pytest
from openpyxl import load_workbook

from server.demo.province import CODES
from server.org import people
from server.org.exchange import columns, writing

from .conftest import TODAY, Served, Visitor

ENGLISH = {"Accept-Language": "en"}
CELL = "demo-cell-1"


async def _as(served: Served, username: str) -> Visitor:
    return await served.visitor(**ENGLISH).sign_in(username)


async def _sent(visitor: Visitor, unit: str, data: bytes, name: str = "so.csv") -> str:
    """Sends a file and waits until it is looked through; the path of its report."""
    await visitor.get(f"/units/{unit}/import")
    form = aiohttp.FormData({"csrf": visitor.csrf()})
    form.add_field("file", data, filename=name)
    await visitor._do("POST", f"/units/{unit}/import", True, data=form)
    return await _settled(visitor)


async def _settled(visitor: Visitor) -> str:
    """As the page does: ask until nothing is busy, then look."""
    path = visitor.path
    while json.loads((await visitor.get(f"{path}/state")).text)["busy"]:
        pass
    await visitor.get(path)
    return path


def _people(*rows: dict[str, str]) -> bytes:
    return writing.text(columns.PEOPLE, rows)


NEW = {"unit": "HV-01-001", "name": "Lê Thị Mới", "birth_year": "1999", "official": "01/02/2024"}


async def test_a_secretary_takes_in_a_file_of_his_cell(served: Served) -> None:
    visitor = await _as(served, "bithu")
    path = await _sent(visitor, CELL, _people(NEW))
    assert "This would happen" in visitor.text
    assert re.search(r"New members</dt><dd>1<", visitor.text)
    await visitor.post(path)
    await _settled(visitor)
    assert "Taken in: 0 units and 1 members are new or changed." in visitor.text
    assert "Lê Thị Mới" in (await visitor.get(f"/units/{CELL}")).text
    await _sent(visitor, CELL, _people(NEW))
    assert "The register says all of this already." in visitor.text


async def test_the_report_says_line_by_line_what_is_wrong_in_vietnamese(served: Served) -> None:
    visitor = await served.visitor(**{"Accept-Language": "vi"}).sign_in("bithu")
    path = await _sent(visitor, CELL, _people(NEW, {**NEW, "name": "<script>", "birth_year": "80"}))
    assert "Năm sinh" in visitor.text and "Năm sinh này không đúng." in visitor.text
    assert "<script>alert" not in visitor.text
    await visitor.post(path)
    assert "Lê Thị Mới" not in (await visitor.get(f"/units/{CELL}")).text


async def test_a_file_of_another_cell_brings_nothing(served: Served) -> None:
    visitor = await _as(served, "bithu")
    await _sent(visitor, CELL, _people({**NEW, "unit": "HV-01-002"}))
    assert "There is no cell “HV-01-002” here." in visitor.text


async def test_only_who_sent_a_file_sees_its_report(served: Served) -> None:
    visitor, other = await _as(served, "bithu"), await _as(served, "phobithu")
    path = await _sent(visitor, CELL, _people(NEW))
    for asked in (path, f"{path}/state", path.replace(CELL, "demo-cell-2")):
        assert (await other.get(asked)).status == 404
    await other.get("/account")
    assert (await other.post(path)).status == 404
    assert (await visitor.get(path.replace(CELL, "demo-cell-2"))).status == 404


async def test_no_file_and_too_large_a_file_are_said_calmly(served: Served) -> None:
    visitor = await (await _as(served, "bithu")).get(f"/units/{CELL}/import")
    await visitor.post(f"/units/{CELL}/import")
    assert visitor.status == 422 and "Please choose a file." in visitor.text
    form = aiohttp.FormData({"csrf": visitor.csrf()})
    form.add_field("file", b"x" * (9 << 20), filename="so.csv")
    await visitor._do("POST", f"/units/{CELL}/import", True, data=form)
    assert visitor.status == 413


async def test_a_file_without_the_form_s_token_is_not_read(served: Served) -> None:
    visitor = await _as(served, "bithu")
    form = aiohttp.FormData({"csrf": "forged"})
    form.add_field("file", _people(NEW), filename="so.csv")
    await visitor._do("POST", f"/units/{CELL}/import", True, data=form)
    assert visitor.status == 403


@pytest.mark.parametrize("username", ["dangvien01", "capuy1", "theodoi", "xauy", "tinhuy", "bithu-2"])
async def test_who_may_not_neither_sends_nor_takes_out(served: Served, username: str) -> None:
    visitor = await _as(served, username)
    for path in ("import", "export.xlsx", "people.csv"):
        assert (await visitor.get(f"/units/{CELL}/{path}")).status == 404, path


async def _bytes(visitor: Visitor, path: str) -> bytes:
    async with visitor.http.get(visitor.base + path) as answer:
        assert answer.status == 200 and "attachment" in answer.headers["Content-Disposition"]
        return await answer.read()


async def test_the_whole_province_goes_out_and_comes_back_unchanged(served: Served) -> None:
    visitor = await _as(served, "tochuc")
    data = await _bytes(visitor, "/units/demo-tinh/export.xlsx")
    book = load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Đơn vị", "Đảng viên"]
    async with served.house.database.read() as connection:
        everyone = sum([len(await people.of_cell(connection, unit, TODAY)) for unit in CODES])
    assert (book["Đơn vị"].max_row, book["Đảng viên"].max_row) == (1 + len(CODES), 1 + everyone)
    path = await _sent(visitor, "demo-tinh", _cells_only(data), "so.xlsx")
    assert "The register says all of this already." in visitor.text, visitor.text
    await visitor.get(f"{path}")


def _cells_only(data: bytes) -> bytes:
    """Without the rows of those who are registered at a committee, or have no day of admission: files bring neither."""
    book = load_workbook(io.BytesIO(data))
    sheet = book["Đảng viên"]
    for number in range(sheet.max_row, 1, -1):
        row = [cell.value for cell in sheet[number]]
        if str(row[0]).count("-") < 2 or not (row[4] or row[5]):
            sheet.delete_rows(number)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


async def test_what_was_taken_out_leaves_a_trace(served: Served) -> None:
    visitor = await _as(served, "bithu")
    text = (await _bytes(visitor, f"/units/{CELL}/people.csv")).decode("utf-8-sig")
    assert text.startswith("Mã chi bộ,Họ và tên,") and "HV-01-001,Lê Quang Dũng,1972" in text
    assert "The register was taken out as a file." in (await visitor.get(f"/units/{CELL}")).text


async def test_templates_are_for_whoever_is_signed_in(served: Served) -> None:
    visitor = await served.member()
    assert load_workbook(io.BytesIO(await _bytes(visitor, "/register/template.xlsx"))).sheetnames == [
        "Đơn vị",
        "Đảng viên",
    ]
    assert "Mã đơn vị cấp trên" in (await _bytes(visitor, "/register/units.csv")).decode("utf-8-sig")
    assert "Họ và tên" in (await _bytes(visitor, "/register/people.csv")).decode("utf-8-sig")


async def test_a_person_takes_out_his_own_data_and_nobody_else_s(served: Served) -> None:
    visitor = await served.member()
    kept = json.loads(await _bytes(visitor, "/account/data.json"))
    assert (
        kept["entry"][0]["name"] == "Đỗ Văn An"
        and kept["attendance"]
        and kept["account"][0]["username"] == "dangvien01"
    )
    assert "Nguyễn Văn Hải" not in json.dumps(kept, ensure_ascii=False)
    assert "password" not in json.dumps(kept)
    book = load_workbook(io.BytesIO(await _bytes(visitor, "/account/data.xlsx")))
    assert {"entry", "statuses", "attendance"} <= set(book.sheetnames)
