"""What the minutes say, read off the log: who was there, what was taken up, said, voted, concluded, given.  Pure.

No word of the paper stands here: these are its facts, in the order of the meeting (papers/minutes.py writes them).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from . import events as e
from .agenda import State
from .attendance import connected
from .concluding import Task
from .events import Recorded
from .filing import Correction
from .ids import (
    HALL,
    NO_ITEM,
    NOBODY,
    GroupId,
    GroupMeeting,
    Item,
    ItemId,
    MemberId,
    Post,
    RollState,
    Seat,
    SeatKind,
    Standing,
    Told,
)
from .minutes import Line, attendance_of
from .reports import Sitting, sittings_of
from .state import Meeting, apply
from .voting import Vote


@dataclass(frozen=True, slots=True)
class Speech:
    member: MemberId
    began: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class Matter:
    """One item as it was dealt with; the last one, of NO_ITEM, is the meeting as a whole."""

    item: Item
    state: State = State.AHEAD
    taken_up_at: datetime | None = None  # for the first time
    closed_at: datetime | None = None  # for the last time
    reason: str = ""  # why it was put aside
    text: str = ""  # what the minutes secretary wrote
    conclusion: str = ""
    speeches: tuple[Speech, ...] = ()
    documents: tuple[str, ...] = ()  # titles of those that were opened together
    votes: tuple[Vote, ...] = ()
    tasks: tuple[Task, ...] = ()  # those not withdrawn
    corrections: tuple[Correction, ...] = ()
    sittings: tuple[Sitting, ...] = ()  # of groups that were asked about it
    groups: tuple[tuple[GroupMeeting, Told], ...] = ()  # of a round: what the minutes of each group say of it

    @property
    def empty(self) -> bool:
        told = (self.text, self.conclusion, self.speeches, self.documents, self.votes, self.tasks, self.sittings)
        return not any((*told, self.groups))


@dataclass(frozen=True, slots=True)
class Called:
    """One seat at the roll call."""

    seat: Seat
    line: Line  # of the attendance sheet
    state: RollState
    reason: str = ""  # of an absence, or of the chair's correction
    corrected: bool = False

    @property
    def present(self) -> bool:
        return self.state is RollState.PRESENT


@dataclass(frozen=True, slots=True)
class Chairing:
    member: MemberId
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Proceedings:
    meeting: Meeting  # as it stands at the end of the log
    roll: tuple[Called, ...]  # in the order of the roster
    matters: tuple[Matter, ...]  # in the order of the agenda; the meeting as a whole at the end
    chairs: tuple[Chairing, ...]  # who chaired between opening and close, in order
    pauses: tuple[tuple[datetime, datetime], ...]
    removals: tuple[tuple[MemberId, datetime, str], ...]

    @property
    def members(self) -> Sequence[Called]:
        """The members of the cell, who are counted."""
        return [each for each in self.roll if each.seat.kind is SeatKind.MEMBER]

    @property
    def held(self) -> Sequence[GroupMeeting]:
        """Of a round: what its groups held."""
        return self.meeting.held

    @property
    def guests(self) -> Sequence[Called]:
        """Those of the superior committee and guests, who came."""
        return [each for each in self.roll if each.seat.kind is not SeatKind.MEMBER and each.present]

    @property
    def chair(self) -> MemberId:
        """Who chaired at the end."""
        return self.meeting.chair.acting

    @property
    def secretary(self) -> MemberId:
        return self.meeting.opening.minutes_secretary

    def seat(self, member: MemberId) -> Seat:
        return self.meeting.attendance.seats[member]

    def name(self, member: MemberId) -> str:
        seat = self.meeting.attendance.seats.get(member)
        return seat.name if seat else ""

    def post(self, member: MemberId) -> Post:
        seat = self.meeting.attendance.seats.get(member)
        return seat.post if seat else Post.NONE

    def of(self, standing: Standing, *, present: bool = False) -> int:
        """How many members of that standing were convened, or were present."""
        return sum(1 for each in self.members if each.seat.standing is standing and (each.present or not present))

    @property
    def base(self) -> int:
        """Of the attendance rate: the members convened, less the exempt who did not come (as in a vote)."""
        return sum(1 for each in self.members if each.present or each.seat.standing is not Standing.EXEMPT)

    @property
    def minutes(self) -> int:
        """From opening to close, less the pauses; of a round those of the shortest of its groups' meetings.

        Whole minutes, none that was not full.
        """
        if self.held:
            return min(group.seconds for group in self.held) // 60
        sitting = self.meeting.sitting
        if not sitting.opened_at or not sitting.closed_at:
            return 0
        paused = sum((end - begin).total_seconds() for begin, end in self.pauses)
        return int(((sitting.closed_at - sitting.opened_at).total_seconds() - paused) // 60)


def proceedings(recorded: Sequence[Recorded]) -> Proceedings:
    """Of a log that begins with `Called`."""
    meeting, course = Meeting(), _Course()
    for entry in recorded:
        course.read(meeting, entry)
        meeting = apply(meeting, entry.event, entry.at)
    course.stop(recorded[-1].at)
    course.lead(meeting)
    sittings = [replace(each, led=course.led.get(each.number, {})) for each in sittings_of(recorded)]
    return Proceedings(
        meeting=meeting,
        roll=tuple(_called(meeting, line) for line in attendance_of(recorded)),
        matters=tuple(_matters(meeting, course, sittings)),
        chairs=tuple(course.chairs),
        pauses=tuple(course.pauses),
        removals=tuple(course.removals),
    )


def _called(m: Meeting, line: Line) -> Called:
    """The chair's word, else what the attendance says, else the excuse known before."""
    seat = m.attendance.seats[line.member]
    if word := m.opening.corrections.get(line.member):
        return Called(seat, line, word.state, word.reason, corrected=True)
    if line.came:
        return Called(seat, line, RollState.PRESENT)
    excuse = m.opening.excuses.get(line.member)
    excused = RollState.ABSENT_EXCUSED if excuse and excuse.accepted else RollState.ABSENT_UNEXCUSED
    return Called(seat, line, excused, excuse.reason if excuse else "")


def _matters(m: Meeting, course: "_Course", sittings: Sequence[Sitting]) -> Iterable[Matter]:
    """The sessions of an item are told together, in the order of the agenda."""
    for item, line in m.agenda.lines.items():
        yield replace(
            _matter(m, course, sittings, line.item),
            state=line.state,
            taken_up_at=course.taken_up.get(item),
            closed_at=line.closed_at,
            reason=line.reason,
        )
    yield _matter(m, course, sittings, Item(NO_ITEM, ""))


def _matter(m: Meeting, course: "_Course", sittings: Sequence[Sitting], item: Item) -> Matter:
    draft, wordings = m.minutes.items.get(item.id), m.conclusions.items.get(item.id, ())
    tasks = (task for task in m.conclusions.tasks.values() if task.item == item.id and not task.withdrawn_at)
    return Matter(
        item=item,
        text=draft.text if draft else "",
        conclusion=wordings[-1].text if wordings else "",
        speeches=tuple(course.speeches.get(item.id, ())),
        documents=tuple(course.documents.get(item.id, ())),
        votes=tuple(vote for vote in m.voting.votes.values() if vote.item == item.id),
        tasks=tuple(tasks),
        corrections=tuple(each for each in m.filing.corrections if each.item == item.id),
        sittings=tuple(sitting for sitting in sittings if sitting.asked(item.id)),
        groups=tuple((group, told) for group in m.held for told in group.told if told.item == item.id),
    )


@dataclass(slots=True)
class _Course:
    """What the state does not keep: speeches, who chaired or led when, pauses, documents opened, removals."""

    speeches: dict[ItemId, list[Speech]] = field(default_factory=dict)
    documents: dict[ItemId, list[str]] = field(default_factory=dict)
    taken_up: dict[ItemId, datetime] = field(default_factory=dict)
    floor: ItemId = NO_ITEM  # what was under debate when the running speech began
    chairs: list[Chairing] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    removals: list[tuple[MemberId, datetime, str]] = field(default_factory=list)
    led: dict[int, dict[GroupId, list[MemberId]]] = field(default_factory=dict)  # by the number of the sitting

    def read(self, before: Meeting, entry: Recorded) -> None:
        """What happens inside a group that sits apart is told by its report (reports.py), not here."""
        self.lead(before)
        hall = getattr(entry.event, "place", HALL) == HALL
        if hall and (step := _STEPS.get(type(entry.event))):
            step(self, before, entry.event, entry.at)

    def stop(self, at: datetime) -> None:
        """While the meeting goes on, its chair has chaired until now."""
        if self.chairs and self.chairs[-1].until is None:
            self.chairs[-1] = replace(self.chairs[-1], until=at)

    def lead(self, m: Meeting) -> None:
        """Who leads each group now; a leader who was never there did not lead."""
        apart = m.groups.apart
        if apart is None:
            return
        for group in apart.groups.values():
            before = self.led.setdefault(apart.number, {}).setdefault(group.id, [])
            if group.lead.acting not in before[-1:] and connected(m.attendance, group.lead.acting):
                before.append(group.lead.acting)

    def opened(self, m: Meeting, event: e.Opened, at: datetime) -> None:
        self.chairs.append(Chairing(m.chair.acting, at, None))

    def chaired(self, m: Meeting, event: e.ChairTaken | e.ChairReturned, at: datetime) -> None:
        if self.chairs:
            self.stop(at)
            self.chairs.append(Chairing(event.member, at, None))

    def closed(self, m: Meeting, event: e.Closed, at: datetime) -> None:
        self.resumed(m, event, at)
        self.stop(at)

    def resumed(self, m: Meeting, event: e.Event, at: datetime) -> None:
        if m.sitting.paused_at:
            self.pauses.append((m.sitting.paused_at, at))

    def took_up(self, m: Meeting, event: e.ItemTakenUp, at: datetime) -> None:
        self.taken_up.setdefault(event.item, at)

    def began(self, m: Meeting, event: e.FloorGiven, at: datetime) -> None:
        self.floor = m.item

    def spoke(self, m: Meeting, event: e.SpeechEnded, at: datetime) -> None:
        if m.speaking.floor and event.member != NOBODY:
            self.speeches.setdefault(self.floor, []).append(Speech(event.member, m.speaking.floor.since, at))

    def showed(self, m: Meeting, event: e.DocumentShown, at: datetime) -> None:
        document = m.showing.documents[event.document]
        titles = self.documents.setdefault(document.item or m.item, [])
        if document.title not in titles:
            titles.append(document.title)

    def removed(self, m: Meeting, event: e.Removed, at: datetime) -> None:
        self.removals.append((event.member, at, event.reason))


_STEPS: dict[type[e.Event], Callable[[_Course, Meeting, Any, datetime], None]] = {
    e.Opened: _Course.opened,
    e.ChairTaken: _Course.chaired,
    e.ChairReturned: _Course.chaired,
    e.Closed: _Course.closed,
    e.Resumed: _Course.resumed,
    e.ItemTakenUp: _Course.took_up,
    e.FloorGiven: _Course.began,
    e.SpeechEnded: _Course.spoke,
    e.DocumentShown: _Course.showed,
    e.Removed: _Course.removed,
}
