"""Whom a room is shown to, and what each of them was last told.

One task per open meeting tells: a burst of changes becomes one patch.  Viewers with the same eyes stand in one crowd
and share one patch; `mine` goes to a member's own sockets and only when it changed.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ..meeting import Meeting, Refused
from ..meeting.ids import ConnectionId, MemberId
from ..meeting.view import Mine, View, barred, eyes, mine, shown
from .health import Clock, Health
from .messages import Feed, FeedMessage, MineMessage, PatchMessage, SlotsMessage, ViewMessage
from .patch import diff
from .room import Room

AGAIN = 1.0  # seconds until what could not be told is tried again


class Outlet(Protocol):
    """What can be done with sockets.  `to`: one socket or a crowd."""

    async def emit(self, event: str, data: Mapping[str, Any], to: str) -> None: ...

    async def move(self, socket: str, out_of: str | None, into: str | None) -> None: ...

    async def bid_farewell(self, socket: str, refused: Refused) -> None:
        """Say `gone` and end the connection."""


@dataclass(eq=False, slots=True)
class Socket:
    """One socket.io connection of one member, from admission to the end."""

    id: str
    member: MemberId
    session: str
    meeting: str
    page: str  # the connection's id as the page made it
    connection: ConnectionId  # the same, as the meeting knows it
    eyes: str | None = None  # None = has not been shown anything yet
    mine: Mine | None = None  # as it was last told
    leaving: bool = False
    bad: deque[datetime] = field(default_factory=deque)  # when it last sent what is no message
    orders: asyncio.Lock = field(default_factory=asyncio.Lock)  # its commands, one after the other
    offers: asyncio.Lock = field(default_factory=asyncio.Lock)  # its offers: they may take longer and hold up nothing
    pending: int = 0  # messages that wait for their answer


@dataclass(frozen=True, slots=True)
class _Told:
    """What a crowd has: `seq` is that of the last patch it was sent, so that the next one fits."""

    seq: int
    view: View


class Audience:
    """`epoch`: the media process as it is now."""

    def __init__(self, room: Room, outlet: Outlet, now: Clock, epoch: Callable[[], str], health: Health) -> None:
        self.room, self._outlet, self._now, self._epoch, self._health = room, outlet, now, epoch, health
        self.sockets: dict[str, Socket] = {}
        self._crowds: dict[str, _Told] = {}
        self._slots: dict[ConnectionId, Mapping[str, str]] = {}
        self._feeds: dict[ConnectionId, Feed] = {}
        self._unsent: set[ConnectionId] = set()
        self._unfed: set[ConnectionId] = set()
        self._told = 0
        self._news, self._round = asyncio.Event(), asyncio.Event()
        self._task = asyncio.create_task(self._run(), name=f"audience {room.id}")

    def changed(self, room: Room) -> None:
        """The room has news.  Never blocks."""
        self.room = room
        self._news.set()

    def add(self, socket: Socket) -> None:
        self.sockets[socket.id] = socket
        self._news.set()

    def remove(self, socket: Socket) -> None:
        self.sockets.pop(socket.id, None)

    def slots(self, connection: ConnectionId, slots: Mapping[str, str]) -> None:
        self._slots[connection] = slots
        self._unsent.add(connection)
        self._news.set()

    def feed(self, connection: ConnectionId, feed: Feed) -> None:
        self._feeds[connection] = feed
        self._unfed.add(connection)
        self._news.set()

    def forget_slots(self) -> None:
        """The media process is another: what its predecessor sent is void."""
        self._slots.clear()
        self._feeds.clear()
        self._unsent.clear()
        self._unfed.clear()

    async def told(self, seq: int) -> None:
        """Until everybody was told what happened up to `seq`: who asks hears the answer after the news."""
        while self._told < seq and not self._task.done():
            await self._round.wait()

    async def view(self, socket: Socket) -> ViewMessage:
        """The whole view of this socket, of the same moment as the last patch it was sent."""
        while socket.eyes is None and socket.id in self.sockets and not self._task.done():
            await self._round.wait()
        return self._whole(socket, socket.eyes or eyes(self.room.meeting, socket.member))

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._end_round()

    # -- Telling -----------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            meeting, seq = self.room.meeting, self.room.seq
            try:
                await self._tell(meeting, seq)
            except Exception as broken:
                self._health.fault(f"audience {self.room.id}", broken)
                asyncio.get_running_loop().call_later(AGAIN, self._news.set)
            self._told = seq
            self._end_round()

    def _end_round(self) -> None:
        """Wake whoever waits for it."""
        ended, self._round = self._round, asyncio.Event()
        ended.set()

    async def _tell(self, meeting: Meeting, seq: int) -> None:
        """What everyone has to know is reckoned in one go, then sent: whoever asks for his view meanwhile gets the new
        one, and the patch on its way is older than that."""
        await self._bid_farewell(meeting)
        staying = [each for each in self.sockets.values() if not each.leaving]
        turned = {each: now for each in staying if (now := eyes(meeting, each.member)) != each.eyes}
        before, moves = dict(self._crowds), {(each.eyes, now) for each, now in turned.items() if _moved(each.eyes, now)}
        news = self._renewed(meeting, seq, {each.eyes for each in staying if each not in turned}, turned.values())
        steps = {(old or "", new): self._step(before[old or ""], self._crowds[new]) for old, new in moves}
        was = {each: each.eyes for each in turned}
        for socket, now in turned.items():
            socket.eyes = now
        for socket, old in was.items():
            if old:
                await self._outlet.move(socket.id, self._crowd(old), None)
        for kind, message in news.items():
            await self._outlet.emit("patch", message, self._crowd(kind))
        for socket, now in turned.items():
            await self._turn(meeting, socket, now, steps.get((was[socket] or "", now)), new=was[socket] is None)
        await self._tell_own(meeting, seq)
        await self._tell_slots()

    async def _bid_farewell(self, meeting: Meeting) -> None:
        for socket in [each for each in self.sockets.values() if not each.leaving]:
            if refused := barred(meeting, socket.member):
                socket.leaving = True
                await self._outlet.bid_farewell(socket.id, refused)

    def _renewed(
        self, meeting: Meeting, seq: int, held: Collection[str | None], joined: Collection[str]
    ) -> dict[str, PatchMessage]:
        """Every crowd as it is now; the patch for those who stand in it.  One that is joined is told in any case, so
        that all in it have the same number."""
        news: dict[str, PatchMessage] = {}
        for kind in {each for each in held if each} | set(joined):
            last, view = self._crowds.get(kind), shown(meeting, kind)
            patch = diff(last.view, view) if last else {}
            if last and kind in held and (patch or (kind in joined and last.seq < seq)):
                news[kind] = {"after": last.seq, "seq": seq, "at": self._at(), "patch": patch}
            if kind in news or kind not in held:
                self._crowds[kind] = _Told(seq, view)
        return news

    def _step(self, before: _Told, now: _Told) -> PatchMessage:
        """From one crowd into another: a hundred who move at once are told the same few words."""
        return {"after": before.seq, "seq": now.seq, "at": self._at(), "patch": diff(before.view, now.view)}

    async def _turn(self, meeting: Meeting, socket: Socket, now: str, step: PatchMessage | None, new: bool) -> None:
        """The whole view for who is new or sees with other eyes than before, a patch for who is elsewhere now."""
        if step:
            await self._outlet.emit("patch", step, socket.id)
        else:
            socket.mine = mine(meeting, socket.member)
            await self._outlet.emit("view", self._whole(socket, now), socket.id)
            if new and socket.connection in self._slots:
                self._unsent.add(socket.connection)
            if new and socket.connection in self._feeds:
                self._unfed.add(socket.connection)
        await self._outlet.move(socket.id, None, self._crowd(now))

    async def _tell_own(self, meeting: Meeting, seq: int) -> None:
        own = {member: mine(meeting, member) for member in {socket.member for socket in self.sockets.values()}}
        for socket in [each for each in self.sockets.values() if each.eyes and not each.leaving]:
            if socket.mine != own[socket.member]:
                socket.mine = own[socket.member]
                news: MineMessage = {"seq": seq, "mine": _own(socket.mine, socket)}
                await self._outlet.emit("mine", news, socket.id)

    async def _tell_slots(self) -> None:
        unsent, self._unsent = self._unsent, set()
        for socket in [each for each in self.sockets.values() if each.connection in unsent and each.eyes]:
            slots: SlotsMessage = {"epoch": self._epoch(), "slots": dict(self._slots[socket.connection])}
            await self._outlet.emit("slots", slots, socket.id)
        unfed, self._unfed = self._unfed, set()
        for socket in [each for each in self.sockets.values() if each.connection in unfed and each.eyes]:
            feed: FeedMessage = {"epoch": self._epoch(), **self._feeds[socket.connection]}
            await self._outlet.emit("feed", feed, socket.id)

    def _whole(self, socket: Socket, kind: str) -> ViewMessage:
        told = self._crowds.get(kind) or _Told(self.room.seq, shown(self.room.meeting, kind))
        own = socket.mine or mine(self.room.meeting, socket.member)
        return {
            "seq": told.seq,
            "at": self._at(),
            "view": told.view,
            "mine": _own(own, socket),
            "epoch": self._epoch(),
        }

    def _crowd(self, kind: str) -> str:
        return f"{self.room.id}/{kind}"

    def _at(self) -> str:
        return self._now().replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _moved(before: str | None, now: str) -> bool:
    """The same kind of eyes in another place (view.py)."""
    return before is not None and before.partition("/")[0] == now.partition("/")[0]


def _own(own: Mine, socket: Socket) -> Mine:
    """`active` as the pages know themselves: the meeting's name of a connection is the page's and something more."""
    return {**own, "active": own["active"].partition(".")[0]} if "active" in own else own
