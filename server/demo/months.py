"""The months of a cell of the demonstration: which meetings its habit makes of them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records import tables

from .cells import Cell

MONTHS = 24  # that are told


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the habit of a cell makes of one month."""

    meeting: str
    at: datetime
    held: bool
    dice: random.Random  # for all that happens at it


def wanted(cell: Cell, first: date, today: date, zone: ZoneInfo) -> Wanted | None:
    """None where the cell plans nothing, or the day is to come."""
    dice = random.Random(f"{cell.id} {first}")  # noqa: S311  a story, no secret
    skipped, held = dice.random() > cell.habit.planned, dice.random() < cell.habit.held
    day = day_of(cell, first, dice)
    if skipped or day >= today:
        return None
    return Wanted(name_of(cell, first), at_of(day, dice, zone), held, dice)


def name_of(cell: Cell, first: date) -> str:
    return f"demo-{cell.id.removeprefix('demo-')}-{first:%Y-%m}"


def day_of(cell: Cell, first: date, dice: random.Random) -> date:
    return first + timedelta(days=min(27, max(0, cell.habit.day - 1 + dice.randrange(3))))


def at_of(day: date, dice: random.Random, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(dice.choice((8, 14, 19)), 30), zone).astimezone(UTC)


async def planned(connection: AsyncConnection, unit_id: str, first: date, zone: ZoneInfo) -> Sequence[str]:
    """The meetings that the cell has planned in that month, whoever planned them."""
    following = (first + timedelta(days=32)).replace(day=1)
    begin, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, following))
    m = tables.meetings.c
    found = sa.select(m.id).where(m.unit_id == unit_id, m.planned_for >= begin, m.planned_for < end)
    return list((await connection.execute(found)).scalars())


def months_back(today: date, count: int) -> list[date]:
    """The first days of this month and those before it, the newest first."""
    numbers = [today.year * 12 + today.month - 1 - back for back in range(count)]
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def months_between(first: date, last: date) -> int:
    """0 where the last comes first."""
    return max(0, (last.year - first.year) * 12 + last.month - first.month)
