"""How far the records of a sub-tree were verified: the counts of the months, and what was found not whole."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from server.oversight import proof
from server.records import judging, tables
from server.records.database import Database
from server.records.signing import Key

from .conftest import NOW, unit


@pytest.mark.parametrize("many", [0, 10_000])
async def test_the_state_of_a_sub_tree(told: Database, key: Key, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "MANY", many)  # both ways of looking for the oldest verdict
    top, other = await unit(told, "demo-xa-1"), await unit(told, "demo-xa-2")
    async with told.read() as connection:
        wanted, elsewhere = await proof.closed(connection, top), await proof.closed(connection, other)
        assert await proof.state(connection, top) == proof.State(len(wanted), 0, 0, None)
    await judging.judge(told, elsewhere[0], {key.public}, NOW - timedelta(days=9))  # older, and none of ours
    for day, meeting in enumerate(wanted):
        await judging.judge(told, meeting, {key.public}, NOW + timedelta(days=day))
    async with told.write() as connection:
        row = tables.attendance.c.meeting == wanted[1]
        await connection.execute(sa.update(tables.attendance).where(row).values(kinds="in_room online"))
    await judging.judge(told, wanted[1], {key.public}, NOW + timedelta(days=1))
    async with told.read() as connection:
        assert await proof.state(connection, top) == proof.State(len(wanted), len(wanted), 1, NOW)
        assert [each.meeting for each in await proof.broken(connection, top, 9)] == [wanted[1]]
        assert await proof.broken(connection, other, 9) == []
