"""Proof: the verdicts on the records of a sub-tree, verifying them anew with progress, and the public witness."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

from aiohttp import ETag, web

from server.oversight import proof
from server.records import judging, published
from server.records.board import Board
from server.records.witness import noted

from . import guard, keys
from .render import page

SHOWN = 100
# What verify finds wrong (records/verify.py), by how its sentence begins: as it is said to people.
WHYS: Mapping[str, str] = MappingProxyType(
    {
        "the summary is": "The summary is not what the log says.",
        "the state of the papers is": "The state of the papers is not what the log says.",
        "the entry is missing": "The entry is missing.",
        "the hash does not fit": "The hash does not fit the entry and those before it: something was changed.",
        "the entry belongs elsewhere": "The entry belongs elsewhere in the log.",
        "the columns do not say": "The columns of the row do not say what its sealed text says.",
        "this cannot follow the end": "This cannot follow the end of the meeting.",
        "the meeting is closed, but": "The meeting is closed, but its signed head is missing.",
        "the entry follows the last": "The entry was added after the last signed head.",
        "the signed head is not": "The signed head is not that of this log: the log was written anew.",
        "the head is signed with a key": "The head is signed with a key that is not ours.",
        "the signature of the head": "The signature of the head does not hold.",
        "the witness has another head": "The witness has another head for this entry: the log was written anew.",
        "the entry is dated before": "The entry is dated before the one it follows: a clock was set back.",
        "it holds a head of": "It holds a head of another meeting that is not in the log of that meeting.",
        "there is no such meeting": "There is no such meeting.",
        "the meeting is listed as": "The list of meetings says another phase than the log.",
        "the list of meetings says": "The list of meetings says something else than the log.",
        "the attendance of": "The attendance rows are not what the log says.",
    }
)
_UNREAD = "The entry cannot be read."


@dataclass(slots=True)
class Run:
    """One run over the records of a unit; gone with the process, its verdicts are kept."""

    total: int
    done: int = 0
    broken: int = 0
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def busy(self) -> bool:
        return self.task is not None and not self.task.done()


RUNS: web.AppKey[dict[str, Run]] = web.AppKey("proof_runs", dict)
BOARD = web.AppKey("witness", Board)


def setup(app: web.Application) -> None:
    house = app[keys.HOUSE]
    app[RUNS], app[BOARD] = {}, Board(house.database, house.settings.public_url)

    async def end(app: web.Application) -> None:
        tasks = [run.task for run in app[RUNS].values() if run.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    app.on_cleanup.append(end)


async def show(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/proof."""
    unit = request[keys.UNIT]
    async with request.app[keys.HOUSE].database.read() as connection:
        found = await proof.state(connection, unit)
        broken = await proof.broken(connection, unit, SHOWN)
        root = await published.latest(connection)
    run = request.app[RUNS].get(unit.id)
    return page(request, "supervision_proof.html", unit=unit, state=found, broken=broken, run=run, root=root, said=said)


def said(why: str) -> str:
    """The sentence for people; of an entry that is no entry any more, that it cannot be read."""
    return next((sentence for begin, sentence in WHYS.items() if why.startswith(begin)), _UNREAD)


async def start(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/proof: every closed record of the sub-tree is read through and judged anew."""
    unit, house, runs = request[keys.UNIT], request.app[keys.HOUSE], request.app[RUNS]
    running = runs.get(unit.id)
    if running is None or not running.busy:
        async with house.database.read() as connection:
            wanted = await proof.closed(connection, unit)
        run = runs[unit.id] = Run(len(wanted))
        run.task = asyncio.create_task(_judge(house, run, wanted), name="proof")
    raise web.HTTPSeeOther(f"/units/{unit.id}/proof")


async def _judge(house: keys.House, run: Run, wanted: Sequence[str]) -> None:
    trusted = {house.key.public}
    witnessed = await asyncio.to_thread(noted, house.settings.witness)
    for meeting in wanted:
        verdict = await judging.judge(house.database, meeting, trusted, house.clock(), witnessed.get(meeting, ()))
        run.done, run.broken = run.done + 1, run.broken + (not verdict.ok)
        await asyncio.sleep(0)


async def one(request: web.Request) -> web.StreamResponse:
    """POST /meetings/{id}/proof: the record of one meeting is judged anew; then its page, or those that are broken."""
    row, house, asks = request[keys.MEETING], request.app[keys.HOUSE], await guard.actor(request)
    if not row.closed:
        raise web.HTTPNotFound
    witnessed = await asyncio.to_thread(noted, house.settings.witness)
    trusted = {house.key.public}
    verdict = await judging.judge(house.database, row.id, trusted, house.clock(), witnessed.get(row.id, ()))
    shown = verdict.ok and guard.may(asks, "see_timeline", row)
    raise web.HTTPSeeOther(f"/meetings/{row.id}/timeline" if shown else f"/units/{row.unit.id}/proof")


async def state(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/proof/state."""
    run = request.app[RUNS].get(request[keys.UNIT].id)
    done, total, busy = (run.done, run.total, run.busy) if run else (0, 0, False)
    return web.json_response({"busy": busy, "done": done, "total": total})


# -- The public witness ----------------------------------------------------------------------------------------------


async def witness(request: web.Request) -> web.StreamResponse:
    """GET /witness: for everybody; no name stands on it."""
    async with request.app[keys.HOUSE].database.read() as connection:
        roots = await published.roots(connection, SHOWN)
    return page(request, "witness.html", roots=roots)


async def document(request: web.Request) -> web.StreamResponse:
    """GET /witness.json: everything, to be kept; `chibo verify --witness FILE` reads it."""
    shown = await request.app[BOARD].shown()
    tag = ETag(shown.tag)
    if tag in (request.if_none_match or ()):
        raise web.HTTPNotModified
    answer = web.Response(body=shown.document, content_type="application/json", charset="utf-8")
    answer.etag = tag
    return answer


async def proven(request: web.Request) -> web.StreamResponse:
    """GET /witness/proof.json: ?meeting= and perhaps &seq=, or ?from= the size of an earlier tree; else the root."""
    query, shown = request.query, await request.app[BOARD].shown()
    seq, old = query.get("seq", ""), query.get("from", "")
    found: dict[str, Any] | None = {"tree": shown.tree}
    if _number(old):
        found = shown.growth(int(old))
    elif {"meeting", "from"} & query.keys():
        found = shown.proof(query.get("meeting", ""), int(seq) if _number(seq) else None)
    if found is None:
        raise web.HTTPNotFound
    return web.json_response(found, dumps=partial(json.dumps, indent=1))


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
