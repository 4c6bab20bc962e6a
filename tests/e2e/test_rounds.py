"""A round in real browsers: planned for two groups, held by each, brought to its end, and one meeting for superiors."""

import asyncio
import os
import re
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.async_api import Browser, expect

from server.demo.crowd import Account
from server.demo.member import SimulatedMember
from server.org import people, tree
from server.org.accounts import HASHER, Accounts
from server.records.database import Database
from server.records.tables import accounts
from tests.pages.conftest import PASSWORD
from tests.pages.large import CELL, SINCE, UNIT, entered

from .crowd import joined, kept
from .house import House
from .test_access import sound
from .test_vote import PHONE, votes
from .visitor import Visitor, visitor

pytestmark = pytest.mark.e2e
LIMIT = 240  # seconds for all that the test waits for
MOTION = "Thông qua kế hoạch nhiệm vụ quý tới"
PICTURES = os.environ.get("CHIBO_PICTURES", "")  # a folder: the screens are kept there to be looked at
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


async def _register(house: House) -> None:
    """A large cell of two groups with a decision for both modes, below a committee with one superior."""
    database = Database(house.database)
    keeper, today = Accounts(database), datetime.now(UTC).date()
    try:
        async with database.write() as connection:
            commune = await tree.add(connection, "xa", "commune", "Đảng bộ xã Cửa Biển", None)
            await people.add(connection, "capuy", commune.id, "Phan Văn Cấp")
            await people.give_status(connection, "capuy", "official", SINCE)
            await people.give_post(connection, "capuy", commune.id, "committee_member", SINCE)
            await entered(connection, keeper, commune, today)
            row = keeper.row("capuy", "capuy", "capuy", HASHER.hash(PASSWORD))
            await connection.execute(sa.insert(accounts), [row])
    finally:
        await database.close()


async def _person(browser: Browser, house: House, name: str, **look: object) -> Visitor:
    person = await visitor(browser, house.url, **look)
    await person.sign_in(name, PASSWORD)
    return person


async def _looked_at(person: Visitor, name: str) -> None:
    """Sound at both widths."""
    for size in (NARROW, WIDE):
        await person.page.set_viewport_size(size)  # type: ignore[arg-type]
        await sound(person.page)
        if PICTURES:
            await person.page.screenshot(path=Path(PICTURES) / f"{name}-{size['width']}.png", full_page=True)


async def _asks_for_a_round(secretary: Visitor, day: date) -> None:
    page = secretary.page
    await page.goto(f"{secretary.url}{UNIT}/meetings/new")
    await page.get_by_label("Hình thức").select_option("by_groups")
    await page.get_by_label("Ngày").fill(day.isoformat())
    await page.get_by_role("button", name="Lên kế hoạch").click()


async def _planned(secretary: Visitor, day: date) -> str:
    await _asks_for_a_round(secretary, day)
    await secretary.page.wait_for_url("**/round")
    return secretary.page.url.split("/")[-2]


async def _prepared(secretary: Visitor, meeting: str) -> None:
    """One motion, by its form; then the notices of both groups."""
    page = secretary.page
    await page.get_by_role("link", name="Chương trình, biểu quyết, tài liệu, giấy mời").click()
    await page.get_by_text("Thêm nội dung biểu quyết").first.click()
    await page.locator("#f-text-motion").fill(MOTION)
    await page.get_by_role("button", name="Thêm nội dung biểu quyết").click()
    await expect(page.locator("#motions")).to_contain_text(MOTION)
    await page.get_by_role("button", name="Gửi những giấy mời chưa gửi").click()
    await expect(page.locator("#notice")).to_contain_text("Đã gửi đủ giấy mời")
    await _looked_at(secretary, "plan")
    await page.goto(f"{secretary.url}/meetings/{meeting}/round")
    await page.get_by_text("Đặt thời gian, địa điểm").first.click()
    await _looked_at(secretary, "round-planned")


def _parts(house: House, meeting: str) -> list[str]:
    """The meetings of the groups, by name."""
    with sqlite3.connect(house.data / "chibo.sqlite") as database:
        rows = database.execute("SELECT id FROM meetings WHERE round_id = ? ORDER BY title", (meeting,)).fetchall()
    return [row[0] for row in rows]


def _the_day_has_come(house: House, meeting: str) -> None:
    """Nobody waits a month for a test."""
    with sqlite3.connect(house.data / "chibo.sqlite") as database:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        database.execute("UPDATE meetings SET planned_for = ? WHERE ? IN (id, round_id)", (now, meeting))


async def _done(by: SimulatedMember, name: str, /, **fields: object) -> None:
    answer = await by.ask(name, **fields)
    assert "done" in answer, (name, answer)


async def _meets(browser: Browser, house: House, part: str, leader: str, others: list[str], page: str) -> None:
    """The group of `leader` meets: one at a page, the others at simulated ones; it votes, adopts and closes."""
    names = [Account(name, PASSWORD, False) for name in (leader, *others)]
    async with joined(house, part, names) as (chair, *simulated):
        member = await _person(browser, house, page, **PHONE)
        await member.enter(part)
        await _done(chair, "Open")
        await _done(chair, "AppointMinutesSecretary", member=simulated[0].screen.me)
        motion = next(iter(chair.screen.view["round"]["motions"]))
        await _done(chair, "PutMotion", vote="v1", motion=motion)
        await votes(member, "Tán thành")
        for one in (chair, *simulated):
            await _done(one, "CastBallot", vote="v1", choice="for")
        await _looked_at(member, f"room-{leader}")
        await _done(chair, "CloseVote", vote="v1")
        await _done(simulated[0], "ReadMinutes")
        await _done(chair, "AdoptMinutes")
        await _done(chair, "Close")
        await member.context.close()


async def _gathered(house: House, meeting: str, secretary: Visitor) -> None:
    """The secretary at the desk, with the committee: the groups are counted, the minutes adopted."""
    names = [Account(name, PASSWORD, False) for name in ("truong", "uyvien")]
    async with joined(house, meeting, names) as (chair, clerk):
        await secretary.page.goto(f"{secretary.url}/meetings/{meeting}/round")
        await _looked_at(secretary, "round-met")
        await secretary.page.get_by_role("link", name="Tổng hợp kết quả các tổ").click()
        await secretary.arrived()
        await _done(chair, "Open")
        await _done(chair, "AppointMinutesSecretary", member=clerk.screen.me)
        await _done(chair, "CountGroups", vote="all", motion=next(iter(chair.screen.view["round"]["motions"])))
        await _looked_at(secretary, "room-round")
        await _done(clerk, "ReadMinutes")
        await _done(chair, "AdoptMinutes")
        await _done(chair, "Close")


async def test_a_round_of_two_groups(house: House, browser: Browser) -> None:
    await _register(house)
    secretary = await _person(browser, house, "truong")
    async with asyncio.timeout(LIMIT):
        later = date(datetime.now(UTC).year + 1, 2, 9)
        meeting = await _planned(secretary, later)
        await _prepared(secretary, meeting)
        _the_day_has_come(house, meeting)
        first, second = _parts(house, meeting)

        await _meets(browser, house, first, "to1", ["truong"], "dv1")
        await secretary.page.goto(f"{secretary.url}/meetings/{meeting}/round")
        await expect(secretary.page.get_by_role("heading", name="1/2 tổ đã họp")).to_be_visible()
        await _meets(browser, house, second, "to2", ["uyvien"], "dv2")
        await _gathered(house, meeting, secretary)

        counted = next(entry for entry in kept(house, meeting) if entry.name == "GroupsCounted")
        assert (counted.data["result"]["in_favour"], counted.data["result"]["base"]) == (6, 51)
        superior = await _person(browser, house, "capuy")
        await superior.page.goto(f"{superior.url}{UNIT}/supervision")
        held = superior.page.get_by_role("row").filter(has_text="2/2 tổ đã họp")
        await expect(held).to_have_count(1)
        await expect(superior.page.get_by_text(re.compile("^Tổ 1 ·"))).to_have_count(0)
        await _looked_at(superior, "supervision")
        await held.get_by_role("link").click()
        await expect(superior.page.get_by_role("heading", name=re.compile("^Tổ [12]$"))).to_have_count(2)
        await _looked_at(superior, "timeline")


async def test_a_fourth_round_of_a_year_is_refused_on_the_page(house: House, browser: Browser) -> None:
    await _register(house)
    secretary, year = await _person(browser, house, "truong"), datetime.now(UTC).year + 1
    async with asyncio.timeout(LIMIT):
        for month in (2, 3, 4):
            await _planned(secretary, date(year, month, 9))
        await _asks_for_a_round(secretary, date(year, 5, 9))
        await expect(secretary.page.get_by_role("alert")).to_contain_text("Hướng dẫn 03-HD/TW")
        await _looked_at(secretary, "fourth")
    with sqlite3.connect(house.data / "chibo.sqlite") as database:
        rounds = database.execute("SELECT count(*) FROM meetings WHERE unit_id = ? AND round_id IS NULL", (CELL,))
        assert rounds.fetchone() == (3,)
