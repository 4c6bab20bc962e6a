"""A file looked through: read, held against the register, planned.  A large one in a process of its own.

That work is seconds of computing for ten thousand lines, and the open meetings share our process: in a thread it would
still take turns with them.  `python -m server.org.exchange.looking` takes one Task from its input and answers with
frames on its output, each a length of four bytes and a pickle; both ends are this program.
"""

import asyncio
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from server.records.database import Database

from ..refusal import Refused
from ..trail import Hand
from ..tree import Unit
from . import checking, keeping, reading
from .plan import Plan

Told = Callable[[int, int], None]  # so many lines are looked through, of so many
SMALL = 16 << 10  # bytes of a CSV that is not worth a process
EVERY = 100  # lines between two words of progress
PART = 250  # steps of a plan in one frame: some ms of unpacking, then the meetings have their turn
NICE = 5  # whoever is in a meeting goes first
CPU, MEMORY = 60, 2 << 30  # seconds and bytes of the process; twenty thousand lines take a tenth of that
PATIENCE = 300.0  # seconds until it is given up


class Broken(Exception):
    """The process ended before it had answered."""


@dataclass(frozen=True, slots=True)
class Task:
    """A file, and by whom and for what it was sent."""

    name: str
    data: bytes
    hand: Hand
    scope: Unit
    may_edit_tree: bool
    grants: frozenset[str]


async def look(database: Database, task: Task, told: Told) -> Plan:
    """Here if it is small, else beside us.  Raises Refused; Broken."""
    if len(task.data) <= SMALL and not task.data.startswith(b"PK"):
        return await _here(database, task, told)
    return await _beside(database, task, told)


async def _here(database: Database, task: Task, told: Told) -> Plan:
    sheets = await asyncio.to_thread(reading.read, task.name, task.data)
    total, done = sum(len(sheet.lines) for sheet in sheets), 0
    told(0, total)

    def one() -> None:
        nonlocal done
        done += 1
        if done % EVERY == 0:
            told(done, total)

    async with database.read() as connection:
        state = await keeping.state(connection, task.hand, task.scope, sheets, task.may_edit_tree, task.grants)
    return await asyncio.to_thread(checking.planned, sheets, state, one)


# -- Our side of the process -----------------------------------------------------------------------------------------


async def _beside(database: Database, task: Task, told: Told) -> Plan:
    url = database.url.render_as_string(hide_password=False)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server.org.exchange.looking",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdin and child.stdout
    try:
        async with asyncio.timeout(PATIENCE):
            child.stdin.write(await asyncio.to_thread(_framed, (url, task)))
            child.stdin.close()
            return await _answer(child.stdout, told)
    except TimeoutError:
        raise _endless() from None
    except (asyncio.IncompleteReadError, ConnectionError):
        code = await child.wait()
        raise _endless() if code == -signal.SIGXCPU else Broken(f"exit {code}") from None
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


def _endless() -> Refused:
    return Refused("file", "Looking through this file takes too long. Please part it.")


async def _answer(stream: asyncio.StreamReader, told: Told) -> Plan:
    plan: Plan | None = None
    while True:
        size = int.from_bytes(await stream.readexactly(4))
        word, *given = pickle.loads(await stream.readexactly(size))  # noqa: S301  from our own process
        if word == "told":
            told(*given)
        elif word == "refused":
            rule, why, facts = given
            raise Refused(rule, why, **facts)
        elif word == "plan":
            (plan,) = given
        elif word == "end" and plan is not None:
            return plan
        elif plan is not None:
            getattr(plan, word).extend(given[0])


def _framed(answer: tuple[Any, ...]) -> bytes:
    packed = pickle.dumps(answer)
    return len(packed).to_bytes(4) + packed


# -- The process itself ----------------------------------------------------------------------------------------------


def _frames(plan: Plan) -> Iterator[tuple[Any, ...]]:
    """The plan without its lists, then those in parts."""
    yield "plan", Plan(plan.version, same=plan.same)
    every: Sequence[Any]
    for name, every in (("units", plan.units), ("people", plan.people), ("groups", plan.groups), ("wrong", plan.wrong)):
        for start in range(0, len(every), PART):
            yield name, every[start : start + PART]
    yield ("end",)


async def _work(url: str, task: Task, out: BinaryIO) -> None:
    def tell(*answer: Any) -> None:
        out.write(_framed(answer))
        out.flush()

    database = Database(url)
    try:
        plan = await _here(database, task, lambda done, total: tell("told", done, total))
        for frame in _frames(plan):
            tell(*frame)
    except Refused as refused:
        tell("refused", refused.rule, refused.why, refused.facts)
    finally:
        await database.close()


def main() -> None:
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    size = int.from_bytes(sys.stdin.buffer.read(4))
    url, task = pickle.loads(sys.stdin.buffer.read(size))  # noqa: S301  from the process that started us
    asyncio.run(_work(url, task, sys.stdout.buffer))


if __name__ == "__main__":
    # By its own name, so that what is pickled here is known there by the same.
    from server.org.exchange import looking

    looking.main()
