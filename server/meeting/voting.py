"""Voting: the base, the ballots, hands the chair enters, the verdict; secret motions on paper.

The base of the verdict is fixed when the vote opens: the official members convened, present or not, and the exempt
who are present; an exempt member who comes later and votes is added (Điều lệ Đảng 2011).  Who
attends elsewhere for a time is not counted.  How anybody voted is in the log and in nobody's view.

A motion of a round (rounds.py) is voted in the meeting of each group, where it is counted, and decided in the round: by
those votes alone, or together with the votes of those who have not voted on it yet.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from . import events as e
from . import rounds
from .attendance import Attendance, attended, connected, counts, seat_of
from .ids import (
    NO_MOTION,
    NO_TEXT,
    NO_VOTE,
    Choice,
    ItemId,
    MemberId,
    Motion,
    MotionId,
    MotionKind,
    Post,
    Seat,
    Standing,
    Text,
    VoteId,
)
from .refusal import Refused, kept_reason, kept_text
from .rules import Count, MotionRule, Regulation, Result

LONGEST_ID = 64
COMMITTEE = frozenset({Post.SECRETARY, Post.DEPUTY, Post.COMMITTEE})
VOTERS = frozenset({Standing.OFFICIAL, Standing.EXEMPT})


class State(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    PAPER = "paper"  # not yet counted
    COUNTED = "counted"
    REPORTED = "reported"  # counted in the meeting of a group, to be decided over the whole cell


RESERVABLE = frozenset({State.CLOSED, State.REPORTED})  # voted openly, and over


@dataclass(frozen=True, slots=True)
class Ballot:
    choice: Choice
    opinion: Text = NO_TEXT
    reserved: bool = False
    hand: datetime | None = None  # entered by the chair, and so long to be contested; None = cast by himself


@dataclass(frozen=True, slots=True)
class Vote:
    id: VoteId
    item: ItemId
    text: Text
    rule: MotionRule
    convened: frozenset[MemberId]  # the base when it was opened
    opened_at: datetime
    state: State = State.OPEN
    ballots: Mapping[MemberId, Ballot] = field(default_factory=dict)
    contested: frozenset[MemberId] = frozenset()  # no hand is entered for them again
    counts: Mapping[MemberId, Count] = field(default_factory=dict)  # on paper: who counted what
    opinions: Mapping[MemberId, Text] = field(default_factory=dict)  # reserved after the vote
    closed_at: datetime | None = None
    reason: str = ""  # why it was cancelled
    result: Result | None = None
    motion: MotionId = NO_MOTION  # of the round
    count: Count | None = None  # reported, and not decided here
    polls: rounds.Polls = field(default_factory=dict)  # in a round: what the groups have voted on it

    @property
    def base(self) -> frozenset[MemberId]:
        return self.convened | self.ballots.keys()

    @property
    def voted(self) -> frozenset[MemberId]:
        """Here or in the meeting of his group."""
        return self.elsewhere | self.ballots.keys()

    @property
    def elsewhere(self) -> frozenset[MemberId]:
        """Who voted in the meeting of his group, and so not here."""
        return frozenset(member for poll in self.polls.values() for member in poll.voted)

    @property
    def reserved(self) -> Mapping[MemberId, Text]:
        """The reserved opinions: of the groups, those given with a ballot and those given afterwards."""
        before = {each.member: each.text for poll in self.polls.values() for each in poll.reserved}
        given = {member: ballot.opinion for member, ballot in self.ballots.items() if ballot.reserved}
        return {**before, **given, **self.opinions}


@dataclass(frozen=True, slots=True)
class Voting:
    votes: Mapping[VoteId, Vote] = field(default_factory=dict)  # in the order in which they were opened
    open: VoteId = NO_VOTE  # one at a time
    motions: Mapping[MotionId, Motion] = field(default_factory=dict)  # prepared with the round, in its order
    polls: Mapping[MotionId, rounds.Polls] = field(default_factory=dict)  # in a round: what its groups have voted
    reports: bool = False  # this is the meeting of a group: it counts and does not decide


# -- Who ----------------------------------------------------------------------------------------------------------


def has_vote(seat: Seat, a: Attendance) -> bool:
    return counts(a, seat.member) and seat.standing in VOTERS


def base(a: Attendance) -> tuple[MemberId, ...]:
    """Who is counted in a vote that is opened now, in the order of the roster."""
    return tuple(
        member
        for member, seat in a.seats.items()
        if has_vote(seat, a) and (seat.standing is Standing.OFFICIAL or attended(a, member))
    )


def _voter(a: Attendance, member: MemberId) -> Seat:
    """Raises Refused("voter") for whom the regulation gives no vote."""
    seat = seat_of(a, member)
    if not has_vote(seat, a):
        raise Refused("voter", "{name} speaks and proposes, but does not vote here.", name=seat.name)
    return seat


def may_cast(voting: Voting, a: Attendance, by: MemberId) -> None:
    _voter(a, by)
    if not voting.open and all(by not in vote.ballots for vote in voting.votes.values()):
        raise Refused("vote", "No vote is open.")


def may_count(voting: Voting, a: Attendance, by: MemberId, writers: Collection[MemberId]) -> None:
    """`writers`: of the minutes; in a cell without a committee the two of them count."""
    if by not in writers and seat_of(a, by).post not in COMMITTEE:
        raise Refused("count", "Ballots are counted by the chair, the minutes secretary and the cell committee.")
    if all(vote.state not in (State.PAPER, State.COUNTED) for vote in voting.votes.values()):
        raise Refused("count", "Nothing is voted on paper.")


def may_contest(voting: Voting, by: MemberId) -> None:
    if not voting.open or not (was := voting.votes[voting.open].ballots.get(by)) or not was.hand:
        raise Refused("hand", "No hand was entered for you.")


def may_reserve(voting: Voting, a: Attendance, by: MemberId) -> None:
    _voter(a, by)
    if all(vote.state not in RESERVABLE for vote in voting.votes.values()):
        raise Refused("vote", "No vote is closed yet.")


# -- Opening and closing ------------------------------------------------------------------------------------------


def open_vote(
    voting: Voting, a: Attendance, rules: Regulation, item: ItemId, vote: VoteId, kind: MotionKind, text: str
) -> Iterator[e.Event]:
    rule = _motion(voting, rules, vote, kind)
    if rule.secret:
        raise Refused("secret-ballot", "This is voted on paper after the meeting.")
    yield e.VoteOpened(vote, item, Text(kept_text(text)), rule, base(a))


def put(voting: Voting, a: Attendance, rules: Regulation, vote: VoteId, motion: MotionId) -> Iterator[e.Event]:
    """A motion of the round, as it was prepared."""
    prepared = _prepared(voting, motion)
    rule = _motion(voting, rules, vote, prepared.kind)
    yield e.VoteOpened(vote, prepared.item, prepared.text, rule, _base(voting, a, motion), motion)


def count_groups(
    voting: Voting, a: Attendance, rules: Regulation, vote: VoteId, motion: MotionId, at: datetime
) -> Iterator[e.Event]:
    """The verdict of the cell, by what was voted in the groups."""
    prepared = _prepared(voting, motion)
    rule = _motion(voting, rules, vote, prepared.kind)
    if motion not in voting.polls:
        raise Refused("motion", "No group has voted on this motion; it is voted in the common session.")
    x, counted = prepared, _base(voting, a, motion)
    whole = Vote(vote, x.item, x.text, rule, frozenset(counted), at, polls=voting.polls[motion])
    yield e.GroupsCounted(vote, motion, x.item, x.text, rule, counted, tally(whole))


def something_prepared(voting: Voting) -> None:
    if not _undecided(voting):
        raise Refused("motion", "No motion of the round waits here.")


def something_reported(voting: Voting) -> None:
    if not _undecided(voting) & voting.polls.keys():
        raise Refused("motion", "No motion of the round waits here.")


def _undecided(voting: Voting) -> set[MotionId]:
    """Put once, a motion may be put again only if that vote was cancelled."""
    put = {vote.motion for vote in voting.votes.values() if vote.state is not State.CANCELLED}
    return voting.motions.keys() - put


def _prepared(voting: Voting, motion: MotionId) -> Motion:
    if motion not in voting.motions:
        raise Refused("motion", "No such motion was prepared with the round.")
    if motion not in _undecided(voting):
        raise Refused("motion", "This motion was put already.")
    return voting.motions[motion]


def _base(voting: Voting, a: Attendance, motion: MotionId) -> tuple[MemberId, ...]:
    """Of a motion of the round: as of any vote; who has voted in his group is counted whatever he is now."""
    voted = {member for poll in voting.polls.get(motion, {}).values() for member in poll.voted}
    counted = voted.union(base(a))
    return tuple(member for member in a.seats if member in counted)


def paper(
    voting: Voting, a: Attendance, rules: Regulation, item: ItemId, vote: VoteId, kind: MotionKind, text: str
) -> Iterator[e.Event]:
    rule = _motion(voting, rules, vote, kind)
    if not rule.secret:
        raise Refused("secret-ballot", "A motion of this kind is voted openly.")
    yield e.PaperBallotOrdered(vote, item, Text(kept_text(text)), rule, base(a))


def close(voting: Voting, a: Attendance, vote: VoteId, at: datetime) -> Iterator[e.Event]:
    was = _open(voting, vote)
    if any(_contestable(was, member, at) and connected(a, member) for member in was.ballots):
        raise Refused("hand", "A hand was entered just now; whoever it is about may still contest it.")
    yield e.VotesCounted(vote, cast_here(was)) if voting.reports else e.VoteClosed(vote, tally(was))


def cancel(voting: Voting, vote: VoteId, reason: str) -> Iterator[e.Event]:
    if _known(voting, vote).state not in (State.OPEN, State.PAPER):
        raise Refused("vote", "This vote is over.")
    yield e.VoteCancelled(vote, kept_reason(reason))


def nothing_open(voting: Voting) -> None:
    """Raises Refused("vote-open"): nothing takes the members away from an open vote."""
    if voting.open:
        raise Refused("vote-open", "A vote is open; close or cancel it first.")


def something_open(voting: Voting) -> None:
    if not voting.open:
        raise Refused("vote", "No vote is open.")


def something_to_cancel(voting: Voting) -> None:
    if all(vote.state not in (State.OPEN, State.PAPER) for vote in voting.votes.values()):
        raise Refused("vote", "No vote is open.")


def _motion(voting: Voting, rules: Regulation, vote: VoteId, kind: MotionKind) -> MotionRule:
    """The rule of a new motion."""
    if not 1 <= len(vote) <= LONGEST_ID or vote in voting.votes:
        raise Refused("motion", "A motion of that name was put already.")
    found = next((rule for rule in rules.motions if rule.kind == kind), None)
    if found is None:
        raise Refused("motion", "The regulation knows no motion of that kind.")
    return found


def _known(voting: Voting, vote: VoteId) -> Vote:
    if vote not in voting.votes:
        raise Refused("vote", "There is no such vote.")
    return voting.votes[vote]


def _open(voting: Voting, vote: VoteId) -> Vote:
    known = _known(voting, vote)
    if known.state is not State.OPEN:
        raise Refused("vote", "This vote is over.")
    return known


# -- Ballots ------------------------------------------------------------------------------------------------------


def cast(
    voting: Voting, a: Attendance, by: MemberId, vote: VoteId, choice: Choice, opinion: str, reserved: bool
) -> Iterator[e.Event]:
    """The same again is nothing, whenever it comes: an answer may have been lost on the way.  The same as the hand that
    the chair entered is a ballot of his own: from then on no hand is entered for him."""
    _voter(a, by)
    known, text = _known(voting, vote), kept_text(opinion, needed=False)
    was = known.ballots.get(by)
    _only_once(known, a.seats[by])
    same = was is not None and (was.choice, was.opinion, was.reserved) == (choice, text, reserved)
    if was and same and not was.hand:
        return
    if known.state is not State.OPEN:
        raise Refused("vote", "This vote is over; no ballot is cast or changed any more.")
    if was and not known.rule.changeable and not (same and was.hand):
        raise Refused("ballot", "In this vote a ballot is not changed.")
    if reserved and not text:
        raise Refused("ballot", "Please write the opinion you reserve.")
    yield e.BallotCast(vote, by, choice, Text(text), reserved)


def enter_hand(
    voting: Voting, a: Attendance, rules: Regulation, vote: VoteId, member: MemberId, choice: Choice, at: datetime
) -> Iterator[e.Event]:
    known, seat = _open(voting, vote), _voter(a, member)
    was = known.ballots.get(member)
    _only_once(known, seat)
    if not _raises_hand(a, member):
        raise Refused("hand", "{name} is not in the room or on a telephone.", name=seat.name)
    if member in known.contested:
        raise Refused("hand", "{name} contested the hand entered before and votes himself.", name=seat.name)
    if was and not was.hand:
        raise Refused("hand", "{name} has voted himself.", name=seat.name)
    if not was or was.choice != choice:
        yield e.HandEntered(vote, member, choice, at + timedelta(seconds=rules.contest_window))


def contest(voting: Voting, by: MemberId, vote: VoteId, at: datetime) -> Iterator[e.Event]:
    known = _open(voting, vote)
    if by not in known.ballots or not known.ballots[by].hand:
        raise Refused("hand", "No hand was entered for you.")
    if not _contestable(known, by, at):
        raise Refused("hand", "The time to contest the hand is over.")
    yield e.HandContested(vote, by)


def reserve(voting: Voting, a: Attendance, by: MemberId, vote: VoteId, text: str) -> Iterator[e.Event]:
    """After the vote; during it the opinion goes with the ballot."""
    _voter(a, by)
    known = _known(voting, vote)
    if known.state not in RESERVABLE:
        raise Refused("vote", "An opinion is reserved when the vote is closed.")
    if by not in known.base:
        raise Refused("voter", "You were not counted in this vote.")
    kept = kept_text(text)
    if known.reserved.get(by) != kept:
        yield e.OpinionReserved(vote, by, Text(kept))


def _only_once(vote: Vote, seat: Seat) -> None:
    if seat.member in vote.elsewhere:
        raise Refused("voted", "{name} has voted on this in the meeting of the group.", name=seat.name)


def _raises_hand(a: Attendance, member: MemberId) -> bool:
    presence = a.present.get(member)
    if presence is None:
        return False
    devices = {connection.device for connection in presence.connections.values()}
    return presence.in_room or bool(presence.voucher) or "phone" in devices


def _contestable(vote: Vote, member: MemberId, at: datetime) -> bool:
    hand = vote.ballots[member].hand
    return hand is not None and at < hand


# -- The verdict --------------------------------------------------------------------------------------------------


def tally(vote: Vote) -> Result:
    """What was voted here, and in a round what was voted in the groups."""
    here, groups = cast_here(vote), vote.polls.values()
    return verdict(
        vote,
        Count(
            here.in_favour + sum(poll.in_favour for poll in groups),
            here.against + sum(poll.against for poll in groups),
            here.other + sum(poll.other for poll in groups),
        ),
    )


def cast_here(vote: Vote) -> Count:
    chosen = [ballot.choice for ballot in vote.ballots.values()]
    return Count(*(chosen.count(choice) for choice in (Choice.FOR, Choice.AGAINST, Choice.OTHER)))


def verdict(vote: Vote, count: Count) -> Result:
    """Whole numbers only; who has not voted counts in the base."""
    whole = len(vote.base)
    return Result(
        base=whole,
        in_favour=count.in_favour,
        against=count.against,
        other=count.other,
        invalid=count.invalid,
        not_voted=whole - count.total,
        passed=vote.rule.passed(count.in_favour, whole),
        rule=vote.rule,
    )


def enter_count(voting: Voting, by: MemberId, vote: VoteId, count: Count) -> Iterator[e.Event]:
    """Recorded when two people have counted the same; until then each may count anew."""
    known = _known(voting, vote)
    if known.counts.get(by) == count:
        return
    if known.state is not State.PAPER:
        raise Refused("count", "This vote is not counted on paper, or it is counted already.")
    if min(count.in_favour, count.against, count.other, count.invalid) < 0 or count.total > len(known.base):
        raise Refused("count", "There are at most {most} ballots.", most=len(known.base))
    yield e.CountEntered(vote, by, count)
    if alike := [member for member, other in known.counts.items() if other == count and member != by]:
        yield e.CountRecorded(vote, (alike[0], by), verdict(known, count))


# -- What happened ------------------------------------------------------------------------------------------------


def _called(v: Voting, event: e.Called, at: datetime) -> Voting:
    motions, reports = {motion.id: motion for motion in event.motions}, event.about.part is not None
    if not motions and not reports:
        return v
    return replace(v, motions=motions, polls=rounds.polls(event.held), reports=reports)


def _put(v: Voting, event: e.VoteOpened | e.GroupsCounted, at: datetime) -> Vote:
    base, polls = frozenset(event.base), v.polls.get(event.motion, {})
    return Vote(event.vote, event.item, event.text, event.rule, base, at, motion=event.motion, polls=polls)


def _opened(v: Voting, event: e.VoteOpened, at: datetime) -> Voting:
    return replace(_now(v, _put(v, event, at)), open=event.vote)


def _groups_counted(v: Voting, event: e.GroupsCounted, at: datetime) -> Voting:
    return _now(v, replace(_put(v, event, at), state=State.CLOSED, closed_at=at, result=event.result))


def _ordered(v: Voting, event: e.PaperBallotOrdered, at: datetime) -> Voting:
    vote = Vote(event.vote, event.item, event.text, event.rule, frozenset(event.base), at, State.PAPER)
    return replace(v, votes={**v.votes, event.vote: vote})


def _cast(v: Voting, event: e.BallotCast, at: datetime) -> Voting:
    return _marked(v, event.vote, event.member, Ballot(event.choice, event.opinion, event.reserved))


def _hand(v: Voting, event: e.HandEntered, at: datetime) -> Voting:
    return _marked(v, event.vote, event.member, Ballot(event.choice, hand=event.until))


def _marked(v: Voting, vote: VoteId, member: MemberId, ballot: Ballot) -> Voting:
    was = v.votes[vote]
    return _now(v, replace(was, ballots={**was.ballots, member: ballot}))


def _contested(v: Voting, event: e.HandContested, at: datetime) -> Voting:
    was = v.votes[event.vote]
    left = {member: ballot for member, ballot in was.ballots.items() if member != event.member}
    return _now(v, replace(was, ballots=left, contested=was.contested | {event.member}))


def _ended(v: Voting, vote: VoteId, at: datetime, **how: Any) -> Voting:
    ended = _now(v, replace(v.votes[vote], closed_at=at, **how))
    return replace(ended, open=NO_VOTE) if v.open == vote else ended


def _reserved(v: Voting, event: e.OpinionReserved, at: datetime) -> Voting:
    was = v.votes[event.vote]
    return _now(v, replace(was, opinions={**was.opinions, event.member: event.text}))


def _counted(v: Voting, event: e.CountEntered, at: datetime) -> Voting:
    was = v.votes[event.vote]
    return _now(v, replace(was, counts={**was.counts, event.member: event.count}))


def _now(v: Voting, vote: Vote) -> Voting:
    return replace(v, votes={**v.votes, vote.id: vote})


_APPLIED: dict[type[e.Event], Callable[[Voting, Any, datetime], Voting]] = {
    e.Called: _called,
    e.VoteOpened: _opened,
    e.PaperBallotOrdered: _ordered,
    e.BallotCast: _cast,
    e.HandEntered: _hand,
    e.HandContested: _contested,
    e.VoteClosed: lambda v, event, at: _ended(v, event.vote, at, state=State.CLOSED, result=event.result),
    e.VotesCounted: lambda v, event, at: _ended(v, event.vote, at, state=State.REPORTED, count=event.count),
    e.GroupsCounted: _groups_counted,
    e.CountRecorded: lambda v, event, at: _ended(v, event.vote, at, state=State.COUNTED, result=event.result),
    e.VoteCancelled: lambda v, event, at: _ended(v, event.vote, at, state=State.CANCELLED, reason=event.reason),
    e.OpinionReserved: _reserved,
    e.CountEntered: _counted,
}


def apply(voting: Voting, event: e.Event, at: datetime) -> Voting:
    applied = _APPLIED.get(type(event))
    return applied(voting, event, at) if applied else voting
