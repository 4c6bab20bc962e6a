"""What the leader of a group and the chair of a round have in hand: motions, what the groups held, the one verdict."""

import asyncio
import re
from datetime import UTC, date, datetime

import pytest
from playwright.async_api import Browser, expect

from server.demo.crowd import Account
from tests.pages.conftest import PASSWORD

from .crowd import joined, kept
from .house import House
from .test_rounds import LIMIT, MOTION, _done, _looked_at, _meets, _parts, _person, _planned, _prepared, _register
from .test_rounds import _the_day_has_come as the_day_has_come
from .test_vote import PHONE, votes
from .visitor import Visitor

pytestmark = pytest.mark.e2e


async def _panel(person: Visitor, name: str) -> None:
    await person.page.get_by_role("tab", name=re.compile(name)).click()


async def _led(browser: Browser, house: House, part: str) -> None:
    """The leader, at a page of his own, puts what was prepared: there is nothing else to put."""
    leader = await _person(browser, house, "to1", **PHONE)
    await leader.enter(part)
    async with joined(house, part, [Account("dv1", PASSWORD, False)]) as (member,):
        await leader.button("Khai mạc").click()
        await _panel(leader, "Điều hành")
        waiting = leader.page.locator("section", has_text="Nội dung biểu quyết của đợt").last
        await expect(waiting).to_contain_text(MOTION)
        await expect(leader.page.get_by_role("button", name="Đưa ra biểu quyết")).to_have_count(1)
        await _looked_at(leader, "leader-motions")
        await leader.page.set_viewport_size(PHONE["viewport"])  # type: ignore[arg-type]
        await waiting.get_by_role("button", name="Đưa ra biểu quyết").click()
        await votes(leader, "Tán thành")
        await _done(member, "CastBallot", vote=member.screen.view["votes"]["open"], choice="against")
        await leader.page.locator(".room-side").get_by_role("button", name="Kết thúc biểu quyết").click()
        await leader.page.get_by_role("dialog").get_by_role("button", name="Kết thúc biểu quyết").click()
        await expect(leader.page.get_by_text("Đã kiểm; kết quả được tính chung toàn chi bộ.").first).to_be_visible()
        await _looked_at(leader, "leader-counted")
    async with joined(house, part, [Account("to1", PASSWORD, False)]) as (chair,):
        await _done(chair, "Close")
    await leader.context.close()


async def test_the_leader_puts_the_motions_and_the_chair_counts_the_groups(house: House, browser: Browser) -> None:
    await _register(house)
    secretary = await _person(browser, house, "truong")
    async with asyncio.timeout(LIMIT):
        meeting = await _planned(secretary, date(datetime.now(UTC).year + 1, 2, 9))
        await _prepared(secretary, meeting)
        the_day_has_come(house, meeting)
        first, second = _parts(house, meeting)
        await _led(browser, house, first)
        await _meets(browser, house, second, "to2", ["uyvien"], "dv2")

        await secretary.page.goto(f"{secretary.url}/meetings/{meeting}/round")
        await secretary.page.get_by_role("link", name="Tổng hợp kết quả các tổ").click()
        await secretary.button("Mở sổ ghi").click()
        await secretary.arrived()
        await secretary.button("Khai mạc").click()
        await _panel(secretary, "Điểm danh")
        await expect(secretary.page.locator(".roll")).to_contain_text("Đã dự họp tổ")
        await _looked_at(secretary, "desk-roll")
        await _panel(secretary, "Điều hành")
        await _looked_at(secretary, "desk-motions")
        await secretary.button("Tính kết quả các tổ").click()
        asked = secretary.page.get_by_role("dialog")
        await expect(asked).to_contain_text("Tổ 2: 3 tán thành")
        await _looked_at(secretary, "desk-count")
        await asked.get_by_role("button", name="Tính kết quả các tổ").click()
        await expect(secretary.page.get_by_text("Không được thông qua").first).to_be_visible()
        await _panel(secretary, "Biên bản")
        await _looked_at(secretary, "desk-record")
    counted = next(entry for entry in kept(house, meeting) if entry.name == "GroupsCounted")
    assert [counted.data["result"][key] for key in ("base", "in_favour", "against")] == [51, 4, 1]
