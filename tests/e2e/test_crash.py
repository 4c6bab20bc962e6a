"""The server is killed in the middle of a meeting.  Real processes, real sockets, simulated members."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from server.demo.large import large_cell

from .crowd import joined, kept, minutes
from .house import House


async def test_a_killed_server_costs_nobody_his_presence_and_no_event(house: House) -> None:
    meeting, accounts = await large_cell(house.database, 6)
    async with joined(house, meeting, accounts) as members:
        chair, speaker, *others = members
        await chair.ask("Open")
        await speaker.ask("AskToSpeak")
        await chair.ask("GiveFloor", member=speaker.screen.me)
        wishes = [asyncio.create_task(member.ask("AskToSpeak")) for member in others]  # some before, some after

        await house.kill()
        await house.start()

        assert all("done" in answer for answer in await asyncio.gather(*wishes))
        for member in members:
            await member.until(lambda screen: len(screen.queue) == len(others))
            assert member.screen.floor == speaker.screen.me
            await member.until(lambda screen: {each["state"] for each in screen.view["roll"].values()} == {"present"})
        assert chair.screen.mine["chair"]
        assert speaker.screen.mine["microphone"] == "on"
        await chair.ask("Close")

    log = kept(house, meeting)
    assert [entry.seq for entry in log] == list(range(1, len(log) + 1))
    names = Counter(entry.name for entry in log)
    assert names["SpeakerQueued"] == 1 + len(others)
    assert names["Arrived"] == len(members)
    assert names["ConnectionsLost"] == 1
    assert "Left" not in names
    code, said = await house.chibo("verify", meeting)
    assert (code, said) == (0, f"{meeting}: {len(log)} events, whole, head {said.split()[-1]}\n")

    opened = next(entry.at for entry in log if entry.name == "Opened")
    held = (log[-1].at - opened) // timedelta(seconds=1)
    assert await minutes(house, meeting, accounts[0]) == [held] * len(members)


@pytest.mark.parametrize("how", ["kill", "stop"])
async def test_the_sound_goes_on_while_the_server_is_killed_or_restarted(house: House, how: str) -> None:
    """A new version is put in place by an ordinary stop and start."""
    meeting, accounts = await large_cell(house.database, 2)
    async with joined(house, meeting, accounts) as (chair, listener):
        await chair.ask("TurnOnMicrophone")
        await listener.until(lambda screen: screen.slots.get("3") == chair.screen.me)
        media = listener.media
        assert media is not None
        worker = house.media_worker()
        await (house.kill() if how == "kill" else house.stop())
        before = sum(slot.received for slot in media.slots.values())
        await asyncio.sleep(1)  # of a voice, with nobody at the other end of the socket
        assert sum(slot.received for slot in media.slots.values()) >= before + 25
        await house.start()
        before = sum(slot.received for slot in media.slots.values())
        await listener.until(lambda _: sum(slot.received for slot in media.slots.values()) > before)
        await chair.until(lambda _: chair.is_online)
        await listener.until(lambda _: listener.is_online)
        assert listener.media is media, "the page keeps the connection it has"
        assert house.media_worker().pid == worker.pid
    await house.stop()
    await asyncio.to_thread(worker.wait, 60)  # without a call it does not wait for another server


async def test_a_second_server_in_the_same_directory_takes_nothing_from_the_first(house: House) -> None:
    meeting, accounts = await large_cell(house.database, 2)
    async with joined(house, meeting, accounts) as (chair, listener):
        await chair.ask("TurnOnMicrophone")
        await listener.until(lambda screen: screen.slots.get("3") == chair.screen.me)
        code, said = await house.chibo("run")
        assert (code, said) == (1, f"chibo: Another Chibo already runs on {house.data}.\n")
        await chair.ask("TurnOffMicrophone")
        await listener.until(lambda screen: "3" not in screen.slots)
    assert "taken over" not in house.log()


async def test_a_server_that_is_stopped_takes_its_worker_along_when_nobody_is_connected(house: House) -> None:
    worker = house.media_worker()
    await house.stop()
    assert not worker.is_running()
