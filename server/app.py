"""The composition root: the only file that knows every folder."""

import asyncio
import logging
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import structlog
import uvloop
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from . import pages
from .alone import AlreadyRunning, alone
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
from .notify.sender import EVERY, Phrase, Sender
from .org import meetings, roster, rounds
from .org.accounts import Accounts
from .org.refusal import Refused as NotAllowed
from .oversight import daily
from .pages.csrf import load_key
from .pages.keys import LINKS
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
    rooms = Rooms(log, Media(control), leases, _caller(database, settings, key), now, health)
    sio = sockets.server([settings.public_url])
    app[CONTROL], app[ROOMS] = control, rooms
    media_key = load_key(settings.data_dir / "media.key")
    app[GATEWAY] = Gateway(sio, rooms, _who(accounts), accounts.sessions.alive, media_key)

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

    kept, wired = (settings, database, accounts, log, rooms.afterwards, key), (media_alive, well, try_network, resume)
    house = pages.House(*kept, *wired)
    pages.setup(app, house)
    sio.attach(app)
    app.on_shutdown.append(_goodbye)
    sender = Sender(database, _mail(settings), settings.public_url, _phrase(app, settings), now, app[LINKS])
    regularly = _regularly(
        health,
        Job("sessions that ended", 0, DAY, accounts.sweep),
        Job("outbox", 0, EVERY, sender.look),
        Job("reminders", 0, MINUTE, lambda: _remind(database, settings)),
        Job("daily look", WITNESS, DAY, lambda: _look(database, log, key, settings)),
        Job("public witness", 2 * WITNESS, WITNESS, lambda: _publish(database, key)),
    )
    app.cleanup_ctx.extend((_opened(database), regularly, _tidy(house), _playing, _listening))
    return app


def serve(settings: Settings) -> int:
    """Run until told to stop; 1 when the start failed, with one sentence why."""
    _log_to_stderr()
    uvloop.install()
    try:
        with alone(settings.data_dir):
            web.run_app(
                build(settings), host=settings.host, port=settings.port, access_log=None, shutdown_timeout=GRACE,
                print=lambda _: structlog.get_logger().info("open", url=settings.public_url, port=settings.port),
            )  # fmt: skip
    except (AlreadyRunning, WorkerFailed, signing.BadKey, OSError) as failed:
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


@dataclass(frozen=True, slots=True)
class Job:
    """What is done again and again while the house is open."""

    name: str
    first: float  # seconds from the start to the first time
    every: float  # seconds from its end to the next time
    done: Callable[[], Awaitable[object]]


def _regularly(health: Health, *jobs: Job) -> Context:
    async def context(app: web.Application) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(again_and_again(job, health), name=job.name) for job in jobs]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    return context


async def again_and_again(job: Job, health: Health) -> None:
    """No failure ends it: a database that is away is waited for, and a fault of ours turns health red."""
    await asyncio.sleep(job.first)
    while True:
        try:
            await job.done()
        except SQLAlchemyError as error:
            structlog.get_logger().error(job.name, kind=type(error).__name__)
        except Exception as broken:
            health.fault(job.name, broken)
        await asyncio.sleep(job.every)


async def _remind(database: Database, settings: Settings) -> None:
    """What was posted is not posted again."""
    async with database.write() as connection:
        await notices.remind(connection, now(), settings.zone)


async def _look(database: Database, log: Log, key: signing.Key, settings: Settings) -> None:
    heads = await asyncio.to_thread(noted, settings.witness)
    await daily.run(database, log.read, key, now(), settings.zone, heads)


async def _publish(database: Database, key: signing.Key) -> None:
    try:
        await published.publish(database, key, now())
    except published.WitnessBroken as broken:
        structlog.get_logger().error("witness", why=str(broken))


def _tidy(house: pages.House) -> Context:
    """What a crash left of uploads is taken away at the start."""

    async def context(app: web.Application) -> AsyncIterator[None]:
        async with house.database.read() as connection:
            await Store(house.settings.documents, house.settings.document_megabytes << 20).sweep(connection)
        yield

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
        session = await accounts.sessions.of(sockets.cookie(environ) or "")
        return Viewer(MemberId(session.person_id), session.session_id) if session else None

    return who


def _caller(database: Database, settings: Settings, key: signing.Key) -> Callable[[str], Awaitable[Call]]:
    """The roster is fixed when the first person comes; so nobody comes before the doors are open."""

    async def call(meeting: str) -> Call:
        async with database.read() as connection:
            planned = await meetings.meeting(connection, meeting)
        if planned is None or planned.cancelled:
            raise Refused("NoSuchMeeting", "There is no such meeting.")
        await _open(database, settings, planned)
        await _allowed(database, settings, planned)
        try:
            return await calling.call(database, meeting, settings.zone, now(), {key.public})
        except roster.NoChair:
            raise Refused("no-chair", "The cell has nobody who could chair the meeting.") from None
        except NotAllowed as refused:
            raise Refused(refused.rule, refused.why, **refused.facts) from None

    return call


async def _open(database: Database, settings: Settings, planned: meetings.MeetingRow) -> None:
    """By its time; of a round, when every group has met."""
    doors, at = settings.doors_minutes, now()
    async with database.read() as connection:
        found = await rounds.of(connection, planned, at.date())
        if await rounds.joinable(connection, planned, at, timedelta(minutes=doors)):
            return
    if found and not found.complete:
        why = rounds.waiting(found)
        raise Refused(why.rule, why.why, **why.facts)
    if not found and meetings.missed(planned, at):
        raise Refused("NoSuchMeeting", "There is no such meeting.")
    raise Refused("doors", "The room opens {minutes} minutes before the meeting.", minutes=doors)


async def _allowed(database: Database, settings: Settings, planned: meetings.MeetingRow) -> None:
    """The decision that allows the meeting must be in force on its day, not only when it was planned."""
    day = planned.planned_for.astimezone(settings.zone).date()
    try:
        async with database.read() as connection:
            await rounds.entered(connection, planned, day, now())
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
