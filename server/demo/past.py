"""The meetings that were held: by the real core on a clock of its own, kept in the real log, with their papers."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from server.meeting import commands as c
from server.meeting.ids import NOBODY, ConnectionId, ItemId, MemberId, Seat, SeatKind, Standing, TaskId, Text
from server.meeting.meeting import Meeting, apply, decide, due
from server.org.roster import call
from server.records.database import Database
from server.records.log import Log
from server.records.signing import Key

from . import filing, formal, lately

Step = tuple[float, MemberId, c.Command]  # minutes after the planned time, who, what

ABSENT = ("demo-dangvien10", "demo-dangvien11")  # they never came
IN_ROOM = ("demo-dangvien02", "demo-dangvien09")  # in the cell's room, ticked by the chair
VOUCHED = "demo-miensinhhoat"  # sits beside her voucher
VOUCHER = "demo-dangvien04"
LATE, EARLY, LOST, FLAPPING, SILENT = (
    MemberId(f"demo-{name}") for name in ("dangvien05", "dangvien06", "dangvien07", "dangvien08", "dubi2")
)
CHAIR = MemberId("demo-bithu")


async def hold(database: Database, key: Key, meeting_id: str, zone: ZoneInfo) -> None:
    """Hold the planned meeting from its call to its close; its papers are signed and posted."""
    log = Log(database, key)
    writer = await _held(database, log, meeting_id, zone, _story)
    await filing.sign(database, log, meeting_id, writer.ask, zone)


async def hold_lately(database: Database, key: Key, meeting_id: str, zone: ZoneInfo) -> None:
    """A thematic meeting whose minutes still wait for the chair's signature."""
    log = Log(database, key)
    writer = await _held(database, log, meeting_id, zone, lately.story)
    await filing.wait(database, log, meeting_id, writer.ask, zone)


async def _held(
    database: Database, log: Log, meeting_id: str, zone: ZoneInfo, story: Callable[[c.Call], Iterator[Step]]
) -> "_Writer":
    called = await call(database, meeting_id, zone)
    planned = datetime.fromisoformat(called.about.planned_for)
    writer = _Writer(log, meeting_id)
    await writer.ask(called, NOBODY, planned - timedelta(days=1))
    for minute, who, command in sorted(story(called), key=lambda step: step[0]):
        await writer.ask(command, who, planned + timedelta(minutes=minute))
    return writer


class _Writer:
    """Decide, keep, apply: what a room does, without anybody to tell."""

    def __init__(self, log: Log, meeting_id: str) -> None:
        self._log, self._id, self._meeting, self._seq = log, meeting_id, Meeting(), 0

    async def ask(self, command: c.Command, by: MemberId, at: datetime) -> None:
        while (moment := due(self._meeting)) is not None and moment < at:
            await self._one(c.Tick(), NOBODY, moment)
        await self._one(command, by, at)

    async def _one(self, command: c.Command, by: MemberId, at: datetime) -> None:
        events = decide(self._meeting, command, by, at)
        cause = "" if isinstance(command, c.Tick) else f"past-{self._seq}"
        self._seq = await self._log.append(self._id, self._seq, events, at, by, cause)
        for event in events:
            self._meeting = apply(self._meeting, event, at)


# -- What happened ---------------------------------------------------------------------------------------------------


def _story(called: c.Call) -> Iterator[Step]:
    roster = called.roster
    yield from _arrivals(roster)
    yield 0.7, CHAIR, c.Open()
    yield from _agenda()
    yield from _speeches(roster)
    yield from _mishaps()
    yield from _check(roster)
    yield from _tasks(datetime.fromisoformat(called.about.planned_for))
    yield from formal.steps(called)
    yield 97.4, CHAIR, c.Close()


def _arrivals(roster: tuple[Seat, ...]) -> Iterator[Step]:
    """The chair first; the others within the quarter of an hour before."""
    for number, seat in enumerate(_online(roster)):
        minute = 6.3 if seat.member == LATE else -15 + number * 0.61
        yield minute, seat.member, c.Join(_page(seat.member), "phone" if number % 3 else "desktop")
    for number, member in enumerate(IN_ROOM):
        yield -1.5 + number * 0.1, CHAIR, c.TickPresent(MemberId(member))
    yield -1.1, MemberId(VOUCHER), c.Vouch(MemberId(VOUCHED))


def _online(roster: tuple[Seat, ...]) -> list[Seat]:
    others = {*ABSENT, *IN_ROOM, VOUCHED}
    return [seat for seat in roster if seat.member not in others]


def _page(member: MemberId, number: int = 1) -> ConnectionId:
    return ConnectionId(f"page-{member}-{number}")


def _agenda() -> Iterator[Step]:
    for item, minute in (("1", 2.0), ("2", 18.5), ("3", 37.0), ("4", 69.2), ("5", 86.1)):
        yield minute, CHAIR, c.TakeUpItem(ItemId(item))


def _speeches(roster: tuple[Seat, ...]) -> Iterator[Step]:
    """Seven members speak to the third item, each about three minutes."""
    speakers = [seat.member for seat in roster if seat.standing is Standing.OFFICIAL and seat.member != CHAIR]
    able = [member for member in speakers if member not in (*ABSENT, *IN_ROOM, LOST, FLAPPING, EARLY)][:7]
    for number, member in enumerate(able):
        yield 38 + number * 0.2, member, c.AskToSpeak()
        yield 40 + number * 4, CHAIR, c.GiveFloor(member)
        yield 43.1 + number * 4, member, c.EndSpeech()


def _mishaps() -> Iterator[Step]:
    """One is cut off for seven minutes, one for forty seconds, one has to go early."""
    yield 25.0, LOST, c.Drop(_page(LOST))
    yield 32.0, LOST, c.Join(_page(LOST), "phone")
    yield 50.0, FLAPPING, c.Drop(_page(FLAPPING))
    yield 50.7, FLAPPING, c.Join(_page(FLAPPING), "phone")
    yield 81.5, EARLY, c.Leave()


TASKS = (
    ("Vận động gia đình thuyền viên tham gia bảo hiểm y tế", "dangvien04", 21),
    ("Rà soát trang bị cứu sinh trên tàu, báo cáo chi ủy", "dangvien02", 25),
    ("Giúp đỡ hai quần chúng ưu tú hoàn thiện hồ sơ", "capuy2", 26),
    ("Viết bài về gương người tốt trên biển cho bản tin đảng ủy", "dangvien09", 40),
)


def _tasks(planned: datetime) -> Iterator[Step]:
    """Given in the item of next month's tasks; what became of them, before.py tells."""
    for number, (text, owner, days) in enumerate(TASKS, start=1):
        deadline = (planned + timedelta(days=days)).date().isoformat()
        task = c.GiveTask(TaskId(f"t{number}"), Text(text), MemberId(f"demo-{owner}"), deadline)
        yield 74.0 + number, CHAIR, task


def _check(roster: tuple[Seat, ...]) -> Iterator[Step]:
    """The chair asks whether they are there: all answer but one, who is to be verified."""
    yield 72.0, CHAIR, c.AskPresence()
    asked = [seat for seat in _online(roster) if seat.kind is SeatKind.MEMBER]
    for number, seat in enumerate(asked):
        if seat.member not in (CHAIR, SILENT):
            yield 72.2 + number * 0.05, seat.member, c.AnswerPresence()
