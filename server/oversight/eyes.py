"""What supervisors may see of a meeting: the one door.  Pure.

The course of a meeting, who was there and who corrected what is theirs to see.  What was said is the cell's until it
has adopted its minutes: until then no wording of a motion, conclusion, task or opinion leaves this file, and no
count of a vote.  How a person voted never leaves it: events of ballots are not read at all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from server.meeting import events as e
from server.meeting.events import Recorded
from server.meeting.ids import HALL, GroupId, MemberId
from server.records.inspection import NEEDED

COURSE, PRESENCE, CORRECTION, DECISION = "course", "presence", "correction", "decision"


@dataclass(frozen=True, slots=True)
class Told:
    """One line beside the timeline.  `sentence` is the key of a translation, its {places} filled from `facts`."""

    at: datetime
    kind: str  # COURSE, PRESENCE, CORRECTION, DECISION
    sentence: str
    facts: Mapping[str, str | int] = field(default_factory=dict)
    by: str = ""  # the name of who did it, where that matters
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Eyes:
    """Who and what is called how, and whether the minutes are adopted."""

    names: Mapping[MemberId, str]
    items: Mapping[str, str]
    adopted: bool
    groups: Mapping[GroupId, str] = field(default_factory=dict)  # those of the last split

    def name(self, member: MemberId) -> str:
        return self.names.get(member, "")

    def item(self, item: str) -> str:
        """The notice with its agenda went to the superior before the meeting (42-HD/BTCTW)."""
        return self.items.get(item, "")

    def group(self, group: GroupId) -> str:
        return self.groups.get(group, "")


def told(recorded: Sequence[Recorded]) -> list[Told]:
    """Everything a supervisor may read of this log, in order."""
    eyes, lines = _eyes(recorded), list[Told]()
    for entry in recorded:
        if isinstance(entry.event, e.GroupsFormed):
            eyes = replace(eyes, groups={circle.id: circle.name for circle in entry.event.groups})
        lines += _lines(eyes, entry)
    return lines


def adopted(recorded: Sequence[Recorded]) -> bool:
    return any(isinstance(entry.event, e.MinutesAdopted) for entry in recorded)


_NEVER = frozenset(kind.__name__ for kind in (e.BallotCast, e.HandEntered, e.HandContested, e.CountEntered))


def carried(name: str, whole: bool) -> bool:
    """Whether the entry of that event goes up with its content; `whole`: the minutes are adopted."""
    return name in NEEDED or (whole and name not in _NEVER)


def _eyes(recorded: Sequence[Recorded]) -> _Eyes:
    called = next((entry.event for entry in recorded if isinstance(entry.event, e.Called)), None)
    if called is None:
        return _Eyes({}, {}, False)
    names = {seat.member: seat.name for seat in called.roster}
    return _Eyes(names, {item.id: item.title for item in called.agenda}, adopted(recorded))


def _lines(eyes: _Eyes, entry: Recorded) -> Iterator[Told]:
    if say := _SAID.get(type(entry.event)):
        kind, said = say
        for sentence, facts, reason in said(eyes, entry.event):
            yield Told(entry.at, kind, sentence, facts, eyes.name(entry.by), reason)


Line = tuple[str, Mapping[str, str | int], str]
Said = Callable[[_Eyes, Any], Iterator[Line]]


def _plain(sentence: str) -> Said:
    def said(eyes: _Eyes, event: e.Event) -> Iterator[Line]:
        yield sentence, {}, ""

    return said


def _of(sentence: str) -> Said:
    """About a member, with a reason where the event has one."""

    def said(eyes: _Eyes, event: Any) -> Iterator[Line]:
        yield sentence, {"name": eyes.name(event.member)}, getattr(event, "reason", "")

    return said


def _placed(hall: str, group: str) -> Said:
    """About a member, in the hall or in a group that sits apart."""

    def said(eyes: _Eyes, event: Any) -> Iterator[Line]:
        name = eyes.name(event.member)
        if event.place == HALL:
            yield hall, {"name": name}, ""
        else:
            yield group, {"name": name, "group": eyes.group(event.place)}, ""

    return said


def _item(named: str, unnamed: str) -> Said:
    def said(eyes: _Eyes, event: Any) -> Iterator[Line]:
        title = eyes.item(event.item)
        yield (named, {"title": title}, "") if title else (unnamed, {}, "")

    return said


def _wording(named: str, unnamed: str) -> Said:
    def said(eyes: _Eyes, event: Any) -> Iterator[Line]:
        yield (named, {"text": event.text}, "") if eyes.adopted else (unnamed, {}, "")

    return said


def _split(eyes: _Eyes, event: e.GroupsFormed) -> Iterator[Line]:
    yield "The meeting split into {count} groups.", {"count": len(event.groups)}, ""


def _elected(eyes: _Eyes, event: e.LeaderElected) -> Iterator[Line]:
    facts = {"name": eyes.name(event.member), "group": eyes.group(event.group)}
    yield "{group} chose {name} to lead it.", facts, ""


def _reported(eyes: _Eyes, event: e.ReportSubmitted) -> Iterator[Line]:
    yield "{group} submitted its report.", {"group": eyes.group(event.group)}, ""


def _lost(eyes: _Eyes, event: e.ConnectionsLost) -> Iterator[Line]:
    yield "The server was restarted; every connection was lost.", {}, ""


def _missed(eyes: _Eyes, event: e.PresenceCheckEnded) -> Iterator[Line]:
    for member in event.missed:
        yield "{name} did not answer the proof of presence.", {"name": eyes.name(member)}, ""


def _roll(eyes: _Eyes, event: e.RollCorrected) -> Iterator[Line]:
    yield _ROLL[event.state.value], {"name": eyes.name(event.member)}, event.reason


def _result(eyes: _Eyes, event: e.VoteClosed | e.CountRecorded | e.GroupsCounted) -> Iterator[Line]:
    if not eyes.adopted:
        yield "A vote was closed.", {}, ""
        return
    sentence = "Passed: {for} of {base} in favour." if event.result.passed else "Not passed: {for} of {base} in favour."
    yield sentence, {"for": event.result.in_favour, "base": event.result.base}, ""


def _task(eyes: _Eyes, event: e.TaskGiven) -> Iterator[Line]:
    if not eyes.adopted:
        yield "A task was given.", {}, ""
        return
    yield "Task for {name}: {text}", {"name": eyes.name(event.owner), "text": event.text}, ""


def _score(eyes: _Eyes, event: e.ScoreProposed) -> Iterator[Line]:
    yield "Score proposed: {total} points.", {"total": event.total}, ""


_ROLL: Mapping[str, str] = {
    "present": "The chair corrected: {name} is present.",
    "absent_excused": "The chair corrected: {name} is absent with a reason.",
    "absent_unexcused": "The chair corrected: {name} is absent without a reason.",
}
_SAID: Mapping[type[e.Event], tuple[str, Said]] = {
    e.Called: (COURSE, _plain("The roster was fixed.")),
    e.Opened: (COURSE, _plain("Opened.")),
    e.Paused: (COURSE, _plain("Paused.")),
    e.Resumed: (COURSE, _plain("Resumed.")),
    e.Closed: (COURSE, _plain("Closed.")),
    e.ChairTaken: (COURSE, _placed("{name} took the chair.", "{name} leads {group} now.")),
    e.ChairReturned: (COURSE, _placed("{name} is back in the chair.", "{name} leads {group} again.")),
    e.MinutesSecretaryAppointed: (COURSE, _of("{name} keeps the minutes.")),
    e.AgendaAdopted: (COURSE, _plain("The agenda was adopted.")),
    e.ItemTakenUp: (COURSE, _item("Taken up: {title}", "An item was taken up.")),
    e.FloorGiven: (COURSE, _placed("{name} has the floor.", "{name} has the floor in {group}.")),
    e.GroupsFormed: (COURSE, _split),
    e.LeaderElected: (COURSE, _elected),
    e.ReportSubmitted: (COURSE, _reported),
    e.GroupsGathered: (COURSE, _plain("The groups came back to the hall.")),
    e.Arrived: (PRESENCE, _of("{name} came.")),
    e.Left: (PRESENCE, _of("{name} left.")),
    e.TickedPresent: (PRESENCE, _of("{name} was seen in the room by the chair.")),
    e.Vouched: (PRESENCE, _of("A neighbour vouches for {name}.")),
    e.ConnectionsLost: (PRESENCE, _lost),
    e.PresenceAsked: (PRESENCE, _plain("Proof of presence was asked for.")),
    e.PresenceCheckEnded: (PRESENCE, _missed),
    e.Verified: (CORRECTION, _of("The chair is satisfied that {name} was here.")),
    e.RollCorrected: (CORRECTION, _roll),
    e.UntickedPresent: (CORRECTION, _of("{name} is no longer seen in the room.")),
    e.Unvouched: (PRESENCE, _of("Nobody vouches for {name} any more.")),
    e.Removed: (CORRECTION, _of("{name} was removed by the chair.")),
    e.Readmitted: (CORRECTION, _of("{name} was readmitted by the chair.")),
    e.VoteOpened: (DECISION, _wording("Vote: {text}", "A vote was opened.")),
    e.PaperBallotOrdered: (DECISION, _wording("Vote on paper: {text}", "A vote on paper was ordered.")),
    e.VoteClosed: (DECISION, _result),
    e.CountRecorded: (DECISION, _result),
    e.VotesCounted: (DECISION, _plain("A vote was counted; it is decided over the whole cell.")),
    e.GroupsCounted: (DECISION, _result),
    e.VoteCancelled: (DECISION, _plain("A vote was cancelled.")),
    e.Concluded: (DECISION, _wording("Concluded: {text}", "The chair concluded on an item.")),
    e.TaskGiven: (DECISION, _task),
    e.ScoreProposed: (DECISION, _score),
    e.MinutesRead: (COURSE, _plain("The minutes were read.")),
    e.MinutesAdopted: (COURSE, _plain("The minutes were adopted.")),
}
