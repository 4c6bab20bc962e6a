"""The room without sockets: one queue, kept before told, done once."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.live.health import Fault, Health
from server.live.room import Room
from server.meeting import Meeting, Refused, apply
from server.meeting import commands as c
from server.meeting.events import Event, Recorded
from server.meeting.ids import NOBODY, ConnectionId, MemberId
from server.meeting.staging import plan
from server.records.memory import MemoryLog

from .world import BINH, CHAIR, MEETING, PATIENCE, Stage, call

START = datetime(2027, 1, 5, 12, 30, tzinfo=UTC)


class Steady:
    """A clock that stands until it is set forward."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


class BreakableLog(MemoryLog):
    """A log on a disk that can be full."""

    full = False

    async def append(
        self, meeting: str, after: int, events: Sequence[Event], at: datetime, by: MemberId, cause: str
    ) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, f"cannot write {events}")
        return await super().append(meeting, after, events, at, by, cause)


class Desk:
    """A room, what it stands on and what it said."""

    def __init__(self) -> None:
        self.clock, self.log, self.stage = Steady(), BreakableLog(), Stage()
        self.health = Health(self.clock)
        self.told: list[tuple[int, Meeting]] = []
        self.rooms: list[Room] = []
        self._news = asyncio.Condition()

    def room(self) -> Room:
        room = Room(MEETING, self.log, self.stage, self._tell, self.clock, self.health)
        self.rooms.append(room)
        return room

    async def opened(self) -> Room:
        """A room whose chair and Bình are here, open."""
        room = self.room()
        room.start()
        await room.ask(call(), NOBODY)
        for member in (CHAIR, BINH):
            await room.ask(c.Join(page(member), "phone"), member)
        await room.ask(c.Open(), CHAIR, "open")
        return room

    async def replayed(self) -> Room:
        room = self.room()
        await room.load()
        room.start()
        return room

    def _tell(self, room: Room) -> None:
        self.told.append((room.seq, room.meeting))

    async def until(self, so: Callable[[], Any]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not so():  # noqa: ASYNC110 - the room's task needs nothing but its turn
                await asyncio.sleep(0)


def page(member: MemberId) -> ConnectionId:
    return ConnectionId(f"page-{member}")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    for room in desk.rooms:
        await room.close()


async def log_of(desk: Desk) -> list[Recorded]:
    return await desk.log.read(MEETING)


async def test_what_is_told_is_kept_and_is_the_replay_of_the_log(desk: Desk) -> None:
    room = await desk.opened()
    replayed = Meeting()
    for each in await log_of(desk):
        replayed = apply(replayed, each.event, each.at)
    assert room.meeting == replayed
    assert desk.told[-1] == (room.seq, replayed)
    assert desk.stage.plans[MEETING] == plan(replayed)
    assert room.seq == len(await log_of(desk))


async def test_a_refused_command_changes_nothing_and_is_told_to_nobody(desk: Desk) -> None:
    room = await desk.opened()
    before, told = room.meeting, len(desk.told)
    with pytest.raises(Refused, match="chair-only"):
        await room.ask(c.Close(), BINH, "x")
    assert room.meeting is before
    assert len(desk.told) == told


async def test_the_same_command_sent_twice_is_done_once_and_answered_alike(desk: Desk) -> None:
    room = await desk.opened()
    answers = await asyncio.gather(*(room.ask(c.AskToSpeak(), BINH, "ask-1") for _ in range(5)))
    assert len(set(answers)) == 1
    names = [type(each.event).__name__ for each in await log_of(desk)]
    assert names.count("SpeakerQueued") == 1
    with pytest.raises(Refused):
        await room.ask(c.AskToSpeak(), BINH, "ask-2")


async def test_the_same_id_of_another_member_is_another_command(desk: Desk) -> None:
    room = await desk.opened()
    await room.ask(c.AskToSpeak(), BINH, "1")
    await room.ask(c.CloseList(), CHAIR, "1")
    assert room.meeting.speaking.queue == (BINH,)
    assert not room.meeting.speaking.list_open


async def test_a_refusal_is_remembered_though_it_would_be_granted_now(desk: Desk) -> None:
    room = await desk.opened()
    await room.ask(c.CloseList(), CHAIR, "1")
    with pytest.raises(Refused) as first:
        await room.ask(c.AskToSpeak(), BINH, "ask")
    await room.ask(c.OpenList(), CHAIR, "2")
    with pytest.raises(Refused) as second:
        await room.ask(c.AskToSpeak(), BINH, "ask")
    assert (second.value.rule, second.value.why) == (first.value.rule, first.value.why)


async def test_a_repeated_command_is_recognised_after_a_restart(desk: Desk) -> None:
    room = await desk.opened()
    done = await room.ask(c.AskToSpeak(), BINH, "ask-1")
    again = await desk.replayed()
    assert again.meeting == room.meeting
    assert await again.ask(c.AskToSpeak(), BINH, "ask-1") == done
    assert again.seq == room.seq


async def test_what_cannot_be_kept_has_not_happened(desk: Desk) -> None:
    room = await desk.opened()
    before, told, kept = room.meeting, len(desk.told), await log_of(desk)
    desk.log.full = True
    with pytest.raises(Fault) as fault:
        await room.ask(c.AskToSpeak(), BINH, "ask-1")
    assert fault.value.id
    assert (room.meeting, len(desk.told), await log_of(desk)) == (before, told, kept)
    assert desk.health.red
    desk.log.full = False
    await room.ask(c.AskToSpeak(), BINH, "ask-1")
    assert room.meeting.speaking.queue == (BINH,)
    desk.clock.at += timedelta(minutes=2)
    assert not desk.health.red


async def test_a_fault_is_logged_without_what_it_was_about(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    room = await desk.opened()
    desk.log.full = True
    with pytest.raises(Fault) as fault:
        await room.ask(c.Remove(BINH, "bí mật"), CHAIR, "1")
    assert fault.value.id in caplog.text
    assert "OSError 28 at" in caplog.text and "in _do" in caplog.text
    assert "bí mật" not in caplog.text and BINH not in caplog.text
    desk.log.full = False


async def test_a_command_the_core_cannot_decide_is_a_fault_and_the_room_goes_on(desk: Desk) -> None:
    room = await desk.opened()
    with pytest.raises(Fault):
        await room.ask(c.Command(), CHAIR)
    with pytest.raises(Fault):
        await room.ask(c.Recover("yesterday"), NOBODY)
    await room.ask(c.AskToSpeak(), BINH, "ask")
    assert room.meeting.speaking.queue == (BINH,)


async def test_a_screen_that_cannot_be_told_undoes_nothing(desk: Desk) -> None:
    room = await desk.opened()

    def broken(meeting: str, plan: object) -> None:
        raise RuntimeError("no media")

    desk.stage.follow = broken  # type: ignore[method-assign]
    await room.ask(c.TurnOnMicrophone(), CHAIR, "on")
    assert CHAIR in room.meeting.microphones.on
    assert desk.health.red


async def test_of_two_rooms_over_one_log_the_loser_reads_again_and_decides_anew(desk: Desk) -> None:
    first = await desk.opened()
    second = await desk.replayed()
    await first.ask(c.AskToSpeak(), BINH, "1")
    await second.ask(c.CloseList(), CHAIR, "2")
    assert second.meeting.speaking.queue == (BINH,)
    with pytest.raises(Refused):
        await first.ask(c.CloseList(), CHAIR, "3")
    assert first.meeting == second.meeting
    assert await first.ask(c.CloseList(), CHAIR, "2") == second.seq


async def test_what_the_clock_has_brought_about_comes_before_what_is_asked(desk: Desk) -> None:
    room = await desk.opened()
    await room.ask(c.Drop(page(BINH)), BINH)
    desk.clock.at += timedelta(seconds=room.meeting.regulation.grace - 1)
    await room.ask(c.TakeUpItem("i1"), CHAIR, "item")  # type: ignore[arg-type]
    assert BINH in room.meeting.attendance.present
    desk.clock.at += timedelta(seconds=1)
    await room.ask(c.CloseItem(), CHAIR, "close")
    assert BINH not in room.meeting.attendance.present
    left, closed = (await log_of(desk))[-2:]
    assert (type(left.event).__name__, left.by, left.cause) == ("Left", NOBODY, ""), "nobody did it"
    assert (type(closed.event).__name__, closed.by, closed.cause) == ("ItemClosed", CHAIR, "close")


async def test_a_tick_comes_without_any_command() -> None:
    desk = Desk()
    room = await desk.opened()
    await room.ask(c.Drop(page(BINH)), BINH)
    desk.clock.at += timedelta(seconds=room.meeting.regulation.grace)
    again = await desk.replayed()
    await desk.until(lambda: BINH not in again.meeting.attendance.present)
    last = (await log_of(desk))[-1]
    assert (type(last.event).__name__, last.by, last.cause) == ("Left", NOBODY, "")
    for each in desk.rooms:
        await each.close()


async def test_time_never_runs_backwards_in_a_log(desk: Desk) -> None:
    room = await desk.opened()
    desk.clock.at -= timedelta(hours=1)
    await room.ask(c.AskToSpeak(), BINH, "ask")
    desk.clock.at += timedelta(hours=1, microseconds=1999)
    await room.ask(c.WithdrawRequest(), BINH, "withdraw")
    times = [each.at for each in await log_of(desk)]
    assert times == sorted(times)
    assert times[-1] == START + timedelta(milliseconds=1)


async def test_a_room_that_closes_finishes_what_it_was_asked(desk: Desk) -> None:
    room = await desk.opened()
    asked = [
        asyncio.ensure_future(room.ask(c.AskToSpeak(), BINH, "a")),
        asyncio.ensure_future(room.ask(c.CloseList(), CHAIR, "b")),
    ]
    await asyncio.sleep(0)
    await room.close()
    assert [await each for each in asked] == [room.seq - 1, room.seq]
    with pytest.raises(Fault):
        await room.ask(c.OpenList(), CHAIR, "c")


async def test_who_goes_away_before_the_answer_disturbs_nobody(desk: Desk) -> None:
    room = await desk.opened()
    asked = asyncio.ensure_future(room.ask(c.AskToSpeak(), BINH, "a"))
    await asyncio.sleep(0)
    asked.cancel()
    await room.ask(c.CloseList(), CHAIR, "b")
    assert room.meeting.speaking.queue == (BINH,)
