"""Alerts: each found, raised once, told to the follower, acknowledged with a note."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from server.notify import outbox
from server.org import meetings
from server.org.refusal import Refused
from server.org.roster import ZONE
from server.oversight import alerts, glance
from server.oversight.months import Month
from server.papers.filed import filed
from server.records import judging, rollups, tables
from server.records.database import Database
from server.records.signing import Key
from server.records.summaries import EXCUSED, UNEXCUSED

from .conftest import NOW, unit


async def raised(database: Database) -> set[tuple[str, str]]:
    async with database.read() as connection:
        rows = await connection.execute(sa.select(tables.alerts.c.unit_id, tables.alerts.c.kind))
        return {(row.unit_id, row.kind) for row in rows}


async def test_what_is_missing_is_found_and_raised_once(told: Database) -> None:
    first = await alerts.run(told, NOW, ZONE)
    assert first == len(await raised_rows(told)) > 0
    assert await alerts.run(told, NOW, ZONE) == 0
    found = await raised(told)
    assert ("demo-cell-5", "unplanned") in found  # it plans nothing at all
    assert ("demo-cell-5", "unmet") in found
    assert ("demo-cell-2", "unmet") not in found
    assert ("demo-cell-4", "low") in found  # a cell to which few come


async def raised_rows(database: Database) -> list[Any]:
    async with database.read() as connection:
        return list(await connection.execute(sa.select(tables.alerts)))


async def test_a_cancelled_meeting_and_one_of_the_committee_are_no_plan_of_the_cell(told: Database) -> None:
    rows = [("off", "regular", "cancelled"), ("inner", "committee", "planned")]
    async with told.write() as connection:
        for name, kind, phase in rows:
            row = {
                "id": name,
                "unit_id": "demo-cell-5",
                "title": name,
                "kind": kind,
                "phase": phase,
                "planned_for": NOW,
            }
            await connection.execute(sa.insert(tables.meetings).values(**row, agenda=[]))
    await alerts.run(told, NOW, ZONE)
    assert {("demo-cell-5", "unplanned"), ("demo-cell-5", "unmet")} <= await raised(told)
    assert "demo-cell-5" in await listed(told, Month(2027, 1), "unplanned")


async def test_a_meeting_of_the_committee_keeps_no_month_and_its_papers_are_its_own(told: Database) -> None:
    december = Month(2026, 12)
    assert "demo-cell-4" not in await listed(told, december, "unmet")
    async with told.write() as connection:
        for table, column in ((tables.meetings, "id"), (tables.summaries, "meeting")):
            of_month = sa.select(tables.summaries.c.meeting).where(
                tables.summaries.c.unit_id == "demo-cell-4", tables.summaries.c.month == str(december)
            )
            ours = table.c[column].in_(of_month)
            await connection.execute(sa.update(table).where(ours).values(kind="committee"))
        s = tables.summaries.c
        everything = sa.update(tables.summaries).where(s.kind == "committee")
        await connection.execute(everything.values(closed_at=NOW - timedelta(days=9), present=0, reported_after=None))
        await rollups.refresh(connection, "demo-cell-4", str(december))
    await alerts.run(told, NOW, ZONE)
    assert ("demo-cell-4", "unmet") in await raised(told)
    async with told.read() as connection:
        meetings = set(await connection.scalars(sa.select(s.meeting).where(s.kind == "committee")))
    assert meetings and not meetings & {row.subject for row in await raised_rows(told)}
    assert {"demo-cell-4", "demo-cell-5"} <= await listed(told, december, "unmet")
    assert "demo-cell-4" not in await listed(told, december, "late")


async def listed(database: Database, month: Month, word: str) -> set[str]:
    top = await unit(database, "demo-tinh")
    async with database.read() as connection:
        _, lines = await glance.cells(connection, top, month, ZONE, glance.Asked(filter=word))
    return {line.unit.id for line in lines}


async def test_before_the_day_the_committee_sets_nothing_is_unplanned(told: Database) -> None:
    await alerts.run(told, datetime(2027, 1, 5, 16, 0, tzinfo=UTC), ZONE)
    assert not any(kind == "unplanned" for _, kind in await raised(told))
    await alerts.run(told, datetime(2027, 1, 5, 17, 0, tzinfo=UTC), ZONE)  # the sixth, where the cells are
    assert ("demo-cell-5", "unplanned") in await raised(told)


async def test_the_follower_is_told_and_without_one_the_secretary_above(told: Database) -> None:
    s = tables.summaries.c
    async with told.write() as connection:
        await connection.execute(
            sa.update(tables.summaries).where(s.unit_id == "demo-cell-2").values(reported_after=None)
        )
    await alerts.run(told, NOW, ZONE)
    async with told.read() as connection:
        everyone = [await outbox.of_person(connection, who) for who in ("demo-theodoi", "demo-xauy", "demo-phuonguy")]
    follower, superior, ward = ([each for each in all if each.link.endswith("/alerts")] for all in everyone)
    assert {notice.facts["cell"] for notice in follower} == {"Chi bộ thôn Hòa Bình", "Chi bộ Đội tàu Viễn Dương"}
    assert "Chi bộ Trạm Y tế" in {notice.facts["cell"] for notice in ward}
    assert not {notice.facts["cell"] for notice in superior} & {notice.facts["cell"] for notice in follower}
    for notice in (*follower, *superior, *ward):
        assert "{" not in notice.subject.format(**notice.facts)


async def test_a_broken_record_is_alerted(told: Database, key: Key) -> None:
    async with told.read() as connection:
        s = tables.summaries.c
        meeting = await connection.scalar(sa.select(s.meeting).where(s.unit_id == "demo-cell-2").limit(1))
    async with told.write() as connection:
        await connection.execute(sa.update(tables.attendance).where(tables.attendance.c.meeting == meeting).values(n=9))
    verdict = await judging.judge(told, str(meeting), {key.public}, NOW)
    assert not verdict.ok
    await alerts.run(told, NOW, ZONE)
    assert ("demo-cell-2", "broken") in await raised(told)


async def test_rows_and_months_of_absences_and_late_papers_are_alerted(told: Database) -> None:
    r, s = tables.roll_lines.c, tables.summaries.c
    ours = sa.and_(r.unit_id == "demo-cell-4", r.kind == "member", r.standing == "official")
    month = {"2026-10", "2026-11", "2026-12", "2027-01"}
    async with told.write() as connection:
        away, lazy = sorted(set(await connection.scalars(sa.select(r.member).where(ours))))[-2:]
        for member, state in ((away, EXCUSED), (lazy, UNEXCUSED)):
            of_member = sa.update(tables.roll_lines).where(ours, r.member == member)
            await connection.execute(of_member.values(state=state))
        of_year = sa.update(tables.roll_lines).where(ours, r.member == lazy)
        await connection.execute(of_year.values(month=sa.func.replace(r.month, "2026-", "2027-")))
        late = sa.update(tables.summaries).where(s.unit_id == "demo-cell-4", s.month.in_(month))
        await connection.execute(late.values(reported_after=None))
    await alerts.run(told, NOW, ZONE)
    found = {
        (row.kind, row.subject): dict(row.facts) for row in await raised_rows(told) if row.unit_id == "demo-cell-4"
    }
    assert found["excused", away]["count"] == 4
    assert found["absent", lazy]["count"] == 4 and ("excused", lazy) not in found
    assert any(kind == "papers" for kind, _ in found)


async def test_months_of_absence_are_alerted_after_the_turn_of_the_year_too(told: Database) -> None:
    """December's meeting may close after the last look of its year."""
    r = tables.roll_lines.c
    ours = sa.and_(r.unit_id == "demo-cell-4", r.kind == "member", r.standing == "official")
    async with told.write() as connection:
        lazy = max(await connection.scalars(sa.select(r.member).where(ours)))
        of_member = sa.update(tables.roll_lines).where(ours, r.member == lazy, r.month < "2027-01")
        await connection.execute(of_member.values(state=UNEXCUSED))
    assert NOW.year == 2027
    await alerts.run(told, NOW, ZONE)
    await alerts.run(told, NOW + timedelta(days=1), ZONE)
    found = [row.period for row in await raised_rows(told) if (row.kind, row.subject) == ("absent", lazy)]
    assert found == ["2026"]


async def test_results_are_due_by_the_rule_of_the_day_of_the_meeting(told: Database) -> None:
    s, cell = tables.summaries.c, await unit(told, "demo-cell-2")
    async with told.write() as connection:
        ours = sa.update(tables.summaries).where(s.unit_id == cell.id)
        await connection.execute(ours.values(results_days=400, reported_after=None))
        rows = await meetings.of_units(connection, [cell.id])
        found = await filed(connection, rows, ZONE)
    closed = {row.id: row.closed_at.astimezone(ZONE).date() for row in rows if row.closed_at}
    assert {name: each.due for name, each in found.items()} == {
        name: day + timedelta(days=400) for name, day in closed.items()
    }
    assert len(found) == 4
    await alerts.run(told, NOW, ZONE)
    assert ("demo-cell-2", "papers") not in await raised(told)


async def test_acknowledged_once_with_a_note_and_only_at_its_cell(told: Database) -> None:
    await alerts.run(told, NOW, ZONE)
    cell, other = await unit(told, "demo-cell-5"), await unit(told, "demo-cell-4")
    async with told.read() as connection:
        (one, *_) = await alerts.of_units(connection, [cell.id], only_open=True)
    async with told.write() as connection:
        with pytest.raises(Refused):
            await alerts.acknowledge(connection, other, one.id, "đã nhắc", "demo-phuonguy", NOW)
        with pytest.raises(Refused):
            await alerts.acknowledge(connection, cell, one.id, "  ", "demo-phuonguy", NOW)
        await alerts.acknowledge(connection, cell, one.id, "đã nhắc", "demo-phuonguy", NOW)
        with pytest.raises(Refused):
            await alerts.acknowledge(connection, cell, one.id, "nữa", "demo-phuonguy", NOW)
        kept = await alerts.of_units(connection, [cell.id], only_open=False)
    assert next(each for each in kept if each.id == one.id).note == "đã nhắc"
    assert await alerts.run(told, NOW, ZONE) == 0
