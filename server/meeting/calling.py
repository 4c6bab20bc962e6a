"""Calling a meeting: who is entitled and under which rules, checked once so that nothing later can stumble over it."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import fields
from datetime import datetime

from . import commands as c
from . import events as e
from . import rounds
from .ids import NO_ITEM, NOBODY, SeatKind
from .refusal import Refused
from .rules import Regulation


def call(command: c.Call) -> Iterator[e.Event]:
    _roster(command)
    _agenda(command)
    if not _has_zone(command.about.planned_for):
        raise Refused("call", "The planned time is not a time with its zone.")
    _regulation(command.regulation)
    _known(command)
    _groups(command)
    items = [item.id for item in command.agenda]
    rounds.check(command.about, items, command.roster, command.regulation, command.motions, command.held)
    yield e.Called(**{each.name: getattr(command, each.name) for each in fields(e.Called)})


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


def _regulation(regulation: Regulation) -> None:
    values = [getattr(regulation, each.name) for each in fields(regulation)]
    if min(value for value in values if type(value) is int) < 1:  # a choice, True or False, is no number
        raise Refused("call", "Every number of the regulation is at least 1.")
    motions, criteria = regulation.motions, regulation.criteria
    if _repeats(rule.kind for rule in motions) or not all(0 < rule.over <= rule.under for rule in motions):
        raise Refused("call", "Each kind of motion stands in the regulation once, with a share of the base.")
    if any(rule.over == rule.under and not rule.at_least for rule in motions):
        raise Refused("call", "Nothing can be passed by more than all.")
    if _repeats(each.id for each in criteria) or not all(each.most > 0 for each in criteria):
        raise Refused("call", "Each criterion of the score stands in the regulation once, with its points.")
    least = [grade.least for grade in regulation.grades]
    if least != sorted(set(least), reverse=True) or least[-1:] != [0]:
        raise Refused("call", "The grades go from the best down to 0.")


def _known(command: c.Call) -> None:
    """What comes with the notice speaks of this roster and of this agenda."""
    excused, members = [excuse.member for excuse in command.excuses], {seat.member for seat in command.roster}
    if _repeats(excused) or not set(excused) <= members:
        raise Refused("call", "Only who is on the roster is excused, and once.")
    ids, items = [document.id for document in command.documents], {item.id for item in command.agenda} | {NO_ITEM}
    if not all(ids) or _repeats(ids) or not {document.item for document in command.documents} <= items:
        raise Refused("call", "Each document has an id of its own and belongs to an item of the agenda.")


def _groups(command: c.Call) -> None:
    """The leaders of a group are seats; whether they sit in it is looked at when it sits apart."""
    ids, members = [group.id for group in command.groups], {seat.member for seat in command.roster} | {NOBODY}
    if not all(ids) or _repeats(ids) or not all({group.leader, group.deputy} <= members for group in command.groups):
        raise Refused("call", "Each party group has an id of its own, and leaders on the roster.")


def _repeats(ids: Iterable[Hashable]) -> bool:
    every = list(ids)
    return len(set(every)) < len(every)


def _has_zone(time: str) -> bool:
    try:
        return datetime.fromisoformat(time).tzinfo is not None
    except ValueError:
        return False
