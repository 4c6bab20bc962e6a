"""Shares by whole numbers: half of five is never rounded.  Pure."""

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, as 2/3; greater than 0, at most 1."""

    over: int
    under: int

    def exceeded(self, part: int, whole: int) -> bool:
        """Whether `part` is more than this share of `whole`; nothing is more than a share of nobody."""
        return whole > 0 and part * self.under > whole * self.over

    def reached(self, part: int, whole: int) -> bool:
        """Whether `part` is at least this share of `whole`."""
        return whole > 0 and part * self.under >= whole * self.over

    def least_above(self, whole: int) -> int:
        """The smallest number that is more than this share of `whole`."""
        return whole * self.over // self.under + 1

    def __str__(self) -> str:
        return f"{self.over}/{self.under}"


def parsed(text: str) -> Share | None:
    """The share written as 1/2; None if it is none."""
    written = _WRITTEN.fullmatch(text.replace(" ", ""))
    if written is None:
        return None
    over, under = int(written[1]), int(written[2])
    return Share(over, under) if 0 < over <= under else None
