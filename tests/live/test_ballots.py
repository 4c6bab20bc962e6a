"""Ballots on real sockets: a hundred through a network that loses answers, the server killed, and forged ones."""

import asyncio
import contextlib
import itertools
import json
import logging
import random
import re
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import socketio.exceptions

from server.live import gateway as live
from server.meeting.commands import Call
from server.meeting.events import BallotCast, VoteClosed
from server.meeting.ids import Choice, MemberId, Seat, Standing
from server.records.verify import verify

from .conftest import House
from .test_restart import Server, server
from .world import BINH, CHAIR, CHI, MEETING, PATIENCE, Page, World, call

__all__ = ["server"]
OUTBOX = Path(__file__).parents[2] / "web/src/outbox.ts"
VOTE = "v1"
MOTION = {"vote": VOTE, "kind": "ordinary", "text": "Thông qua"}


def waits() -> list[float]:
    """Seconds from each sending of a command to the next, as the page has them; the last for all that follow."""
    found = re.search(r"WAITS: readonly number\[\] = (\[[^\]]+\]);", OUTBOX.read_text(encoding="utf-8"))
    assert found
    return [wait / 1000 for wait in json.loads(found.group(1))]


class Lossy:
    """A proxy that forwards every octet but loses answers: socket.io acks on their way to the client."""

    def __init__(self, port: int, share: float) -> None:
        self.port, self.share, self.dice, self.lost = port, share, random.Random(7), 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", self.port)
        for work in (self._up(reader, there[1]), self._down(there[0], writer)):
            task = asyncio.create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while octets := await reader.read(65536):
                writer.write(octets)
                await writer.drain()
        writer.close()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The handshake as it is, then frame by frame (RFC 6455, 5.2); those of a server are not masked."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            writer.write(await reader.readuntil(b"\r\n\r\n"))
            while True:
                head = await reader.readexactly(2)
                size = head[1] & 127
                more = await reader.readexactly({126: 2, 127: 8}.get(size, 0))
                payload = await reader.readexactly(int.from_bytes(more, "big") if more else size)
                if payload.startswith(b"43/meeting,") and self.dice.random() < self.share:
                    self.lost += 1
                    continue
                writer.write(head + more + payload)
                await writer.drain()
        writer.close()


def hundred() -> Call:
    known = call()
    others = tuple(Seat(MemberId(f"m{n}"), f"Đảng viên {n}") for n in range(100 - len(known.roster)))
    return replace(known, roster=(*known.roster, *others))


class Large(World):
    async def _call(self, meeting: str) -> Call:
        return hundred()


@contextlib.asynccontextmanager
async def large(directory: Path) -> AsyncIterator[Large]:
    world = Large(directory)
    await world.start()
    try:
        yield world
    finally:
        await world.stop()


async def surely(page: Page, name: str, **fields: Any) -> dict[str, Any]:
    """As a client does: without an answer the same is sent again, under the same id."""
    payload, known = {"id": secrets.token_hex(8), "name": name, **fields}, waits()
    answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    def settle(answer: dict[str, Any]) -> None:
        if not answered.done():
            answered.set_result(answer)

    async with asyncio.timeout(3 * PATIENCE):
        for wait in itertools.chain(known, itertools.repeat(known[-1])):
            await page.io.emit("command", payload, namespace=live.NAMESPACE, callback=settle)
            if (await asyncio.wait([answered], timeout=wait))[0]:
                break
        return answered.result()


async def test_a_hundred_ballots_through_a_network_that_loses_a_third_of_the_answers(tmp_path: Path) -> None:
    async with large(tmp_path) as world:
        proxy = Lossy(int(world.url.rpartition(":")[2]), 0.3)
        url = await proxy.start()
        world.sio.eio.cors_allowed_origins = [world.url, url]
        members = [seat.member for seat in hundred().roster]
        pages = [Page(world.sign_in(member)) for member in members]
        for at in range(0, len(pages), 5):
            await asyncio.gather(*(page.open(url) for page in pages[at : at + 5]))
        chair = pages[0]
        assert "done" in await surely(chair, "Open")
        assert "done" in await surely(chair, "OpenVote", **MOTION)
        choices = [(Choice.FOR, Choice.AGAINST, Choice.OTHER)[n % 3].value for n in range(100)]
        ballots = (
            surely(page, "CastBallot", vote=VOTE, choice=choice) for page, choice in zip(pages, choices, strict=True)
        )
        answers = await asyncio.gather(*ballots)
        assert all("done" in answer for answer in answers), "nobody is shown an error"
        assert proxy.lost >= 20, "answers were lost"
        assert "done" in await surely(chair, "CloseVote", vote=VOTE)
        log = await world.log.read(MEETING)
        cast = [entry.event for entry in log if isinstance(entry.event, BallotCast)]
        assert [len(cast), len({event.member for event in cast})] == [100, 100], "each once, none twice"
        (closed,) = [entry.event for entry in log if isinstance(entry.event, VoteClosed)]
        counted = Counter(choices)
        assert (closed.result.in_favour, closed.result.against, closed.result.other, closed.result.not_voted) == (
            *(counted[choice.value] for choice in Choice),
            0,
        )
        await asyncio.gather(*(page.close() for page in pages))
        await proxy.stop()
        assert (await verify(world.database, MEETING)).ok


async def test_a_server_killed_during_the_vote_loses_no_ballot(server: Server) -> None:
    pages = [Page(member) for member in (CHAIR, BINH, CHI)]
    for page in pages:
        await page.open(server.url)
    chair, binh, chi = pages
    await chair.command("Open")
    await chair.command("OpenVote", **MOTION)
    assert "done" in await binh.command("CastBallot", vote=VOTE, choice="for", id="b1")
    await server.kill()
    for page in pages:
        await page.over.wait()
    await server.start()
    for page in pages:
        await page.reopen(server.url)
    assert chair.view["votes"]["open"] == VOTE and chair.view["votes"]["all"][VOTE]["voted"] == 1
    assert "done" in await binh.command("CastBallot", vote=VOTE, choice="for", id="b1"), "sent again, done once"
    assert "done" in await chi.command("CastBallot", vote=VOTE, choice="against")
    assert "done" in await chair.command("CloseVote", vote=VOTE)
    assert chair.view["votes"]["all"][VOTE]["result"]["in_favour"] == 1
    for page in pages:
        await page.close()
    cast = [entry.event.member for entry in await server.read() if isinstance(entry.event, BallotCast)]
    assert cast == [BINH, CHI]


# -- Forged ------------------------------------------------------------------------------------------------------------


class Probation(House):
    async def begin(self) -> Page:
        """Chi is on probation; the chair has opened a vote."""
        known = call()
        seats = tuple(
            replace(seat, standing=Standing.PROBATIONARY) if seat.member == CHI else seat for seat in known.roster
        )

        async def called(meeting: str) -> Call:
            return replace(known, roster=seats)

        self.world.rooms._call = called
        chair = await self.page(CHAIR)
        await chair.command("Open")
        await chair.command("OpenVote", **MOTION)
        return chair


@pytest.fixture
def probation(house: House) -> Probation:
    made = Probation(house.world)
    made.pages = house.pages
    return made


def trace(member: str) -> str:
    return sha256(f"{MEETING}\n{member}".encode()).hexdigest()[:12]


async def test_forged_ballots_are_refused_and_traced(probation: Probation, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "chibo.live")
    chair = await probation.begin()
    binh, chi = await probation.page(BINH), await probation.page(CHI)
    on_probation = await chi.command("CastBallot", vote=VOTE, choice="for")
    assert on_probation["refused"]["rule"] == "voter"
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Page(probation.world.sign_in(MemberId("stranger"))).open(probation.world)
    assert "done" in await binh.command("CastBallot", vote=VOTE, choice="for", id="one")
    assert "done" in await binh.command("CastBallot", vote=VOTE, choice="for", id="two"), "twice is once"
    assert (await binh.command("CastBallot", vote=VOTE, choice="for", member=CHAIR))["bad"]
    assert (await binh.command("CastBallot", vote="v2", choice="for"))["refused"]["rule"] == "vote"
    assert (await binh.command("EnterHand", vote=VOTE, member=CHAIR, choice="for"))["refused"]["rule"] == "chair-only"
    await chair.command("CloseVote", vote=VOTE)
    late = await binh.command("CastBallot", vote=VOTE, choice="against")
    assert late["refused"]["rule"] == "vote" and late["refused"]["why"]
    cast = [entry.event for entry in await probation.world.log.read(MEETING) if isinstance(entry.event, BallotCast)]
    assert [(event.member, event.choice) for event in cast] == [(BINH, Choice.FOR)]
    said = [record.getMessage() for record in caplog.records if record.getMessage().startswith("Refused")]
    assert f"Refused CastBallot (voter) in meeting {MEETING} to {trace(CHI)}" in said
    assert said.count(f"Refused CastBallot (vote) in meeting {MEETING} to {trace(BINH)}") == 2
    assert not any(name in line for line in said for name in ("Trần Thị Bình", "Phạm Thị Chi", f" {BINH}", f" {CHI}"))
    assert probation.world.rooms.health.refusals["voter"] == 1
