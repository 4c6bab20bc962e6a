"""The members of the demonstration, in a process of their own so that the server's loop carries none of their load.

`players` starts `python -m server.demo.run` and speaks to it once, by its standard input: where to go, who signs in.
When that input ends, because the server's process has ended in whatever way, the members end too.
"""

import asyncio
import contextlib
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import aiohttp
import uvloop

from server.settings import Settings

from .crowd import Account, Crowd, demo_profiles
from .door import TIMEOUT, SignInFailed, Unreachable
from .habits import Profile
from .member import TurnedAway
from .seed import Demo
from .voice import rehearse

log = logging.getLogger(__name__)

READY = 0.3  # seconds between two looks whether the server is up
AGAIN = 15.0  # seconds until those who could not join try again
FOR_GOOD = ("MeetingClosed", "NotOnRoster", "NoSuchMeeting", "Removed")
STAGGER = 1.5  # seconds between two members who come
OFFICERS = 3  # of the accounts, after the secretary: the deputy and two committee members take the chair if they must


def cast(demo: Demo, members: int) -> list[Account]:
    """Who plays: everyone but the first, the secretary, whose part is the visitor's."""
    return [
        Account(username, password, officer=number < OFFICERS)
        for number, (_, username, password) in enumerate(demo.accounts[1 : members + 1])
    ]


@contextlib.contextmanager
def players(settings: Settings, demo: Demo, members: int) -> Iterator[None]:
    """While it lasts so many play in the demonstration's meeting; they wait for the server, and for its return."""
    accounts = [_told(account) for account in cast(demo, members)]
    told = {"url": settings.public_url, "meeting": demo.meeting_id, "seed": 1, "accounts": accounts}
    process = subprocess.Popen([sys.executable, "-m", "server.demo.run"], stdin=subprocess.PIPE)
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(told).encode() + b"\n")
        process.stdin.flush()
        yield
    finally:
        _end(process)


def _told(account: Account) -> dict[str, Any]:
    return {"username": account.username, "password": account.password, "officer": account.officer}


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(BrokenPipeError):
        process.communicate(timeout=10)  # closes its input, which tells it to go
    if process.poll() is None:
        process.kill()


async def play(url: str, meeting: str, accounts: Sequence[Account], seed: int) -> None:
    """Until the meeting is closed: each of `accounts` comes, lives, and comes back whatever happens to the server."""
    rehearse()
    await ready(url)
    crowd = Crowd(url, meeting, seed)
    async with asyncio.TaskGroup() as group:
        for number, (account, profile) in enumerate(demo_profiles(accounts)):
            group.create_task(_part(crowd, number, account, profile))


async def _part(crowd: Crowd, number: int, account: Account, profile: Profile) -> None:
    await asyncio.sleep(number * STAGGER)
    while True:
        member = crowd.member(number, account, profile)
        try:
            await member.enter()
            gone = await member.finished()
        except TurnedAway as turned:
            gone = turned
        except SignInFailed:
            log.warning("A demonstration account no longer has its password: its member stays away.")
            return
        except Unreachable:
            gone = TurnedAway("Unreachable", "")
        finally:
            await member.leave()
        if gone is None or gone.rule in FOR_GOOD:
            return
        await asyncio.sleep(AGAIN)


async def ready(url: str) -> None:
    """Until the server answers at all."""
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(f"{url}/healthz"):
                    return
            await asyncio.sleep(READY)


def _end_with_input(loop: asyncio.AbstractEventLoop, playing: asyncio.Task[None]) -> None:
    """In a thread: the input says nothing more, it only ends."""
    sys.stdin.read()
    with contextlib.suppress(RuntimeError):  # the loop has ended by itself
        loop.call_soon_threadsafe(playing.cancel)


async def _main(told: dict[str, Any]) -> None:
    accounts = [Account(**account) for account in told["accounts"]]
    playing = asyncio.create_task(play(told["url"], told["meeting"], accounts, told["seed"]))
    watching = (asyncio.get_running_loop(), playing)
    threading.Thread(target=_end_with_input, args=watching, daemon=True).start()
    with contextlib.suppress(asyncio.CancelledError):
        await playing


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s demo %(name)s %(message)s")
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(json.loads(sys.stdin.readline())))
