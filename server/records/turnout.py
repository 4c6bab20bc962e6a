"""How many counted and how many came, for many meetings at once: read off the summaries, so that every list, review and
report gives the same numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from .tables import summaries

_AT_ONCE = 500  # meetings of one question


@dataclass(frozen=True, slots=True)
class Turnout:
    convened: int  # member seats less the exempt who stayed away; guests and followers are in neither number
    attended: int  # of them, whom the roll call has as present


async def turnout(connection: AsyncConnection, meetings: Sequence[str]) -> Mapping[str, Turnout]:
    """The turnout of those of `meetings` that are closed."""
    found: dict[str, Turnout] = {}
    s = summaries.c
    for start in range(0, len(meetings), _AT_ONCE):
        asked = sa.select(s.meeting, s.base, s.present).where(s.meeting.in_(meetings[start : start + _AT_ONCE]))
        found |= {row.meeting: Turnout(row.base, row.present) for row in await connection.execute(asked)}
    return found
