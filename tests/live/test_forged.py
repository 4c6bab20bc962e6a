"""What is forged, malformed or too much is refused with its reason, changes nothing, and the room goes on."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import socketio

from server.live import gateway as live
from server.live.wire import LONGEST_MESSAGE
from server.meeting.ids import MemberId

from .conftest import House
from .world import BINH, CHAIR, CHI, MEETING, PATIENCE, Page, call


async def count(house: House) -> int:
    return len(await house.world.log.read(MEETING))


async def goes_on(house: House, chair: Page) -> None:
    answer = await chair.command("Open")
    assert "done" in answer
    assert chair.view["phase"] == "open"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ({"name": "GiveFloor", "member": BINH}, {"refused": "chair-only"}),
        ({"name": "Remove", "member": CHAIR, "reason": "x"}, {"refused": "chair-only"}),
        ({"name": "Close"}, {"refused": "chair-only"}),
        ({"name": "TakeChair"}, {"refused": "succession"}),
        ({"name": "Open", "by": CHAIR}, {"bad": "There is a field too many."}),
        ({"name": "Call"}, {"bad": "There is no command of that name."}),
        ({"name": "Join", "connection": "x", "device": "phone"}, {"bad": "There is no command of that name."}),
        ({"name": "Tick"}, {"bad": "There is no command of that name."}),
        ({"name": "__class__"}, {"bad": "There is no command of that name."}),
    ],
)
async def test_a_forged_command_is_refused(house: House, command: dict[str, Any], answer: dict[str, str]) -> None:
    chair, binh = await house.page(CHAIR), await house.page(BINH)
    before = await count(house)
    heard = await binh.command(**command)
    if "refused" in answer:
        assert heard["refused"]["rule"] == answer["refused"]
        assert heard["refused"]["why"]
    else:
        assert heard == answer
    assert await count(house) == before
    await goes_on(house, chair)


async def test_a_second_call_is_refused_whoever_asks(house: House) -> None:
    chair = await house.page(CHAIR)
    before = await count(house)
    room = house.world.rooms.find(MEETING)
    assert room is not None
    with pytest.raises(live.Refused):
        await room.ask(call(), CHAIR)
    with pytest.raises(live.Refused, match="already called"):
        await room.ask(call(), MemberId(""))
    assert await count(house) == before
    await goes_on(house, chair)


@pytest.mark.parametrize("size", [LONGEST_MESSAGE + 1, 2_000_000])
async def test_a_message_that_is_too_long_is_refused_with_its_reason(house: House, size: int) -> None:
    chair, binh = await house.page(CHAIR), await house.page(BINH)
    before = await count(house)
    heard = await binh.command("Remove", member=CHI, reason="x" * size)
    assert heard == {"bad": "A message has at most 65536 bytes."}
    assert await count(house) == before
    assert "refused" in await binh.command("Close")
    await goes_on(house, chair)


async def test_what_is_longer_in_bytes_than_in_characters_is_too_long(house: House) -> None:
    await house.page(CHAIR)
    binh = await house.page(BINH)
    packet = '2/meeting,@["command",{"id":"1","name":"Open","x":"' + "ệ" * 30_000 + '"}]'
    assert len(packet) < LONGEST_MESSAGE < len(packet.encode())
    assert await answer_to(binh, packet) == [{"bad": "A message has at most 65536 bytes."}]


async def test_a_message_at_the_limit_is_read(house: House) -> None:
    chair = await house.page(CHAIR)
    sdp = "v=0" + "x" * (LONGEST_MESSAGE - 200)
    assert (await chair.call("signal", {"type": "offer", "sdp": sdp}))["type"] == "answer"


async def answer_to(page: Page, packet: str) -> Any:
    """Send a packet as it stands, @ being the id of its ack, and wait for the answer."""
    answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    id = page.io._generate_ack_id(live.NAMESPACE, lambda *data: answer.set_result(list(data)))
    await page.io.eio.send(packet.replace("@", str(id), 1))
    async with asyncio.timeout(PATIENCE):
        return await answer


@pytest.mark.parametrize(
    "packet",
    [
        "2/meeting,@{",
        '2/meeting,@["command"',
        "2/meeting,@[]",
        "2/meeting,@{}",
        "2/meeting,@[1]",
        '2/meeting,@["connect",{"HTTP_COOKIE":"chibo_session=x"},{}]',
        '2/meeting,@["disconnect"]',
        "2/meeting,@" + "[" * 20_000,
        '2/meeting,@["dance"]',
        '2/meeting,@["view",1]',
        '2/meeting,@["command",{"id":"1","name":"Open"},2]',
        '2/meeting,@["command",{"id":"1","name":"ExtendSpeech","seconds":1e999}]',
    ],
)
async def test_a_malformed_packet_is_answered_as_bad_and_counted(house: House, packet: str) -> None:
    chair, binh = await house.page(CHAIR), await house.page(BINH)
    before, counted = await count(house), house.world.rooms.health.bad_messages
    (answer,) = await answer_to(binh, packet)
    assert list(answer) == ["bad"]
    assert house.world.rooms.health.bad_messages == counted + 1
    assert await count(house) == before
    assert chair.view["roll"][BINH]["state"] == "present"
    assert "refused" in await binh.command("Close")


@pytest.mark.parametrize("packet", ['51-/meeting,["command",{"_placeholder":true,"num":0}]', "3/meeting,1[]", "9", "x"])
async def test_other_kinds_of_packets_are_bad_and_the_connection_lives(house: House, packet: str) -> None:
    await house.page(CHAIR)
    binh = await house.page(BINH)
    counted = house.world.rooms.health.bad_messages
    await binh.io.eio.send(packet)
    assert "refused" in await binh.command("Close")
    assert house.world.rooms.health.bad_messages == counted + 1


async def test_twenty_bad_messages_within_ten_seconds_end_the_connection(house: House) -> None:
    chair, binh = await house.page(CHAIR), await house.page(BINH)
    for _ in range(live.FLOOD):
        assert await binh.call("command", {}) == {"bad": "There is no command of that name."}
    await binh.over.wait()
    await chair.until(lambda: chair.view["roll"][BINH]["state"] == "silent")
    assert house.world.rooms.health.floods == 1
    await goes_on(house, chair)


async def test_bad_messages_now_and_then_do_not_end_the_connection(house: House) -> None:
    binh = await house.page(BINH)
    for _ in range(2 * live.FLOOD):
        await binh.call("command", {})
        house.world.clock.ahead += timedelta(seconds=1)
    assert "view" in await binh.call("view")


# -- Connecting ------------------------------------------------------------------------------------------------------


async def refusal(house: House, page: Page, meeting: str = MEETING, **auth: Any) -> dict[str, Any]:
    with pytest.raises(socketio.exceptions.ConnectionError):
        await page.open(house.world, meeting, **auth)
    data = page.refusal["data"]
    assert isinstance(data, dict) and data["why"]
    return data


@pytest.mark.parametrize(
    ("member", "meeting", "auth", "rule"),
    [
        ("", MEETING, {}, "SignedOut"),
        ("stranger", MEETING, {}, "NotOnRoster"),
        (BINH, "m9", {}, "NoSuchMeeting"),
        (BINH, MEETING, {"connection": "short"}, "BadMessage"),
        (BINH, MEETING, {"device": "fridge"}, "BadMessage"),
        (BINH, MEETING, {"member": CHAIR}, "BadMessage"),
    ],
)
async def test_a_connect_that_is_refused_says_why(
    house: House, member: str, meeting: str, auth: dict[str, str], rule: str
) -> None:
    chair = await house.page(CHAIR)
    before = await count(house)
    token = house.world.sign_in(MemberId(member)) if member else "forged"
    assert (await refusal(house, Page(token), meeting, **auth))["rule"] == rule
    assert await count(house) == before
    assert len(house.world.gateway) == 1
    await goes_on(house, chair)


async def test_a_stranger_cannot_have_a_meeting_called(house: House) -> None:
    assert (await refusal(house, Page(house.world.sign_in(MemberId("stranger")))))["rule"] == "NotOnRoster"
    assert await count(house) == 0
    assert house.world.rooms.find(MEETING) is None


async def test_another_meeting_needs_its_own_admission(house: House) -> None:
    """A command names no meeting: it can only reach the one whose connection it came by."""
    chair, other = await house.page(CHAIR), await house.page(CHAIR, "m2")
    assert (await other.command("Open", meeting=MEETING)) == {"bad": "There is a field too many."}
    assert "done" in await other.command("Open")
    assert chair.view["phase"] == "gathering"


async def test_nobody_takes_over_anothers_connection(house: House) -> None:
    chair, binh = await house.page(CHAIR), await house.page(BINH)
    chi = await house.page(CHI, connection=binh.connection)
    assert chi.mine["member"] == CHI
    assert chi.mine["active"] == binh.mine["active"] == binh.connection
    await chi.close()
    await chair.until(lambda: chair.view["roll"][CHI]["state"] == "silent")
    assert chair.view["roll"][BINH]["state"] == "present"
    assert "view" in await binh.call("view")


async def test_a_foreign_origin_is_turned_away(house: House) -> None:
    url = f"{house.world.url}/socket.io/?EIO=4&transport=polling"
    async with aiohttp.ClientSession() as session:
        async with session.get(url, headers={"Origin": "https://evil.example"}) as answer:
            assert answer.status == 400
        async with session.get(url, headers={"Origin": house.world.url}) as answer:
            assert answer.status == 200


async def test_only_the_namespace_of_the_meeting_exists(house: House) -> None:
    io = socketio.AsyncClient(reconnection=False)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await io.connect(house.world.url, namespaces=["/"], transports=["websocket"])


# -- Sessions --------------------------------------------------------------------------------------------------------


async def test_a_revoked_session_loses_its_sockets_and_no_others(house: House) -> None:
    chair, binh, chi = await house.page(CHAIR), await house.page(BINH), await house.page(CHI)
    del house.world.sessions[binh.token]
    await binh.until(lambda: binh.said("gone"))
    assert binh.said("gone")[0]["rule"] == "SignedOut"
    await binh.over.wait()
    await chair.until(lambda: chair.view["roll"][BINH]["state"] == "silent")
    assert (await refusal(house, Page(binh.token, binh.connection)))["rule"] == "SignedOut"
    assert "view" in await chi.call("view")


async def test_who_is_removed_is_told_and_cannot_come_back_until_readmitted(house: House) -> None:
    chair, first, second = await house.page(CHAIR), await house.page(BINH), await house.page(BINH)
    assert "done" in await chair.command("Remove", member=BINH, reason="gây rối")
    for page in (first, second):
        await page.until(lambda page=page: page.said("gone"))
        assert page.said("gone")[0]["rule"] == "Removed"
        await page.over.wait()
    assert chair.view["roll"][BINH] == {**chair.view["roll"][BINH], "state": "removed", "reason": "gây rối"}
    assert (await refusal(house, Page(first.token)))["rule"] == "Removed"
    assert "done" in await chair.command("Readmit", member=BINH, reason="đã xin lỗi")
    again = await house.page(BINH)
    assert again.view["roll"][BINH]["state"] == "present"


async def test_a_closed_meeting_is_not_entered_any_more(house: House) -> None:
    chair = await house.page(CHAIR)
    await chair.command("Open")
    await chair.command("Close")
    assert (await refusal(house, Page(house.world.sign_in(BINH))))["rule"] == "MeetingClosed"
    await chair.close()
    await house.world.empty()
    await house.world.rooms.beat()
    assert (await refusal(house, Page(house.world.sign_in(BINH))))["rule"] == "MeetingClosed"


async def test_the_command_id_is_the_members_own(house: House) -> None:
    chair, binh, chi = await house.page(CHAIR), await house.page(BINH), await house.page(CHI)
    await chair.command("Open")
    first = await binh.command("AskToSpeak", id="one")
    assert await binh.command("AskToSpeak", id="one") == first
    assert binh.view["speaking"]["queue"] == [BINH]
    assert await chi.command("AskToSpeak", id="one") != first
    await chi.until(lambda: chi.view["speaking"]["queue"] == [BINH, CHI])


async def test_a_long_queue_of_messages_is_bad_not_kept(house: House) -> None:
    """Who does not wait for answers is told so; what was taken is done in order."""
    chair, binh = await house.page(CHAIR), await house.page(BINH)
    await chair.command("Open")
    answers = await asyncio.gather(
        *(binh.command("AskToSpeak" if n % 2 == 0 else "WithdrawRequest") for n in range(live.PENDING))
    )
    assert [list(answer) for answer in answers] == [["done"]] * live.PENDING
    assert [answer["done"] for answer in answers] == sorted(answer["done"] for answer in answers)
    assert binh.view["speaking"]["queue"] == []
