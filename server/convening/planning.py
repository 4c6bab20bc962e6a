"""A meeting planned, changed, cancelled.  Until its doors open everything may change; told again is what was told.

A meeting by groups is a round (by_groups.py): it is planned, given its agenda and cancelled for all its groups at once.
"""

import secrets
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from server.org import meetings as lists
from server.org.meetings import MeetingRow
from server.org.refusal import Refused, kept
from server.org.trail import Hand, note
from server.org.tree import Unit

from . import agendas, allowed, by_groups, marks
from .agendas import MARKED, Items
from .allowed import GROUPS, RULE, Wish
from .rows import fixed, keep


async def plan(connection: AsyncConnection, hand: Hand, unit: Unit, wish: Wish, zone: ZoneInfo) -> str:
    """A new meeting with the agenda of its template; its id.  Raises Refused."""
    tidy = _tidy(wish)
    items = agendas.fresh(
        await agendas.template(connection, unit, tidy.kind if tidy.kind in allowed.KINDS else "regular")
    )
    await allowed.check(connection, unit, tidy, items, hand.at, zone)
    made = f"m{secrets.token_hex(8)}"
    place = "" if tidy.form == GROUPS else tidy.place  # of a round: where its groups meet, until they say otherwise
    await lists.plan(
        connection, made, unit.id, tidy.title, tidy.kind, tidy.planned_for, items, tidy.form, zone, place, hand.at
    )
    if tidy.form == GROUPS:
        await by_groups.begin(connection, made, unit, tidy, items, zone)
    await note(connection, hand, unit.id, "meeting_planned", title=tidy.title)
    return made


async def change(
    connection: AsyncConnection, hand: Hand, row: MeetingRow, wish: Wish, zone: ZoneInfo, doors: timedelta
) -> bool:
    """Title, kind, form, time, place; whether anything is other than it was.  Raises Refused."""
    if row.of_group:
        return await by_groups.set_part(connection, row, _tidy(_as_it_is(row, wish)), hand.at, zone, doors)
    tidy = _tidy(wish)
    if GROUPS in (row.form, tidy.form):
        tidy = await _by_groups(connection, row, tidy, zone)
    if tidy == _wish(row):
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
    await keep(connection, row, hand.at, **values)
    if by_groups.is_round(row):
        await by_groups.shared(connection, row, tidy, hand.at, zone)
    await note(connection, hand, row.unit.id, "meeting_changed", title=tidy.title)
    return True


def _as_it_is(row: MeetingRow, wish: Wish) -> Wish:
    """Of a group's meeting only form, time and place are its own."""
    return Wish(row.title, row.kind, wish.form, wish.planned_for, wish.place)


async def _by_groups(connection: AsyncConnection, row: MeetingRow, wish: Wish, zone: ZoneInfo) -> Wish:
    if row.form != wish.form:
        raise Refused(RULE, "Whether the groups meet is said when a meeting is planned: cancel it and plan another.")
    return await by_groups.session(connection, row, wish, zone)


async def set_agenda(
    connection: AsyncConnection, hand: Hand, row: MeetingRow, items: Items, zone: ZoneInfo, doors: timedelta
) -> None:
    """Raises Refused."""
    if items == row.agenda:
        return
    if row.of_group:
        raise Refused(RULE, "The agenda is that of the round: it is changed there, for every group.")
    fixed(row, hand.at, doors)
    await allowed.check(connection, row.unit, _wish(row), items, hand.at, zone, row.id)
    if by_groups.is_round(row):
        await by_groups.set_agenda(connection, row, items, hand.at, doors)
    await keep(connection, row, hand.at, agenda=list(items))


async def cancel(
    connection: AsyncConnection, hand: Hand, row: MeetingRow, reason: str, zone: ZoneInfo, doors: timedelta
) -> None:
    """Raises Refused."""
    if row.of_group:
        raise Refused(RULE, "The meeting of a group is cancelled with its round.")
    fixed(row, hand.at, doors)
    said = kept(reason, RULE)
    await allowed.not_alone(connection, row, zone)
    if by_groups.is_round(row):
        await by_groups.cancel(connection, row, said, hand.at)
    await keep(connection, row, hand.at, phase=lists.CANCELLED, reason=said)
    await note(connection, hand, row.unit.id, "meeting_cancelled", title=row.title, reason=said[:500])


def _wish(row: MeetingRow) -> Wish:
    """As it stands."""
    return Wish(row.title, row.kind, row.form, row.planned_for, row.place)


def _tidy(wish: Wish) -> Wish:
    title, place = " ".join(wish.title.split()), " ".join(wish.place.split())
    if not 2 <= len(title) <= 300 or len(place) > 300:
        raise Refused(RULE, "The title of a meeting has between 2 and 300 characters.")
    if marks.titled(title):
        raise Refused("secret", MARKED)
    return Wish(title, wish.kind, wish.form, wish.planned_for, place)
