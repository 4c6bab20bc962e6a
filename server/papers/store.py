"""The bytes of papers, kept by their hash; and their numbers, per cell, run and series."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org.refusal import Refused
from server.records.tables import paper_files, paper_numbers, terms, units

SERIES = ("minutes", "resolution")
MOST_TERMS = 20


async def keep(connection: AsyncConnection, meeting: str, content: bytes, at: datetime) -> str:
    """The hash (hex) under which the bytes are kept from now on; kept already is kept."""
    name = sha256(content).hexdigest()
    there = await connection.scalar(sa.select(paper_files.c.sha256).where(paper_files.c.sha256 == name))
    if there is None:
        row = {"sha256": name, "meeting": meeting, "bytes": content, "at": at}
        await connection.execute(paper_files.insert().values(**row))
    return name


async def fetch(connection: AsyncConnection, name: str) -> bytes | None:
    """The bytes of that hash; None if they are not kept, or are no longer those."""
    found = sa.select(paper_files.c.bytes).where(paper_files.c.sha256 == name)
    content: bytes | None = await connection.scalar(found)
    return content if content is not None and sha256(content).hexdigest() == name else None


# -- Terms -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """Of a cell: from `since` until the next one begins."""

    id: int
    name: str  # as 2025 – 2027
    since: date
    given_before: dict[str, int]  # series: the last number given before this program


async def terms_of(connection: AsyncConnection, unit: str) -> tuple[Term, ...]:
    """The latest first."""
    columns = (terms.c.id, terms.c.name, terms.c.since, terms.c.given_before)
    found = sa.select(*columns).where(terms.c.unit_id == unit).order_by(terms.c.since.desc()).limit(MOST_TERMS)
    return tuple(Term(**row._mapping) for row in await connection.execute(found))


async def term_on(connection: AsyncConnection, unit: str, day: date) -> Term | None:
    return next((term for term in await terms_of(connection, unit) if term.since <= day), None)


async def begin_term(connection: AsyncConnection, unit: str, name: str, since: date, before: dict[str, int]) -> None:
    """Raises Refused where a term begins that day already, or where numbers were given since under the one before."""
    await connection.execute(sa.select(units.c.id).where(units.c.id == unit).with_for_update())
    if any(term.since == since for term in await terms_of(connection, unit)):
        raise Refused("term", "A term of the cell begins on that day already.")
    given = sa.select(sa.func.max(paper_numbers.c.at)).where(paper_numbers.c.unit_id == unit)
    last: datetime | None = await connection.scalar(given)
    if last and last.date() >= since:
        raise Refused("term", "Numbers were given since that day; the term begins later.")
    row = {"unit_id": unit, "name": name, "since": since, "given_before": before}
    await connection.execute(terms.insert().values(**row))


# -- Numbers -----------------------------------------------------------------------------------------------------------


async def give_number(
    connection: AsyncConnection, unit: str, run: str, series: str, meeting: str, before: int, at: datetime
) -> int:
    """The next number of the run, or the one this meeting has already: no gap, no double, however many ask at once.

    `run`: within which numbers are counted, as "term 7" or "year 2027"; `before`: the last one given elsewhere.
    In a transaction that writes: SQLite has one writer, on PostgreSQL the cell's row is locked until it ends.
    """
    await connection.execute(sa.select(units.c.id).where(units.c.id == unit).with_for_update())
    has = await has_number(connection, series, meeting)
    if has is not None:
        return has
    ours = sa.and_(paper_numbers.c.unit_id == unit, paper_numbers.c.run == run, paper_numbers.c.series == series)
    last: int | None = await connection.scalar(sa.select(sa.func.max(paper_numbers.c.number)).where(ours))
    given = (last or before) + 1
    row = {"unit_id": unit, "run": run, "series": series, "number": given, "meeting": meeting, "at": at}
    await connection.execute(paper_numbers.insert().values(**row))
    return given


async def has_number(connection: AsyncConnection, series: str, meeting: str) -> int | None:
    """The number this meeting has in the series; None = none yet."""
    mine = sa.and_(paper_numbers.c.meeting == meeting, paper_numbers.c.series == series)
    found: int | None = await connection.scalar(sa.select(paper_numbers.c.number).where(mine))
    return found
