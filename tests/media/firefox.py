"""Debian's Firefox, driven over WebDriver BiDi (W3C): its own WebSocket, one JSON command and one answer."""

import asyncio
import itertools
import json
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

PREFS = {
    "media.navigator.streams.fake": True,  # a tone and a moving picture instead of devices
    "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.autoplay.default": 0,
    "intl.accept_languages": "vi",
    "media.autoplay.blocking_policy": 0,
    "remote.active-protocols": 1,  # BiDi
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "app.update.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "services.settings.server": "data:,",
}


class Failed(Exception):
    """The browser's own words."""


class Firefox:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reader = asyncio.create_task(self._read())

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Raises Failed."""
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        return await asyncio.wait_for(answer, 60)

    async def _read(self) -> None:
        async for message in self._socket:
            told = json.loads(message.data)
            waiting = self._waiting.pop(told.get("id"), None)
            if waiting is None or waiting.done():
                continue
            if told["type"] == "error":
                waiting.set_exception(Failed(f"{told['error']}: {told['message']}"))
            else:
                waiting.set_result(told["result"])

    async def open(self, address: str) -> "Tab":
        context = (await self.ask("browsingContext.create", type="tab"))["context"]
        await self.ask("browsingContext.navigate", context=context, url=address, wait="complete")
        return Tab(self, context)

    def close(self) -> None:
        self._reader.cancel()


class Tab:
    """As much of Playwright's page as our tests need."""

    def __init__(self, firefox: Firefox, context: str) -> None:
        self._firefox, self._context = firefox, context

    async def goto(self, address: str) -> None:
        await self._firefox.ask("browsingContext.navigate", context=self._context, url=address, wait="complete")

    async def evaluate(self, expression: str, given: Any = None) -> Any:
        """The value of a function of `given`, or of an expression, through JSON.  Raises Failed."""
        call = f"({expression})({json.dumps(given)})" if "=>" in expression.split("{")[0] else f"({expression})"
        script = f"(async () => JSON.stringify((await {call}) ?? null))()"
        result = await self._firefox.ask(
            "script.evaluate", expression=script, target={"context": self._context}, awaitPromise=True,
            userActivation=True,
        )  # fmt: skip
        if result["type"] == "exception":
            raise Failed(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"])

    async def close(self) -> None:
        await self._firefox.ask("browsingContext.close", context=self._context)


@asynccontextmanager
async def firefox() -> AsyncIterator[Firefox]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        _furnish(Path(profile))
        process = await asyncio.create_subprocess_exec(
            shutil.which("firefox-esr") or "firefox", "--headless", "--no-remote", "--profile", profile,
            "--remote-debugging-port", "0",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        drained: asyncio.Task[None] | None = None
        try:
            address = await asyncio.wait_for(_address(process), 60)
            drained = asyncio.create_task(_drain(process))  # a full pipe would never end, and so neither would wait()
            async with aiohttp.ClientSession() as http, http.ws_connect(f"{address}/session", max_msg_size=0) as socket:
                browser = Firefox(socket)
                await browser.ask("session.new", capabilities={})
                try:
                    yield browser
                finally:
                    browser.close()
        finally:
            process.terminate()
            await process.wait()
            if drained:
                await drained


def _furnish(profile: Path) -> None:
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFS.items()]
    (profile / "user.js").write_text("\n".join(lines))


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    while await process.stderr.read(1 << 16):
        pass


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    while line := (await process.stderr.readline()).decode(errors="replace"):
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
            return found[1]
    raise Failed("Firefox ended before it listened")
