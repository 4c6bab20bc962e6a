"""Simulated members in a whole Chibo: real server, real media worker, real database, the public protocol."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio

from server.demo.crowd import Account, simulate
from server.demo.door import SignInFailed
from server.demo.habits import OFFICER, QUIET, Profile
from server.demo.large import large_cell
from server.demo.member import SimulatedMember, TurnedAway
from server.demo.run import players
from server.demo.screen import Screen
from server.demo.seed import Demo
from server.settings import Settings
from tests.e2e.house import House

WITHIN = 60  # seconds after which a test has failed instead of hanging


@dataclass
class Cell:
    house: House
    meeting: str
    accounts: list[Account]

    def member(self, number: int, profile: Profile = QUIET, password: str = "") -> SimulatedMember:
        account = self.accounts[number]
        secret = password or account.password
        return SimulatedMember(self.house.url, self.meeting, account.username, secret, profile, random.Random(number))


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One server for all tests here; each brings a cell of its own."""
    living = House(tmp_path_factory.mktemp("house"))
    code, said = await living.chibo("migrate")
    assert code == 0, said
    await living.start()
    yield living
    await living.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def cell(house: House) -> Cell:
    return Cell(house, *await large_cell(house.database, 6))


def packets(member: SimulatedMember, mid: str) -> int:
    assert member.media is not None
    slot = member.media.slots.get(mid)
    return slot.received if slot else 0


async def more_packets(member: SimulatedMember, mid: str, more: int = 10) -> None:
    """Packets come without anything to be seen, so their count is looked at again and again."""
    before = packets(member, mid)
    while packets(member, mid) < before + more:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def test_members_hear_who_has_the_floor_and_see_each_other(cell: Cell) -> None:
    async with asyncio.timeout(WITHIN), AsyncExitStack() as stack:
        chair, speaker, listener = [await stack.enter_async_context(cell.member(number)) for number in (0, 1, 2)]
        for member in (chair, speaker, listener):
            assert await member.connected()
        assert "done" in await chair.ask("Open")
        assert "done" in await speaker.ask("AskToSpeak")
        assert "done" in await chair.ask("GiveFloor", member=speaker.screen.me)
        await listener.until(lambda screen: screen.slots.get("3") == speaker.screen.me)
        await more_packets(listener, "3")
        await more_packets(listener, "6")  # the main picture is the speaker's
        await more_packets(listener, "7")  # the chair's is a thumbnail
        assert "done" in await speaker.ask("EndSpeech")
        await listener.until(lambda screen: not screen.floor)
        assert not speaker.screen.is_heard
        refused = await listener.ask("GiveFloor", member=listener.screen.me)
        assert "refused" in refused
        assert sum(listener.tally.refused.values()) == 1
        assert not listener.tally.errors


async def test_all_screens_end_alike(cell: Cell) -> None:
    async with asyncio.timeout(WITHIN), AsyncExitStack() as stack:
        chair, one, two = [await stack.enter_async_context(cell.member(number)) for number in (0, 1, 2)]
        await chair.ask("Open")
        for _ in range(5):
            await one.ask("AskToSpeak")
            await two.ask("AskToSpeak")
            await one.ask("WithdrawRequest")
            last = await two.ask("WithdrawRequest")
        await one.until(lambda screen: screen.seq >= last["done"])
        await two.until(lambda screen: screen.seq >= last["done"])
        assert one.screen.view == two.screen.view
        assert one.tally.gaps == two.tally.gaps == 0


@pytest.mark.parametrize("reloads", [False, True], ids=["the same page", "a new page"])
async def test_a_member_whose_network_goes_comes_back(cell: Cell, reloads: bool) -> None:
    def state(screen: Screen, member: str) -> str:
        return str(screen.view["roll"][member]["state"])

    async with asyncio.timeout(WITHIN), AsyncExitStack() as stack:
        chair, member = [await stack.enter_async_context(cell.member(number)) for number in (0, 1)]
        assert await member.connected()
        page, media, me = member.connection, member.media, member.screen.me
        await member.drop(away=0.3, reloads=reloads)
        await chair.until(lambda screen: state(screen, me) == "silent")
        await chair.until(lambda screen: state(screen, me) == "present")
        await member.until(lambda _: member.is_online)
        assert await member.connected()
        assert (member.connection != page) is reloads
        assert (member.media is not media) is reloads
        assert member.tally.reconnects == 1
        assert not member.tally.errors


async def test_when_the_server_is_killed_everybody_comes_back_by_himself(cell: Cell) -> None:
    async with asyncio.timeout(WITHIN), AsyncExitStack() as stack:
        chair, member = [await stack.enter_async_context(cell.member(number)) for number in (0, 1)]
        await chair.ask("Open")
        asked = await member.ask("AskToSpeak")
        await cell.house.kill()
        await chair.until(lambda _: not chair.is_online)
        await member.until(lambda _: not member.is_online)
        waiting = asyncio.create_task(member.ask("WithdrawRequest"))  # asked while there is nobody to hear it
        await cell.house.start()
        answer = await waiting
        assert answer["done"] > asked["done"]
        await chair.until(lambda screen: chair.is_online and screen.seq >= answer["done"])
        assert chair.screen.phase == "open"
        assert chair.screen.queue == []
        assert await chair.connected()
        assert await member.connected()
        assert not member.tally.errors


async def test_the_deputy_takes_the_chair_and_gives_it_back(cell: Cell) -> None:
    async with asyncio.timeout(WITHIN + 40), AsyncExitStack() as stack:  # the chair's grace is 30 s
        officer = replace(OFFICER, ponders=(0, 0.1), asks_every=0)
        deputy = await stack.enter_async_context(cell.member(1, officer))
        await deputy.until(lambda screen: bool(screen.mine.get("chair")))
        await deputy.until(lambda screen: screen.phase == "open" and "current" in screen.view["agenda"])
        member = await stack.enter_async_context(cell.member(3, replace(QUIET, asks_every=0.1, speaks=(0.1, 0.2))))
        await member.until(lambda screen: screen.has_floor)
        await member.until(lambda screen: not screen.has_floor)
        secretary = await stack.enter_async_context(cell.member(0))
        await deputy.until(lambda screen: not screen.mine.get("chair"))
        assert secretary.screen.mine["chair"]


async def test_a_wrong_password_and_another_meeting_are_told_apart(cell: Cell) -> None:
    async with asyncio.timeout(WITHIN):
        with pytest.raises(SignInFailed):
            await cell.member(4, password="not the password").enter()
        stranger = cell.member(5)
        stranger._meeting = "no-such-meeting"
        with pytest.raises(TurnedAway) as told:
            await stranger.enter()
        assert told.value.rule == "NoSuchMeeting"


async def test_a_crowd_plays_and_gives_its_figures(cell: Cell) -> None:
    async with asyncio.timeout(WITHIN):
        figures = await simulate(cell.house.url, cell.meeting, cell.accounts, 5, seconds=3, picture=True, seed=7)
    assert figures["joined"] == figures["heard"] == figures["media_connected"] == 5
    assert figures["errors"] == {}
    received, expected = figures["packets_received"], figures["packets_expected"]
    assert isinstance(received, int)
    assert isinstance(expected, int)
    assert 100 < received <= expected
    assert set(figures) >= {"join_ms", "socket_join_ms", "command_ms", "commands", "reconnects", "reach_ms"}


async def test_the_players_come_by_themselves_and_go_with_their_house(cell: Cell) -> None:
    demo = Demo([("", account.username, account.password) for account in cell.accounts], cell.meeting, "")

    def present(screen: Screen) -> int:
        return int(screen.view["counts"]["present"])

    async with asyncio.timeout(WITHIN), cell.member(0) as secretary:
        assert present(secretary.screen) == 1
        with players(Settings(public_url=cell.house.url), demo, members=3):
            await secretary.until(lambda screen: present(screen) == 4)
        await secretary.until(lambda screen: screen.view["counts"]["silent"] == 3)
