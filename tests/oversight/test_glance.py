"""The month at a glance: sums that agree with the summaries, wherever a cell stands, and lists of what is wrong."""

from datetime import UTC, date, datetime

import sqlalchemy as sa

from server.org import changing, tree
from server.org.roster import ZONE
from server.org.trail import Hand
from server.oversight import glance
from server.oversight.glance import FILTERS, SORTS, Asked
from server.oversight.months import Month, between
from server.oversight.sums import Sums, plus
from server.records import rollups, summaries, tables
from server.records.database import Database
from server.records.log import Log

from .conftest import NOW, TODAY, unit

DECEMBER = Month(2026, 12)


async def months_kept(database: Database) -> set[tuple[object, ...]]:
    async with database.read() as connection:
        rows = await connection.execute(sa.select(tables.unit_months))
        return {tuple(row) for row in rows if row.meetings or row.thematic}


async def test_a_committee_s_month_is_the_sum_of_its_cells(told: Database) -> None:
    top = await unit(told, "demo-tinh")
    async with told.read() as connection:
        whole, branches = await glance.level(connection, top, DECEMBER, ZONE)
        s = tables.summaries.c
        counted = sa.select(sa.func.count(), sa.func.sum(s.base), sa.func.sum(s.present)).where(s.month == "2026-12")
        meetings, base, present = (await connection.execute(counted)).one()
    assert (whole.sums.meetings, whole.sums.base, whole.sums.present) == (meetings, base, present)
    assert plus(branch.sums for branch in branches) == whole.sums
    assert whole.sums.planned >= whole.sums.met > 0
    assert whole.sums.cells == 7  # six of the seed and one of the history; the merged one is no more


async def test_the_rows_made_anew_are_those_kept_as_meetings_closed(told: Database) -> None:
    before = await months_kept(told)
    async with told.write() as connection:
        await rollups.rebuild(connection)
    assert await months_kept(told) == before
    assert len(before) > 10


async def test_the_summaries_kept_as_meetings_closed_are_what_their_logs_say(told: Database, log: Log) -> None:
    judged = [right async for _, right in summaries.rebuild(told, log.read, ZONE, write=False)]
    assert len(judged) > 10 and all(judged)


async def test_a_cell_that_is_moved_takes_its_months_along(told: Database) -> None:
    cell, ward = await unit(told, "demo-cell-2"), await unit(told, "demo-xa-2")
    async with told.write() as connection:
        await changing.move(connection, Hand("demo-quantri", NOW, TODAY), cell, ward)
    moved = await months_kept(told)
    async with told.write() as connection:
        await rollups.rebuild(connection)
    assert await months_kept(told) == moved
    async with told.read() as connection:
        whole, _ = await glance.level(connection, await unit(told, "demo-xa-2"), DECEMBER, ZONE)
        lists = await glance.cells(connection, await unit(told, "demo-xa-2"), DECEMBER, ZONE, Asked())
    assert "demo-cell-2" in {line.unit.id for line in lists[1]}
    assert whole.sums == plus(line.sums for line in lists[1])


async def test_every_filter_and_order_gives_what_it_says(told: Database) -> None:
    top = await unit(told, "demo-tinh")
    async with told.read() as connection:
        count, every = await glance.cells(connection, top, DECEMBER, ZONE, Asked())
        assert count == len(every) == 7
        for word in FILTERS:
            fits, lines = await glance.cells(connection, top, DECEMBER, ZONE, Asked(filter=word, target=900))
            assert fits == len(lines) <= count, word
        unmet = await glance.cells(connection, top, DECEMBER, ZONE, Asked(filter="unmet"))
        assert all(not line.sums.met for line in unmet[1])
        low = await glance.cells(connection, top, DECEMBER, ZONE, Asked(filter="low", target=900))
        assert all((line.sums.permille or 0) < 900 for line in low[1])
        for sort in SORTS:
            for down in (False, True):
                assert (await glance.cells(connection, top, DECEMBER, ZONE, Asked(sort=sort, down=down)))[0] == 7
        _, best = await glance.cells(connection, top, DECEMBER, ZONE, Asked(sort="attendance", down=True))
        rates = [line.sums.permille for line in best if line.sums.permille is not None]
        assert rates == sorted(rates, reverse=True)


async def test_a_cell_with_two_meetings_in_the_month_stands_in_the_list_once(told: Database) -> None:
    """It missed its meeting of the first days, or has another to come: what was held is what it did."""
    top = await unit(told, "demo-xa-1")
    async with told.write() as connection:
        before = (await glance.cells(connection, top, DECEMBER, ZONE, Asked()))[1]
        for name, day in (("missed", 1), ("to come", 31)):
            when = {"planned_for": datetime(2026, 12, day, 12, 30, tzinfo=UTC), "phase": "planned", "agenda": []}
            row = {"id": name, "unit_id": "demo-cell-2", "title": name, "kind": "regular", **when}
            await connection.execute(tables.meetings.insert().values(row))
        count, after = await glance.cells(connection, top, DECEMBER, ZONE, Asked())
        unmet = (await glance.cells(connection, top, DECEMBER, ZONE, Asked(filter="unmet")))[1]
    assert (count, after) == (len(before), before)
    assert "demo-cell-2" not in {line.unit.id for line in unmet}


async def test_names_are_found_without_their_diacritics(told: Database) -> None:
    top = await unit(told, "demo-tinh")
    async with told.read() as connection:
        count, found = await glance.cells(connection, top, DECEMBER, ZONE, Asked(words="hoa binh"))
        none = await glance.cells(connection, top, DECEMBER, ZONE, Asked(words="100%_"))
    assert (count, [line.unit.id for line in found]) == (1, ["demo-cell-2"])
    assert none == (0, [])


async def test_two_years_of_a_unit_and_of_its_parts(told: Database) -> None:
    top, span = await unit(told, "demo-tinh"), Month.of(TODAY).back()
    async with told.read() as connection:
        months = await glance.months(connection, top, span)
        below = await glance.below_with_cells(connection, top, Month.of(TODAY))
        parts = await glance.calendar(connection, below, span)
    assert len(months) == 24
    for month in span:
        assert sum(part.get(month, Sums()).met for part in parts.values()) == months[month].met
    assert next(month for month in span if months[month].met) == Month(2026, 10)


async def test_an_empty_sub_tree_has_nothing_and_says_so(told: Database) -> None:
    async with told.write() as connection:
        top = await tree.unit(connection, "demo-tinh")
        empty = await tree.add(connection, "demo-xa-9", "commune", "Đảng bộ xã Trống", top)
    async with told.read() as connection:
        whole, branches = await glance.level(connection, empty, DECEMBER, ZONE)
        months = await glance.months(connection, empty, DECEMBER.back())
    assert (whole.sums, branches) == (Sums(), [])
    assert set(months.values()) == {Sums()}


def test_months_begin_and_end_in_the_zone_of_the_cell() -> None:
    begin, end = DECEMBER.moments(ZONE)
    assert (begin, end) == (datetime(2026, 11, 30, 17, tzinfo=UTC), datetime(2026, 12, 31, 17, tzinfo=UTC))
    assert [str(month) for month in between(date(2026, 11, 30), date(2027, 1, 1))] == ["2026-11", "2026-12", "2027-01"]
    assert Month.parsed("2026-13") is None
    assert str(DECEMBER.minus(-1)) == "2027-01"


def test_shares_are_rounded_half_up_and_nothing_has_no_share() -> None:
    assert Sums(base=8, present=7).permille == 875
    assert Sums(base=3, present=2).permille == 667
    assert Sums().permille is None
    assert Sums(scored=2, points=181).score == 905
