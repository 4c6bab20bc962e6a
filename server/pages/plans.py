"""The plan of a cell's year and of each month of it, and a meeting planned from it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from server.convening import months, planning, plans
from server.convening.allowed import GROUPS, Wish
from server.convening.plans import Line, Wanted
from server.org import access, pilot, tasks
from server.org.meetings import MeetingRow
from server.org.refusal import Refused
from server.org.tree import CELL
from server.papers.filed import filed
from server.records.database import Connection

from . import days, guard, keys
from .convening_words import moment, words
from .next import HOME
from .register_words import day_or_none, hand, required
from .render import page
from .signing_in import fields


async def front(request: web.Request) -> web.StreamResponse:
    """GET /plan: of his own cell."""
    asks = await guard.actor(request)
    seen = access.may(asks, "see_plan", asks.home)
    raise web.HTTPSeeOther(f"/units/{asks.home.id}/plan" if seen else HOME)


async def show(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/plan: of ?year=, this year if none is given."""
    return await _year(request)


async def _year(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    of, today, asks = request[keys.UNIT], days.today(request), await guard.actor(request)
    if of.kind != CELL:
        raise web.HTTPNotFound
    year = _asked(request)
    async with request.app[keys.HOUSE].database.read() as connection:
        lines = await plans.of_year(connection, of, year)
        warned = await plans.lacking(connection, of, year, today)
    by_month = {month: [line for line in lines if line.month == month] for month in range(1, 13)}
    may = {action: access.may(asks, action, of) for action in ("prepare", "convene")}
    given = words(request) | {"unit": of, "year": year, "months": by_month, "warned": warned, "may": may} | values
    return page(request, "plan_year.html", status, **given)


def _asked(request: web.Request) -> int:
    text = request.query.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else days.today(request).year
    return year if year in plans.YEARS else days.today(request).year


async def month(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/plan/{month}: as 2027-01."""
    of, today, house = request[keys.UNIT], days.today(request), request.app[keys.HOUSE]
    first = days.parsed(f"{request.match_info['month']}-01")
    if of.kind != CELL or first is None or first.year not in plans.YEARS:
        raise web.HTTPNotFound
    asks, zone = await guard.actor(request), house.settings.zone
    async with house.database.read() as connection:
        found = await months.of_month(connection, of, first, today, zone)
        seen = [each for each in found.meetings if _may_see(asks, each.row)]
        found = replace(found, meetings=seen, tasks=tasks.seen(asks, of, found.tasks))
        papers = await filed(connection, [each.row for each in seen], zone)
    given = {
        "unit": of,
        "month": found,
        "meetings": found.meetings,
        "papers": papers,
        "late": found.late(house.clock(), today),
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": (first + timedelta(days=31)).replace(day=1),
        "may": {action: access.may(asks, action, of) for action in ("prepare", "convene")},
    }
    return page(request, "plan_month.html", **(words(request) | given))


def _may_see(asks: access.Actor, row: MeetingRow) -> bool:
    return access.may(asks, "see_meeting", row.unit, committee=row.of_committee)


async def change(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/plan: `step` is add, edit, remove or usual."""
    of, year = request[keys.UNIT], _asked(request)
    sent = await fields(request, "step", "line", "month", "kind", "day", "theme", "preparing")
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            await _step(request, connection, year, sent)
    except Refused as refused:
        return await _year(request, 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(f"/units/{of.id}/plan?year={year}")


async def _step(request: web.Request, connection: Connection, year: int, sent: Mapping[str, str]) -> None:
    of = request[keys.UNIT]
    if sent["step"] == "usual":
        await plans.usual(connection, hand(request), of, year)
    elif sent["step"] == "add":
        await plans.add(connection, of, year, _wanted(sent))
    else:
        found = await _line(request, connection, sent["line"])
        await (
            plans.remove(connection, found)
            if sent["step"] == "remove"
            else plans.edit(connection, found, _wanted(sent))
        )


def _wanted(sent: Mapping[str, str]) -> Wanted:
    month = int(sent["month"]) if sent["month"].isascii() and sent["month"].isdigit() and len(sent["month"]) < 3 else 0
    return Wanted(month, sent["kind"], day_or_none(sent, "day"), sent["theme"], sent["preparing"])


async def _line(request: web.Request, connection: Connection, line_id: str) -> Line:
    found = await plans.line(connection, request[keys.UNIT], line_id)
    if found is None:
        raise Refused("gone", "That is no longer there.")
    return found


# -- A new meeting ---------------------------------------------------------------------------------------------------


async def new_form(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/meetings/new: with what ?line= of the plan says, and as the cell last met."""
    of, line_id = request[keys.UNIT], request.query.get("line", "")
    house = request.app[keys.HOUSE]
    async with house.database.read() as connection:
        found = await plans.line(connection, of, line_id) if line_id else None
        modes = await pilot.allowed(connection, of.id, days.today(request))
        known = await months.usual(connection, of, modes, house.settings.zone)
    sent = {"kind": "regular", "line": "", **known}
    if found:
        day = found.day.isoformat() if found.day else ""
        sent |= {"kind": found.kind, "line": found.id, "day": day, "title": found.theme}
    return await _new(request, sent=sent)


async def _new(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    of, today = request[keys.UNIT], days.today(request)
    if of.kind != CELL:
        raise web.HTTPNotFound
    async with request.app[keys.HOUSE].database.read() as connection:
        modes = await pilot.allowed(connection, of.id, today)
    return page(request, "meeting_new.html", status, **(words(request) | {"unit": of, "modes": modes} | values))


async def new(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/meetings/new: then its page, with the agenda of the template."""
    of, house = request[keys.UNIT], request.app[keys.HOUSE]
    sent = await fields(request, "title", "kind", "form", "day", "time", "place", "line")
    try:
        async with house.database.write() as connection:
            wish = Wish(_title(request, sent), sent["kind"], sent["form"], moment(request, sent), sent["place"])
            made = await planning.plan(connection, hand(request), of, wish, house.settings.zone)
            if sent["line"]:
                await plans.convened(connection, await _line(request, connection, sent["line"]), made)
    except Refused as refused:
        return await _new(request, 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(f"/meetings/{made}/{'round' if sent['form'] == GROUPS else 'plan'}")


def _title(request: web.Request, sent: Mapping[str, str]) -> str:
    """Without one: the usual title of its kind, in the words of papers."""
    if sent["title"].strip():
        return sent["title"]
    local: datetime = moment(request, sent).astimezone(request.app[keys.HOUSE].settings.zone)
    named = {
        "regular": "Sinh hoạt chi bộ thường kỳ",
        "thematic": "Sinh hoạt chuyên đề",
        "combined": "Sinh hoạt chi bộ thường kỳ kết hợp chuyên đề",
        "committee": "Họp chi ủy",
    }
    return f"{named.get(sent['kind'], '')} tháng {local:%m/%Y}"


# -- Tasks -----------------------------------------------------------------------------------------------------------


async def task_list(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/tasks."""
    return await _tasks(request)


async def _tasks(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    of, asks = request[keys.UNIT], await guard.actor(request)
    async with request.app[keys.HOUSE].database.read() as connection:
        found = tasks.seen(asks, of, await tasks.of_unit(connection, of.id))
    keeps = access.may(asks, "convene", of)
    given = {"unit": of, "tasks": found, "me": asks.person_id, "keeps": keeps}
    return page(request, "tasks.html", status, **(words(request) | given | values))


async def report_task(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/tasks: its owner or the secretary says how far it is."""
    of, asks = request[keys.UNIT], await guard.actor(request)
    sent = await fields(request, "meeting", "task", "result", "done_on")
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            found = await tasks.task(connection, sent["meeting"], sent["task"])
            if found is None or found.unit_id != of.id:
                raise web.HTTPNotFound
            if found.owner != asks.person_id:
                await required(request, "convene", of)
            await tasks.report(connection, hand(request), found, sent["result"], day_or_none(sent, "done_on"))
    except Refused as refused:
        return await _tasks(request, 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(f"/units/{of.id}/tasks")
