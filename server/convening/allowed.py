"""What a meeting may be on its day: by the decision in force and by the rulebook.  Each refusal names its document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting.ids import ItemKind, MeetingKind
from server.org.meetings import MeetingRow
from server.org.overrides import rules_at
from server.org.pilot import FORMS, IN_PERSON, Others, permit
from server.org.refusal import Refused
from server.org.rulebook import Rule, number, word
from server.org.tree import CELL, Unit
from server.records.tables import documents, meetings

from .agendas import Items, total

RULE = "convening"
GROUPS = "by_groups"
AHEAD = timedelta(days=2 * 366)  # nothing is planned later
KINDS = tuple(kind.value for kind in MeetingKind)
MONTHLY = (MeetingKind.REGULAR.value, MeetingKind.COMBINED.value)

# kind of item → the rule that says whether it may be handled where not everybody is in the room
ONLINE: Mapping[str, str] = MappingProxyType(
    {
        ItemKind.ELECTION: "online_allowed.election",
        ItemKind.DISCIPLINE: "online_allowed.discipline",
        ItemKind.ADMISSION: "online_allowed.admission",
        ItemKind.RECOGNITION: "online_allowed.admission",
        ItemKind.REVIEW: "online_allowed.annual_review",
    }
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A meeting as it is asked for; `planned_for` in UTC."""

    title: str
    kind: str
    form: str
    planned_for: datetime
    place: str = ""


@dataclass(frozen=True, slots=True)
class Warning:
    """Said, and not in the way: a sentence with its facts."""

    sentence: str
    facts: Mapping[str, str | int]


async def check(
    connection: AsyncConnection, unit: Unit, wish: Wish, items: Items, at: datetime, zone: ZoneInfo, own: str = ""
) -> None:
    """Raises Refused unless this meeting may be held so; `own` is its id if it is planned already."""
    if unit.kind != CELL or wish.kind not in KINDS or wish.form not in FORMS:
        raise Refused(RULE, "Please choose one of the values offered.")
    if not at < wish.planned_for <= at + AHEAD:
        raise Refused(RULE, "A meeting is planned for a time to come, within two years.")
    if wish.form in (IN_PERSON, "hybrid") and not wish.place:
        raise Refused(RULE, "Please say where those in the room meet.")
    if wish.kind == MeetingKind.COMMITTEE and wish.form == GROUPS:
        raise Refused(RULE, "The cell committee does not meet by party groups.")
    day = wish.planned_for.astimezone(zone).date()
    await permit(connection, unit, wish.form, day, Others([own], at))
    rules = await rules_at(connection, unit, day)
    for each in items:
        _item(rules, wish.form, str(each["title"]), str(each.get("kind", "ordinary")))
    if wish.kind == MeetingKind.THEMATIC:
        await _beside_regular(connection, unit, wish.planned_for, rules, zone, own)


def _item(rules: Mapping[str, Rule], form: str, title: str, kind: str) -> None:
    if form == IN_PERSON or kind not in ONLINE:
        return
    if form == GROUPS:
        named = _document(rules["group_decides"])
        raise Refused(
            RULE,
            "“{title}” is decided by the whole cell; a party group decides nothing ({document}).",
            title=title,
            document=named,
        )
    rule = rules.get(ONLINE[kind])
    if rule is None or rule.value == "no":
        named = _document(rule) if rule else "–"
        raise Refused(
            RULE, "“{title}” may not be handled online ({document}); hold it in the room.", title=title, document=named
        )


def _document(rule: Rule) -> str:
    """Its document, or the name of the setting that a committee may change."""
    return rule.document or rule.key


async def _beside_regular(
    connection: AsyncConnection, unit: Unit, moment: datetime, rules: Mapping[str, Rule], zone: ZoneInfo, own: str
) -> None:
    """A thematic meeting never replaces the monthly one (42-HD/BTCTW)."""
    if word(rules, "thematic_replaces_regular") == "no" and not await _held(
        connection, unit, MONTHLY, moment, zone, own
    ):
        named = _document(rules["thematic_replaces_regular"])
        raise Refused(
            RULE,
            "A thematic meeting never replaces the monthly one: plan that month's regular meeting first ({document}).",
            document=named,
        )


async def not_alone(connection: AsyncConnection, row: MeetingRow, zone: ZoneInfo) -> None:
    """Raises Refused where a thematic meeting of the month would be left without the monthly one."""
    if row.kind not in MONTHLY or not await _held(connection, row.unit, ("thematic",), row.planned_for, zone, row.id):
        return
    rules = await rules_at(connection, row.unit, row.planned_for.astimezone(zone).date())
    await _beside_regular(connection, row.unit, row.planned_for, rules, zone, row.id)


async def _held(
    connection: AsyncConnection, unit: Unit, kinds: Sequence[str], moment: datetime, zone: ZoneInfo, but: str
) -> int:
    """How many meetings of these kinds the cell has in that calendar month, cancelled ones aside."""
    m = meetings.c
    begins, ends = month(moment, zone)
    ours = (m.unit_id == unit.id, m.kind.in_(kinds), m.phase != "cancelled", m.id != but, m.round_id.is_(None))
    counted = sa.select(sa.func.count()).where(*ours, m.planned_for >= begins, m.planned_for < ends)
    return await connection.scalar(counted) or 0


def month(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the calendar month of that moment begins and ends."""
    local = moment.astimezone(zone)
    begins = datetime(local.year, local.month, 1, tzinfo=zone)
    ends = datetime(local.year + local.month // 12, local.month % 12 + 1, 1, tzinfo=zone)
    return begins, ends


async def warnings(connection: AsyncConnection, row: MeetingRow, at: datetime, zone: ZoneInfo) -> list[Warning]:
    """What the rulebook would like better."""
    rules = await rules_at(connection, row.unit, row.planned_for.astimezone(zone).date())
    found = [_short(row, rules), await _second(connection, row, rules, zone), await _late(connection, row, rules, at)]
    return [each for each in found if each]


def _short(row: MeetingRow, rules: Mapping[str, Rule]) -> Warning | None:
    key = f"duration_minutes.{row.kind}"
    least, planned = number(rules, key), total(row.agenda)
    if planned >= least:
        return None
    facts: dict[str, str | int] = {"planned": planned, "least": least, "document": _document(rules[key])}
    return Warning("The agenda plans {planned} minutes; such a meeting lasts at least {least} ({document}).", facts)


async def _second(
    connection: AsyncConnection, row: MeetingRow, rules: Mapping[str, Rule], zone: ZoneInfo
) -> Warning | None:
    most = number(rules, "regular_meetings_a_month")
    if (
        row.of_group
        or row.kind not in MONTHLY
        or await _held(connection, row.unit, MONTHLY, row.planned_for, zone, row.id) < most
    ):
        return None
    facts: dict[str, str | int] = {"document": _document(rules["regular_meetings_a_month"])}
    return Warning("There is another regular meeting in that month ({document}).", facts)


async def _late(
    connection: AsyncConnection, row: MeetingRow, rules: Mapping[str, Rule], at: datetime
) -> Warning | None:
    """Documents are sent in time (42-HD/BTCTW: at least a day before)."""
    days = number(rules, "documents_days_before")
    facts: dict[str, str | int] = {"days": days, "document": _document(rules["documents_days_before"])}
    last = await connection.scalar(
        sa.select(sa.func.max(documents.c.at)).where(documents.c.meeting == (row.round_id or row.id))
    )
    deadline = row.planned_for - timedelta(days=days)
    if last is None and at <= deadline:
        return None
    if last is not None and last <= deadline:
        return None
    return Warning("Documents are sent at least {days} days before the meeting ({document}).", facts)


def day_of(row: MeetingRow, zone: ZoneInfo) -> date:
    return row.planned_for.astimezone(zone).date()
