"""A second counting of every vote, from the events and the roster alone: what the verdict must be."""

from collections import Counter
from dataclasses import dataclass, field

from server.meeting import events as e
from server.meeting.ids import NO_MOTION, MemberId, MotionId, Poll, Seat, SeatKind, Standing
from server.meeting.rules import MotionRule, Result


@dataclass(slots=True)
class _Paper:
    rule: MotionRule
    base: set[MemberId]
    marks: dict[MemberId, str] = field(default_factory=dict)
    motion: MotionId = NO_MOTION
    polls: list[Poll] = field(default_factory=list)  # in a round: what its groups voted

    @property
    def elsewhere(self) -> set[MemberId]:
        return {member for poll in self.polls for member in poll.voted}

    def counted(self) -> tuple[int, int, int]:
        here = Counter(self.marks.values())
        groups = [sum(getattr(poll, mark) for poll in self.polls) for mark in ("in_favour", "against", "other")]
        return here["for"] + groups[0], here["against"] + groups[1], here["other"] + groups[2]


class Urn:
    def __init__(self) -> None:
        self.seats: dict[MemberId, Seat] = {}
        self.here: set[MemberId] = set()
        self.met: set[MemberId] = set()  # in the meetings of the groups of a round
        self.polls: list[Poll] = []
        self.reports = False  # the meeting of a group: it counts and decides nothing
        self.open: dict[str, _Paper] = {}  # votes by show of hands or on the page
        self.paper: dict[str, _Paper] = {}
        self.over: dict[str, _Paper] = {}
        self.put: set[MotionId] = set()

    def sees(self, event: e.Event) -> None:
        match event:
            case e.Called():
                self._called(event)
            case e.Arrived(member):
                self.here.add(member)
            case e.Left(member, _):
                self.here.discard(member)
            case e.VoteOpened() | e.PaperBallotOrdered() | e.GroupsCounted():
                self._put(event)
            case e.BallotCast() | e.HandEntered():
                self._marked(event)
            case e.HandContested(vote, member):
                del self.open[vote].marks[member]
            case e.VoteClosed() | e.CountRecorded() | e.VotesCounted():
                self._told(event)
            case e.VoteCancelled(vote, _):
                self.over[vote] = (self.open if vote in self.open else self.paper).pop(vote)
                self.put.discard(self.over[vote].motion)
            case e.Paused() | e.Closed():
                assert not self.open, "an open vote is neither paused nor closed away"

    def voters(self) -> set[MemberId]:
        standings = {Standing.OFFICIAL, Standing.EXEMPT}
        return {m for m, seat in self.seats.items() if seat.kind is SeatKind.MEMBER and seat.standing in standings}

    def _called(self, event: e.Called) -> None:
        self.seats = {seat.member: seat for seat in event.roster}
        self.met = {stay.member for group in event.held for stay in group.stays}
        self.polls = [poll for group in event.held for poll in group.polls]
        self.reports = event.about.part is not None

    def _put(self, event: e.VoteOpened | e.PaperBallotOrdered | e.GroupsCounted) -> None:
        assert event.vote not in self.open | self.paper | self.over
        secret = isinstance(event, e.PaperBallotOrdered)
        assert event.rule.secret == secret and (secret or not self.open), "one at a time, and secret only on paper"
        paper = _Paper(event.rule, set(event.base), motion=getattr(event, "motion", NO_MOTION))
        paper.polls = [poll for poll in self.polls if poll.motion == paper.motion]
        gone = {m for m in self.voters() - self.here - self.met if self.seats[m].standing is Standing.EXEMPT}
        assert set(event.base) == self.voters() - gone | paper.elsewhere
        self._once(paper.motion)
        if isinstance(event, e.GroupsCounted):
            assert paper.polls, "some group has voted on it"
            self.over[event.vote] = paper
            _is(event.result, paper)
        else:
            (self.paper if secret else self.open)[event.vote] = paper

    def _once(self, motion: MotionId) -> None:
        assert bool(motion) or not self.reports, "a group votes on what was prepared"
        assert motion not in self.put, "a motion is put once, unless it was cancelled"
        self.put |= {motion} - {NO_MOTION}

    def _marked(self, event: e.BallotCast | e.HandEntered) -> None:
        assert event.member in self.voters() & self.here, "who votes has a vote and is here"
        paper = self.open[event.vote]
        assert event.member not in paper.elsewhere, "nobody votes twice"
        own = isinstance(event, e.BallotCast)
        assert paper.rule.changeable or event.member not in paper.marks or not own, "this ballot stands"
        paper.marks[event.member] = event.choice

    def _told(self, event: e.VoteClosed | e.CountRecorded | e.VotesCounted) -> None:
        if isinstance(event, e.CountRecorded):
            assert len(set(event.counted_by)) == 2, "two people count"
            self.over[event.vote] = paper = self.paper.pop(event.vote)
            adds_up(event.result, len(paper.base))
            return
        self.over[event.vote] = paper = self.open.pop(event.vote)
        assert isinstance(event, e.VotesCounted) == self.reports, "a group counts, the cell decides"
        if isinstance(event, e.VotesCounted):
            assert (event.count.in_favour, event.count.against, event.count.other) == paper.counted()
        else:
            _is(event.result, paper)


def _is(result: Result, paper: _Paper) -> None:
    assert (result.in_favour, result.against, result.other) == paper.counted()
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
