"""The tree changes; what was stays readable."""

from datetime import UTC, date, datetime

import pytest

from server.org import changing, meetings, people, tree
from server.org.changing import Described
from server.org.refusal import Refused
from server.org.trail import Hand, of_unit
from server.org.tree import Unit
from server.records.database import Database

from .conftest import CELL, DAY

HAND = Hand("tren", datetime(2027, 1, 5, 3, 0, tzinfo=UTC), DAY)


async def _unit(database: Database, unit_id: str) -> Unit:
    async with database.read() as connection:
        found = await tree.unit(connection, unit_id)
    assert found
    return found


async def _refused(database: Database, step: object, *given: object) -> str:
    with pytest.raises(Refused) as refused:
        async with database.write() as connection:
            await step(connection, HAND, *given)  # type: ignore[operator]
    return refused.value.rule


async def test_a_unit_is_entered_below_what_may_stand_above_it(either: Database) -> None:
    commune, cell = await _unit(either, "commune"), await _unit(either, CELL)
    async with either.write() as connection:
        made = await changing.enter(connection, HAND, commune, "cell", Described("  Chi bộ  mới ", "hv-01.2"))
    async with either.read() as connection:
        record = await tree.record(connection, made.id)
        found = await tree.search(connection, [commune], "chi bo moi", 10)
        (change,) = await of_unit(connection, made.id)
    assert record and (record.unit.name, record.code) == ("Chi bộ mới", "HV-01.2")
    assert [each.unit.id for each in found] == [made.id]
    assert (change.what, change.by) == ("unit_added", "Đồng chí tren")
    assert await _refused(either, changing.enter, cell, "cell", Described("Chi bộ con")) == "tree"
    assert await _refused(either, changing.enter, commune, "province", Described("Tỉnh")) == "tree"
    assert await _refused(either, changing.enter, commune, "cell", Described("Trùng mã", "HV-01.2")) == "code"


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (Described("A"), "name"),
        (Described("x" * 201), "name"),
        (Described("Chi bộ", "=1+1"), "code"),
        (Described("Chi bộ", founded=date(1929, 1, 1)), "dates"),
        (Described("Chi bộ", founded=date(2027, 1, 6)), "dates"),
    ],
)
async def test_a_unit_that_cannot_be_is_refused(database: Database, given: Described, rule: str) -> None:
    commune = await _unit(database, "commune")
    assert await _refused(database, changing.enter, commune, "cell", given) == rule


async def test_earlier_names_are_kept_with_their_days(either: Database) -> None:
    cell, since = await _unit(either, CELL), date(2026, 7, 1)
    async with either.write() as connection:
        await changing.rename(connection, HAND, cell, "Chi bộ Đoàn Kết", since)
    async with either.read() as connection:
        named = await tree.names_of(connection, CELL)
    assert [(each.name, each.since, each.until) for each in named] == [
        ("Chi bộ Đoàn Kết", since, None),
        ("Chi bộ", tree.ALWAYS, since),
    ]
    assert (await _unit(either, CELL)).name == "Chi bộ Đoàn Kết"
    assert await _refused(either, changing.rename, cell, "Sớm hơn", date(2026, 6, 30)) == "dates"
    assert await _refused(either, changing.rename, cell, "Ngày mai", date(2027, 1, 6)) == "dates"


async def test_a_sub_tree_moves_whole(either: Database) -> None:
    province, commune, other = [await _unit(either, each) for each in ("province", "commune", "commune-2")]
    async with either.write() as connection:
        made = await changing.enter(connection, HAND, other, "grassroots", Described("Đảng bộ cơ sở"))
        below = await changing.enter(connection, HAND, made, "cell", Described("Chi bộ sâu"))
        await changing.move(connection, HAND, made, commune)
    async with either.read() as connection:
        ids = [unit.id for unit in await tree.subtree(connection, [commune])]
        line = [unit.id for unit in await tree.above(connection, await _unit(either, below.id))]
        rest = await tree.subtree(connection, [other])
    assert {made.id, below.id} <= set(ids)
    assert line == ["province", "commune", made.id]
    assert [unit.id for unit in rest] == ["commune-2"]
    moved = await _unit(either, made.id)
    assert await _refused(either, changing.move, moved, moved) == "tree"
    assert await _refused(either, changing.move, province, commune) == "tree"
    assert await _refused(either, changing.move, moved, commune) == "tree"
    assert await _refused(either, changing.move, made, other) == "gone"  # where it stood before


async def test_only_what_is_empty_is_dissolved(either: Database) -> None:
    cell, commune, empty = [await _unit(either, each) for each in (CELL, "commune", "commune-2")]
    assert await _refused(either, changing.dissolve, cell, DAY) == "tree"
    assert await _refused(either, changing.dissolve, commune, DAY) == "tree"
    async with either.write() as connection:
        await changing.dissolve(connection, HAND, empty, DAY)
    async with either.read() as connection:
        record = await tree.record(connection, empty.id)
    assert record and (record.alive(date(2027, 1, 4)), record.alive(DAY)) == (True, False)
    assert await _refused(either, changing.enter, empty, "cell", Described("Chi bộ")) == "gone"


async def test_a_cell_that_is_meeting_is_not_dissolved(database: Database) -> None:
    other = await _unit(database, "cell-2")
    async with database.write() as connection:
        moment = datetime(2027, 1, 5, 2, 0, tzinfo=UTC)
        await meetings.plan(connection, "now", other.id, "Đang họp", "regular", moment, [])
        await connection.exec_driver_sql("UPDATE meetings SET phase = 'paused' WHERE id = 'now'")
    assert await _refused(database, changing.dissolve, other, DAY) == "live"


async def test_the_branches_count_what_is_in_them(either: Database) -> None:
    async with either.read() as connection:
        province = await tree.unit(connection, "province")
        assert province
        branches = await tree.children(connection, province, DAY)
        (top,) = await tree.heads(connection, [province], DAY)
    counted = {branch.record.unit.id: (branch.cells, branch.members) for branch in branches}
    assert counted == {"commune": (2, 13), "commune-2": (0, 0)}
    assert (top.cells, top.members) == (2, 13)


async def test_people_are_found_without_diacritics_and_within_the_sub_tree_only(either: Database) -> None:
    async with either.read() as connection:
        commune, other = await tree.unit(connection, "commune"), await tree.unit(connection, "commune-2")
        assert commune and other
        found = [entry.id for entry in await people.search(connection, [commune], "THI  dao", 10)]
        nobody = await people.search(connection, [other], "thi dao", 10)
        literal = await people.search(connection, [commune], "%", 10)
    assert (found, nobody, literal) == (["dao"], (), ())
