"""What a file would do to the register: every line becomes a step, or is wrong with a reason.  No writing here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ..intervals import Span
from ..refusal import Refused
from ..registering import Person
from ..tree import Unit


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that cannot be taken in."""

    sheet: str
    line: int
    column: str  # its heading; "" = the line as a whole
    why: str  # the English key of the sentence
    facts: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the register, as far as a file can change him."""

    id: str
    unit_id: str
    person: Person
    base: tuple[Span, ...]  # statuses of the first track
    over: tuple[Span, ...]  # of the second
    group: str  # id; "" = none
    posts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A unit of the register, as far as a file can change it."""

    unit: Unit
    code: str
    founded: date | None


@dataclass(slots=True)
class State:
    """What the plan is made against."""

    version: int  # of the trail: while it stands, nobody changed the register
    scope: Unit
    today: date
    may_edit_tree: bool
    grants: frozenset[str]  # the posts that may be given
    units: dict[str, Found]  # living units of the scope, by id
    codes_elsewhere: set[str]
    people: dict[str, Known]  # of the cells that the file names
    cards_elsewhere: set[str]
    groups: dict[str, dict[str, str]]  # cell id → folded name → group id
    secretaries: dict[str, str]  # cell id → person id


@dataclass(frozen=True, slots=True)
class UnitStep:
    unit: Unit
    code: str
    founded: date | None
    old: Found | None  # None = new


@dataclass(frozen=True, slots=True)
class PersonStep:
    id: str
    unit_id: str
    person: Person
    base: tuple[Span, ...] | None  # None = as it was
    over: tuple[Span, ...] | None
    group: str | None  # id; None = as it was
    post: str  # "" = none to give
    post_since: date
    old: Known | None


@dataclass(slots=True)
class Plan:
    version: int
    units: list[UnitStep] = field(default_factory=list)
    people: list[PersonStep] = field(default_factory=list)
    groups: list[tuple[str, str, str]] = field(default_factory=list)  # new ones: id, cell id, name
    same: int = 0  # lines that change nothing
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def new_units(self) -> int:
        return sum(step.old is None for step in self.units)

    @property
    def new_people(self) -> int:
        return sum(step.old is None for step in self.people)

    @property
    def empty(self) -> bool:
        return not (self.units or self.people or self.groups)


class At(Exception):
    """A refusal, and the column it is about."""

    def __init__(self, column: str, refused: Refused) -> None:
        super().__init__(str(refused))
        self.column, self.refused = column, refused
