"""Pages in real Chromium that speak to a real worker."""

import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

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

    app = web.Application()
    app.add_routes([web.get("/", page), web.post("/offer", answer)])
    runner = web.AppRunner(app)
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
