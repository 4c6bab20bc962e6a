"""The agenda: one item at a time is under debate (42-HD/BTCTW: prepared contents, in order)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from . import events as e
from .ids import Item, ItemId
from .refusal import Refused, kept_reason


class State(StrEnum):
    AHEAD = "ahead"
    CURRENT = "current"
    CLOSED = "closed"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Line:
    item: Item
    state: State = State.AHEAD
    taken_up_at: datetime | None = None
    closed_at: datetime | None = None
    reason: str = ""  # why it was put aside


@dataclass(frozen=True, slots=True)
class Agenda:
    lines: Mapping[ItemId, Line] = field(default_factory=dict)
    current: ItemId | None = None


def take_up(agenda: Agenda, item: ItemId) -> Iterator[e.Event]:
    """The chair may return to an item that was closed or put aside."""
    line = _line(agenda, item)
    if line.state is State.CURRENT:
        raise Refused("agenda", "“{title}” is already under debate.", title=line.item.title)
    yield from conclude(agenda)
    yield e.ItemTakenUp(item)


def close(agenda: Agenda) -> Iterator[e.Event]:
    if agenda.current is None:
        raise Refused("agenda", "No item is under debate.")
    yield from conclude(agenda)


def conclude(agenda: Agenda) -> Iterator[e.Event]:
    if agenda.current is not None:
        yield e.ItemClosed(agenda.current)


def put_aside(agenda: Agenda, item: ItemId, reason: str) -> Iterator[e.Event]:
    line = _line(agenda, item)
    if line.state in (State.CLOSED, State.ASIDE):
        raise Refused("agenda", "“{title}” is already dealt with.", title=line.item.title)
    yield e.ItemPutAside(item, kept_reason(reason))


def _line(agenda: Agenda, item: ItemId) -> Line:
    if item not in agenda.lines:
        raise Refused("agenda", "This item is not on the agenda.")
    return agenda.lines[item]


# -- What happened ---------------------------------------------------------------------------------------------------


def _taken_up(agenda: Agenda, event: e.ItemTakenUp, at: datetime) -> Agenda:
    item = agenda.lines[event.item].item
    return Agenda({**agenda.lines, event.item: Line(item, State.CURRENT, taken_up_at=at)}, event.item)


def _closed(agenda: Agenda, event: e.ItemClosed, at: datetime) -> Agenda:
    line = replace(agenda.lines[event.item], state=State.CLOSED, closed_at=at)
    return Agenda({**agenda.lines, event.item: line}, None)


def _put_aside(agenda: Agenda, event: e.ItemPutAside, at: datetime) -> Agenda:
    line = replace(agenda.lines[event.item], state=State.ASIDE, reason=event.reason)
    current = None if agenda.current == event.item else agenda.current
    return Agenda({**agenda.lines, event.item: line}, current)


_APPLIED: dict[type[e.Event], Callable[[Agenda, Any, datetime], Agenda]] = {
    e.Called: lambda _, event, at: Agenda({item.id: Line(item) for item in event.agenda}),
    e.ItemTakenUp: _taken_up,
    e.ItemClosed: _closed,
    e.ItemPutAside: _put_aside,
}


def apply(agenda: Agenda, event: e.Event, at: datetime) -> Agenda:
    applied = _APPLIED.get(type(event))
    return applied(agenda, event, at) if applied else agenda
