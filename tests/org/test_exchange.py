"""Files in and out: every kind of wrong line, all or nothing, the same file twice, and what a spreadsheet would run."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from openpyxl import Workbook, load_workbook

from server.org import groups, people, registering, tree
from server.org.exchange import columns, leaving, looking, reading, writing
from server.org.exchange.jobs import Job, Jobs
from server.org.refusal import Refused
from server.org.trail import Hand, of_unit
from server.org.tree import Unit
from server.records.database import Database

from .conftest import CELL, DAY

HAND = Hand("tren", datetime(2027, 1, 5, 3, 0, tzinfo=UTC), DAY)
ALL = frozenset(registering.GRANTS)
UNIT_HEAD = [column.heading for column in columns.COLUMNS[columns.UNITS]]
HEAD = [column.heading for column in columns.COLUMNS[columns.PEOPLE]]
PLACE = {column.name: place for place, column in enumerate(columns.COLUMNS[columns.PEOPLE])}


def _line(**cells: str) -> list[str]:
    row = [""] * len(HEAD)
    for name, cell in {"unit": "Chi bộ khác", "name": "Lê Văn Mới", "official": "19/05/2010", **cells}.items():
        row[PLACE[name]] = cell
    return row


def _csv(rows: Sequence[Sequence[str]], head: Sequence[str] = HEAD) -> bytes:
    return "\r\n".join(";".join(row) for row in [head, *rows]).encode("utf-8-sig")


def _xlsx(**sheets: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    del book[book.sheetnames[0]]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


async def _unit(database: Database, unit_id: str = "province") -> Unit:
    async with database.read() as connection:
        found = await tree.unit(connection, unit_id)
    assert found
    return found


async def _looked(
    database: Database, data: bytes, name: str = "a.csv", scope: str = "province", tree_too: bool = True
) -> tuple[Jobs, Job]:
    jobs = Jobs(database)
    job = jobs.start(HAND, await _unit(database, scope), name, data, tree_too, ALL)
    await jobs.settled()
    return jobs, job


async def _taken(database: Database, data: bytes, name: str = "a.csv", scope: str = "province") -> Job:
    jobs, job = await _looked(database, data, name, scope)
    assert job.plan and not job.plan.wrong, job.plan.wrong if job.plan else job.refused
    jobs.write(HAND, job)
    await jobs.settled()
    return job


def _why(job: Job) -> list[tuple[int, str, str]]:
    assert job.plan
    return [(wrong.line, wrong.column, wrong.why.format(**wrong.facts)) for wrong in job.plan.wrong]


# -- A whole file ----------------------------------------------------------------------------------------------------


async def test_a_workbook_brings_units_and_their_members(either: Database) -> None:
    units = [
        UNIT_HEAD,
        ["DK", "", "Đảng bộ cơ sở", "Đảng bộ Dầu khí", date(2000, 1, 1)],
        ["DK-1", "dk", "Chi bộ", "Chi bộ Giàn 1", ""],
    ]
    members = [
        HEAD,
        _line(
            unit="DK-1",
            name="Trần  Thị Bé",
            birth_year="1990",
            post="Bí thư",
            group="Tổ giàn",
            probationary="19/05/2009",
        ),
        _line(unit="DK-1", name="Võ Văn Sáu", card_number="00123456", standing="miễn sinh hoạt", since="01/02/2026"),
    ]
    job = await _taken(either, _xlsx(**{"Đơn vị": units, "Đảng viên": members}), "a.xlsx")
    assert job.phase == "done" and job.plan
    assert (job.plan.new_units, job.plan.new_people) == (2, 2)
    async with either.read() as connection:
        (base,) = await tree.search(connection, [await _unit(either)], "DK", 5)
        (cell,) = await tree.search(connection, [base.unit], "gian 1", 5)
        members_now = {each.name: each for each in await people.of_cell(connection, cell.unit.id, DAY)}
        (group,) = await groups.of_cell(connection, cell.unit.id, DAY)
        (change, *_) = await of_unit(connection, "province")
        spans = await registering.statuses_of(connection, members_now["Trần Thị Bé"].id)
    assert base.founded == date(2000, 1, 1) and cell.unit.within(base.unit)
    assert members_now["Trần Thị Bé"].posts == {"cell_secretary"}
    assert members_now["Võ Văn Sáu"].standing == "exempt"
    assert group.name == "Tổ giàn"
    assert [(span.word, span.since, span.until) for span in spans] == [
        ("official", date(2010, 5, 19), None),
        ("probationary", date(2009, 5, 19), date(2010, 5, 19)),
    ]
    assert (change.what, change.facts) == ("imported", {"units": "2", "people": "2"})


async def test_the_same_file_twice_changes_nothing(either: Database) -> None:
    data = _csv([_line(birth_year="1980", group="Tổ 1", post="Chi ủy viên"), _line(name="Có Thẻ", card_number="0001")])
    await _taken(either, data)
    _, again = await _looked(either, data)
    assert again.plan and again.plan.empty and again.plan.same == 2 and not again.plan.wrong


async def test_a_later_file_updates_and_an_empty_cell_takes_nothing_away(either: Database) -> None:
    first = _line(birth_year="1980", card_number="0001", phone="0912345678", official="", probationary="19/05/2025")
    await _taken(either, _csv([first]))
    await _taken(either, _csv([_line(name="Lê Văn Mới Hơn", card_number="0001", official="19/05/2026")]))
    async with either.read() as connection:
        (person,) = await people.of_cell(connection, "cell-2", DAY)
        entry = await people.entry(connection, person.id)
        spans = await registering.statuses_of(connection, person.id)
    assert entry and (entry.name, entry.birth_year, entry.phone) == ("Lê Văn Mới Hơn", 1980, "0912345678")
    assert [(span.word, span.since, span.until) for span in spans] == [
        ("official", date(2026, 5, 19), None),
        ("probationary", date(2025, 5, 19), date(2026, 5, 19)),
    ]


async def test_a_card_that_comes_later_is_added_to_the_member_of_that_name(either: Database) -> None:
    await _taken(either, _csv([_line(birth_year="1980")]))
    await _taken(either, _csv([_line(birth_year="1980", card_number="00.01")]))
    async with either.read() as connection:
        (person,) = await people.of_cell(connection, "cell-2", DAY)
        entry = await people.entry(connection, person.id)
    assert entry and entry.card_number == "0001"


async def test_the_register_goes_out_and_comes_in_again_unchanged(either: Database) -> None:
    await _taken(either, _csv([_line(birth_year="1980", group="Tổ 1", post="Bí thư", phone="+84912345678")]))
    for suffix in ("xlsx", "csv"):
        async with either.read() as connection:
            rows = await leaving.people_rows(connection, await _unit(either, "cell-2"), DAY)
        if suffix == "csv":
            data = writing.text(columns.PEOPLE, rows)
            assert b"'+84912345678" in data
        else:
            data = writing.workbook({columns.PEOPLE: rows})
        _, job = await _looked(either, data, f"a.{suffix}")
        assert job.plan and job.plan.empty and job.plan.same == 1 and not job.plan.wrong, _why(job)


async def test_the_template_is_taken_as_it_is(database: Database) -> None:
    sheets = reading.read("mau.xlsx", writing.template())
    assert [sheet.table for sheet in sheets] == [columns.UNITS, columns.PEOPLE]
    for table in columns.COLUMNS:
        (sheet,) = reading.read("mau.csv", writing.template_csv(table))
        assert (sheet.table, len(sheet.lines)) == (table, 1)


# -- Every kind of wrong line ----------------------------------------------------------------------------------------

WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"unit": "Không có"}, "Mã chi bộ", "There is no cell “Không có” here."),
    ({"unit": ""}, "Mã chi bộ", "There is no cell “” here."),
    ({"unit": "Xã"}, "Mã chi bộ", "“Xã” is no cell."),
    ({"name": "A"}, "Họ và tên", "A name has between 2 and 200 characters."),
    ({"name": "12345"}, "Họ và tên", "A name has between 2 and 200 characters."),
    ({"birth_year": "80"}, "Năm sinh", "That year of birth cannot be right."),
    ({"birth_year": "2015"}, "Năm sinh", "That year of birth cannot be right."),
    ({"card_number": "#"}, "Số thẻ đảng", "A card number has 4 to 20 digits or letters."),
    ({"official": "31/02/2010"}, "Ngày chính thức", "“31/02/2010” is no day as 19/05/2010."),
    ({"official": "19/05/2030"}, "Ngày chính thức", "That day cannot be right."),
    ({"official": ""}, "Ngày chính thức", "A new member needs the day of admission or of recognition."),
    ({"probationary": "20/05/2010"}, "Ngày chính thức", "The day of recognition lies before the day of admission."),
    ({"standing": "Vui vẻ"}, "Tình trạng", "is not one of"),
    ({"standing": "Miễn sinh hoạt"}, "Tình trạng từ ngày", "From which day on does this status hold?"),
    (
        {"standing": "Đình chỉ sinh hoạt", "since": "01/02/2026", "until": "01/02/2026"},
        "Tình trạng đến ngày",
        "The last day lies before the first.",
    ),
    ({"standing": "Dự bị"}, "Tình trạng", "Who has a day of recognition is no probationary member."),
    ({"post": "Vua"}, "Chức vụ", "is not one of"),
    ({"phone": "12"}, "Điện thoại", "A phone number has 8 to 15 digits."),
    ({"mail": "an"}, "Thư điện tử", "That is no mail address."),
]


@pytest.mark.parametrize(("cells", "column", "why"), WRONG)
async def test_a_wrong_line_is_named_with_its_column_and_reason(
    database: Database, cells: dict[str, str], column: str, why: str
) -> None:
    _, job = await _looked(database, _csv([_line(name="Người Đúng"), _line(**cells)]))
    ((line, heading, reason),) = _why(job)
    assert (line, heading) == (3, column)
    assert why in reason


async def test_one_wrong_line_and_nothing_is_taken_in(either: Database) -> None:
    jobs, job = await _looked(either, _csv([_line(), _line(name="Sai", birth_year="x")]))
    assert not job.clean
    jobs.write(HAND, job)
    await jobs.settled()
    async with either.read() as connection:
        assert await people.of_cell(connection, "cell-2", DAY) == ()
    assert job.phase == "checked"


async def test_who_stands_in_the_file_twice_is_named(database: Database) -> None:
    _, job = await _looked(
        database, _csv([_line(birth_year="1980"), _line(birth_year="1980"), _line(birth_year="1981")])
    )
    assert [(line, why) for line, _, why in _why(job)] == [(3, "This stands in the file twice.")]


async def test_two_of_one_name_need_their_cards(database: Database) -> None:
    await _taken(
        database, _csv([_line(card_number="0001", birth_year="1980"), _line(card_number="0002", birth_year="1980")])
    )
    _, job = await _looked(database, _csv([_line(birth_year="1980", phone="0912345678")]))
    assert "give the card number" in _why(job)[0][2]


async def test_a_formula_is_not_taken_in(database: Database) -> None:
    _, job = await _looked(database, _xlsx(**{"Đảng viên": [HEAD, _line(name="=HYPERLINK(1)")]}), "a.xlsx")
    ((line, column, why),) = _why(job)
    assert (line, column) == (2, "Họ và tên") and "formula" in why


async def test_another_s_card_is_not_told_apart_and_not_taken(either: Database) -> None:
    await _taken(either, _csv([_line(card_number="0001")]))
    _, job = await _looked(
        either, _csv([_line(unit="", name="Kẻ Trộm", card_number="0001")]), scope=CELL, tree_too=False
    )
    assert "cannot be used" in _why(job)[0][2]
    assert "Mới" not in str(_why(job))
    _, above = await _looked(either, _csv([_line(unit="Chi bộ", name="Lê Văn Mới", card_number="0001")]))
    assert "another cell" in _why(above)[0][2]


async def test_a_secretary_brings_members_of_his_cell_and_no_units(database: Database) -> None:
    units = _csv([["X-1", "", "Chi bộ", "Chi bộ X", ""]], UNIT_HEAD)
    _, job = await _looked(database, units, scope=CELL, tree_too=False)
    assert "organising department" in _why(job)[0][2]
    _, other = await _looked(database, _csv([_line()]), scope=CELL, tree_too=False)
    assert "There is no cell" in _why(other)[0][2]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (["=1", "", "Chi bộ", "Chi bộ X", ""], "Mã đơn vị"),
        (["X", "KHÔNG", "Chi bộ", "Chi bộ X", ""], "Mã đơn vị cấp trên"),
        (["X", "", "Hợp tác xã", "Chi bộ X", ""], "Loại"),
        (["X", "", "Tỉnh, thành phố", "Tỉnh X", ""], "Loại"),
        (["X", "", "Chi bộ", "X", ""], "Tên đơn vị"),
        (["X", "", "Chi bộ", "Chi bộ X", "hôm qua"], "Ngày thành lập"),
    ],
)
async def test_a_wrong_unit_is_named(database: Database, row: list[str], column: str) -> None:
    _, job = await _looked(database, _csv([row], UNIT_HEAD))
    assert [(line, heading) for line, heading, _ in _why(job)] == [(2, column)]


# -- Files that are none ---------------------------------------------------------------------------------------------


def _bomb() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * (reading.UNPACKED + 1))
    return kept.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.xlsx", b"PK\x03\x04 but no more", "no file that we can read"),
        ("a.xlsx", b"", "no file that we can read"),
        ("a.pdf", b"%PDF-1.7", "no file that we can read"),
        ("a.csv", "Họ".encode("utf-16"), "no file that we can read"),
        ("a.csv", "Mã chi bộ;Họ và tên\r\nX;Nguyễn".encode("cp1258", "replace"), "not UTF-8"),
        ("a.csv", b"one;two\r\n1;2", "headings"),
        ("a.csv", b"", "headings"),
        ("a.csv", b"x" * (reading.LARGEST + 1), "larger"),
        ("a.csv", _csv([["X", "Y Z"]] * (reading.ROWS + 1)), "more than"),
    ],
)
async def test_a_file_that_is_none_is_refused_calmly(database: Database, name: str, data: bytes, why: str) -> None:
    _, job = await _looked(database, data, name)
    assert job.phase == "refused" and job.refused
    assert why in job.refused.why.format(**job.refused.facts)


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(Refused) as refused:
        reading.read("a.xlsx", _bomb())
    assert "larger" in refused.value.why


def _far(row: int) -> bytes:
    """The template, and one line that claims to be so far down; a few kilobytes."""
    kept, line = io.BytesIO(), f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    with zipfile.ZipFile(io.BytesIO(writing.template())) as whole, zipfile.ZipFile(kept, "w") as packed:
        for name in whole.namelist():
            packed.writestr(name, whole.read(name).replace(b"</sheetData>", line.encode()))
    return kept.getvalue()


def test_rows_that_no_spreadsheet_has_are_not_counted_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "DEEPEST", 1000)
    with pytest.raises(Refused, match="no file that we can read"):
        reading.read("a.xlsx", _far(10**12))


async def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "PATIENCE", 2.0)
    _, job = await _looked(database, _far(10**12), "a.xlsx")
    assert job.phase == "refused" and job.refused and "too long" in job.refused.why


async def test_a_new_file_takes_the_place_of_one_that_is_still_looked_through(database: Database) -> None:
    jobs = Jobs(database)
    unit, files = await _unit(database), (_far(10**12), _xlsx(**{"Đảng viên": [HEAD, _line()]}))
    first, second = (jobs.start(HAND, unit, "a.xlsx", data, True, ALL) for data in files)
    await jobs.settled()
    assert second.clean
    assert jobs.of("tren", first.id) is None


async def test_what_was_changed_meanwhile_is_looked_through_again(either: Database) -> None:
    jobs, job = await _looked(either, _csv([_line()]))
    async with either.write() as connection:
        entry = await people.entry(connection, "an")
        assert entry
        await registering.edit(connection, HAND, entry, registering.Person("Trần Văn An"))
    jobs.write(HAND, job)
    await jobs.settled()
    assert job.phase == "refused" and job.refused and job.refused.rule == "stale"
    async with either.read() as connection:
        assert await people.of_cell(connection, "cell-2", DAY) == ()


async def test_nobody_sees_another_s_file(database: Database) -> None:
    jobs, job = await _looked(database, _csv([_line()]))
    assert jobs.of("tren", job.id) is job
    assert jobs.of("theo", job.id) is None


# -- Out -------------------------------------------------------------------------------------------------------------

EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")


@pytest.mark.parametrize("evil", EVIL)
def test_what_a_spreadsheet_would_run_goes_out_as_text(evil: str) -> None:
    rows = [{"name": evil, "unit": "X"}]
    last = writing.text(columns.PEOPLE, rows).decode("utf-8-sig").split("\r\n", 1)[1]
    assert last.startswith(("X,'", "X,\"'"))
    book = load_workbook(io.BytesIO(writing.workbook({columns.PEOPLE: rows})))
    cell = book.worksheets[0].cell(2, PLACE["name"] + 1)
    assert cell.data_type == "s" and cell.quotePrefix
    (sheet,) = reading.read("a.xlsx", writing.workbook({columns.PEOPLE: rows}))
    assert reading.FORMULA not in sheet.lines[0].cells["name"]


async def test_a_person_s_own_data_is_all_there(either: Database) -> None:
    async with either.read() as connection:
        kept = await leaving.own(connection, "cuong")
    assert kept["entry"][0]["name"] == "Lê Văn Cường"
    assert {row["post"] for row in kept["posts"]} == {"cell_secretary", "group_leader"}
    assert kept["groups"][0]["name"] == "Tổ 1"
    assert kept["statuses"] == [{"standing": "official", "since": "2026-01-01", "until": None}]
