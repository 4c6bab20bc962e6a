"""Dated rows of which at most one holds on a day.  Pure.

A span holds from `since` to the day before `until`; None = it still holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .refusal import Refused


@dataclass(frozen=True, slots=True)
class Span:
    id: int  # 0 = not kept yet
    word: str
    since: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def meets(self, other: "Span") -> bool:
        """Whether there is a day on which both hold."""
        return (other.until is None or self.since < other.until) and (self.until is None or other.since < self.until)


@dataclass(frozen=True, slots=True)
class Placed:
    """What a new span does to those that were there."""

    cut: tuple[Span, ...]  # they end when the new one begins
    resumed: tuple[Span, ...]  # what was interrupted goes on after it

    def rows(self, before: Sequence[Span], new: Span) -> list[Span]:
        """All that stands afterwards, in the order of days."""
        cut = {span.id: span for span in self.cut}
        return sorted([*(cut.get(span.id, span) for span in before), new, *self.resumed], key=lambda span: span.since)


def placed(before: Sequence[Span], new: Span) -> Placed:
    """Put `new` among spans that do not overlap: what held when it begins gives way, and resumes when it ends.

    Raises Refused where it ends before it begins, or where another one begins within it.
    """
    if new.until is not None and new.until <= new.since:
        raise Refused("dates", "The last day lies before the first.")
    met = [span for span in before if span.meets(new)]
    if later := [span for span in met if span.since >= new.since]:
        raise Refused(
            "overlap", "From {day} on something else holds already; end or remove that first.", day=_dmy(later[0].since)
        )
    cut = tuple(Span(span.id, span.word, span.since, new.since) for span in met)
    resumed = tuple(
        Span(0, span.word, new.until, span.until)
        for span in met
        if new.until is not None and (span.until is None or span.until > new.until)
    )
    return Placed(cut, resumed)


def _dmy(day: date) -> str:
    return f"{day:%d/%m/%Y}"
