"""How many were convened and how many came, for many meetings at once: the roster as called, the attendance rows.

For lists and reviews, which must not replay a thousand logs; the sheet of one meeting is meeting/minutes.py.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..meeting.events import Called
from ..meeting.ids import SeatKind
from .tables import attendance, events

_AT_ONCE = 500  # meetings of one question


@dataclass(frozen=True, slots=True)
class Turnout:
    convened: int  # member seats on the roster; guests and followers are in neither number
    attended: int  # of them, who was counted present at some time


async def turnout(connection: AsyncConnection, meetings: Sequence[str]) -> Mapping[str, Turnout]:
    """The turnout of those of `meetings` that were called."""
    found: dict[str, Turnout] = {}
    for start in range(0, len(meetings), _AT_ONCE):
        found |= await _some(connection, meetings[start : start + _AT_ONCE])
    return found


async def _some(connection: AsyncConnection, meetings: Sequence[str]) -> dict[str, Turnout]:
    called = sa.select(events.c.meeting, events.c.body).where(
        events.c.meeting.in_(meetings), events.c.seq == 1, events.c.name == Called.__name__
    )
    rosters = {row.meeting: _members(row.body) for row in await connection.execute(called)}
    came: dict[str, set[str]] = {}
    rows = sa.select(attendance.c.meeting, attendance.c.member).where(attendance.c.meeting.in_(meetings)).distinct()
    for row in await connection.execute(rows):
        came.setdefault(row.meeting, set()).add(row.member)
    return {each: Turnout(len(roster), len(roster & came.get(each, set()))) for each, roster in rosters.items()}


def _members(body: bytes) -> frozenset[str]:
    roster = json.loads(body)["data"]["roster"]
    return frozenset(seat["member"] for seat in roster if seat["kind"] == SeatKind.MEMBER.value)
