"""Cells become one, or two; what was stays readable under its old name."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from server.org import access, changing, groups, meetings, merging, people, registering, tasks, tree
from server.org.changing import Described
from server.org.merging import Wish
from server.org.refusal import Refused
from server.org.trail import Hand
from server.org.tree import Unit
from server.records import tables
from server.records.database import Database

from .conftest import CELL, DAY

HAND = Hand("tren", datetime(2027, 1, 5, 3, 0, tzinfo=UTC), DAY)
BEFORE = DAY - timedelta(days=1)
OTHERS = ("Ba", "Bốn", "Năm", "Sáu")


@pytest.fixture
async def two(either: Database) -> tuple[Unit, Unit]:
    """The second cell has four members, a secretary, and a meeting of last week."""
    async with either.write() as connection:
        cells = [await tree.unit(connection, each) for each in (CELL, "cell-2")]
        assert cells[0] and cells[1]
        for name in OTHERS:
            await people.add(connection, name, "cell-2", f"Đồng chí {name}", since=date(2026, 1, 1))
            await people.give_status(connection, name, "official", date(2026, 1, 1))
        await people.give_post(connection, "Ba", "cell-2", "cell_secretary", date(2026, 1, 1))
        past = datetime(2026, 12, 29, 12, 30, tzinfo=UTC)
        await meetings.plan(connection, "past", CELL, "Đã họp", "regular", past, [])
        await connection.exec_driver_sql("UPDATE meetings SET phase = 'closed' WHERE id = 'past'")
    return cells[0], cells[1]


def _wish(two: tuple[Unit, Unit], into: int | None = 1, name: str = "", secretary: str = "") -> Wish:
    return Wish(two, None if into is None else two[into], Described(name), secretary, DAY)


async def _refused(database: Database, wish: Wish) -> str:
    with pytest.raises(Refused) as refused:
        async with database.write() as connection:
            await merging.merge(connection, HAND, wish)
    return refused.value.rule


async def test_the_preview_says_what_goes_over_and_changes_nothing(either: Database, two: tuple[Unit, Unit]) -> None:
    async with either.read() as connection:
        shown = await merging.preview(connection, HAND, _wish(two, secretary="cuong"))
    assert (shown.name, shown.total, dict(shown.members)) == ("Chi bộ khác", 15, {CELL: 11, "cell-2": 4})
    assert shown.groups == (("Chi bộ", "Tổ 1"),)
    assert shown.meetings == ("Thường kỳ",)
    becomes = {(each.person_id, each.post): each.becomes for each in shown.mandates}
    assert becomes["cuong", "cell_secretary"] == "cell_secretary"
    assert becomes["Ba", "cell_secretary"] == "deputy_secretary"
    assert becomes["theo", "assigned_follower"] == "assigned_follower"


async def test_members_groups_posts_and_planned_meetings_go_over(either: Database, two: tuple[Unit, Unit]) -> None:
    async with either.write() as connection:
        heir = await merging.merge(connection, HAND, _wish(two, name="Chi bộ Hợp Nhất", secretary="cuong"))
    async with either.read() as connection:
        members = {each.id: each for each in await people.of_cell(connection, heir.id, DAY)}
        (group,) = await groups.of_cell(connection, heir.id, DAY)
        rows = {row.id: row.unit.id for row in await meetings.of_units(connection, [CELL, heir.id])}
        followers = await people.with_post(connection, heir.id, "assigned_follower", DAY)
    assert len(members) == 15
    assert members["cuong"].posts == {"cell_secretary", "group_leader"}
    assert members["Ba"].posts == {"deputy_secretary"}
    assert (group.name, group.members, group.leader) == ("Tổ 1", ("an", "cuong"), "cuong")
    assert rows == {"past": CELL, "meeting": heir.id}
    assert [each.person_id for each in followers] == ["theo"]


async def test_open_tasks_go_over_with_the_cell_and_stay_with_their_owner(
    either: Database, two: tuple[Unit, Unit]
) -> None:
    async with either.write() as connection:
        for number, (owner, state) in enumerate((("an", "open"), ("binh", "open"), ("an", "done"))):
            task = {"meeting": "past", "id": f"t{number}", "unit_id": CELL, "item": "", "text": "Việc", "owner": owner}
            await connection.execute(sa.insert(tables.tasks).values(task | {"deadline": DAY, "state": state}))
        await merging.merge(connection, HAND, _wish(two))
        assert {task.id for task in await tasks.of_unit(connection, "cell-2")} == {"t0", "t1"}
        assert [task.id for task in await tasks.of_unit(connection, CELL)] == ["t2"]


async def test_the_old_cell_reads_on_under_its_old_name(either: Database, two: tuple[Unit, Unit]) -> None:
    async with either.write() as connection:
        heir = await merging.merge(connection, HAND, _wish(two, name="Chi bộ Hợp Nhất"))
    async with either.read() as connection:
        record = await tree.record(connection, CELL)
        then = await people.of_cell(connection, CELL, BEFORE)
        now = await people.of_cell(connection, CELL, DAY)
        groups_then = await groups.of_cell(connection, CELL, BEFORE)
        from_it = await tree.merged_from(connection, heir.id)
    assert record and record.heir
    assert (record.unit.name, record.dissolved, record.heir.name) == ("Chi bộ", DAY, "Chi bộ Hợp Nhất")
    assert (len(then), len(now)) == (11, 0)
    assert [(group.name, group.leader) for group in groups_then] == [("Tổ 1", "cuong")]
    assert [each.unit.id for each in from_it] == [CELL]


async def test_who_was_merged_reads_the_meetings_of_before(either: Database, two: tuple[Unit, Unit]) -> None:
    async with either.write() as connection:
        await merging.merge(connection, HAND, _wish(two))
    async with either.read() as connection:
        member, other = await access.actor(connection, "an", DAY), await access.actor(connection, "Bốn", DAY)
    assert member and other
    for actor in (member, other):
        assert access.may(actor, "see_attendance", two[0])
        assert not access.may(actor, "join_meeting", two[0])
        assert two[0].id in {top.id for top in access.reach(actor)}


async def test_two_cells_become_a_new_one(either: Database, two: tuple[Unit, Unit]) -> None:
    async with either.write() as connection:
        heir = await merging.merge(connection, HAND, _wish(two, None, "Chi bộ Mới", "Ba"))
    async with either.read() as connection:
        records = [await tree.record(connection, each) for each in (CELL, "cell-2", heir.id)]
        members = await people.of_cell(connection, heir.id, DAY)
    assert [record.heir.id if record and record.heir else "" for record in records] == [heir.id, heir.id, ""]
    assert records[2] and records[2].founded == DAY
    assert len(members) == 15
    assert [each.id for each in members if "cell_secretary" in each.posts] == ["Ba"]


async def test_a_guest_of_the_other_cell_is_at_home_again(either: Database, two: tuple[Unit, Unit]) -> None:
    async with either.write() as connection:
        entry = await people.entry(connection, "Bốn")
        assert entry
        await registering.host(connection, HAND, entry, two[0], BEFORE)
        await merging.merge(connection, HAND, _wish(two))
        found = [each for each in await people.of_cell(connection, "cell-2", DAY) if each.id == "Bốn"]
    assert [each.standing for each in found] == ["official"]


async def test_a_cell_is_merged_once_though_two_ask_at_the_same_moment(
    either: Database, two: tuple[Unit, Unit]
) -> None:
    async with either.write() as connection:
        commune = await tree.unit(connection, "commune")
        assert commune
        third = await tree.add(connection, "cell-3", tree.CELL, "Chi bộ ba", commune)

    async def one(into: Unit) -> str:
        async with either.write() as connection:
            await merging.merge(connection, HAND, Wish((two[0], into), into, Described(""), "", DAY))
        return into.id

    done = await asyncio.gather(one(two[1]), one(third), return_exceptions=True)
    merged, refused = sorted(done, key=lambda each: isinstance(each, Refused))
    assert isinstance(refused, Refused) and refused.rule == "gone"
    async with either.read() as connection:
        assert len(await people.of_cell(connection, str(merged), DAY)) >= 11


async def test_what_cannot_be_merged_is_refused_and_nothing_is_done(either: Database, two: tuple[Unit, Unit]) -> None:
    async with either.write() as connection:
        commune = await tree.unit(connection, "commune")
    assert commune
    one = two[:1]
    assert await _refused(either, Wish(one, one[0], Described(""), "", DAY)) == "tree"
    assert await _refused(either, Wish((*one, commune), one[0], Described(""), "", DAY)) == "tree"
    assert await _refused(either, _wish(two, None)) == "name"
    assert await _refused(either, _wish(two, secretary="tren")) == "post"
    assert await _refused(either, Wish(two, two[0], Described(""), "", DAY + timedelta(days=1))) == "dates"
    async with either.write() as connection:
        await connection.exec_driver_sql("UPDATE meetings SET phase = 'open' WHERE id = 'meeting'")
    assert await _refused(either, _wish(two)) == "live"
    async with either.read() as connection:
        assert len(await people.of_cell(connection, CELL, DAY)) == 11


async def test_merged_once_it_is_not_merged_again(either: Database, two: tuple[Unit, Unit]) -> None:
    async with either.write() as connection:
        await merging.merge(connection, HAND, _wish(two))
    assert await _refused(either, _wish(two)) == "gone"


async def test_a_cell_is_split_with_a_whole_group(either: Database, two: tuple[Unit, Unit]) -> None:
    async with either.write() as connection:
        made = await merging.split(
            connection, HAND, two[0], Described("Chi bộ Tách"), ["dao", "giang"], ["group"], "dao", DAY
        )
    async with either.read() as connection:
        stayed = {each.id for each in await people.of_cell(connection, CELL, DAY)}
        went = {each.id: each.posts for each in await people.of_cell(connection, made.id, DAY)}
        (group,) = await groups.of_cell(connection, made.id, DAY)
        left = await groups.of_cell(connection, CELL, DAY)
    assert went == {"an": set(), "cuong": {"group_leader"}, "dao": {"cell_secretary"}, "giang": set()}
    assert not stayed & set(went)
    assert (group.name, group.leader, left) == ("Tổ 1", "cuong", ())


async def test_each_part_keeps_three_official_members(either: Database, two: tuple[Unit, Unit]) -> None:
    for chosen in (["an", "dao"], [each for each, *_ in (("Ba",),)]):
        with pytest.raises(Refused) as refused:
            async with either.write() as connection:
                await merging.split(connection, HAND, two[0], Described("Chi bộ Tách"), chosen, [], "", DAY)
        assert refused.value.rule == "least"


# -- A round ---------------------------------------------------------------------------------------------------------

AHEAD = HAND.at + timedelta(days=4)
TOLD = {"unit_id": CELL, "title": "Họp theo tổ", "kind": "regular", "agenda": [], "motions": [], "place": ""}


async def _round(database: Database, planned_for: datetime = AHEAD, part: str = "planned") -> None:
    """Of the first cell, with the meeting of its one group."""
    whole = TOLD | {"id": "round", "form": "by_groups", "planned_for": planned_for}
    of_it = {"id": "part", "form": "online", "round_id": "round", "group_id": "group", "phase": part}
    async with database.write() as connection:
        for row in (whole, TOLD | of_it | {"planned_for": planned_for}):
            await connection.execute(sa.insert(tables.meetings).values(row))


@pytest.mark.parametrize("into", [0, 1, None], ids=["into the cell", "into another", "into a new one"])
async def test_no_cell_is_merged_while_a_round_of_it_is_ahead(
    either: Database, two: tuple[Unit, Unit], into: int | None
) -> None:
    await _round(either)
    name = "Chi bộ Mới" if into is None else ""
    assert await _refused(either, _wish(two, into, name)) == "round"
    async with either.write() as connection:
        await connection.exec_driver_sql("UPDATE meetings SET phase = 'cancelled' WHERE id IN ('round', 'part')")
        await merging.merge(connection, HAND, _wish(two, into, name))


async def test_a_round_that_a_group_has_begun_is_brought_to_its_end_first(
    database: Database, two: tuple[Unit, Unit]
) -> None:
    await _round(database, HAND.at - timedelta(days=20), "closed")
    assert await _refused(database, _wish(two)) == "round"


async def test_a_round_that_nobody_came_to_is_not_in_the_way(database: Database, two: tuple[Unit, Unit]) -> None:
    await _round(database, HAND.at - timedelta(days=20))
    async with database.write() as connection:
        await merging.merge(connection, HAND, _wish(two))


async def test_a_cell_with_a_round_ahead_is_neither_split_nor_dissolved(
    database: Database, two: tuple[Unit, Unit]
) -> None:
    await _round(database)
    with pytest.raises(Refused, match="Họp theo tổ") as split:
        async with database.write() as connection:
            await merging.split(
                connection, HAND, two[0], Described("Chi bộ Tách"), ["dao", "giang"], ["group"], "", DAY
            )
    async with database.write() as connection:  # nobody is left in it
        await connection.execute(sa.update(tables.memberships).values(until=BEFORE))
    with pytest.raises(Refused) as dissolved:
        async with database.write() as connection:
            await changing.dissolve(connection, HAND, two[0], DAY)
    assert (split.value.rule, dissolved.value.rule) == ("round", "round")
