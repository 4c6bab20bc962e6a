"""A person at a real browser."""

import json
import re
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

# The page keeps its connection to itself; the tests listen at the door where it is made.
_EAVESDROP = """
window.connections = [];
const Native = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Native {
  constructor(...given) { super(...given); window.connections.push(this); }
};
"""
_HEARD = """async () => {
  const found = {};
  const last = window.connections.at(-1);
  if (last) for (const report of (await last.getStats()).values())
    if (report.type === 'inbound-rtp')
      found[report.mid] = { frames: report.framesDecoded ?? 0, energy: report.totalAudioEnergy ?? 0,
                            packets: report.packetsReceived ?? 0 };
  return found;
}"""

_SLOTS = '42/meeting,["slots",'
VOICES = ("3", "4", "5")
PICTURES = tuple(str(mid) for mid in range(6, 15))
Heard = Mapping[str, Mapping[str, float]]


class Visitor:
    """One person, one browser profile; `page` is the tab in front of him."""

    def __init__(self, url: str, context: BrowserContext, page: Page) -> None:
        self.url, self.context, self.page = url, context, page
        self.slots: dict[str, str] = {}  # what the server last told this page: mid → member
        page.on("websocket", lambda socket: socket.on("framereceived", self._overhear))

    def _overhear(self, frame: bytes | str) -> None:
        if isinstance(frame, str) and frame.startswith(_SLOTS):
            self.slots = json.loads(frame[frame.index("[") :])[1]["slots"]

    async def sign_in(self, username: str, password: str) -> None:
        await self.page.goto(f"{self.url}/sign-in")
        await self.page.fill("input[name=username]", username)
        await self.page.fill("input[name=password]", password)
        await self.page.click("form[action='/sign-in'] button[type=submit]")
        await self.page.wait_for_url(f"{self.url}/meetings")

    async def enter(self, meeting: str) -> None:
        """Two taps: the meeting in the list, then the door of the lobby."""
        await self.page.goto(f"{self.url}/meetings")
        await self.page.locator(f"a[href='/meetings/{meeting}']").first.click()
        await self.button("Vào họp").click()
        await self.arrived()

    async def arrived(self) -> None:
        await self.button(re.compile("Ra khỏi")).wait_for()

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name).first

    async def heard(self) -> Heard:
        """What the newest connection of this page has received, by mid."""
        return cast(Heard, await self.page.evaluate(_HEARD))

    async def growing(self, measure: str, mids: Sequence[str]) -> set[str]:
        """Those of `mids` whose `measure` grew between two looks, a second of media apart."""
        before = await self.heard()
        await self.page.wait_for_timeout(1000)  # what is measured is a rate
        after = await self.heard()
        return {mid for mid in mids if after.get(mid, {}).get(measure, 0) > before.get(mid, {}).get(measure, 0)}

    async def hears(self, member: str) -> None:
        """Until the only voice with sound in it is this member's, by the server's own word of whose slot it is."""
        while True:
            loud = await self.growing("energy", VOICES)
            if {self.slots.get(mid) for mid in loud} == {member}:
                return

    async def sees_moving(self, pictures: int) -> None:
        """Until so many pictures of others move."""
        while len(await self.growing("frames", PICTURES)) < pictures:
            pass

    async def until(self, expression: str, *, within: float = 20_000) -> Any:
        return await self.page.wait_for_function(expression, timeout=within)

    async def second_tab(self) -> "Visitor":
        return Visitor(self.url, self.context, await self.context.new_page())


@asynccontextmanager
async def chromium(*more: str, program: Path | None = None) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = program or shutil.which("chromium")
        browser = await playwright.chromium.launch(executable_path=found, args=[*FLAGS, *more])
        try:
            yield browser
        finally:
            await browser.close()


async def visitor(browser: Browser, url: str, **context: Any) -> Visitor:
    """A new person: his own cookies, his own camera; Vietnamese, as everyone here."""
    given = {"viewport": {"width": 1280, "height": 800}, **context}
    own = await browser.new_context(locale="vi-VN", permissions=["camera", "microphone"], **given)
    await own.add_init_script(_EAVESDROP)
    return Visitor(url, own, await own.new_page())
