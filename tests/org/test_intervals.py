"""Dated rows: at most one holds on a day, whatever is put in."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.org.intervals import Placed, Span, placed
from server.org.refusal import Refused

DAY = date(2026, 1, 1)


def _day(number: int) -> date:
    return DAY + timedelta(days=number)


def _span(word: str, since: int, until: int | None = None, id: int = 0) -> Span:
    return Span(id, word, _day(since), None if until is None else _day(until))


def test_a_span_holds_from_its_first_day_to_the_day_before_its_end() -> None:
    span = _span("exempt", 10, 20)
    assert [span.holds(_day(number)) for number in (9, 10, 19, 20)] == [False, True, True, False]


def test_what_ends_on_the_day_the_other_begins_does_not_meet_it() -> None:
    assert not _span("a", 0, 10).meets(_span("b", 10))
    assert _span("a", 0, 11).meets(_span("b", 10))


def test_the_new_status_ends_the_one_before_on_its_first_day() -> None:
    done = placed([_span("probationary", 0, id=7)], _span("official", 365))
    assert done == Placed((_span("probationary", 0, 365, id=7),), ())


def test_a_passing_status_lets_the_other_go_on_afterwards() -> None:
    done = placed([_span("exempt", 0, 100, id=7)], _span("suspended", 30, 60))
    assert done == Placed((_span("exempt", 0, 30, id=7),), (_span("exempt", 60, 100),))


@pytest.mark.parametrize(
    ("since", "until", "rule"), [(10, 10, "dates"), (10, 9, "dates"), (0, 60, "overlap"), (50, 51, "overlap")]
)
def test_what_cannot_be_is_refused(since: int, until: int, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        placed([_span("exempt", 50, 60)], _span("suspended", since, until))
    assert refused.value.rule == rule


SPANS = st.tuples(st.sampled_from("abc"), st.integers(0, 40), st.one_of(st.none(), st.integers(0, 45)))


@given(st.lists(SPANS, max_size=12))
def test_no_two_hold_on_one_day_and_every_day_of_a_new_one_is_its_own(asked: list[tuple[str, int, int | None]]) -> None:
    kept: list[Span] = []
    for number, (word, since, until) in enumerate(asked, start=1):
        new = _span(word, since, until, id=number)
        try:
            before, kept = kept, placed(kept, new).rows(kept, new)
        except Refused:
            continue
        for each in range(50):
            holding = [span for span in kept if span.holds(_day(each))]
            assert len(holding) <= 1
            if new.holds(_day(each)):
                assert holding == [new]
            else:
                assert [s.word for s in holding] == [s.word for s in before if s.holds(_day(each))]
