"""Calling a meeting: who is entitled and under which rules, checked once so that nothing later can stumble over it."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import astuple
from datetime import datetime

from . import commands as c
from . import events as e
from .ids import SeatKind
from .refusal import Refused


def call(command: c.Call) -> Iterator[e.Event]:
    _roster(command)
    _agenda(command)
    if not _has_zone(command.about.planned_for):
        raise Refused("call", "The planned time is not a time with its zone.")
    if min(astuple(command.regulation)) < 1:
        raise Refused("call", "Every number of the regulation is at least 1.")
    yield e.Called(
        command.about, command.roster, command.regulation, command.agenda, command.chair, command.line, command.seed
    )


def _roster(command: c.Call) -> None:
    ids = [seat.member for seat in command.roster]
    members = {seat.member for seat in command.roster if seat.kind is SeatKind.MEMBER}
    if not all(ids) or _repeats(ids):
        raise Refused("call", "Nobody stands on the roster twice or without an id.")
    if command.chair not in members:
        raise Refused("call", "The chair is a member on the roster.")
    if not set(command.line) <= members or _repeats(command.line) or command.chair in command.line:
        raise Refused("call", "The line of succession names other members on the roster, each once.")


def _agenda(command: c.Call) -> None:
    ids = [item.id for item in command.agenda]
    if not all(ids) or _repeats(ids):
        raise Refused("call", "No item stands on the agenda twice or without an id.")


def _repeats(ids: Iterable[Hashable]) -> bool:
    every = list(ids)
    return len(set(every)) < len(every)


def _has_zone(time: str) -> bool:
    try:
        return datetime.fromisoformat(time).tzinfo is not None
    except ValueError:
        return False
