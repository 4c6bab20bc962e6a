"""Problems noted while the pilot runs: what the interim and the final review are made of."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import below, people, pilot_notes, units

from ..refusal import Refused, kept
from ..trail import Hand
from ..tree import Unit
from .case import RULE

KINDS = ("network", "devices", "sound", "attendance", "order", "secrecy", "other")


@dataclass(frozen=True, slots=True)
class Note:
    unit_id: str
    unit_name: str
    day: date
    kind: str  # a word of KINDS
    text: str
    by_name: str
    at: datetime


async def add(connection: AsyncConnection, cell: Unit, day: date | None, kind: str, text: str, hand: Hand) -> None:
    """Raises Refused."""
    if kind not in KINDS:
        raise Refused(RULE, "Please choose one of the values offered.")
    if day is None:
        raise Refused(RULE, "Please give the day.")
    if day > hand.today:
        raise Refused(RULE, "A problem is noted after it happened.")
    row = {"unit_id": cell.id, "day": day, "kind": kind, "text": kept(text, RULE), "by": hand.by, "at": hand.at}
    await connection.execute(sa.insert(pilot_notes).values(row))


async def under(
    connection: AsyncConnection, top: Unit, since: date = date.min, last: date = date.max
) -> tuple[Note, ...]:
    """The notes of the unit and all below it, from `since` to the end of `last`, the latest first."""
    n = pilot_notes.c
    joined = pilot_notes.join(units, n.unit_id == units.c.id).outerjoin(people, n.by == people.c.id)
    named = (units.c.name.label("unit_name"), sa.func.coalesce(people.c.name, "").label("by_name"))
    found = sa.select(n.unit_id, n.day, n.kind, n.text, n.at, *named).select_from(joined)
    within = found.where(below(top.path), n.day >= since, n.day <= last)
    return tuple(Note(**row._mapping) for row in await connection.execute(within.order_by(n.day.desc(), n.id.desc())))
