"""A meeting whose sound and picture only its members can open."""

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from server.demo.crowd import Account
from server.demo.habits import QUIET
from server.demo.large import large_cell
from server.demo.member import SimulatedMember
from server.demo.sealed import Seal
from server.org import overrides, tree
from server.org.overrides import Asked
from server.org.roster import ZONE
from server.records.database import Database
from server.settings import Settings
from tests.media.firefox import firefox

from .crowd import joined
from .house import House, living
from .visitor import PICTURES, VOICES, Visitor, chromium, visitor

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
    async with asyncio.timeout(150), joined(house, meeting, accounts[:2], QUIET) as (chair, other):
        await chair.ask("Open")
        await chair.ask("OpenDiscussion")
        speaker, keys = await seated(browser, house, meeting, accounts[2])
        listener, others = await seated(browser, house, meeting, accounts[3])
        await expect(listener.page.get_by_text("Mã hóa đầu cuối")).to_be_visible()
        await speaker.button("Bật tiếng").click()
        await heard(listener)
        assert keys == others and len(keys) == 1
        assert all(other.seal.open("audio", frame) for frame in await frames(other)), "he is still one of us"

        await chair.ask("Remove", member=other.screen.me, reason="thử")
        while len(keys) < 2 or len(others) < 2:
            await listener.page.wait_for_timeout(50)  # the key comes on the socket
        assert keys == others and len(set(keys)) == 2
        await heard(listener)
        for frame in await frames(chair):
            assert chair.seal.open("audio", frame)
            assert not other.seal.open("audio", frame), "what he taps from now on stays shut"

        await speaker.button("Tắt tiếng").click()
        await chair.ask("TurnOnMicrophone")
        await listener.hears(chair.screen.me)
        assert len(await listener.growing("frames", PICTURES)) >= 2, "the picture of a simulated member too"


async def frames(member: SimulatedMember, enough: int = 100) -> list[bytes]:
    """The next frames of sound as they come to this member, sealed."""
    assert member.media is not None
    line, tapped = member.media.line, asyncio.Queue[bytes]()
    kept, line.seal, line.overhear = line.seal, Seal(), tapped.put_nowait
    found = [await tapped.get() for _ in range(enough)]
    line.seal, line.overhear = kept, None
    return found


async def heard(listener: Visitor) -> None:
    """A voice with sound in it, and a picture that moves: both were opened."""
    while not await listener.growing("energy", VOICES) or not await listener.growing("frames", PICTURES):
        pass


async def test_both_sizes_of_a_camera_and_a_shared_screen_are_opened(house: House) -> None:
    meeting, accounts = await sealed_cell(house, 2)
    async with asyncio.timeout(150), chromium("--auto-select-desktop-capture-source=Entire screen") as browser:
        chair, _ = await seated(browser, house, meeting, accounts[0])
        member, _ = await seated(browser, house, meeting, accounts[1])
        for width, size in ((1280, 360), (300, 90), (1280, 360)):
            await member.page.set_viewport_size({"width": width, "height": 800})
            while size not in await heights(member):
                await member.growing("frames", PICTURES)

        await chair.button("Khai mạc").click()
        await chair.button("Chia sẻ màn hình").click()
        await expect(member.page.locator(".main-picture[data-screen=true] .face[data-shows=true]")).to_be_visible()
        assert "6" in await member.growing("frames", PICTURES)


async def heights(person: Visitor) -> list[int]:
    """Of the pictures that were decoded last, in pixels."""
    told = "async () => [...(await connections.at(-1).getStats()).values()].map((s) => s.frameHeight ?? 0)"
    return list(await person.page.evaluate(told))


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


_LISTENING = """() => {
  window.connections = [];
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...given) { super(...given); window.connections.push(this); }
  };
}"""
_SIGN_IN = """async ([username, password]) => {
  const form = document.querySelector("form[action='/sign-in']");
  Object.assign(form.username, { value: username });
  Object.assign(form.password, { value: password });
  return (await fetch("/sign-in", { method: "POST", body: new URLSearchParams(new FormData(form)) })).status;
}"""
_PRESS = """(word) => new Promise((done) => {
  const look = () => {
    const found = [...document.querySelectorAll("button")].find((each) => each.textContent.includes(word));
    if (!found || found.getAttribute("aria-disabled") === "true") return setTimeout(look, 100);
    found.click();
    done(true);
  };
  look();
})"""
_OPENED = """() => new Promise((done) => {
  const look = async () => {
    const told = [...(await connections.at(-1).getStats()).values()].filter((s) => s.type === "inbound-rtp");
    const voice = told.some((s) => s.kind === "audio" && s.totalAudioEnergy > 0.0001);
    if (voice && told.some((s) => s.kind === "video" && s.framesDecoded > 20)) done(true);
    else setTimeout(look, 200);
  };
  look();
})"""


@pytest.mark.skipif(not shutil.which("firefox-esr"), reason="Firefox is not installed")
async def test_firefox_and_chromium_open_what_the_other_has_sealed(tmp_path: Path, browser: Browser) -> None:
    own = Settings(_env_file=None).media_address.split(",")[-1]  # Firefox leaves 127.0.0.1 out where there is another
    async with (
        asyncio.timeout(300),
        living(tmp_path, CHIBO_MEDIA_ADDRESS=own, CHIBO_MEDIA_BIND=own) as house,
        firefox() as second,
    ):
        meeting, accounts = await sealed_cell(house, 3)
        async with joined(house, meeting, accounts[:1]) as (chair,):
            await chair.ask("Open")
            await chair.ask("OpenDiscussion")
            page, _ = await seated(browser, house, meeting, accounts[1])
            await page.button("Bật tiếng").click()

            await second.ask("script.addPreloadScript", functionDeclaration=_LISTENING)
            fox = await second.open(f"{house.url}/sign-in")
            assert await fox.evaluate(_SIGN_IN, [accounts[2].username, accounts[2].password]) == 200
            await fox.goto(f"{house.url}/meetings/{meeting}")
            await fox.evaluate(_PRESS, "Vào họp")
            await fox.evaluate(_PRESS, "Bật tiếng")
            await fox.evaluate(_OPENED)

            await page.button("Tắt tiếng").click()
            await heard(page)
