"""One suite over every store of the log."""

import asyncio

import pytest

from server.meeting.events import Closed, ListClosed, Muted, Recorded
from server.meeting.ids import MemberId
from server.records.log import Log
from server.records.memory import MemoryLog

from .stories import AN, START, after, called, story

Store = Log | MemoryLog


async def keep_story(store: Store, meeting: str = "m", upto: int | None = None) -> list[Recorded]:
    kept: list[Recorded] = []
    for seconds, by, cause, events in story()[:upto]:
        seq = await store.append(meeting, len(kept), events, after(seconds), by, cause)
        kept += [Recorded(n, after(seconds), by, cause, event) for n, event in enumerate(events, len(kept) + 1)]
        assert seq == len(kept)
    return kept


async def test_what_was_appended_is_read_in_order(store: Store) -> None:
    kept = await keep_story(store)
    assert await store.read("m") == kept
    assert (await store.head("m"))[0] == len(kept)


async def test_a_meeting_nobody_wrote_has_an_empty_log(store: Store) -> None:
    assert await store.read("nothing") == []
    assert await store.head("nothing") == (0, bytes(32))


async def test_appending_nothing_writes_nothing(store: Store) -> None:
    assert await store.append("m", 0, [], START, AN, "c") == 0
    assert await store.read("m") == []


async def test_logs_of_two_meetings_do_not_touch(store: Store) -> None:
    first = await keep_story(store, "m1", 3)
    await store.append("m2", 0, [called()], START, MemberId(""), "")
    assert await store.read("m1") == first
    assert len(await store.read("m2")) == 1


@pytest.mark.parametrize("behind", [0, 1, 5, 7])
async def test_who_is_not_at_the_end_of_the_log_may_not_write(store: Store, behind: int) -> None:
    kept = await keep_story(store, upto=3)
    assert len(kept) == 6
    with pytest.raises(store.taken):
        await store.append("m", behind, [ListClosed()], after(50), AN, "c9")
    assert await store.read("m") == kept


async def test_of_two_writers_at_once_exactly_one_wins(store: Store) -> None:
    kept = await keep_story(store, upto=2)
    writers = [store.append("m", len(kept), [Muted(AN, str(n))], after(30), AN, f"w{n}") for n in range(8)]
    answers = await asyncio.gather(*writers, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["SeqTaken"] * 7 + ["int"]
    assert len(await store.read("m")) == len(kept) + 1


async def test_nothing_follows_the_end(store: Store) -> None:
    kept = await keep_story(store)
    with pytest.raises(store.taken):
        await store.append("m", len(kept), [ListClosed()], after(300), AN, "c9")
    assert await store.read("m") == kept


async def test_nothing_follows_the_end_within_one_append(store: Store) -> None:
    kept = await keep_story(store, upto=3)
    with pytest.raises(ValueError, match="Nothing of the meeting follows"):
        await store.append("m", len(kept), [Closed(), ListClosed()], after(30), AN, "c9")
    assert await store.read("m") == kept


async def test_a_part_of_an_append_is_never_kept(store: Store) -> None:
    kept = await keep_story(store, upto=3)
    with pytest.raises(TypeError):
        await store.append("m", len(kept), [ListClosed(), Muted(AN, object())], after(30), AN, "c")  # type: ignore[arg-type]
    assert await store.read("m") == kept


async def test_every_store_seals_alike(store: Store) -> None:
    memory = MemoryLog()
    await keep_story(store)
    await keep_story(memory)
    assert await store.head("m") == await memory.head("m")
