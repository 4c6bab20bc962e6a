"""A meeting whose sound and picture only its members can open."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, expect

from server.demo.crowd import Account
from server.demo.large import large_cell
from server.org import overrides, tree
from server.org.overrides import Asked
from server.org.roster import ZONE
from server.records.database import Database

from .crowd import joined
from .house import House
from .visitor import PICTURES, VOICES, Visitor, visitor

pytestmark = pytest.mark.e2e
_KEY = '42/meeting,["key",'


async def sealed_cell(house: House, members: int) -> tuple[str, list[Account]]:
    """Its superior committee has decided so before anybody comes."""
    meeting, accounts = await large_cell(house.database, members)
    database = Database(house.database)
    try:
        async with database.write() as connection:
            committee = await tree.unit(connection, f"{meeting}-base")
            assert committee is not None
            today = datetime.now(ZONE).date()
            asked = Asked("media_sealed", "yes", "Nghị quyết thử", "", "V", today)
            await overrides.override(connection, committee, asked, f"{meeting}-000", datetime.now(UTC), today)
    finally:
        await database.close()
    return meeting, accounts


async def seated(browser: Browser, house: House, meeting: str, account: Account) -> tuple[Visitor, list[int]]:
    person, numbers = await visitor(browser, house.url), list[int]()

    def overhear(frame: bytes | str) -> None:
        if isinstance(frame, str) and frame.startswith(_KEY):
            numbers.append(json.loads(frame[frame.index("[") :])[1]["number"])

    person.page.on("websocket", lambda socket: socket.on("framereceived", overhear))
    await person.sign_in(account.username, account.password)
    await person.enter(meeting)
    return person, numbers


async def test_members_hear_and_see_what_who_was_removed_cannot_open(house: House, browser: Browser) -> None:
    meeting, accounts = await sealed_cell(house, 4)
    async with asyncio.timeout(150), joined(house, meeting, accounts[:2]) as (chair, other):
        await chair.ask("Open")
        await chair.ask("OpenDiscussion")
        speaker, keys = await seated(browser, house, meeting, accounts[2])
        listener, others = await seated(browser, house, meeting, accounts[3])
        await expect(listener.page.get_by_text("Mã hóa đầu cuối")).to_be_visible()
        await speaker.button("Bật tiếng").click()
        await heard(listener)
        assert keys == others and len(keys) == 1

        await chair.ask("Remove", member=other.screen.me, reason="thử")
        while len(keys) < 2 or len(others) < 2:
            await listener.page.wait_for_timeout(50)  # the key comes on the socket
        assert keys == others and len(set(keys)) == 2
        await heard(listener)


async def heard(listener: Visitor) -> None:
    """A voice with sound in it, and a picture that moves: both were opened."""
    while not await listener.growing("energy", VOICES) or not await listener.growing("frames", PICTURES):
        pass


async def test_a_browser_that_cannot_seal_is_told_before_it_joins(house: House, browser: Browser) -> None:
    meeting, accounts = await sealed_cell(house, 1)
    person = await visitor(browser, house.url)
    await person.context.add_init_script("delete window.RTCRtpScriptTransform")
    await person.sign_in(accounts[0].username, accounts[0].password)
    await person.page.goto(f"{house.url}/meetings/{meeting}")
    await expect(person.page.get_by_text("trình duyệt này không làm được")).to_be_visible()
    await person.button("Vào họp").click()
    await person.arrived()
    assert await person.page.evaluate("window.connections.length") == 0, "never in the clear"
