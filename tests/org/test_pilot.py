"""The pilot: who qualifies, which step follows which, what is in force on the edge days."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from server.meeting import commands as c
from server.meeting.ids import NOBODY, ConnectionId, MemberId
from server.meeting.meeting import Meeting, apply, decide
from server.org import meetings, merging, overrides, people, pilot, rulebook, tree
from server.org.changing import Described
from server.org.overrides import Asked
from server.org.people import Person
from server.org.pilot import cases, facts, listing, notes, report
from server.org.pilot.case import BOTH, GROUPS, ONLINE, Away, Case, Draft, may_follow
from server.org.pilot.cases import Paper
from server.org.pilot.forms import Others
from server.org.refusal import Refused
from server.org.roster import call
from server.org.trail import Hand
from server.org.tree import Unit
from server.records.database import Database
from server.records.log import Log
from server.records.signing import Key
from server.records.tables import meetings as listed
from server.records.tables import pilot_cases, pilot_periods, statuses

from .conftest import CELL, SINCE

TODAY = date(2027, 1, 5)
AT = datetime(2027, 1, 5, 2, 0, tzinfo=UTC)
HAND = Hand("cuong", AT, TODAY)
REVIEWER = Hand("theo", AT, TODAY)
COMMITTEE = Hand("tren", AT, TODAY)
PAPER = Paper("15-QĐ/ĐU", TODAY, "Nguyễn Văn Ký")
FIRST, LAST = date(2027, 1, 10), date(2027, 6, 30)
RULES = rulebook.read().of(TODAY, ())
SEA = Away("sea_islands")
DRAFT = Draft("sea_islands", "", ONLINE, {"an": SEA, "binh": SEA, "cuong": SEA, "dao": SEA})


def _members(count: int, standing: str = "official", first: int = 0) -> list[Person]:
    return [Person(f"{standing}{n}", "", standing, frozenset(), "") for n in range(first, first + count)]


def _away(members: list[Person], count: int, reason: str = "sea_islands") -> Draft:
    return Draft("sea_islands", away={person.id: Away(reason) for person in members[:count]})


def _count(members: list[Person], draft: Draft, group_count: int = 0) -> facts.Facts:
    return facts.count(members, group_count, draft, RULES, TODAY)


# -- Who qualifies ---------------------------------------------------------------------------------------------------


def test_a_share_of_exactly_one_half_is_not_enough_and_one_member_more_is() -> None:
    members = _members(20)
    half, more = _count(members, _away(members, 10)), _count(members, _away(members, 11))
    assert (half.away, half.base, half.needed, half.online) == (10, 20, 11, False)
    assert more.online
    with pytest.raises(Refused, match="10 of 20 members cannot come; more than 1/2 are needed, at least 11"):
        facts.qualified(half, ONLINE)
    facts.qualified(more, ONLINE)


def test_of_an_odd_number_the_larger_part_is_enough() -> None:
    members = _members(21)
    assert not _count(members, _away(members, 10)).online
    assert _count(members, _away(members, 11)).online


def test_exempt_and_suspended_members_are_in_neither_number() -> None:
    members = [*_members(10), *_members(5, "exempt"), *_members(3, "suspended")]
    everyone = Draft("sea_islands", away={person.id: SEA for person in members[5:]})
    counted = _count(members, everyone)
    assert (counted.base, counted.away, counted.online) == (10, 5, False)


def test_a_reason_that_the_rules_do_not_know_does_not_count() -> None:
    members = _members(10)
    none = dict(RULES) | {"special_nature.far_work": replace(RULES["special_nature.far_work"], value="no")}
    draft = _away(members, 8, "far_work")
    assert facts.count(members, 0, draft, RULES, TODAY).away == 8
    assert facts.count(members, 0, draft, none, TODAY).away == 0


def test_with_49_members_a_cell_is_not_large_and_with_50_it_is() -> None:
    nobody = Draft("sea_islands", mode=GROUPS)
    small, large = _count(_members(49), nobody, 3), _count(_members(50), nobody, 3)
    assert (small.by_groups, large.by_groups) == (False, True)
    with pytest.raises(Refused, match="The cell has 49 members; meetings by party groups need 50 or more"):
        facts.qualified(small, GROUPS)
    facts.qualified(large, GROUPS)


def test_exempt_suspended_and_introduced_members_are_members_of_a_large_cell_and_guests_are_not() -> None:
    others = [*_members(1, "exempt"), *_members(1, "suspended"), *_members(1, "temporary_out")]
    assert _count([*_members(47), *others], Draft(), 1).by_groups
    assert not _count([*_members(47), *others[1:], *_members(9, "temporary_in")], Draft(), 1).by_groups


def test_without_party_groups_no_number_is_enough() -> None:
    counted = _count(_members(80), Draft(mode=GROUPS))
    assert not counted.by_groups
    with pytest.raises(Refused, match="no party groups"):
        facts.qualified(counted, GROUPS)


def test_both_modes_want_both_conditions() -> None:
    members = _members(60)
    assert _count(members, _away(members, 31), 2).allows(BOTH)
    assert not _count(members, _away(members, 30), 2).allows(BOTH)
    assert not _count(members, _away(members, 31), 0).allows(BOTH)


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_share_is_what_counting_says(base: int, away: int) -> None:
    members = _members(base)
    counted = _count(members, _away(members, away))
    assert counted.online == (counted.away > base - counted.away)


# -- A case and its steps --------------------------------------------------------------------------------------------


async def _unit(database: Database, unit_id: str = CELL) -> Unit:
    async with database.read() as connection:
        found = await tree.unit(connection, unit_id)
    assert found
    return found


async def _opened(database: Database, draft: Draft = DRAFT) -> Case:
    cell = await _unit(database)
    async with database.write() as connection:
        return await cases.save(connection, await cases.open_case(connection, cell, HAND), draft, HAND)


async def _submitted(database: Database, draft: Draft = DRAFT) -> Case:
    opened, cell = await _opened(database, draft), await _unit(database)
    async with database.write() as connection:
        return await cases.submit(connection, opened, cell, HAND)


async def _proposed(database: Database) -> Case:
    submitted = await _submitted(database)
    async with database.write() as connection:
        return await cases.propose(connection, submitted, "", REVIEWER)


async def _decided(database: Database, first: date = FIRST, last: date | None = LAST, mode: str = ONLINE) -> Case:
    proposed, committee = await _proposed(database), await _unit(database, "commune")
    paper = replace(PAPER, day=min(first, TODAY))
    async with database.write() as connection:
        return await cases.decide(connection, proposed, committee, paper, mode, first, last, COMMITTEE)


async def _kept(database: Database, case: Case) -> Case:
    async with database.read() as connection:
        found = await cases.case(connection, case.id)
    assert found
    return found


async def _allowed(database: Database, *days: date) -> list[bool]:
    async with database.read() as connection:
        return [(await pilot.allowed(connection, CELL, day)).online for day in days]


async def test_a_case_goes_from_the_cell_to_the_decision_and_each_step_is_kept(either: Database) -> None:
    case = await _kept(either, await _decided(either))
    assert [step.step for step in case.steps] == ["opened", "saved", "submitted", "proposed", "decided"]
    assert [step.by_name for step in case.steps] == [
        "Lê Văn Cường",
        "Lê Văn Cường",
        "Lê Văn Cường",
        "Đồng chí theo",
        "Đồng chí tren",
    ]
    assert {step.at for step in case.steps} == {AT}
    assert (case.facts["away"], case.facts["base"], case.facts["needed"]) == (4, 7, 4)
    assert (case.papers[0].number, case.papers[0].signer, case.committee) == ("15-QĐ/ĐU", "Nguyễn Văn Ký", "commune")
    assert case.facts["document"] == "Hướng dẫn 03-HD/TW, 27/12/2022"


async def test_a_returned_case_keeps_its_history_and_can_be_submitted_again(either: Database) -> None:
    submitted, cell = await _submitted(either), await _unit(either)
    async with either.write() as connection:
        returned = await cases.give_back(connection, submitted, "Thiếu lý do của đồng chí Đào", REVIEWER)
        changed = replace(DRAFT, away={**DRAFT.away, "dung": Away("circumstances", "Chăm mẹ ốm")})
        saved = await cases.save(connection, returned, changed, HAND)
        await cases.submit(connection, saved, cell, HAND)
    case = await _kept(either, submitted)
    assert [step.step for step in case.steps] == ["opened", "saved", "submitted", "returned", "saved", "submitted"]
    first, second = (step.body["facts"]["away"] for step in case.steps if step.step == "submitted")
    assert (first, second) == (4, 5)
    assert [s.body["why"] for s in case.steps if s.step == "returned"] == ["Thiếu lý do của đồng chí Đào"]
    assert case.state == "submitted"


@pytest.mark.parametrize("words", ["UPDATE pilot_steps SET body = '{}'", "DELETE FROM pilot_steps"])
async def test_a_step_cannot_be_overwritten(either: Database, words: str) -> None:
    case = await _submitted(either)
    with pytest.raises(DBAPIError, match="append-only"):
        async with either.write() as connection:
            await connection.execute(sa.text(words))
    assert len((await _kept(either, case)).steps) == 3


async def test_a_cell_that_does_not_qualify_cannot_submit(database: Database) -> None:
    three = replace(DRAFT, away=dict.fromkeys(("an", "binh", "cuong"), SEA))
    with pytest.raises(Refused, match="3 of 7 members cannot come; more than 1/2 are needed, at least 4"):
        await _submitted(database, three)


async def test_guests_of_the_roster_and_strangers_do_not_count(database: Database) -> None:
    padded = replace(DRAFT, away=dict.fromkeys(("an", "giang", "hoa", "khanh", "tren", "nobody"), SEA))
    with pytest.raises(Refused, match="1 of 7"):
        await _submitted(database, padded)


async def test_a_committee_that_asks_more_than_one_half_is_obeyed(database: Database) -> None:
    commune = await _unit(database, "commune")
    asked = Asked("dispersed_share", "2/3", "Quy định 12-QĐ/ĐU", "", "V", TODAY)
    async with database.write() as connection:
        await overrides.override(connection, commune, asked, "tren", AT, TODAY)
    with pytest.raises(Refused, match="more than 2/3 are needed, at least 5"):
        await _submitted(database)


WANTING = (
    (replace(DRAFT, reason=""), "choose the reason of the cell"),
    (replace(DRAFT, reason="circumstances"), "want a reason in words"),
    (replace(DRAFT, away={**DRAFT.away, "an": Away("circumstances")}), "wants a reason in words"),
    (replace(DRAFT, mode="by_groups"), "The cell has 9 members"),
)


@pytest.mark.parametrize(("draft", "why"), WANTING, ids=[why for _, why in WANTING])
async def test_what_is_wanting_is_said(database: Database, draft: Draft, why: str) -> None:
    with pytest.raises(Refused, match=why):
        await _submitted(database, draft)


@pytest.mark.parametrize(
    "draft",
    [
        replace(DRAFT, reason="holiday"),
        replace(DRAFT, mode="by_post"),
        replace(DRAFT, away={"an": Away("holiday")}),
        replace(DRAFT, text="x" * 1001),
        replace(DRAFT, away={"an": Away("circumstances", "\x00")}),
    ],
)
async def test_a_draft_with_wrong_words_is_refused(database: Database, draft: Draft) -> None:
    with pytest.raises(Refused):
        await _opened(database, draft)


async def test_saving_the_same_again_is_no_step(database: Database) -> None:
    opened = await _opened(database)
    async with database.write() as connection:
        again = await cases.save(connection, opened, DRAFT, HAND)
    assert again == opened


async def test_one_case_at_a_time_is_on_its_way(database: Database) -> None:
    opened, cell = await _opened(database), await _unit(database)
    with pytest.raises(Refused, match="on its way already"):
        async with database.write() as connection:
            await cases.open_case(connection, cell, HAND)
    async with database.write() as connection:
        await cases.withdraw(connection, opened, HAND)
        assert (await cases.open_case(connection, cell, HAND)).state == "draft"


async def test_only_a_cell_opens_a_case(database: Database) -> None:
    commune = await _unit(database, "commune")
    with pytest.raises(Refused, match="Only a cell"):
        async with database.write() as connection:
            await cases.open_case(connection, commune, HAND)


async def test_of_two_who_act_on_the_same_case_one_is_told_to_look_again(either: Database) -> None:
    submitted = await _submitted(either)
    async with either.write() as connection:
        await cases.propose(connection, submitted, "", REVIEWER)
    with pytest.raises(Refused, match="Somebody has just changed this case"):
        async with either.write() as connection:
            await cases.give_back(connection, submitted, "Chưa đủ", REVIEWER)
    assert (await _kept(either, submitted)).state == "proposed"


def _every_step(c: Any, case: Case, cell: Unit) -> Mapping[str, Callable[[], Awaitable[object]]]:
    """Each step as it would be taken, all of it filled in."""
    return {
        "saved": lambda: cases.save(c, case, replace(DRAFT, text="khác"), HAND),
        "submitted": lambda: cases.submit(c, case, cell, HAND),
        "withdrawn": lambda: cases.withdraw(c, case, HAND),
        "returned": lambda: cases.give_back(c, case, "Chưa đủ", REVIEWER),
        "proposed": lambda: cases.propose(c, case, "", REVIEWER),
        "decided": lambda: cases.decide(c, case, cell, PAPER, ONLINE, FIRST, LAST, COMMITTEE),
        "refused": lambda: cases.refuse(c, case, "Chưa cần", COMMITTEE),
        "extended": lambda: cases.extend(c, case, PAPER, date(2027, 12, 31), COMMITTEE),
        "suspended": lambda: cases.suspend(c, case, PAPER, FIRST, "Sự cố", COMMITTEE),
        "resumed": lambda: cases.resume(c, case, PAPER, LAST, COMMITTEE),
        "ended": lambda: cases.end(c, case, PAPER, FIRST, "Hết nhu cầu", COMMITTEE),
    }


@pytest.mark.parametrize("state", ["draft", "submitted", "proposed", "decided", "suspended", "ended", "withdrawn"])
async def test_a_step_that_does_not_follow_is_refused_with_its_reason(database: Database, state: str) -> None:
    case, cell = await _in_state(database, state), await _unit(database)
    forbidden = set(_every_step(None, case, cell)) - may_follow(case)
    assert forbidden
    for step in forbidden:
        with pytest.raises(Refused) as refused:
            async with database.write() as connection:
                await _every_step(connection, case, cell)[step]()
        assert refused.value.rule == "pilot"
        assert len(refused.value.why) > 20
    assert (await _kept(database, case)).state == state


async def _in_state(database: Database, state: str) -> Case:
    if state in ("draft", "withdrawn"):
        case = await _opened(database)
    elif state == "submitted":
        case = await _submitted(database)
    else:
        case = await (_proposed if state == "proposed" else _decided)(database)
    async with database.write() as connection:
        if state == "withdrawn":
            return await cases.withdraw(connection, case, HAND)
        if state == "suspended":
            return await cases.suspend(connection, case, PAPER, FIRST, "Sự cố", COMMITTEE)
        if state == "ended":
            return await cases.end(connection, case, PAPER, FIRST, "Hết nhu cầu", COMMITTEE)
    return case


# -- Who decides -----------------------------------------------------------------------------------------------------


async def test_the_direct_superior_decides_unless_the_rulebook_names_another(database: Database) -> None:
    cell, province = await _unit(database), await _unit(database, "province")
    async with database.write() as connection:
        assert (await cases.decider(connection, cell, TODAY)).id == "commune"
        asked = Asked("pilot_decided_by", "province", "Kế hoạch 3-KH/TU", "", "V", TODAY + timedelta(days=1))
        await overrides.override(connection, province, asked, "tren", AT, TODAY)
        assert (await cases.decider(connection, cell, TODAY)).id == "commune"
        assert (await cases.decider(connection, cell, TODAY + timedelta(days=1))).id == "province"


async def test_where_the_named_kind_does_not_exist_the_direct_superior_decides(database: Database) -> None:
    cell, province = await _unit(database), await _unit(database, "province")
    async with database.write() as connection:
        asked = Asked("pilot_decided_by", "grassroots", "Kế hoạch 3-KH/TU", "", "V", TODAY)
        await overrides.override(connection, province, asked, "tren", AT, TODAY)
        assert (await cases.decider(connection, cell, TODAY)).id == "commune"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"mode": BOTH}, "does not qualify"),
        ({"mode": "by_post"}, "values offered"),
        ({"since": None}, "Please give the day"),
        ({"since": TODAY - timedelta(days=1)}, "before the day it was signed"),
        ({"last": FIRST - timedelta(days=1)}, "not before the first"),
        ({"paper": replace(PAPER, number=" ")}, "fill in"),
        ({"paper": replace(PAPER, signer="")}, "fill in"),
        ({"paper": replace(PAPER, day=TODAY + timedelta(days=1))}, "lies ahead"),
        ({"paper": replace(PAPER, day=None)}, "Please give the day"),
    ],
)
async def test_a_decision_that_cannot_be_is_refused(database: Database, changes: dict[str, object], why: str) -> None:
    proposed, committee = await _proposed(database), await _unit(database, "commune")
    given = {"paper": PAPER, "mode": ONLINE, "since": FIRST, "last": LAST} | changes
    with pytest.raises(Refused, match=why):
        async with database.write() as connection:
            await cases.decide(connection, proposed, committee, hand=COMMITTEE, **given)
    assert await _allowed(database, FIRST) == [False]


# -- The days in force -----------------------------------------------------------------------------------------------

ONE = timedelta(days=1)


async def test_a_decision_holds_from_its_first_day_to_the_end_of_its_last(either: Database) -> None:
    case = await _decided(either)
    days = (FIRST - ONE, FIRST, LAST, LAST + ONE)
    assert await _allowed(either, *days) == [False, True, True, False]
    assert [case.status(day) for day in days] == ["coming", "in_force", "in_force", "over"]


async def test_a_decision_of_one_day_holds_that_day(database: Database) -> None:
    await _decided(database, FIRST, FIRST)
    assert await _allowed(database, FIRST - ONE, FIRST, FIRST + ONE) == [False, True, False]


async def test_a_decision_without_an_end_holds_on(database: Database) -> None:
    await _decided(database, last=None)
    assert await _allowed(database, FIRST, date(2037, 1, 1)) == [True, True]


async def test_an_extended_decision_holds_without_a_gap(database: Database) -> None:
    case, later = await _decided(database), date(2027, 12, 31)
    async with database.write() as connection:
        await cases.extend(connection, case, PAPER, later, COMMITTEE)
    assert await _allowed(database, LAST, LAST + ONE, later, later + ONE) == [True, True, True, False]


async def test_a_decision_cannot_be_extended_to_an_earlier_day_or_after_it_was_over(database: Database) -> None:
    case = await _decided(database)
    after = Hand("tren", AT, LAST + 9 * ONE)
    for last, paper, hand, why in (
        (LAST, PAPER, COMMITTEE, "after the present one"),
        (LAST + 30 * ONE, replace(PAPER, day=LAST + 5 * ONE), after, "open a new case"),
    ):
        with pytest.raises(Refused, match=why):
            async with database.write() as connection:
                await cases.extend(connection, case, paper, last, hand)


async def test_a_suspended_decision_rests_until_it_is_resumed(either: Database) -> None:
    case, stop, go = await _decided(either), date(2027, 2, 1), date(2027, 3, 1)
    async with either.write() as connection:
        case = await cases.suspend(connection, case, PAPER, stop, "Lộ thông tin", COMMITTEE)
    assert await _allowed(either, stop - ONE, stop, go, LAST) == [True, False, False, False]
    assert [case.status(day) for day in (FIRST - ONE, stop - ONE, stop)] == ["coming", "in_force", "suspended"]
    async with either.write() as connection:
        case = await cases.resume(connection, case, PAPER, go, COMMITTEE)
    assert await _allowed(either, stop - ONE, stop, go - ONE, go, LAST, LAST + ONE) == [
        True,
        False,
        False,
        True,
        True,
        False,
    ]
    assert [case.status(day) for day in (stop, go - ONE, go)] == ["suspended", "suspended", "in_force"]


async def test_a_decision_is_suspended_only_while_it_is_in_force(database: Database) -> None:
    case = await _decided(database)
    for day in (FIRST - ONE, LAST + ONE):
        with pytest.raises(Refused, match="not in force on that day"):
            async with database.write() as connection:
                await cases.suspend(connection, case, PAPER, day, "Sự cố", COMMITTEE)


@pytest.mark.parametrize("go", [date(2027, 1, 31), LAST + ONE])
async def test_it_is_resumed_between_its_suspension_and_its_end(database: Database, go: date) -> None:
    case = await _decided(database)
    async with database.write() as connection:
        case = await cases.suspend(connection, case, PAPER, date(2027, 2, 1), "Sự cố", COMMITTEE)
    with pytest.raises(Refused, match="between its suspension and its end"):
        async with database.write() as connection:
            await cases.resume(connection, case, PAPER, go, COMMITTEE)


async def test_an_ended_decision_is_over_from_that_day_for_good(either: Database) -> None:
    case, stop = await _decided(either), date(2027, 2, 1)
    async with either.write() as connection:
        case = await cases.end(connection, case, PAPER, stop, "Đã họp được tập trung", COMMITTEE)
    assert await _allowed(either, stop - ONE, stop) == [True, False]
    assert [case.status(day) for day in (stop - ONE, stop)] == ["in_force", "over"]


async def test_a_decision_ended_before_it_began_was_never_in_force(database: Database) -> None:
    case = await _decided(database)
    async with database.write() as connection:
        await cases.end(connection, case, PAPER, FIRST, "Rút", COMMITTEE)
    assert await _allowed(database, FIRST, LAST) == [False, False]


async def test_with_the_cell_its_open_case_and_its_decision_lapse(either: Database) -> None:
    await _decided(either)
    await _opened(either)
    merged = date(2027, 2, 1)
    async with either.write() as connection:
        assert await cases.lapse(connection, CELL, merged, "Sáp nhập", HAND) == 2
        assert await cases.lapse(connection, CELL, merged, "Sáp nhập", HAND) == 0
        found = await cases.of_unit(connection, CELL)
    assert {case.state for case in found} == {"lapsed"}
    assert await _allowed(either, merged - ONE, merged) == [True, False]


async def test_cells_are_merged_and_what_the_old_one_asked_ends_on_the_day(either: Database) -> None:
    case, old, heir = await _submitted(either), await _unit(either), await _unit(either, "cell-2")
    async with either.write() as connection:
        await merging.merge(connection, HAND, merging.Wish((old, heir), heir, Described(""), "cuong", TODAY))
        assert await cases.of_unit(connection, heir.id) == ()
    kept = await _kept(either, case)
    assert (kept.state, kept.steps[-1].step, kept.steps[-1].by_name) == ("lapsed", "lapsed", "Lê Văn Cường")
    assert kept.unit_id == old.id
    assert "cell" not in await _lines(either, TODAY)


async def test_the_rows_of_lists_are_always_what_the_steps_say(either: Database) -> None:
    case = await _decided(either)
    async with either.write() as connection:
        case = await cases.suspend(connection, case, PAPER, date(2027, 2, 1), "Sự cố", COMMITTEE)
        case = await cases.resume(connection, case, PAPER, date(2027, 3, 1), COMMITTEE)
        row = (await connection.execute(sa.select(pilot_cases))).one()
        found = await connection.execute(sa.select(pilot_periods).order_by(pilot_periods.c.since))
        kept = [(each.since, each.until, each.mode) for each in found]
    read = await _kept(either, case)
    assert (row.state, row.reason, row.mode) == (read.state, read.draft.reason, read.mode)
    assert kept == [(each.since, each.until, read.mode) for each in read.periods]


# -- The form of a meeting -------------------------------------------------------------------------------------------


def _evening(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, 30, tzinfo=UTC)


async def _plan(database: Database, day: date, form: str, name: str = "") -> None:
    async with database.write() as connection:
        await meetings.plan(connection, name or f"m-{day}", CELL, "Họp", "regular", _evening(day), [], form=form)


async def test_without_a_decision_a_meeting_is_planned_in_the_room_only(either: Database) -> None:
    for form in ("online", "hybrid", "by_groups"):
        with pytest.raises(Refused) as refused:
            await _plan(either, FIRST, form)
        assert refused.value.rule == "pilot"
    await _plan(either, FIRST, "in_person")


async def test_an_online_meeting_is_planned_within_the_days_of_the_decision(either: Database) -> None:
    await _decided(either)
    for day in (FIRST - ONE, LAST + ONE):
        with pytest.raises(Refused, match="no decision in force"):
            await _plan(either, day, "online")
    await _plan(either, FIRST, "online")
    await _plan(either, LAST, "hybrid")
    with pytest.raises(Refused, match="by party groups"):
        await _plan(either, LAST, "by_groups")


async def _large(database: Database) -> None:
    """The cell grown to 50 members, with a decision for both modes."""
    async with database.write() as connection:
        for n in range(41):
            await people.add(connection, f"more{n}", CELL, f"Đồng chí {n}")
            await people.give_status(connection, f"more{n}", "official", SINCE)
        members = [person.id for person in await people.of_cell(connection, CELL, TODAY)]
    draft = replace(DRAFT, mode=BOTH, away=dict.fromkeys(members, SEA))
    submitted, committee = await _submitted(database, draft), await _unit(database, "commune")
    async with database.write() as connection:
        proposed = await cases.propose(connection, submitted, "", REVIEWER)
        await cases.decide(connection, proposed, committee, PAPER, BOTH, FIRST, None, COMMITTEE)


async def test_a_fourth_meeting_by_groups_in_a_calendar_year_is_refused(either: Database) -> None:
    await _large(either)
    for month in (2, 3, 4):
        await _plan(either, date(2027, month, 5), "by_groups")
    with pytest.raises(Refused, match="at most 3 times a year"):
        await _plan(either, date(2027, 12, 31), "by_groups")
    await _plan(either, date(2028, 1, 1), "by_groups")
    await _plan(either, date(2027, 5, 5), "online")


async def test_a_meeting_does_not_count_against_itself_when_its_doors_open(database: Database) -> None:
    await _large(database)
    for month in (2, 3, 4):
        await _plan(database, date(2027, month, 5), "by_groups")
    cell = await _unit(database)
    async with database.read() as connection:
        await pilot.permit(connection, cell, "by_groups", date(2027, 4, 5), Others(but=["m-2027-04-05"]))
        with pytest.raises(Refused, match="at most 3 times"):
            await pilot.permit(connection, cell, "by_groups", date(2027, 4, 5))


async def test_a_meeting_that_nobody_came_to_does_not_count(database: Database) -> None:
    await _large(database)
    for month in (2, 3, 4):
        await _plan(database, date(2027, month, 5), "by_groups")
    cell, missed = await _unit(database), _evening(date(2027, 2, 5)) + timedelta(hours=12)
    async with database.read() as connection:
        await pilot.permit(connection, cell, "by_groups", date(2027, 5, 5), Others(at=missed))
        with pytest.raises(Refused, match="at most 3 times"):
            await pilot.permit(connection, cell, "by_groups", date(2027, 5, 5), Others(at=missed - ONE))


async def test_what_nobody_came_to_is_not_in_the_way_of_another(database: Database) -> None:
    await _large(database)
    for month in (2, 3, 4):
        await _plan(database, date(2027, month, 5), "by_groups")
    day, missed = _evening(date(2027, 5, 5)), _evening(date(2027, 2, 5)) + timedelta(hours=12)
    async with database.write() as connection:
        with pytest.raises(Refused, match="at most 3 times"):
            await meetings.plan(connection, "x", CELL, "Họp", "regular", day, [], "by_groups", at=missed - ONE)
        await meetings.plan(connection, "x", CELL, "Họp", "regular", day, [], "by_groups", at=missed)


async def test_a_form_that_does_not_exist(database: Database) -> None:
    with pytest.raises(Refused, match="values offered"):
        await _plan(database, FIRST, "by_post")


# -- The list and the review -----------------------------------------------------------------------------------------


async def _lines(database: Database, day: date) -> Mapping[str, listing.Line]:
    top = await _unit(database, "province")
    async with database.read() as connection:
        return {line.unit.id: line for line in (await listing.of_committee(connection, top, day)).lines}


async def test_the_list_shows_each_cell_by_class_and_state_on_the_day(either: Database) -> None:
    assert {line.state for line in (await _lines(either, TODAY)).values()} == {"none"}
    await _decided(either)
    found = [await _lines(either, day) for day in (TODAY, FIRST, LAST, LAST + ONE)]
    assert [lines[CELL].state for lines in found] == ["coming", "in_force", "in_force", "over"]
    line = found[1][CELL]
    assert (line.kind, line.mode, line.since, line.last, line.members, line.groups) == (
        "special_nature",
        "online",
        FIRST,
        LAST,
        9,
        1,
    )
    assert (found[1]["cell-2"].kind, found[1]["cell-2"].state) == ("ordinary", "none")


async def test_a_decision_in_force_stands_before_a_new_case_on_its_way(database: Database) -> None:
    await _decided(database)
    await _opened(database)
    assert (await _lines(database, FIRST))[CELL].state == "in_force"
    assert (await _lines(database, LAST + ONE))[CELL].state in ("over", "draft")


async def test_a_large_cell_without_a_case_is_classified_by_the_register(database: Database) -> None:
    async with database.write() as connection:
        for n in range(41):
            await people.add(connection, f"more{n}", CELL, f"Đồng chí {n}")
            await people.give_status(connection, f"more{n}", "official", SINCE)
    assert (await _lines(database, TODAY))[CELL].kind == "large"
    async with database.write() as connection:
        await connection.execute(sa.update(statuses).where(statuses.c.person_id == "more0").values(until=TODAY))
    assert [(await _lines(database, day))[CELL].kind for day in (TODAY - ONE, TODAY)] == ["large", "ordinary"]


async def _review(database: Database, since: date, last: date, unit_id: str = "province") -> report.Report:
    top = await _unit(database, unit_id)
    async with database.read() as connection:
        return await report.review(connection, top, since, last)


async def test_the_review_counts_cells_members_meetings_and_attendance(either: Database, tmp_path: Path) -> None:
    await _decided(either)
    day = FIRST + ONE
    await _plan(either, day, "online", "held")
    await _plan(either, day + ONE, "online", "not-held")
    log, state, seq = Log(either, Key.load(tmp_path / "key")), Meeting(), 0
    steps: list[tuple[str, c.Command]] = [(NOBODY, await call(either, "held"))]
    steps += [(who, c.Join(ConnectionId(f"page-{who}"), "phone")) for who in ("cuong", "an", "binh", "theo")]
    steps += [("cuong", c.Open()), ("cuong", c.Close())]
    for n, (who, command) in enumerate(steps):
        at = _evening(day) + timedelta(minutes=n)
        events = decide(state, command, MemberId(who), at)
        seq = await log.append("held", seq, events, at, MemberId(who), f"c{n}")
        for event in events:
            state = apply(state, event, at)
    cell = await _unit(either)
    async with either.write() as connection:
        await notes.add(connection, cell, TODAY, "network", "Mất mạng trên tàu", HAND)
    found = await _review(either, TODAY, LAST)
    assert (found.cells_below, len(found.cells), found.online_cells, found.group_cells) == (2, 1, 1, 0)
    assert found.members == 9
    assert found.forms["online"] == report.Sum(1, 7, 3)  # the exempt member who stayed away is not counted
    assert found.all.permille == 429
    async with either.write() as connection:  # what the committee holds is no meeting of the cell
        await connection.execute(sa.update(listed).where(listed.c.id == "held").values(kind="committee"))
    assert (await _review(either, TODAY, LAST)).all.meetings == 0
    async with either.write() as connection:
        await connection.execute(sa.update(listed).where(listed.c.id == "held").values(kind="regular"))
    assert dict(found.problems) == {"network": 1}
    assert [month for month, _ in found.months] == [f"2027-0{n}" for n in range(1, 7)]
    assert (await _review(either, day + ONE, LAST)).all.meetings == 0
    assert (await _review(either, TODAY, FIRST - ONE)).cells == []
    assert (await _review(either, TODAY, LAST, "commune-2")).cells_below == 0


async def test_the_review_names_the_days_within_its_period(database: Database) -> None:
    await _decided(database)
    (cell,) = (await _review(database, TODAY, date(2027, 2, 28))).cells
    assert [(each.since, each.until) for each in cell.periods] == [(FIRST, date(2027, 3, 1))]


async def test_a_review_of_no_day_or_of_too_many_is_refused(database: Database) -> None:
    with pytest.raises(Refused, match="not before the first"):
        await _review(database, LAST, FIRST)
    with pytest.raises(Refused, match="three years"):
        await _review(database, date(2020, 1, 1), LAST)


@pytest.mark.parametrize(
    ("day", "kind", "text", "why"),
    [
        (TODAY + ONE, "network", "x", "after it happened"),
        (None, "network", "x", "give the day"),
        (TODAY, "weather", "x", "values offered"),
        (TODAY, "network", " ", "fill in"),
    ],
)
async def test_a_note_that_says_nothing_is_refused(
    database: Database, day: date | None, kind: str, text: str, why: str
) -> None:
    cell = await _unit(database)
    with pytest.raises(Refused, match=why):
        async with database.write() as connection:
            await notes.add(connection, cell, day, kind, text, HAND)
