"""The rows of tasks: written with the log's own entries, or not at all."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from server.meeting import events as happened
from server.meeting.ids import ItemId, TaskId, Text
from server.records import tables
from server.records.database import Database
from server.records.log import Log, SeqTaken
from server.records.signing import Key

from .stories import AN, BINH, START, called

GIVEN = happened.TaskGiven(TaskId("t1"), ItemId("i1"), Text("Vận động bà con làm đường"), BINH, "2027-01-31")


async def _rows(database: Database) -> list[Any]:
    async with database.read() as connection:
        return list(await connection.execute(sa.select(tables.tasks).order_by(tables.tasks.c.id)))


async def test_a_task_is_a_row_from_the_moment_it_is_in_the_log(database: Database, key: Key) -> None:
    log = Log(database, key)
    await log.append("m1", 0, [called(), GIVEN], START, AN, "")
    (row,) = await _rows(database)
    assert (row.meeting, row.id, row.owner, row.deadline, row.state) == ("m1", "t1", BINH, date(2027, 1, 31), "open")
    revised = happened.TaskRevised(TaskId("t1"), Text("Làm xong đường"), AN, "2027-02-10")
    other = happened.TaskGiven(TaskId("t2"), ItemId(""), Text("Thu đảng phí"), AN, "2027-01-20")
    gone = happened.TaskWithdrawn(TaskId("t2"), "đã có người làm")
    await log.append("m1", 2, [revised, other, gone], START, AN, "")
    first, second = await _rows(database)
    assert (first.text, first.owner, first.deadline) == ("Làm xong đường", AN, date(2027, 2, 10))
    assert (second.state, second.result) == ("withdrawn", "đã có người làm")


async def test_what_is_not_in_the_log_is_no_row(database: Database, key: Key) -> None:
    log = Log(database, key)
    await log.append("m1", 0, [called()], START, AN, "")
    with pytest.raises(SeqTaken):
        await log.append("m1", 0, [called(), GIVEN], START, AN, "")
    assert await _rows(database) == []
