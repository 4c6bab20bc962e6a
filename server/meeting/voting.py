"""Voting: the base, the ballots, hands the chair enters, the verdict; secret motions on paper.

The base of the verdict is fixed when the vote opens: the official members convened, present or not, and the exempt
who are present; an exempt member who comes later and votes is added (Điều lệ Đảng 2011).  Who
attends elsewhere for a time is not counted.  How anybody voted is in the log and in nobody's view.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from . import events as e
from .attendance import Attendance, connected, counts, seat_of
from .ids import NO_TEXT, NO_VOTE, Choice, ItemId, MemberId, MotionKind, Post, Seat, Standing, Text, VoteId
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

    @property
    def base(self) -> frozenset[MemberId]:
        return self.convened | self.ballots.keys()

    @property
    def reserved(self) -> Mapping[MemberId, Text]:
        """The reserved opinions, those given with a ballot and those given afterwards."""
        given = {member: ballot.opinion for member, ballot in self.ballots.items() if ballot.reserved}
        return {**given, **self.opinions}


@dataclass(frozen=True, slots=True)
class Voting:
    votes: Mapping[VoteId, Vote] = field(default_factory=dict)  # in the order in which they were opened
    open: VoteId = NO_VOTE  # one at a time


# -- Who ----------------------------------------------------------------------------------------------------------


def has_vote(seat: Seat, a: Attendance) -> bool:
    return counts(a, seat.member) and seat.standing in VOTERS


def base(a: Attendance) -> tuple[MemberId, ...]:
    """Who is counted in a vote that is opened now, in the order of the roster."""
    return tuple(
        member
        for member, seat in a.seats.items()
        if has_vote(seat, a) and (seat.standing is Standing.OFFICIAL or member in a.present)
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


def may_count(voting: Voting, a: Attendance, by: MemberId, chair: MemberId) -> None:
    if by != chair and seat_of(a, by).post not in COMMITTEE:
        raise Refused("count", "Ballots are counted by the chair and the cell committee.")
    if all(vote.state not in (State.PAPER, State.COUNTED) for vote in voting.votes.values()):
        raise Refused("count", "Nothing is voted on paper.")


def may_contest(voting: Voting, by: MemberId) -> None:
    if not voting.open or not (was := voting.votes[voting.open].ballots.get(by)) or not was.hand:
        raise Refused("hand", "No hand was entered for you.")


def may_reserve(voting: Voting, a: Attendance, by: MemberId) -> None:
    _voter(a, by)
    if all(vote.state is not State.CLOSED for vote in voting.votes.values()):
        raise Refused("vote", "No vote is closed yet.")


# -- Opening and closing ------------------------------------------------------------------------------------------


def open_vote(
    voting: Voting, a: Attendance, rules: Regulation, item: ItemId, vote: VoteId, kind: MotionKind, text: str
) -> Iterator[e.Event]:
    rule = _motion(voting, rules, vote, kind)
    if rule.secret:
        raise Refused("secret-ballot", "This is voted on paper after the meeting.")
    yield e.VoteOpened(vote, item, Text(kept_text(text)), rule, base(a))


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
    yield e.VoteClosed(vote, tally(was))


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
    """The same again is nothing, whenever it comes: an answer may have been lost on the way."""
    _voter(a, by)
    known, text = _known(voting, vote), kept_text(opinion, needed=False)
    was = known.ballots.get(by)
    if was and (was.choice, was.opinion, was.reserved) == (choice, text, reserved):
        return
    if known.state is not State.OPEN:
        raise Refused("vote", "This vote is over; no ballot is cast or changed any more.")
    if was and not known.rule.changeable:
        raise Refused("ballot", "In this vote a ballot is not changed.")
    if reserved and not text:
        raise Refused("ballot", "Please write the opinion you reserve.")
    yield e.BallotCast(vote, by, choice, Text(text), reserved)


def enter_hand(
    voting: Voting, a: Attendance, rules: Regulation, vote: VoteId, member: MemberId, choice: Choice, at: datetime
) -> Iterator[e.Event]:
    known, seat = _open(voting, vote), _voter(a, member)
    was = known.ballots.get(member)
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
    if known.state is not State.CLOSED:
        raise Refused("vote", "An opinion is reserved when the vote is closed.")
    if by not in known.base:
        raise Refused("voter", "You were not counted in this vote.")
    kept = kept_text(text)
    if known.reserved.get(by) != kept:
        yield e.OpinionReserved(vote, by, Text(kept))


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
    chosen = [ballot.choice for ballot in vote.ballots.values()]
    return verdict(vote, Count(*(chosen.count(choice) for choice in (Choice.FOR, Choice.AGAINST, Choice.OTHER))))


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


def _opened(v: Voting, event: e.VoteOpened, at: datetime) -> Voting:
    vote = Vote(event.vote, event.item, event.text, event.rule, frozenset(event.base), at)
    return Voting({**v.votes, event.vote: vote}, event.vote)


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
    e.VoteOpened: _opened,
    e.PaperBallotOrdered: _ordered,
    e.BallotCast: _cast,
    e.HandEntered: _hand,
    e.HandContested: _contested,
    e.VoteClosed: lambda v, event, at: _ended(v, event.vote, at, state=State.CLOSED, result=event.result),
    e.CountRecorded: lambda v, event, at: _ended(v, event.vote, at, state=State.COUNTED, result=event.result),
    e.VoteCancelled: lambda v, event, at: _ended(v, event.vote, at, state=State.CANCELLED, reason=event.reason),
    e.OpinionReserved: _reserved,
    e.CountEntered: _counted,
}


def apply(voting: Voting, event: e.Event, at: datetime) -> Voting:
    applied = _APPLIED.get(type(event))
    return applied(voting, event, at) if applied else voting
