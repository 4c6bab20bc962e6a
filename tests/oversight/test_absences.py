"""How absences are counted: rows of them, months of them, and whom the page puts first."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.oversight.absences import STATES, Line, Tally, months_absent, tallies, trailing
from server.records.summaries import EXCUSED, PRESENT, UNEXCUSED


def lines(*states: str, member: str = "an", name: str = "An", standing: str = "official") -> list[Line]:
    """One a month, from January 2026 on."""
    start = datetime(2026, 1, 5, tzinfo=UTC)
    return [_line(member, name, standing, n, start + timedelta(days=30 * n), state) for n, state in enumerate(states)]


def _line(member: str, name: str, standing: str, n: int, at: datetime, state: str) -> Line:
    month = f"{2026 + n // 12}-{n % 12 + 1:02}"
    return Line(member, name, standing, f"m{n:02}", month, at, state, 0, "", "", False, False)


def test_a_row_is_counted_from_the_last_meeting_back() -> None:
    assert trailing(lines(EXCUSED, PRESENT, EXCUSED, EXCUSED), (EXCUSED,)) == 2
    assert trailing(lines(EXCUSED, PRESENT), (EXCUSED,)) == 0
    assert trailing(lines(UNEXCUSED, EXCUSED, EXCUSED), (EXCUSED,)) == 2  # an absence without a reason ends it
    assert trailing([], (EXCUSED,)) == 0


def test_a_tally_counts_each_state_the_longest_row_and_the_one_that_goes_on() -> None:
    (tally,) = tallies(lines(EXCUSED, EXCUSED, EXCUSED, PRESENT, UNEXCUSED))
    assert (tally.longest, tally.away_now, tally.present, tally.excused, tally.unexcused) == (3, 1, 1, 3, 1)


def test_an_empty_tally() -> None:
    empty = Tally("an", "An", "official", ())
    assert (empty.away_now, empty.longest, empty.present) == (0, 0, 0)


def test_months_absent_are_those_without_a_reason_and_without_any_presence() -> None:
    absent = lines(UNEXCUSED, EXCUSED, UNEXCUSED, PRESENT, UNEXCUSED)
    assert months_absent(absent, 2026) == ("2026-01", "2026-03", "2026-05")
    assert months_absent(absent, 2027) == ()
    assert months_absent([*lines(UNEXCUSED), *lines(PRESENT)], 2026) == ()


def test_a_year_begins_anew() -> None:
    absent = lines(*[PRESENT] * 11, UNEXCUSED, UNEXCUSED)
    assert months_absent(absent, 2026) == ("2026-12",)
    assert months_absent(absent, 2027) == ("2027-01",)


def test_lines_are_put_in_the_order_of_the_meetings_whatever_order_they_came_in() -> None:
    (tally,) = tallies(reversed(lines(PRESENT, EXCUSED, EXCUSED)))
    assert [line.state for line in tally.lines] == [PRESENT, EXCUSED, EXCUSED]
    assert tally.away_now == 2


def test_everyone_is_called_and_counted_as_he_was_the_last_time() -> None:
    before, after = lines(PRESENT, name="An", standing="probationary"), lines(PRESENT, PRESENT, name="An Văn")
    found = tallies([*before, *after[1:], *lines(PRESENT, member="binh", name="Bình")])
    assert [(tally.member, tally.name, tally.standing) for tally in found] == [
        ("an", "An Văn", "official"),
        ("binh", "Bình", "official"),
    ]


@given(st.lists(st.sampled_from(STATES), max_size=30))
def test_the_counts_agree_with_each_other(states: list[str]) -> None:
    for tally in tallies(lines(*states)):
        assert tally.present + tally.excused + tally.unexcused == len(states)
        assert 0 <= tally.away_now <= tally.longest <= tally.excused + tally.unexcused
        assert (tally.away_now == 0) == (states[-1] == PRESENT)
        assert set(months_absent(tally.lines, 2026)) <= {line.month for line in tally.lines if line.state == UNEXCUSED}
