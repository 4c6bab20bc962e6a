"""Reports: periods, sums that are those of every page, the four-good criteria."""

from datetime import date

import pytest
import sqlalchemy as sa

from server.org.pilot import report as pilot_report
from server.org.refusal import Refused
from server.org.roster import ZONE
from server.oversight import glance, report
from server.oversight.months import Month
from server.oversight.sums import Sums, plus
from server.records import tables
from server.records.database import Database

from .conftest import TODAY, unit


def test_a_period_holds_its_month() -> None:
    assert report.span_of("month", Month(2026, 11)) == [Month(2026, 11)]
    assert [str(each) for each in report.span_of("quarter", Month(2026, 11))] == ["2026-10", "2026-11", "2026-12"]
    assert report.span_of("year", Month(2026, 5)) == Month(2026, 12).back(12)
    with pytest.raises(Refused):
        report.span_of("week", Month(2026, 11))


async def test_the_numbers_are_those_of_the_month_at_a_glance(told: Database) -> None:
    top = await unit(told, "demo-tinh")
    async with told.read() as connection:
        quarter = await report.made(connection, top, "quarter", Month(2026, 11), TODAY)
        wholes = [(await glance.level(connection, top, month, ZONE))[0].sums for month in quarter.span]
    without_plans = [Sums(**{**{n: getattr(s, n) for n in Sums.__dataclass_fields__}, "planned": 0}) for s in wholes]
    assert quarter.whole == plus(without_plans)
    assert plus(sums for _, sums in quarter.units) == quarter.whole, "cells too: met of how many"
    assert sum(line.sums.present for line in quarter.cells) == quarter.whole.present
    assert len(quarter.cells) == 7


async def test_months_to_come_are_not_counted_as_missed(told: Database) -> None:
    async with told.read() as connection:
        cell = await unit(told, "demo-cell-2")
        year = await report.made(connection, cell, "year", Month(2027, 1), TODAY)
        quarter = await report.made(connection, cell, "quarter", Month(2026, 11), date(2026, 11, 2))
        ahead = await report.made(connection, cell, "quarter", Month(2027, 5), TODAY)
    assert (list(year.span), year.whole.cells, year.cells[0].sums.cells) == ([Month(2027, 1)], 1, 1)
    assert [str(each) for each in quarter.months] == ["2026-10", "2026-11"]
    assert (ahead.whole.cells, ahead.whole.met) == (3, 0), "of a period that has not begun all months are shown"


async def test_the_report_of_one_cell_counts_it_once_a_month(told: Database) -> None:
    async with told.read() as connection:
        found = await report.made(connection, await unit(told, "demo-cell-2"), "quarter", Month(2026, 11), TODAY)
    ((of, sums),) = found.units
    assert (of.id, sums.cells, sums) == ("demo-cell-2", 3, found.whole)


async def test_a_cell_counts_in_the_months_in_which_there_was_one(told: Database) -> None:
    """Founded within the period, or dissolved: the lines add up to the whole."""
    u = tables.units
    async with told.write() as connection:
        await connection.execute(sa.update(u).where(u.c.id == "demo-cell-2").values(founded=date(2026, 11, 2)))
        await connection.execute(sa.update(u).where(u.c.id == "demo-cell-3").values(dissolved=date(2026, 11, 20)))
    async with told.read() as connection:
        found = await report.made(connection, await unit(told, "demo-xa-1"), "quarter", Month(2026, 11), TODAY)
    lines = {line.unit.id: line for line in found.cells}
    assert [lines[name].sums.cells for name in ("demo-cell-1", "demo-cell-2", "demo-cell-3")] == [3, 2, 1]
    assert [lines[name].dissolved for name in ("demo-cell-2", "demo-cell-3")] == [None, date(2026, 11, 20)]
    assert sum(line.sums.cells for line in found.cells) == found.whole.cells
    assert {part.id: sums.cells for part, sums in found.units}["demo-cell-3"] == 1
    assert sum(sums.met for _, sums in found.units) == found.whole.met


async def test_the_pilot_s_review_has_the_same_numbers(told: Database) -> None:
    cell = await unit(told, "demo-cell-13")  # it was decided two months ago
    commune = await unit(told, "demo-xa-3")
    async with told.read() as connection:
        months = await glance.months(connection, cell, Month.of(TODAY).back(4))
        review = await pilot_report.review(connection, commune, date(2026, 10, 1), date(2027, 1, 31), ZONE)
    whole = plus(months.values())
    assert (review.all.meetings, review.all.convened, review.all.attended) == (
        whole.meetings,
        whole.base,
        whole.present,
    )


async def test_tasks_done_in_time_of_those_due(told: Database) -> None:
    async with told.write() as connection:
        await connection.execute(sa.delete(tables.tasks))
        row = {"meeting": "m", "unit_id": "demo-cell-2", "item": "", "text": "t", "owner": "demo-bithu-2"}
        made = (
            ("a", date(2026, 11, 10), "done", date(2026, 11, 10)),
            ("b", date(2026, 11, 11), "done", date(2026, 11, 12)),
            ("c", date(2026, 11, 12), "open", None),
            ("d", date(2026, 11, 30), "done", date(2026, 11, 2)),
            ("e", date(2026, 12, 1), "done", date(2026, 11, 2)),
            ("f", date(2026, 11, 3), "withdrawn", None),
        )
        rows = [{**row, "id": i, "deadline": day, "state": state, "done_on": on} for i, day, state, on in made]
        await connection.execute(sa.insert(tables.tasks), rows)
    async with told.read() as connection:
        found = await report.made(connection, await unit(told, "demo-xa-1"), "month", Month(2026, 11), TODAY)
    lines = {line.unit.id: line for line in found.cells}
    assert (lines["demo-cell-2"].due, lines["demo-cell-2"].done) == (4, 2)
    assert lines["demo-cell-2"].four.task == 125  # half of 25 points, in tenths
    assert lines["demo-cell-3"].four.task is None


async def test_meetings_weigh_by_score_and_by_the_months_met_in(told: Database) -> None:
    async with told.read() as connection:
        found = await report.made(connection, await unit(told, "demo-xa-1"), "quarter", Month(2026, 11), TODAY)
    line = next(line for line in found.cells if line.unit.id == "demo-cell-2")
    assert line.sums.met == line.sums.cells == 3 and line.sums.score
    assert line.four.meeting == line.sums.score * 25 // 100
    silent = next(line for line in found.cells if line.unit.id == "demo-cell-3")
    assert silent.four.meeting is None and silent.sums.met == 0
