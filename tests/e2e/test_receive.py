"""What a member receives and what he is told of it: modes, megabytes, a shared screen, whether he is heard."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, expect

from server.demo.crowd import Account
from server.demo.large import large_cell
from tests.media.relay import Relay

from .house import House
from .visitor import Visitor, chromium, visitor

pytestmark = pytest.mark.e2e
LIMIT = 90  # seconds for anything a test waits for

# The page speaks to the worker through the port of a relay.
_THROUGH = """
const accept = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = function (answer) {
  return accept.call(this, { type: answer.type, sdp: answer.sdp.replaceAll(' %s ', ' %s ') });
};
"""


async def seated(browser: Browser, house: House, meeting: str, account: Account, script: str = "") -> Visitor:
    person = await visitor(browser, house.url)
    if script:
        await person.context.add_init_script(script)
    await person.sign_in(account.username, account.password)
    await person.enter(meeting)
    return person


async def chooses(person: Visitor, mode: str) -> None:
    await person.button(re.compile("^Đồng chí đang nhận")).click()
    await person.page.get_by_role("dialog").get_by_role("button", name=mode).click()


async def pictures(person: Visitor) -> set[str]:
    return {mid for mid in person.slots if int(mid) >= 6}


async def until(person: Visitor, what) -> None:
    async with asyncio.timeout(LIMIT):
        while not await what():
            await person.page.wait_for_timeout(100)


async def test_each_receives_what_he_chose_and_the_counter_tells_what_it_costs(house: House) -> None:
    meeting, accounts = await large_cell(house.database, 4)
    relay = Relay(0, 1)
    ours = re.search(r" (\d+) ", (await relay.open(f"m=audio {house.media_port} x\n")))
    script = _THROUGH % (house.media_port, ours[1])
    async with chromium() as browser:
        for other in accounts[:2]:
            await seated(browser, house, meeting, other)
        member = await seated(browser, house, meeting, accounts[2], script)
        async with asyncio.timeout(LIMIT):
            await member.sees_moving(2)
        await chooses(member, "Tiếng và chủ trì")
        await until(member, lambda: shown(member, {"6"}))
        await chooses(member, "Chỉ nghe tiếng")
        await until(member, lambda: shown(member, set()))
        await member.page.reload()
        await member.arrived()
        await expect(member.button("Đồng chí đang nhận: Chỉ nghe tiếng")).to_be_visible()
        await chooses(member, "Nghe và xem")
        async with asyncio.timeout(LIMIT):
            await member.sees_moving(2)

        before = relay.whole, await used(member)
        await member.page.wait_for_timeout(8000)  # what is compared are two counters, whatever they count meanwhile
        after = relay.whole, await used(member)
        assert abs((after[1] - before[1]) - (after[0] - before[0])) <= 0.1 * (after[0] - before[0])
    relay.close()


async def shown(person: Visitor, mids: set[str]) -> bool:
    return await pictures(person) == mids


async def used(person: Visitor) -> int:
    """Bytes, by the page's own counter."""
    await person.button(re.compile("^Đồng chí đang nhận")).click()
    told = await person.page.locator("[data-bytes]").get_attribute("data-bytes")
    await person.page.keyboard.press("Escape")
    return int(told or 0)


async def test_the_indicator_follows_the_microphone_and_a_screen_is_shared_until_the_floor_ends(house: House) -> None:
    meeting, accounts = await large_cell(house.database, 4)
    async with chromium("--auto-select-desktop-capture-source=Entire screen") as browser:
        chair = await seated(browser, house, meeting, accounts[0])
        member = await seated(browser, house, meeting, accounts[1])
        said = chair.page.locator(".heard")
        await expect(said).to_contain_text("micrô đang tắt")
        await chair.button("Bật tiếng").click()
        await expect(said).to_have_text("Mọi người nghe được đồng chí.", timeout=LIMIT * 1000)
        settings = await chair.page.evaluate(
            "window.connections.at(-1).getSenders().find((s) => s.track?.kind === 'audio').track.getSettings()"
        )
        assert settings["echoCancellation"] and settings["noiseSuppression"] and settings["autoGainControl"]

        await chair.button("Khai mạc").click()
        await member.button("Xin phát biểu").click()
        await chair.button(re.compile("^Mời phát biểu: ")).click()
        await member.button("Chia sẻ màn hình").click()
        await expect(chair.page.locator(".main-picture figcaption")).to_contain_text("đang chia sẻ màn hình")
        await expect(chair.page.locator(".main-picture[data-screen=true] .face[data-shows=true]")).to_be_visible()
        await chair.page.get_by_role("button", name="Kết thúc phát biểu").first.click()
        await expect(member.button("Chia sẻ màn hình")).to_be_hidden()
        await expect(chair.page.locator(".main-picture[data-screen=true]")).to_be_hidden(timeout=LIMIT * 1000)
