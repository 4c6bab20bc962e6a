"""The attendance sheet of a closed meeting, computed from its log: a page, and the same as CSV."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from aiohttp import web

from server.meeting.events import Called
from server.meeting.ids import SeatKind
from server.meeting.minutes import Line, attendance_of
from server.org import meetings
from server.org.meetings import Head, MeetingRow

from . import days, keys
from .csvfile import encoded
from .render import page, say

STANDINGS: Mapping[str, str] = MappingProxyType(
    {
        "official": "Official members",
        "probationary": "Probationary members",
        "exempt": "Exempt members",
        "temporary_in": "Members attending temporarily",
        "none": "Superior's followers and guests",
    }
)
POSTS: Mapping[str, str] = MappingProxyType(
    {
        "cell_secretary": "Cell secretary",
        "deputy_secretary": "Deputy secretary",
        "committee_member": "Committee member",
        "group_leader": "Group leader",
        "deputy_group_leader": "Deputy group leader",
        "assigned_follower": "Superior's follower",
        "none": "",
    }
)
KINDS: Mapping[str, str] = MappingProxyType({"online": "online", "in_room": "in the room", "vouched": "vouched for"})


@dataclass(frozen=True, slots=True)
class Total:
    standing: str
    present: int
    of: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page and the CSV both show."""

    meeting: MeetingRow
    head: Head
    lines: Sequence[Line]
    totals: Sequence[Total]  # by standing
    by_kind: Mapping[str, int]  # members by kind of presence; one may be of several kinds
    chair: str
    called_at: datetime  # of a round: after its groups had met

    @property
    def members(self) -> Sequence[Line]:
        return [line for line in self.lines if line.kind == SeatKind.MEMBER]

    @property
    def present(self) -> int:
        return sum(1 for line in self.members if line.came)


async def show(request: web.Request) -> web.StreamResponse:
    """GET /meetings/{id}/attendance."""
    sheet = await _sheet(request)
    if sheet is None:
        return page(request, "attendance_ahead.html", meeting=request[keys.MEETING])
    return page(
        request,
        "attendance.html",
        sheet=sheet,
        standings=STANDINGS,
        posts=POSTS,
        kinds=KINDS,
        gaps=gaps,
        kinds_of=kinds_of,
        remarks=remarks,
        dmy=days.dmy,
    )


async def csv(request: web.Request) -> web.StreamResponse:
    """GET /meetings/{id}/attendance.csv."""
    sheet = await _sheet(request)
    if sheet is None:
        raise web.HTTPNotFound
    name = f"attendance-{sheet.meeting.planned_for.astimezone(_zone(request)):%Y-%m-%d}.csv"
    return web.Response(
        body=encoded(_rows(request, sheet)),
        headers={"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'},
    )


def gaps(line: Line, called_at: datetime) -> list[tuple[datetime, datetime]]:
    """When he was gone between his first arrival and his last departure; nobody is between his group and the round."""
    return [
        (before.end, after.begin)
        for before, after in zip(line.spans, line.spans[1:], strict=False)
        if after.begin > before.end and not before.end <= called_at <= after.begin
    ]


def kinds_of(line: Line) -> list[str]:
    seen = {kind for span in line.spans for kind in span.kinds}
    return [kind for kind in KINDS if kind in seen]


async def _sheet(request: web.Request) -> Sheet | None:
    house, row = request.app[keys.HOUSE], request[keys.MEETING]
    async with house.database.read() as connection:
        head = await meetings.head(connection, row.id)
    if head is None:
        return None
    recorded = await house.log.read(row.id)
    lines = attendance_of(recorded)
    called = next(entry.event for entry in recorded if isinstance(entry.event, Called))
    names = {seat.member: seat.name for seat in called.roster}
    return Sheet(row, head, lines, _totals(lines), _by_kind(lines), names.get(called.chair, ""), recorded[0].at)


def _totals(lines: Sequence[Line]) -> list[Total]:
    of, present = (
        Counter(str(line.standing) for line in lines),
        Counter(str(line.standing) for line in lines if line.came),
    )
    return [Total(standing, present[standing], of[standing]) for standing in STANDINGS if of[standing]]


def _by_kind(lines: Sequence[Line]) -> Mapping[str, int]:
    counted = Counter(kind for line in lines if line.kind == SeatKind.MEMBER for kind in kinds_of(line))
    return {kind: counted[kind] for kind in KINDS if counted[kind]}


def _zone(request: web.Request) -> ZoneInfo:
    return request.app[keys.HOUSE].settings.zone


def _rows(request: web.Request, sheet: Sheet) -> Iterable[Sequence[str]]:
    """The table, then the facts that prove it."""
    head = (
        "No.",
        "Name",
        "Standing",
        "Post",
        "First arrival",
        "Last departure",
        "Time present",
        "Gaps",
        "Presence",
        "Remarks",
    )
    yield [say(request, word) for word in head]
    for number, line in enumerate(sheet.lines, start=1):
        yield _row(request, number, line, sheet.called_at)
    yield []
    facts = (
        ("Meeting", sheet.meeting.title),
        ("Cell", sheet.meeting.unit.name),
        ("Closed at", _moment(request, sheet.meeting.closed_at)),
        ("Entries in the log", str(sheet.head.seq)),
        ("Head of the log", sheet.head.hash.hex()),
        ("Signature", sheet.head.signature.hex()),
        ("Public key", sheet.head.public_key.hex()),
    )
    for name, value in facts:
        yield [say(request, name), value]


def _row(request: web.Request, number: int, line: Line, called_at: datetime) -> Sequence[str]:
    return [
        str(number),
        line.name,
        say(request, STANDINGS.get(line.standing, "")) if line.standing in STANDINGS else "",
        say(request, POSTS[line.post]) if POSTS.get(line.post) else "",
        _moment(request, line.first),
        _moment(request, line.last),
        f"{line.seconds // 3600}:{line.seconds // 60 % 60:02}:{line.seconds % 60:02}",
        "; ".join(f"{_moment(request, begin)} – {_moment(request, end)}" for begin, end in gaps(line, called_at)),
        ", ".join(say(request, KINDS[kind]) for kind in kinds_of(line)) or say(request, "absent"),
        "; ".join(say(request, word) for word in remarks(line)),
    ]


def remarks(line: Line) -> list[str]:
    marked = ((line.to_verify, "to verify"), (line.removed, "removed by the chair"))
    return [word for holds, word in marked if holds]


def _moment(request: web.Request, moment: datetime | None) -> str:
    """As 2027-01-05 19:30:07 in the cell's zone: what spreadsheets read as a time."""
    return moment.astimezone(_zone(request)).strftime("%Y-%m-%d %H:%M:%S") if moment else ""
