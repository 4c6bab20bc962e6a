"""A person at a real browser."""

import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
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

Heard = Mapping[str, Mapping[str, float]]


@dataclass
class Visitor:
    """One person, one browser profile; `page` is the tab in front of him."""

    url: str
    context: BrowserContext
    page: Page

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

    async def until(self, expression: str, *, within: float = 20_000) -> Any:
        return await self.page.wait_for_function(expression, timeout=within)

    async def second_tab(self) -> "Visitor":
        return Visitor(self.url, self.context, await self.context.new_page())


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


async def visitor(browser: Browser, url: str, **context: Any) -> Visitor:
    """A new person: his own cookies, his own camera; Vietnamese, as everyone here."""
    own = await browser.new_context(
        locale="vi-VN", permissions=["camera", "microphone"], viewport={"width": 1280, "height": 800}, **context
    )
    await own.add_init_script(_EAVESDROP)
    return Visitor(url, own, await own.new_page())
