"""Months of the cell's calendar, as "2027-01": where they begin and end, and those before."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SPAN = 24  # months that charts and the calendar show
_WRITTEN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    year: int
    number: int  # 1 … 12

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def parsed(cls, text: str) -> "Month | None":
        found = _WRITTEN.fullmatch(text)
        return cls(int(found[1]), int(found[2])) if found and int(found[1]) > 1900 else None

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def after(self) -> date:
        """The first day of the next month."""
        return (self.first + timedelta(days=32)).replace(day=1)

    def minus(self, count: int) -> "Month":
        number = self.year * 12 + self.number - 1 - count
        return Month(number // 12, number % 12 + 1)

    def back(self, count: int = SPAN) -> list["Month"]:
        """So many months that end with this one, the earliest first."""
        return [self.minus(back) for back in reversed(range(count))]

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From when, and until before when, in UTC."""
        begin, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (self.first, self.after))
        return begin, end


def between(since: date, last: date) -> list[Month]:
    """Every month that has a day of the period."""
    count = (last.year - since.year) * 12 + last.month - since.month + 1
    return Month.of(last).back(count) if count > 0 else []
