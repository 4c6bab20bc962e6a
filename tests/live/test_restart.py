"""The server is killed in the middle of a meeting and another one goes on: nothing is lost, nothing is doubled."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.meeting.events import Arrived, Connected, ConnectionsLost, Disconnected, Left, Recorded
from server.meeting.ids import MemberId
from server.meeting.minutes import attendance_of
from server.records.database import Database
from server.records.log import Log
from server.records.signing import Key
from server.records.tables import leases
from server.records.verify import verify

from .conftest import House
from .world import BINH, CHAIR, CHI, MEETING, PATIENCE, Page, World, running


class Server:
    """A server process over one directory: started, killed, started again at the same address."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.url = directory, ""
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        port = self.url.rpartition(":")[2] or "0"
        words = (sys.executable, "-m", "tests.live.serve", str(self.directory), port)
        self._process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
        assert self._process.stdout
        async with asyncio.timeout(PATIENCE):
            self.url = (await self._process.stdout.readline()).decode().strip()

    async def kill(self) -> None:
        if self._process:
            self._process.kill()
            await self._process.wait()
            self._process = None

    async def read(self) -> list[Recorded]:
        database = Database(f"sqlite+aiosqlite:///{self.directory}/chibo.sqlite")
        key = Key.load(self.directory / "log.key")
        try:
            assert (await verify(database, MEETING, [key.public])).ok
            return await Log(database, key).read(MEETING)
        finally:
            await database.close()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    server = Server(tmp_path)
    await server.start()
    yield server
    await server.kill()


async def joined(server: Server, *members: MemberId) -> list[Page]:
    return [await Page(member).open(server.url) for member in members]


async def test_after_kill_and_restart_everybody_is_back_and_the_record_is_whole(server: Server) -> None:
    pages = await joined(server, CHAIR, BINH, CHI)
    chair, binh, chi = pages
    await chair.command("Open")
    await chair.command("TakeUpItem", item="i1")
    asked = await binh.command("AskToSpeak", id="ask-1")
    before = await server.read()

    await server.kill()
    for page in pages:
        await page.over.wait()
    await server.start()
    for page in pages:
        await page.reopen(server.url)

    await chi.until(lambda: all(chi.view["roll"][m]["state"] == "present" for m in (CHAIR, BINH, CHI)))
    assert chair.mine["chair"] and "devices" in chair.view["roll"][CHAIR]
    assert (chi.view["phase"], chi.view["agenda"]["current"]) == ("open", "i1")
    assert chi.view["speaking"]["queue"] == [BINH]
    assert await binh.command("AskToSpeak", id="ask-1") == asked  # who heard no answer asks again
    assert "done" in await chair.command("Close")
    for page in pages:
        await page.close()

    log = await server.read()
    assert log[: len(before)] == before
    after = [each.event for each in log[len(before) :]]
    assert Counter(map(type, after))[ConnectionsLost] == 1
    assert Counter(map(type, after))[Connected] == 3
    assert Arrived not in Counter(map(type, after))
    lost = next(event for event in after if isinstance(event, ConnectionsLost))
    assert before[-1].at <= lost.since <= log[len(before)].at
    _sheet_agrees(log)


def _sheet_agrees(log: list[Recorded]) -> None:
    """Nobody left: each was present from his arrival to the end, restart or not."""
    arrived: dict[MemberId, datetime] = {e.event.member: e.at for e in log if isinstance(e.event, Arrived)}
    for line in attendance_of(log):
        if line.member in arrived:
            assert (line.first, line.last) == (arrived[line.member], log[-1].at)
            assert all(one.end == two.begin for one, two in pairwise(line.spans))


async def test_who_does_not_come_back_has_left_when_the_server_was_last_alive(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        house = House(first)
        chair, _ = await house.page(CHAIR), await house.page(BINH)
        await first.rooms.beat()
        async with first.database.read() as connection:
            alive = (await connection.execute(sa.select(leases.c.alive_at))).scalar_one()
        second = World(tmp_path)  # as after a crash: the first has not said that it stops
        second.sessions, second.clock.ahead = first.sessions, timedelta(seconds=30)
        await second.start()
        chair = await Page(chair.token, chair.connection).open(second)
        await chair.until(lambda: chair.view["roll"][BINH]["state"] == "silent")
        second.clock.ahead += timedelta(minutes=5)
        await chair.command("Open")
        assert chair.view["roll"][BINH]["state"] == "absent"
        (line,) = [line for line in attendance_of(await second.log.read(MEETING)) if line.member == BINH]
        assert line.last == alive
        await chair.close()
        await second.stop()


async def test_a_meeting_to_which_nobody_comes_back_is_taken_over_and_the_grace_runs_out(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        house = House(first)
        chair = await house.page(CHAIR)
        await chair.command("Open")
        await first.rooms.beat()
        second = World(tmp_path)  # as after a crash
        second.clock.ahead = timedelta(minutes=5)
        await second.start()
        await second.rooms.beat()
        assert [type(each.event) for each in await second.log.read(MEETING)][-2:] == [ConnectionsLost, Left]
        await second.rooms.beat()
        assert len(second.rooms) == 0, "nothing is waited for, so nobody holds it"
        await second.stop()


async def test_a_server_that_stops_in_good_order_says_who_was_there_until_then(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        house = House(world)
        await house.page(CHAIR)
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/chibo.sqlite")
    log = await Log(database, Key.load(tmp_path / "log.key")).read(MEETING)
    await database.close()
    assert isinstance(log[-1].event, Disconnected)


async def test_a_process_that_lost_its_meeting_gives_it_up(tmp_path: Path) -> None:
    async with running(tmp_path) as first, running(tmp_path) as second:
        second.sessions = first.sessions
        house = House(first)
        chair = await house.page(CHAIR)
        other = await Page(first.sign_in(BINH)).open(second)
        await first.rooms.beat()
        await chair.over.wait()
        assert first.rooms.find(MEETING) is None
        await chair.reopen(second)
        await other.until(lambda: other.view["roll"][CHAIR]["state"] == "present")
        assert "done" in await chair.command("Open")
        await other.until(lambda: other.view["phase"] == "open")
        await chair.close()
        await other.close()
        assert (await verify(second.database, MEETING)).ok


async def test_an_empty_room_is_given_up_once_nothing_is_waiting(house: House) -> None:
    chair = await house.page(CHAIR)
    await chair.command("Leave")
    await chair.close()
    await house.world.empty()
    await house.world.rooms.beat()
    assert len(house.world.rooms) == 0
    again = await house.page(CHAIR)
    assert again.view["roll"][CHAIR]["state"] == "present"
