"""A hundred who move at once: each sees the place where he is, by patches, and nobody's view is lost on the way."""

from server.meeting.view import eyes, shown

from .conftest import House
from .world import BINH, CHAIR, CHI, DEPUTY, MEETING, Page

EVERYBODY = (CHAIR, DEPUTY, BINH, CHI, "p0", "p1")
CIRCLES = [
    {"id": "a", "name": "Tổ A", "members": [BINH, "p0", "p2"], "leader": BINH},
    {"id": "b", "name": "Tổ B", "members": [CHI, "p1", "p3"]},
]
SPLIT = {"questions": [{"id": "q", "item": "i1"}], "minutes": 10, "groups": CIRCLES}


def place(page: Page) -> str:
    return str(page.mine["groups"]["place"])


def sees_the_meeting_as_it_is(house: House, page: Page) -> bool:
    room = house.world.rooms.find(MEETING)
    assert room is not None
    return page.view == shown(room.meeting, eyes(room.meeting, page.mine["member"]))


async def test_who_moves_is_told_in_a_patch_and_sees_the_debate_of_his_place(house: House) -> None:
    pages = {member: await house.page(member) for member in EVERYBODY}
    chair, binh, chi = pages[CHAIR], pages[BINH], pages[CHI]
    await chair.command("Open")
    for _ in range(3):
        answer = await chair.command("FormGroups", **SPLIT)
        assert "done" in answer, answer
        await binh.until(lambda: place(binh) == "a")
        await chi.until(lambda: place(chi) == "b")
        assert "done" in await pages["p0"].command("AskToSpeak")
        await binh.until(lambda: binh.view["speaking"]["queue"] == ["p0"])
        assert "done" in await binh.command("GiveFloor", member="p0")
        assert chi.view["speaking"]["queue"] == [] and "floor" not in chi.view["speaking"]
        assert "done" in await chair.command("VisitGroup", group="b")
        assert "done" in await chair.command("EndVisit")
        assert "done" in await chair.command("GatherGroups")
        await chi.until(lambda: place(chi) == "")
        for page in pages.values():
            await page.until(lambda page=page: sees_the_meeting_as_it_is(house, page))  # type: ignore[misc]
    assert [page.gaps for page in pages.values()] == [0] * len(pages)
    assert len(binh.said("view")) == 1, "a move is no new view"


async def test_who_comes_in_the_middle_is_where_he_belongs(house: House) -> None:
    chair, first = await house.page(CHAIR), await house.page("p1")
    await chair.command("Open")
    await chair.command("FormGroups", **SPLIT)
    late = await house.page("p3")
    assert place(late) == "b"
    answer = await first.call("view")
    assert answer["view"] == late.view
    assert (await late.command("VisitGroup", group="a"))["refused"]["rule"] == "visit"
    assert (await late.command("SubmitReport"))["refused"]["rule"] == "leader-only"
