"""People in the register: entries, statuses on their edge days, posts, transfers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.org import access, groups, people, registering, tree
from server.org.people import Entry
from server.org.refusal import Refused
from server.org.registering import Person
from server.org.roster import call
from server.org.trail import Hand
from server.org.tree import Unit
from server.records.database import Database

from .conftest import CELL, DAY, SINCE

HAND = Hand("cuong", datetime(2027, 1, 5, 3, 0, tzinfo=UTC), DAY)
BEFORE = DAY - timedelta(days=1)


async def _unit(database: Database, unit_id: str = CELL) -> Unit:
    async with database.read() as connection:
        found = await tree.unit(connection, unit_id)
    assert found
    return found


async def _entry(database: Database, person: str) -> Entry:
    async with database.read() as connection:
        found = await people.entry(connection, person)
    assert found
    return found


async def _refused(database: Database, step: object, *given: object) -> str:
    with pytest.raises(Refused) as refused:
        async with database.write() as connection:
            await step(connection, HAND, *given)  # type: ignore[operator]
    return refused.value.rule


async def _standing(database: Database, person: str, day: date, cell: str = CELL) -> str:
    async with database.read() as connection:
        found = {each.id: each.standing for each in await people.of_cell(connection, cell, day)}
    return found.get(person, "not there")


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (Person(""), "name"),
        (Person("12345"), "name"),
        (Person("Lê An", 1899), "birth_year"),
        (Person("Lê An", 2010), "birth_year"),
        (Person("Lê An", card_number="=1+1"), "card"),
        (Person("Lê An", phone="12"), "phone"),
        (Person("Lê An", mail="an@"), "mail"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(given: Person, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        registering.fit(given, DAY)
    assert refused.value.rule == rule


def test_an_entry_is_kept_tidy() -> None:
    given = Person("  Lê\u00a0 Thị   An ", 1980, "01.234 567", "0912 345 678", " an@chibo.example ")
    assert registering.fit(given, DAY) == Person("Lê Thị An", 1980, "01234567", "0912345678", "an@chibo.example")


async def test_a_new_member_is_there_from_his_first_day(either: Database) -> None:
    cell = await _unit(either)
    async with either.write() as connection:
        new = await registering.enter(connection, HAND, cell, Person("Lê Mới", 2000), "probationary", BEFORE)
    assert await _standing(either, new, BEFORE - timedelta(days=1)) == "not there"
    assert await _standing(either, new, BEFORE) == "probationary"


async def test_a_card_number_belongs_to_one_person(either: Database) -> None:
    cell = await _unit(either)
    async with either.write() as connection:
        await registering.edit(
            connection, HAND, await _entry(either, "an"), Person("Trần Văn An", card_number="0123 4567")
        )
    entry = await _entry(either, "an")
    assert (entry.card_number, entry.masked_card) == ("01234567", "••••567")
    twice = Person("Người Khác", card_number="01234567")
    assert await _refused(either, registering.enter, cell, twice, "official", SINCE) == "card"


async def test_on_the_edge_days_each_has_the_status_of_that_day(either: Database) -> None:
    entry, last = await _entry(either, "em"), DAY + timedelta(days=30)
    async with either.write() as connection:
        await registering.change_status(connection, HAND, entry, "official", DAY)
        await registering.change_status(connection, HAND, entry, "exempt", DAY + timedelta(days=10), last)
    days = (BEFORE, DAY, DAY + timedelta(days=9), DAY + timedelta(days=10), last - timedelta(days=1), last)
    assert [await _standing(either, "em", day) for day in days] == [
        "probationary",
        "official",
        "official",
        "exempt",
        "exempt",
        "official",
    ]
    assert await _refused(either, registering.change_status, entry, "probationary", DAY) == "overlap"


async def test_the_roster_is_of_the_day_of_the_meeting(database: Database) -> None:
    entry = await _entry(database, "em")
    async with database.write() as connection:
        await registering.change_status(connection, HAND, entry, "official", DAY)
    seats = {seat.member: seat.standing.value for seat in (await call(database, "meeting")).roster}
    assert seats["em"] == "official"


async def test_a_guest_sits_in_the_other_cell_and_not_at_home(either: Database) -> None:
    other = await _unit(either, "cell-2")
    async with either.write() as connection:
        await registering.host(connection, HAND, await _entry(either, "an"), other, DAY, DAY + timedelta(days=90))
    assert [await _standing(either, "an", day) for day in (BEFORE, DAY)] == ["official", "temporary_out"]
    assert [await _standing(either, "an", day, "cell-2") for day in (BEFORE, DAY)] == ["not there", "temporary_in"]
    async with either.read() as connection:
        actor, before = [await access.actor(connection, "an", day) for day in (DAY, BEFORE)]
    assert actor and before
    assert access.may(actor, "join_meeting", other)
    assert not access.may(before, "join_meeting", other)


async def _seated(database: Database, member: str, day: date) -> dict[str, str]:
    """By cell: as what he is there."""
    found = {unit: await _standing(database, member, day, unit) for unit in (CELL, "cell-2")}
    return {unit: standing for unit, standing in found.items() if standing not in ("not there", "temporary_out")}


async def test_a_guest_who_is_transferred_for_good_is_at_home_there(either: Database) -> None:
    other = await _unit(either, "cell-2")
    async with either.write() as connection:
        await registering.host(connection, HAND, await _entry(either, "an"), other, BEFORE)
        await registering.transfer(connection, HAND, await _entry(either, "an"), other, DAY)
    assert await _seated(either, "an", BEFORE) == {"cell-2": "temporary_in"}
    assert await _seated(either, "an", DAY) == {"cell-2": "official"}


@pytest.mark.parametrize("removed", [False, True])
async def test_whose_stay_elsewhere_ends_early_is_convened_once(either: Database, removed: bool) -> None:
    other, entry = await _unit(either, "cell-2"), await _entry(either, "an")
    async with either.write() as connection:
        await registering.host(connection, HAND, entry, other, BEFORE, DAY + timedelta(days=90))
        away = next(s for s in await registering.statuses_of(connection, "an") if s.word == "temporary_out")
        if removed:
            await registering.remove_status(connection, HAND, entry, away.id)
        else:
            await registering.end_status(connection, HAND, entry, away.id, DAY)
    assert await _seated(either, "an", BEFORE) == ({CELL: "official"} if removed else {"cell-2": "temporary_in"})
    assert await _seated(either, "an", DAY) == {CELL: "official"}


async def test_who_is_a_guest_elsewhere_anew_is_a_guest_there_alone(either: Database) -> None:
    entry, commune = await _entry(either, "an"), await _unit(either, "commune")
    async with either.write() as connection:
        third = await tree.add(connection, "cell-3", tree.CELL, "Chi bộ ba", commune)
        await registering.host(connection, HAND, entry, third, BEFORE, DAY + timedelta(days=90))
        await registering.host(connection, HAND, entry, await _unit(either, "cell-2"), DAY)
    assert [await _standing(either, "an", day, "cell-3") for day in (BEFORE, DAY)] == ["temporary_in", "not there"]
    assert await _seated(either, "an", DAY) == {"cell-2": "temporary_in"}


@pytest.mark.parametrize("standing", ["suspended", "transferred"])
async def test_who_is_suspended_or_gone_acts_for_no_committee(either: Database, standing: str) -> None:
    """tren: in the committee above; whoever is suspended may not act for it, though his mandate is not ended."""
    async with either.write() as connection:
        entry = await people.entry(connection, "tren")
        assert entry
        await registering.change_status(connection, HAND, entry, standing, DAY)
    async with either.read() as connection:
        before, now = [await access.actor(connection, "tren", day) for day in (BEFORE, DAY)]
    assert before and access.may(before, "see_supervision", await _unit(either))
    assert now and not access.roles(now, await _unit(either))


async def test_a_transfer_moves_the_home_and_ends_posts_and_group(either: Database) -> None:
    other = await _unit(either, "cell-2")
    async with either.write() as connection:
        await registering.transfer(connection, HAND, await _entry(either, "cuong"), other, DAY)
    async with either.read() as connection:
        (group,) = await groups.of_cell(connection, CELL, DAY)
        then = await people.of_cell(connection, CELL, BEFORE)
        now = await people.of_cell(connection, "cell-2", DAY)
    assert group.members == ("an",)
    assert next(each for each in then if each.id == "cuong").posts == {"cell_secretary", "group_leader"}
    assert [(each.id, each.standing, each.posts) for each in now] == [("cuong", "official", frozenset())]
    assert (await _entry(either, "cuong")).home.id == "cell-2"


async def test_who_left_the_register_is_convened_nowhere(either: Database) -> None:
    async with either.write() as connection:
        await registering.leave(connection, HAND, await _entry(either, "an"), DAY)
    assert [await _standing(either, "an", day) for day in (BEFORE, DAY)] == ["official", "not there"]
    async with either.read() as connection:
        actor = await access.actor(connection, "an", DAY)
    assert actor and not access.roles(actor, await _unit(either))


async def test_a_new_secretary_takes_over_on_his_day(either: Database) -> None:
    cell = await _unit(either)
    async with either.write() as connection:
        await registering.give_post(connection, HAND, await _entry(either, "dao"), cell, "cell_secretary", DAY)
    async with either.read() as connection:
        held = [
            [each.person_id for each in await people.with_post(connection, CELL, "cell_secretary", day)]
            for day in (BEFORE, DAY)
        ]
    assert held == [["cuong"], ["dao"]]


@pytest.mark.parametrize(
    ("person", "post", "rule"),
    [
        ("theo", "cell_secretary", "post"),
        ("an", "administrator", "post"),
        ("cuong", "cell_secretary", "post"),
        ("an", "king", "post"),
    ],
)
async def test_a_post_that_does_not_fit_is_refused(database: Database, person: str, post: str, rule: str) -> None:
    entry, cell = await _entry(database, person), await _unit(database)
    assert await _refused(database, registering.give_post, entry, cell, post, DAY) == rule


async def test_a_mandate_ends_on_its_day_and_a_mistaken_status_goes(either: Database) -> None:
    entry = await _entry(either, "giang")
    async with either.read() as connection:
        spans = {span.word: span.id for span in await registering.statuses_of(connection, "giang")}
    async with either.write() as connection:
        await registering.end_status(connection, HAND, entry, spans["exempt"], DAY)
        await registering.remove_status(connection, HAND, entry, spans["official"])
    assert [await _standing(either, "giang", day) for day in (BEFORE, DAY)] == ["exempt", ""]
    assert await _refused(either, registering.end_status, entry, spans["exempt"], DAY + timedelta(days=1)) == "dates"
    assert await _refused(either, registering.remove_status, entry, spans["official"]) == "gone"


# -- Party groups ----------------------------------------------------------------------------------------------------


async def test_a_group_has_its_elected_leader_and_deputy(either: Database) -> None:
    cell = await _unit(either)
    async with either.write() as connection:
        new = await groups.save(connection, HAND, cell, "", "Tổ 2", ["an", "dao", "em"], ("dao", "em"))
    async with either.read() as connection:
        then = await groups.of_cell(connection, CELL, BEFORE)
        first, second = await groups.of_cell(connection, CELL, DAY)
    assert [(group.members, group.leader) for group in then] == [(("an", "cuong"), "cuong"), ((), "")]
    assert (first.members, first.leader) == (("cuong",), "cuong")
    assert (second.id, second.members, second.leader, second.deputy) == (new, ("an", "dao", "em"), "dao", "em")


async def test_a_group_that_cannot_be_is_refused(database: Database) -> None:
    cell = await _unit(database)
    for members, elected in (
        ([], ("", "")),
        (["tren"], ("", "")),
        (["an"], ("dao", "")),
        (["an", "dao"], ("an", "an")),
    ):
        assert await _refused(database, groups.save, cell, "", "Tổ 2", members, elected) == "group"
    assert await _refused(database, groups.save, cell, "no-such", "Tổ 2", ["an"], ("", "")) == "gone"


async def test_a_dissolved_group_is_there_until_its_day(either: Database) -> None:
    cell = await _unit(either)
    async with either.write() as connection:
        (group,) = await groups.of_cell(connection, CELL, DAY)
        await groups.dissolve(connection, HAND, cell, group)
    async with either.read() as connection:
        found = [await groups.of_cell(connection, CELL, day) for day in (BEFORE, DAY)]
    assert [len(each) for each in found] == [1, 0]
    assert found[0][0].leader == "cuong"
