"""What committees set in the rulebook: rows that are only ever added.

Of the rows of one committee and key that hold on a day, the one entered last is its word; a row without a value takes
the committee's word back, so that what it inherits holds again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import people, rule_overrides, units

from .refusal import Refused, kept
from .rulebook import MARKS, Rule, Rulebook, read
from .tree import CELL, Unit

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Override:
    """One row, for the history: what a committee set, by whom and when."""

    id: int
    committee: str  # id of the unit
    committee_name: str
    key: str
    value: int | str | None  # None = taken back
    document: str
    clause: str
    mark: str
    since: date
    until: date | None  # the first day on which it no longer holds
    by: str
    by_name: str
    at: datetime

    @property
    def last(self) -> date | None:
        """The last day in force."""
        return self.until - _DAY if self.until else None


async def rules_at(
    connection: AsyncConnection, unit: Unit, day: date, book: Rulebook | None = None
) -> Mapping[str, Rule]:
    """The rules in force for the unit on that day; of it the Regulation of a meeting is made."""
    return (await book_of(connection, unit, book)).of(day, unit.line)


async def book_of(connection: AsyncConnection, unit: Unit, book: Rulebook | None = None) -> Rulebook:
    """The rules of the files and those that the committees above the unit, or itself, have set."""
    shipped = book or read()
    entered = [rule for row in await history(connection, unit) if (rule := _as_rule(shipped, row))]
    return Rulebook((*shipped.rules, *entered))


async def history(connection: AsyncConnection, unit: Unit) -> tuple[Override, ...]:
    """Everything that was ever set for the unit, by itself or above it, in the order of entering."""
    o = rule_overrides.c
    joined = rule_overrides.join(units, o.committee == units.c.id).outerjoin(people, o.by == people.c.id)
    named = (units.c.name.label("committee_name"), sa.func.coalesce(people.c.name, "").label("by_name"))
    found = sa.select(rule_overrides, *named).select_from(joined).where(o.committee.in_(unit.line)).order_by(o.id)
    return tuple(_read(row._mapping) for row in await connection.execute(found))


def _read(row: Any) -> Override:
    return Override(**{**row, "value": json.loads(row["value"])})


def _as_rule(book: Rulebook, row: Override) -> Rule | None:
    """The row as a rule; None where this program no longer knows the key."""
    shape = book.shape(row.key)
    return shape and replace(
        shape,
        value=row.value,
        document=row.document,
        clause=row.clause,
        begins=row.since,
        ends=row.last,
        mark=row.mark,
        committee=row.committee,
        entered=row.id,
        by=row.by,
    )


# -- Writing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What a committee asks: `value` as it was written, None to take its word back; `last` the last day in force."""

    key: str
    value: str | None
    document: str
    clause: str
    mark: str
    since: date
    last: date | None = None


async def override(
    connection: AsyncConnection, committee: Unit, asked: Asked, by: str, at: datetime, today: date
) -> None:
    """Sets a rule for the committee and all below it.  Raises Refused.

    Never backwards: what a page said of a past day stays true.
    """
    shape = _shape(committee, asked.key)
    if asked.since < today:
        raise Refused("rules", "A rule begins today or later; the past stays as it was.")
    if asked.last is not None and asked.last < asked.since:
        raise Refused("rules", "The last day is not before the first.")
    if asked.mark not in MARKS:
        raise Refused("rules", "Please choose one of the values offered.")
    value = None if asked.value is None else shape.fitted(asked.value)
    row = {
        "committee": committee.id,
        "key": asked.key,
        "value": json.dumps(value),
        "document": kept(asked.document, "rules"),
        "clause": kept(asked.clause, "rules", needed=False),
        "mark": asked.mark,
        "since": asked.since,
        "until": asked.last + _DAY if asked.last else None,
        "by": by,
        "at": at,
    }
    await connection.execute(sa.insert(rule_overrides).values(row))


def _shape(committee: Unit, key: str) -> Rule:
    shape = read().shape(key)
    if shape is None:
        raise Refused("rules", "There is no such rule.")
    if committee.kind == CELL:
        raise Refused("rules", "A cell does not set rules; its superior committees do.")
    if shape.fixed:
        raise Refused("rules", "This rule stands above committees and cannot be set otherwise.")
    return shape


def of_committees(rows: Sequence[Override], key: str) -> tuple[Override, ...]:
    """The history of one rule, the latest entered first."""
    return tuple(row for row in reversed(rows) if row.key == key)
