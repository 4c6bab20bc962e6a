"""Attacks on a kept record, by someone who has the database and takes its triggers away first."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import rfc8785
import sqlalchemy as sa

from server.meeting.events import MinutesCorrected, PaperDrawnUp, PaperSigned
from server.meeting.ids import NO_ITEM, LongText, PaperKind
from server.records import tables
from server.records.chain import GENESIS, link
from server.records.database import Database
from server.records.log import Log
from server.records.signing import Head, Key
from server.records.verify import Verdict, verify, verify_all
from server.records.witness import Witness, noted

from .stories import AN, BINH, START, after, called
from .test_log import keep_story

LAST = 12  # entries of the story


async def attack(database: Database, *statements: sa.Executable) -> None:
    async with database.write() as connection:
        for table in ("events", "heads"):
            if database.sqlite:
                for verb in ("update", "delete"):
                    await connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))
            else:
                await connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}"))
        for statement in statements:
            await connection.execute(statement)


def entry(seq: int) -> sa.ColumnElement[bool]:
    return (tables.events.c.meeting == "m") & (tables.events.c.seq == seq)


def change(at: int, /, **values: object) -> sa.Executable:
    return tables.events.update().where(entry(at)).values(**values)


async def body(database: Database, seq: int) -> bytes:
    async with database.read() as connection:
        kept: bytes = (await connection.execute(sa.select(tables.events.c.body).where(entry(seq)))).scalar_one()
        return kept


async def rewritten(database: Database, cut: int, changed: Callable[[int, bytes], bytes]) -> list[sa.Executable]:
    """Every entry up to `cut` written anew, with hashes that fit."""
    statements: list[sa.Executable] = []
    previous = GENESIS
    for seq in range(1, cut + 1):
        new = changed(seq, await body(database, seq))
        previous = link(previous, seq, new)
        statements.append(change(seq, body=new, hash=previous))
    return statements


async def test_a_closed_meeting_is_whole_and_shows_its_head(database: Database, log: Log, key: Key) -> None:
    kept = await keep_story(log)
    verdict = await verify(database, "m", [key.public])
    seq, head = await log.head("m")
    assert seq == len(kept) == LAST
    assert verdict == Verdict("m", True, LAST, head.hex())
    assert str(verdict) == f"m: {LAST} events, whole, head {head.hex()}"


async def test_an_open_meeting_is_whole(database: Database, log: Log, key: Key) -> None:
    await keep_story(log, upto=4)
    assert (await verify(database, "m", [key.public])).ok


async def test_a_meeting_that_is_not_is_not_whole(database: Database) -> None:
    verdict = await verify(database, "m")
    assert (verdict.ok, verdict.count, verdict.why) == (False, 0, "there is no such meeting")


@pytest.mark.parametrize("at", [0, 17, -1])
async def test_one_flipped_byte_is_named(database: Database, log: Log, key: Key, at: int) -> None:
    await keep_story(log)
    flipped = bytearray(await body(database, 5))
    flipped[at] ^= 1
    await attack(database, change(5, body=bytes(flipped)))
    verdict = await verify(database, "m", [key.public])
    assert (verdict.ok, verdict.first_broken, verdict.count) == (False, 5, LAST)
    assert str(verdict).startswith("m: broken at event 5: ")


async def test_a_flipped_byte_of_a_hash_is_named(database: Database, log: Log) -> None:
    await keep_story(log)
    await attack(database, change(7, hash=bytes(32)))
    assert (await verify(database, "m")).first_broken == 7


@pytest.mark.parametrize("seq", [1, 6, LAST - 1])
async def test_a_deleted_row_is_named(database: Database, log: Log, seq: int) -> None:
    await keep_story(log)
    await attack(database, tables.events.delete().where(entry(seq)))
    verdict = await verify(database, "m")
    assert (verdict.ok, verdict.first_broken, verdict.why) == (False, seq, "the entry is missing")


async def test_a_deleted_row_whose_successors_are_moved_up_is_named(database: Database, log: Log) -> None:
    await keep_story(log)
    moves = [change(seq, seq=seq - 1) for seq in range(7, LAST + 1)]
    await attack(database, tables.events.delete().where(entry(6)), *moves)
    assert (await verify(database, "m")).first_broken == 6


async def test_two_swapped_rows_are_named(database: Database, log: Log) -> None:
    await keep_story(log)
    await attack(database, change(5, seq=99), change(6, seq=5), change(99, seq=6))
    assert (await verify(database, "m")).first_broken == 5


async def test_a_cut_tail_is_named_by_the_signed_head(database: Database, log: Log) -> None:
    await keep_story(log)
    await attack(database, tables.events.delete().where(tables.events.c.seq > 9))
    verdict = await verify(database, "m")
    assert (verdict.ok, verdict.first_broken, verdict.count) == (False, 10, 9)
    assert verdict.why == f"the entry is missing: the signed head stands at {LAST}"


async def test_a_log_cut_to_nothing_is_named(database: Database, log: Log) -> None:
    await keep_story(log)
    await attack(database, tables.events.delete())
    assert (await verify(database, "m")).first_broken == 1


async def keep_papers(log: Log) -> None:
    """What follows the story: a correction, then the minutes drawn up and signed by both."""
    await keep_story(log)
    sha = "a" * 64
    for n, event in enumerate(
        (
            MinutesCorrected(NO_ITEM, 1, BINH, LongText("Thêm một ý."), "ghi thiếu"),
            PaperDrawnUp(PaperKind.MINUTES, 1, 5, sha, AN),
            PaperSigned(PaperKind.MINUTES, sha, AN, False),
            PaperSigned(PaperKind.MINUTES, sha, BINH, True),
        )
    ):
        await log.append("m", LAST + n, [event], after(300 + n), AN, f"p{n}")


async def test_a_closed_meeting_with_its_papers_is_whole(database: Database, log: Log, key: Key) -> None:
    await keep_papers(log)
    verdict = await verify(database, "m", [key.public])
    assert (verdict.ok, verdict.count, verdict.why) == (True, LAST + 4, "")
    async with database.read() as connection:
        seqs = list(await connection.scalars(sa.select(tables.heads.c.seq).order_by(tables.heads.c.seq)))
    assert seqs == list(range(LAST, LAST + 5))


async def test_a_log_of_before_there_were_papers_is_still_whole(database: Database, log: Log, key: Key) -> None:
    """One head, at the close."""
    await keep_story(log)
    async with database.read() as connection:
        assert list(await connection.scalars(sa.select(tables.heads.c.seq))) == [LAST]
    assert (await verify(database, "m", [key.public])).ok


@pytest.mark.parametrize("seq", [LAST, LAST + 1, LAST + 4])
async def test_a_flipped_byte_after_the_close_is_named(database: Database, log: Log, seq: int) -> None:
    await keep_papers(log)
    await attack(database, change(seq, body=(await body(database, seq)).replace(b"seq", b"sep")))
    assert (await verify(database, "m")).first_broken == seq


async def test_papers_cut_off_are_named_by_the_signed_head(database: Database, log: Log) -> None:
    await keep_papers(log)
    await attack(database, tables.events.delete().where(tables.events.c.seq > LAST + 2))
    verdict = await verify(database, "m")
    assert (verdict.first_broken, verdict.why) == (
        LAST + 3,
        f"the entry is missing: the signed head stands at {LAST + 3}",
    )


async def test_a_head_missing_at_the_close_or_at_the_end_is_named(database: Database, log: Log) -> None:
    await keep_papers(log)
    await attack(database, tables.heads.delete().where(tables.heads.c.seq == LAST + 4))
    verdict = await verify(database, "m")
    assert (verdict.first_broken, verdict.why) == (LAST + 4, "the entry follows the last signed head")
    await attack(database, tables.heads.delete().where(tables.heads.c.seq == LAST))
    assert (await verify(database, "m")).why == "the meeting is closed, but its signed head is missing"


async def test_a_tail_cut_off_with_its_heads_is_betrayed_by_the_witness(
    database: Database, key: Key, tmp_path: Path
) -> None:
    path = tmp_path / "heads.jsonl"
    await keep_papers(Log(database, key, witness=Witness(path)))
    path.write_text(path.read_text() + '{"meeting": "m", "seq":', encoding="utf-8")  # cut short by a crash
    assert [each.head.seq for each in noted(path)["m"]] == list(range(LAST, LAST + 5))
    assert (await verify(database, "m", [key.public], noted(path)["m"])).ok
    gone = (
        tables.events.delete().where(tables.events.c.seq > LAST + 1),
        tables.heads.delete().where(tables.heads.c.seq > LAST + 1),
        tables.papers.delete(),
    )
    await attack(database, *gone)
    assert (await verify(database, "m", [key.public])).ok, "nothing in the database betrays it"
    verdict = await verify(database, "m", [key.public], noted(path)["m"])
    assert (verdict.first_broken, verdict.why) == (
        LAST + 2,
        f"the entry is missing: the witness has a head at {LAST + 2}",
    )
    assert [(v.meeting, v.ok) async for v in verify_all(database, None, noted(path))] == [("m", False)]


async def test_an_entry_that_follows_without_a_head_is_named(database: Database, log: Log) -> None:
    await keep_story(log)
    _, head = await log.head("m")
    late = (await body(database, LAST)).replace(f'"seq":{LAST}'.encode(), f'"seq":{LAST + 1}'.encode())
    late = late.replace(b'"data":{}', b'"data":{"item":"","member":"an","n":1,"reason":"x","text":"y"}')
    late = late.replace(b'"name":"Closed"', b'"name":"MinutesCorrected"')
    row = {"meeting": "m", "seq": LAST + 1, "at": after(200), "by": "an", "cause": "c1", "name": "MinutesCorrected"}
    await attack(database, tables.events.insert().values(**row, body=late, hash=link(head, LAST + 1, late)))
    verdict = await verify(database, "m")
    assert (verdict.first_broken, verdict.why) == (LAST + 1, "the entry follows the last signed head")


@pytest.mark.parametrize(
    "statement",
    [
        tables.papers.update().values(number=6),
        tables.papers.update().values(outdated=True),
        tables.papers.update().values(secretary_signed_at=None),
        tables.papers.delete(),
        tables.filings.update().values(posted_on=START.date()),
        tables.filings.update().values(corrections=0),
        tables.filings.delete(),
    ],
)
async def test_rows_of_papers_that_the_log_does_not_know_are_named(
    database: Database, log: Log, statement: sa.Executable
) -> None:
    await keep_papers(log)
    await attack(database, statement)
    verdict = await verify(database, "m")
    assert (verdict.ok, verdict.why) == (False, "the state of the papers is not what the log says")


async def test_a_missing_head_is_named(database: Database, log: Log) -> None:
    await keep_story(log)
    await attack(database, tables.heads.delete())
    verdict = await verify(database, "m")
    assert (verdict.first_broken, verdict.why) == (LAST, "the meeting is closed, but its signed head is missing")


async def test_a_log_rewritten_with_hashes_that_fit_is_betrayed_by_the_signed_head(
    database: Database, log: Log, key: Key
) -> None:
    await keep_story(log)
    statements = await rewritten(database, LAST, lambda seq, kept: kept.replace(b"phone", b"table"))
    await attack(database, *statements)
    verdict = await verify(database, "m", [key.public])
    assert (verdict.first_broken, verdict.why) == (LAST, "the signed head is not that of this log")


async def test_a_head_signed_by_a_stranger_is_not_trusted(
    database: Database, log: Log, key: Key, tmp_path: Path
) -> None:
    await keep_story(log)
    _, head = await log.head("m")
    thief = Key.load(tmp_path / "another.key")
    forged = {"signature": thief.sign(Head("m", LAST, head)), "public_key": thief.public}
    await attack(database, tables.heads.update().values(**forged))
    assert (await verify(database, "m")).ok
    verdict = await verify(database, "m", [key.public])
    assert (verdict.ok, verdict.why) == (False, "the head is signed with a key that is not ours")


async def test_a_signature_over_something_else_does_not_hold(database: Database, log: Log, key: Key) -> None:
    await keep_story(log)
    _, head = await log.head("m")
    other = key.sign(Head("m2", LAST, head))
    await attack(database, tables.heads.update().values(signature=other))
    assert (await verify(database, "m")).why == "the signature of the head does not hold"


async def test_an_entry_of_another_meeting_is_not_taken_for_ours(database: Database, log: Log) -> None:
    await log.append("m", 0, [called()], START, called().chair, "")

    def moved(seq: int, kept: bytes) -> bytes:
        return rfc8785.dumps({**json.loads(kept), "meeting": "m2"})

    await attack(database, *await rewritten(database, 1, moved))
    verdict = await verify(database, "m")
    assert (verdict.first_broken, verdict.why) == (1, "the entry belongs elsewhere")


@pytest.mark.parametrize("column", ["by", "cause", "name", "at"])
async def test_columns_that_differ_from_the_body_are_named(database: Database, log: Log, column: str) -> None:
    await keep_story(log)
    await attack(database, change(4, **{column: START if column == "at" else "Arrived2"}))
    verdict = await verify(database, "m")
    assert (verdict.first_broken, verdict.why) == (4, "the columns do not say what the body says")


async def test_an_entry_after_the_end_is_named(database: Database, log: Log) -> None:
    kept = await keep_story(log)
    seq, head = await log.head("m")
    late = (await body(database, 4)).replace(b'"seq":4', f'"seq":{seq + 1}'.encode())
    row = {"meeting": "m", "seq": seq + 1, "at": kept[3].at, "by": kept[3].by, "cause": kept[3].cause}
    row |= {"name": type(kept[3].event).__name__, "body": late, "hash": link(head, seq + 1, late)}
    await attack(database, tables.events.insert().values(**row))
    verdict = await verify(database, "m")
    assert (verdict.first_broken, verdict.why) == (seq + 1, "this cannot follow the end of the meeting")


@pytest.mark.parametrize(
    "statement",
    [
        tables.attendance.delete().where(tables.attendance.c.member == "an"),
        tables.attendance.update().where(tables.attendance.c.member == "an").values(ended=None),
        tables.attendance.update().where(tables.attendance.c.n == 2).values(kinds="online"),
        tables.attendance.insert().values(meeting="m", member="an", n=9, began=START, ended=START, kinds=""),
    ],
)
async def test_attendance_rows_that_the_log_does_not_know_are_named(
    database: Database, log: Log, statement: sa.Executable
) -> None:
    await keep_story(log)
    await attack(database, statement)
    verdict = await verify(database, "m")
    assert (verdict.ok, verdict.first_broken) == (False, None)
    assert verdict.why.startswith("the attendance of ")


async def test_every_meeting_is_judged_and_one_that_lost_its_whole_log_is_missed(database: Database, log: Log) -> None:
    await keep_story(log, "a")
    await keep_story(log, "b", 3)
    async with database.write() as connection:
        await connection.execute(tables.units.insert().values(id="u", kind="cell", name="Chi bộ", path="/u/"))
        for id, phase in (("c", "closed"), ("d", "planned")):
            row = {"id": id, "unit_id": "u", "title": "t", "kind": "regular", "planned_for": START, "agenda": []}
            await connection.execute(tables.meetings.insert().values(phase=phase, **row))
    verdicts = [verdict async for verdict in verify_all(database)]
    assert [(verdict.meeting, verdict.ok) for verdict in verdicts] == [("a", True), ("b", True), ("c", False)]
    assert verdicts[2].why == "the meeting is listed as closed, by its log it is planned"


async def test_a_log_in_which_someone_leaves_who_never_came_is_named(database: Database, log: Log) -> None:
    await keep_story(log, upto=3)

    def stranger(seq: int, kept: bytes) -> bytes:
        return kept.replace(b'"member":"binh"', b'"member":"anhb"') if seq == 5 else kept

    await attack(database, *await rewritten(database, 6, stranger))
    verdict = await verify(database, "m")
    assert (verdict.first_broken, verdict.why) == (6, "the entry does not follow from those before it")
