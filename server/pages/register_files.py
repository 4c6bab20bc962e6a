"""Files in and out: the template, a file on its way in with its report, the register of a unit, one's own data."""

import asyncio
import json

from aiohttp import web

from server.org import access, registering
from server.org.exchange import columns, leaving, writing
from server.org.exchange.jobs import Job, Jobs
from server.org.exchange.reading import LARGEST
from server.org.refusal import Refused
from server.org.trail import note

from . import days, guard, keys
from .register_words import hand, shown

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
FORM = LARGEST + (64 << 10)  # the file, and the words around it
SHOWN = 200  # wrong lines on one page

JOBS: web.AppKey[Jobs] = web.AppKey("jobs", Jobs)


def setup(app: web.Application) -> None:
    """What is under way ends when the house shuts down, which is before the database closes."""
    app[JOBS] = Jobs(app[keys.HOUSE].database)

    async def close(app: web.Application) -> None:
        await app[JOBS].close()

    app.on_shutdown.append(close)


# -- In --------------------------------------------------------------------------------------------------------------


async def form(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/import."""
    return await shown(request, "register_import.html", request[keys.UNIT], largest=LARGEST >> 20)


async def send(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/import: a file is looked through; nothing is changed."""
    of, asks = request[keys.UNIT], await guard.actor(request)
    sent = (await request.post()).get("file")
    try:
        if not isinstance(sent, web.FileField) or not sent.filename:
            raise Refused("file", "Please choose a file.")
        data = await asyncio.to_thread(sent.file.read)
        may_edit_tree = access.may(asks, "edit_tree", of)
        grants = frozenset(post for post, action in registering.GRANTS.items() if access.may(asks, action, of))
        job = request.app[JOBS].start(hand(request), of, sent.filename, data, may_edit_tree, grants)
    except Refused as refused:
        largest = LARGEST >> 20
        return await shown(request, "register_import.html", of, 422, refused=refused, largest=largest)
    raise web.HTTPSeeOther(f"/units/{of.id}/import/{job.id}")


async def report(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/import/{job}: how far it is, and then line by line what is wrong, or what would be done."""
    job = _job(request)
    wrong = job.plan.wrong[:SHOWN] if job.plan else []
    return await shown(request, "register_job.html", job.scope, job=job, wrong=wrong, most=SHOWN, refused=job.refused)


async def state(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/import/{job}/state: for the progress bar."""
    job = _job(request)
    return web.json_response({"busy": job.busy, "phase": job.phase, "done": job.done, "total": job.total})


async def take_in(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/import/{job}: write it, if nothing is wrong; all or nothing."""
    job = _job(request)
    request.app[JOBS].write(hand(request), job)
    raise web.HTTPSeeOther(f"/units/{job.scope.id}/import/{job.id}")


def _job(request: web.Request) -> Job:
    """The job of whoever asks, about this very unit; else there is none."""
    job = request.app[JOBS].of(request[keys.SESSION].person_id, request.match_info["job"])
    if job is None or job.scope.id != request[keys.UNIT].id:
        raise web.HTTPNotFound
    return job


async def template(request: web.Request) -> web.StreamResponse:
    """GET /register/template.xlsx."""
    return _file(await asyncio.to_thread(writing.template), XLSX, "mau-so-dang-vien.xlsx")


async def template_units(request: web.Request) -> web.StreamResponse:
    """GET /register/units.csv: the template as CSV."""
    return _file(writing.template_csv(columns.UNITS), CSV, "mau-don-vi.csv")


async def template_people(request: web.Request) -> web.StreamResponse:
    """GET /register/people.csv: the template as CSV."""
    return _file(writing.template_csv(columns.PEOPLE), CSV, "mau-dang-vien.csv")


# -- Out -------------------------------------------------------------------------------------------------------------


async def workbook(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/export.xlsx: the units and the members of the sub-tree, as they can be taken in again."""
    try:
        rows = await _rows(request)
    except Refused as refused:
        return await shown(request, "register_import.html", request[keys.UNIT], 422, refused=refused, largest=0)
    return _file(await asyncio.to_thread(writing.workbook, rows), XLSX, "so-dang-vien.xlsx")


async def people_csv(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/people.csv."""
    try:
        rows = await _rows(request)
    except Refused as refused:
        return await shown(request, "register_import.html", request[keys.UNIT], 422, refused=refused, largest=0)
    return _file(await asyncio.to_thread(writing.text, columns.PEOPLE, rows[columns.PEOPLE]), CSV, "dang-vien.csv")


async def _rows(request: web.Request) -> dict[str, list[writing.Row]]:
    """Both tables; that they were taken out leaves a trace.  Raises Refused."""
    of, today, database = request[keys.UNIT], days.today(request), request.app[keys.HOUSE].database
    async with database.read() as connection:
        units = await leaving.unit_rows(connection, of, today)
        people = await leaving.people_rows(connection, of, today)
    async with database.write() as connection:
        await note(connection, hand(request), of.id, "exported")
    return {columns.UNITS: units, columns.PEOPLE: people}


async def own_json(request: web.Request) -> web.StreamResponse:
    """GET /account/data.json: all that is kept of whoever asks."""
    kept = await _own(request)
    return _file(json.dumps(kept, ensure_ascii=False, indent=1).encode(), "application/json", "du-lieu-cua-toi.json")


async def own_xlsx(request: web.Request) -> web.StreamResponse:
    """GET /account/data.xlsx: the same, a sheet for each kind."""
    kept = await _own(request)
    named = [
        (table, list(rows[0]), [["" if value is None else str(value) for value in row.values()] for row in rows])
        for table, rows in kept.items()
        if rows
    ]
    return _file(await asyncio.to_thread(writing.sheets, named), XLSX, "du-lieu-cua-toi.xlsx")


async def _own(request: web.Request) -> leaving.Own:
    async with request.app[keys.HOUSE].database.read() as connection:
        return await leaving.own(connection, request[keys.SESSION].person_id)


def _file(data: bytes, kind: str, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    charset = "utf-8" if kind != XLSX else None
    return web.Response(body=data, content_type=kind, charset=charset, headers=headers)
