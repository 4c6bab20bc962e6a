"""What a telephone does to a meeting: its screen goes dark, its own buttons, a call that takes the microphone."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from server.demo.crowd import Account
from server.demo.large import large_cell
from server.demo.member import SimulatedMember

from .crowd import joined
from .house import House
from .test_vote import PHONE
from .visitor import Visitor, visitor

pytestmark = pytest.mark.e2e
LIMIT = 120  # seconds for all that a test waits for
MEASURED = 30_000  # ms until both ends have measured a voice

# The tests read what the page tells the telephone at the doors where it tells it.
_DOORS = """
window.locks = [];
const keep = WakeLock.prototype.request;
WakeLock.prototype.request = async function (kind) {
  const lock = await keep.call(this, kind);
  window.locks.push(lock);
  return lock;
};
window.tracks = [];
const open = MediaDevices.prototype.getUserMedia;
MediaDevices.prototype.getUserMedia = async function (asked) {
  const stream = await open.call(this, asked);
  window.tracks.push(...stream.getAudioTracks());
  return stream;
};
window.buttons = {};
const handle = MediaSession.prototype.setActionHandler;
MediaSession.prototype.setActionHandler = function (action, act) {
  handle.call(this, action, act);
  window.buttons[action] = act;
};
"""
AWAKE = "locks.filter((lock) => !lock.released).length"
# As the operating system takes the microphone for a call, and as it gives it back or not.
_CALL = """(how) => {
  const track = tracks.at(-1);
  if (how === "ended") track.stop();
  else Object.defineProperty(track, "muted", { value: true, configurable: true });
  track.dispatchEvent(new Event(how));
}"""


async def test_the_screen_stays_on_and_the_telephone_s_buttons_work_until_one_leaves(
    house: House, browser: Browser
) -> None:
    meeting, accounts = await large_cell(house.database, 2)
    async with asyncio.timeout(LIMIT), joined(house, meeting, accounts[:1]) as (chair,):
        await chair.ask("Open")
        await chair.ask("OpenDiscussion")
        member = await holder(browser, house, meeting, accounts[1])
        await member.until(f"() => {AWAKE} === 1")
        title = chair.screen.view["about"]["title"]
        assert await told(member, "[metadata.title, metadata.artist, playbackState]") == [title, "Chibo", "playing"]

        await hidden(member, True)
        assert await member.page.evaluate(AWAKE) == 0
        await hidden(member, False)
        await member.until(f"() => {AWAKE} === 1")

        for word in ("Tắt tiếng", "Bật tiếng"):
            await member.page.evaluate("buttons.togglemicrophone()")
            await member.button(word).wait_for()
        await member.page.evaluate("buttons.togglecamera()")
        await member.button("Bật hình").wait_for()
        await member.page.evaluate("buttons.hangup()")
        await chair.until(lambda screen: states(screen) == {"present", "absent"})
        await member.until(f"() => {AWAKE} === 0")
        assert await told(member, "[metadata, playbackState]") == [None, "none"]
        assert await member.page.evaluate("Object.values(buttons).every((act) => act === null)")


@pytest.mark.parametrize("how", ["mute", "ended"])
async def test_a_call_that_takes_the_microphone_is_heard_by_nobody_and_one_tap_brings_it_back(
    house: House, browser: Browser, how: str
) -> None:
    meeting, accounts = await large_cell(house.database, 2)
    async with asyncio.timeout(LIMIT), joined(house, meeting, accounts[:1]) as (chair,):
        await chair.ask("Open")
        await chair.ask("OpenDiscussion")
        member = await holder(browser, house, meeting, accounts[1])
        me = next(seat for seat in chair.screen.view["seats"] if seat != chair.screen.me)
        said = member.page.locator(".heard")
        await speaks(member, chair, me)

        await member.page.evaluate(_CALL, how)
        await chair.until(lambda screen: me not in screen.view["microphones"])
        await expect(said).to_contain_text("Cuộc gọi hoặc ứng dụng khác")
        await speaks(member, chair, me)

        tab = await member.second_tab()  # from now on his voice goes out from there
        await tab.enter(meeting)
        await expect(tab.page.locator(".heard")).to_have_text("Mọi người nghe được đồng chí.", timeout=MEASURED)
        await expect(said).to_contain_text("cửa sổ khác")
        await member.page.evaluate(_CALL, how)
        await member.button("Xin phát biểu").click()  # said after whatever the first page says of the call
        await chair.until(lambda screen: me in screen.queue)
        assert chair.screen.view["microphones"][me] == "on"


async def holder(browser: Browser, house: House, meeting: str, account: Account) -> Visitor:
    """Who comes by telephone."""
    member = await visitor(browser, house.url, **PHONE)
    await member.context.grant_permissions(["camera", "microphone", "screen-wake-lock"])
    await member.context.add_init_script(_DOORS)
    await member.sign_in(account.username, account.password)
    await member.enter(meeting)
    return member


async def speaks(member: Visitor, chair: SimulatedMember, me: str) -> None:
    await member.button("Bật tiếng").click()
    await expect(member.page.locator(".heard")).to_have_text("Mọi người nghe được đồng chí.", timeout=MEASURED)
    assert chair.screen.view["microphones"][me] == "on"


async def told(member: Visitor, what: str) -> Any:
    return await member.page.evaluate(f"(({{ metadata, playbackState }}) => {what})(navigator.mediaSession)")


async def hidden(member: Visitor, yes: bool) -> None:
    """Another program comes before the browser, and goes.  A Chromium without a window is never hidden: it is told, and
    the lock is let go of, as it does by itself (Screen Wake Lock, "handling document loss of visibility")."""
    state = "hidden" if yes else "visible"
    await member.page.evaluate(
        f"Object.defineProperty(document, 'visibilityState', {{ value: '{state}', configurable: true }})"
    )
    if yes:
        await member.page.evaluate("Promise.all(locks.map((lock) => lock.release()))")
    await member.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def states(screen: Any) -> set[str]:
    return {line["state"] for line in screen.view["roll"].values()}
