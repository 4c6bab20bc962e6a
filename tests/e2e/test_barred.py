"""Where UDP is barred: what the page says of a network, and a meeting held by the relay alone."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from server.demo.large import large_cell

from .crowd import joined
from .house import free_port, living
from .visitor import visitor

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not shutil.which("turnserver"), reason="coturn is not installed")]
SECRET = "only-the-relay-and-the-house-know"
# As in a network with a proxy: what is not relayed is thrown away before it is tried.
_ONLY_RELAY = """
const Free = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Free {
  constructor(given) { super({ ...given, iceTransportPolicy: "relay" }); }
};
"""


@contextmanager
def coturn(folder: Path) -> Iterator[str]:
    """Debian's relay with our secret, TCP alone; gives its URL."""
    port = free_port(socket.SOCK_STREAM)
    words = [
        "turnserver", "-n", "--listening-ip", "127.0.0.1", "--relay-ip", "127.0.0.1", "--allow-loopback-peers",
        "--listening-port", str(port), "--no-udp", "--no-tls", "--no-dtls", "--no-cli", "--realm", "chibo",
        "--use-auth-secret", "--static-auth-secret", SECRET, "--log-file", str(folder / "coturn.log"),
        "--pidfile", str(folder / "coturn.pid"),
    ]  # fmt: skip
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    try:
        yield f"turn:127.0.0.1:{port}?transport=tcp"
    finally:
        process.terminate()
        process.wait()


async def test_the_page_says_what_gets_through_and_a_relay_carries_a_meeting(tmp_path: Path, browser: Browser) -> None:
    with coturn(tmp_path) as url:
        async with living(tmp_path, CHIBO_TURN_URLS=url, CHIBO_TURN_SECRET=SECRET) as house:
            meeting, accounts = await large_cell(house.database, 2)
            person = await visitor(browser, house.url)
            await person.sign_in(accounts[1].username, accounts[1].password)
            await person.page.goto(f"{house.url}/network")
            await expect(person.page.locator("[data-verdict=udp]")).to_be_visible(timeout=20_000)
            for way in ("udp", "tcp", "relay", "socket"):
                await expect(person.page.locator(f"[data-way={way}] td")).to_contain_text("ms")
            await person.context.add_init_script(_ONLY_RELAY)
            async with joined(house, meeting, accounts[:1]) as (chair,):
                await person.enter(meeting)
                await chair.ask("Open")
                await chair.ask("TurnOnMicrophone")
                await person.hears(chair.screen.me)


async def test_without_a_relay_a_barred_network_lets_only_text_through(tmp_path: Path, browser: Browser) -> None:
    async with living(tmp_path) as house:
        _, accounts = await large_cell(house.database, 1)
        person = await visitor(browser, house.url)
        await person.context.add_init_script(_ONLY_RELAY)
        await person.sign_in(accounts[0].username, accounts[0].password)
        await person.page.goto(f"{house.url}/network")
        await expect(person.page.locator("[data-verdict=socket]")).to_be_visible(timeout=20_000)
        await expect(person.page.locator("[data-way=relay] td")).not_to_contain_text("…")
