"""The socket.io namespace of the room: docs/protocol.md, letter by letter.  The only file that imports socketio."""

import asyncio
import contextlib
import json
import re
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Any

import socketio

from ..meeting import Refused
from ..meeting.commands import Drop, Join
from ..meeting.ids import ConnectionId, MemberId
from ..meeting.staging import plan
from . import wire
from .audience import Audience, Socket
from .health import Fault
from .messages import Feed, KeyMessage, RefusedMessage
from .pace import Pace
from .room import Room
from .rooms import Rooms
from .sealing import key_of
from .wire import BadMessage

NAMESPACE = "/meeting"
FLOOD, FLOOD_WITHIN = 20, timedelta(seconds=10)  # so many bad messages within so long end the connection
PENDING = 64  # messages of one socket that wait for their answer; a page has a handful
PAGES = 6  # of one member in one meeting: a phone, a tablet, a computer, and what he forgot to close
LAST_WORDS = 5.0  # seconds for a connection that is being ended to take what it is told
WATCH = 2.0  # seconds between two looks at whose session still lives

# A message is at most 64 KiB.  What is longer is still let in up to here, so that it can be answered with its reason;
# beyond, the transport cuts the connection.
LONGEST_PACKET = 4 * 1024 * 1024
# A phone that died is noticed after at most 15 s, long before the grace of two minutes is over: the roll shows it
# silent while the meeting still cares.
PING_INTERVAL, PING_TIMEOUT = 5, 10

# The words of docs/protocol.md for what refuses a connect.
CONNECT_RULES = {"roster": "NotOnRoster", "removed": "Removed", "closed": "MeetingClosed"}
SIGNED_OUT = ("SignedOut", "Your session has ended. Please sign in again.")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is behind a socket, by his session."""

    member: MemberId
    session: str


Who = Callable[[Mapping[str, Any]], Awaitable[Viewer | None]]  # by the environ of the handshake; None = signed out
Alive = Callable[[Collection[str]], Awaitable[Collection[str]]]  # which of these sessions still live
Answer = dict[str, Any]


def server(origins: Collection[str]) -> socketio.AsyncServer:
    """The socket.io server for `Gateway`.  `origins`: ours, as in "https://host:port"; any other gets HTTP 400.

    A request without Origin is let in: browsers leave it out only where the page is ours, and programs may.
    """
    return socketio.AsyncServer(
        async_mode="aiohttp",
        serializer=_Packet,
        namespaces=[NAMESPACE],
        cors_allowed_origins=list(origins),
        ping_interval=PING_INTERVAL,
        ping_timeout=PING_TIMEOUT,
        max_http_buffer_size=LONGEST_PACKET,
    )


def cookie(environ: Mapping[str, Any], name: str = "chibo_session") -> str | None:
    """The value of that cookie of the handshake."""
    try:
        morsel = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None


class Gateway:
    """Sockets in, views out.  Start after the rooms, stop before them, and before the web server waits for its
    connections to end: that is aiohttp's on_shutdown."""

    def __init__(
        self, sio: socketio.AsyncServer, rooms: Rooms, who: Who, alive: Alive, secret: bytes = b""
    ) -> None:  # fmt: skip
        """`secret`: from which the keys of sealed meetings follow; the media process never has it."""
        self._secret = secret or secrets.token_bytes(32)
        self._keys: dict[str, KeyMessage | None] = {}  # by meeting, as last told
        self._sio, self._rooms, self._who, self._alive = sio, rooms, who, alive
        self._health = rooms.health
        self._sockets: dict[str, Socket] = {}
        self._holders: dict[tuple[str, ConnectionId], Socket] = {}  # the newest socket of each connection
        self._audiences: dict[str, Audience] = {}
        self._paces: dict[str, defaultdict[MemberId, Pace]] = {}  # by meeting
        self._background: set[asyncio.Task[None]] = set()
        self._resuming: set[ConnectionId] = set()
        self._watching: asyncio.Task[None] | None = None
        sio.on("connect", self._connect, namespace=NAMESPACE)
        sio.on("disconnect", self._disconnect, namespace=NAMESPACE)
        sio.on("*", self._hear, namespace=NAMESPACE)
        rooms.listen(self._tell, self._lost)

    def __len__(self) -> int:
        return len(self._sockets)

    async def start(self) -> None:
        self._watching = asyncio.create_task(self._watch_forever(), name="sessions")

    async def stop(self) -> None:
        """Ends every transport.  The members come back by themselves to whoever serves next."""
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await asyncio.gather(*(self._cut_carrier(self._carrier(each)) for each in list(self._sockets.values())))
        await asyncio.gather(*self._background, return_exceptions=True)
        await asyncio.gather(*(audience.close() for audience in self._audiences.values()))

    # -- From the media ----------------------------------------------------------------------------------------------

    def slots(self, meeting: str, connection: str, slots: Mapping[str, str]) -> None:
        """Whom each receive slot of this connection carries now: mid → member."""
        if audience := self._audiences.get(meeting):
            audience.slots(ConnectionId(connection), slots)

    def feed(self, meeting: str, connection: str, feed: Feed) -> None:
        """What else the media process knows of this connection."""
        if audience := self._audiences.get(meeting):
            audience.feed(ConnectionId(connection), feed)

    def epoch(self, epoch: str) -> None:
        """The media process is another: everybody offers anew."""
        for audience in self._audiences.values():
            audience.forget_slots()
        self._do(self._sio.emit("media", {"epoch": epoch}, namespace=NAMESPACE))

    async def resume(self, meeting: str, member: MemberId, page: str, sdp: str) -> Answer:
        """An answer for a page of this member whose socket may be gone.  Raises Refused, BadMessage.

        The page's own name is a secret of 128 bits that only it and we know; whose it is, his session says.
        """
        sdp = wire.offer({"type": "offer", "sdp": sdp})
        connection, room = _connection(member, page), self._rooms.find(meeting)
        if room is None or connection not in plan(room.meeting).peers:
            raise Refused("not-here", "You are not present in this meeting.")
        if connection in self._resuming:
            raise Refused("too-fast", "Too many messages at once.")
        self._resuming.add(connection)
        try:
            answer, epoch = await self._rooms.sfu.answer(meeting, connection, member, sdp)
        finally:
            self._resuming.discard(connection)
        return {"type": "answer", "sdp": answer, "epoch": epoch}

    # -- Coming ------------------------------------------------------------------------------------------------------

    async def _connect(self, sid: str, environ: Mapping[str, Any], auth: object = None) -> None:
        try:
            await self._admit(sid, environ, auth)
        except Refused as refused:
            raise _refusal(CONNECT_RULES.get(refused.rule, refused.rule), refused.why, refused.facts) from None
        except BadMessage as bad:
            self._health.bad_messages += 1
            raise _refusal("BadMessage", bad.why, {}) from None
        except Exception as broken:
            fault = broken if isinstance(broken, Fault) else self._health.fault("connect", broken)
            raise _refusal("Fault", "Something went wrong here. Please try again.", {"id": fault.id}) from None

    async def _admit(self, sid: str, environ: Mapping[str, Any], auth: object) -> None:
        hello = wire.hello(auth)
        viewer = await self._who(environ)
        if viewer is None:
            raise Refused(*SIGNED_OUT)
        room = await self._rooms.enter(hello.meeting, viewer.member)
        connection = _connection(viewer.member, hello.connection)
        socket = Socket(sid, viewer.member, viewer.session, room.id, hello.connection, connection)
        before = self._holders.get((room.id, connection))
        self._holders[room.id, connection] = socket
        try:
            await self._turn(socket)
            await room.ask(Join(connection, hello.device), viewer.member)
        except BaseException:
            if before and before.id in self._sockets:
                self._holders[room.id, connection] = before
            self._forget(socket)
            raise
        self._welcome(room, socket)
        if before:
            self._do(self._cut(before))
        self._do(self._close_oldest(socket))

    async def _close_oldest(self, newest: Socket) -> None:
        """Who opens page after page keeps the last ones."""
        whose = newest.meeting, newest.member
        pages = [one for one in self._sockets.values() if (one.meeting, one.member) == whose and not one.leaving]
        why = Refused("pages", "You have opened this meeting in too many places; this one was closed.")
        for socket in pages[:-PAGES]:
            socket.leaving = True
            await self.bid_farewell(socket.id, why)

    async def _turn(self, socket: Socket) -> None:
        """Until this member may say something again."""
        pace = self._paces.setdefault(socket.meeting, defaultdict(Pace))[socket.member]
        if early := pace.wait(asyncio.get_running_loop().time()):
            await asyncio.sleep(early)

    def _welcome(self, room: Room, socket: Socket) -> None:
        """Nothing may wait from here to the end of the connect handler: the audience's task runs after it, and so the
        first `view` follows the packet that accepts the connection."""
        self._sockets[socket.id] = socket
        audience = self._audiences.get(room.id)
        if audience is None:
            audience = Audience(room, self, self._rooms.now, lambda: self._rooms.sfu.epoch, self._health)
            self._audiences[room.id] = audience
        audience.room = room
        audience.add(socket)
        if key := key_of(self._secret, room.id, room.meeting):
            self._keys[room.id] = key
            self._do(self.emit("key", key, socket.id))

    # -- Going -------------------------------------------------------------------------------------------------------

    async def _disconnect(self, sid: str, reason: str = "") -> None:
        socket = self._sockets.pop(sid, None)
        if socket is None:
            return
        audience = self._audiences[socket.meeting]
        audience.remove(socket)
        self._forget(socket)
        if not audience.sockets:
            self._keys.pop(socket.meeting, None)
            self._paces.pop(socket.meeting, None)
            del self._audiences[socket.meeting]
            await audience.close()

    def _forget(self, socket: Socket) -> None:
        """The connection is dropped, unless a newer socket of the same page holds it: then nobody was ever away."""
        if self._holders.get((socket.meeting, socket.connection)) is socket:
            del self._holders[socket.meeting, socket.connection]
            room = self._rooms.find(socket.meeting)
            if room and not room.closed:
                room.post(Drop(socket.connection), socket.member)
        self._rooms.leave(socket.meeting)

    async def _cut(self, socket: Socket) -> None:
        """End the connection: the namespace first, so that the page knows not to come back by itself."""
        carrier = self._carrier(socket)
        await self._sio.disconnect(socket.id, namespace=NAMESPACE)
        await self._cut_carrier(carrier)

    def _carrier(self, socket: Socket) -> str | None:
        """The engine.io connection under it."""
        carrier: str | None = self._sio.manager.eio_sid_from_sid(socket.id, NAMESPACE)
        return carrier

    async def _cut_carrier(self, carrier: str | None) -> None:
        """End the transport alone: the page comes back by itself.  A dead one never takes what is left to send it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                if carrier:
                    await self._sio.eio.disconnect(carrier)

    # -- Hearing -----------------------------------------------------------------------------------------------------

    async def _hear(self, event: str, sid: str, *payload: object) -> Answer:
        socket = self._sockets.get(sid)
        if socket is None or socket.leaving:
            return {"bad": "This connection has ended."}
        socket.pending += 1
        try:
            return await self._answer(socket, event, payload)
        except Refused as refused:
            return {"refused": _plain(refused)}
        except BadMessage as bad:
            return self._bad(socket, bad)
        except Fault as fault:
            return {"fault": fault.id}
        except Exception as broken:
            return {"fault": self._health.fault(f"message {event[:16]!r}", broken).id}
        finally:
            socket.pending -= 1

    async def _answer(self, socket: Socket, event: str, payload: tuple[object, ...]) -> Answer:
        if socket.pending > PENDING:
            raise BadMessage("Too many messages at once.")
        if event in _UNREADABLE:
            raise BadMessage(_UNREADABLE[event])
        verb = _VERBS.get(event)
        if verb is None or len(payload) > 1:
            raise BadMessage("There is no such message.")
        await self._turn(socket)
        if socket.id not in self._sockets:  # he went while he waited; what he meant he says again when he is back
            return {"bad": "This connection has ended."}
        return await verb(self, socket, payload[0] if payload else None)

    async def _command(self, socket: Socket, payload: object) -> Answer:
        asked = wire.asked(payload)
        async with socket.orders:
            room = self._room(socket)
            seq = await room.ask(asked.command, socket.member, asked.id)
            await self._audiences[socket.meeting].told(seq)
        return {"done": seq}

    async def _view(self, socket: Socket, payload: object) -> Answer:
        wire.nothing(payload)
        return dict(await self._audiences[socket.meeting].view(socket))

    async def _signal(self, socket: Socket, payload: object) -> Answer:
        offer = wire.offer(payload)
        async with socket.offers:
            sdp, epoch = await self._rooms.sfu.answer(socket.meeting, socket.connection, socket.member, offer)
        return {"type": "answer", "sdp": sdp, "epoch": epoch}

    async def _wanted(self, socket: Socket, payload: object) -> Answer:
        self._rooms.sfu.wish(socket.meeting, socket.connection, wire.wanted(payload))
        return {"done": self._room(socket).seq}

    def _room(self, socket: Socket) -> Room:
        room = self._rooms.find(socket.meeting)
        if room is None:
            raise RuntimeError("A socket without its room.")
        return room

    def _bad(self, socket: Socket, bad: BadMessage) -> Answer:
        self._health.bad_messages += 1
        now = self._rooms.now()
        socket.bad.append(now)
        while socket.bad and now - socket.bad[0] > FLOOD_WITHIN:
            socket.bad.popleft()
        if len(socket.bad) >= FLOOD and not socket.leaving:
            socket.leaving = True
            self._health.floods += 1
            self._do(self._cut(socket))  # the answer goes out before the task begins
        return {"bad": bad.why}

    # -- Telling (the audience's Outlet) -----------------------------------------------------------------------------

    def _tell(self, room: Room) -> None:
        self._change_key(room)
        if audience := self._audiences.get(room.id):
            audience.changed(room)

    def _change_key(self, room: Room) -> None:
        """Who was removed cannot open what is said from now on."""
        key = key_of(self._secret, room.id, room.meeting)
        if key is None or key == self._keys.get(room.id):
            return
        self._keys[room.id] = key
        for socket in list(self._sockets.values()):
            if socket.meeting == room.id and socket.member not in room.meeting.attendance.removed:
                self._do(self.emit("key", key, socket.id))

    def _lost(self, meeting: str) -> None:
        for socket in [each for each in self._sockets.values() if each.meeting == meeting]:
            self._do(self._cut_carrier(self._carrier(socket)))

    async def emit(self, event: str, data: Mapping[str, Any], to: str) -> None:
        await self._sio.emit(event, data, to=to, namespace=NAMESPACE)

    async def move(self, socket: str, out_of: str | None, into: str | None) -> None:
        if socket not in self._sockets:
            return
        if out_of:
            await self._sio.leave_room(socket, out_of, namespace=NAMESPACE)
        if into:
            await self._sio.enter_room(socket, into, namespace=NAMESPACE)

    async def bid_farewell(self, socket: str, refused: Refused) -> None:
        leaving = self._sockets.get(socket)
        if leaving:
            message = _plain(refused)
            message["rule"] = CONNECT_RULES.get(refused.rule, refused.rule)
            await self.emit("gone", message, socket)
            self._do(self._cut(leaving))

    # -- Sessions ----------------------------------------------------------------------------------------------------

    async def _watch_forever(self) -> None:
        while True:
            await asyncio.sleep(WATCH)
            try:
                await self.watch()
            except Exception as broken:
                self._health.fault("sessions", broken)

    async def watch(self) -> None:
        """One look: whose session has ended is gone; whose transport died unheard is taken as disconnected."""
        for socket in list(self._sockets.values()):
            if not self._carried(socket):
                await self._sio.disconnect(socket.id, namespace=NAMESPACE)
        sessions = {socket.session for socket in self._sockets.values()}
        alive = set(await self._alive(sessions)) if sessions else set()
        for socket in list(self._sockets.values()):
            if socket.session in sessions - alive and not socket.leaving:
                socket.leaving = True
                await self.bid_farewell(socket.id, Refused(*SIGNED_OUT))

    def _carried(self, socket: Socket) -> bool:
        try:
            self._sio.transport(socket.id, NAMESPACE)
        except KeyError:
            return False
        return True

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        """Beside everything else; kept so that it is not collected half-way."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


_VERBS: Mapping[str, Callable[[Gateway, Socket, object], Awaitable[Answer]]] = {
    "command": Gateway._command,
    "view": Gateway._view,
    "signal": Gateway._signal,
    "wanted": Gateway._wanted,
}


def _connection(member: MemberId, page: str) -> ConnectionId:
    """What the meeting calls a page: its own name and a seal of the member, so that nobody can take another's page."""
    return ConnectionId(f"{page}.{sha256(f'{member}/{page}'.encode()).hexdigest()[:16]}")


def _plain(refused: Refused) -> RefusedMessage:
    return {"rule": refused.rule, "why": refused.why, "facts": refused.facts}


def _refusal(rule: str, why: str, facts: Mapping[str, Any]) -> Exception:
    refusal: Exception = socketio.exceptions.ConnectionRefusedError(
        rule, {"rule": rule, "why": why, "facts": dict(facts)}
    )
    return refusal


# -- Packets ---------------------------------------------------------------------------------------------------------

_UNREADABLE = {
    " long": f"A message has at most {wire.LONGEST_MESSAGE} bytes.",
    " malformed": "This is no message of the protocol.",
}
_HEADER = re.compile(r"2(?:/[^,\[]{0,64},)?\d{0,18}")
_CONNECT, _DISCONNECT, _EVENT = 0, 1, 2


class _Packet(socketio.packet.Packet):  # type: ignore[misc]
    """What a client may send of socket.io: CONNECT, DISCONNECT, and EVENT with a name of its own.

    A packet that is too long or cannot be read becomes an event of a name no client can send, with the same ack id, so
    that it gets an answer and is counted, and no library prints a traceback for it.
    """

    def decode(self, encoded_packet: Any) -> int:
        text = encoded_packet if isinstance(encoded_packet, str) else ""
        if len(text) > wire.LONGEST_MESSAGE or len(text.encode("utf-8", "replace")) > wire.LONGEST_MESSAGE:
            return self._unreadable(text, " long")
        try:
            attachments: int = super().decode(text)
        except (ValueError, RecursionError, LookupError):
            return self._unreadable(text, " malformed")
        return 0 if not attachments and self._sound() else self._unreadable(text, " malformed")

    def _sound(self) -> bool:
        if self.packet_type == _EVENT:
            name = self.data[0] if isinstance(self.data, list) and self.data else None
            return isinstance(name, str) and name not in ("connect", "disconnect", *_UNREADABLE)
        return self.packet_type in (_CONNECT, _DISCONNECT)

    def _unreadable(self, text: str, name: str) -> int:
        self.id = None  # of the first attempt to read it
        header = _HEADER.match(text)
        beginning = header.group() if header else f"2{NAMESPACE},"
        if text.startswith(str(_CONNECT)):
            return int(super().decode(f"{_CONNECT}{NAMESPACE},"))
        return int(super().decode(beginning + json.dumps([name])))
