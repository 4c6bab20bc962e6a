"""The desk of a meeting in the room: who keeps the record joins from there, and nobody else joins at all.

The others are ticked by the chair, who sees them; their hands are entered by him.  Who sits at the desk is in the room,
whatever becomes of his device.
"""

from collections.abc import Collection, Iterator

from . import events as e
from .attendance import Attendance
from .ids import About, MemberId
from .refusal import Refused


def may_join(about: About, keepers: Collection[MemberId], by: MemberId) -> None:
    """Raises Refused("in-person") for whoever does not keep the record of a meeting in the room."""
    if about.in_person and by not in keepers:
        raise Refused(
            "in-person",
            "This meeting is held in the room. Only the committee and the minutes secretary open its record.",
        )


def seated(about: About, a: Attendance, by: MemberId) -> Iterator[e.Event]:
    """Whoever joins at the desk is seen in the room."""
    presence = a.present.get(by)
    if about.in_person and not (presence and presence.in_room):
        yield e.TickedPresent(by)
