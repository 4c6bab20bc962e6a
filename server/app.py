"""The composition root: the only file that knows every folder."""

import asyncio
import itertools
import logging
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import structlog
import uvloop
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from . import pages
from .convening import calling, notices
from .convening.documents import Store
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
from .notify.mail import Server
from .notify.sender import Phrase, Sender
from .org import meetings, pilot, roster
from .org.accounts import Accounts
from .org.refusal import Refused as NotAllowed
from .oversight import daily
from .pages.csrf import load_key
from .records import published, signing
from .records.database import Database
from .records.leases import Leases
from .records.log import Log
from .records.witness import Witness, noted
from .settings import Settings

ROOMS = web.AppKey("rooms", Rooms)
GATEWAY = web.AppKey("gateway", Gateway)
CONTROL = web.AppKey("control", Control)

NOWHERE = "check"  # a room of the worker's that no meeting has: there is nobody to hear
GRACE = 2.0  # seconds that open requests are given when the server stops; sockets were ended before
MINUTE = 60.0  # seconds
DAY = 24 * 60 * 60.0  # seconds
WITNESS = 10 * 60.0  # seconds between two batches of the public witness
TURNS = round(DAY / WITNESS)


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
        places = {str(name): PlaceStage(p.always, p.main, p.elsewhere) for name, p in plan.places.items()}
        self._control.follow(meeting, Stage(peers, places))

    def wish(self, meeting: str, connection: ConnectionId, wanted: Wanted) -> None:
        self._control.wish(meeting, connection, Wish(wanted.mode, wanted.heights, wanted.page))

    async def close(self, meeting: str) -> None:
        await self._control.close(meeting)


def build(settings: Settings) -> web.Application:
    """Everything wired, nothing started."""
    app = web.Application(client_max_size=1 << 20)
    database, health = Database(settings.database), Health(now)
    accounts = Accounts(database, settings, key=load_key(settings.accounts_key))
    key = signing.Key.load(settings.head_key)
    log = Log(database, key, settings.zone, Witness(settings.witness))
    control = Control(
        _media(settings), lambda *slots: app[GATEWAY].slots(*slots), lambda e: app[GATEWAY].epoch(e),
        lambda room, peer, feed: app[GATEWAY].feed(room, peer, cast(Feed, feed)),
    )  # fmt: skip
    leases = Leases(database, secrets.token_hex(8), now)
    rooms = Rooms(log, Media(control), leases, _caller(database, settings), now, health)
    sio = sockets.server([settings.public_url])
    app[CONTROL], app[ROOMS] = control, rooms
    app[GATEWAY] = Gateway(sio, rooms, _who(accounts), accounts.alive, load_key(settings.data_dir / "media.key"))

    async def well() -> bool:
        return not health.red

    async def media_alive() -> bool:
        return bool(await control.stats())

    async def resume(meeting: str, person: str, page: str, offer: str) -> Mapping[str, str]:
        try:
            return await app[GATEWAY].resume(meeting, MemberId(person), page, offer)
        except BadMessage as bad:
            raise NotAllowed("bad-offer", bad.why) from None
        except Refused as refused:
            raise NotAllowed(refused.rule, refused.why, **refused.facts) from None

    async def try_network(offer: str) -> str:
        try:
            return await control.answer(NOWHERE, secrets.token_hex(8), "", offer)
        except BadOffer as bad:
            raise NotAllowed("bad-offer", str(bad)) from None
        except WorkerAway:
            raise NotAllowed(
                "media-away", "Sound and picture are being restarted. Please wait a moment."
            ) from None  # fmt: skip

    of_pages = (settings, database, accounts, log, rooms.afterwards, key)
    house = pages.House(
        *of_pages, media_alive=media_alive, no_faults=well, resume=resume, try_network=try_network
    )  # fmt: skip
    pages.setup(app, house)
    sio.attach(app)
    app.on_shutdown.append(_goodbye)
    app.cleanup_ctx.extend(
        (_opened(database), _sweeping(accounts), _telling(database, settings), _tidy(house), _playing, _listening)
    )
    app.cleanup_ctx.append(_overseeing(database, log, settings))
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


def _telling(database: Database, settings: Settings) -> Context:
    """What was kept is told: the outbox is mailed for as long as the house is open."""

    async def context(app: web.Application) -> AsyncIterator[None]:
        sender = Sender(database, _mail(settings), settings.public_url, _phrase(app, settings), now)
        jobs = [sender.forever(), _reminding(database, settings)]
        telling = [asyncio.create_task(job, name="notices") for job in jobs]
        yield
        for task in telling:
            task.cancel()
        await asyncio.gather(*telling, return_exceptions=True)

    return context


async def _reminding(database: Database, settings: Settings) -> None:
    """Once a minute; what was posted is not posted again."""
    while True:
        try:
            async with database.write() as connection:
                await notices.remind(connection, now(), settings.zone)
        except SQLAlchemyError as error:  # the database is away: the next minute will do
            structlog.get_logger().error("reminders", kind=type(error).__name__)
        await asyncio.sleep(MINUTE)


def _tidy(house: pages.House) -> Context:
    """What a crash left of uploads is taken away at the start."""

    async def context(app: web.Application) -> AsyncIterator[None]:
        async with house.database.read() as connection:
            await Store(house.settings.documents, house.settings.document_megabytes << 20).sweep(connection)
        yield

    return context


def _overseeing(database: Database, log: Log, settings: Settings) -> Context:
    """The public witness every ten minutes; once a day verdicts and alerts.  The first time a while after the start."""
    key = signing.Key.load(settings.head_key)

    async def once(whole_day: bool) -> None:
        if whole_day:
            heads = await asyncio.to_thread(noted, settings.witness)
            await daily.run(database, log.read, key, now(), settings.zone, heads)
        else:
            await published.publish(database, key, now())

    async def forever() -> None:
        for turn in itertools.count():
            await asyncio.sleep(WITNESS)
            try:
                await once(turn % TURNS == 0)
            except published.WitnessBroken as broken:
                structlog.get_logger().error("witness", why=str(broken))
            except SQLAlchemyError as error:  # the database is away: tried again at the next turn
                structlog.get_logger().error("oversight", kind=type(error).__name__)

    async def context(app: web.Application) -> AsyncIterator[None]:
        overseer = asyncio.create_task(forever(), name="oversight")
        yield
        overseer.cancel()
        await asyncio.gather(overseer, return_exceptions=True)

    return context


async def _playing(app: web.Application) -> AsyncIterator[None]:
    await app[CONTROL].start()
    yield
    await app[CONTROL].part()


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


def _mail(settings: Settings) -> Server | None:
    if not settings.smtp_host:
        return None
    return Server(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_sender,
        settings.smtp_security,
        settings.smtp_username,
        settings.smtp_password.get_secret_value(),
    )


def _phrase(app: web.Application, settings: Settings) -> Phrase:
    """Mail is written in the language of the house: the register knows no other of a person."""

    def phrase(sentence: str, facts: Mapping[str, Any]) -> str:
        return pages.phrase(app, settings.language, sentence, facts)

    return phrase


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
        if planned is None or planned.cancelled or meetings.missed(planned, now()):
            raise Refused("NoSuchMeeting", "There is no such meeting.")
        if not meetings.joinable(planned, now(), timedelta(minutes=settings.doors_minutes)):
            raise Refused(
                "doors", "The room opens {minutes} minutes before the meeting.", minutes=settings.doors_minutes
            )
        await _allowed(database, settings, planned)
        try:
            return await calling.call(database, meeting, settings.zone, now())
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
