"""Whose absences are too many: the numbers of the rulebook, over the roll calls of closed meetings."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from server.convening import answers
from server.org import people, tree
from server.records import tables
from server.records.database import Database

DAY = date(2027, 12, 1)
P, E, U = "present", "absent_excused", "absent_unexcused"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite+aiosqlite:///{tmp_path}/chibo.sqlite")
    await made.migrate()
    async with made.write() as connection:
        top = await tree.add(connection, "xa", "commune", "Đảng ủy xã", None)
        await tree.add(connection, "thon-3", "cell", "Chi bộ Thôn 3", top)
        await people.add(connection, "an", "thon-3", "Nguyễn Văn An")
    yield made
    await made.close()


def _summary(month: int, kind: str) -> dict[str, Any]:
    columns = tables.summaries.c
    blank = {each.name: "" if isinstance(each.type, sa.String) else 0 for each in columns}
    at = datetime(2027, month, 5, 12, 30, tzinfo=UTC)
    named = {"meeting": f"m{month}{kind}", "unit_id": "thon-3", "month": f"2027-{month:02}", "kind": kind}
    return blank | named | {"planned_for": at, "opened_at": at, "closed_at": at, "score": None, "adopted": True}


def _line(month: int, kind: str, state: str, standing: str) -> dict[str, Any]:
    blank = {each.name: "" if isinstance(each.type, sa.String) else 0 for each in tables.roll_lines.c}
    named = {"meeting": f"m{month}{kind}", "member": "an", "unit_id": "thon-3", "month": f"2027-{month:02}"}
    more = {"kind": "member", "standing": standing, "state": state, "corrected": False, "to_verify": False}
    return blank | named | more


async def _alerts(
    database: Database, states: Sequence[str], kind: str = "regular", standing: str = "official"
) -> list[tuple[int, int]]:
    async with database.write() as connection:
        for month, state in enumerate(states, start=1):
            await connection.execute(sa.insert(tables.summaries).values(_summary(month, kind)))
            await connection.execute(sa.insert(tables.roll_lines).values(_line(month, kind, state, standing)))
        unit = await tree.unit(connection, "thon-3")
        assert unit
        return [(each.in_a_row, each.months) for each in await answers.alerts(connection, unit, DAY)]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([P, E, E], []),  # two months
        ([E, E, E], [(3, 3)]),  # three months of the year: an alert, though no more than three in a row
        ([P, E, E, E, E], [(4, 4)]),
        ([E, E, P, E], [(1, 3)]),  # broken by coming once; three months all the same
        ([U, P, U], []),
        ([U, U, U, P], [(0, 3)]),
    ],
)
async def test_an_alert_begins_where_the_rulebook_says(
    database: Database, states: list[str], expected: list[tuple[int, int]]
) -> None:
    assert await _alerts(database, states) == expected


async def test_the_committee_s_own_meetings_raise_none(database: Database) -> None:
    assert await _alerts(database, [E] * 5, kind="committee") == []


async def test_the_exempt_raise_none(database: Database) -> None:
    assert await _alerts(database, [E] * 5, standing="exempt") == []
