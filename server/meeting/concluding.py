"""What the chair concludes on each item, and the tasks given: who does what by when (42-HD/BTCTW: closing).

Nothing is overwritten: every wording is kept in its place, the last one holds.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from . import events as e
from .agenda import Agenda, State
from .attendance import Attendance, counts, seat_of
from .ids import Carried, ItemId, MemberId, TaskId, Text
from .refusal import Refused, kept_reason, kept_text

LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Wording:
    text: Text
    at: datetime


@dataclass(frozen=True, slots=True)
class Assignment:
    text: Text
    owner: MemberId
    deadline: str  # a day, 2027-01-31
    at: datetime


@dataclass(frozen=True, slots=True)
class Task:
    id: TaskId
    item: ItemId  # NO_ITEM: none was under debate
    versions: tuple[Assignment, ...]  # the last one holds
    withdrawn_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Conclusions:
    items: Mapping[ItemId, tuple[Wording, ...]] = field(default_factory=dict)  # the last one holds
    tasks: Mapping[TaskId, Task] = field(default_factory=dict)
    carried: tuple[Carried, ...] = ()  # given at earlier meetings


def conclude(conclusions: Conclusions, agenda: Agenda, item: ItemId, text: str) -> Iterator[e.Event]:
    if item not in agenda.lines:
        raise Refused("agenda", "This item is not on the agenda.")
    line, kept = agenda.lines[item], kept_text(text)
    if line.state is State.AHEAD:
        raise Refused("agenda", "“{title}” was not taken up yet.", title=line.item.title)
    if item not in conclusions.items or conclusions.items[item][-1].text != kept:
        yield e.Concluded(item, Text(kept))


def something_taken_up(agenda: Agenda) -> None:
    if all(line.state is State.AHEAD for line in agenda.lines.values()):
        raise Refused("agenda", "No item was taken up yet.")


def give(
    conclusions: Conclusions, a: Attendance, item: ItemId, task: TaskId, text: str, owner: MemberId, deadline: str
) -> Iterator[e.Event]:
    if not 1 <= len(task) <= LONGEST_ID or task in conclusions.tasks:
        raise Refused("task", "A task of that name was given already.")
    yield e.TaskGiven(task, item, *_assignment(a, text, owner, deadline))


def revise(
    conclusions: Conclusions, a: Attendance, task: TaskId, text: str, owner: MemberId, deadline: str
) -> Iterator[e.Event]:
    last = _standing(conclusions, task).versions[-1]
    assigned = _assignment(a, text, owner, deadline)
    if assigned != (last.text, last.owner, last.deadline):
        yield e.TaskRevised(task, *assigned)


def withdraw(conclusions: Conclusions, task: TaskId, reason: str) -> Iterator[e.Event]:
    _standing(conclusions, task)
    yield e.TaskWithdrawn(task, kept_reason(reason))


def something_given(conclusions: Conclusions) -> None:
    if all(task.withdrawn_at for task in conclusions.tasks.values()):
        raise Refused("task", "No task is given.")


def _standing(conclusions: Conclusions, task: TaskId) -> Task:
    if task not in conclusions.tasks:
        raise Refused("task", "There is no such task.")
    if conclusions.tasks[task].withdrawn_at:
        raise Refused("task", "This task was withdrawn.")
    return conclusions.tasks[task]


def _assignment(a: Attendance, text: str, owner: MemberId, deadline: str) -> tuple[Text, MemberId, str]:
    seat = seat_of(a, owner)
    if not counts(a, owner):
        raise Refused("task", "{name} is no member of the cell.", name=seat.name)
    if not _day(deadline):
        raise Refused("task", "The deadline is a day.")
    return Text(kept_text(text)), owner, deadline


def _day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# -- What happened ---------------------------------------------------------------------------------------------------


def _concluded(c: Conclusions, event: e.Concluded, at: datetime) -> Conclusions:
    wordings = (*c.items.get(event.item, ()), Wording(event.text, at))
    return replace(c, items={**c.items, event.item: wordings})


def _given(c: Conclusions, event: e.TaskGiven, at: datetime) -> Conclusions:
    task = Task(event.task, event.item, (Assignment(event.text, event.owner, event.deadline, at),))
    return replace(c, tasks={**c.tasks, event.task: task})


def _revised(c: Conclusions, event: e.TaskRevised, at: datetime) -> Conclusions:
    was = c.tasks[event.task]
    versions = (*was.versions, Assignment(event.text, event.owner, event.deadline, at))
    return replace(c, tasks={**c.tasks, event.task: replace(was, versions=versions)})


def _withdrawn(c: Conclusions, event: e.TaskWithdrawn, at: datetime) -> Conclusions:
    was = replace(c.tasks[event.task], withdrawn_at=at, reason=event.reason)
    return replace(c, tasks={**c.tasks, event.task: was})


_APPLIED: dict[type[e.Event], Callable[[Conclusions, Any, datetime], Conclusions]] = {
    e.Called: lambda c, event, _: replace(c, carried=event.carried) if event.carried else c,
    e.Concluded: _concluded,
    e.TaskGiven: _given,
    e.TaskRevised: _revised,
    e.TaskWithdrawn: _withdrawn,
}


def apply(conclusions: Conclusions, event: e.Event, at: datetime) -> Conclusions:
    applied = _APPLIED.get(type(event))
    return applied(conclusions, event, at) if applied else conclusions
