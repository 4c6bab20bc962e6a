"""Over real sockets: what docs/protocol.md promises."""

import asyncio
import json
from datetime import timedelta
from itertools import pairwise

import aiohttp
import pytest

from server.live.gateway import PAGES
from server.live.pace import APART, BURST, Pace
from server.live.wire import BadMessage
from server.meeting import Refused
from server.meeting.ids import MemberId
from server.meeting.view import mine, shown

from .conftest import House
from .world import BINH, CHAIR, CHI, DEPUTY, MEETING, Page


async def whole(page: Page) -> dict[str, object]:
    answer = await page.call("view")
    return answer["view"]


async def test_who_joins_sees_the_meeting_and_is_seen(house: House) -> None:
    chair = await house.page(CHAIR)
    assert chair.view["phase"] == "gathering"
    assert chair.view["roll"][CHAIR]["state"] == "present"
    assert chair.mine["chair"] is True
    assert chair.mine["active"] == chair.connection
    binh = await house.page(BINH)
    await chair.until(lambda: chair.view["roll"][BINH]["state"] == "present")
    assert chair.view["roll"][BINH]["devices"] == {"desktop": 1}
    assert "devices" not in binh.view["roll"][BINH]
    assert binh.mine["chair"] is False


async def test_patches_come_in_order_and_together_are_the_whole_view(house: House) -> None:
    chair = await house.page(CHAIR)
    others = [await house.page(f"p{n}") for n in range(6)]
    assert "done" in await chair.command("Open")
    for other in others:
        assert "done" in await other.command("AskToSpeak")
    assert "done" in await chair.command("GiveFloor", member="p2")
    assert "done" in await chair.command("TakeUpItem", item="i1")
    for page in (chair, *others):
        assert page.gaps == 0
        room = house.world.rooms.find(MEETING)
        assert room is not None
        assert page.view == shown(room.meeting, "chair" if page is chair else "member")
        assert page.view == await whole(page)
        patches = page.said("patch")
        assert all(after["after"] == before["seq"] for before, after in pairwise(patches))
    assert others[2].mine["may_speak"] is True


async def test_the_news_comes_before_the_answer(house: House) -> None:
    chair = await house.page(CHAIR)
    answer = await chair.command("Open")
    assert chair.seq == answer["done"]
    assert chair.view["phase"] == "open"


async def test_the_whole_view_may_be_asked_for_at_any_time(house: House) -> None:
    chair = await house.page(CHAIR)
    await chair.command("Open")
    answer = await chair.call("view")
    assert answer["seq"] == chair.seq
    assert answer["view"] == chair.view
    assert answer["mine"] == chair.mine
    assert answer["epoch"] == "epoch-1"


async def test_who_takes_the_chair_gets_the_chairs_view(house: House) -> None:
    chair, deputy = await house.page(CHAIR), await house.page(DEPUTY)
    await chair.close()
    await deputy.until(lambda: deputy.view["roll"][CHAIR]["state"] == "silent")
    house.world.clock.ahead += timedelta(minutes=1)
    assert "done" in await deputy.command("TakeChair")
    await deputy.until(lambda: deputy.mine["chair"])
    assert len(deputy.said("view")) == 2
    assert "devices" in deputy.view["roll"][DEPUTY]
    assert "done" in await deputy.command("Open")
    assert deputy.view["phase"] == "open"
    assert deputy.gaps == 0


async def test_mine_is_sent_only_when_it_changed(house: House) -> None:
    chair, binh, chi = await house.page(CHAIR), await house.page(BINH), await house.page(CHI)
    await chair.command("Open")
    before = len(chi.said("mine"))
    await binh.command("TurnOnMicrophone")
    await chair.command("TakeUpItem", item="i1")
    await chi.until(lambda: chi.view["agenda"].get("current") == "i1")
    assert len(chi.said("mine")) == before
    room = house.world.rooms.find(MEETING)
    assert room is not None
    assert binh.mine == {**mine(room.meeting, BINH), "active": binh.connection}


async def test_a_second_tab_is_told_the_same_and_is_the_active_one(house: House) -> None:
    chair, first = await house.page(CHAIR), await house.page(BINH)
    second = await house.page(BINH)
    await first.until(lambda: first.mine["active"] == second.connection)
    assert chair.view["roll"][BINH]["devices"] == {"desktop": 2}
    assert chair.view["counts"]["present"] == 2
    await chair.command("Open")
    await first.command("AskToSpeak")
    await second.until(lambda: BINH in second.view["speaking"]["queue"])
    assert first.mine == second.mine


async def test_a_socket_that_returns_is_the_same_connection_though_the_old_one_ends_later(house: House) -> None:
    chair, binh = await house.page(CHAIR), await house.page(BINH)
    again = Page(binh.token, binh.connection)
    house.pages.append(again)
    await again.open(house.world)
    await binh.over.wait()
    assert "done" in await again.command("Vouch", member=CHI)
    log = await house.world.log.read(MEETING)
    names = [type(each.event).__name__ for each in log]
    assert names.count("Connected") == 2
    assert "Disconnected" not in names
    assert chair.view["roll"][BINH]["state"] == "present"


async def test_a_lost_socket_makes_its_member_silent_and_the_next_one_present_again(house: House) -> None:
    chair, binh = await house.page(CHAIR), await house.page(BINH)
    await binh.cut()
    await chair.until(lambda: chair.view["roll"][BINH]["state"] == "silent")
    await binh.reopen(house.world)
    await chair.until(lambda: chair.view["roll"][BINH]["state"] == "present")


async def test_who_opens_page_after_page_keeps_the_last_ones(house: House) -> None:
    pages = [await house.page(BINH) for _ in range(PAGES + 2)]
    for first in pages[:2]:
        await first.over.wait()
        assert first.said("gone")[0]["rule"] == "pages"
    assert await pages[-1].command("AskToSpeak")
    assert not any(last.said("gone") for last in pages[2:])


def test_a_pace_lets_a_burst_pass_and_then_one_after_the_other() -> None:
    pace = Pace()
    assert [pace.wait(5.0) for _ in range(BURST)] == [0.0] * BURST
    assert [pace.wait(5.0) for _ in range(3)] == [APART, 2 * APART, 3 * APART]
    assert pace.wait(5.0 + 4 * APART) == 0.0
    assert pace.wait(1e6) == 0.0


async def test_who_says_too_much_waits_for_his_answer_and_nobody_else_does(house: House) -> None:
    chair, binh = await house.page(CHAIR), await house.page(BINH)
    await chair.command("Open")
    pace, time = house.world.gateway._paces[MEETING][BINH], asyncio.get_running_loop().time()
    while pace.wait(time) < 3:
        """As if he had said so much at once."""
    asked = asyncio.create_task(binh.command("AskToSpeak"))
    assert "done" in await chair.command("Pause")
    assert not asked.done()
    await asked


async def test_who_goes_while_he_waits_leaves_no_fault(house: House) -> None:
    binh = await house.page(BINH)
    pace, time = house.world.gateway._paces[MEETING][BINH], asyncio.get_running_loop().time()
    while pace.wait(time) < 1:
        """As if he had said so much at once."""
    heard = house.world.gateway._hear
    sid = next(iter(house.world.gateway._sockets))
    asked = asyncio.create_task(heard("command", sid, {"id": "c1", "name": "AskToSpeak"}))
    await binh.close()
    await house.world.empty()
    assert await asked == {"bad": "This connection has ended."}
    assert not house.world.rooms.health.red


async def test_the_media_hears_the_plan_and_offers_are_answered(house: House) -> None:
    chair = await house.page(CHAIR)
    answer = await chair.call("signal", {"type": "offer", "sdp": "v=0"})
    peers = house.world.stage.plans[MEETING].peers
    (connection,) = peers
    assert answer == {"type": "answer", "sdp": f"v=0 {CHAIR} {connection}", "epoch": "epoch-1"}
    assert connection.startswith(chair.connection)
    assert await chair.call("signal", {"type": "offer", "sdp": "hello"}) == {"bad": "This is no session description."}


async def test_a_page_whose_socket_is_gone_may_still_offer_and_nobody_else_in_its_name(house: House) -> None:
    chair, binh = await house.page(CHAIR), await house.page(BINH)
    resume = house.world.gateway.resume
    await binh.cut()
    answer = await resume(MEETING, MemberId(BINH), binh.connection, "v=0")
    assert answer["type"] == "answer" and answer["sdp"].startswith(f"v=0 {BINH} {binh.connection}")
    for member, page, meeting in ((CHAIR, binh.connection, MEETING), (BINH, chair.connection, MEETING),
                                  (BINH, "", MEETING), (BINH, binh.connection, "another")):  # fmt: skip
        with pytest.raises(Refused, match="not-here"):
            await resume(meeting, MemberId(member), page, "v=0")
    with pytest.raises(BadMessage, match="no session description"):
        await resume(MEETING, MemberId(BINH), binh.connection, "hello")


async def test_slots_reach_their_own_page_and_again_when_it_returns(house: House) -> None:
    chair, binh = await house.page(CHAIR), await house.page(BINH)
    (connection,) = [c for c, peer in house.world.stage.plans[MEETING].peers.items() if peer.member == BINH]
    house.world.gateway.slots(MEETING, connection, {"3": CHAIR})
    await binh.until(lambda: binh.said("slots"))
    assert binh.said("slots") == [{"epoch": "epoch-1", "slots": {"3": CHAIR}}]
    await binh.cut()
    await binh.reopen(house.world)
    await binh.until(lambda: len(binh.said("slots")) == 2)
    assert chair.said("slots") == []


async def test_what_the_media_know_of_a_connection_reaches_its_own_page_and_again_when_it_returns(house: House) -> None:
    chair, binh = await house.page(CHAIR), await house.page(BINH)
    (connection,) = [c for c, peer in house.world.stage.plans[MEETING].peers.items() if peer.member == BINH]
    feed = {"heard": True, "pictures": 2, "voice": 32000, "send": {"1": ["l"]}, "screen": CHAIR}
    house.world.gateway.feed(MEETING, connection, feed)
    await binh.until(lambda: binh.said("feed"))
    await binh.cut()
    await binh.reopen(house.world)
    await binh.until(lambda: len(binh.said("feed")) == 2)
    assert binh.said("feed") == [{"epoch": "epoch-1", **feed}] * 2
    assert chair.said("feed") == []


async def test_what_a_page_wants_is_told_to_the_media_for_this_page_alone(house: House) -> None:
    chair = await house.page(CHAIR)
    wanted = {"mode": "chair", "heights": {"6": 360, "7": 0}, "page": 1}
    assert "done" in await chair.call("wanted", wanted)
    ((connection, wish),) = house.world.stage.wishes.items()
    assert connection.startswith(chair.connection) and wish.model_dump() == wanted
    assert "bad" in await chair.call("wanted", wanted | {"connection": "another"})


async def test_a_new_media_process_is_told_to_everybody(house: House) -> None:
    pages = [await house.page(CHAIR), await house.page(BINH, "m2")]
    house.world.stage.epoch = "epoch-2"
    house.world.gateway.epoch("epoch-2")
    for page in pages:
        await page.until(lambda page=page: page.said("media") == [{"epoch": "epoch-2"}])


async def test_the_end_is_shown_and_the_room_is_given_up_when_all_have_gone(house: House) -> None:
    chair, binh = await house.page(CHAIR), await house.page(BINH)
    await chair.command("Open")
    assert "done" in await chair.command("Close")
    await binh.until(lambda: binh.view["phase"] == "closed")
    assert (await binh.command("AskToSpeak"))["refused"]["rule"] == "closed"
    await house.world.rooms.beat()
    assert house.world.rooms.find(MEETING) is not None
    await chair.close()
    await binh.close()
    await house.world.empty()
    await house.world.rooms.beat()
    assert house.world.rooms.find(MEETING) is None
    assert house.world.stage.closed == [MEETING]


async def test_long_polling_is_as_good_as_a_websocket(house: House) -> None:
    chair = Page(house.world.sign_in(CHAIR))
    house.pages.append(chair)
    await chair.open(house.world, transports=["polling"])
    binh = await house.page(BINH)
    await chair.until(lambda: chair.view["roll"][BINH]["state"] == "present")
    assert "done" in await chair.command("Open")
    await binh.until(lambda: binh.view["phase"] == "open")
    assert (await chair.command("Remove", member=BINH, reason="x" * 2_000_000)).keys() == {"bad"}
    assert chair.gaps == 0


async def test_a_socket_that_dies_while_it_is_admitted_leaves_no_ghost(house: House) -> None:
    chair = await house.page(CHAIR)
    token, auth = house.world.sign_in(BINH), {"meeting": MEETING, "connection": "B" * 22, "device": "phone"}
    async with aiohttp.ClientSession(headers={"Cookie": f"chibo_session={token}"}) as session:
        socket = await session.ws_connect(f"{house.world.url}/socket.io/?EIO=4&transport=websocket")
        await socket.receive()
        await socket.send_str("40/meeting," + json.dumps(auth))
        assert socket._response.connection
        socket._response.connection.transport.abort()
    await chair.until(lambda: chair.view["roll"][BINH]["state"] == "silent")
    await house.world.gateway.watch()
    assert len(house.world.gateway) == 1


async def test_the_first_view_follows_the_acceptance(house: House) -> None:
    token, auth = house.world.sign_in(CHAIR), {"meeting": MEETING, "connection": "B" * 22, "device": "phone"}
    async with aiohttp.ClientSession(headers={"Cookie": f"chibo_session={token}"}) as session:
        socket = await session.ws_connect(f"{house.world.url}/socket.io/?EIO=4&transport=websocket")
        await socket.receive()
        await socket.send_str("40/meeting," + json.dumps(auth))
        first, second = (await socket.receive()).data, (await socket.receive()).data
        assert first.startswith('40/meeting,{"sid":')
        assert second.startswith('42/meeting,["view",')
        await socket.close()


async def test_when_the_server_stops_pages_know_that_they_shall_come_back(house: House) -> None:
    """Only the transport ends: a farewell of the namespace would tell the library not to reconnect."""
    token, auth = house.world.sign_in(CHAIR), {"meeting": MEETING, "connection": "B" * 22, "device": "phone"}
    async with aiohttp.ClientSession(headers={"Cookie": f"chibo_session={token}"}) as session:
        socket = await session.ws_connect(f"{house.world.url}/socket.io/?EIO=4&transport=websocket")
        await socket.receive()
        await socket.send_str("40/meeting," + json.dumps(auth))
        assert (await socket.receive()).data.startswith("40")
        stopping = asyncio.ensure_future(house.world.gateway.stop())
        heard = [str(message.data) async for message in socket]
        await stopping
    assert heard[-1] == "1"
    assert not any(message.startswith("41") for message in heard)
