"""Tree, people and rulebook on a date become the Call of one meeting: seats, chair, succession, regulation, agenda."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting.commands import Call
from server.meeting.ids import (
    HALL,
    NOBODY,
    About,
    Before,
    Form,
    GroupId,
    Item,
    ItemId,
    ItemKind,
    MeetingKind,
    MemberId,
    Motion,
    MotionId,
    MotionKind,
    Part,
    PartyGroup,
    Post,
    Seat,
    SeatKind,
    Standing,
    Text,
)
from server.records.database import Database
from server.records.tables import heads, meetings, witness_roots

from . import groups, names, people
from .groups import Group
from .meetings import MeetingRow, meeting
from .overrides import rules_at
from .people import SUSPENDED, TRANSFERRED, Entry, Mandate, Person
from .rulebook import Rulebook, regulation

NOT_CONVENED = frozenset({SUSPENDED, TRANSFERRED, Standing.TEMPORARY_OUT.value, ""})
LEADING = (Post.SECRETARY, Post.DEPUTY, Post.COMMITTEE)
_ORDER = {post: rank for rank, post in enumerate(Post)}
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class NoSuchMeeting(LookupError):
    """No meeting has this id."""


class NoChair(Exception):
    """The cell has neither secretary, deputy nor committee member who could chair on that day, or the group nobody."""


async def call(
    database: Database,
    meeting_id: str,
    zone: ZoneInfo = ZONE,
    rulebook: Rulebook | None = None,
    seed: Callable[[], str] = secrets.token_hex,
) -> Call:
    """What calls this meeting: the register and the rules of its day (the day in `zone`).

    Raises NoSuchMeeting, NoChair.  The seed has 256 bits and is known to no member.
    """
    async with database.read() as connection:
        row = await meeting(connection, meeting_id)
        if row is None:
            raise NoSuchMeeting(meeting_id)
        day = row.planned_for.astimezone(zone).date()
        whole = await meeting(connection, row.round_id) if row.round_id else row
        assert whole
        roster = await seats(connection, row.unit.id, day, committee=row.of_committee)
        parties = await groups.of_cell(connection, row.unit.id, day)
        ages = await people.entries(connection, row.unit.id, day) if row.of_group else {}
        rules = await rules_at(connection, row.unit, day, rulebook)
        sealed = await before(connection, row)
    part, line = None, succession(roster)
    if row.of_group:
        group = next(
            (each for each in parties if each.id == row.group_id), Group(row.group_id or "", row.title, (), "")
        )
        roster = tuple(seat for seat in roster if seat.group == group.id or seat.kind is not SeatKind.MEMBER)
        part, line = Part(whole.id, GroupId(group.id), group.name), leading(group, roster, ages)
    if not line:
        raise NoChair(row.unit.name)
    return Call(
        about=_about(row, part),
        roster=roster,
        regulation=regulation(rules, row.kind),
        agenda=tuple(_item(line) for line in whole.agenda),
        chair=line[0],
        line=line[1:],
        seed=seed(),
        groups=() if part else _parties(parties, roster),
        before=sealed,
        motions=tuple(_motion(each) for each in whole.motions),
    )


async def before(connection: AsyncConnection, row: MeetingRow) -> Before | None:
    """The last head of the cell's last meeting that is closed, and the root of the public witness of today.

    The meetings of groups stand in the round they are part of.
    """
    joined = heads.join(meetings, heads.c.meeting == meetings.c.id)
    ours = sa.and_(meetings.c.unit_id == row.unit.id, meetings.c.round_id.is_(None))
    earlier = sa.and_(ours, meetings.c.planned_for < row.planned_for)
    found = sa.select(heads.c.meeting, heads.c.seq, heads.c.hash).select_from(joined).where(earlier)
    last = (
        await connection.execute(found.order_by(meetings.c.planned_for.desc(), heads.c.seq.desc()).limit(1))
    ).first()
    roots = sa.select(witness_roots.c.size, witness_roots.c.root).order_by(witness_roots.c.size.desc()).limit(1)
    root = (await connection.execute(roots)).first()
    if last is None:
        return None
    return Before(last.meeting, last.seq, last.hash.hex(), root.size if root else 0, root.root.hex() if root else "")


async def seats(connection: AsyncConnection, unit_id: str, day: date, *, committee: bool = False) -> tuple[Seat, ...]:
    """The members convened, by post and then by name; after them the superior's followers.

    `committee`: those of the cell committee only, among themselves.

    Not convened: who is suspended, who attends elsewhere for a time, who has no status on that day.
    """
    members = [
        person for person in await people.of_cell(connection, unit_id, day) if person.standing not in NOT_CONVENED
    ]
    if committee:
        return tuple(seat for seat in _ordered([_seat(person) for person in members]) if seat.post in LEADING)
    followers = await people.with_post(connection, unit_id, Post.FOLLOWER.value, day)
    of_the_cell = {person.id for person in members}
    return (*_ordered([_seat(person) for person in members]), *_ordered(_guests(followers, of_the_cell)))


def succession(roster: Sequence[Seat]) -> tuple[MemberId, ...]:
    """Who chairs, and who after him: secretary, deputies, committee members, each in the roster's order."""
    return tuple(seat.member for post in LEADING for seat in roster if seat.post is post)


def leading(group: Group, roster: Sequence[Seat], ages: Mapping[str, Entry]) -> tuple[MemberId, ...]:
    """Who chairs the meeting of a group, and who after him: leader, deputy, then the others, the oldest first."""
    seated = [seat.member for seat in roster if seat.kind is SeatKind.MEMBER]
    elected = [member for member in (group.leader, group.deputy) if member in seated]

    def born(member: MemberId) -> int:
        return (ages[member].birth_year if member in ages else None) or 9999

    others = sorted((member for member in seated if member not in elected), key=born)
    return (*dict.fromkeys(MemberId(member) for member in elected), *others)


def _motion(line: Mapping[str, Any]) -> Motion:
    return Motion(MotionId(line["id"]), ItemId(line["item"]), MotionKind(line["kind"]), Text(line["text"]))


def _parties(parties: Sequence[Group], roster: Sequence[Seat]) -> tuple[PartyGroup, ...]:
    """The groups by name, with the leaders who are convened."""
    seated = {seat.member for seat in roster}

    def convened(person: str) -> MemberId:
        return MemberId(person) if person in seated else NOBODY

    return tuple(PartyGroup(GroupId(g.id), g.name, convened(g.leader), convened(g.deputy)) for g in parties)


def _about(row: MeetingRow, part: Part | None) -> About:
    planned = row.planned_for.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return About(row.title, row.unit.name, planned, MeetingKind(row.kind), Form(row.form), part)


def _item(line: Mapping[str, Any]) -> Item:
    kind = ItemKind(line.get("kind", ItemKind.ORDINARY))  # what was planned before items had kinds
    return Item(ItemId(line["id"]), line["title"], line["minutes"], line["presenter"], kind)


def _seat(person: Person) -> Seat:
    held = [post for post in Post if post.value in person.posts and post is not Post.FOLLOWER]
    return Seat(
        member=MemberId(person.id),
        name=person.name,
        standing=Standing(person.standing),
        post=held[0] if held else Post.NONE,
        group=GroupId(person.group) if person.group else HALL,
    )


def _guests(followers: Sequence[Mandate], seated: set[str]) -> list[Seat]:
    return [
        Seat(MemberId(one.person_id), one.name, SeatKind.SUPERVISOR, Standing.NONE, Post.FOLLOWER)
        for one in followers
        if one.person_id not in seated
    ]


def _ordered(given: list[Seat]) -> list[Seat]:
    return sorted(given, key=lambda seat: (_ORDER[seat.post], names.order(seat.name), seat.member))
