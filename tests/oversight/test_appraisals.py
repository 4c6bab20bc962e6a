"""What a committee says where nothing can be counted: kept with who and when, beside what is counted."""

import pytest
import sqlalchemy as sa

from server.org.refusal import Refused
from server.oversight import appraisals, report
from server.oversight.appraisals import Said
from server.oversight.months import Month
from server.oversight.report import FourGood
from server.records import tables
from server.records.database import Database

from .conftest import NOW, TODAY, unit

DECEMBER, SUPERIOR = Month(2026, 12), "demo-xauy"


async def say(of: Database, criterion: str, points: str, note: str = "Theo báo cáo của đoàn kiểm tra") -> None:
    cell = await unit(of, "demo-cell-2")
    async with of.write() as connection:
        said = Said(criterion, points, note)
        await appraisals.appraise(connection, cell, "quarter", DECEMBER, said, 25, SUPERIOR, NOW)


async def test_the_last_word_holds_and_every_word_is_kept(told: Database) -> None:
    await say(told, "unity", "18", "Lần đầu")
    await say(told, "unity", "22")
    await say(told, "cadres", "20")
    async with told.read() as connection:
        quarter = await report.made(connection, await unit(told, "demo-xa-1"), "quarter", DECEMBER, TODAY)
        month = await report.made(connection, await unit(told, "demo-xa-1"), "month", DECEMBER, TODAY)
        history = await appraisals.history(connection, await unit(told, "demo-cell-2"), "quarter", DECEMBER)
    line = next(line for line in quarter.cells if line.unit.id == "demo-cell-2")
    assert (line.four.unity, line.four.cadres) == (220, 200)
    assert (line.said["unity"].by, line.said["unity"].at) == ("Nguyễn Trọng Quyết", NOW)
    assert [(each.criterion, each.points) for each in history] == [("cadres", 20), ("unity", 22), ("unity", 18)]
    others = [line for line in quarter.cells if line.unit.id != "demo-cell-2"]
    assert others and all(line.four.unity is None for line in [*others, *month.cells])


def test_there_is_a_total_once_all_four_are_there() -> None:
    assert FourGood(200, 210, 220, 230).total == 860
    assert FourGood(0, 0, 0, 0).total == 0
    assert FourGood(200, 210, 220, None).total is None


@pytest.mark.parametrize(
    ("criterion", "points", "note"),
    [*(("unity", points, "x") for points in ("26", "-1", "1.5", "²", "")), ("task", "20", "x"), ("unity", "20", "  ")],
)
async def test_rubbish_is_refused(told: Database, criterion: str, points: str, note: str) -> None:
    with pytest.raises(Refused):
        await say(told, criterion, points, note)


async def test_what_was_said_cannot_be_wiped(told: Database) -> None:
    await say(told, "unity", "18")
    for statement in (sa.delete(tables.appraisals), sa.update(tables.appraisals).values(points=25)):
        with pytest.raises(sa.exc.DBAPIError):
            async with told.write() as connection:
                await connection.execute(statement)
