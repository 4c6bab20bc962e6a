"""A round: each party group has its own meeting, in place of one meeting of the whole cell (Hướng dẫn 03-HD/TW).

A group discusses and votes and decides nothing: its votes on the motions that were prepared with the round are counted
and reported.  The round itself is the cell's meeting of that month.  It is called when every group has met, holds what
each of them held, and there the votes of all become one verdict, whose base is the whole cell.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .ids import NO_ITEM, About, GroupId, GroupMeeting, MemberId, Motion, MotionId, Poll, Seat
from .refusal import Refused, kept_text
from .rules import SCORE, Regulation

Polls = Mapping[GroupId, Poll]  # on one motion, by group


def decides(about: About) -> None:
    """Raises Refused("group-decides") in the meeting of a group."""
    if about.part:
        raise Refused(
            "group-decides",
            "A party group decides nothing; the motions prepared with the round are voted here, and nothing else.",
        )


def files(about: About) -> None:
    """Raises Refused("group-decides") for the results of a group alone."""
    if about.part:
        raise Refused("group-decides", "What a group held is posted and reported with the round.")


def polls(held: Iterable[GroupMeeting]) -> Mapping[MotionId, Polls]:
    """What the groups counted, by motion."""
    found: dict[MotionId, dict[GroupId, Poll]] = {}
    for group in held:
        for poll in group.polls:
            found.setdefault(poll.motion, {})[group.group] = poll
    return found


def met(held: Iterable[GroupMeeting]) -> Mapping[MemberId, GroupId]:
    """Who was present in which group."""
    return {stay.member: group.group for group in held for stay in group.stays}


# -- Calling ---------------------------------------------------------------------------------------------------------


def check(
    about: About,
    agenda: Iterable[str],
    roster: Sequence[Seat],
    rules: Regulation,
    motions: Sequence[Motion],
    held: Sequence[GroupMeeting],
) -> None:
    """Raises Refused("call") where what was prepared or held does not fit this meeting."""
    if about.gathers != bool(held) or (about.part and held):
        raise Refused("call", "A round gathers what its groups held, and nothing else does.")
    if about.part and not all((about.part.round, about.part.group, about.part.name)):
        raise Refused("call", "The meeting of a group names its round and its group.")
    _motions({*agenda, NO_ITEM}, rules, motions)
    _held({seat.member for seat in roster}, {motion.id for motion in motions}, held)


def _motions(items: set[str], rules: Regulation, motions: Sequence[Motion]) -> None:
    kinds = {rule.kind for rule in rules.motions if not rule.secret and rule.kind != SCORE}
    ids = [motion.id for motion in motions]
    if not all(ids) or len(set(ids)) < len(ids) or not {motion.item for motion in motions} <= items:
        raise Refused("call", "Each motion of a round has an id of its own and belongs to an item of the agenda.")
    if not {motion.kind for motion in motions} <= kinds:
        raise Refused("call", "The motions of a round are voted openly, by a rule of the regulation.")
    for motion in motions:
        kept_text(motion.text)


def _held(roster: set[MemberId], motions: set[MotionId], held: Sequence[GroupMeeting]) -> None:
    for name in ("group", "meeting"):
        ids = [getattr(group, name) for group in held]
        if not all(ids) or len(set(ids)) < len(ids):
            raise Refused("call", "Each group has held one meeting of the round.")
    if not {member for group in held for member in _named(group)} <= roster:
        raise Refused("call", "What the groups held speaks of the members on the roster.")
    if any(stay.ended < stay.began for group in held for stay in group.stays):
        raise Refused("call", "Nobody has left the meeting of his group before he came.")
    _votes(motions, [poll for group in held for poll in group.polls])


def _named(group: GroupMeeting) -> Iterator[MemberId]:
    for lines in (group.stays, group.excuses, group.words):
        yield from (line.member for line in lines)
    yield from group.to_verify
    for poll in group.polls:
        yield from (*poll.voted, *(each.member for each in poll.reserved))


def _votes(motions: set[MotionId], cast: Sequence[Poll]) -> None:
    if any(min(poll.in_favour, poll.against, poll.other) < 0 or total(poll) != len(poll.voted) for poll in cast):
        raise Refused("call", "The votes of a group are as many as those who voted in it.")
    if not {poll.motion for poll in cast} <= motions:
        raise Refused("call", "The groups have voted on the motions of the round.")
    once = Counter((poll.motion, member) for poll in cast for member in poll.voted)
    if once and max(once.values()) > 1:
        raise Refused("call", "Nobody votes twice on one motion.")


def total(poll: Poll) -> int:
    return poll.in_favour + poll.against + poll.other
