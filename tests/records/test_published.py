"""The public witness against somebody who owns the database and the key, and rewrites what he likes."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import rfc8785
import sqlalchemy as sa

from server.meeting.events import Closed, Paused, Resumed
from server.records import published, tables
from server.records.board import Board
from server.records.chain import GENESIS, link
from server.records.codec import moment
from server.records.database import Database
from server.records.log import Log
from server.records.merkle import grew, included, leaf
from server.records.published import Kept, NoWitness, WitnessBroken, against, publish, read
from server.records.signing import Head, Key, Tree
from server.records.verify import verify

from .stories import AN, START, after
from .test_log import keep_story
from .test_verify import LAST, attack, body, change, entry, rewritten

NOW = START + timedelta(days=1)


async def kept(database: Database) -> Kept:
    """What a superior saved from the public page."""
    return read((await Board(database, "https://chibo.example").shown()).document.decode())


async def found(database: Database, file: Kept) -> list[str]:
    return [line async for line in against(database, file)]


async def without_triggers(database: Database, *statements: sa.Executable) -> None:
    async with database.write() as connection:
        for table in ("witness_leaves", "witness_roots"):
            verbs = ("no_update", "no_delete") if database.sqlite else ("no_change",)
            for verb in verbs:
                on = "" if database.sqlite else f" ON {table}"
                await connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_{verb}{on}"))
        for statement in statements:
            await connection.execute(statement)


def other_words(seq: int, old: bytes) -> bytes:
    """Another seed in the first entry: a whole other log, in canonical form."""
    plain = json.loads(old)
    if seq == 1:
        plain["data"]["seed"] = "viết lại"
    return rfc8785.dumps(plain)


async def whole_log_anew(database: Database, key: Key) -> None:
    """As its owner can: every hash fits, and the heads are signed with the very key."""
    await attack(database, *await rewritten(database, LAST, other_words))
    async with database.read() as connection:
        rows = {row.seq: row.hash for row in await connection.execute(sa.select(tables.events))}
    heads = [
        tables.heads.update()
        .where(tables.heads.c.seq == seq)
        .values(hash=rows[seq], signature=key.sign(Head("m", seq, rows[seq])))
        for seq in rows
    ]
    await attack(database, *heads)


async def test_nothing_to_publish_is_nothing(database: Database, key: Key) -> None:
    assert await publish(database, key, NOW) is None


async def test_a_closed_meeting_is_published_once(database: Database, log: Log, key: Key) -> None:
    await keep_story(log)
    root = await publish(database, key, NOW)
    assert root and root.size == 1
    assert await publish(database, key, NOW) is None
    assert await found(database, await kept(database)) == []


async def test_a_log_written_anew_from_start_to_end_with_the_key_is_found(
    database: Database, log: Log, key: Key
) -> None:
    await keep_story(log)
    await publish(database, key, NOW)
    file = await kept(database)
    await whole_log_anew(database, key)
    assert (await verify(database, "m", [key.public])).ok  # the log alone does not betray him
    anew = [f"m: entry {LAST} and what stands before it were written anew"]
    assert await found(database, file) == [line async for line in published.sound(database)] == anew
    with pytest.raises(WitnessBroken):
        await publish(database, key, NOW)


async def test_who_writes_the_witness_anew_too_is_found_by_the_root_alone(
    database: Database, log: Log, key: Key
) -> None:
    await keep_story(log)
    root = await publish(database, key, NOW)
    assert root
    mail = f'Xin giữ dòng này: {{"size": {root.size}, "root": "{root.root.hex()}"}}\nTrân trọng.'
    await whole_log_anew(database, key)
    await without_triggers(database, sa.delete(tables.witness_leaves), sa.delete(tables.witness_roots))
    await publish(database, key, NOW)
    assert [line async for line in published.sound(database)] == []  # all of it fits itself again
    (line,) = await found(database, read(mail))
    assert "no longer those of the root" in line


async def test_a_cut_tail_with_its_head_is_found(database: Database, log: Log, key: Key) -> None:
    await keep_story(log)
    await publish(database, key, NOW)
    file = await kept(database)
    await attack(database, tables.events.delete().where(entry(LAST)), tables.heads.delete())
    assert await found(database, file) == [f"m: entry {LAST}, which was published, is missing"]


async def cut_open(database: Database, log: Log, key: Key) -> tuple[int, Kept]:
    """A meeting that goes on lost the entry that was published; the number of that, and what a superior saved."""
    async with database.write() as connection:
        await connection.execute(tables.units.insert().values(id="u", kind="cell", name="Chi bộ", path="/u/"))
        row = {"id": "m", "unit_id": "u", "title": "t", "kind": "regular", "planned_for": START, "agenda": []}
        await connection.execute(tables.meetings.insert().values(**row))
    entries = await keep_story(log, upto=5)
    root = await publish(database, key, NOW)
    assert root and root.size == 1
    file = await kept(database)
    await attack(database, tables.events.delete().where(entry(len(entries))))
    return len(entries), file


async def test_the_cut_tail_of_an_open_meeting_is_found(database: Database, log: Log, key: Key) -> None:
    last, file = await cut_open(database, log, key)
    missing = [f"m: entry {last}, which was published, is missing"]
    assert await found(database, file) == [line async for line in published.sound(database)] == missing


@pytest.mark.parametrize("closed", [False, True])
async def test_nothing_is_published_of_a_meeting_that_was_cut_and_went_on(
    database: Database, log: Log, key: Key, closed: bool
) -> None:
    last, _ = await cut_open(database, log, key)
    with pytest.raises(WitnessBroken, match=f"entry {last}, which was published, is missing"):
        await publish(database, key, NOW)
    await log.append("m", last - 1, [Paused(), Closed() if closed else Resumed()], after(500), AN, "c")
    with pytest.raises(WitnessBroken, match=f"entry {last} and what stands before it were written anew"):
        await publish(database, key, NOW)


@pytest.mark.parametrize("at", [0, 40, -1])
async def test_a_changed_byte_is_found_before_and_after_the_hashes_are_mended(
    database: Database, log: Log, key: Key, at: int
) -> None:
    await keep_story(log)
    await publish(database, key, NOW)
    file = await kept(database)
    flipped = bytearray(await body(database, 3))
    flipped[at] ^= 1
    await attack(database, change(3, body=bytes(flipped)))
    assert not (await verify(database, "m")).ok
    await attack(database, *await rewritten(database, LAST, lambda _, old: old))
    assert await found(database, file) == [f"m: entry {LAST} and what stands before it were written anew"]


async def test_two_rows_that_change_places_are_found(database: Database, log: Log, key: Key) -> None:
    await keep_story(log)
    await publish(database, key, NOW)
    file = await kept(database)
    third, fourth = await body(database, 3), await body(database, 4)

    def swapped(seq: int, old: bytes) -> bytes:
        plain = json.loads({3: fourth, 4: third}.get(seq, old))
        return rfc8785.dumps({**plain, "seq": seq})

    await attack(database, *await rewritten(database, LAST, swapped))
    assert not (await verify(database, "m")).ok
    assert await found(database, file)


async def test_a_clock_set_back_is_found(database: Database, log: Log, key: Key) -> None:
    await keep_story(log)

    def earlier(seq: int, old: bytes) -> bytes:
        return rfc8785.dumps({**json.loads(old), "at": moment(after(1))}) if seq == 6 else old

    statements = await rewritten(database, LAST, earlier)
    await attack(database, *statements, change(6, at=after(1)), tables.heads.delete())
    previous = GENESIS
    async with database.read() as connection:
        for row in await connection.execute(sa.select(tables.events).order_by(tables.events.c.seq)):
            previous = link(previous, row.seq, row.body)
    seals = {"meeting": "m", "seq": LAST, "hash": previous, "sealed_at": after(200), "public_key": key.public}
    await attack(database, tables.heads.insert().values(**seals, signature=key.sign(Head("m", LAST, previous))))
    verdict = await verify(database, "m", [key.public])
    assert (verdict.ok, verdict.why) == (False, "the entry is dated before the one it follows")


async def test_nothing_is_signed_on_top_of_a_witness_that_was_changed(database: Database, log: Log, key: Key) -> None:
    await keep_story(log)
    await publish(database, key, NOW)
    await without_triggers(database, tables.witness_leaves.update().values(seq=3))
    await keep_story(log, "n")
    with pytest.raises(WitnessBroken):
        await publish(database, key, NOW)
    assert [line async for line in published.sound(database)]


async def test_a_root_signed_by_somebody_else_is_found(database: Database, log: Log, key: Key) -> None:
    await keep_story(log)
    root = await publish(database, key, NOW)
    assert root
    forged = key.sign(Tree(root.size, bytes(32)))
    await without_triggers(database, tables.witness_roots.update().values(signature=forged))
    (line,) = [line async for line in published.sound(database)]
    assert "signature" in line


async def test_the_witness_cannot_be_changed_while_its_triggers_stand(database: Database, log: Log, key: Key) -> None:
    await keep_story(log)
    await publish(database, key, NOW)
    statements: tuple[Any, ...] = (sa.delete(tables.witness_leaves), sa.update(tables.witness_roots).values(size=9))
    for statement in statements:
        with pytest.raises(sa.exc.DBAPIError):
            async with database.write() as connection:
                await connection.execute(statement)


async def test_proofs_are_what_a_stranger_can_check(database: Database, log: Log, key: Key) -> None:
    for name in ("m", "n", "o"):
        await keep_story(log, name)
        await publish(database, key, NOW)
    board = await Board(database, "").shown()
    proof, growth = board.proof("n"), board.growth(2)
    assert board.proof("nobody's") is board.growth(4) is None
    assert proof and growth
    data = rfc8785.dumps({name: proof[name] for name in ("hash", "meeting", "seq")})
    path = [bytes.fromhex(each) for each in proof["path"]]
    tree = bytes.fromhex(proof["tree"]["root"])
    assert included(proof["n"], proof["tree"]["size"], leaf(data), path, tree)
    shown = [bytes.fromhex(each) for each in growth["proof"]]
    assert grew(2, 3, bytes.fromhex(growth["old_root"]), tree, shown)


async def test_what_is_asked_again_is_not_reckoned_again_until_something_new_is_published(
    database: Database, log: Log, key: Key
) -> None:
    board = Board(database, "")
    assert json.loads((await board.shown()).document)["leaves"] == []
    for size, name in enumerate(("m", "n"), 1):
        await keep_story(log, name)
        await publish(database, key, NOW)
        first = await board.shown()
        assert len(json.loads(first.document)["leaves"]) == size
        assert await board.shown() is first


async def test_a_file_that_contradicts_itself(database: Database, log: Log, key: Key) -> None:
    await keep_story(log)
    await publish(database, key, NOW)
    file = await kept(database)
    forged = replace(file, leaves=(replace(file.leaves[0], seq=3),))
    assert await found(database, forged) == ["the file contradicts itself: its heads do not make its root"]


@pytest.mark.parametrize("text", ["", "xin chào", "[]", '{"size": 3}', '{"size": 1, "root": "ab"}', '{"leaves": 1}'])
def test_what_is_no_witness(text: str) -> None:
    with pytest.raises(NoWitness):
        read(text)
