"""Deciding: what happens when something is asked, and what follows by itself.

`decide` says what would happen and changes nothing; `apply` makes the next value of what happened and decides nothing;
`due` says when the clock must ask; `may` says what a member could ask now.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime

from . import attendance, chairing, checks, groups, microphones, sitting, speaking
from . import commands as c
from . import events as e
from .contents import AFTER_THE_END, AFTERWARDS, RULES, WRONG_PHASE
from .ids import HALL, NOBODY, MemberId
from .refusal import Refused
from .ruling import Rule, Who
from .sitting import Phase
from .state import CHAPTERS, Meeting, apply

__all__ = ["CHAPTERS", "RULES", "Meeting", "apply", "decide", "due", "may"]


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
        yield from _may_afterwards(meeting, by)
        return
    held = _standings(meeting, by)
    for kind, rule in RULES.items():
        if rule.who in held and meeting.sitting.phase in rule.phases and _passes(meeting, kind, rule, by):
            yield kind.__name__


def _may_afterwards(meeting: Meeting, by: MemberId) -> Iterator[str]:
    """What a page that is still open may ask; papers have pages of their own."""
    yield c.Leave.__name__
    if by in meeting.attendance.seats:
        rules = ((kind, rule) for kind, rule in AFTERWARDS.items() if kind in RULES)
        yield from (kind.__name__ for kind, rule in rules if _passes(meeting, kind, rule, by))


def due(meeting: Meeting) -> datetime | None:
    """When the room must ask `Tick`, if nobody asks anything before; None while nothing is waiting for the clock."""
    if meeting.sitting.phase is Phase.CLOSED:
        return None
    times = (
        attendance.due(meeting.attendance, meeting.regulation),
        chairing.due(meeting.chair, meeting.attendance, meeting.regulation),
        checks.due(meeting.checks),
        groups.due(meeting.groups, meeting.attendance, meeting.regulation),
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
    if m.called == isinstance(command, c.Call):
        raise Refused("call", "The meeting is already called." if m.called else "The meeting is not called yet.")
    if m.sitting.phase is Phase.CLOSED and isinstance(command, AFTER_THE_END):
        return ()
    rule = (AFTERWARDS if m.sitting.phase is Phase.CLOSED else RULES).get(type(command))
    if rule is None:
        raise _out_of_time(m, command)
    _entitled(m, command, rule, by)
    if m.sitting.phase not in rule.phases:
        raise Refused("phase", WRONG_PHASE[m.sitting.phase])
    if rule.first:
        rule.first(m, by)
    return rule.decided(m, command, by, at)


def _out_of_time(m: Meeting, command: c.Command) -> Exception:
    """What belongs to the other side of the close is refused; what no table knows is a fault."""
    if type(command) not in RULES | AFTERWARDS:
        return LookupError(type(command).__name__)
    closed = m.sitting.phase is Phase.CLOSED
    return Refused("closed", "The meeting is closed." if closed else "This is done when the meeting is closed.")


def _entitled(m: Meeting, command: c.Command, rule: Rule, by: MemberId) -> None:
    if rule.who is Who.HOUSE or (by == NOBODY and isinstance(command, c.Drop)):
        if by != NOBODY:
            raise Refused("house", "Only the house itself asks this.")
        return
    attendance.seat_of(m.attendance, by)
    if rule.who is Who.CHAIR and by != m.chair.acting:
        raise Refused("chair-only", "Only the chair may do this.")
    if rule.who is Who.LEADER and by != m.leader(m.place(by)):
        raise _not_the_leader(m, by)
    if rule.who is not Who.ENTITLED and by not in m.attendance.present:
        raise Refused("not-present", "You are not present in this meeting.")


def _not_the_leader(m: Meeting, by: MemberId) -> Refused:
    if m.place(by) == HALL:
        return Refused("chair-only", "Only the chair may do this.")
    return Refused("leader-only", "Only the leader of the group may do this.")


def _standings(m: Meeting, by: MemberId) -> tuple[Who, ...]:
    if by not in m.attendance.present:
        return ()
    chairs = (Who.CHAIR,) if by == m.chair.acting else ()
    leads = (Who.LEADER,) if by == m.leader(m.place(by)) else ()
    return (Who.PRESENT, *chairs, *leads)


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
        lambda: groups.follows(m.groups, m.attendance, m.chair.acting, m.regulation, at),
        lambda: _floors_follow(m),
        lambda: microphones.follows(m.microphones, m.attendance, m.allowed),
    )
    for chapter in chapters:
        if happening := tuple(chapter()):
            return happening
    return ()


def _floors_follow(m: Meeting) -> Iterator[e.Event]:
    """In every place: who is not there any more does not keep its floor."""
    for place in m.places:
        for event in speaking.follows(m.debate(place), m.is_in(place)):
            yield e.placed(event, place)
