"""Numbers of papers: per kind and per term, no gap and no double, with real transactions at once on both databases."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from server.org import tree
from server.org.refusal import Refused
from server.papers import store
from server.records.database import Database
from server.records.tables import paper_files, paper_numbers
from tests.records.conftest import database, postgres_template, template, url

__all__ = ["database", "postgres_template", "template", "url"]
AT = datetime(2027, 1, 5, 12, 30, tzinfo=UTC)


async def cell(database: Database, name: str = "u") -> None:
    async with database.write() as connection:
        await tree.add(connection, name, tree.CELL, "Chi bộ", None)


async def give(database: Database, meeting: str, series: str = "minutes", run: str = "term 1", before: int = 0) -> int:
    async with database.write() as connection:
        return await store.give_number(connection, "u", run, series, meeting, before, AT)


async def test_forty_at_once_get_forty_numbers_without_gap_or_double(database: Database) -> None:
    """Two processes, each with its own connections, and every meeting asked for twice."""
    await cell(database)
    other = Database(database.url.render_as_string(False))
    try:
        asked = [(f"m{n}", series) for n in range(20) for series in store.SERIES for _ in range(2)]
        houses = (database, other)
        given = await asyncio.gather(*(give(houses[n % 2], *which) for n, which in enumerate(asked)))
    finally:
        await other.close()
    for series in store.SERIES:
        numbers = {meeting: n for (meeting, of), n in zip(asked, given, strict=True) if of == series}
        assert sorted(numbers.values()) == list(range(1, 21))
        for meeting, number in numbers.items():
            assert {n for (m, of), n in zip(asked, given, strict=True) if (m, of) == (meeting, series)} == {number}


async def test_numbers_begin_anew_with_a_term_and_follow_what_was_given_on_paper(database: Database) -> None:
    await cell(database)
    assert [await give(database, f"a{n}", before=11) for n in range(3)] == [12, 13, 14]
    assert [await give(database, f"b{n}", run="term 2") for n in range(2)] == [1, 2]
    assert await give(database, "a1", before=99) == 13, "a meeting keeps its number"
    assert await give(database, "a1", "resolution") == 1, "each kind on its own"


async def test_what_is_undone_leaves_no_gap(database: Database) -> None:
    await cell(database)
    with pytest.raises(RuntimeError):
        async with database.write() as connection:
            assert await store.give_number(connection, "u", "term 1", "minutes", "lost", 0, AT) == 1
            raise RuntimeError
    assert await give(database, "kept") == 1


async def test_the_database_itself_keeps_two_from_one_number(database: Database) -> None:
    await cell(database)
    await give(database, "m1")
    row = {"unit_id": "u", "run": "term 1", "series": "minutes", "number": 1, "meeting": "m2", "at": AT}
    with pytest.raises(sa.exc.IntegrityError):
        async with database.write() as connection:
            await connection.execute(paper_numbers.insert().values(**row))
    with pytest.raises(sa.exc.IntegrityError):
        async with database.write() as connection:
            await connection.execute(paper_numbers.insert().values(**row | {"number": 2, "meeting": "m1"}))


async def test_a_term_holds_until_the_next_begins(database: Database) -> None:
    await cell(database)
    async with database.write() as connection:
        await store.begin_term(connection, "u", "2022 – 2025", date(2022, 5, 1), {})
        await store.begin_term(connection, "u", "2025 – 2027", date(2025, 5, 1), {"minutes": 4})
        with pytest.raises(Refused):
            await store.begin_term(connection, "u", "nữa", date(2025, 5, 1), {})
    async with database.read() as connection:
        on = {
            day: await store.term_on(connection, "u", day) for day in (date(2022, 4, 30), date(2025, 4, 30), AT.date())
        }
    assert [term and term.name for term in on.values()] == [None, "2022 – 2025", "2025 – 2027"]


async def test_bytes_are_kept_once_by_their_hash_and_never_changed(database: Database) -> None:
    async with database.write() as connection:
        names = [await store.keep(connection, "m", b"%PDF", AT) for _ in range(2)]
    assert Counter(names).most_common(1)[0][1] == 2
    async with database.read() as connection:
        assert await store.fetch(connection, names[0]) == b"%PDF"
        assert await store.fetch(connection, "f" * 64) is None
    for statement in (paper_files.delete(), paper_files.update().values(bytes=b"x")):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            async with database.write() as connection:
                await connection.execute(statement)
