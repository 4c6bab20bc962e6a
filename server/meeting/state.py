"""The meeting is a value: its chapters side by side.  A chapter that an event does not touch stays the same object."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from . import (
    agenda,
    apart,
    attendance,
    chairing,
    checks,
    concluding,
    filing,
    microphones,
    minuting,
    opening,
    scoring,
    showing,
    sitting,
    speaking,
    voting,
)
from . import events as e
from .agenda import Agenda
from .apart import Groups
from .attendance import Attendance
from .chairing import Chair
from .checks import Checks
from .concluding import Conclusions
from .filing import Filing, Signers
from .ids import HALL, NO_ITEM, About, GroupId, GroupMeeting, ItemId, MemberId
from .microphones import Microphones
from .minuting import Minutes
from .opening import Opening
from .rules import Regulation
from .scoring import Scoring
from .showing import Showing
from .sitting import Sitting
from .speaking import Speaking
from .voting import Voting


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
    opening: Opening = field(default_factory=Opening)
    showing: Showing = field(default_factory=Showing)
    voting: Voting = field(default_factory=Voting)
    conclusions: Conclusions = field(default_factory=Conclusions)
    scoring: Scoring = field(default_factory=Scoring)
    minutes: Minutes = field(default_factory=Minutes)
    groups: Groups = field(default_factory=Groups)
    filing: Filing = field(default_factory=Filing)
    held: tuple[GroupMeeting, ...] = ()  # of a round: what its groups held

    @property
    def called(self) -> bool:
        return bool(self.attendance.seats)

    @property
    def chairs(self) -> tuple[MemberId, MemberId]:
        return self.chair.acting, self.chair.rightful

    @property
    def writers(self) -> tuple[MemberId, ...]:
        """Who writes the minutes."""
        secretary = self.opening.minutes_secretary
        return (self.chair.acting, secretary) if secretary else (self.chair.acting,)

    def place(self, member: MemberId) -> GroupId:
        """Where he is, or will be when he comes."""
        return apart.place(self.groups, member)

    def is_in(self, place: GroupId) -> Callable[[MemberId], bool]:
        """Who is present there."""
        return lambda member: member in self.attendance.present and self.place(member) == place

    @property
    def places(self) -> tuple[GroupId, ...]:
        """The hall first."""
        return (HALL, *self.groups.apart.groups) if self.groups.apart else (HALL,)

    def debate(self, place: GroupId) -> Speaking:
        """Every place has its own queue and floor."""
        if place == HALL or self.groups.apart is None:
            return self.speaking
        return self.groups.apart.groups[place].speaking

    def leader(self, place: GroupId) -> MemberId:
        """Who leads the debate there: in the hall the acting chair."""
        if place == HALL or self.groups.apart is None:
            return self.chair.acting
        return self.groups.apart.groups[place].lead.acting

    def allowed(self, member: MemberId) -> bool:
        """Whether the rules of debate let him be heard where he is; the chair everywhere, anyone where nobody leads."""
        place = self.place(member)
        led = place == HALL or self.leader(place) in self.attendance.present
        at_all = member == self.chair.acting or not led
        return at_all or microphones.allowed(self.debate(place), self.leader(place), member)

    @property
    def signers(self) -> Signers:
        return Signers(self.chairs, self.opening.minutes_secretary)

    @property
    def keepers(self) -> tuple[MemberId, ...]:
        """Who keeps the record of a meeting in the room."""
        return (*self.chairs, *self.chair.line, *self.writers)

    @property
    def item(self) -> ItemId:
        """Under debate; NO_ITEM while none is."""
        return self.agenda.current or NO_ITEM


CHAPTERS: dict[str, Callable[[Any, e.Event, datetime], Any]] = {
    "sitting": sitting.apply,
    "attendance": attendance.apply,
    "chair": chairing.apply,
    "checks": checks.apply,
    "agenda": agenda.apply,
    "speaking": speaking.apply,
    "microphones": microphones.apply,
    "opening": opening.apply,
    "showing": showing.apply,
    "voting": voting.apply,
    "conclusions": concluding.apply,
    "scoring": scoring.apply,
    "minutes": minuting.apply,
    "groups": apart.apply,
    "filing": filing.apply,
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
        changed.update(about=event.about, regulation=event.regulation, held=event.held)
    return replace(meeting, **changed) if changed else meeting
