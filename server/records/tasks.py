"""The tasks: rows read off the log and written with it, so that they live on between meetings.

What a meeting says of a task is in its log; what becomes of it afterwards is kept up on pages (server/org/tasks.py).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..meeting.events import Event, Recorded, TaskGiven, TaskRevised, TaskWithdrawn
from . import tables

OPEN, DONE, WITHDRAWN = "open", "done", "withdrawn"

_T = tables.tasks.c


async def keep(connection: AsyncConnection, meeting: str, recorded: Iterable[Recorded]) -> None:
    """Write what `recorded` says of tasks, in the transaction of `connection`."""
    for entry in recorded:
        step = _STEPS.get(type(entry.event))
        if step:
            await connection.execute(step(meeting, entry.event))


def _given(meeting: str, event: TaskGiven) -> sa.Executable:
    held = tables.meetings
    unit = sa.select(held.c.unit_id).where(held.c.id == meeting).scalar_subquery()
    return sa.insert(tables.tasks).values(
        meeting=meeting, id=event.task, unit_id=unit, item=event.item, **_assigned(event)
    )


def _revised(meeting: str, event: TaskRevised) -> sa.Executable:
    return _of(meeting, event.task).values(**_assigned(event))


def _withdrawn(meeting: str, event: TaskWithdrawn) -> sa.Executable:
    return _of(meeting, event.task).values(state=WITHDRAWN, result=event.reason)


def _of(meeting: str, task: str) -> sa.Update:
    return sa.update(tables.tasks).where(_T.meeting == meeting, _T.id == task)


def _assigned(event: TaskGiven | TaskRevised) -> dict[str, Any]:
    return {"text": event.text, "owner": event.owner, "deadline": date.fromisoformat(event.deadline)}


_STEPS: Mapping[type[Event], Callable[[str, Any], sa.Executable]] = {
    TaskGiven: _given,
    TaskRevised: _revised,
    TaskWithdrawn: _withdrawn,
}
