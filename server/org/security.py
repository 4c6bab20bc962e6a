"""The security numbers of the rulebook (QCVN 12:2026/BCA), as accounts need them, and what settings make of them.

They stand in rulebook.toml and nowhere else; no committee may set them otherwise, so that no unit is asked.
"""

from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Protocol
from zoneinfo import ZoneInfo

from .rulebook import number, read


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of one day; each field is the key of a rule."""

    password_length: int  # characters
    password_length_second_factor: int
    lock_after: int  # wrong tries in a row
    lock_hours: int
    idle_account_days: int
    account_review_months: int
    administrator_password_months: int
    administrator_passwords_kept: int
    slip_days: int  # a code on paper is good for
    slip_tries: int  # wrong codes from one address in an hour


@lru_cache(maxsize=8)
def numbers(day: date) -> Numbers:
    """The numbers in force that day; of a rule that had not begun, its first.  Raises rulebook.BadRule."""
    book = read()
    first = {rule.key: rule for rule in reversed(book.rules)}
    rules = {**first, **book.of(day, ())}
    return Numbers(**{each.name: number(rules, each.name) for each in fields(Numbers)})


def shipped(key: str) -> int:
    """The number a file has last for that key: the default of a setting."""
    rule = read().shape(key)
    if rule is None:
        raise KeyError(key)
    return number({key: rule}, key)


class Policy(Protocol):
    """What accounts need of the settings."""

    @property
    def session_idle_minutes(self) -> int: ...
    @property
    def session_days(self) -> int: ...
    @property
    def lock_after(self) -> int: ...
    @property
    def lock_hours(self) -> int: ...
    @property
    def password_length(self) -> int: ...
    @property
    def zone(self) -> ZoneInfo: ...


@dataclass(frozen=True, slots=True)
class Cautious:
    """The policy where nobody set one (QCVN 12:2026/BCA)."""

    session_idle_minutes: int = 12 * 60
    session_days: int = 7
    lock_after: int = field(default_factory=partial(shipped, "lock_after"))
    lock_hours: int = field(default_factory=partial(shipped, "lock_hours"))
    password_length: int = field(default_factory=partial(shipped, "password_length"))
    zone: ZoneInfo = field(default_factory=partial(ZoneInfo, "Asia/Ho_Chi_Minh"))


def months_later(day: date, months: int) -> date:
    """The same day so many months on; the last of the month where there is none."""
    first = date(day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1, 1)
    last = months_later(first, 1) - timedelta(days=1) if day.day > 28 else first.replace(day=28)
    return first.replace(day=min(day.day, last.day))
