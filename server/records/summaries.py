"""The summaries: one row per closed meeting and one per seat, read off the log and written in the transaction that
closes it.

They are for supervisors, who must not replay a thousand logs.  `chibo summaries --rebuild` makes them anew from the
logs, and `chibo verify` finds a row that does not say what its log says.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..meeting import events as e
from ..meeting.events import Recorded
from ..meeting.ids import NO_VOTE, MemberId, RollState, Seat, SeatKind, Standing, VoteId
from ..meeting.rules import SCORE
from . import rollups, tables
from .attendance import IN_ROOM, ONLINE, VOUCHED, Rolls, Row
from .database import Database

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PRESENT, EXCUSED, UNEXCUSED = (str(state.value) for state in RollState)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One seat of one meeting: what the roll call says of it at the end."""

    member: str
    name: str
    kind: str  # a word of SeatKind
    standing: str
    post: str
    state: str  # a word of RollState; guests and followers who did not come: absent_unexcused, and counted nowhere
    seconds: int  # counted present between opening and closing
    kinds: str  # words of records.attendance, sorted, joined by " "
    reason: str  # of an excuse or of a correction
    corrected: bool  # the chair has corrected the line
    to_verify: bool  # did not answer "are you there?", and nobody has vouched for it since


@dataclass(frozen=True, slots=True)
class Summary:
    """One closed meeting; of a round, all its groups together and what followed.

    `base`: the members convened, less the exempt who did not come, as the base of a vote has it (Điều lệ Đảng 2011);
    `present` of it is the attendance rate.
    """

    kind: str  # a word of MeetingKind
    planned_for: datetime
    opened_at: datetime
    closed_at: datetime
    seconds: int  # from opening to closing, less the pauses; of a round those of the shortest of its groups' meetings
    wanted_minutes: int  # what the regulation of its day wants
    results_days: int  # days after the close within which it wants the results reported
    official: int  # member seats by standing
    probationary: int
    exempt: int
    temporary: int
    base: int
    present: int
    excused: int
    unexcused: int
    online: int  # members seen so at some time; one may be of several kinds
    in_room: int
    vouched: int
    corrections: int
    to_verify: int
    followers: int  # of the superior committee, who came
    votes: int  # decided
    tasks: int  # given, and not withdrawn
    score: int | None  # as the cell accepted it
    grade: str  # "" = not scored
    adopted: bool  # the minutes
    reported_after: int | None  # days from the close to the report to the direct superior; None = not reported


def summary(recorded: Sequence[Recorded]) -> tuple[Summary, tuple[Line, ...]] | None:
    """What the rows of this log say; None while the meeting is not closed, and of a group's meeting: the round has one
    row for all of them.

    The rule wants so long a meeting of every member; so each group's own meeting is held against it, and the shortest
    one says whether the round kept it.  The short session that gathers the round adds nothing to that.
    """
    reading = _through(recorded)
    called, opened, closed = reading.called, reading.opened, reading.closed
    if called is None or opened is None or closed is None or called.about.part:
        return None
    lines = _lines(reading, called, recorded)
    return _summary(reading, called, opened, closed, lines), lines


def roll(recorded: Sequence[Recorded]) -> tuple[Line, ...] | None:
    """A line for each seat, in the meeting of a group as in any; None while it is not closed."""
    reading = _through(recorded)
    if reading.called is None or reading.opened is None or reading.closed is None:
        return None
    return _lines(reading, reading.called, recorded)


def month_of(moment: datetime, zone: ZoneInfo = ZONE) -> str:
    """As "2027-01": the month of the cell's calendar."""
    return f"{moment.astimezone(zone):%Y-%m}"


# -- Reading the log -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reading:
    called: e.Called | None = None
    opened: datetime | None = None
    closed: datetime | None = None
    paused: datetime | None = None
    pauses: timedelta = timedelta()
    corrections: Mapping[MemberId, e.RollCorrected] = field(default_factory=dict)
    corrected: int = 0
    to_verify: frozenset[MemberId] = frozenset()
    votes: int = 0
    tasks: frozenset[str] = frozenset()
    sheet: e.ScoreProposed | None = None
    vote: VoteId = NO_VOTE  # the one about the sheet
    accepted: bool = False
    adopted: bool = False
    reported: str = ""  # a day


def _through(recorded: Sequence[Recorded]) -> _Reading:
    reading = _Reading()
    for entry in recorded:
        reading = _read(reading, entry)
    return reading


def _lines(r: _Reading, called: e.Called, recorded: Sequence[Recorded]) -> tuple[Line, ...]:
    rolls = Rolls().after(recorded)
    return tuple(_line(r, seat, rolls.rows.get(seat.member, ())) for seat in called.roster)


def _read(r: _Reading, entry: Recorded) -> _Reading:
    step = _STEPS.get(type(entry.event))
    return replace(r, **step(r, entry.event, entry.at)) if step else r


Changed = Mapping[str, Any]


def _called(r: _Reading, event: e.Called, at: datetime) -> Changed:
    words = [each for group in event.held for each in group.words]
    return {
        "called": event,
        "corrections": {each.member: e.RollCorrected(each.member, each.state, each.reason) for each in words},
        "corrected": len(words),
        "to_verify": frozenset(member for group in event.held for member in group.to_verify),
    }


def _resumed(r: _Reading, event: e.Event, at: datetime) -> Changed:
    return {"pauses": r.pauses + (at - r.paused if r.paused else timedelta()), "paused": None}


def _closed(r: _Reading, event: e.Closed, at: datetime) -> Changed:
    return {**_resumed(r, event, at), "closed": at}


def _corrected(r: _Reading, event: e.RollCorrected, at: datetime) -> Changed:
    return {"corrections": {**r.corrections, event.member: event}, "corrected": r.corrected + 1}


def _arrived(r: _Reading, event: e.Arrived, at: datetime) -> Changed:
    """That somebody is absent is no longer said once he has come (meeting/opening.py)."""
    was = r.corrections.get(event.member)
    if was is None or was.state is RollState.PRESENT:
        return {}
    return {"corrections": {member: line for member, line in r.corrections.items() if member != event.member}}


def _missed(r: _Reading, event: e.PresenceCheckEnded, at: datetime) -> Changed:
    return {"to_verify": r.to_verify | set(event.missed)}


def _verified(r: _Reading, event: e.Verified | e.PresenceAnswered, at: datetime) -> Changed:
    return {"to_verify": r.to_verify - {event.member}}


def _put(r: _Reading, event: e.VoteOpened | e.PaperBallotOrdered, at: datetime) -> Changed:
    return {"vote": event.vote} if event.rule.kind == SCORE and r.sheet else {}


def _decided(r: _Reading, event: e.VoteClosed | e.CountRecorded | e.GroupsCounted, at: datetime) -> Changed:
    return {"votes": r.votes + 1, "accepted": r.accepted or (event.vote == r.vote and event.result.passed)}


_STEPS: Mapping[type[e.Event], Callable[[_Reading, Any, datetime], Changed]] = {
    e.Called: _called,
    e.Opened: lambda r, event, at: {"opened": at},
    e.Paused: lambda r, event, at: {"paused": at},
    e.Resumed: _resumed,
    e.Closed: _closed,
    e.RollCorrected: _corrected,
    e.Arrived: _arrived,
    e.PresenceCheckEnded: _missed,
    e.PresenceAnswered: _verified,
    e.Verified: _verified,
    e.VoteOpened: _put,
    e.PaperBallotOrdered: _put,
    e.VoteClosed: _decided,
    e.CountRecorded: _decided,
    e.GroupsCounted: _decided,
    e.TaskGiven: lambda r, event, at: {"tasks": r.tasks | {event.task}},
    e.TaskWithdrawn: lambda r, event, at: {"tasks": r.tasks - {event.task}},
    e.ScoreProposed: lambda r, event, at: {"sheet": event, "vote": NO_VOTE, "accepted": False},
    e.MinutesAdopted: lambda r, event, at: {"adopted": True},
    e.ResultsReported: lambda r, event, at: {"reported": event.day},
}


# -- One seat, the whole meeting -------------------------------------------------------------------------------------


def _line(r: _Reading, seat: Seat, rows: Sequence[Row]) -> Line:
    met = _met(r, seat.member)
    state, reason = _state(r, seat.member, bool(met) or _stayed(r, rows))
    return Line(
        member=seat.member,
        name=seat.name,
        kind=seat.kind.value,
        standing=seat.standing.value,
        post=seat.post.value,
        state=state,
        seconds=(_counted(r, rows) + met) // _SECOND,
        kinds=" ".join(sorted(frozenset().union(*(row.kinds for row in rows)))),
        reason=reason,
        corrected=seat.member in r.corrections,
        to_verify=seat.member in r.to_verify,
    )


def _state(r: _Reading, member: MemberId, came: bool) -> tuple[str, str]:
    """The chair's word, else what the attendance says, else the excuse known before."""
    if word := r.corrections.get(member):
        return word.state.value, word.reason
    if came:
        return PRESENT, ""
    excuse = next((each for each in r.called.excuses if each.member == member), None) if r.called else None
    if excuse is None:
        return UNEXCUSED, ""
    return (EXCUSED if excuse.accepted else UNEXCUSED), excuse.reason


def _stayed(r: _Reading, rows: Sequence[Row]) -> bool:
    """Still there when the meeting opened, or came later: who only tried his telephone before it was not present."""
    assert r.opened and r.closed
    return any((row.ended or r.closed) >= r.opened for row in rows)


def _counted(r: _Reading, rows: Sequence[Row]) -> timedelta:
    assert r.opened and r.closed
    spans = ((max(row.began, r.opened), min(row.ended or r.closed, r.closed)) for row in rows)
    return sum((max(end - begin, timedelta()) for begin, end in spans), timedelta())


def _met(r: _Reading, member: MemberId) -> timedelta:
    """Counted present in the meeting of his group, between its opening and its closing."""
    groups = r.called.held if r.called else ()
    stays = ((stay, group) for group in groups for stay in group.stays if stay.member == member)
    spans = ((max(stay.began, group.opened_at), min(stay.ended, group.closed_at)) for stay, group in stays)
    return sum((max(end - begin, timedelta()) for begin, end in spans), timedelta())


def _length(r: _Reading, called: e.Called, opened: datetime, closed: datetime) -> int:
    return min((group.seconds for group in called.held), default=(closed - opened - r.pauses) // _SECOND)


def _summary(r: _Reading, called: e.Called, opened: datetime, closed: datetime, lines: Sequence[Line]) -> Summary:
    members = [line for line in lines if line.kind == SeatKind.MEMBER]
    here = [line for line in members if line.state == PRESENT]
    away = [line for line in members if line.state != PRESENT]
    exempt_away = sum(1 for line in away if line.standing == Standing.EXEMPT)
    counted = [line for line in away if line.standing != Standing.EXEMPT]
    scored = r.sheet if r.accepted else None
    return Summary(
        kind=called.about.kind.value,
        planned_for=datetime.fromisoformat(called.about.planned_for),
        opened_at=opened,
        closed_at=closed,
        seconds=_length(r, called, opened, closed),
        wanted_minutes=called.regulation.duration_minutes,
        results_days=called.regulation.results_days,
        official=_count(members, Standing.OFFICIAL),
        probationary=_count(members, Standing.PROBATIONARY),
        exempt=_count(members, Standing.EXEMPT),
        temporary=_count(members, Standing.TEMPORARY_IN),
        base=len(members) - exempt_away,
        present=len(here),
        excused=sum(1 for line in counted if line.state == EXCUSED),
        unexcused=sum(1 for line in counted if line.state == UNEXCUSED),
        online=_seen(here, ONLINE),
        in_room=_seen(here, IN_ROOM),
        vouched=_seen(here, VOUCHED),
        corrections=r.corrected,
        to_verify=sum(1 for line in members if line.to_verify),
        followers=sum(1 for line in lines if line.kind == SeatKind.SUPERVISOR and line.state == PRESENT),
        votes=r.votes,
        tasks=len(r.tasks),
        score=scored.total if scored else None,
        grade=scored.grade if scored else "",
        adopted=r.adopted,
        reported_after=_days(closed, r.reported),
    )


def _days(closed: datetime, reported: str) -> int | None:
    """By the calendar of the cells."""
    return (date.fromisoformat(reported) - closed.astimezone(ZONE).date()).days if reported else None


def _count(lines: Iterable[Line], standing: Standing) -> int:
    return sum(1 for line in lines if line.standing == standing)


def _seen(lines: Iterable[Line], kind: str) -> int:
    return sum(1 for line in lines if kind in line.kinds.split())


# -- Keeping ---------------------------------------------------------------------------------------------------------


async def keep(connection: AsyncConnection, meeting: str, recorded: Sequence[Recorded], zone: ZoneInfo) -> None:
    """Write the rows of a closed meeting, instead of any it had, in the transaction of `connection`.

    A log that belongs to no planned meeting has no cell, and so no rows.
    """
    for table in (tables.roll_lines, tables.summaries):
        await connection.execute(sa.delete(table).where(table.c.meeting == meeting))
    listed = sa.select(tables.meetings.c.unit_id, tables.meetings.c.form).where(tables.meetings.c.id == meeting)
    row, found = (await connection.execute(listed)).first(), summary(recorded)
    if row is None or found is None:
        return
    head, lines = found
    place = {"meeting": meeting, "unit_id": row.unit_id, "month": month_of(head.planned_for, zone)}
    await connection.execute(tables.summaries.insert().values(**place, form=row.form, **asdict(head)))
    if lines:
        await connection.execute(tables.roll_lines.insert(), [{**place, **asdict(line)} for line in lines])
    await rollups.refresh(connection, place["unit_id"], place["month"])


async def kept(connection: AsyncConnection, meeting: str) -> tuple[Summary, tuple[Line, ...]] | None:
    """The rows as they stand; None if there are none."""
    head = (await connection.execute(sa.select(tables.summaries).where(tables.summaries.c.meeting == meeting))).first()
    rows = await connection.execute(sa.select(tables.roll_lines).where(tables.roll_lines.c.meeting == meeting))
    return (_taken(Summary, head), tuple(_taken(Line, row) for row in rows)) if head else None


async def places(connection: AsyncConnection, meeting: str) -> set[tuple[str, str, str]]:
    """Where its rows stand: cell, month, and form, which a line of the roll has not."""
    s, r = tables.summaries.c, tables.roll_lines.c
    head = sa.select(s.unit_id, s.month, s.form).where(s.meeting == meeting)
    roll = sa.select(r.unit_id, r.month, sa.literal("")).where(r.meeting == meeting)
    return {(unit, month, form) for unit, month, form in await connection.execute(sa.union(head, roll))}


def agree(one: tuple[Summary, tuple[Line, ...]] | None, other: tuple[Summary, tuple[Line, ...]] | None) -> bool:
    """Whether both say the same, in whatever order the seats stand."""
    if one is None or other is None:
        return one is other
    return one[0] == other[0] and {line.member: line for line in one[1]} == {line.member: line for line in other[1]}


def _taken(kind: type[Any], row: sa.Row[Any]) -> Any:
    return kind(**{name: row._mapping[name] for name in kind.__dataclass_fields__})


async def rebuild(
    database: Database, read: Callable[[str], Awaitable[list[Recorded]]], zone: ZoneInfo, *, write: bool = True
) -> AsyncIterator[tuple[str, bool]]:
    """(meeting, whether its rows were right) for every closed meeting; with `write` those that were not are made anew.

    `read`: Log.read.  Raises CorruptRecord where a log is broken: nothing is built on it.
    """
    closed = sa.select(tables.meetings.c.id).where(tables.meetings.c.phase == "closed")
    async with database.read() as connection:
        every = sorted((await connection.execute(closed)).scalars())
    for meeting in every:
        recorded = await read(meeting)
        async with database.read() as connection:
            right = agree(await kept(connection, meeting), summary(recorded))
        if write and not right:
            async with database.write() as connection:
                await keep(connection, meeting, recorded, zone)
        yield meeting, right


async def lacking(connection: AsyncConnection) -> Sequence[str]:
    """The closed meetings that have no summary: closed before there were any."""
    listed, s = tables.meetings.c, tables.summaries
    joined = tables.meetings.outerjoin(s, listed.id == s.c.meeting)
    whole = listed.round_id.is_(None)  # of the meetings of groups there are none
    found = sa.select(listed.id).select_from(joined).where(listed.phase == "closed", s.c.meeting.is_(None), whole)
    return list((await connection.execute(found.order_by(listed.id))).scalars())
