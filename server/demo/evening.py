"""What happens in one meeting of the history: who comes and how, what is said, voted, concluded, written.  Pure."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.meeting import commands as c
from server.meeting.ids import (
    Choice,
    ConnectionId,
    CriterionId,
    Excuse,
    ItemId,
    LongText,
    MeetingKind,
    MemberId,
    Post,
    Question,
    QuestionId,
    RollState,
    Seat,
    SeatKind,
    Standing,
    TaskId,
    Text,
    VoteId,
)
from server.meeting.rules import SCORE, Points, Regulation
from server.org.pilot.case import ONLINE
from server.org.pilot.forms import IN_PERSON

from .cells import CONCLUSIONS, REASONS, REPORTS, SPOKEN, TASKS, Habit

Step = tuple[float, MemberId, c.Command]  # minutes after the planned time, who, what

_VOTERS = (Standing.OFFICIAL, Standing.EXEMPT)
_FAR = 0.35  # chance that one who works far away comes


@dataclass(frozen=True, slots=True)
class Told:
    excuses: tuple[Excuse, ...]
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class _Evening:
    """Who is there; drawn once, then told."""

    call: c.Call
    habit: Habit
    online: tuple[Seat, ...]  # connected themselves; the chair first
    in_room: tuple[Seat, ...]  # ticked by the chair
    away: tuple[Seat, ...]
    ends: float  # minutes after the planned time
    leaders: tuple[MemberId, ...]  # of the party groups, which sit apart for a while; () = they do not
    dice: random.Random

    @property
    def chair(self) -> MemberId:
        return self.call.chair

    @property
    def here(self) -> tuple[Seat, ...]:
        return (*self.online, *self.in_room)


def told(call: c.Call, habit: Habit, form: str, dice: random.Random) -> Told:
    """The story of this meeting; the same dice tell the same."""
    evening = _drawn(call, habit, form, dice)
    excused = [seat for seat in evening.away if dice.random() < habit.tells and seat.kind is SeatKind.MEMBER]
    before = tuple(Excuse(seat.member, dice.choice(REASONS)) for seat in excused[1:])
    late = tuple(seat for seat in excused[:1])  # told the chair in the evening itself
    return Told(before, [*_coming(evening), *_opening(evening, late), *_course(evening), *_end(evening)])


def _drawn(call: c.Call, habit: Habit, form: str, dice: random.Random) -> _Evening:
    members = [seat for seat in call.roster if seat.kind is SeatKind.MEMBER]
    far = {seat.member for seat in members[len(members) - habit.absent :]}
    leaders = tuple(seat.member for seat in members if seat.post is Post.GROUP_LEADER and _apart(call, form))
    must = {call.chair, *call.line[:1], *leaders}
    comes = [
        seat for seat in members if seat.member in must or dice.random() < (_FAR if seat.member in far else habit.comes)
    ]
    followers = [seat for seat in call.roster if seat.kind is SeatKind.SUPERVISOR and dice.random() < 0.3]
    apart = 1.0 if form == ONLINE else 0.0 if form == IN_PERSON else 0.6
    online = [seat for seat in comes if seat.member in (call.chair, *leaders) or dice.random() < apart]
    online.sort(key=lambda seat: seat.member != call.chair)
    room = [seat for seat in comes if seat not in online]
    away = [seat for seat in members if seat not in comes]
    ends = max(25.0, habit.minutes + dice.gauss(0, 5))
    if call.regulation.duration_minutes > 90 and habit.minutes >= 90:
        ends += 28
    if form == IN_PERSON:
        room += followers
    else:
        online += followers
    return _Evening(call, habit, tuple(online), tuple(room), tuple(away), ends, leaders, dice)


def _apart(call: c.Call, form: str) -> bool:
    """A meeting with a theme splits for a while; that of a group in a round has nobody to split."""
    return form != IN_PERSON and call.about.kind is MeetingKind.COMBINED and not call.about.part


def _page(member: MemberId, number: int = 1) -> ConnectionId:
    return ConnectionId(f"page-{member}-{number}")


def _coming(e: _Evening) -> Iterator[Step]:
    for number, seat in enumerate(e.online):
        minute = -16.0 if number == 0 else -14 + e.dice.random() * 13
        if number > 2 and e.dice.random() < 0.06 and seat.member != _secretary(e):
            minute = 4 + e.dice.random() * 12  # late
        yield minute, seat.member, c.Join(_page(seat.member), e.dice.choice(("phone", "phone", "desktop", "tablet")))
    for number, seat in enumerate(e.in_room):
        yield -9 + number * 0.08, e.chair, c.TickPresent(seat.member)
    yield from _mishap(e)


def _mishap(e: _Evening) -> Iterator[Step]:
    """One who is connected is cut off for a while, one goes before the end; sometimes."""
    stay = (*e.call.line[:1], *e.leaders)
    able = [seat.member for seat in e.online[1:] if seat.kind is SeatKind.MEMBER and seat.member not in stay]
    if able and e.dice.random() < 0.6:
        lost, minute = e.dice.choice(able), 22 + e.dice.random() * 8
        yield minute, lost, c.Drop(_page(lost))
        yield minute + e.dice.choice((0.6, 1.4, 5.0)), lost, c.Join(_page(lost, 2), "phone")
    if able and e.dice.random() < 0.2:
        yield e.ends - 5, e.dice.choice(able), c.Leave()


def _opening(e: _Evening, late: Sequence[Seat]) -> Iterator[Step]:
    yield 0.5, e.chair, c.Open()
    for seat in late:
        reason = e.dice.choice(REASONS)
        yield 1.0, e.chair, c.CorrectRoll(seat.member, RollState.ABSENT_EXCUSED, f"{reason}, báo trước giờ họp")
    yield 1.3, e.chair, c.AppointMinutesSecretary(_secretary(e))
    yield 1.6, e.chair, c.AdoptAgenda()


def _secretary(e: _Evening) -> MemberId:
    """The deputy, who always comes."""
    return e.call.line[0]


def _course(e: _Evening) -> Iterator[Step]:
    items = e.call.agenda
    step = (e.ends - 22) / max(1, len(items))
    for number, item in enumerate(items):
        begin = 3 + number * step
        yield begin, e.chair, c.TakeUpItem(item.id)
        yield begin + step * 0.8, e.chair, c.Conclude(item.id, Text(e.dice.choice(CONCLUSIONS)))
        yield begin + step * 0.85, _secretary(e), c.WriteMinutes(item.id, LongText(e.dice.choice(SPOKEN)), 0)
    if e.leaders and len(items) > 1:
        yield from _sitting(e, items[1].id, 3 + step * 1.1, step * 0.6)
    yield from _speeches(e, items[-1].id if items else ItemId(""), 3 + (len(items) - 1) * step)
    if not e.call.about.part:
        yield from _tasks(e)


def _tasks(e: _Evening) -> Iterator[Step]:
    for number, owner in enumerate(_owners(e)):
        deadline = datetime.fromisoformat(e.call.about.planned_for).date() + timedelta(days=25)
        task = c.GiveTask(TaskId(f"t{number}"), Text(e.dice.choice(TASKS)), owner, deadline.isoformat())
        yield e.ends - 18 + number * 0.3, e.chair, task


def _sitting(e: _Evening, item: ItemId, begin: float, minutes: float) -> Iterator[Step]:
    """The groups of the register sit apart over one item; each leader reports before they are called back."""
    question = Question(QuestionId("1"), item)
    yield begin, e.chair, c.FormGroups((question,), round(minutes) + 2)
    for number, leader in enumerate(e.leaders):
        written = begin + minutes * 0.7 + number * 0.4
        yield written, leader, c.DraftReport(question.id, Text(e.dice.choice(REPORTS)), hands_for=6 + number)
        yield written + 0.3, leader, c.SubmitReport()
    yield begin + minutes, e.chair, c.GatherGroups()


def _owners(e: _Evening) -> Sequence[MemberId]:
    able = [seat.member for seat in e.here if seat.kind is SeatKind.MEMBER]
    return e.dice.sample(able, min(len(able), e.dice.randrange(1, 4)))


def _speeches(e: _Evening, item: ItemId, begin: float) -> Iterator[Step]:
    speakers = [seat.member for seat in e.online[1:3]]
    for number, member in enumerate(speakers):
        minute = begin + 1 + number * 4
        yield minute, e.chair, c.GiveFloor(member)
        yield minute + 2.5, e.chair, c.EndSpeech()


def _end(e: _Evening) -> Iterator[Step]:
    """The score (of a group: the motions of the round), the minutes, the close."""
    begin = e.ends - 12
    if e.call.about.part:
        yield from _motions(e, begin)
    elif e.habit.adopts == 1.0 or e.dice.random() < 0.9:
        yield from _score(e, begin)
    if e.dice.random() < e.habit.adopts:
        yield e.ends - 4, _secretary(e), c.ReadMinutes()
        yield e.ends - 1, e.chair, c.AdoptMinutes()
    yield e.ends, e.chair, c.Close()


def _motions(e: _Evening, begin: float) -> Iterator[Step]:
    """A group decides nothing: it votes on what was prepared with its round."""
    for number, motion in enumerate(e.call.motions):
        minute, vote = begin + number * 3, VoteId(f"group-{motion.id}")
        yield minute, e.chair, c.PutMotion(vote, motion.id)
        yield from _ballots(e, vote, minute + 0.3)
        yield minute + 2.5, e.chair, c.CloseVote(vote)


def _ballots(e: _Evening, vote: VoteId, begin: float) -> Iterator[Step]:
    voters = [seat for seat in e.here if seat.standing in _VOTERS]
    for number, seat in enumerate(voters):
        against = number and e.dice.random() < 0.03
        choice = Choice.AGAINST if against else Choice.FOR
        yield begin + number * 0.02, *_ballot(e, vote, seat, choice)


def _score(e: _Evening, begin: float) -> Iterator[Step]:
    points, vote = _points(e.call.regulation, e), VoteId("score")
    yield begin, e.chair, c.ProposeScore(points)
    yield begin + 0.5, e.chair, c.AgreeScore(1)
    text = f"Chi bộ tự chấm {sum(each.points for each in points)} điểm"
    yield begin + 1, e.chair, c.OpenVote(vote, SCORE, Text(text))
    yield from _ballots(e, vote, begin + 1.5)
    yield begin + 5.0, e.chair, c.CloseVote(vote)


def _ballot(e: _Evening, vote: VoteId, seat: Seat, choice: Choice) -> tuple[MemberId, c.Command]:
    """Who is in the room raises his hand."""
    if seat in e.in_room:
        return e.chair, c.EnterHand(vote, seat.member, choice)
    return seat.member, c.CastBallot(vote, choice)


def _points(regulation: Regulation, e: _Evening) -> tuple[Points, ...]:
    """What the cell gives itself: full points less what its habit costs, taken where most is to be had."""
    wanted = max(30, min(100, round(e.dice.gauss(e.habit.score, 3))))
    short = sum(each.most for each in regulation.criteria) - wanted
    given: dict[CriterionId, int] = {each.id: each.most for each in regulation.criteria}
    while short > 0:
        most = max(given, key=lambda each: given[each])
        given[most], short = given[most] - 1, short - 1
    return tuple(Points(each.id, given[each.id]) for each in regulation.criteria)
