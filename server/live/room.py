"""One task per open meeting: decide, keep, apply, tell, stage.  Knows no rule and no kind of event.

What this folder needs of others it declares here, and app.py hands it in.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ..meeting import Meeting, Refused, apply, decide, due
from ..meeting.commands import Command, Recover, Tick
from ..meeting.events import Event, Recorded
from ..meeting.ids import NOBODY, ConnectionId, MemberId
from ..meeting.sitting import Phase
from ..meeting.staging import StagePlan, plan
from .answers import Answers
from .health import Clock, Fault, Health
from .wire import Wanted

TRIES = (
    5  # to write where another process writes too; it takes one, unless we are two that both think they own the room
)
LOOK_AGAIN = 5.0  # seconds; so long at most a step of the wall clock goes unnoticed
STUCK = timedelta(seconds=1)  # the pause after a tick that was due and brought nothing


class Log(Protocol):
    """Where the events are kept."""

    @property
    def taken(self) -> type[Exception]:
        """What `append` raises when somebody else wrote: nothing was kept, read again."""

    async def append(
        self, meeting: str, after: int, events: Sequence[Event], at: datetime, by: MemberId, cause: str
    ) -> int: ...

    async def read(self, meeting: str) -> list[Recorded]: ...


class Sfu(Protocol):
    """Sound and picture."""

    @property
    def epoch(self) -> str: ...

    async def answer(self, meeting: str, connection: ConnectionId, member: MemberId, offer: str) -> tuple[str, str]:
        """(sdp, epoch).  Raises BadMessage."""

    def follow(self, meeting: str, plan: StagePlan) -> None:
        """Never blocks; the latest plan wins."""

    def wish(self, meeting: str, connection: ConnectionId, wanted: Wanted) -> None:
        """This page wants no more than that.  Never blocks; the latest wish wins."""

    async def close(self, meeting: str) -> None: ...


class Tell(Protocol):
    """Told after every change.  Never blocks and never asks the room back."""

    def __call__(self, room: "Room") -> None: ...


@dataclass(frozen=True, slots=True)
class _Asked:
    command: Command
    by: MemberId
    cause: str
    answer: asyncio.Future[int] | None  # None = nobody waits for it


_TICK = _Asked(Tick(), NOBODY, "", None)


class Room:
    """The meeting is the law; the room is the plumbing around it."""

    def __init__(self, id: str, log: Log, sfu: Sfu, tell: Tell, now: Clock, health: Health) -> None:
        self.id, self._log, self._sfu, self._tell, self._now, self._health = id, log, sfu, tell, now, health
        self.meeting, self.seq = Meeting(), 0
        self.last_at: datetime | None = None  # of the last entry
        self._answers = Answers()
        self._queue: asyncio.Queue[_Asked | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._stage: StagePlan | None = None
        self._not_before: datetime | None = None  # no tick until then
        self._ending: asyncio.Task[None] | None = None  # the media taking leave of a closed meeting

    @property
    def closed(self) -> bool:
        """The meeting is over; only its papers may follow."""
        return self.meeting.sitting.phase is Phase.CLOSED

    @property
    def idle(self) -> bool:
        """Nothing is waiting, neither for the clock nor in the queue."""
        return self._queue.empty() and due(self.meeting) is None

    async def load(self) -> None:
        """Replay the log: the state, and what was answered to whom."""
        recorded = await self._log.read(self.id)
        meeting = Meeting()
        for each in recorded:
            meeting = apply(meeting, each.event, each.at)
        self.meeting, self.seq = meeting, len(recorded)
        self.last_at = recorded[-1].at if recorded else None
        self._answers.replay(recorded)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"room {self.id}")

    async def close(self) -> None:
        """What was asked before is still done; then the task ends."""
        self._queue.put_nowait(None)
        if self._task:
            await self._task
        if self._ending:
            await self._ending

    async def ask(self, command: Command, by: MemberId, cause: str = "") -> int:
        """The number of the last entry once it is kept and told.  Raises Refused, Fault.

        `cause`: the id of the command, unique per member; "" = not to be recognised when it comes again.
        """
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._put(_Asked(command, by, cause, answer))
        return await answer

    def post(self, command: Command, by: MemberId) -> None:
        """Ask without waiting for the answer."""
        self._put(_Asked(command, by, "", None))

    def _put(self, asked: _Asked) -> None:
        if self._task is None or self._task.done():
            raise self._health.fault(f"room {self.id}", RuntimeError("The room is not running."))
        self._queue.put_nowait(asked)

    # -- The task ----------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        self._show()
        while (asked := await self._next()) is not None:
            await self._answer(asked)
        while not self._queue.empty():
            if (late := self._queue.get_nowait()) and late.answer:
                late.answer.set_exception(Fault("closing"))

    async def _next(self) -> _Asked | None:
        """The next in the queue; when it is empty, the clock's own question as soon as that is due."""
        while True:
            wait = self._until_tick()
            if wait is not None and wait <= 0 and self._queue.empty():
                return _TICK
            try:
                async with asyncio.timeout(wait):
                    return await self._queue.get()
            except TimeoutError:
                continue

    def _until_tick(self) -> float | None:
        when = due(self.meeting)
        if when is None:
            return None
        first = max(when, self._not_before) if self._not_before else when
        return min((first - self._at()).total_seconds(), LOOK_AGAIN)

    async def _answer(self, asked: _Asked) -> None:
        try:
            seq = await self._once(asked)
        except Refused as refused:
            self._answers.refused(asked.by, asked.cause, refused)
            self._health.refused(self.id, type(asked.command).__name__, refused.rule, asked.by)
            _settle(asked, refused)
        except Exception as broken:
            _settle(asked, self._health.fault(f"room {self.id}", broken))
            self._not_before = self._at() + STUCK
        else:
            _settle(asked, seq)

    async def _once(self, asked: _Asked) -> int:
        """Do it, unless it was done before; where somebody else wrote meanwhile, read that and decide anew."""
        for _ in range(TRIES):
            known = self._answers.find(asked.by, asked.cause)
            if known is not None:
                return known
            try:
                return await self._do(asked)
            except self._log.taken:
                await self.load()
                self._show()
        raise RuntimeError("Somebody else keeps writing to this meeting.")

    async def _do(self, asked: _Asked) -> int:
        """Decide, keep, apply, tell.  If it cannot be kept, nothing has happened.

        What the clock brought about before is kept by itself first: nobody did it, and beside a ballot that is withheld
        from the file of the meeting (records/carried.py) it must not say who asked.
        """
        at, when = self._at(), due(self.meeting)
        if when is not None and when <= at and not isinstance(asked.command, Tick | Recover):
            await self._keep(decide(self.meeting, Tick(), NOBODY, at), at, _TICK)
        happened = decide(self.meeting, asked.command, asked.by, at)
        await self._keep(happened, at, asked)
        if asked is _TICK and not happened:
            self._not_before = at + STUCK
        self._answers.done(asked.by, asked.cause, self.seq, kept=bool(happened))
        return self.seq

    async def _keep(self, happened: Sequence[Event], at: datetime, asked: _Asked) -> None:
        if happened:
            self.seq = await self._log.append(self.id, self.seq, happened, at, asked.by, asked.cause)
            self._apply(happened, at)
            self._show()

    def _apply(self, happened: Sequence[Event], at: datetime) -> None:
        meeting = self.meeting
        for event in happened:
            meeting = apply(meeting, event, at)
        self.meeting, self.last_at, self._not_before = meeting, at, None

    def _show(self) -> None:
        """Tell the media and the screens.  What is kept has happened, whatever goes wrong here."""
        try:
            try:
                self._set_stage()  # first: who reads that his group sits apart must be heard by nobody else any more
            finally:
                self._tell(self)
        except Exception as broken:
            self._health.fault(f"room {self.id}, telling", broken)

    def _set_stage(self) -> None:
        if self.closed and self._stage is None:
            return  # opened for its papers: there is no sound and no picture to end
        stage = plan(self.meeting)
        if stage != self._stage:
            self._sfu.follow(self.id, stage)
            self._stage = stage
        if self.closed and self._ending is None:
            self._ending = asyncio.create_task(self._end_media())

    async def _end_media(self) -> None:
        try:
            await self._sfu.close(self.id)
        except Exception as broken:
            self._health.fault(f"room {self.id}, ending its media", broken)

    def _at(self) -> datetime:
        """Now, in whole milliseconds as on the wire, and never before the last entry, whatever the wall clock does."""
        now = self._now()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        return now if self.last_at is None else max(now, self.last_at)


def _settle(asked: _Asked, answer: int | Exception) -> None:
    """Whoever asked may have gone meanwhile."""
    if asked.answer is None or asked.answer.done():
        return
    if isinstance(answer, Exception):
        asked.answer.set_exception(answer)
    else:
        asked.answer.set_result(answer)
