"""A meeting planned, changed, cancelled.  Until its doors open everything may change; told again is what was told."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org import meetings as lists
from server.org.meetings import MeetingRow
from server.org.refusal import Refused, kept
from server.org.trail import Hand, note
from server.org.tree import Unit
from server.records.tables import meetings

from . import agendas, allowed, marks
from .agendas import MARKED, Items
from .allowed import RULE, Wish


async def plan(connection: AsyncConnection, hand: Hand, unit: Unit, wish: Wish, zone: ZoneInfo) -> str:
    """A new meeting with the agenda of its template; its id.  Raises Refused."""
    tidy = _tidy(wish)
    items = agendas.fresh(
        await agendas.template(connection, unit, tidy.kind if tidy.kind in allowed.KINDS else "regular")
    )
    await allowed.check(connection, unit, tidy, items, hand.at, zone)
    made = f"m{secrets.token_hex(8)}"
    await lists.plan(
        connection, made, unit.id, tidy.title, tidy.kind, tidy.planned_for, items, tidy.form, zone, tidy.place
    )
    await note(connection, hand, unit.id, "meeting_planned", title=tidy.title)
    return made


async def change(
    connection: AsyncConnection, hand: Hand, row: MeetingRow, wish: Wish, zone: ZoneInfo, doors: timedelta
) -> bool:
    """Title, kind, form, time, place; whether anything is other than it was.  Raises Refused."""
    tidy = _tidy(wish)
    before = Wish(row.title, row.kind, row.form, row.planned_for, row.place)
    if tidy == before:
        return False
    fixed(row, hand.at, doors)
    await allowed.check(connection, row.unit, tidy, row.agenda, hand.at, zone, row.id)
    if tidy.kind not in allowed.MONTHLY or allowed.month(tidy.planned_for, zone) != allowed.month(
        row.planned_for, zone
    ):
        await allowed.not_alone(connection, row, zone)
    values = {
        "title": tidy.title,
        "kind": tidy.kind,
        "form": tidy.form,
        "planned_for": tidy.planned_for,
        "place": tidy.place,
    }
    await _keep(connection, row, hand.at, **values)
    await note(connection, hand, row.unit.id, "meeting_changed", title=tidy.title)
    return True


async def set_agenda(
    connection: AsyncConnection, hand: Hand, row: MeetingRow, items: Items, zone: ZoneInfo, doors: timedelta
) -> None:
    """Raises Refused."""
    if items == row.agenda:
        return
    fixed(row, hand.at, doors)
    wish = Wish(row.title, row.kind, row.form, row.planned_for, row.place)
    await allowed.check(connection, row.unit, wish, items, hand.at, zone, row.id)
    await _keep(connection, row, hand.at, agenda=list(items))


async def cancel(
    connection: AsyncConnection, hand: Hand, row: MeetingRow, reason: str, zone: ZoneInfo, doors: timedelta
) -> None:
    """Raises Refused."""
    fixed(row, hand.at, doors)
    said = kept(reason, RULE)
    await allowed.not_alone(connection, row, zone)
    await _keep(connection, row, hand.at, phase=lists.CANCELLED, reason=said)
    await note(connection, hand, row.unit.id, "meeting_cancelled", title=row.title, reason=said[:500])


def fixed(row: MeetingRow, at: datetime, doors: timedelta) -> None:
    """Raises Refused once the meeting can no longer be changed."""
    if row.cancelled:
        raise Refused(RULE, "This meeting was cancelled.")
    if row.phase != "planned" or at >= row.planned_for - doors:
        raise Refused(RULE, "The doors of this meeting are open: it can no longer be changed.")


async def again(connection: AsyncConnection, meeting_id: str) -> MeetingRow:
    """The meeting as it now stands, held against others who would write it.  Raises Refused where there is none."""
    await connection.execute(sa.select(meetings.c.id).where(meetings.c.id == meeting_id).with_for_update())
    found = await lists.meeting(connection, meeting_id)
    if found is None:
        raise Refused("gone", "That is no longer there.")
    return found


async def _keep(connection: AsyncConnection, row: MeetingRow, at: datetime, **values: Any) -> None:
    """What was told and is no longer so is marked, until it is told again."""
    changed = {"changed_at": at} if row.noticed_at else {}
    ours = sa.and_(meetings.c.id == row.id, meetings.c.phase == "planned")
    done = await connection.execute(sa.update(meetings).where(ours).values(values | changed))
    if done.rowcount != 1:
        raise Refused(RULE, "The doors of this meeting are open: it can no longer be changed.")


def _tidy(wish: Wish) -> Wish:
    title, place = " ".join(wish.title.split()), " ".join(wish.place.split())
    if not 2 <= len(title) <= 300 or len(place) > 300:
        raise Refused(RULE, "The title of a meeting has between 2 and 300 characters.")
    if marks.titled(title):
        raise Refused("secret", MARKED)
    return Wish(title, wish.kind, wish.form, wish.planned_for, place)
