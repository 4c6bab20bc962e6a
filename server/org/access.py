"""Who may see and do what on the pages: one table, role × action; what is not in it is refused.

What may be done *inside* an open meeting is not decided here but by `meeting.decide`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import group_members, memberships, people, posts, statuses, units

from .people import SUSPENDED, TRANSFERRED, on, strongest
from .tree import CELL, Unit

_COMMITTEE = frozenset({"cell_secretary", "deputy_secretary", "committee_member"})
_SECRETARY = frozenset({"cell_secretary", "deputy_secretary"})
_CONVENED = frozenset({"official", "probationary", "exempt", "temporary_in"})


@dataclass(frozen=True, slots=True)
class Held:
    """A post of the actor, and the unit where he holds it."""

    post: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, on the day he asks."""

    person_id: str
    home: Unit  # where he is registered
    standing: str  # a status of org.people; "" = none
    held: tuple[Held, ...]  # none while he is suspended from Party activity: nobody acts for a committee then
    guest_of: tuple[Unit, ...] = ()  # where he attends for a time
    before: tuple[Unit, ...] = ()  # what was merged into his home
    groups: frozenset[str] = frozenset()  # the party groups he sits in


def _member(actor: Actor, unit: Unit) -> bool:
    """Convened by this cell."""
    if unit.kind != CELL:
        return False
    guest = any(host.id == unit.id for host in actor.guest_of)
    return guest or (actor.home.id == unit.id and actor.standing in _CONVENED)


def _heir(actor: Actor, unit: Unit) -> bool:
    """Convened by the cell that this one was merged into."""
    return any(old.id == unit.id for old in actor.before) and _member(actor, actor.home)


def _committee(actor: Actor, unit: Unit) -> bool:
    """In the committee of this very cell."""
    return _member(actor, unit) and any(held.unit.id == unit.id and held.post in _COMMITTEE for held in actor.held)


def _heir_committee(actor: Actor, unit: Unit) -> bool:
    """In the committee of the cell that this one was merged into."""
    return _heir(actor, unit) and _committee(actor, actor.home)


def _secretary(actor: Actor, unit: Unit) -> bool:
    """Secretary or deputy of this very cell."""
    return _member(actor, unit) and any(held.unit.id == unit.id and held.post in _SECRETARY for held in actor.held)


def _leader(actor: Actor, unit: Unit) -> bool:
    """Leads a party group of this cell, or is deputy to who does."""
    return any(held.unit.id == unit.id and held.post in ("group_leader", "deputy_group_leader") for held in actor.held)


def _follower(actor: Actor, unit: Unit) -> bool:
    """Assigned by the superior committee to follow this cell."""
    return any(held.unit.id == unit.id and held.post == "assigned_follower" for held in actor.held)


def _superior(actor: Actor, unit: Unit) -> bool:
    """In a committee that stands above this unit."""
    above = (held for held in actor.held if held.unit.kind != CELL and held.post in _COMMITTEE)
    return any(unit.within(held.unit) and unit.id != held.unit.id for held in above)


def _leading(actor: Actor, unit: Unit) -> bool:
    """In the committee of this very unit, which is no cell."""
    own = (held for held in actor.held if held.unit.id == unit.id and held.post in _COMMITTEE)
    return unit.kind != CELL and any(own)


def _entrusted(post: str) -> "Test":
    """Holds this post at a unit that is no cell, for it and all below it."""

    def test(actor: Actor, unit: Unit) -> bool:
        at = (held.unit for held in actor.held if held.post == post and held.unit.kind != CELL)
        return any(unit.within(place) for place in at)

    return test


_NARROWED: Mapping[str, str] = MappingProxyType({"member": "committee", "heir": "heir_committee"})

Test = Callable[[Actor, Unit], bool]

ROLES: Mapping[str, Test] = MappingProxyType(
    {
        "member": _member,
        "heir": _heir,
        "heir_committee": _heir_committee,
        "committee": _committee,
        "secretary": _secretary,
        "follower": _follower,
        "superior": _superior,
        "leading": _leading,
        "organiser": _entrusted("organising_department"),
        "administrator": _entrusted("administrator"),
    }
)

ALLOWED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "see_meeting": frozenset({"member", "heir", "committee", "follower", "superior"}),
        "join_meeting": frozenset({"member", "committee", "follower"}),
        # before the meeting: the secretary convenes, the committee prepares, members answer
        "convene": frozenset({"secretary"}),
        "prepare": frozenset({"committee"}),
        "answer": frozenset({"member", "follower"}),
        "see_plan": frozenset({"member", "follower", "superior"}),
        "see_tasks": frozenset({"member", "follower", "superior"}),
        "see_agendas": frozenset({"member", "follower", "superior", "leading", "organiser"}),
        "edit_agendas": frozenset({"leading"}),
        "keep_record": frozenset({"committee"}),  # of a meeting in the room; the minutes secretary by appointment
        "see_attendance": frozenset({"member", "heir", "committee", "follower", "superior"}),
        # papers: who works at them is known from the log of the meeting; drafts are for the committee
        "see_papers": frozenset({"member", "heir", "committee", "follower", "superior"}),
        "prepare_papers": frozenset({"committee"}),
        "receive_papers": frozenset({"follower", "superior"}),  # what is signed goes up with opinions and tables
        "keep_terms": frozenset({"secretary", "organiser"}),
        # oversight: read-only over exactly the sub-tree; the cell sees its own, and who looked at it
        "see_supervision": frozenset({"committee", "follower", "superior", "leading"}),
        "see_timeline": frozenset({"committee", "follower", "superior"}),
        "see_looks": frozenset({"member", "heir", "committee", "follower", "superior", "leading"}),
        "see_alerts": frozenset({"follower", "superior", "leading"}),
        "note_alert": frozenset({"follower", "superior"}),
        "see_remarks": frozenset({"committee", "follower", "superior"}),
        "remark": frozenset({"follower", "superior"}),
        "answer_remark": frozenset({"committee"}),
        "verify_records": frozenset({"committee", "follower", "superior", "leading"}),
        "take_inspection": frozenset({"follower", "superior"}),
        "see_report": frozenset({"superior", "leading"}),
        "appraise": frozenset({"superior"}),  # what a cell did where nothing can be counted
        # the register: units, members and what holds of them; phone, mail and card are for whoever keeps it
        "see_register": frozenset(
            {"committee", "heir_committee", "follower", "superior", "leading", "organiser", "administrator"}
        ),
        "see_contacts": frozenset({"secretary", "organiser", "administrator"}),
        "edit_people": frozenset({"secretary", "organiser", "administrator"}),
        "edit_tree": frozenset({"organiser", "administrator"}),
        "give_offices": frozenset({"administrator"}),
        "import_register": frozenset({"secretary", "organiser", "administrator"}),
        "export_register": frozenset({"secretary", "organiser", "administrator"}),
        # the rulebook; rules are set by committees, so never at a cell
        "see_rules": frozenset({"member", "follower", "superior", "leading", "organiser", "administrator"}),
        "edit_rules": frozenset({"leading"}),
        # the pilot: the cell asks, the organising department reviews, the committee that the rulebook names decides
        "see_pilot": frozenset({"member", "follower", "superior", "leading", "organiser"}),
        "open_case": frozenset({"committee"}),
        "review_case": frozenset({"organiser"}),
        "decide_case": frozenset({"superior"}),
        "note_problem": frozenset({"committee", "follower", "organiser"}),
        "see_case": frozenset({"committee", "follower", "superior", "organiser"}),  # with each member's reason
        "see_pilot_report": frozenset({"superior", "leading", "organiser"}),
        # accounts: the cell's secretary for his members, the administrator for all below; see `keeps`
        "see_accounts": frozenset({"secretary", "administrator"}),
        "keep_accounts": frozenset({"secretary", "administrator"}),
        "unlock_account": frozenset({"administrator"}),
        "review_accounts": frozenset({"secretary", "administrator"}),
    }
)


_LED = frozenset({"convene", "prepare", "keep_record", "prepare_papers"})  # what who leads a group does for it
_SEATED = frozenset({"join_meeting", "keep_record", "answer"})  # what only who has a seat in a group's meeting does


def may(actor: Actor, action: str, unit: Unit, *, committee: bool = False, group: str | None = None) -> bool:
    """Whether one of the actor's roles toward `unit` allows `action`.  Unknown actions are refused.

    `committee`: the action is about a meeting of the cell committee, which is not for the other members.
    `group`: it is about the meeting of this party group: see `_in_group`.
    """
    allowed = ALLOWED.get(action, frozenset())
    if group is not None and _member(actor, unit):
        return _in_group(actor, action, unit, group)
    return any(ROLES[role](actor, unit) for role in (_inside(allowed) if committee else allowed))


def _in_group(actor: Actor, action: str, unit: Unit, group: str) -> bool:
    """Of the members of the cell, the meeting of a group is for those who sit in it, and who leads it prepares it.

    The cell committee, under which it works (03-HD/TW), sees and prepares it too, without a seat.
    """
    allowed, sits = ALLOWED.get(action, frozenset()), group in actor.groups
    if sits:
        leads = action in _LED and _leader(actor, unit)
        return leads or any(ROLES[role](actor, unit) for role in allowed)
    return action not in _SEATED and any(ROLES[role](actor, unit) for role in _inside(allowed))


def _inside(allowed: frozenset[str]) -> frozenset[str]:
    """Of members, those in the committee."""
    narrowed = {_NARROWED.get(role, role) for role in allowed}
    return frozenset(narrowed)


_LEADS: Mapping[str, frozenset[str]] = MappingProxyType(  # post in a cell → whose accounts it may keep there
    {
        "cell_secretary": frozenset({"deputy_secretary", "committee_member", "group_leader", "deputy_group_leader"}),
        "deputy_secretary": frozenset({"committee_member", "group_leader", "deputy_group_leader"}),
    }
)


def keeps(actor: Actor, person_id: str, home: Unit, held: Sequence[Held]) -> bool:
    """Whether the actor may invite this person, reset his password, disable his account: never his own, and nobody's
    who holds a post that is not below the actor's.
    """
    return (
        person_id != actor.person_id
        and may(actor, "keep_accounts", home)
        and all(_above_post(actor, each) for each in held)
    )


def _above_post(actor: Actor, other: Held) -> bool:
    """An administrator is above every post in his sub-tree; in a cell the secretary, then his deputy."""
    if ROLES["administrator"](actor, other.unit):
        return True
    return any(own.unit.id == other.unit.id and other.post in _LEADS.get(own.post, ()) for own in actor.held)


def roles(actor: Actor, unit: Unit) -> frozenset[str]:
    return frozenset(role for role, test in ROLES.items() if test(actor, unit))


def reach(actor: Actor) -> tuple[Unit, ...]:
    """The tops of the sub-trees in which something may be visible to the actor; each unit in them is asked by `may`."""
    theirs = {unit.id: unit for unit in (*(held.unit for held in actor.held), *actor.guest_of, *actor.before)}
    return (actor.home, *(unit for unit in theirs.values() if unit.id != actor.home.id))


_UNIT = (units.c.id, units.c.kind, units.c.name, units.c.path)


async def actor(connection: AsyncConnection, person_id: str, day: date) -> Actor | None:
    """What this person is on that day; None if there is no such person."""
    joined = people.join(units, people.c.unit_id == units.c.id)
    row = (await connection.execute(sa.select(*_UNIT).select_from(joined).where(people.c.id == person_id))).first()
    if row is None:
        return None
    home = Unit(**row._mapping)
    words = sa.select(statuses.c.standing).where(statuses.c.person_id == person_id, on(statuses, day))
    standing = strongest(set(await connection.scalars(words)))
    held = () if standing in (SUSPENDED, TRANSFERRED) else await held_by(connection, person_id, day)
    guest_of = await _guest_of(connection, person_id, day, standing)
    sits = sa.select(group_members.c.group_id).where(group_members.c.person_id == person_id, on(group_members, day))
    groups = frozenset(await connection.scalars(sits))
    return Actor(person_id, home, standing, held, guest_of, await _before(connection, home), groups)


async def held_by(connection: AsyncConnection, person_id: str, day: date) -> tuple[Held, ...]:
    joined = posts.join(units, posts.c.unit_id == units.c.id)
    found = sa.select(posts.c.post, *_UNIT).select_from(joined).where(posts.c.person_id == person_id, on(posts, day))
    rows = await connection.execute(found.order_by(units.c.path, posts.c.post))
    return tuple(Held(row.post, Unit(row.id, row.kind, row.name, row.path)) for row in rows)


async def _guest_of(connection: AsyncConnection, person_id: str, day: date, standing: str) -> tuple[Unit, ...]:
    if standing in (SUSPENDED, TRANSFERRED, ""):
        return ()
    joined = memberships.join(units, memberships.c.unit_id == units.c.id)
    guest = sa.and_(memberships.c.person_id == person_id, memberships.c.kind == "guest", on(memberships, day))
    rows = await connection.execute(sa.select(*_UNIT).select_from(joined).where(guest).order_by(units.c.path))
    return tuple(Unit(**row._mapping) for row in rows)


async def _before(connection: AsyncConnection, home: Unit) -> tuple[Unit, ...]:
    """What was merged into his home, and into that, and so on."""
    first = sa.select(units.c.id).where(units.c.merged_into == home.id).cte("before", recursive=True)
    every = first.union(sa.select(units.c.id).join(first, units.c.merged_into == first.c.id))
    rows = await connection.execute(
        sa.select(*_UNIT).where(units.c.id.in_(sa.select(every.c.id))).order_by(units.c.path)
    )
    return tuple(Unit(**row._mapping) for row in rows)
