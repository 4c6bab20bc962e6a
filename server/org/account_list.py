"""The accounts of a sub-tree: who has one, in what state, last used when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import accounts, memberships, people, posts, slips, units

from . import names, tree
from .access import Held
from .idle import IDLE, idle_since, used_at
from .people import Entry, on
from .security import Numbers
from .slips import FACTOR
from .tree import Unit

STATES = ("active", "locked", "reset", "disabled", "invited", "none")
MOST = 60_000  # lines of one file
SOON = timedelta(days=7)  # before an account is disabled, from which the list says so


@dataclass(frozen=True, slots=True)
class Looked:
    """The moment and the numbers that the list is seen by."""

    day: date
    at: datetime
    numbers: Numbers

    @property
    def idle(self) -> timedelta:
        return timedelta(days=self.numbers.idle_account_days)


@dataclass(frozen=True, slots=True)
class Line:
    """A person and his account; of one without, the fields from `username` on are empty."""

    entry: Entry
    state: str  # one of STATES
    held: Sequence[Held]
    username: str = ""
    created_at: datetime | None = None
    signed_in_at: datetime | None = None  # None = never
    password_set_at: datetime | None = None
    ends_at: datetime | None = None  # when it will be disabled if nobody uses it
    second_factor: bool = False
    why: str = ""  # it is disabled; idle.IDLE = nobody used it
    slip_until: datetime | None = None  # an open slip is good so long

    @property
    def administrator(self) -> bool:
        return any(each.post == "administrator" for each in self.held)

    def idle_soon(self, at: datetime) -> bool:
        return self.state == "active" and self.ends_at is not None and self.ends_at - SOON <= at


_OPEN = slips.alias("open_slips")  # at most one a person: of an invitation, or of a reset


async def lines(
    connection: AsyncConnection,
    of: Unit,
    look: Looked,
    state: str = "",
    q: str = "",
    limit: int = MOST,
    offset: int = 0,
) -> tuple[Line, ...]:
    """Those of the sub-tree in the order of units and names; only of one state, or found by name, if given."""
    where = [_here(of, look)]
    if state:
        where += [_state(look) == state, *_few(look, state)]
    if q:
        hit = people.c.folded.contains(names.fold(q), autoescape=True)
        where.append(sa.or_(hit, accounts.c.username.startswith(names.fold(q), autoescape=True)))
    # Of a rare state the database is not to walk the tree until it has found enough, but to begin with the accounts.
    place = units.c.path.concat("") if state and _few(look, state) else units.c.path
    return await _found(connection, look, sa.and_(*where), limit, offset, place)


async def line(connection: AsyncConnection, person_id: str, look: Looked) -> Line | None:
    """The line of one person; None where nobody has that id."""
    found = await _found(connection, look, people.c.id == person_id, 1, 0)
    return found[0] if found else None


async def counts(connection: AsyncConnection, of: Unit, look: Looked) -> Mapping[str, int]:
    """How many are in each state; every state is named."""
    if of.kind == tree.CELL:
        found = await _counted(connection, _state(look), _joined(look.at), _here(of, look))
    else:
        whole = not of.parent_id  # all there is: no need to ask where each is registered
        homes = accounts.join(people, accounts.c.person_id == people.c.id).join(units, people.c.unit_id == units.c.id)
        here = sa.true() if whole else tree.within([of])
        found = await _counted(connection, _of_account(look), accounts if whole else homes, here)
        invited = sa.and_(_here(of, look), *_few(look, "invited"))
        found |= await _counted(connection, _state(look), _joined(look.at), invited)
    return {each: found.get(each, 0) for each in STATES}


async def _counted(
    connection: AsyncConnection, state: sa.ColumnElement[str], of: sa.FromClause, where: sa.ColumnElement[bool]
) -> dict[str, int]:
    named = state.label("state")
    found = sa.select(named, sa.func.count().label("n")).select_from(of).where(where).group_by(named)
    return {row.state: row.n for row in await connection.execute(found)}


def _joined(at: datetime) -> sa.FromClause:
    good = sa.and_(_OPEN.c.kind != FACTOR, _OPEN.c.ended_at.is_(None), _OPEN.c.expires_at > at)
    joined = units.join(people, people.c.unit_id == units.c.id).outerjoin(accounts, accounts.c.person_id == people.c.id)
    return joined.outerjoin(_OPEN, sa.and_(_OPEN.c.person_id == people.c.id, good))


def _here(of: Unit, look: Looked) -> sa.ColumnElement[bool]:
    """Whoever has an account or an invitation; in a cell, every member too."""
    has = sa.or_(accounts.c.id.is_not(None), _OPEN.c.id.is_not(None))
    if of.kind == tree.CELL:
        home = sa.and_(memberships.c.unit_id == of.id, memberships.c.kind == "home", on(memberships, look.day))
        has = sa.or_(has, people.c.id.in_(sa.select(memberships.c.person_id).where(home)))
    return sa.and_(tree.within([of]), has)


def _few(look: Looked, state: str) -> list[sa.ColumnElement[bool]]:
    """Narrows a rare state down before anybody's home and name are looked at."""
    if state == "invited":
        good = sa.and_(slips.c.ended_at.is_(None), slips.c.expires_at > look.at)
        return [accounts.c.id.is_(None), people.c.id.in_(sa.select(slips.c.person_id).where(good))]
    if state in ("disabled", "reset", "locked"):
        return [people.c.id.in_(sa.select(accounts.c.person_id).where(_of_account(look) == state))]
    return []


def _state(look: Looked) -> sa.ColumnElement[str]:
    none = sa.case((_OPEN.c.id.is_not(None), "invited"), else_="none")
    return sa.case((accounts.c.id.is_(None), none), else_=_of_account(look))


def _of_account(look: Looked) -> sa.ColumnElement[str]:
    a = accounts.c
    return sa.case(
        (sa.or_(a.disabled == sa.true(), idle_since(look.at - look.idle)), "disabled"),
        (a.password_hash == "", "reset"),
        (a.locked_until > look.at, "locked"),
        else_="active",
    )


async def _found(
    connection: AsyncConnection,
    look: Looked,
    where: sa.ColumnElement[bool],
    limit: int,
    offset: int,
    place: sa.ColumnElement[str] = units.c.path,
) -> tuple[Line, ...]:
    home = (units.c.id.label("home"), units.c.kind, units.c.name.label("unit_name"), units.c.path)
    kept = [column for column in accounts.c if column.name not in ("id", "person_id", "password_hash")]
    more = (accounts.c.id.label("account"), _OPEN.c.expires_at.label("slip_until"), _state(look).label("state"))
    found = sa.select(people, *home, *kept, *more).select_from(_joined(look.at)).where(where)
    ordered = found.order_by(place, people.c.folded, people.c.id).limit(limit).offset(offset)
    rows = (await connection.execute(ordered)).all()
    held = await _held(connection, [row.id for row in rows], look.day)
    return tuple(_line(row, look, held.get(row.id, ())) for row in rows)


def _line(row: Any, look: Looked, held: Sequence[Held]) -> Line:
    home = Unit(row.home, row.kind, row.unit_name, row.path)
    entry = Entry(row.id, row.name, row.birth_year, home, row.card_number or "", row.phone, row.mail)
    if row.account is None:
        return Line(entry, row.state, held, slip_until=row.slip_until)
    return Line(
        entry,
        row.state,
        held,
        row.username,
        row.created_at,
        row.signed_in_at,
        row.password_set_at or row.created_at,
        used_at(row) + look.idle,
        bool(row.factor),
        row.disabled_why or (IDLE if row.state == "disabled" else ""),
        row.slip_until,
    )


AT_ONCE = 500  # ids in one question


async def _held(connection: AsyncConnection, ids: Sequence[str], day: date) -> Mapping[str, list[Held]]:
    """The posts of these people on that day."""
    held: dict[str, list[Held]] = {}
    columns = (posts.c.person_id, posts.c.post, units.c.id, units.c.kind, units.c.name, units.c.path)
    joined = posts.join(units, posts.c.unit_id == units.c.id)
    for start in range(0, len(ids), AT_ONCE):
        theirs = sa.and_(posts.c.person_id.in_(ids[start : start + AT_ONCE]), on(posts, day))
        found = sa.select(*columns).select_from(joined).where(theirs).order_by(units.c.path, posts.c.post)
        for row in await connection.execute(found):
            held.setdefault(row.person_id, []).append(Held(row.post, Unit(row.id, row.kind, row.name, row.path)))
    return held
