"""What the pages are handed, and where each thing is kept on the application and on the request."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from server.meeting.commands import Command
from server.meeting.events import Recorded
from server.meeting.ids import MemberId
from server.notify.links import Links
from server.org.access import Actor
from server.org.accounts import Accounts
from server.org.meetings import MeetingRow
from server.org.people import Entry
from server.org.refusal import Refused
from server.org.sessions import SignedIn
from server.org.tree import Unit
from server.records.database import Database
from server.records.signing import Key
from server.settings import Settings

if TYPE_CHECKING:
    from .assets import Assets
    from .csrf import Tokens
    from .metrics import Metrics
    from .words import Words

WEB = Path(__file__).resolve().parents[2] / "web"


class Log(Protocol):
    """What the pages need of the records."""

    async def read(self, meeting: str) -> list[Recorded]: ...


class Ask(Protocol):
    """Asks a closed meeting, by the one way: decided, kept, told.  Raises meeting.refusal.Refused."""

    async def __call__(self, meeting: str, command: Command, member: MemberId, cause: str = "") -> int: ...


async def _well() -> bool:
    return True


async def _no_answer(offer: str) -> str:
    raise Refused("media-away", "Sound and picture are being restarted. Please wait a moment.")


async def _no_room(meeting: str, person: str, page: str, offer: str) -> Mapping[str, str]:
    raise Refused("not-here", "You are not present in this meeting.")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """Everything the pages need of the rest of the program."""

    settings: Settings
    database: Database
    accounts: Accounts
    log: Log
    ask: Ask
    key: Key  # seals a meeting's file
    media_alive: Callable[[], Awaitable[bool]] = _well
    no_faults: Callable[[], Awaitable[bool]] = _well  # false once a fault happened that a person should look at
    try_network: Callable[[str], Awaitable[str]] = _no_answer  # an offer; its answer
    resume: Callable[[str, str, str, str], Awaitable[Mapping[str, str]]] = _no_room  # meeting, person, page, offer
    clock: Callable[[], datetime] = field(default=_now)  # UTC
    web: Path = WEB  # templates/, locale/, dist/


FORM_BYTES = 64 * 1024

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """`action` is an action of org.access on the unit {unit}, the home of the {person} or the meeting {id} of the path;
    or a word below.
    """

    method: str
    path: str
    handler: Handler
    action: str
    largest: int = FORM_BYTES  # of a posted form
    look: str = ""  # a word of oversight.looks.WHAT: a superior who gets this page leaves that trace


ANYONE = "anyone"
SIGNED_IN = "signed_in"
MACHINE = "machine"  # files, figures, health: no person asks, so no session is looked up

HOUSE = web.AppKey("house", House)
WORDS: "web.AppKey[Words]" = web.AppKey("words")
ASSETS: "web.AppKey[Assets]" = web.AppKey("assets")
TOKENS: "web.AppKey[Tokens]" = web.AppKey("tokens")
LINKS = web.AppKey("links", Links)
METRICS: "web.AppKey[Metrics]" = web.AppKey("metrics")
ACTIONS: "web.AppKey[dict[tuple[str, str], str]]" = web.AppKey("actions")

LOOKS: "web.AppKey[dict[tuple[str, str], str]]" = web.AppKey("looks")
LARGEST: "web.AppKey[dict[tuple[str, str], int]]" = web.AppKey("largest")

LANGUAGE = web.RequestKey("language", str)
SESSION = web.RequestKey("session", SignedIn)
ACTOR = web.RequestKey("actor", Actor)
MEETING = web.RequestKey("meeting", MeetingRow)
UNIT = web.RequestKey("unit", Unit)  # of the {unit} in the address, once it is known that he may
PERSON = web.RequestKey("person", Entry)  # of the {person} in the address, likewise
UNREAD = web.RequestKey("unread", int)  # notices of whoever asks that he has not read
VISITOR = web.RequestKey("visitor", str)  # the secret of a visitor who has not signed in
FRESH_VISITOR = web.RequestKey("fresh_visitor", bool)  # his cookie must be set
