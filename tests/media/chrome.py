"""Pages in real Chromium that speak to a real worker."""

import array
import asyncio
import functools
import json
import math
import shutil
import tempfile
import wave
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from server.media.control import BadOffer, Control

from .relay import Relay

PAGE = Path(__file__).with_name("page.html")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
]


@functools.cache
def murmuring() -> tuple[str, ...]:
    """Flags for a microphone that never falls silent: where it does nothing is sent, and nothing can be lost."""
    rate, path = 48000, Path(tempfile.mkdtemp()) / "murmur.wav"
    samples = (int(6000 * math.sin(i / 20 * (1 + 0.2 * math.sin(i / 9000)))) for i in range(10 * rate))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(array.array("h", samples).tobytes())
    return (f"--use-file-for-fake-audio-capture={path}",)


class Feeds:
    """What each page is told by the socket in the real room (docs/protocol.md, `feed`): here it asks, and waits."""

    def __init__(self) -> None:
        self._feeds: dict[str, dict[str, Any]] = {}
        self._news = asyncio.Event()

    def tell(self, room: str, peer: str, feed: dict[str, Any]) -> None:
        self._feeds[peer] = feed
        self._news.set()
        self._news = asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        """The feed of a peer, as soon as it is another than the one the page has."""
        asked = json.loads(await request.text())
        while self._feeds.get(asked["peer"]) in (None, asked["feed"]):
            await self._news.wait()
        return web.json_response(self._feeds[asked["peer"]])


@asynccontextmanager
async def site(
    control: Control, offers: list[str] | None = None, relays: Mapping[str, Relay] | None = None
) -> AsyncIterator[str]:
    """A web site of one page whose offers go to this control, some through bad networks; gives its address."""

    async def answer(request: web.Request) -> web.Response:
        asked = json.loads(await request.text())
        if offers is not None:
            offers.append(asked["sdp"])
        try:
            sdp = await control.answer("room", asked["peer"], asked["peer"], asked["sdp"])
        except BadOffer as bad:
            return web.json_response({"bad": str(bad)})
        if relays and asked["peer"] in relays:
            sdp = await relays[asked["peer"]].open(sdp)
        return web.json_response({"sdp": sdp})

    async def page(request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE)

    feeds = Feeds()
    control.on_feed = feeds.tell
    app = web.Application()
    app.add_routes([web.get("/", page), web.post("/offer", answer), web.post("/feed", feeds.answer)])
    # A page that is gone may leave its question open: 0 would wait for its answer for ever.
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def chromium(*more: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*FLAGS, *more])
        try:
            yield browser
        finally:
            await browser.close()


async def opened(browser: Browser, address: str, peer: str, camera: bool = True) -> Page:
    """A page of its own that has joined as `peer`."""
    page = await (await browser.new_context()).new_page()
    await page.goto(address)
    await page.evaluate("([peer, camera]) => join(peer, camera)", [peer, camera])
    return page


async def until(page: Page, condition: str, seconds: float = 30) -> dict:
    """Wait until `condition`, JavaScript over `s = await look()`, holds; gives what was seen then."""
    script = f"""async () => {{
        const end = performance.now() + {seconds * 1000};
        for (;;) {{
            const s = await look();
            if ({condition}) return s;
            if (performance.now() > end) throw new Error(JSON.stringify(s));
            await new Promise((done) => setTimeout(done, 100));
        }}
    }}"""
    return await page.evaluate(script)
