"""Changing the tree: units are entered, renamed, moved, dissolved.  Each step is one transaction and leaves a trace."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records import rollups
from server.records.tables import below, meetings, memberships, unit_names, units

from . import names, trail, tree
from .meetings import LIVE
from .people import on
from .pilot import cases
from .pilot.case import GROUPS
from .pilot.forms import BEGUN, LATE
from .refusal import Refused
from .trail import Hand
from .tree import CELL, FIRST_DAY, RANK, Record, Unit, new_id

CODE = re.compile(r"[0-9A-Z][0-9A-Z./-]{0,31}")


@dataclass(frozen=True, slots=True)
class Described:
    """A unit as a form gives it."""

    name: str
    code: str = ""
    founded: date | None = None


async def enter(connection: AsyncConnection, hand: Hand, parent: Unit, kind: str, given: Described) -> Unit:
    """A new unit below `parent`.  Raises Refused."""
    nests(parent.kind, kind)
    described = await fit(connection, given, hand.today)
    await _standing(connection, parent, hand.today)
    made = await tree.add(connection, new_id(), kind, described.name, parent, described.code, described.founded)
    await trail.note(connection, hand, made.id, "unit_added")
    return made


async def edit(connection: AsyncConnection, hand: Hand, of: Unit, given: Described, since: date) -> None:
    """Name (from `since` on), code and day of founding.  Raises Refused."""
    described = await fit(connection, given, hand.today, of.id)
    before = await _standing(connection, of, hand.today)
    if described.name != of.name:
        await rename(connection, hand, of, described.name, since)
    if (described.code, described.founded) != (before.code, before.founded):
        values = {"code": described.code or None, "founded": described.founded}
        await connection.execute(sa.update(units).where(units.c.id == of.id).values(values))
        await trail.note(connection, hand, of.id, "unit_edited")


async def rename(connection: AsyncConnection, hand: Hand, of: Unit, name: str, since: date) -> None:
    """From `since` on; the earlier names are kept with their days.  Raises Refused."""
    latest = (await tree.names_of(connection, of.id))[0]
    if not latest.since <= since <= hand.today:
        raise Refused("dates", "A new name holds from a day after the last one and not after today.")
    ours = sa.and_(unit_names.c.unit_id == of.id, unit_names.c.until.is_(None))
    if latest.since == since:  # corrected on the same day: the old name never held
        await connection.execute(sa.update(unit_names).where(ours).values(name=name))
    else:
        await connection.execute(sa.update(unit_names).where(ours).values(until=since))
        await connection.execute(sa.insert(unit_names).values(unit_id=of.id, name=name, since=since))
    kept = {"name": name, "folded": names.fold(name)}
    await connection.execute(sa.update(units).where(units.c.id == of.id).values(kept))
    await trail.note(connection, hand, of.id, "unit_renamed", old=of.name, new=name)


async def move(connection: AsyncConnection, hand: Hand, of: Unit, to: Unit) -> None:
    """The whole sub-tree goes below another unit, in two statements.  Raises Refused."""
    nests(to.kind, of.kind)
    if to.within(of):
        raise Refused("tree", "A unit cannot stand below itself.")
    await _standing(connection, of, hand.today)
    await _standing(connection, to, hand.today)
    if to.id == of.parent_id:
        raise Refused("tree", "The unit stands there already.")
    old = await tree.unit(connection, of.parent_id)
    await connection.execute(sa.update(units).where(units.c.id == of.id).values(parent_id=to.id))
    moved = sa.literal(f"{to.path}{of.id}/").concat(sa.func.substr(units.c.path, len(of.path) + 1))
    await connection.execute(sa.update(units).where(below(of.path)).values(path=moved))
    await rollups.moved(connection, of.line, of.id)
    await trail.note(connection, hand, of.id, "unit_moved", old=old.name if old else "", new=to.name)


async def dissolve(connection: AsyncConnection, hand: Hand, of: Unit, day: date) -> None:
    """No more from that day on.  Only what is empty: no unit below, no member, no live meeting, no round.

    Raises Refused.
    """
    before = await _standing(connection, of, hand.today)
    _after(before, day, hand.today)
    inside = sa.select(sa.func.count()).where(below(of.path), units.c.id != of.id, tree.alive(hand.today))
    if await connection.scalar(inside):
        raise Refused("tree", "There are still units below it: move, merge or dissolve them first.")
    of_it = sa.and_(memberships.c.unit_id == of.id, on(memberships, day))
    if await connection.scalar(sa.select(sa.func.count()).where(of_it)):
        raise Refused("tree", "There are still members in it: transfer them first, or merge the cell.")
    await no_live_meeting(connection, [of.id])
    await no_round(connection, [of.id], hand.at)
    await connection.execute(sa.update(units).where(units.c.id == of.id).values(dissolved=day))
    await cases.lapse(connection, of.id, day, "", hand)
    await trail.note(connection, hand, of.id, "unit_dissolved")


# -- What must hold --------------------------------------------------------------------------------------------------


def nests(above: str, below_it: str) -> None:
    """Raises Refused unless a unit of the second kind may stand directly below one of the first."""
    if below_it not in RANK or RANK[above] >= RANK[below_it]:
        raise Refused("tree", "A unit of this kind cannot stand below that one.")


async def fit(connection: AsyncConnection, given: Described, today: date, own_id: str = "") -> Described:
    """The unit as it is kept.  Raises Refused."""
    name, code = names.tidy(given.name), given.code.strip().upper()
    if not 2 <= len(name) <= 200:
        raise Refused("name", "A name has between 2 and 200 characters.")
    if code and not CODE.fullmatch(code):
        raise Refused("code", "A code has up to 32 digits, capital letters, points, strokes and hyphens.")
    if given.founded and not FIRST_DAY <= given.founded <= today:
        raise Refused("dates", "That day cannot be right.")
    taken = sa.select(units.c.id).where(units.c.code == code, units.c.id != own_id)
    if code and await connection.scalar(taken):
        raise Refused("code", "This code is taken.")
    return Described(name, code, given.founded)


async def no_live_meeting(connection: AsyncConnection, unit_ids: list[str]) -> None:
    """Raises Refused while one of these cells is meeting."""
    live = sa.select(meetings.c.title).where(meetings.c.unit_id.in_(unit_ids), meetings.c.phase.in_(LIVE))
    title = await connection.scalar(live.limit(1))
    if title is not None:
        raise Refused("live", "“{title}” is being held now; wait until it is closed.", title=title)


async def no_round(connection: AsyncConnection, unit_ids: Collection[str], at: datetime) -> None:
    """Raises Refused while one of these cells has a round ahead or begun: it has a meeting for each of their groups and
    stands on their decision, and neither goes over.
    """
    m = meetings.c
    ours = sa.and_(m.unit_id.in_(unit_ids), m.form == GROUPS, m.phase == "planned")
    waits = sa.select(m.title).where(ours, sa.or_(BEGUN, m.planned_for > at - LATE)).limit(1)
    if (title := await connection.scalar(waits)) is not None:
        raise Refused("round", "“{title}” is held by the party groups: bring it to its end, or cancel it.", title=title)


async def _standing(connection: AsyncConnection, of: Unit, today: date) -> Record:
    """Its record, held against others who would write.  Raises Refused where it is no more."""
    await connection.execute(sa.select(units.c.id).where(units.c.id == of.id).with_for_update())
    found = await tree.record(connection, of.id)
    if found is None or not found.alive(today) or found.unit.path != of.path:
        raise Refused("gone", "This unit is no more, or was moved meanwhile.")
    return found


def _after(before: Record, day: date, today: date) -> None:
    if day > today or (before.founded and day < before.founded):
        raise Refused("dates", "That day cannot be right.")


def is_cell(of: Unit) -> None:
    if of.kind != CELL:
        raise Refused("tree", "Only cells have members who can be moved that way.")
