"""One line of the table of contents: who may ask a command, in which phases, where it is decided."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from . import commands as c
from . import events as e
from . import voting
from .ids import MemberId
from .sitting import Phase
from .state import Meeting


class Who(Enum):
    HOUSE = auto()  # the program itself, never a member
    ENTITLED = auto()  # whoever is on the roster
    PRESENT = auto()
    CHAIR = auto()  # the acting chair, present
    LEADER = auto()  # whoever leads the debate of the place where he is: in the hall the acting chair


Decided = Callable[[Meeting, Any, MemberId, datetime], Iterable[e.Event]]


@dataclass(frozen=True, slots=True)
class Rule:
    who: Who
    phases: frozenset[Phase]
    decided: Decided
    first: Callable[[Meeting, MemberId], object] | None = None  # refused whatever the fields are: raises Refused


OPEN = frozenset({Phase.OPEN})
PAUSED = frozenset({Phase.PAUSED})
CLOSED = frozenset({Phase.CLOSED})
GATHERING = frozenset({Phase.GATHERING})
SESSION = OPEN | PAUSED
HERE = SESSION | GATHERING
ANY = HERE | {Phase.CALLED}


Rules = dict[type[c.Command], Rule]


def no_vote(m: Meeting, by: MemberId) -> None:
    voting.nothing_open(m.voting)
