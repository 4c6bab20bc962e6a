"""One month of a cell: what is planned, the meetings convened for it, the tasks that end in it, what is late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org import meetings as lists
from server.org import tasks
from server.org.meetings import MeetingRow
from server.org.overrides import rules_at
from server.org.pilot import Modes
from server.org.rulebook import number
from server.org.tasks import OVERDUE, Task
from server.org.tree import Unit
from server.records.tables import documents

from . import plans
from .allowed import GROUPS, MONTHLY, Warning, day_of, month
from .plans import Line


@dataclass(frozen=True, slots=True)
class Convened:
    row: MeetingRow
    documents: int
    due: datetime  # when members should have notice and documents at the latest (42-HD/BTCTW)
    parts: tuple[MeetingRow, ...] = ()  # of a round: the meetings of its groups

    @property
    def told(self) -> bool:
        """The notice has gone out; of a round, to every group."""
        return all(each.noticed_at for each in self.parts or (self.row,))

    @property
    def met(self) -> int:
        return sum(part.closed for part in self.parts)

    def late(self, at: datetime) -> list[Warning]:
        """What members should have by now; of a round, until a group has met."""
        if any(each.phase != "planned" for each in (self.row, *self.parts)) or at <= self.due:
            return []
        facts = {"title": self.row.title}
        told = [] if self.told else [Warning("“{title}”: the notice has not gone out.", facts)]
        return told + ([] if self.documents else [Warning("“{title}”: members have no document yet.", facts)])


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    lines: Sequence[Line]
    meetings: Sequence[Convened]
    tasks: Sequence[Task]  # that end in it, and those of earlier months not yet done

    @property
    def open_line(self) -> Line | None:
        """What is planned and not yet convened, the monthly meeting first."""
        waiting = [line for line in self.lines if not line.meeting]
        return min(waiting, key=lambda line: line.kind not in MONTHLY, default=None)

    @property
    def lacking(self) -> bool:
        """No monthly meeting is convened or was held."""
        return not any(each.row.kind in MONTHLY and not each.row.cancelled for each in self.meetings)

    def late(self, at: datetime, today: date) -> list[Warning]:
        found = [warning for each in self.meetings for warning in each.late(at)]
        if self.lacking and (today.year, today.month) >= (self.first.year, self.first.month):
            found.insert(0, Warning("The meeting of this month is not convened yet.", {}))
        if overdue := sum(1 for task in self.tasks if task.state_on(today) == OVERDUE):
            found.append(Warning("{n} tasks are overdue.", {"n": overdue}))
        return found


async def of_month(connection: AsyncConnection, unit: Unit, first: date, today: date, zone: ZoneInfo) -> Month:
    begins, ends = month(datetime(first.year, first.month, 1, tzinfo=zone), zone)
    ours = await _whole(connection, unit)
    rows = [row for row in ours if begins <= row.planned_for < ends]
    planned = [line for line in await plans.of_year(connection, unit, first.year) if line.month == first.month]
    given = [each for each in await tasks.of_unit(connection, unit.id) if _of(each, begins.date(), ends.date(), today)]
    return Month(first, planned, [await _convened(connection, row, zone) for row in rows], given)


def _of(task: Task, begins: date, ends: date, today: date) -> bool:
    late = begins <= today < ends and task.state_on(today) == OVERDUE  # old debts stand in the month that runs
    return begins <= task.deadline < ends or late


async def _convened(connection: AsyncConnection, row: MeetingRow, zone: ZoneInfo) -> Convened:
    rules = await rules_at(connection, row.unit, day_of(row, zone))
    counted = sa.select(sa.func.count()).where(documents.c.meeting == row.id)
    parts = await lists.of_round(connection, row.id)
    first = min(each.planned_for for each in (row, *parts))
    due = first - timedelta(days=number(rules, "documents_days_before"))
    return Convened(row, await connection.scalar(counted) or 0, due, parts)


async def _whole(connection: AsyncConnection, unit: Unit) -> Sequence[MeetingRow]:
    """Its meetings by planned time; a round is one, and the meeting of a group is for that group."""
    return [row for row in await lists.of_units(connection, [unit.id]) if not row.of_group]


async def usual(connection: AsyncConnection, unit: Unit, modes: Modes, zone: ZoneInfo) -> Mapping[str, str]:
    """Form, time and place as the cell last met, as far as it may meet so today; a round is never the usual thing."""
    ours = [row for row in await _whole(connection, unit) if row.form != GROUPS]
    held = [row for row in ours if row.closed and row.kind in MONTHLY]
    if not held:
        return {}
    last = held[-1]
    form = {"form": last.form} if modes.allows(last.form) else {}
    return {"time": f"{last.planned_for.astimezone(zone):%H:%M}", "place": last.place, **form}
