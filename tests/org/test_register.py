"""Tree, people, names, rulebook, roster, access."""

import unicodedata
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from server.meeting.ids import MeetingKind, Post, SeatKind, Standing
from server.meeting.meeting import Meeting, decide
from server.meeting.rules import Regulation
from server.org import access, groups, meetings, names, people, roster, rulebook, tree
from server.org.roster import NoChair, NoSuchMeeting, call
from server.records.database import Database
from server.records.tables import posts, statuses

from .conftest import CELL, DAY, EVENING, SINCE

# -- Names -----------------------------------------------------------------------------------------------------------


def test_a_roll_goes_by_given_name_then_by_the_rest() -> None:
    roll = ["Trần Thị Ánh", "Lê An", "Nguyễn Văn Ân", "Bùi Ăn", "Đỗ Đào", "Phạm Dũng", "An Ơn", "Lê Oanh", "Lê Ông"]
    assert sorted(roll, key=names.order) == [
        "Lê An",
        "Trần Thị Ánh",
        "Bùi Ăn",
        "Nguyễn Văn Ân",
        "Phạm Dũng",
        "Đỗ Đào",
        "Lê Oanh",
        "Lê Ông",
        "An Ơn",
    ]


def test_equal_letters_go_by_tone() -> None:
    roll = ["Lê Mạ", "Lê Má", "Lê Mã", "Lê Mả", "Lê Mà", "Lê Ma"]
    assert sorted(roll, key=names.order) == ["Lê Ma", "Lê Mà", "Lê Mả", "Lê Mã", "Lê Má", "Lê Mạ"]


def test_composed_and_decomposed_spellings_are_one_name() -> None:
    assert names.order("Nguyễn Thị Hường") == names.order(unicodedata.normalize("NFD", "Nguyễn Thị Hường"))


@given(st.lists(st.text(max_size=20), max_size=12))
def test_every_text_has_a_place(texts: list[str]) -> None:
    keys = [names.order(text) for text in texts]
    assert all((one < two) + (two < one) + (one == two) == 1 for one in keys for two in keys)


# -- Tree and people -------------------------------------------------------------------------------------------------


async def test_what_stands_above_and_below(either: Database) -> None:
    async with either.read() as connection:
        cell = await tree.unit(connection, CELL)
        assert cell
        above = await tree.above(connection, cell)
        below = await tree.subtree(connection, above[:1], tree.CELL)
        commune = await tree.subtree(connection, above[1:])
    assert [unit.id for unit in above] == ["province", "commune"]
    assert [unit.id for unit in below] == ["cell-2", "cell"]
    assert [unit.id for unit in commune] == ["commune", "cell-2", "cell"]  # not commune-2, whose name begins alike
    assert cell.within(above[0])
    assert not above[0].within(cell)


async def test_statuses_and_posts_hold_from_their_first_day_to_the_day_before_their_end(either: Database) -> None:
    end = date(2027, 1, 5)
    async with either.write() as connection:
        await connection.execute(sa.update(statuses).where(statuses.c.standing == "suspended").values(until=end))
        await connection.execute(sa.update(posts).where(posts.c.post == "deputy_secretary").values(until=end))
        before = {p.id: p for p in await people.of_cell(connection, CELL, end - timedelta(days=1))}
        after = {p.id: p for p in await people.of_cell(connection, CELL, end)}
        never = {p.id: p for p in await people.of_cell(connection, CELL, SINCE - timedelta(days=1))}
    assert (before["hoa"].standing, after["hoa"].standing) == ("suspended", "official")
    assert (before["dao"].posts, after["dao"].posts) == ({"deputy_secretary"}, frozenset())
    assert {person.standing for person in never.values()} == {""}


async def test_a_group_has_its_members_and_its_elected_leader(either: Database) -> None:
    async with either.read() as connection:
        (group,) = await groups.of_cell(connection, CELL, DAY)
    assert (group.members, group.leader) == (("an", "cuong"), "cuong")


# -- Rulebook --------------------------------------------------------------------------------------------------------

LINE = ("province", "commune", "cell")


def test_the_shipped_rules_give_the_regulation_in_force() -> None:
    book = rulebook.read()
    assert book.regulation(DAY, LINE, "regular") == Regulation()
    assert book.regulation(DAY, LINE, "combined").duration_minutes == 120


def test_every_kind_of_meeting_has_its_rules() -> None:
    for kind in MeetingKind:
        assert rulebook.read().regulation(DAY, LINE, kind).duration_minutes > 0


def test_every_rule_that_is_sure_names_its_document() -> None:
    for rule in rulebook.read().rules:
        assert bool(rule.document) == (rule.mark in ("V", "S")), rule.key


def _more(folder: Path, text: str) -> rulebook.Rulebook:
    file = folder / "rules.toml"
    file.write_text(text, encoding="utf-8")
    return rulebook.read(file)


def _entry(value: str, committee: str, more: str = "begins = 2026-01-01") -> str:
    words = f'unit = "s"\ndocument = "QĐ 1"\nclause = ""\nmark = "V"\ncommittee = "{committee}"'
    return f'[[rule]]\nkey = "grace"\nvalue = {value}\n{words}\n{more}\n'


def test_the_nearer_committee_s_rule_wins(tmp_path: Path) -> None:
    book = _more(tmp_path, _entry("60", "commune") + _entry("90", "province") + _entry("10", "elsewhere"))
    assert book.regulation(DAY, LINE, "regular").grace == 60
    assert book.regulation(DAY, ("province", "other", "cell-9"), "regular").grace == 90
    assert book.regulation(DAY, ("abroad",), "regular").grace == 120


def test_a_rule_holds_within_its_days_only(tmp_path: Path) -> None:
    book = _more(tmp_path, _entry("60", "commune", "begins = 2026-02-01\nends = 2026-02-28"))
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)]
    graces = [rule.value for day in days for rule in [book.of(day, LINE)["grace"]]]
    assert graces == [120, 60, 60, 120]


@pytest.mark.parametrize(
    "text", [_entry("60", "x").replace("unit", "unti"), "[[rule]]\nkey = 1\n", "rule = [", _entry('"soon"', "commune")]
)
def test_a_rule_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(rulebook.BadRule, match=r"rules\.toml|grace"):
        _more(tmp_path, text).regulation(DAY, LINE, "regular")


# -- Roster ----------------------------------------------------------------------------------------------------------


async def test_the_call_of_a_meeting(either: Database) -> None:
    called = await call(either, "meeting")
    assert [seat.member for seat in called.roster] == [
        "cuong",
        "dao",
        "binh",
        "dung",
        "an",
        "em",
        "giang",
        "lan",
        "theo",
    ]
    assert (called.chair, called.line) == ("cuong", ("dao", "binh", "dung"))
    assert called.about.planned_for == "2027-01-05T12:30:00.000Z"
    assert called.about.cell == "Chi bộ"
    assert [(item.id, item.title, item.minutes) for item in called.agenda] == [("1", "Thời sự", 15)]
    assert called.regulation == Regulation()


async def test_each_seat_says_what_the_person_is_that_day(database: Database) -> None:
    seats = {seat.member: seat for seat in (await call(database, "meeting")).roster}
    assert seats["em"].standing is Standing.PROBATIONARY
    assert seats["giang"].standing is Standing.EXEMPT
    assert seats["lan"].standing is Standing.TEMPORARY_IN
    assert (seats["cuong"].post, seats["cuong"].group) == (Post.SECRETARY, "group")
    assert (seats["theo"].kind, seats["theo"].post) == (SeatKind.SUPERVISOR, Post.FOLLOWER)
    assert seats["theo"].standing is Standing.NONE


async def test_suspended_and_temporarily_elsewhere_are_not_convened(database: Database) -> None:
    seated = {seat.member for seat in (await call(database, "meeting")).roster}
    assert not seated & {"hoa", "khanh", "mai", "tren"}


async def test_the_core_takes_the_call(database: Database) -> None:
    called = await call(database, "meeting")
    assert decide(Meeting(), called, "", EVENING)  # type: ignore[arg-type]


async def test_every_call_has_a_seed_of_its_own(database: Database) -> None:
    seeds = {(await call(database, "meeting")).seed for _ in range(3)}
    assert len(seeds) == 3
    assert all(len(seed) == 64 for seed in seeds)


async def test_without_a_secretary_the_deputy_chairs_and_without_anyone_nobody_is_called(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(sa.delete(posts).where(posts.c.post == "cell_secretary"))
    assert (await call(database, "meeting")).chair == "dao"
    async with database.write() as connection:
        await connection.execute(sa.delete(posts).where(posts.c.unit_id == CELL))
    with pytest.raises(NoChair):
        await call(database, "meeting")


async def test_a_meeting_that_is_not_there(database: Database) -> None:
    with pytest.raises(NoSuchMeeting):
        await call(database, "other")


async def test_the_day_of_a_meeting_is_the_cell_s_day(database: Database) -> None:
    """22:30 UTC is the next morning in Việt Nam; the status that begins then holds."""
    async with database.write() as connection:
        moment = datetime.fromisoformat("2027-01-05T22:30:00+00:00")
        await meetings.plan(connection, "early", CELL, "Sớm", "regular", moment, [])
        await people.give_status(connection, "an", "exempt", date(2027, 1, 6))
    seats = {seat.member: seat for seat in (await call(database, "early")).roster}
    assert seats["an"].standing is Standing.EXEMPT


@pytest.mark.parametrize(
    ("minutes", "phase", "may"),
    [
        (-61, "planned", False),
        (-60, "planned", True),
        (0, "planned", True),
        (719, "planned", True),
        (720, "planned", False),
        (-600, "called", True),
        (9000, "paused", True),
        (0, "closed", False),
    ],
)
async def test_when_one_may_go_in(database: Database, minutes: int, phase: str, may: bool) -> None:
    async with database.write() as connection:
        await connection.exec_driver_sql("UPDATE meetings SET phase = ?", (phase,))
        row = await meetings.meeting(connection, "meeting")
    assert row
    at = EVENING + timedelta(minutes=minutes)
    assert meetings.joinable(row, at, timedelta(hours=1)) is may
    assert meetings.missed(row, at) is (phase == "planned" and minutes >= 720)


# -- Access ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "roles"),
    [
        ("an", {"member"}),
        ("binh", {"member", "committee"}),
        ("em", {"member"}),
        ("giang", {"member"}),
        ("lan", {"member"}),
        ("hoa", set()),
        ("khanh", set()),
        ("mai", set()),
        ("theo", {"follower"}),
        ("tren", {"superior"}),
    ],
)
async def test_what_a_person_is_toward_the_cell(either: Database, person: str, roles: set[str]) -> None:
    async with either.read() as connection:
        actor, cell = await access.actor(connection, person, DAY), await tree.unit(connection, CELL)
        other = await tree.unit(connection, "cell-2")
    assert actor
    assert cell
    assert other
    assert access.roles(actor, cell) == roles
    assert access.may(actor, "see_meeting", cell) is bool(roles)
    assert access.may(actor, "join_meeting", cell) is bool(roles - {"superior"})
    assert access.may(actor, "see_meeting", other) is (person == "tren")


async def test_what_is_not_in_the_table_is_refused(database: Database) -> None:
    async with database.read() as connection:
        actor, cell = await access.actor(connection, "cuong", DAY), await tree.unit(connection, CELL)
        nobody = await access.actor(connection, "nobody", DAY)
    assert actor
    assert cell
    assert not access.may(actor, "delete_everything", cell)
    assert nobody is None


async def test_a_post_that_ended_opens_nothing(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(sa.update(posts).where(posts.c.person_id == "theo").values(until=DAY))
        actor, cell = await access.actor(connection, "theo", DAY), await tree.unit(connection, CELL)
    assert actor
    assert cell
    assert access.roles(actor, cell) == frozenset()


def test_every_role_named_in_the_table_exists() -> None:
    assert {role for allowed in access.ALLOWED.values() for role in allowed} <= set(access.ROLES)
    assert roster.NOT_CONVENED.isdisjoint({"official", "probationary", "exempt", "temporary_in"})
