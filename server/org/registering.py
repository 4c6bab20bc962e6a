"""Writing people into the register: entries, dated statuses, posts, transfers.  Each step leaves a trace."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import group_members, memberships, people, posts, statuses

from . import names, trail
from . import people as register
from .intervals import Span, placed
from .people import AWAY, GUEST_STANDING, TRANSFERRED, Entry, end
from .refusal import Refused
from .trail import Hand
from .tree import CELL, FIRST_DAY, Unit, new_id

# Of the statuses in one of these rows at most one holds on a day; one of each may (an exempt official member).
TRACKS: Sequence[frozenset[str]] = (
    frozenset({"probationary", "official", GUEST_STANDING, TRANSFERRED}),
    frozenset({"exempt", "suspended", AWAY}),
)
# post → the action of org.access that whoever enters it needs, toward the unit
GRANTS: Mapping[str, str] = MappingProxyType(
    {
        "cell_secretary": "edit_tree",
        "deputy_secretary": "edit_tree",
        "committee_member": "edit_people",
        "group_leader": "edit_people",
        "deputy_group_leader": "edit_people",
        "assigned_follower": "edit_tree",
        "organising_department": "give_offices",
        "administrator": "give_offices",
    }
)
_CELL_ONLY = frozenset({"group_leader", "deputy_group_leader", "assigned_follower"})
_HIGHER_ONLY = frozenset({"organising_department", "administrator"})
_FROM_ELSEWHERE = frozenset({"assigned_follower", "organising_department", "administrator"})
_ONE_AT_A_TIME = "cell_secretary"
_CARD, _PHONE = re.compile(r"[0-9A-Z]{4,20}"), re.compile(r"\+?[0-9]{8,15}")
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
YOUNGEST = 18  # Điều lệ Đảng 2011, điều 1: từ 18 tuổi trở lên


@dataclass(frozen=True, slots=True)
class Person:
    """A member as a form or a file gives him."""

    name: str
    birth_year: int | None = None
    card_number: str = ""
    phone: str = ""
    mail: str = ""


def fit(given: Person, today: date) -> Person:
    """The entry as it is kept: tidy, its numbers without spaces and points.  Raises Refused."""
    name = names.tidy(given.name)
    card, phone, mail = bare(given.card_number).upper(), bare(given.phone), given.mail.strip()
    if not 2 <= len(name) <= 200 or not any(mark.isalpha() for mark in name):
        raise Refused("name", "A name has between 2 and 200 characters.")
    if given.birth_year is not None and not 1900 <= given.birth_year <= today.year - YOUNGEST:
        raise Refused("birth_year", "That year of birth cannot be right.")
    if card and not _CARD.fullmatch(card):
        raise Refused("card", "A card number has 4 to 20 digits or letters.")
    if phone and not _PHONE.fullmatch(phone):
        raise Refused("phone", "A phone number has 8 to 15 digits.")
    if mail and (len(mail) > 200 or not _MAIL.fullmatch(mail)):
        raise Refused("mail", "That is no mail address.")
    return Person(name, given.birth_year, card, phone, mail)


def bare(number: str) -> str:
    return re.sub(r"[\s.\-()]", "", number)


# -- Entries ---------------------------------------------------------------------------------------------------------


async def enter(connection: AsyncConnection, hand: Hand, home: Unit, given: Person, standing: str, since: date) -> str:
    """A new member of the cell; his id.  Raises Refused."""
    person = fit(given, hand.today)
    _real(since, hand.today)
    if standing not in TRACKS[0] - {TRANSFERRED}:
        raise Refused("standing", "Please choose what the member is.")
    await _free(connection, person.card_number)
    person_id = new_id()
    await register.add(connection, person_id, home.id, person.name, person.birth_year, since)
    await connection.execute(sa.update(people).where(people.c.id == person_id).values(_kept(person)))
    await register.give_status(connection, person_id, standing, since)
    await trail.note(connection, hand, home.id, "person_added", person_id)
    return person_id


async def edit(connection: AsyncConnection, hand: Hand, of: Entry, given: Person) -> None:
    """Raises Refused."""
    person = fit(given, hand.today)
    await _free(connection, person.card_number, of.id)
    await connection.execute(sa.update(people).where(people.c.id == of.id).values(_kept(person)))
    await trail.note(connection, hand, of.home.id, "person_edited", of.id)


def _kept(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "folded": names.fold(person.name),
        "birth_year": person.birth_year,
        "card_number": person.card_number or None,
        "phone": person.phone,
        "mail": person.mail,
    }


async def _free(connection: AsyncConnection, card: str, own_id: str = "") -> None:
    taken = sa.select(people.c.id).where(people.c.card_number == card, people.c.id != own_id)
    if card and await connection.scalar(taken):
        raise Refused("card", "This card number cannot be used; please ask the organising department.")


# -- Statuses --------------------------------------------------------------------------------------------------------


async def statuses_of(connection: AsyncConnection, person_id: str) -> list[Span]:
    """The latest first."""
    found = sa.select(statuses).where(statuses.c.person_id == person_id)
    rows = await connection.execute(found.order_by(statuses.c.since.desc(), statuses.c.id.desc()))
    return [Span(row.id, row.standing, row.since, row.until) for row in rows]


async def change_status(
    connection: AsyncConnection, hand: Hand, of: Entry, standing: str, since: date, until: date | None = None
) -> None:
    """A status from its first day to the day before `until`; what held then in its track gives way.  Raises Refused."""
    track = next((track for track in TRACKS if standing in track), None)
    if track is None:
        raise Refused("standing", "Please choose what the member is.")
    if since < FIRST_DAY:
        raise Refused("dates", "That day cannot be right.")
    await _held(connection, of)
    before = [span for span in await statuses_of(connection, of.id) if span.word in track]
    new = Span(0, standing, since, until)
    done = placed(before, new)
    for span in done.cut:
        await connection.execute(sa.update(statuses).where(statuses.c.id == span.id).values(until=span.until))
    rows = [
        {"person_id": of.id, "standing": span.word, "since": span.since, "until": span.until}
        for span in (new, *done.resumed)
    ]
    await connection.execute(sa.insert(statuses), rows)
    await trail.note(connection, hand, of.home.id, "status_changed", of.id)


async def end_status(connection: AsyncConnection, hand: Hand, of: Entry, status_id: int, until: date) -> None:
    """It holds no longer from `until` on.  Raises Refused."""
    await _held(connection, of)
    span = next((span for span in await statuses_of(connection, of.id) if span.id == status_id), None)
    if span is None or until <= span.since or (span.until and until > span.until):
        raise Refused("dates", "That day cannot be right.")
    await connection.execute(sa.update(statuses).where(statuses.c.id == status_id).values(until=until))
    await _return(connection, of, span, until)
    await trail.note(connection, hand, of.home.id, "status_changed", of.id)


async def remove_status(connection: AsyncConnection, hand: Hand, of: Entry, status_id: int) -> None:
    """One that was entered by mistake.  Raises Refused."""
    await _held(connection, of)
    span = next((span for span in await statuses_of(connection, of.id) if span.id == status_id), None)
    if span is None:
        raise Refused("gone", "That is no longer there.")
    await connection.execute(sa.delete(statuses).where(statuses.c.id == status_id))
    await _return(connection, of, span, span.since)
    await trail.note(connection, hand, of.home.id, "status_removed", of.id)


# -- Posts -----------------------------------------------------------------------------------------------------------


async def give_post(
    connection: AsyncConnection, hand: Hand, of: Entry, at: Unit, post: str, since: date, until: date | None = None
) -> None:
    """A mandate.  Whoever was secretary hands over that day.  Raises Refused.  Whether `hand` may is GRANTS'."""
    _fits(of, at, post)
    if since < FIRST_DAY or (until and until <= since):
        raise Refused("dates", "That day cannot be right.")
    await _held(connection, of)
    held = sa.and_(posts.c.unit_id == at.id, posts.c.post == post)
    overlaps = sa.and_(sa.or_(posts.c.until.is_(None), posts.c.until > since), held)
    if await connection.scalar(sa.select(posts.c.id).where(overlaps, posts.c.person_id == of.id).limit(1)):
        raise Refused("post", "The member holds this post already.")
    if post == _ONE_AT_A_TIME:
        if await connection.scalar(sa.select(posts.c.id).where(held, posts.c.since > since).limit(1)):
            raise Refused("post", "After that day there was another secretary already.")
        await end(connection, posts, held, since)
    row = {"person_id": of.id, "unit_id": at.id, "post": post, "since": since, "until": until}
    await connection.execute(sa.insert(posts).values(row))
    await trail.note(connection, hand, at.id, "post_given", of.id)


async def end_post(connection: AsyncConnection, hand: Hand, of: Entry, post_id: int, until: date) -> None:
    """Raises Refused."""
    ours = sa.and_(posts.c.id == post_id, posts.c.person_id == of.id)
    row = (await connection.execute(sa.select(posts).where(ours))).first()
    if row is None or (row.until and row.until < until):
        raise Refused("dates", "That day cannot be right.")
    await end(connection, posts, ours, until)
    await trail.note(connection, hand, row.unit_id, "post_ended", of.id)


def fits(at: Unit, post: str) -> bool:
    """Whether a unit of this kind has such a post."""
    return post in GRANTS and post not in (_HIGHER_ONLY if at.kind == CELL else _CELL_ONLY)


def _fits(of: Entry, at: Unit, post: str) -> None:
    if not fits(at, post):
        raise Refused("post", "There is no such post in this unit.")
    if at.kind == CELL and post not in _FROM_ELSEWHERE and of.home.id != at.id:
        raise Refused("post", "Only a member of the cell can hold this post.")


# -- From cell to cell -----------------------------------------------------------------------------------------------


async def transfer(connection: AsyncConnection, hand: Hand, of: Entry, to: Unit, day: date) -> None:
    """Registered in `to` from that day on; his posts and his group in the old cell end.  Raises Refused."""
    _real(day, hand.today)
    if to.id == of.home.id:
        raise Refused("tree", "The member is registered there already.")
    await _held(connection, of)
    await _depart(connection, of, day)
    await register.join(connection, of.id, to.id, "home", day)
    await connection.execute(sa.update(people).where(people.c.id == of.id).values(unit_id=to.id))
    for unit in (of.home, to):
        await trail.note(connection, hand, unit.id, "person_moved", of.id, old=of.home.name, new=to.name)


async def leave(connection: AsyncConnection, hand: Hand, of: Entry, day: date) -> None:
    """Transferred to an organisation outside this register.  Raises Refused."""
    _real(day, hand.today)
    await change_status(connection, hand, of, TRANSFERRED, day)
    await _depart(connection, of, day)
    await end(connection, posts, posts.c.person_id == of.id, day)  # elsewhere too
    await trail.note(connection, hand, of.home.id, "person_left", of.id)


async def host(
    connection: AsyncConnection, hand: Hand, of: Entry, at: Unit, since: date, until: date | None = None
) -> None:
    """He attends in another cell for a time: temporarily out at home, temporarily in there.  Raises Refused."""
    if at.kind != CELL or at.id == of.home.id:
        raise Refused("tree", "Please choose another cell.")
    await change_status(connection, hand, of, AWAY, since, until)
    await _leave_hosts(connection, of, FIRST_DAY, until, since)  # he attends in one other cell at a time
    await register.join(connection, of.id, at.id, "guest", since, until)
    for unit in (of.home, at):
        await trail.note(connection, hand, unit.id, "guest_added", of.id, new=at.name)


async def _return(connection: AsyncConnection, of: Entry, away: Span, day: date) -> None:
    """Who is not away from that day on is a guest nowhere."""
    if away.word == AWAY:
        await _leave_hosts(connection, of, away.since, away.until, day)


async def _leave_hosts(connection: AsyncConnection, of: Entry, since: date, until: date | None, day: date) -> None:
    """Where he became a guest within that time he is none from `day` on."""
    guest = sa.and_(memberships.c.person_id == of.id, memberships.c.kind == "guest", memberships.c.since >= since)
    within = memberships.c.since < until if until else sa.true()
    await end(connection, memberships, sa.and_(guest, within), day)


async def _depart(connection: AsyncConnection, of: Entry, day: date) -> None:
    later = sa.select(memberships.c.id).where(memberships.c.person_id == of.id, memberships.c.since > day)
    if await connection.scalar(later.limit(1)):
        raise Refused("dates", "The member came here after that day.")
    await end(connection, memberships, memberships.c.person_id == of.id, day)
    await end(connection, statuses, sa.and_(statuses.c.person_id == of.id, statuses.c.standing == AWAY), day)
    await end(connection, group_members, group_members.c.person_id == of.id, day)
    await end(connection, posts, sa.and_(posts.c.person_id == of.id, posts.c.unit_id == of.home.id), day)


async def homes(connection: AsyncConnection, person_id: str) -> list[Span]:
    """The units where he was registered or a guest: word = unit id; the latest first."""
    found = sa.select(memberships).where(memberships.c.person_id == person_id)
    rows = await connection.execute(found.order_by(memberships.c.since.desc(), memberships.c.id.desc()))
    return [Span(row.id, row.unit_id, row.since, row.until) for row in rows]


async def _held(connection: AsyncConnection, of: Entry) -> None:
    """Hold his entry against others who would write."""
    held = sa.select(people.c.unit_id).where(people.c.id == of.id).with_for_update()
    if await connection.scalar(held) != of.home.id:
        raise Refused("gone", "The member was transferred meanwhile.")


def _real(day: date, today: date) -> None:
    if not FIRST_DAY <= day <= today:
        raise Refused("dates", "That day cannot be right.")
