"""Socket and media go different ways: either may be lost alone, and neither takes the other along."""

import asyncio
import re
from collections import Counter

import pytest
from playwright.async_api import Browser, expect

from server.demo.crowd import Account
from server.demo.large import large_cell

from .crowd import joined, kept
from .home import Door
from .house import House
from .visitor import VOICES, Visitor, visitor

pytestmark = pytest.mark.e2e
LIMIT = 150  # seconds for all that a test waits for

# The page speaks to the worker through another port.
THROUGH = """
const accept = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
  const lines = sdp.split(/(?<=\\n)/).filter((line) => !/^a=candidate.* tcp /i.test(line));
  return accept.call(this, { type, sdp: lines.join("").replaceAll(" %d ", " %d ") });
};
"""
# The page's own sockets, so that one can be cut as a network cuts it.
_SOCKETS = """
window.sockets = [];
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(...given) { super(...given); window.sockets.push(this); }
};
"""


async def test_media_that_are_lost_leave_the_socket_alone_and_come_back_by_themselves(
    house: House, browser: Browser
) -> None:
    meeting, accounts = await large_cell(house.database, 2)
    door = Door(("127.0.0.1", house.media_port))
    async with asyncio.timeout(LIMIT), joined(house, meeting, accounts[:1]) as (chair,):
        member, sockets = await seated(browser, house, meeting, accounts[1], THROUGH % (house.media_port, door.port))
        await chair.ask("Open")
        await chair.ask("TurnOnMicrophone")
        await member.hears(chair.screen.me)
        for outage in (1, 2):
            door.is_open = False
            await member.until(f"() => connections.length > {outage}")  # another way is tried
            await member.button("Xin phát biểu").click()
            await chair.until(lambda screen: len(screen.queue) == 1)
            await member.button(re.compile("Rút đăng ký")).click()
            await chair.until(lambda screen: not screen.queue)
            door.is_open = True
            await member.hears(chair.screen.me)
        assert len(sockets) == 1
    door.close()
    nobody_was_absent(house, meeting)


async def test_a_socket_that_is_lost_leaves_the_media_alone_and_comes_back_with_the_network(
    house: House, browser: Browser
) -> None:
    meeting, accounts = await large_cell(house.database, 2)
    async with asyncio.timeout(LIMIT), joined(house, meeting, accounts[:1]) as (chair,):
        member, _ = await seated(browser, house, meeting, accounts[1], _SOCKETS)
        me = next(seat for seat in chair.screen.view["seats"] if seat != chair.screen.me)
        await chair.ask("Open")
        await chair.ask("TurnOnMicrophone")
        await member.hears(chair.screen.me)
        await member.context.set_offline(True)  # of requests and sockets; not of UDP
        await member.page.evaluate("sockets.forEach((each) => each.close())")
        await chair.until(lambda screen: screen.view["roll"][me]["state"] == "silent")
        await expect(member.page.get_by_text("vẫn nghe được cuộc họp")).to_be_visible(timeout=30_000)
        assert await member.growing("energy", VOICES)
        await member.context.set_offline(False)
        await chair.until(lambda screen: screen.view["roll"][me]["state"] == "present")
        await expect(member.page.locator(".line-notice .notice")).to_have_count(0)
        assert await member.growing("energy", VOICES)
        assert await member.page.evaluate("connections.length") == 1, "the page keeps the connection it has"
    nobody_was_absent(house, meeting)


async def seated(
    browser: Browser, house: House, meeting: str, account: Account, script: str
) -> tuple[Visitor, list[object]]:
    """In the meeting; and the sockets of his page."""
    person, sockets = await visitor(browser, house.url), list[object]()
    person.page.on("websocket", lambda one: sockets.append(one))
    await person.context.add_init_script(script)
    await person.sign_in(account.username, account.password)
    await person.enter(meeting)
    return person, sockets


def nobody_was_absent(house: House, meeting: str) -> None:
    names = Counter(entry.name for entry in kept(house, meeting))
    assert names["Arrived"] == 2 and "Left" not in names
