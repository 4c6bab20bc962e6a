"""What a group held, read off the log of its meeting, for the round it is part of.  Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from .events import Recorded
from .ids import GroupMeeting, Poll, Reserved, Stay, Told, Word
from .proceedings import Matter, Proceedings, proceedings
from .voting import State, Vote

KINDS = ("in_room", "online", "vouched")


def held(meeting: str, head: str, place: str, recorded: Sequence[Recorded]) -> GroupMeeting:
    """Of a closed meeting of a group, whole in `recorded`.

    `head`: the hash of its last entry, hex; `place`: where those in the room met.
    """
    p = proceedings(recorded)
    m, part, opened, closed = p.meeting, p.meeting.about.part, p.meeting.sitting.opened_at, p.meeting.sitting.closed_at
    assert part and opened and closed
    pauses = sum((end - begin for begin, end in p.pauses), timedelta())
    return GroupMeeting(
        group=part.group,
        name=part.name,
        meeting=meeting,
        seq=recorded[-1].seq,
        hash=head,
        form=m.about.form,
        place=place,
        opened_at=opened,
        closed_at=closed,
        seconds=(closed - opened - pauses) // timedelta(seconds=1),
        chair=p.chair,
        secretary=p.secretary,
        adopted=m.minutes.adopted_at is not None,
        stays=tuple(_stays(p)),
        excuses=tuple(m.opening.excuses.values()),
        words=tuple(Word(member, each.state, each.reason) for member, each in m.opening.corrections.items()),
        to_verify=tuple(member for member in m.attendance.seats if member in m.checks.to_verify),
        polls=tuple(_poll(p, vote) for vote in m.voting.votes.values() if vote.state is State.REPORTED),
        told=tuple(_told(matter) for matter in p.matters if _says(matter)),
    )


def _stays(p: Proceedings) -> Iterator[Stay]:
    for each in p.roll:
        line = each.line
        for span in line.spans:
            yield Stay(line.member, span.begin, span.end, tuple(kind for kind in KINDS if kind in span.kinds))
        if line.first and line.last and not line.spans:  # came and went in the same moment
            yield Stay(line.member, line.first, line.last, ())


def _poll(p: Proceedings, vote: Vote) -> Poll:
    count = vote.count
    assert count
    return Poll(
        motion=vote.motion,
        voted=tuple(member for member in p.meeting.attendance.seats if member in vote.ballots),
        in_favour=count.in_favour,
        against=count.against,
        other=count.other,
        reserved=tuple(Reserved(member, text) for member, text in vote.reserved.items()),
    )


def _says(matter: Matter) -> bool:
    return bool(matter.text or matter.conclusion or matter.corrections)


def _told(matter: Matter) -> Told:
    """The text is that of the minutes, word for word."""
    told = Told(matter.item.id, matter.text)  # type: ignore[arg-type]
    return replace(
        told,
        conclusion=matter.conclusion,  # type: ignore[arg-type]
        corrections=tuple(each.text for each in matter.corrections),
    )
