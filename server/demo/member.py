"""A simulated member: a whole client of the room that speaks the public protocol and nothing else."""

import asyncio
import contextlib
import logging
import random
import secrets
import time
from collections.abc import Callable, Coroutine
from functools import partial
from types import TracebackType
from typing import Any, Self

import socketio

from .card import Card
from .counts import Tally
from .door import Door, SignInFailed, Unreachable
from .ears import Source
from .habits import Habit, Profile, habits_of
from .media import Media
from .screen import Json, Screen
from .sealed import Seal
from .voice import PITCHES, Voice

Work = Callable[[], Coroutine[Any, Any, None]]

log = logging.getLogger(__name__)

NAMESPACE = "/meeting"
ANSWER = 10.0  # seconds until a command is sent again
TRIES = 3
RETRY = (0.0, 0.5, 1.0, 2.0, 5.0)  # seconds before each attempt to come back; the last for all that follow
MEDIA_RETRY = 2.0  # seconds
CONNECTED = 15.0  # seconds


class TurnedAway(Exception):
    """The room does not let the member in, or no longer: `rule` says why (docs/protocol.md, "The socket")."""

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(f"{rule}: {why}")
        self.rule, self.why = rule, why


class NoAnswer(Exception):
    """A command was sent three times over a living connection and never answered."""


def token() -> str:
    """128 random bits as 22 characters of base64url."""
    return secrets.token_urlsafe(16)


class SimulatedMember:
    """`async with SimulatedMember(…) as member:` signs in, joins and stays joined until the block ends.

    Inside, `member.screen` is what he sees, `ask` sends a command, `until` waits for something to be seen.
    What he does of himself is his profile's habits; the profile `QUIET` has none.
    """

    def __init__(
        self, url: str, meeting: str, username: str, password: str, profile: Profile, rng: random.Random
    ) -> None:
        self.profile, self.rng = profile, rng
        self.screen, self.tally = Screen(), Tally()
        self.connection = token()
        self.is_online = False
        self.gone: TurnedAway | None = None
        self.media: Media | None = None
        self.seal = Seal()
        self.voice = Voice(rng.choice(PITCHES))
        self.camera: Source = Source()
        self.voice.seal = self.seal
        self._meeting, self._username, self._password = meeting, username, password
        self._door = Door(url)
        self._socket: Any = None
        self._changed = asyncio.Event()
        self._lost = asyncio.Event()
        self._asked_at = 0.0  # when the first connect was asked for
        self._away, self._reloads = 0.0, False
        self._tasks: list[asyncio.Task[None]] = []

    # -- coming and going --------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.enter()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.leave()

    async def enter(self) -> None:
        """Until the first whole view.  Raises SignInFailed, Unreachable, TurnedAway."""
        try:
            await self._door.sign_in(self._username, self._password)
            self._asked_at = time.perf_counter()
            await self._connect()
            await self.until(lambda screen: screen.seq >= 0)
        except BaseException:
            await self._door.close()
            raise
        self.tally.socket_ms.append((time.perf_counter() - self._asked_at) * 1000)
        self._prepare_camera()
        for work in (self._stay, self._keep_media, self._first_sound):
            self._spawn(work)
        for habit in habits_of(self.profile):
            self._spawn(partial(self._live, habit))

    async def leave(self) -> None:
        """Closes the page; it is not the command `Leave`."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._hang_up()
        if self._socket is not None and self._socket.connected:
            await self._socket.disconnect()
        await self._door.close()

    async def _live(self, habit: Habit) -> None:
        while True:
            try:
                await habit(self)
            except NoAnswer:  # counted where it was raised; people try again
                await self.pause(ANSWER)

    async def drop(self, away: float, reloads: bool = False) -> None:
        """The network goes, without a goodbye, for `away` seconds; `reloads`: he comes back with a new page."""
        self._away, self._reloads = away, reloads
        await self._door.cut()
        await self._lost.wait()
        if reloads:
            await self._hang_up()

    async def connected(self) -> bool:
        """Until sound and picture can flow; False when they cannot within a while."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CONNECTED):
                await self.until(lambda _: self.media is not None and self.media.is_connected)
            return True
        return False

    async def finished(self) -> TurnedAway | None:
        """Until the meeting is closed; returns why, when he was sent away before."""
        with contextlib.suppress(TurnedAway):
            await self.until(lambda screen: screen.phase == "closed")
        return self.gone

    async def until(self, holds: Callable[[Screen], bool]) -> None:
        """Waits until something is to be seen.  Raises TurnedAway when it can be no more."""
        while not holds(self.screen):
            if self.gone is not None:
                raise self.gone
            await self._changed.wait()

    async def pause(self, seconds: float) -> None:
        """A person takes his time."""
        await asyncio.sleep(seconds)

    # -- commands ----------------------------------------------------------------------------------------------------

    async def ask(self, name: str, **fields: object) -> Json:
        """The answer to a command; asked again under the same id when it is lost.  Raises NoAnswer, TurnedAway."""
        message = {"id": token(), "name": name, **fields}
        began, tries = time.perf_counter(), 0
        while tries < TRIES:
            await self.until(lambda _: self.is_online)
            answer = await self._send("command", message)
            if answer is not None:
                self.tally.command_ms.append((time.perf_counter() - began) * 1000)
                self._note(name, answer)
                return answer
            tries += self.is_online  # a connection that went is nobody's fault
        self.tally.errors["no answer"] += 1
        raise NoAnswer(name)

    def _note(self, name: str, answer: Json) -> None:
        if "refused" in answer:
            self.tally.refused[f"{name}: {answer['refused']['rule']}"] += 1
        for fault in ("bad", "fault"):
            if fault in answer:
                self.tally.errors[f"{fault}: {name}"] += 1

    async def _send(self, event: str, message: object) -> Json | None:
        """The acknowledgement; None when none came in time, or the connection went before it."""
        answered: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()

        def answer(*given: Any) -> None:
            if not answered.done():
                answered.set_result(given[0] if given else None)

        lost = asyncio.ensure_future(self._lost.wait())
        try:
            await self._socket.emit(event, message, namespace=NAMESPACE, callback=answer)
            await asyncio.wait((answered, lost), timeout=ANSWER, return_when=asyncio.FIRST_COMPLETED)
        except socketio.exceptions.SocketIOError:
            return None
        finally:
            lost.cancel()
        return answered.result() if answered.done() else None

    # -- the socket --------------------------------------------------------------------------------------------------

    async def _stay(self) -> None:
        """Comes back whenever the connection goes, until told not to."""
        attempt = 0
        while self.gone is None:
            await self._lost.wait()
            await asyncio.sleep(self._away or RETRY[min(attempt, len(RETRY) - 1)] * self.rng.uniform(0.8, 1.2))
            if self.gone is not None:
                return
            self._away = 0.0
            if self._reloads:
                self.connection, self._reloads = token(), False
            attempt = 0 if await self._come_back() else attempt + 1

    async def _come_back(self) -> bool:
        try:
            await self._connect()
        except Unreachable:
            return False
        except SignInFailed as error:
            self._end(TurnedAway("SignInFailed", str(error)))
            return False
        except TurnedAway as error:
            if error.rule != "SignedOut" or not await self._sign_in_again():
                self._end(error)
            return False
        self.tally.reconnects += 1
        return True

    async def _sign_in_again(self) -> bool:
        try:
            await self._door.sign_in(self._username, self._password)
        except Unreachable:
            return True  # tried again with the next attempt
        except SignInFailed:
            return False
        return True

    async def _connect(self) -> None:
        turned: list[Any] = []
        self._socket = self._new_socket(turned)
        self._lost = asyncio.Event()
        auth = {"meeting": self._meeting, "connection": self.connection, "device": self.profile.device}
        try:
            await self._socket.connect(
                self._door.url,
                headers={"Origin": self._door.origin},
                auth=auth,
                transports=["websocket"],
                namespaces=[NAMESPACE],
                wait_timeout=30,
            )
        except (socketio.exceptions.ConnectionError, OSError) as error:
            self._lost.set()
            reason = turned[0].get("data") if turned and isinstance(turned[0], dict) else None
            if isinstance(reason, dict) and "rule" in reason:
                raise TurnedAway(str(reason["rule"]), str(reason.get("why", ""))) from error
            raise Unreachable(str(error)) from error
        self.is_online = not self._lost.is_set()
        self._tell()

    def _new_socket(self, turned: list[Any]) -> Any:
        """A client with its handlers.  None of them awaits: the socket reads on while a member thinks."""
        socket = socketio.AsyncClient(handle_sigint=False, reconnection=False, http_session=self._door.session)
        socket.on("connect_error", turned.append, namespace=NAMESPACE)
        for name, take in self._events().items():
            socket.on(name, take, namespace=NAMESPACE)

        def disconnected(*_: object) -> None:
            if self._socket is socket:
                self.is_online = False
                self._lost.set()
                self._tell()

        socket.on("disconnect", disconnected, namespace=NAMESPACE)
        return socket

    def _events(self) -> dict[str, Callable[[Json], None]]:
        return {
            "view": self._then_tell(self.screen.take_view),
            "patch": self._on_patch,
            "mine": self._then_tell(self.screen.take_mine),
            "slots": self._then_tell(self.screen.take_slots),
            "key": self._then_tell(lambda message: self.seal.take(message["number"], message["key"])),
            "media": self._then_tell(self.screen.take_epoch),
            "gone": lambda message: self._end(TurnedAway(str(message.get("rule")), str(message.get("why")))),
        }

    def _then_tell(self, take: Callable[[Json], None]) -> Callable[[Json], None]:
        def taken(message: Json) -> None:
            take(message)
            self._tell()

        return taken

    def _on_patch(self, message: Json) -> None:
        if not self.screen.take_patch(message):
            self.tally.gaps += 1
            self._spawn(self._ask_view)
        self._tell()

    async def _ask_view(self) -> None:
        message = await self._send("view", None)
        if message is not None:
            self.screen.take_view(message)
            self._tell()

    def _spawn(self, work: Work) -> None:
        self._tasks = [task for task in self._tasks if not task.done()] + [asyncio.create_task(self._guarded(work))]

    async def _guarded(self, work: Work) -> None:
        try:
            await work()
        except TurnedAway:  # whoever waits for something to be seen is told so
            return
        except Exception as error:
            self.tally.errors[f"fault of the member: {type(error).__name__}"] += 1
            log.exception("A simulated member fails.")
            raise

    def _end(self, why: TurnedAway) -> None:
        if why.rule != "MeetingClosed":
            self.tally.errors[f"turned away: {why.rule}"] += 1
        self.gone, self.is_online = why, False
        self._tell()

    def _tell(self) -> None:
        """Something is to be seen: whoever waits looks again; seal and microphone follow."""
        self.seal.needed = self.screen.is_sealed
        active = self.screen.mine.get("active", self.connection)
        self.voice.speak(self.screen.is_heard and active == self.connection)
        self._changed.set()
        self._changed = asyncio.Event()

    # -- sound and picture -------------------------------------------------------------------------------------------

    def _prepare_camera(self) -> None:
        if self.profile.picture:
            seat = self.screen.view.get("seats", {}).get(self.screen.me, {})
            self.camera = Card(str(seat.get("name", self._username)), int(seat.get("order", 0)), self.profile.rate)
            self.camera.seal = self.seal

    async def _keep_media(self) -> None:
        """A connection for sound and picture whenever there is none, or the media process is another."""
        while True:
            await self.until(lambda _: self.is_online and self._wants_media())
            if self.media is not None and self._is_of_this_page(self.media):
                self.tally.errors["the media connection was lost"] += 1
            await self._hang_up()
            if not await self._negotiate():
                await asyncio.sleep(MEDIA_RETRY)

    def _wants_media(self) -> bool:
        return self.media is None or self.media.has_ended or not self._is_of_this_page(self.media)

    def _is_of_this_page(self, media: Media) -> bool:
        return (media.page, media.epoch) == (self.connection, self.screen.epoch)

    async def _negotiate(self) -> bool:
        media = Media(
            self.connection, self.voice, self.camera, self.profile.thumbnails, self._door.loopback, self._tell
        )
        answer = await self._send("signal", {"type": "offer", "sdp": await media.offer()})
        if answer is None or answer.get("type") != "answer":
            if self.is_online:
                self.tally.errors["no answer to the offer"] += 1
            await media.close()
            return False
        try:
            await media.accept(answer["sdp"], answer["epoch"])
        except ValueError:
            self.tally.errors["a bad answer to the offer"] += 1
            await media.close()
            return False
        self.media = media
        self.tally.offers += 1
        self.screen.epoch = answer["epoch"]
        self._tell()
        return True

    async def _first_sound(self) -> None:
        await self.until(lambda _: self.media is not None)
        assert self.media is not None
        await self.media.line.first.wait()
        self.tally.sound_ms.append((time.perf_counter() - self._asked_at) * 1000)

    async def _hang_up(self) -> None:
        media, self.media = self.media, None
        if media is not None:
            self.tally.heard(media.slots.values())
            await media.close()
