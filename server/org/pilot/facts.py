"""Whether a cell qualifies, by whole numbers and the rules of the day.

Online: more than the rulebook's share (one half) of the members, less exempt and suspended, cannot come to one place.
By party groups: the cell has groups, and as many members as the rulebook says (50) or more.  (03-HD/TW, 27/12/2022)
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from .. import groups, people
from ..people import Person
from ..refusal import Refused
from ..rulebook import Rule, number, share, word
from .case import CIRCUMSTANCES, GROUPS, ONLINE, RULE, Draft

# Among whom the share is counted; exempt and suspended are in neither.
BASES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "convened": frozenset({"official", "probationary", "temporary_in"}),
        "registered": frozenset({"official", "probationary", "temporary_out"}),
    }
)
OWN = frozenset({"official", "probationary", "exempt", "suspended", "temporary_out"})  # members of the cell itself


@dataclass(frozen=True, slots=True)
class Facts:
    """What was counted, beside what the rules ask; kept with the submission."""

    day: str  # ISO
    members: int  # of the cell itself, whatever their standing
    base: int
    away: int  # of the base, with a reason that counts
    share: str  # must be exceeded
    needed: int  # the fewest that exceed it
    groups: int
    large: int  # from so many members on a cell with groups is large
    online: bool
    by_groups: bool
    document: str  # of the share

    def allows(self, mode: str) -> bool:
        return (mode == GROUPS or self.online) and (mode == ONLINE or self.by_groups)

    def body(self) -> dict[str, Any]:
        return asdict(self)


def counted_away(draft: Draft, rules: Mapping[str, Rule]) -> frozenset[str]:
    """The persons whose reason counts under the rules."""
    return frozenset(person for person, each in draft.away.items() if accepted(each.reason, rules))


def accepted(reason: str, rules: Mapping[str, Rule]) -> bool:
    """Whether the rules of the day know this reason."""
    key = "special_circumstances" if reason == CIRCUMSTANCES else f"special_nature.{reason}"
    return key in rules and word(rules, key) == "yes"


def base_of(members: Sequence[Person], rules: Mapping[str, Rule]) -> frozenset[str]:
    counts = BASES[word(rules, "dispersed_base")]
    return frozenset(person.id for person in members if person.standing in counts)


def count(members: Sequence[Person], group_count: int, draft: Draft, rules: Mapping[str, Rule], day: date) -> Facts:
    """Pure: the facts out of the register and the rules of one day."""
    base, needed = base_of(members, rules), share(rules, "dispersed_share")
    own = sum(1 for person in members if person.standing in OWN)
    away, large = len(base & counted_away(draft, rules)), number(rules, "large_cell_members")
    return Facts(
        day=day.isoformat(),
        members=own,
        base=len(base),
        away=away,
        share=str(needed),
        needed=needed.least_above(len(base)),
        groups=group_count,
        large=large,
        online=needed.exceeded(away, len(base)),
        by_groups=group_count > 0 and own >= large,
        document=rules["dispersed_share"].document,
    )


async def of_cell(
    connection: AsyncConnection, unit_id: str, draft: Draft, rules: Mapping[str, Rule], day: date
) -> Facts:
    members = await people.of_cell(connection, unit_id, day)
    return count(members, len(await groups.of_cell(connection, unit_id, day)), draft, rules, day)


def qualified(facts: Facts, mode: str) -> None:
    """Raises Refused, with the numbers, where the cell does not qualify for what it asks."""
    if mode != GROUPS and not facts.online:
        why = "{away} of {base} members cannot come; more than {share} are needed, at least {needed}."
        raise Refused(RULE, why, away=facts.away, base=facts.base, share=facts.share, needed=facts.needed)
    if mode != ONLINE and facts.groups == 0:
        raise Refused(RULE, "The cell has no party groups.")
    if mode != ONLINE and not facts.by_groups:
        why = "The cell has {members} members; meetings by party groups need {large} or more."
        raise Refused(RULE, why, members=facts.members, large=facts.large)
