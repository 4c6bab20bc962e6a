"""The open rooms of this process: opened by the first connection, by replay; found; dropped when they are done."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Protocol
from weakref import WeakValueDictionary

from ..meeting import Refused
from ..meeting.commands import Call, Command, Recover
from ..meeting.ids import NOBODY, MemberId
from ..meeting.view import barred
from .health import Clock, Health
from .room import Log, Room, Sfu, Tell

BEAT = 2.0  # seconds between two signs of life: so much presence at most is uncertain after a crash


class Leases(Protocol):
    """Which process holds a meeting open, and when it was last seen alive."""

    async def take(self, meeting: str) -> datetime | None:
        """Make it ours.  Returns when its last holder was last alive; None if there was none."""

    async def beat(self, meetings: Collection[str]) -> Collection[str]:
        """A sign of life for these.  Returns those that are still ours."""

    async def abandoned(self) -> Collection[str]:
        """The meetings whose holder has given no sign of life for a while."""

    async def release(self, meeting: str) -> None:
        """Nobody needs to hold it any more."""


Called = Callable[[str], Awaitable[Call]]  # the call of a meeting; raises Refused when there is no such meeting


class Rooms:
    """At most one room per meeting.  `now`: the clock, aware, UTC."""

    def __init__(
        self, log: Log, sfu: Sfu, leases: Leases, call: Called, now: Clock, health: Health | None = None
    ) -> None:
        self._log, self.sfu, self._leases, self._call, self.now = log, sfu, leases, call, now
        self.health = health or Health(now)
        self._open: dict[str, Room] = {}
        self._visitors: dict[str, int] = {}
        self._opening: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._tell: Tell = lambda room: None
        self._lost: Callable[[str], None] = lambda meeting: None
        self._beating: asyncio.Task[None] | None = None

    def listen(self, tell: Tell, lost: Callable[[str], None]) -> None:
        """`tell`: a room changed.  `lost`: a meeting is not ours any more; its sockets must go."""
        self._tell, self._lost = tell, lost

    def find(self, meeting: str) -> Room | None:
        return self._open.get(meeting)

    def __len__(self) -> int:
        return len(self._open)

    async def start(self) -> None:
        self._beating = asyncio.create_task(self._beat_forever(), name="leases")

    async def stop(self) -> None:
        """Every room finishes what it was asked; the leases say how long we lived."""
        if self._beating:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        await asyncio.gather(*(room.close() for room in list(self._open.values())))
        if self._open:
            await self._leases.beat(list(self._open))
        self._open.clear()

    async def enter(self, meeting: str, member: MemberId) -> Room:
        """The room of this meeting, opened if need be.  Each enter wants one leave.

        Raises Refused: "NoSuchMeeting" (from `call`), "roster", "removed", "closed".
        """
        self._visitors[meeting] = self._visitors.get(meeting, 0) + 1
        try:
            async with self._opening.setdefault(meeting, asyncio.Lock()):
                room = self._open.get(meeting) or await self._opened(meeting, member)
            if refused := barred(room.meeting, member):
                raise refused
        except BaseException:
            self.leave(meeting)
            raise
        return room

    async def afterwards(self, meeting: str, command: Command, member: MemberId, cause: str = "") -> int:
        """Ask a closed meeting, whose room is opened for it without anybody in it; it is dropped when nobody asks more.

        Raises Refused, Fault, as Room.ask does; "closed" where the meeting is not closed.
        """
        self._visitors[meeting] = self._visitors.get(meeting, 0) + 1
        try:
            async with self._opening.setdefault(meeting, asyncio.Lock()):
                room = self._open.get(meeting) or await self._read_again(meeting)
            return await room.ask(command, member, cause)
        finally:
            self.leave(meeting)

    async def _read_again(self, meeting: str) -> Room:
        room = Room(meeting, self._log, self.sfu, self._announce, self.now, self.health)
        await room.load()
        if not room.closed:
            raise Refused("closed", "This is done when the meeting is closed.")
        await self._leases.take(meeting)
        self._run(room)
        return room

    async def reopen(self, meeting: str) -> None:
        """A meeting that goes on although its process died and nobody has come back yet: the grace must run out."""
        async with self._opening.setdefault(meeting, asyncio.Lock()):
            if meeting not in self._open:
                await self._opened(meeting, NOBODY)

    def leave(self, meeting: str) -> None:
        left = self._visitors.pop(meeting, 1) - 1
        if left > 0:
            self._visitors[meeting] = left

    # -- Opening -----------------------------------------------------------------------------------------------------

    async def _opened(self, meeting: str, member: MemberId) -> Room:
        """By `member`, or by the house itself: NOBODY."""
        room = Room(meeting, self._log, self.sfu, self._announce, self.now, self.health)
        await room.load()
        try:
            await (self._resume if room.meeting.called else self._begin)(room, member)
        except BaseException:
            if room.id in self._open:
                await self._drop(room)
            raise
        return room

    async def _begin(self, room: Room, member: MemberId) -> None:
        """The first who is entitled and comes has the meeting called; a stranger has not."""
        call = await self._call(room.id)
        if all(seat.member != member for seat in call.roster):
            raise Refused("roster", "This person is not on the roster of the meeting.")
        await self._leases.take(room.id)
        self._run(room)
        await room.ask(call, NOBODY)

    async def _resume(self, room: Room, member: MemberId) -> None:
        """After a restart every connection is lost, since the last moment the server is known to have lived."""
        if member != NOBODY and (refused := barred(room.meeting, member)):
            raise refused
        if room.closed:
            raise Refused("closed", "The meeting is closed.")
        alive = await self._leases.take(room.id)
        known = [moment for moment in (alive, room.last_at) if moment]
        self._run(room)
        await room.ask(Recover(max(known).isoformat()), NOBODY)

    def _run(self, room: Room) -> None:
        room.start()
        self._open[room.id] = room

    def _announce(self, room: Room) -> None:
        self._tell(room)

    # -- Holding -----------------------------------------------------------------------------------------------------

    async def _beat_forever(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            try:
                await self.beat()
            except Exception as broken:
                self.health.fault("the leases", broken)

    async def beat(self) -> None:
        """One sign of life.  What is not ours any more is given up; what is done is dropped; what a dead process left
        is taken over."""
        held = list(self._open)
        ours = set(await self._leases.beat(held)) if held else set()
        for meeting in held:
            if room := self._open.get(meeting):
                await self._held(room, meeting in ours)
        for meeting in await self._leases.abandoned():
            await self._take_over(meeting)

    async def _held(self, room: Room, ours: bool) -> None:
        if not ours:
            self._lost(room.id)
            await self._drop(room)
        elif not self._visitors.get(room.id) and room.idle:
            await self._drop(room)
            await self._leases.release(room.id)

    async def _take_over(self, meeting: str) -> None:
        """One record that cannot be read holds up no other."""
        try:
            await self.reopen(meeting)
        except Refused:  # it is closed
            await self._leases.take(meeting)
            await self._leases.release(meeting)
        except Exception as broken:
            await self._leases.take(meeting)  # tried again when that is old
            self.health.fault(f"taking over {meeting}", broken)

    async def _drop(self, room: Room) -> None:
        del self._open[room.id]
        await room.close()
