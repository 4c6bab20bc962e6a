"""What the pages of oversight share: their words, their months, their figures."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from aiohttp import web

from server.org.overrides import rules_at
from server.org.rulebook import share
from server.org.tree import Unit
from server.oversight.months import Month
from server.oversight.sums import Sums
from server.records.database import Connection

from . import days

TARGET = 800  # thousandths, where no rule is in force

FILTERS: Mapping[str, str] = MappingProxyType(
    {
        "unplanned": "Not planned",
        "unmet": "Not met",
        "low": "Attendance below the target",
        "short": "Shorter than the regulation wants",
        "unscored": "Not scored",
        "late": "Papers not in time",
        "broken": "Record broken",
    }
)
SORTS: Mapping[str, str] = MappingProxyType(
    {
        "name": "by name",
        "attendance": "by attendance",
        "duration": "by duration",
        "score": "by score",
        "day": "by day",
    }
)
FORMS: Mapping[str, str] = MappingProxyType(
    {"in_person": "in the room", "online": "online", "hybrid": "hybrid", "by_groups": "by party groups"}
)
STATES: Mapping[str, str] = MappingProxyType(
    {"present": "present", "absent_excused": "absent with a reason", "absent_unexcused": "absent without a reason"}
)
GRADES: Mapping[str, str] = MappingProxyType({"good": "good", "fair": "fair", "average": "average", "poor": "poor"})
DEVICES: Mapping[str, str] = MappingProxyType({"phone": "phone", "tablet": "tablet", "desktop": "computer"})
TOLD: Mapping[str, str] = MappingProxyType(
    {"course": "Course", "presence": "Presence", "correction": "Corrected", "decision": "Decision"}
)
BARS: Mapping[str, str] = MappingProxyType(
    {"hall": "online", "room": "in the room", "vouched": "vouched for", "group": "in a group", "silent": "silent"}
)


PERIODS: Mapping[str, str] = MappingProxyType({"month": "one month", "quarter": "one quarter", "year": "one year"})


def percent(permille: int | None) -> str:
    """As 93,5 %; a dash where there is nothing to say."""
    return "–" if permille is None else f"{permille // 10},{permille % 10} %"


def whole_percent(permille: int | None) -> str:
    """As 94, for the narrow squares of the calendar; rounded half up."""
    return "–" if permille is None else str((permille + 5) // 10)


def tenths(value: int | None) -> str:
    """As 91,4."""
    return "–" if value is None else f"{value // 10},{value % 10}"


def step(permille: int | None) -> str:
    """How full a square of the calendar is: a class of web/style/oversight.css."""
    return "none" if permille is None else next(word for least, word in _STEPS if permille >= least)


_STEPS = ((950, "s4"), (900, "s3"), (800, "s2"), (500, "s1"), (0, "s0"))


def mmyyyy(month: Month) -> str:
    return f"{month.number:02}/{month.year}"


def asked_month(request: web.Request) -> Month:
    """?month=2027-01; this month if none is given or it is none."""
    return Month.parsed(request.query.get("month", "")) or Month.of(days.today(request))


async def target_of(connection: Connection, unit: Unit, month: Month) -> int:
    """The attendance that the committee wants of its cells, in thousandths."""
    rules = await rules_at(connection, unit, month.first)
    if "attendance_target" not in rules:
        return TARGET
    wanted = share(rules, "attendance_target")
    return wanted.over * 1000 // wanted.under


def words() -> dict[str, Any]:
    """For every template of oversight."""
    return {
        "FILTERS": FILTERS,
        "SORTS": SORTS,
        "FORMS": FORMS,
        "STATES": STATES,
        "GRADES": GRADES,
        "DEVICES": DEVICES,
        "percent": percent,
        "whole_percent": whole_percent,
        "tenths": tenths,
        "step": step,
        "mmyyyy": mmyyyy,
        "dmy": days.dmy,
        "met_of": lambda sums: sums.met_permille,
        "rate_of": lambda sums: sums.permille,
        "page_query": lambda number: f"?page={number}",
        "Sums": Sums,
    }
