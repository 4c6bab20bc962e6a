"""The rulebook: what committees set, from when, and what history keeps."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from server.meeting.ids import CriterionId, MotionKind
from server.org import overrides, rulebook, tree
from server.org.overrides import Asked, rules_at
from server.org.refusal import Refused
from server.org.roster import call
from server.org.rulebook import MARKS, Rule, Rulebook
from server.org.share import Share, parsed
from server.records.database import Database

from .conftest import CELL, DAY

AT = datetime(2026, 12, 20, 2, 0, tzinfo=UTC)
TODAY = date(2026, 12, 20)
NEXT_MONTH = date(2027, 1, 1)
ASKED = Asked("duration_minutes.regular", "100", "Quy định 12-QĐ/ĐU", "Điều 3", "V", NEXT_MONTH)


async def _unit(database: Database, unit_id: str) -> tree.Unit:
    async with database.read() as connection:
        found = await tree.unit(connection, unit_id)
    assert found
    return found


async def _set(database: Database, committee: str, asked: Asked = ASKED, today: date = TODAY) -> None:
    unit = await _unit(database, committee)
    async with database.write() as connection:
        await overrides.override(connection, unit, asked, "tren", AT, today)


async def _at(database: Database, unit_id: str, day: date) -> Mapping[str, Rule]:
    unit = await _unit(database, unit_id)
    async with database.read() as connection:
        return await rules_at(connection, unit, day)


async def _minutes(database: Database, unit_id: str, *days: date) -> list[object]:
    return [(await _at(database, unit_id, day))["duration_minutes.regular"].value for day in days]


# -- The shipped file ------------------------------------------------------------------------------------------------


def test_every_rule_of_every_day_since_the_register_began_has_a_value() -> None:
    book = rulebook.read()
    keys = {rule.key for rule in book.rules if rule.begins <= date(2025, 7, 1)}
    days = {rule.begins for rule in book.rules} | {rule.ends for rule in book.rules if rule.ends}
    for day in sorted(days):
        if day >= date(2025, 7, 1):
            assert keys <= book.of(day, ()).keys(), day


def test_every_shipped_value_is_one_that_a_committee_could_write() -> None:
    for rule in rulebook.read().rules:
        assert rule.fitted(str(rule.value)) == rule.value, rule.key
        assert rule.mark in MARKS
        assert rule.chapter


def test_the_numbers_of_the_regulation_stand_in_the_file() -> None:
    rules = rulebook.read().of(date(2026, 11, 1), ())
    said = {key: rule.value for key, rule in rules.items()}
    assert said["large_cell_members"] == 50
    assert said["group_meetings_a_year"] == 3
    assert said["dispersed_share"] == "1/2"
    assert (said["admission_share"], said["majority_share"]) == ("2/3", "1/2")
    assert (said["documents_days_before"], said["results_days_after"]) == (1, 2)
    assert sum(int(value) for key, value in said.items() if key.startswith("score.") and isinstance(value, int)) == 100


def test_the_days_for_the_report_go_into_the_regulation_of_a_meeting() -> None:
    book, day = rulebook.read(), date(2026, 11, 1)
    shape = book.shape("results_days_after")
    assert shape
    longer = replace(shape, value=5, committee="xa", begins=date(2026, 12, 1))
    own = Rulebook((*book.rules, longer))
    assert own.regulation(day, ("tinh", "xa"), "regular").results_days == 2
    assert own.regulation(date(2026, 12, 1), ("tinh", "xa"), "regular").results_days == 5
    assert own.regulation(date(2026, 12, 1), ("tinh",), "regular").results_days == 2
    assert book.regulation(date(2025, 8, 1), (), "regular").results_days == 2  # before the guide that sets them


# -- Shares by whole numbers -----------------------------------------------------------------------------------------


def test_exactly_the_share_is_reached_and_not_exceeded() -> None:
    half = Share(1, 2)
    assert (half.reached(5, 10), half.exceeded(5, 10), half.exceeded(6, 10)) == (True, False, True)
    assert (half.exceeded(5, 9), half.exceeded(4, 9)) == (True, False)
    assert Share(2, 3).reached(6, 9)
    assert not Share(2, 3).reached(5, 9)


def test_of_nobody_no_share_is_reached() -> None:
    assert not Share(1, 2).reached(0, 0)
    assert not Share(1, 2).exceeded(0, 0)


@given(st.integers(1, 50), st.integers(1, 50), st.integers(1, 10_000))
def test_the_least_above_is_more_and_one_less_is_not(over: int, under: int, whole: int) -> None:
    share = Share(min(over, under), max(over, under))
    least = share.least_above(whole)
    assert share.exceeded(least, whole)
    assert not share.exceeded(least - 1, whole)


@pytest.mark.parametrize("text", ["", "0/2", "3/2", "1/0", "1", "0.5", "-1/2", "1/2/3", "một nửa", "²/3"])
def test_what_is_no_share(text: str) -> None:
    assert parsed(text) is None


# -- Overrides -------------------------------------------------------------------------------------------------------


async def test_an_override_that_starts_next_month_is_coming_and_takes_effect_then(either: Database) -> None:
    await _set(either, "commune")
    eve = NEXT_MONTH - timedelta(days=1)
    assert await _minutes(either, CELL, TODAY, eve, NEXT_MONTH, DAY) == [90, 90, 100, 100]
    unit = await _unit(either, CELL)
    async with either.read() as connection:
        book = await overrides.book_of(connection, unit)
    coming = book.coming(TODAY, unit.line)["duration_minutes.regular"]
    assert coming.rule
    assert (coming.day, coming.rule.value, coming.rule.document) == (NEXT_MONTH, 100, "Quy định 12-QĐ/ĐU")
    assert "duration_minutes.regular" not in book.coming(NEXT_MONTH, unit.line)


async def test_an_override_holds_to_the_end_of_its_last_day(database: Database) -> None:
    last = date(2027, 1, 31)
    await _set(database, "commune", replace(ASKED, last=last))
    assert await _minutes(database, CELL, last, last + timedelta(days=1)) == [100, 90]


async def test_what_a_committee_sets_holds_below_it_and_nowhere_else(database: Database) -> None:
    await _set(database, "commune")
    assert await _minutes(database, "cell-2", DAY) == [100]
    assert await _minutes(database, "commune-2", DAY) == [90]
    assert await _minutes(database, "province", DAY) == [90]


async def test_the_nearer_committee_wins_though_the_farther_spoke_later(database: Database) -> None:
    await _set(database, "commune", replace(ASKED, value="100"))
    await _set(database, "province", replace(ASKED, value="110"))
    assert await _minutes(database, CELL, DAY) == [100]
    assert await _minutes(database, "commune-2", DAY) == [110]


async def test_of_one_committee_the_word_entered_last_holds(database: Database) -> None:
    await _set(database, "commune", replace(ASKED, value="100", since=date(2027, 1, 4)))
    await _set(database, "commune", replace(ASKED, value="95", since=NEXT_MONTH))
    assert await _minutes(database, CELL, DAY) == [95]


async def test_a_word_taken_back_lets_the_inherited_rule_hold_again(either: Database) -> None:
    await _set(either, "province", replace(ASKED, value="110"))
    await _set(either, "commune", replace(ASKED, value="100"))
    await _set(either, "commune", replace(ASKED, value=None, since=date(2027, 1, 4)))
    assert await _minutes(either, CELL, date(2027, 1, 3), date(2027, 1, 4)) == [100, 110]


async def test_history_keeps_what_was_set_by_whom_and_when(either: Database) -> None:
    await _set(either, "commune")
    await _set(either, "commune", replace(ASKED, value=None, since=DAY))
    unit = await _unit(either, CELL)
    async with either.read() as connection:
        back, first = overrides.of_committees(await overrides.history(connection, unit), ASKED.key)
    assert (first.value, first.committee_name, first.by_name, first.at) == (100, "Xã", "Đồng chí tren", AT)
    assert (back.value, back.since) == (None, DAY)


@pytest.mark.parametrize("words", ["UPDATE rule_overrides SET value = '1'", "DELETE FROM rule_overrides"])
async def test_what_was_set_cannot_be_overwritten(either: Database, words: str) -> None:
    await _set(either, "commune")
    with pytest.raises(DBAPIError, match="append-only"):
        async with either.write() as connection:
            await connection.execute(sa.text(words))
    assert await _minutes(either, CELL, DAY) == [100]


async def test_a_meeting_is_called_under_the_rules_of_its_day(either: Database) -> None:
    await _set(either, "commune", replace(ASKED, since=DAY))
    assert (await call(either, "meeting")).regulation.duration_minutes == 100
    await _set(either, "commune", replace(ASKED, value="70", since=DAY + timedelta(days=1)))
    assert (await call(either, "meeting")).regulation.duration_minutes == 100


async def test_a_committee_s_shares_forms_and_points_reach_the_meeting(database: Database) -> None:
    for key, value in (("majority_share", "3/5"), ("vote_form.admission", "secret"), ("score.conduct", "45")):
        await _set(database, "commune", replace(ASKED, key=key, value=value))
    regulation = (await call(database, "meeting")).regulation
    motions = {motion.kind: motion for motion in regulation.motions}
    resolution, admission = motions[MotionKind("resolution")], motions[MotionKind("admission")]
    assert (resolution.over, resolution.under, resolution.document) == (3, 5, "Quy định 12-QĐ/ĐU")
    assert (admission.over, admission.under, admission.at_least, admission.secret) == (2, 3, True, True)
    assert {each.id: each.most for each in regulation.criteria}[CriterionId("conduct")] == 45


WRONG = (
    ("commune", replace(ASKED, key="majority_share", value="2/2"), "Nothing is more than all."),
    ("commune", replace(ASKED, since=TODAY - timedelta(days=1)), "A rule begins today or later"),
    ("commune", replace(ASKED, last=NEXT_MONTH - timedelta(days=1)), "The last day is not before the first."),
    ("commune", replace(ASKED, value="0"), "whole number from 1"),
    ("commune", replace(ASKED, value="9½"), "whole number from 1"),
    ("commune", replace(ASKED, value="99999999"), "whole number from 1"),
    ("commune", replace(ASKED, value="chín mươi"), "whole number from 1"),
    ("commune", replace(ASKED, key="majority_share", value="3/2"), "a share between 0 and 1"),
    ("commune", replace(ASKED, key="pilot_decided_by", value="nobody"), "one of the values offered"),
    ("commune", replace(ASKED, key="online_allowed.secrets", value="yes"), "stands above committees"),
    ("commune", replace(ASKED, key="no_such_rule"), "There is no such rule."),
    ("commune", replace(ASKED, document="  "), "fill in what is asked"),
    ("commune", replace(ASKED, mark="X"), "one of the values offered"),
    (CELL, ASKED, "A cell does not set rules"),
)


@pytest.mark.parametrize(("committee", "asked", "why"), WRONG, ids=[why for *_, why in WRONG])
async def test_a_forbidden_override_is_refused_with_its_reason_and_changes_nothing(
    database: Database, committee: str, asked: Asked, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        await _set(database, committee, asked)
    assert await _minutes(database, CELL, DAY) == [90]
