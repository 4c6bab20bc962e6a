"""What the superior says to a cell about a meeting, and what the cell answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.notify import outbox
from server.notify.outbox import Message
from server.org import people
from server.org.meetings import MeetingRow
from server.org.refusal import Refused, kept
from server.org.tree import Unit
from server.records.tables import meetings, remarks
from server.records.tables import people as persons

KINDS: Mapping[str, str] = MappingProxyType({"compliment": "Compliment", "shortcoming": "Shortcoming"})
_COMMITTEE = ("cell_secretary", "deputy_secretary", "committee_member")


@dataclass(frozen=True, slots=True)
class Remark:
    id: int
    meeting: str
    title: str  # of the meeting
    kind: str  # of KINDS
    text: str
    due: date | None  # by when an answer is wanted
    by: str  # the name
    at: datetime
    answer: str  # "" = none yet
    answered_by: str
    answered_at: datetime | None

    def late(self, day: date) -> bool:
        return self.due is not None and not self.answer and day > self.due


async def of_unit(connection: AsyncConnection, unit: Unit, limit: int = 50) -> Sequence[Remark]:
    """The latest first."""
    return await _found(connection, remarks.c.unit_id == unit.id, limit)


async def of_meeting(connection: AsyncConnection, meeting: str) -> Sequence[Remark]:
    return await _found(connection, remarks.c.meeting == meeting, 100)


async def _found(connection: AsyncConnection, where: sa.ColumnElement[bool], limit: int) -> Sequence[Remark]:
    by, answering = persons.alias("by_people"), persons.alias("answering")
    joined = (
        remarks.outerjoin(by, remarks.c.by == by.c.id)
        .outerjoin(answering, remarks.c.answered_by == answering.c.id)
        .outerjoin(meetings, remarks.c.meeting == meetings.c.id)
    )
    named = (
        by.c.name.label("by_name"),
        answering.c.name.label("answering_name"),
        meetings.c.title.label("title"),
    )
    found = sa.select(remarks, *named).select_from(joined).where(where).order_by(remarks.c.id.desc()).limit(limit)
    return [_read(row) for row in await connection.execute(found)]


def _read(row: Any) -> Remark:
    return Remark(
        id=row.id,
        meeting=row.meeting,
        title=row.title or "",
        kind=row.kind,
        text=row.text,
        due=row.due,
        by=row.by_name or "",
        at=row.at,
        answer=row.answer,
        answered_by=row.answering_name or "",
        answered_at=row.answered_at,
    )


# -- Writing ---------------------------------------------------------------------------------------------------------


async def say(
    connection: AsyncConnection,
    row: MeetingRow,
    kind: str,
    text: str,
    due: date | None,
    by: str,
    at: datetime,
    today: date,
) -> None:
    """A superior remarks on a closed meeting; the cell's committee is told.  Raises Refused."""
    if not row.closed:
        raise Refused("remark", "Remarks are made when the meeting is closed.")
    if kind not in KINDS:
        raise Refused("remark", "Please choose one of the values offered.")
    if due is not None and due < today:
        raise Refused("remark", "The day of the answer is not in the past.")
    values = {"unit_id": row.unit.id, "meeting": row.id, "kind": kind, "text": kept(text, "remark"), "due": due}
    added = await connection.execute(sa.insert(remarks).values(**values, by=by, at=at))
    (number,) = added.inserted_primary_key or (0,)
    for person in await _committee(connection, row.unit, today):
        message = Message(
            person,
            f"remark/{number}",
            "The superior committee has a remark on “{title}”.",
            "The superior committee has a remark on “{title}” of {cell}. Please read it and answer.",
            {"title": row.title, "cell": row.unit.name},
            f"/units/{row.unit.id}/supervision#remarks",
            row.id,
        )
        await outbox.post(connection, message, at)


async def answer(connection: AsyncConnection, unit: Unit, number: int, text: str, by: str, at: datetime) -> None:
    """The cell answers, once; who remarked is told.  Raises Refused."""
    said, open_one = (
        kept(text, "remark"),
        sa.and_(remarks.c.id == number, remarks.c.unit_id == unit.id, remarks.c.answer == ""),
    )
    row = (await connection.execute(sa.select(remarks).where(open_one).with_for_update())).first()
    if row is None:
        raise Refused("remark", "This remark is answered already, or there is none.")
    changed = {"answer": said, "answered_by": by, "answered_at": at}
    await connection.execute(sa.update(remarks).where(open_one).values(**changed))
    message = Message(
        row.by,
        f"remark-answered/{number}",
        "{cell} has answered your remark.",
        "{cell} has answered your remark. The answer stands beside it.",
        {"cell": unit.name},
        f"/units/{unit.id}/supervision#remarks",
        row.meeting,
    )
    await outbox.post(connection, message, at)


async def _committee(connection: AsyncConnection, unit: Unit, day: date) -> Sequence[str]:
    found = [
        mandate.person_id for post in _COMMITTEE for mandate in await people.with_post(connection, unit.id, post, day)
    ]
    return list(dict.fromkeys(found))
