"""A second counting of every vote, from the events and the roster alone: what the verdict must be."""

from dataclasses import dataclass, field

from server.meeting import events as e
from server.meeting.ids import MemberId, Seat, SeatKind, Standing
from server.meeting.rules import MotionRule, Result


@dataclass(slots=True)
class _Paper:
    rule: MotionRule
    base: set[MemberId]
    marks: dict[MemberId, str] = field(default_factory=dict)


class Urn:
    def __init__(self) -> None:
        self.seats: dict[MemberId, Seat] = {}
        self.here: set[MemberId] = set()
        self.open: dict[str, _Paper] = {}  # votes by show of hands or on the page
        self.paper: dict[str, _Paper] = {}
        self.over: dict[str, _Paper] = {}

    def sees(self, event: e.Event) -> None:
        match event:
            case e.Called():
                self.seats = {seat.member: seat for seat in event.roster}
            case e.Arrived(member):
                self.here.add(member)
            case e.Left(member, _):
                self.here.discard(member)
            case e.VoteOpened() | e.PaperBallotOrdered():
                self._put(event)
            case e.BallotCast() | e.HandEntered():
                self._marked(event)
            case e.HandContested(vote, member):
                del self.open[vote].marks[member]
            case e.VoteClosed() | e.CountRecorded():
                self._told(event)
            case e.VoteCancelled(vote, _):
                self.over[vote] = (self.open if vote in self.open else self.paper).pop(vote)
            case e.Paused() | e.Closed():
                assert not self.open, "an open vote is neither paused nor closed away"

    def voters(self) -> set[MemberId]:
        standings = {Standing.OFFICIAL, Standing.EXEMPT}
        return {m for m, seat in self.seats.items() if seat.kind is SeatKind.MEMBER and seat.standing in standings}

    def _put(self, event: e.VoteOpened | e.PaperBallotOrdered) -> None:
        assert event.vote not in self.open | self.paper | self.over
        secret = isinstance(event, e.PaperBallotOrdered)
        assert event.rule.secret == secret and (secret or not self.open), "one at a time, and secret only on paper"
        gone = {m for m in self.voters() - self.here if self.seats[m].standing is Standing.EXEMPT}
        assert set(event.base) == self.voters() - gone
        (self.paper if secret else self.open)[event.vote] = _Paper(event.rule, set(event.base))

    def _marked(self, event: e.BallotCast | e.HandEntered) -> None:
        assert event.member in self.voters() & self.here, "who votes has a vote and is here"
        paper = self.open[event.vote]
        own = isinstance(event, e.BallotCast)
        assert paper.rule.changeable or event.member not in paper.marks or not own, "this ballot stands"
        paper.marks[event.member] = event.choice

    def _told(self, event: e.VoteClosed | e.CountRecorded) -> None:
        if isinstance(event, e.CountRecorded):
            assert len(set(event.counted_by)) == 2, "two people count"
            self.over[event.vote] = paper = self.paper.pop(event.vote)
            adds_up(event.result, len(paper.base))
            return
        self.over[event.vote] = paper = self.open.pop(event.vote)
        voted = [paper.marks[member] for member in sorted(paper.marks)]
        result = event.result
        assert result.in_favour == sum(mark == "for" for mark in voted)
        assert result.against == sum(mark == "against" for mark in voted)
        assert result.other == sum(mark == "other" for mark in voted)
        adds_up(result, len(paper.base | paper.marks.keys()))


def adds_up(result: Result, base: int) -> None:
    """The verdict by another way: what is missing to the threshold, one voice at a time."""
    counted = result.in_favour + result.against + result.other + result.invalid
    assert (result.base, counted + result.not_voted) == (base, base) and result.not_voted >= 0
    assert result.passed == (result.in_favour >= least(base, result.rule) and base > 0)


def least(base: int, rule: MotionRule) -> int:
    """The smallest number in favour that passes, found by counting up."""
    needed = 0
    while rule.under * needed < rule.over * base or (not rule.at_least and rule.under * needed == rule.over * base):
        needed += 1
    return needed
