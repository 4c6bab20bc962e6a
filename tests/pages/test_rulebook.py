"""The page of rules: what is in force, which document, who set it; and a committee that sets one."""

from datetime import timedelta

from server.org import rulebook
from server.pages.rulebook import CHAPTERS, CHOICES, LABELS, UNITS

from .conftest import TODAY, Served, Visitor

ENGLISH = {"Accept-Language": "en"}
COMMUNE = "/units/demo-xa-1/rules"
CELL = "/units/demo-cell-1/rules"
KEY = "duration_minutes.regular"
NEXT_MONTH = TODAY + timedelta(days=30)
GIVEN = {"value": "100", "document": "Quy định 12-QĐ/ĐU", "clause": "Điều 3", "mark": "V"}


async def _english(served: Served, username: str) -> Visitor:
    return await served.visitor(**ENGLISH).sign_in(username)


def test_every_shipped_rule_has_words_for_people() -> None:
    for rule in rulebook.read().rules:
        assert rule.key in LABELS
        assert rule.chapter in CHAPTERS
        assert not rule.unit or rule.unit in UNITS
        assert set(rule.choices) <= CHOICES.keys()


async def test_a_member_sees_the_rules_of_his_cell_with_their_documents(served: Served) -> None:
    visitor = await (await _english(served, "dangvien01")).get("/rules")
    assert visitor.path == CELL
    for words in ("Hướng dẫn 03-HD/TW, 27/12/2022", "more than", "50 members", "as shipped", "no document found"):
        assert words in visitor.text, words
    assert (await visitor.get(f"{CELL}/{KEY}")).status == 200
    assert "Set the rule" not in visitor.text


async def test_a_committee_sets_a_rule_that_is_shown_as_coming_and_then_in_force(served: Served) -> None:
    visitor = await (await _english(served, "xauy")).get(f"{COMMUNE}/{KEY}")
    await visitor.post(f"{COMMUNE}/{KEY}", **GIVEN, since=NEXT_MONTH.isoformat(), last="")
    assert visitor.path == f"{COMMUNE}/{KEY}?set"
    assert "The rule was set." in visitor.text
    member = await (await _english(served, "dangvien01")).get(CELL)
    assert f"from {NEXT_MONTH:%d/%m/%Y}" in member.text
    assert "100 minutes" in member.text
    later = await member.get(f"{CELL}?day={NEXT_MONTH.isoformat()}")
    for words in ("Quy định 12-QĐ/ĐU", "Đảng bộ xã Cửa Lạch", "Nguyễn Trọng Quyết"):
        assert words in later.text, words
    other = await (await _english(served, "bithu-4")).get(f"/units/demo-cell-4/rules?day={NEXT_MONTH.isoformat()}")
    assert "100 minutes" not in other.text


async def test_what_a_committee_wrote_comes_back_with_the_reason_it_was_refused(served: Served) -> None:
    visitor = await (await _english(served, "xauy")).get(f"{COMMUNE}/{KEY}")
    await visitor.post(f"{COMMUNE}/{KEY}", **GIVEN | {"value": "many"}, since=TODAY.isoformat(), last="")
    assert visitor.status == 422
    assert "whole number from 1" in visitor.text
    assert 'value="many"' in visitor.text
    assert 'value="Quy định 12-QĐ/ĐU"' in visitor.text
    await visitor.post(f"{COMMUNE}/{KEY}", **GIVEN, since="soon", last="")
    assert "Please give the day on which it begins." in visitor.text


async def test_a_committee_takes_its_word_back(served: Served) -> None:
    visitor = await (await _english(served, "xauy")).get(f"{COMMUNE}/{KEY}")
    await visitor.post(f"{COMMUNE}/{KEY}", **GIVEN, since=TODAY.isoformat(), last="")
    assert "Take back what" in visitor.text
    await visitor.post(f"{COMMUNE}/{KEY}", back="1", document="Quy định 13-QĐ/ĐU", since=TODAY.isoformat())
    assert "taken back" in visitor.text
    assert "90 minutes" in (await visitor.get(CELL)).text


async def test_a_rule_of_the_law_has_no_form(served: Served) -> None:
    visitor = await (await _english(served, "xauy")).get(f"{COMMUNE}/online_allowed.secrets")
    assert "stands above committees" in visitor.text
    assert "Set the rule" not in visitor.text


async def test_a_rule_that_is_not_there(served: Served) -> None:
    assert (await (await _english(served, "xauy")).get(f"{COMMUNE}/nothing")).status == 404


async def test_only_the_committee_itself_sets_its_rules(served: Served) -> None:
    for username in ("tinhuy", "theodoi", "bithu", "bithu-4"):
        visitor = await _english(served, username)
        await visitor.get("/account")
        await visitor.post(f"{COMMUNE}/{KEY}", **GIVEN, since=TODAY.isoformat(), last="")
        assert visitor.status == 404, username
