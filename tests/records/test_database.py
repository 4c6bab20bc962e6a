"""What every database of ours keeps to."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError, IntegrityError

from server.records import tables
from server.records.database import Database
from server.records.log import Log
from server.records.signing import BadKey, Head, Key, signed

from .test_log import keep_story


async def test_the_migrations_make_what_the_tables_say(database: Database) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), tables.metadata))

    async with database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await asyncio.gather(database.migrate(), database.migrate())


BEFORE_ROUNDS = (
    "INSERT INTO units (id, path, kind, name) VALUES ('c', '/c/', 'cell', 'C')",
    "INSERT INTO people (id, unit_id, name) VALUES ('p', 'c', 'P')",
    "INSERT INTO meetings (id, unit_id, title, kind, planned_for, agenda, phase)"
    " VALUES ('m', 'c', 'T', 'regular', '2026-05-01T00:00:00.000000Z', '[]', 'closed')",
    "INSERT INTO answers (meeting, person_id, coming, reason, at)"
    " VALUES ('m', 'p', 1, '', '2026-05-01T00:00:00.000000Z')",
)


async def test_what_refers_to_a_table_outlives_that_the_table_is_made_anew(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/old.sqlite")
    await database.migrate("0011")
    async with database.write() as connection:
        for words in BEFORE_ROUNDS:
            await connection.execute(sa.text(words))
    await database.migrate()
    async with database.read() as connection:
        assert (await connection.execute(sa.select(tables.answers.c.meeting, tables.answers.c.coming))).all() == [
            ("m", 1)
        ]
    with pytest.raises(IntegrityError):
        async with database.write() as connection:
            await connection.execute(tables.meetings.delete())
    await database.close()


@pytest.mark.parametrize("table", ["events", "heads"])
@pytest.mark.parametrize(
    "words",
    [
        "UPDATE {} SET seq = seq + 1",
        "UPDATE {} SET hash = hash",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "REPLACE INTO {0} SELECT * FROM {0}",
    ],
)
async def test_what_is_kept_can_be_neither_changed_nor_deleted(
    database: Database, log: Log, table: str, words: str
) -> None:
    kept = await keep_story(log)
    with pytest.raises(DBAPIError) as refused:
        async with database.write() as connection:
            await connection.execute(sa.text(words.format(table)))
    assert "append-only" in str(refused.value) or "syntax error" in str(refused.value)
    assert await log.read("m") == kept


async def test_an_exception_undoes_the_whole_transaction(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.write() as connection:
            await connection.execute(tables.units.insert().values(id="u", kind="cell", name="n", path="/u/"))
            raise ZeroDivisionError
    async with database.read() as connection:
        assert (await connection.execute(sa.select(tables.units))).all() == []


async def test_writers_at_once_all_come_to_their_turn(database: Database) -> None:
    async def one(n: int) -> None:
        async with database.write() as connection:
            await connection.execute(sa.select(sa.func.count()).select_from(tables.units))
            await connection.execute(tables.units.insert().values(id=f"u{n}", kind="cell", name="n", path=f"/u{n}/"))

    await asyncio.gather(*(one(n) for n in range(20)))
    async with database.read() as connection:
        assert (await connection.execute(sa.select(sa.func.count()).select_from(tables.units))).scalar() == 20


async def test_what_is_read_is_of_one_moment(database: Database) -> None:
    count = sa.select(sa.func.count()).select_from(tables.units)
    async with database.read() as reader:
        before = (await reader.execute(count)).scalar()
        async with database.write() as writer:
            await writer.execute(tables.units.insert().values(id="u", kind="cell", name="n", path="/u/"))
        assert (await reader.execute(count)).scalar() == before


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.read() as connection:
            await connection.execute(tables.units.insert().values(id="u", kind="cell", name="n", path="/u/"))


async def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as connection:
            await connection.execute(tables.people.insert().values(id="p", unit_id="nowhere", name="n"))


async def test_moments_come_back_as_they_went_in_utc(database: Database) -> None:
    hanoi = datetime(2027, 1, 5, 19, 30, 0, 123456, tzinfo=timezone(timedelta(hours=7)))
    async with database.write() as connection:
        row = {"meeting": "m", "owner": "o", "alive_at": hanoi}
        await connection.execute(tables.leases.insert().values(**row))
    async with database.read() as connection:
        kept = (await connection.execute(sa.select(tables.leases.c.alive_at))).scalar_one()
    assert (kept, kept.tzinfo) == (hanoi, UTC)


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(sa.exc.StatementError, match="without a zone"):
        async with database.write() as connection:
            naive = datetime(2027, 1, 5)  # noqa: DTZ001
            await connection.execute(tables.leases.insert().values(meeting="m", owner="o", alive_at=naive))


async def test_a_subtree_is_the_unit_and_what_is_below_it(database: Database) -> None:
    paths = ["/a/", "/a/b/", "/a/b/c/", "/a0/", "/ab/", "/b/"]
    async with database.write() as connection:
        for path in paths:
            await connection.execute(tables.units.insert().values(id=path, kind="cell", name="n", path=path))
    async with database.read() as connection:
        found = await connection.execute(sa.select(tables.units.c.path).where(tables.below("/a/")))
        assert sorted(found.scalars()) == ["/a/", "/a/b/", "/a/b/c/"]


async def test_an_error_does_not_tell_what_stood_in_the_row(database: Database) -> None:
    with pytest.raises(IntegrityError) as refused:
        async with database.write() as connection:
            await connection.execute(tables.people.insert().values(id="p", unit_id="u", name="Nguyễn Văn An"))
    assert "Nguyễn" not in str(refused.value)


# -- The key ---------------------------------------------------------------------------------------------------------


def test_the_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "log.key"
    key = Key.load(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Key.load(path).public == key.public
    assert [each.name for each in path.parent.iterdir()] == ["log.key"]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    Key.load(path)
    path.chmod(0o640)
    with pytest.raises(BadKey, match="chmod 600"):
        Key.load(path)


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    path.write_text("hello")
    path.chmod(0o600)
    with pytest.raises(BadKey, match="not a private key"):
        Key.load(path)


def test_a_signature_holds_for_its_head_and_no_other(tmp_path: Path) -> None:
    key, head = Key.load(tmp_path / "log.key"), Head("m", 12, bytes(32))
    signature = key.sign(head)
    assert signed(head, signature, key.public)
    for other in (Head("n", 12, bytes(32)), Head("m", 13, bytes(32)), Head("m", 12, bytes(31) + b"\1")):
        assert not signed(other, signature, key.public)
    assert not signed(head, signature[:-1], key.public)
    assert not signed(head, signature, bytes(31))
