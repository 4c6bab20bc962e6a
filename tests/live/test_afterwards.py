"""A closed meeting is asked once more, for its papers: by the one way, on the same chain, and nobody comes back."""

import asyncio

import pytest
import sqlalchemy as sa

from server.live.gateway import Refused
from server.meeting import commands as c
from server.meeting.ids import ItemId, LongText, MotionKind, PaperKind, Text, VoteId
from server.records.log import Log
from server.records.signing import Key
from server.records.tables import attendance, heads
from server.records.verify import verify

from .conftest import House
from .world import BINH, CHAIR, DEPUTY, MEETING, Page, running

A, PAPER = "a" * 64, VoteId("bau")


async def held(house: House) -> Page:
    """A meeting that was closed, with a vote on paper still to be counted; the chair's page is still open."""
    chair, binh = await house.page(CHAIR), await house.page(BINH)
    await house.page(DEPUTY)
    for name, fields in (
        ("Open", {}),
        ("AppointMinutesSecretary", {"member": BINH}),
        ("RecordPaperBallot", {"vote": PAPER, "kind": "election", "text": "Bầu đại biểu"}),
        ("WriteMinutes", {"item": "i1", "text": "Đã trao đổi.", "base_version": 0}),
        ("ReadMinutes", {}),
        ("AdoptMinutes", {}),
        ("Close", {}),
    ):
        assert "done" in await chair.command(name, **fields), name
    await binh.until(lambda: binh.view["phase"] == "closed")
    return chair


async def emptied(house: House) -> None:
    for page in house.pages:
        await page.close()
    house.pages.clear()
    await house.world.empty()
    await house.world.rooms.beat()
    assert house.world.rooms.find(MEETING) is None


async def rows(house: House, table: sa.Table) -> list[tuple[object, ...]]:
    async with house.world.database.read() as connection:
        return [tuple(row) for row in await connection.execute(sa.select(table))]


async def test_what_follows_the_close_is_chained_and_signed_and_changes_no_attendance(house: House) -> None:
    await held(house)
    await emptied(house)
    before, ask = await rows(house, attendance), house.world.rooms.afterwards
    for command, by in (
        (c.EnterCount(PAPER, 3, 1, 0), CHAIR),
        (c.EnterCount(PAPER, 3, 1, 0), DEPUTY),
        (c.CorrectMinutes(ItemId("i1"), LongText("Thêm một ý."), "ghi thiếu"), BINH),
        (c.DrawUpPaper(PaperKind.MINUTES, 5, A), BINH),
        (c.SignPaper(PaperKind.MINUTES, A), BINH),
        (c.SignPaper(PaperKind.MINUTES, A), CHAIR),
    ):
        seq = await ask(MEETING, command, by)
        assert (await house.world.log.head(MEETING))[0] == seq
    names = [type(entry.event).__name__ for entry in await house.world.log.read(MEETING)]
    after = names[names.index("Closed") + 1 :]
    assert (
        after
        == ["CountEntered", "CountEntered", "CountRecorded", "MinutesCorrected", "PaperDrawnUp"] + ["PaperSigned"] * 2
    )
    assert await rows(house, attendance) == before
    assert len(await rows(house, heads)) == 1 + 6, "a head at the close and after each command"
    assert (await verify(house.world.database, MEETING, [Key.load(house.world.directory / "log.key").public])).ok
    await house.world.rooms.beat()
    assert house.world.rooms.find(MEETING) is None, "the room is given up when nobody asks more"
    assert house.world.stage.closed == [MEETING], "no sound and no picture were ended twice"


async def test_who_is_still_in_the_closed_room_sees_what_was_counted(house: House) -> None:
    chair = await held(house)
    for by in (CHAIR, DEPUTY):
        await house.world.rooms.afterwards(MEETING, c.EnterCount(PAPER, 3, 1, 0), by)
    await chair.until(lambda: chair.view["votes"]["all"][PAPER]["state"] == "counted")
    assert chair.view["phase"] == "closed"


async def test_a_meeting_that_is_not_closed_has_no_papers(house: House) -> None:
    await house.page(CHAIR)
    for meeting in (MEETING, "m2"):
        with pytest.raises(Refused) as no:
            await house.world.rooms.afterwards(meeting, c.MarkPosted("2027-01-05"), CHAIR)
        assert no.value.rule == "closed"
    with pytest.raises(Refused):
        await house.world.rooms.afterwards(MEETING, c.OpenVote(VoteId("x"), MotionKind("ordinary"), Text("x")), BINH)


async def test_two_processes_that_file_at_once_lose_nothing(house: House) -> None:
    await held(house)
    await emptied(house)
    async with running(house.world.directory) as other:
        texts = [f"Ý thứ {n}" for n in range(12)]
        await asyncio.gather(
            *(
                (house.world if n % 2 else other).rooms.afterwards(
                    MEETING, c.CorrectMinutes(ItemId("i1"), LongText(text), "bổ sung"), BINH, f"c{n}"
                )
                for n, text in enumerate(texts)
            )
        )
        log = Log(other.database, Key.load(house.world.directory / "log.key"))
        kept = [entry.event for entry in await log.read(MEETING) if type(entry.event).__name__ == "MinutesCorrected"]
        assert sorted(event.text for event in kept) == sorted(texts)  # type: ignore[attr-defined]
        assert [event.n for event in kept] == list(range(1, 13))  # type: ignore[attr-defined]
        assert (await verify(other.database, MEETING)).ok


async def test_the_same_command_sent_twice_is_done_once(house: House) -> None:
    await held(house)
    await emptied(house)
    command = c.CorrectMinutes(ItemId("i1"), LongText("Thêm một ý."), "ghi thiếu")
    first = await house.world.rooms.afterwards(MEETING, command, BINH, "form-1")
    await house.world.rooms.beat()
    assert await house.world.rooms.afterwards(MEETING, command, BINH, "form-1") == first
