"""The composition root: the only file that knows every folder."""

import asyncio
import logging
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import structlog
import uvloop
from aiohttp import web

from . import pages
from .live import gateway as sockets
from .live.gateway import Gateway, Viewer
from .live.health import Health
from .live.messages import Feed
from .live.rooms import Rooms
from .live.wire import BadMessage, Wanted
from .media.control import BadOffer, Control, MediaSettings, WorkerAway, WorkerFailed
from .media.stage import PeerStage, PlaceStage, Stage, Wish
from .meeting import Refused
from .meeting.commands import Call
from .meeting.ids import ConnectionId, MemberId
from .meeting.staging import StagePlan
from .org import meetings, pilot, roster
from .org.accounts import Accounts
from .org.refusal import Refused as NotAllowed
from .records import signing
from .records.database import Database
from .records.leases import Leases
from .records.log import Log
from .settings import Settings

ROOMS = web.AppKey("rooms", Rooms)
GATEWAY = web.AppKey("gateway", Gateway)
CONTROL = web.AppKey("control", Control)

GRACE = 2.0  # seconds that open requests are given when the server stops; sockets were ended before
DAY = 24 * 60 * 60.0  # seconds


class Media:
    """Sound and picture, as `live` wants them: members and places become owners and stages."""

    def __init__(self, control: Control) -> None:
        self._control = control

    @property
    def epoch(self) -> str:
        return self._control.epoch

    async def answer(self, meeting: str, connection: ConnectionId, member: MemberId, offer: str) -> tuple[str, str]:
        try:
            return await self._control.answer(meeting, connection, member, offer), self._control.epoch
        except BadOffer as bad:
            raise BadMessage(str(bad)) from None
        except WorkerAway:
            raise Refused("media-away", "Sound and picture are being restarted. Please wait a moment.") from None

    def follow(self, meeting: str, plan: StagePlan) -> None:
        peers = {str(name): PeerStage(p.member, p.place, p.audio, p.video, p.screen) for name, p in plan.peers.items()}
        places = {str(name): PlaceStage(p.always, p.main) for name, p in plan.places.items()}
        self._control.follow(meeting, Stage(peers, places))

    def wish(self, meeting: str, connection: ConnectionId, wanted: Wanted) -> None:
        self._control.wish(meeting, connection, Wish(wanted.mode, wanted.heights, wanted.page))

    async def close(self, meeting: str) -> None:
        await self._control.close(meeting)


def build(settings: Settings) -> web.Application:
    """Everything wired, nothing started."""
    app = web.Application(client_max_size=1 << 20)
    database, health = Database(settings.database), Health(now)
    accounts = Accounts(database, settings)
    log = Log(database, signing.Key.load(settings.head_key))
    control = Control(
        _media(settings), lambda *slots: app[GATEWAY].slots(*slots), lambda e: app[GATEWAY].epoch(e),
        lambda room, peer, feed: app[GATEWAY].feed(room, peer, cast(Feed, feed)),
    )  # fmt: skip
    leases = Leases(database, secrets.token_hex(8), now)
    rooms = Rooms(log, Media(control), leases, _caller(database, settings), now, health)
    sio = sockets.server([settings.public_url])
    app[CONTROL], app[ROOMS] = control, rooms
    app[GATEWAY] = Gateway(sio, rooms, _who(accounts), accounts.alive)

    async def well() -> bool:
        return not health.red

    async def media_alive() -> bool:
        return bool(await control.stats())

    pages.setup(app, pages.House(settings, database, accounts, log, media_alive=media_alive, no_faults=well))
    sio.attach(app)
    app.on_shutdown.append(_goodbye)
    app.cleanup_ctx.extend((_opened(database), _sweeping(accounts), _playing, _listening))
    return app


def serve(settings: Settings) -> int:
    """Run until told to stop; 1 when the start failed, with one sentence why."""
    _log_to_stderr()
    uvloop.install()
    try:
        web.run_app(
            build(settings), host=settings.host, port=settings.port, print=None, access_log=None, shutdown_timeout=GRACE
        )
    except (WorkerFailed, signing.BadKey, OSError) as failed:
        print(f"chibo: {failed}", file=sys.stderr)
        return 1
    return 0


def now() -> datetime:
    return datetime.now(UTC)


# -- Started in this order, ended in the other -----------------------------------------------------------------------

Context = Callable[[web.Application], AsyncIterator[None]]


def _opened(database: Database) -> Context:
    async def context(app: web.Application) -> AsyncIterator[None]:
        await database.migrate()
        yield
        await database.close()

    return context


def _sweeping(accounts: Accounts) -> Context:
    """Sessions that ended are forgotten, once a day and at each start."""

    async def context(app: web.Application) -> AsyncIterator[None]:
        async def forever() -> None:
            while True:
                await accounts.sweep()
                await asyncio.sleep(DAY)

        sweeper = asyncio.create_task(forever(), name="sessions that ended")
        yield
        sweeper.cancel()
        await asyncio.gather(sweeper, return_exceptions=True)

    return context


async def _playing(app: web.Application) -> AsyncIterator[None]:
    await app[CONTROL].start()
    yield
    await app[CONTROL].stop()


async def _listening(app: web.Application) -> AsyncIterator[None]:
    await app[ROOMS].start()
    await app[GATEWAY].start()
    yield
    await app[ROOMS].stop()


async def _goodbye(app: web.Application) -> None:
    """Before the server waits for open connections to end: ours would never end by themselves."""
    await app[GATEWAY].stop()


# -- What is handed in -----------------------------------------------------------------------------------------------


def _media(settings: Settings) -> MediaSettings:
    return MediaSettings(settings.media_address, settings.media_bind, settings.media_port, settings.media_socket)


def _who(accounts: Accounts) -> Callable[[Mapping[str, Any]], Awaitable[Viewer | None]]:
    async def who(environ: Mapping[str, Any]) -> Viewer | None:
        session = await accounts.session(sockets.cookie(environ) or "")
        return Viewer(MemberId(session.person_id), session.session_id) if session else None

    return who


def _caller(database: Database, settings: Settings) -> Callable[[str], Awaitable[Call]]:
    """The roster is fixed when the first person comes; so nobody comes before the doors are open."""

    async def call(meeting: str) -> Call:
        async with database.read() as connection:
            planned = await meetings.meeting(connection, meeting)
        if planned is None or meetings.missed(planned, now()):
            raise Refused("NoSuchMeeting", "There is no such meeting.")
        if not meetings.joinable(planned, now(), timedelta(minutes=settings.doors_minutes)):
            raise Refused(
                "doors", "The room opens {minutes} minutes before the meeting.", minutes=settings.doors_minutes
            )
        await _allowed(database, settings, planned)
        try:
            return await roster.call(database, meeting, settings.zone)
        except roster.NoChair:
            raise Refused("no-chair", "The cell has nobody who could chair the meeting.") from None

    return call


async def _allowed(database: Database, settings: Settings, planned: meetings.MeetingRow) -> None:
    """The decision that allows the meeting must be in force on its day, not only when it was planned."""
    day, others = planned.planned_for.astimezone(settings.zone).date(), pilot.Others([planned.id], now())
    try:
        async with database.read() as connection:
            await pilot.enter(connection, planned.unit, planned.form, day, others)
    except NotAllowed as refused:
        raise Refused(refused.rule, refused.why, **refused.facts) from None


def _log_to_stderr() -> None:
    """One JSON line per event of the program; what libraries log is theirs, from warnings up."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
