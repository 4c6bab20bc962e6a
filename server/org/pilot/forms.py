"""The forms a meeting may have on a day: in the room always, the others by a decision in force."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import meetings, pilot_periods

from ..overrides import rules_at
from ..people import on
from ..refusal import Refused
from ..rulebook import Rule, number
from ..tree import Unit
from .case import BOTH, GROUPS, ONLINE, RULE

IN_PERSON, HYBRID = "in_person", "hybrid"
FORMS = (IN_PERSON, ONLINE, HYBRID, GROUPS)
PART_FORMS = (IN_PERSON, ONLINE, HYBRID)  # of the meeting of one group in a round
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
UNHELD = ("planned", "cancelled")
LATE = timedelta(hours=12)  # after that a meeting nobody came to is one that was not held
_part = meetings.alias("part")
BEGUN = sa.exists().where(_part.c.round_id == meetings.c.id, _part.c.phase.not_in(UNHELD))  # by a group of the round

# form → the modes of a decision that allow it
_NEEDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        ONLINE: frozenset({ONLINE, BOTH}),
        HYBRID: frozenset({ONLINE, BOTH}),
        GROUPS: frozenset({GROUPS, BOTH}),
    }
)
UNALLOWED: Mapping[str, str] = MappingProxyType(
    {
        ONLINE: "On that day no decision in force allows the cell to meet online.",
        HYBRID: "On that day no decision in force allows the cell to meet online.",
        GROUPS: "On that day no decision in force allows meetings by party groups.",
    }
)
TOO_MANY: Mapping[str, str] = MappingProxyType(
    {
        "group_meetings_a_year": (
            "Meetings by party groups replace the whole cell at most {most} times a year ({document})."
        ),
        "online_meetings_a_year": "The cell may meet online at most {most} times a year ({document}).",
    }
)
# forms, the key of their limit, whether 0 means none
_LIMITS = (
    (frozenset({GROUPS}), "group_meetings_a_year", False),
    (frozenset({ONLINE, HYBRID}), "online_meetings_a_year", True),
)


@dataclass(frozen=True, slots=True)
class Modes:
    """What decisions in force allow on one day."""

    modes: frozenset[str] = frozenset()  # words of case.MODES

    @property
    def online(self) -> bool:
        return bool(self.modes & {ONLINE, BOTH})

    @property
    def by_groups(self) -> bool:
        return bool(self.modes & {GROUPS, BOTH})

    def allows(self, form: str) -> bool:
        return form == IN_PERSON or bool(self.modes & _NEEDS[form])


async def allowed(connection: AsyncConnection, unit_id: str, day: date) -> Modes:
    """What the decisions in force for the unit allow on that day."""
    held = sa.select(pilot_periods.c.mode).where(pilot_periods.c.unit_id == unit_id, on(pilot_periods, day))
    return Modes(frozenset(await connection.scalars(held)))


@dataclass(frozen=True, slots=True)
class Others:
    """Which other meetings count against the limits of a year: not these, nor those nobody came to until `at`."""

    but: Collection[str] = ()
    at: datetime | None = None  # None = everything planned counts


async def permit(connection: AsyncConnection, unit: Unit, form: str, day: date, others: Others | None = None) -> None:
    """Raises Refused("pilot") unless a meeting of the unit may have this form on that day.

    Asked when it is planned and again when the doors open.
    """
    if form not in FORMS:
        raise Refused(RULE, "Please choose one of the values offered.")
    if not (await allowed(connection, unit.id, day)).allows(form):
        raise Refused(RULE, UNALLOWED[form])
    if form != IN_PERSON:
        await _within(connection, unit, form, day, others or Others())


async def enter(connection: AsyncConnection, unit: Unit, form: str, day: date, others: Others) -> None:
    """Raises Refused("pilot") unless the doors may open for this meeting; in the room they may always."""
    await permit(connection, unit, form, day, others)


async def permit_part(connection: AsyncConnection, unit: Unit, form: str, day: date, others: Others) -> None:
    """Raises Refused("pilot") unless one group of a round may meet in this form on that day; `others.but`: the round.

    It needs the decision for meetings by groups, and online the one for online meetings beside it: the careful reading
    of 03-HD/TW, which speaks of the two apart.
    """
    await permit(connection, unit, GROUPS, day, others)
    if form not in PART_FORMS:
        raise Refused(RULE, "Please choose one of the values offered.")
    if not (await allowed(connection, unit.id, day)).allows(form):
        raise Refused(RULE, UNALLOWED[form])


async def _within(connection: AsyncConnection, unit: Unit, form: str, day: date, others: Others) -> None:
    """The limits of a calendar year: by groups (03-HD/TW: 3), and online where a committee set one."""
    rules = await rules_at(connection, unit, day)
    for forms, key, unlimited in _LIMITS:
        most = number(rules, key)
        if (
            form in forms
            and not (unlimited and most == 0)
            and await _held(connection, unit, forms, day, others) >= most
        ):
            raise Refused(RULE, TOO_MANY[key], most=most, document=_document(rules[key]))


def _document(rule: Rule) -> str:
    return rule.document or "–"


async def _held(connection: AsyncConnection, unit: Unit, forms: Collection[str], day: date, others: Others) -> int:
    """How many of these forms the unit has in that calendar year: held, going on or still ahead.

    A round is one, whatever the forms of its groups; once a group has met it counts, and is cancelled in vain.
    """
    begins = datetime(day.year, 1, 1, tzinfo=ZONE)
    ends = datetime(day.year + 1, 1, 1, tzinfo=ZONE)
    m = meetings.c
    ours = [
        m.unit_id == unit.id,
        m.round_id.is_(None),
        m.kind != "committee",
        m.form.in_(forms),
        m.planned_for >= begins,
        m.planned_for < ends,
    ]
    ahead = m.planned_for > others.at - LATE if others.at else sa.true()
    counted = sa.or_(m.phase.not_in(UNHELD), sa.and_(m.phase == "planned", ahead), BEGUN)
    return await connection.scalar(sa.select(sa.func.count()).where(*ours, m.id.not_in(others.but), counted)) or 0
