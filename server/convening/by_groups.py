"""A round planned: a meeting for each party group, with a time, a place and a form of its own; all else is the round's.

By groups meets a cell that is large, by a decision in force, and in which every member sits in exactly one group
(03-HD/TW, 27/12/2022).
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org import groups, people, pilot, roster, rounds
from server.org import meetings as lists
from server.org.groups import Group
from server.org.meetings import LIVE, MeetingRow
from server.org.overrides import rules_at
from server.org.pilot import IN_PERSON, Others
from server.org.pilot.facts import OWN
from server.org.refusal import Refused
from server.org.rounds import RULE
from server.org.rulebook import number
from server.org.tree import Unit
from server.records.tables import meetings

from . import allowed, motions
from .agendas import Items
from .allowed import Wish
from .motions import Motions
from .rows import again, fixed, keep, spread

NAMED = 5  # of those in no group, so many are named in a refusal


# -- Whether the cell may --------------------------------------------------------------------------------------------


async def able(connection: AsyncConnection, unit: Unit, day: date) -> Sequence[Group]:
    """The groups that meet, each by itself.  Raises Refused."""
    await _large(connection, unit, day)
    parties = [group for group in await groups.of_cell(connection, unit.id, day) if group.members]
    if not parties:
        raise Refused(RULE, "The cell has no party groups.")
    if loose := await groupless(connection, unit, day):
        why = "Every member sits in exactly one party group; in none: {names}."
        raise Refused(RULE, why, names=_named(loose))
    return parties


async def _large(connection: AsyncConnection, unit: Unit, day: date) -> None:
    """By the members that the register counts on that day, as for the decision itself (pilot/facts.py)."""
    rules, key = await rules_at(connection, unit, day), "large_cell_members"
    own = sum(1 for person in await people.of_cell(connection, unit.id, day) if person.standing in OWN)
    if own < number(rules, key):
        why = "On that day the cell has {members} members; meetings by party groups need {large} or more ({document})."
        raise Refused(RULE, why, members=own, large=number(rules, key), document=rules[key].document or key)


async def groupless(connection: AsyncConnection, unit: Unit, day: date) -> Sequence[str]:
    """The names of those convened who sit in no group on that day, or in several."""
    sits: dict[str, int] = {}
    for group in await groups.of_cell(connection, unit.id, day):
        for member in group.members:
            sits[member] = sits.get(member, 0) + 1
    members = await people.of_cell(connection, unit.id, day)
    convened = [person for person in members if person.standing not in roster.NOT_CONVENED]
    return [person.name for person in convened if sits.get(person.id) != 1]


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")


# -- The groups' meetings --------------------------------------------------------------------------------------------


async def begin(
    connection: AsyncConnection, round_id: str, unit: Unit, wish: Wish, items: Items, zone: ZoneInfo
) -> None:
    """One meeting for each group, at the time and place of the wish until it has its own.  Raises Refused."""
    day = wish.planned_for.astimezone(zone).date()
    parties = await able(connection, unit, day)
    online = not wish.place and (await pilot.allowed(connection, unit.id, day)).online
    common = {"unit_id": unit.id, "kind": wish.kind, "planned_for": wish.planned_for, "agenda": list(items)}
    common |= {"form": "online" if online else IN_PERSON, "place": wish.place, "round_id": round_id}
    rows = [
        common | {"id": f"m{secrets.token_hex(8)}", "group_id": group.id, "title": titled(wish.title, group.name)}
        for group in parties
    ]
    await connection.execute(sa.insert(meetings), rows)


def titled(title: str, group: str) -> str:
    return f"{group} · {title}"[:300]


async def set_part(
    connection: AsyncConnection, row: MeetingRow, wish: Wish, at: datetime, zone: ZoneInfo, doors: timedelta
) -> bool:
    """Time, place and form of one group's meeting, within the month of its round; whether anything changed.

    Without a common session the round follows: it stands at the time of the last group.  Raises Refused.
    """
    if (wish.form, wish.planned_for, wish.place) == (row.form, row.planned_for, row.place):
        return False
    whole = await again(connection, str(row.round_id))
    fixed(whole, at, doors)
    fixed(row, at, doors)
    await _fits(connection, row, whole, wish, at, zone)
    await keep(connection, row, at, form=wish.form, planned_for=wish.planned_for, place=wish.place)
    await _follow(connection, whole)
    return True


async def _fits(
    connection: AsyncConnection, row: MeetingRow, whole: MeetingRow, wish: Wish, at: datetime, zone: ZoneInfo
) -> None:
    if not at < wish.planned_for:
        raise Refused(RULE, "A meeting is planned for a time to come, within two years.")
    if allowed.month(wish.planned_for, zone) != allowed.month(whole.planned_for, zone):
        raise Refused(RULE, "The groups of a round all meet in its month, {month}.", month=_month(whole, zone))
    if whole.place and wish.planned_for >= whole.planned_for:
        raise Refused(RULE, "The groups meet before the common session.")
    if wish.form in (IN_PERSON, "hybrid") and not wish.place:
        raise Refused(RULE, "Please say where those in the room meet.")
    day = wish.planned_for.astimezone(zone).date()
    await pilot.permit_part(connection, row.unit, wish.form, day, Others([whole.id], at))


async def _follow(connection: AsyncConnection, whole: MeetingRow) -> None:
    """Without a common session the round is at the time of its last group."""
    if not whole.place:
        last = max(part.planned_for for part in await lists.of_round(connection, whole.id))
        ours = sa.and_(meetings.c.id == whole.id, meetings.c.phase == "planned")
        await connection.execute(sa.update(meetings).where(ours).values(planned_for=last))


def _month(row: MeetingRow, zone: ZoneInfo) -> str:
    return f"{row.planned_for.astimezone(zone):%m/%Y}"


# -- What the round has for all of them ------------------------------------------------------------------------------


async def session(connection: AsyncConnection, row: MeetingRow, wish: Wish, zone: ZoneInfo) -> Wish:
    """The wish for a round: with a place there is a common session, after the last group and in the same month;
    without one the round stands at the time of its last group.  Raises Refused.
    """
    last = max((part.planned_for for part in await lists.of_round(connection, row.id)), default=row.planned_for)
    if not wish.place:
        if row.place and row.noticed_at:
            raise Refused(RULE, "The common session was announced: it can be moved, not taken away.")
        return replace(wish, planned_for=last)
    if allowed.month(wish.planned_for, zone) != allowed.month(row.planned_for, zone):
        raise Refused(RULE, "The groups of a round all meet in its month, {month}.", month=_month(row, zone))
    if wish.planned_for <= last:
        raise Refused(RULE, "The common session comes after the last group has met.")
    return wish


async def shared(connection: AsyncConnection, row: MeetingRow, wish: Wish, at: datetime, zone: ZoneInfo) -> None:
    """Title and kind of the round, in the groups' meetings that nobody has come to."""
    if (wish.title, wish.kind) == (row.title, row.kind):
        return
    found = await rounds.of(connection, row, allowed.day_of(row, zone))
    for part in found.parts if found else ():
        if part.row.phase == "planned":
            await keep(connection, part.row, at, title=titled(wish.title, part.group), kind=wish.kind)


async def alike(connection: AsyncConnection, row: MeetingRow, at: datetime, doors: timedelta) -> None:
    """Raises Refused once the doors of a group are open: agenda and motions are the same for every group."""
    for part in await lists.of_round(connection, row.id):
        if part.closed or lists.joinable(part, at, doors):
            raise Refused(RULE, "A group has met: agenda and motions are the same for every group, and stand now.")


async def set_agenda(
    connection: AsyncConnection, row: MeetingRow, items: Items, at: datetime, doors: timedelta
) -> None:
    """That of the round reaches every group.  Raises Refused."""
    motions.held(row.motions, items)
    await alike(connection, row, at, doors)
    await spread(connection, row, at, agenda=list(items))


async def set_motions(
    connection: AsyncConnection, row: MeetingRow, wanted: Motions, at: datetime, doors: timedelta
) -> None:
    """Raises Refused."""
    if not is_round(row):
        raise Refused(RULE, "Motions are prepared for a round; elsewhere the chair puts them in the room.")
    fixed(row, at, doors)
    await alike(connection, row, at, doors)
    await keep(connection, row, at, motions=[dict(each) for each in wanted])
    await spread(connection, row, at)


def is_round(row: MeetingRow) -> bool:
    return row.form == allowed.GROUPS and not row.of_group


async def cancel(connection: AsyncConnection, row: MeetingRow, reason: str, at: datetime) -> None:
    """The groups' meetings with their round; what a group has held stays.  Raises Refused while one sits."""
    if any(part.phase in LIVE for part in await lists.of_round(connection, row.id)):
        raise Refused(RULE, "A group is meeting now: the round cannot be cancelled.")
    await spread(connection, row, at, phase=lists.CANCELLED, reason=reason)
