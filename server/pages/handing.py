"""Slips between being made and being handed over: in memory only, for half an hour, for whoever made them."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.org.slips import Printed

LASTS = timedelta(minutes=30)
KEPT = 200  # batches; the oldest is forgotten first


@dataclass(frozen=True, slots=True)
class Batch:
    id: str
    owner: str  # a person
    unit_id: str
    made_at: datetime
    slips: Sequence[Printed]


class Handing:
    """The codes that can still be printed.  What is forgotten here is simply made anew."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._batches: dict[str, Batch] = {}

    def keep(self, owner: str, unit_id: str, slips: Sequence[Printed]) -> Batch:
        self._forget()
        while len(self._batches) >= KEPT:
            del self._batches[next(iter(self._batches))]
        made = Batch(secrets.token_urlsafe(16), owner, unit_id, self._clock(), tuple(slips))
        self._batches[made.id] = made
        return made

    def of(self, owner: str, unit_id: str, batch_id: str) -> Batch | None:
        """The batch, if this person made it for this unit within the half hour."""
        self._forget()
        found = self._batches.get(batch_id)
        return found if found and (found.owner, found.unit_id) == (owner, unit_id) else None

    def _forget(self) -> None:
        oldest = self._clock() - LASTS
        self._batches = {key: each for key, each in self._batches.items() if each.made_at > oldest}
