"""The trace of every read: who of the superiors looked at what of a unit, and when.  Rows are only added.

The cell sees those of itself and of every unit above it: a look at a committee's month is a look at its cells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org import access
from server.org.access import Actor
from server.org.tree import Unit
from server.records.tables import looks, meetings, people, units

# In this order: of several roles the first is named.
ROLES: Mapping[str, str] = MappingProxyType(
    {"follower": "assigned follower", "superior": "superior committee", "leading": "the committee itself"}
)
WHAT: Mapping[str, str] = MappingProxyType(
    {
        "attendance": "Attendance sheet",
        "month": "The month at a glance",
        "calendar": "Calendar of 24 months",
        "cell": "Meetings and attendance of the cell",
        "member": "Attendance of one member",
        "timeline": "Timeline of one meeting",
        "alerts": "Alerts",
        "remarks": "Remarks",
        "proof": "Proof of the records",
        "report": "Report",
        "appraisal": "Appraisal of the cell",
        "inspection": "Inspection file",
        "minutes": "Minutes",
        "papers": "Papers",
        "plan": "Plan of the cell",
        "tasks": "Tasks",
    }
)


@dataclass(frozen=True, slots=True)
class Look:
    at: datetime
    by: str  # the name
    role: str  # of ROLES
    what: str  # of WHAT
    unit: str  # the name of the unit looked at
    subject: str  # the title of the meeting or the name of the member; "" = the unit


def role(actor: Actor, unit: Unit) -> str:
    """As what he looks; "" where he is of the cell himself, or no superior."""
    held = access.roles(actor, unit)
    if held & {"member", "committee"}:
        return ""
    return next((each for each in ROLES if each in held), "")


async def leave(connection: AsyncConnection, actor: Actor, unit: Unit, what: str, subject: str, at: datetime) -> None:
    """One trace; nothing for whoever is no superior of the unit."""
    if what not in WHAT:
        raise ValueError(what)
    if word := role(actor, unit):
        row = {"at": at, "unit_id": unit.id, "by": actor.person_id, "role": word, "what": what, "subject": subject}
        await connection.execute(sa.insert(looks).values(**row))


async def at_unit(connection: AsyncConnection, unit: Unit, limit: int, offset: int = 0) -> tuple[int, Sequence[Look]]:
    """How many there are of the unit and all above it, and a part of them, the latest first."""
    ours = looks.c.unit_id.in_(unit.line)
    count = (await connection.scalar(sa.select(sa.func.count()).select_from(looks).where(ours))) or 0
    about = people.alias("about")
    joined = (
        looks.outerjoin(people, looks.c.by == people.c.id)
        .outerjoin(units, looks.c.unit_id == units.c.id)
        .outerjoin(meetings, looks.c.subject == meetings.c.id)
        .outerjoin(about, looks.c.subject == about.c.id)
    )
    named = (
        sa.func.coalesce(people.c.name, "").label("by_name"),
        sa.func.coalesce(units.c.name, "").label("unit_name"),
        sa.func.coalesce(meetings.c.title, about.c.name, "").label("about_name"),
    )
    found = sa.select(looks, *named).select_from(joined).where(ours).order_by(looks.c.id.desc())
    rows = await connection.execute(found.limit(limit).offset(offset))
    return count, [Look(row.at, row.by_name, row.role, row.what, row.unit_name, row.about_name) for row in rows]
