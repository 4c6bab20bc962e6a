"""One member over his months: when he was there, from what kinds of devices, whether he answered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting import events as e
from server.records.tables import attendance, events
from server.records.tables import meetings as listed


@dataclass(frozen=True, slots=True)
class Interval:
    began: datetime
    ended: datetime | None
    kinds: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What the log of one meeting says of one member."""

    intervals: tuple[Interval, ...] = ()
    devices: tuple[str, ...] = ()  # kinds only, in the order he used them
    asked: int = 0  # proofs of presence he was asked for
    answered: int = 0


async def visits(connection: AsyncConnection, member: str, meetings: Sequence[str]) -> Mapping[str, Visit]:
    """By meeting; those in which nothing is said of him are left out.  What he did in his group is of its round."""
    found: dict[str, Visit] = {}
    a = attendance.c  # those of a round hold what he was present in his group
    mine = sa.select(attendance).where(a.member == member, a.meeting.in_(meetings)).order_by(a.meeting, a.n)
    for row in await connection.execute(mine):
        was = found.get(row.meeting, Visit())
        found[row.meeting] = replace(was, intervals=(*was.intervals, Interval(row.began, row.ended, row.kinds)))
    of = {meeting: meeting for meeting in meetings} | await _rounds(connection, meetings)
    for meeting, seen in (await _seen(connection, member, list(of))).items():
        found[of[meeting]] = _with(found.get(of[meeting], Visit()), seen)
    return found


async def _rounds(connection: AsyncConnection, meetings: Sequence[str]) -> dict[str, str]:
    """The meetings of groups in these rounds, each with its round."""
    m = listed.c
    rows = await connection.execute(sa.select(m.id, m.round_id).where(m.round_id.in_(meetings)))
    return {row.id: row.round_id for row in rows}


def _with(was: Visit, seen: "_Seen") -> Visit:
    devices = tuple(dict.fromkeys((*was.devices, *seen.devices)))
    return replace(was, devices=devices, asked=was.asked + seen.asked, answered=was.answered + seen.answered)


@dataclass(slots=True)
class _Seen:
    devices: list[str] = field(default_factory=list)
    asked: int = 0
    answered: int = 0


_NAMES = tuple(kind.__name__ for kind in (e.Connected, e.PresenceAsked, e.PresenceAnswered))


async def _seen(connection: AsyncConnection, member: str, meetings: Sequence[str]) -> Mapping[str, _Seen]:
    k = events.c
    found: dict[str, _Seen] = {}
    query = sa.select(k.meeting, k.name, k.body).where(k.meeting.in_(meetings), k.name.in_(_NAMES))
    for row in await connection.execute(query.order_by(k.meeting, k.seq)):
        data = json.loads(row.body)["data"]
        seen = found.setdefault(row.meeting, _Seen())
        if row.name == e.PresenceAsked.__name__:
            seen.asked += member in data["asked"]
        elif data["member"] == member and row.name == e.PresenceAnswered.__name__:
            seen.answered += 1
        elif data["member"] == member and data["device"] and data["device"] not in seen.devices:
            seen.devices.append(data["device"])
    return found
