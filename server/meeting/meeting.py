"""The table of contents of the regulation: every command, who may ask it, when, and where it is decided.

The meeting is a value.  `decide` says what would happen and changes nothing; `apply` makes the next value of what
happened and decides nothing; `due` says when the clock must ask.  A chapter that an event does not touch stays the
same object.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from . import agenda, attendance, calling, chairing, checks, microphones, sitting, speaking
from . import commands as c
from . import events as e
from .agenda import Agenda
from .attendance import Attendance
from .chairing import Chair
from .checks import Checks
from .ids import NOBODY, About, MemberId
from .microphones import Microphones
from .refusal import Refused
from .rules import Regulation
from .sitting import Phase, Sitting
from .speaking import Speaking


@dataclass(frozen=True, slots=True)
class Meeting:
    """Empty until `Called`; unchangeable, like everything in it."""

    about: About = field(default_factory=lambda: About(title="", cell="", planned_for=""))
    regulation: Regulation = field(default_factory=Regulation)
    sitting: Sitting = field(default_factory=Sitting)
    attendance: Attendance = field(default_factory=Attendance)
    chair: Chair = field(default_factory=Chair)
    checks: Checks = field(default_factory=Checks)
    agenda: Agenda = field(default_factory=Agenda)
    speaking: Speaking = field(default_factory=Speaking)
    microphones: Microphones = field(default_factory=Microphones)

    @property
    def called(self) -> bool:
        return bool(self.attendance.seats)

    @property
    def chairs(self) -> tuple[MemberId, MemberId]:
        return self.chair.acting, self.chair.rightful


# -- The table -------------------------------------------------------------------------------------------------------


class Who(Enum):
    HOUSE = auto()  # the program itself, never a member
    ENTITLED = auto()  # whoever is on the roster
    PRESENT = auto()
    CHAIR = auto()  # the acting chair, present


Decided = Callable[[Meeting, Any, MemberId, datetime], Iterable[e.Event]]


@dataclass(frozen=True, slots=True)
class Rule:
    who: Who
    phases: frozenset[Phase]
    decided: Decided
    first: Callable[[Meeting, MemberId], object] | None = None  # refused whatever the fields are: raises Refused


OPEN = frozenset({Phase.OPEN})
PAUSED = frozenset({Phase.PAUSED})
GATHERING = frozenset({Phase.GATHERING})
SESSION = OPEN | PAUSED
HERE = SESSION | GATHERING
ANY = HERE | {Phase.CALLED}


def _open(m: Meeting, command: c.Open, by: MemberId, at: datetime) -> Iterator[e.Event]:
    yield e.Opened()


def _pause(m: Meeting, command: c.Pause, by: MemberId, at: datetime) -> Iterator[e.Event]:
    yield from speaking.hush(m.speaking)
    yield e.Paused()


def _resume(m: Meeting, command: c.Resume, by: MemberId, at: datetime) -> Iterator[e.Event]:
    yield e.Resumed()


def _close(m: Meeting, command: c.Close, by: MemberId, at: datetime) -> Iterator[e.Event]:
    yield from speaking.hush(m.speaking)
    yield from agenda.conclude(m.agenda)
    yield from checks.abandon(m.checks)
    yield e.Closed()


def _give_floor(m: Meeting, command: c.GiveFloor, by: MemberId, at: datetime) -> Iterator[e.Event]:
    yield from speaking.give(m.speaking, m.attendance, m.regulation, command.member, at)
    yield from microphones.called_upon(m.microphones, m.speaking, m.attendance, command.member)


RULES: dict[type[c.Command], Rule] = {
    # The house
    c.Call: Rule(Who.HOUSE, ANY, lambda m, x, by, at: calling.call(x)),
    c.Tick: Rule(Who.HOUSE, ANY, lambda m, x, by, at: ()),
    c.Recover: Rule(Who.HOUSE, ANY, lambda m, x, by, at: attendance.recover(m.attendance, x.since, at)),
    c.Join: Rule(Who.ENTITLED, ANY, lambda m, x, by, at: attendance.join(m.attendance, by, x.connection, x.device)),
    c.Drop: Rule(Who.ENTITLED, ANY, lambda m, x, by, at: attendance.drop(m.attendance, by, x.connection)),
    # Coming and going
    c.Leave: Rule(Who.PRESENT, HERE, lambda m, x, by, at: attendance.leave(m.attendance, by, at)),
    c.TickPresent: Rule(Who.CHAIR, HERE, lambda m, x, by, at: attendance.tick(m.attendance, x.member)),
    c.UntickPresent: Rule(
        Who.CHAIR, HERE, lambda m, x, by, at: attendance.untick(m.attendance, x.member, x.reason, at)
    ),
    c.Vouch: Rule(
        Who.PRESENT,
        HERE,
        lambda m, x, by, at: attendance.vouch(m.attendance, by, x.member),
        first=lambda m, by: attendance.may_vouch(m.attendance, by),
    ),
    c.Unvouch: Rule(
        Who.PRESENT,
        HERE,
        lambda m, x, by, at: attendance.unvouch(m.attendance, by, m.chair.acting, x.member, x.reason, at),
        first=lambda m, by: attendance.may_unvouch(m.attendance, by, m.chair.acting),
    ),
    c.Remove: Rule(
        Who.CHAIR, HERE, lambda m, x, by, at: attendance.remove(m.attendance, x.member, x.reason, m.chairs, at)
    ),
    c.Readmit: Rule(Who.CHAIR, HERE, lambda m, x, by, at: attendance.readmit(m.attendance, x.member, x.reason)),
    # Proof of presence
    c.AskPresence: Rule(
        Who.CHAIR, SESSION, lambda m, x, by, at: checks.ask(m.checks, m.attendance, m.regulation, by, at)
    ),
    c.AnswerPresence: Rule(Who.PRESENT, HERE, lambda m, x, by, at: checks.answer(m.checks, by)),
    c.Verify: Rule(Who.CHAIR, HERE, lambda m, x, by, at: checks.verify(m.checks, m.attendance, x.member, x.reason)),
    c.SetPresenceTimer: Rule(Who.CHAIR, HERE, lambda m, x, by, at: checks.set_timer(m.checks, x.minutes, at)),
    # The chair and the course
    c.TakeChair: Rule(Who.PRESENT, HERE, lambda m, x, by, at: chairing.take(m.chair, by)),
    c.Open: Rule(Who.CHAIR, GATHERING, _open),
    c.Pause: Rule(Who.CHAIR, OPEN, _pause),
    c.Resume: Rule(Who.CHAIR, PAUSED, _resume),
    c.Close: Rule(Who.CHAIR, SESSION, _close),
    # Agenda
    c.TakeUpItem: Rule(Who.CHAIR, OPEN, lambda m, x, by, at: agenda.take_up(m.agenda, x.item)),
    c.CloseItem: Rule(Who.CHAIR, OPEN, lambda m, x, by, at: agenda.close(m.agenda)),
    c.PutItemAside: Rule(Who.CHAIR, OPEN, lambda m, x, by, at: agenda.put_aside(m.agenda, x.item, x.reason)),
    # Speaking
    c.AskToSpeak: Rule(Who.PRESENT, OPEN, lambda m, x, by, at: speaking.ask(m.speaking, by)),
    c.WithdrawRequest: Rule(Who.PRESENT, SESSION, lambda m, x, by, at: speaking.withdraw(m.speaking, by)),
    c.GiveFloor: Rule(Who.CHAIR, OPEN, _give_floor),
    c.EndSpeech: Rule(Who.PRESENT, OPEN, lambda m, x, by, at: speaking.end(m.speaking, by, m.chair.acting)),
    c.ExtendSpeech: Rule(
        Who.CHAIR,
        OPEN,
        lambda m, x, by, at: speaking.extend(m.speaking, x.seconds, at),
        first=lambda m, by: speaking.somebody_speaks(m.speaking),
    ),
    c.MoveRequest: Rule(
        Who.CHAIR, SESSION, lambda m, x, by, at: speaking.move(m.speaking, m.attendance, x.member, x.before)
    ),
    c.StrikeRequest: Rule(Who.CHAIR, SESSION, lambda m, x, by, at: speaking.strike(m.speaking, m.attendance, x.member)),
    c.CloseList: Rule(Who.CHAIR, SESSION, lambda m, x, by, at: speaking.close_list(m.speaking)),
    c.OpenList: Rule(Who.CHAIR, SESSION, lambda m, x, by, at: speaking.open_list(m.speaking)),
    c.OpenDiscussion: Rule(Who.CHAIR, HERE, lambda m, x, by, at: speaking.open_discussion(m.speaking)),
    c.CloseDiscussion: Rule(Who.CHAIR, HERE, lambda m, x, by, at: speaking.close_discussion(m.speaking)),
    # Microphones
    c.TurnOnMicrophone: Rule(
        Who.PRESENT, HERE, lambda m, x, by, at: microphones.turn_on(m.microphones, m.speaking, m.chair.acting, by)
    ),
    c.TurnOffMicrophone: Rule(Who.PRESENT, HERE, lambda m, x, by, at: microphones.turn_off(m.microphones, by)),
    c.Mute: Rule(
        Who.CHAIR,
        HERE,
        lambda m, x, by, at: microphones.mute(m.microphones, m.attendance, x.member, x.reason, m.chairs),
    ),
    c.LiftMute: Rule(Who.CHAIR, HERE, lambda m, x, by, at: microphones.lift(m.microphones, m.attendance, x.member)),
}

AFTER_THE_END = (c.Drop, c.Leave, c.Tick, c.Recover)  # what a closed meeting hears without answering
WRONG_PHASE = {
    Phase.CALLED: "Nobody has come to the meeting yet.",
    Phase.GATHERING: "The meeting is not open yet.",
    Phase.OPEN: "The meeting is already open.",
    Phase.PAUSED: "The meeting is paused.",
}


# -- Deciding --------------------------------------------------------------------------------------------------------


def decide(meeting: Meeting, command: c.Command, by: MemberId, at: datetime) -> tuple[e.Event, ...]:
    """What happens if `by` asks this now.  Changes nothing.  Raises Refused, which names the rule.

    First what the clock has already brought about, so that nothing depends on how punctually it ticks; then what was
    asked; then what follows.  Recover comes before the clock: nobody has missed anything while the server was down.
    """
    story = _Story(meeting, at)
    if not isinstance(command, c.Recover):
        story.settle()
    story.happens(_asked(story.meeting, command, by, at))
    story.settle()
    return tuple(story.events)


def may(meeting: Meeting, by: MemberId) -> Iterator[str]:
    """The commands that would not be refused to `by` outright: for those without fields, not at all."""
    if meeting.sitting.phase is Phase.CLOSED:
        yield c.Leave.__name__
        return
    held = _standings(meeting, by)
    for kind, rule in RULES.items():
        if rule.who in held and meeting.sitting.phase in rule.phases and _passes(meeting, kind, rule, by):
            yield kind.__name__


def due(meeting: Meeting) -> datetime | None:
    """When the room must ask `Tick`, if nobody asks anything before; None while nothing is waiting for the clock."""
    if meeting.sitting.phase is Phase.CLOSED:
        return None
    times = (
        attendance.due(meeting.attendance, meeting.regulation),
        chairing.due(meeting.chair, meeting.attendance, meeting.regulation),
        checks.due(meeting.checks),
    )
    return min((time for time in times if time), default=None)


class _Story:
    """One decision as it unfolds: the meeting after each thing that happens."""

    def __init__(self, meeting: Meeting, at: datetime) -> None:
        self.meeting, self.at = meeting, at
        self.events: list[e.Event] = []

    def happens(self, events: Iterable[e.Event]) -> bool:
        before = len(self.events)
        for event in events:
            self.meeting = apply(self.meeting, event, self.at)
            self.events.append(event)
        return len(self.events) > before

    def settle(self) -> None:
        """What follows by itself, until nothing more does."""
        for _ in range(12 + len(self.meeting.attendance.seats)):  # a chain of vouchers goes one by one
            if not self.happens(_follows(self.meeting, self.at)):
                return
        raise AssertionError("consequences without end: a rule does not settle")


def _asked(m: Meeting, command: c.Command, by: MemberId, at: datetime) -> Iterable[e.Event]:
    rule = RULES[type(command)]
    if m.called == isinstance(command, c.Call):
        raise Refused("call", "The meeting is already called." if m.called else "The meeting is not called yet.")
    if m.sitting.phase is Phase.CLOSED:
        if isinstance(command, AFTER_THE_END):
            return ()
        raise Refused("closed", "The meeting is closed.")
    _entitled(m, command, rule, by)
    if m.sitting.phase not in rule.phases:
        raise Refused("phase", WRONG_PHASE[m.sitting.phase])
    if rule.first:
        rule.first(m, by)
    return rule.decided(m, command, by, at)


def _entitled(m: Meeting, command: c.Command, rule: Rule, by: MemberId) -> None:
    if rule.who is Who.HOUSE or (by == NOBODY and isinstance(command, c.Drop)):
        if by != NOBODY:
            raise Refused("house", "Only the house itself asks this.")
        return
    attendance.seat_of(m.attendance, by)
    if rule.who is Who.CHAIR and by != m.chair.acting:
        raise Refused("chair-only", "Only the chair may do this.")
    if rule.who is not Who.ENTITLED and by not in m.attendance.present:
        raise Refused("not-present", "You are not present in this meeting.")


def _standings(m: Meeting, by: MemberId) -> tuple[Who, ...]:
    if by not in m.attendance.present:
        return ()
    return (Who.PRESENT, Who.CHAIR) if by == m.chair.acting else (Who.PRESENT,)


def _passes(m: Meeting, kind: type[c.Command], rule: Rule, by: MemberId) -> bool:
    """The chapter itself is asked where the command has no fields: a refusal comes before the first event."""
    try:
        if rule.first:
            rule.first(m, by)
        if not fields(kind):  # type: ignore[arg-type]
            next(iter(rule.decided(m, kind(), by, datetime.min.replace(tzinfo=UTC))), None)
    except Refused:
        return False
    return True


def _follows(m: Meeting, at: datetime) -> Iterable[e.Event]:
    """The consequences of the first chapter that has any: the next ones are asked again when these have happened."""
    if m.sitting.phase is Phase.CLOSED or not m.called:
        return ()
    chapters: tuple[Callable[[], Iterable[e.Event]], ...] = (
        lambda: sitting.follows(m.sitting, bool(m.attendance.present)),
        lambda: attendance.follows(m.attendance, m.regulation, at),
        lambda: chairing.follows(m.chair, m.attendance, m.regulation, at),
        lambda: checks.follows(m.checks, m.attendance, m.regulation, at),
        lambda: speaking.follows(m.speaking, m.attendance),
        lambda: microphones.follows(m.microphones, m.speaking, m.attendance, m.chair.acting),
    )
    for chapter in chapters:
        if happening := tuple(chapter()):
            return happening
    return ()


# -- Applying --------------------------------------------------------------------------------------------------------

CHAPTERS: dict[str, Callable[[Any, e.Event, datetime], Any]] = {
    "sitting": sitting.apply,
    "attendance": attendance.apply,
    "chair": chairing.apply,
    "checks": checks.apply,
    "agenda": agenda.apply,
    "speaking": speaking.apply,
    "microphones": microphones.apply,
}


def apply(meeting: Meeting, event: e.Event, at: datetime) -> Meeting:
    """The meeting after this has happened."""
    changed: dict[str, Any] = {}
    for name, applied in CHAPTERS.items():
        was = getattr(meeting, name)
        now = applied(was, event, at)
        if now is not was:
            changed[name] = now
    if isinstance(event, e.Called):
        changed.update(about=event.about, regulation=event.regulation)
    return replace(meeting, **changed) if changed else meeting
