"""The register around a file: read as a State, and a plan written into it in bulk, in one short transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import (
    changes,
    group_members,
    memberships,
    party_groups,
    people,
    posts,
    statuses,
    unit_names,
    units,
)

from .. import trail, tree
from ..intervals import Span
from ..names import fold
from ..people import end, on
from ..refusal import Refused
from ..registering import TRACKS, Person, bare
from ..trail import Hand
from ..tree import ALWAYS, CELL, Unit
from .columns import PEOPLE
from .plan import Found, Known, PersonStep, Plan, State
from .reading import Sheet

AT_ONCE = 400  # values of one IN, well below what either database takes
CELLS_AT_ONCE = 25  # whose members are read together: between two such steps the open meetings get their turn

Rows = list[dict[str, Any]]
Grants = frozenset[str]


async def state(
    connection: AsyncConnection, hand: Hand, scope: Unit, sheets: Sequence[Sheet], may_edit_tree: bool, grants: Grants
) -> State:
    """What this file is held against: the units of the scope, and the people of those cells only that it names."""
    lines = [line.cells for sheet in sheets if sheet.table == PEOPLE for line in sheet.lines]
    found = await _units(connection, hand, scope)
    cards = {bare(cells.get("card_number", "")).upper() for cells in lines} - {""}
    holders = await _holders(connection, cards)
    named = _named(found, scope, {cells.get("unit", "").strip() for cells in lines})
    cells = dict.fromkeys([*named, *(unit for unit in holders.values() if unit in found)])
    known, groups, secretaries = await _people(connection, hand, list(cells))
    ours = {each.person.card_number for each in known.values()}
    return State(
        version=await version(connection),
        scope=scope,
        today=hand.today,
        may_edit_tree=may_edit_tree,
        grants=grants,
        units=found,
        codes_elsewhere=await _codes(connection, found, sheets),
        people=known,
        cards_elsewhere=set(holders) - ours,
        groups=groups,
        secretaries=secretaries,
    )


async def version(connection: AsyncConnection) -> int:
    return (await connection.scalar(sa.select(sa.func.max(changes.c.id)))) or 0


async def _units(connection: AsyncConnection, hand: Hand, scope: Unit) -> dict[str, Found]:
    columns = (units.c.id, units.c.kind, units.c.name, units.c.path, units.c.code, units.c.founded)
    found = sa.select(*columns).where(tree.within([scope]), tree.alive(hand.today))
    return {
        row.id: Found(Unit(row.id, row.kind, row.name, row.path), row.code or "", row.founded)
        for row in await connection.execute(found)
    }


def _named(found: Mapping[str, Found], scope: Unit, asked: set[str]) -> list[str]:
    codes, words = {each.upper() for each in asked}, {fold(each) for each in asked}
    named = [
        each.unit.id
        for each in found.values()
        if each.unit.kind == CELL and (each.code in codes or fold(each.unit.name) in words)
    ]
    return [*named, scope.id] if scope.kind == CELL and scope.id not in named else named


async def _codes(connection: AsyncConnection, found: Mapping[str, Found], sheets: Sequence[Sheet]) -> set[str]:
    """The codes of the file that belong to units outside the scope, or to units that are no more."""
    asked = {line.cells.get("code", "").strip().upper() for sheet in sheets for line in sheet.lines} - {""}
    asked -= {each.code for each in found.values()}
    rows = [
        code
        for part in _parts(sorted(asked))
        for code in await connection.scalars(sa.select(units.c.code).where(units.c.code.in_(part)))
    ]
    return {code for code in rows if code}


async def _holders(connection: AsyncConnection, cards: set[str]) -> dict[str, str]:
    """Which of these cards are taken, and in which unit."""
    holders: dict[str, str] = {}
    for part in _parts(sorted(cards)):
        found = sa.select(people.c.card_number, people.c.unit_id).where(people.c.card_number.in_(part))
        holders |= {row.card_number: row.unit_id for row in await connection.execute(found) if row.card_number}
    return holders


async def _people(
    connection: AsyncConnection, hand: Hand, cells: Sequence[str]
) -> tuple[dict[str, Known], dict[str, dict[str, str]], dict[str, str]]:
    known: dict[str, Known] = {}
    groups: dict[str, dict[str, str]] = {}
    secretaries: dict[str, str] = {}
    for part in _parts(cells, CELLS_AT_ONCE):
        rows = (await connection.execute(sa.select(people).where(people.c.unit_id.in_(part)))).all()
        of = people.c.unit_id.in_(part)
        spans = await _spans(connection, of)
        held = await _words(connection, posts, posts.c.post, posts.c.unit_id.in_(part), hand)
        joined = await _words(connection, group_members, group_members.c.group_id, None, hand, of)
        for row in rows:
            known[row.id] = _known(row, spans.get(row.id, []), held.get(row.id, set()), joined.get(row.id, set()))
        alive = sa.or_(party_groups.c.ended.is_(None), party_groups.c.ended > hand.today)
        for group in await connection.execute(sa.select(party_groups).where(party_groups.c.unit_id.in_(part), alive)):
            groups.setdefault(group.unit_id, {})[fold(group.name)] = group.id
        leading = sa.and_(posts.c.unit_id.in_(part), posts.c.post == "cell_secretary", on(posts, hand.today))
        for post in await connection.execute(sa.select(posts).where(leading)):
            secretaries[post.unit_id] = post.person_id
    return known, groups, secretaries


async def _spans(connection: AsyncConnection, of: sa.ColumnElement[bool]) -> dict[str, list[Span]]:
    joined = statuses.join(people, statuses.c.person_id == people.c.id)
    spans: dict[str, list[Span]] = {}
    for row in await connection.execute(sa.select(statuses).select_from(joined).where(of)):
        spans.setdefault(row.person_id, []).append(Span(row.id, row.standing, row.since, row.until))
    return spans


async def _words(
    connection: AsyncConnection,
    table: sa.Table,
    word: sa.ColumnElement[str],
    where: sa.ColumnElement[bool] | None,
    hand: Hand,
    of: sa.ColumnElement[bool] | None = None,
) -> dict[str, set[str]]:
    joined = table.join(people, table.c.person_id == people.c.id)
    asked = [each for each in (where, of) if each is not None]
    found = sa.select(table.c.person_id, word.label("word")).select_from(joined).where(*asked, on(table, hand.today))
    words: dict[str, set[str]] = {}
    for row in await connection.execute(found):
        words.setdefault(row.person_id, set()).add(row.word)
    return words


def _known(row: Any, spans: Sequence[Span], held: set[str], groups: set[str]) -> Known:
    person = Person(row.name, row.birth_year, row.card_number or "", row.phone, row.mail)
    base, over = (tuple(span for span in spans if span.word in track) for track in TRACKS)
    return Known(row.id, row.unit_id, person, base, over, min(groups, default=""), frozenset(held))


# -- Writing ---------------------------------------------------------------------------------------------------------


async def write(
    connection: AsyncConnection, hand: Hand, scope: Unit, plan: Plan, progress: Callable[[float], None] = lambda _: None
) -> None:
    """All of it.  `progress` is told the share that is done, 0 to 1.

    Raises Refused where the register changed since the plan was made, or the plan has wrong lines.
    """
    if plan.wrong or await version(connection) != plan.version:
        raise Refused("stale", "The register was changed meanwhile. Please look through the file once more.")
    steps = (_write_units, _write_people, _write_statuses, _write_groups, _write_posts)
    for number, step in enumerate(steps, start=1):
        await step(connection, hand, plan)
        progress(number / len(steps))
    await trail.note(connection, hand, scope.id, "imported", units=len(plan.units), people=len(plan.people))


async def _write_units(connection: AsyncConnection, hand: Hand, plan: Plan) -> None:
    new = [step for step in plan.units if step.old is None]
    rows: Rows = [
        {
            "id": step.unit.id,
            "kind": step.unit.kind,
            "name": step.unit.name,
            "folded": fold(step.unit.name),
            "path": step.unit.path,
            "parent_id": step.unit.parent_id,
            "code": step.code,
            "founded": step.founded,
        }
        for step in new
    ]
    await _insert(connection, units, rows)
    named = [{"unit_id": step.unit.id, "name": step.unit.name, "since": step.founded or ALWAYS} for step in new]
    for step in plan.units:
        if step.old:
            values = {"name": step.unit.name, "folded": fold(step.unit.name), "founded": step.founded}
            await connection.execute(sa.update(units).where(units.c.id == step.unit.id).values(values))
            if step.unit.name != step.old.unit.name:
                await end(connection, unit_names, unit_names.c.unit_id == step.unit.id, hand.today)
                named.append({"unit_id": step.unit.id, "name": step.unit.name, "since": hand.today})
    await _insert(connection, unit_names, named)


async def _write_people(connection: AsyncConnection, hand: Hand, plan: Plan) -> None:
    new = [step for step in plan.people if step.old is None]
    await _insert(connection, people, [{"id": step.id, "unit_id": step.unit_id, **_kept(step)} for step in new])
    home = {"kind": "home", "until": None}
    joined = [{"person_id": step.id, "unit_id": step.unit_id, "since": _first(step), **home} for step in new]
    await _insert(connection, memberships, joined)
    changed = [{"of": step.id, **_kept(step)} for step in plan.people if step.old and step.old.person != step.person]
    if changed:
        one = sa.update(people).where(people.c.id == sa.bindparam("of"))
        await connection.execute(one.values({name: sa.bindparam(name) for name in _kept(plan.people[0])}), changed)


def _kept(step: PersonStep) -> dict[str, Any]:
    person = step.person
    return {
        "name": person.name,
        "folded": fold(person.name),
        "birth_year": person.birth_year,
        "card_number": person.card_number or None,
        "phone": person.phone,
        "mail": person.mail,
    }


def _first(step: PersonStep) -> Any:
    return min((span.since for span in step.base or ()), default=ALWAYS)


async def _write_statuses(connection: AsyncConnection, hand: Hand, plan: Plan) -> None:
    """Each track that changes is written anew as a whole."""
    rows: Rows = []
    for number, track in enumerate(TRACKS):
        changed = [step for step in plan.people if _spans_of(step, number) is not None]
        for part in _parts([step.id for step in changed if step.old]):
            mine = sa.and_(statuses.c.person_id.in_(part), statuses.c.standing.in_(track))
            await connection.execute(sa.delete(statuses).where(mine))
        rows += [
            {"person_id": step.id, "standing": span.word, "since": span.since, "until": span.until}
            for step in changed
            for span in _spans_of(step, number) or ()
        ]
    await _insert(connection, statuses, rows)


def _spans_of(step: PersonStep, track: int) -> tuple[Span, ...] | None:
    return (step.base, step.over)[track]


async def _write_groups(connection: AsyncConnection, hand: Hand, plan: Plan) -> None:
    fresh = [{"id": group, "unit_id": cell, "name": name} for group, cell, name in plan.groups]
    await _insert(connection, party_groups, fresh)
    moved = [step for step in plan.people if step.group]
    for part in _parts([step.id for step in moved if step.old and step.old.group]):
        await end(connection, group_members, group_members.c.person_id.in_(part), hand.today)
    rows = [{"person_id": step.id, "group_id": step.group, "since": hand.today} for step in moved]
    await _insert(connection, group_members, rows)


async def _write_posts(connection: AsyncConnection, hand: Hand, plan: Plan) -> None:
    rows = [
        {"person_id": step.id, "unit_id": step.unit_id, "post": step.post, "since": step.post_since}
        for step in plan.people
        if step.post
    ]
    await _insert(connection, posts, rows)


async def _insert(connection: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await connection.execute(sa.insert(table), list(rows))


def _parts(values: Iterable[str], size: int = AT_ONCE) -> Iterator[list[str]]:
    every = list(values)
    for start in range(0, len(every), size):
        yield every[start : start + size]
