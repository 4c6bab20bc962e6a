"""Alerts of a sub-tree and their acknowledgement; remarks of the superior and the cell's answers."""

from aiohttp import web

from server.org import access
from server.org.refusal import Refused
from server.org.tree import CELL
from server.oversight import alerts, remarks

from . import days, guard, keys, supervision_cell
from .paging import asked_page, page_count
from .render import page
from .signing_in import fields

PAGE = 50


async def show(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/alerts: the open ones; ?all those acknowledged too."""
    return await _shown(request)


async def _shown(request: web.Request, refused: Refused | None = None) -> web.Response:
    unit, every, asks = request[keys.UNIT], "all" in request.query, await guard.actor(request)
    number = asked_page(request)
    async with request.app[keys.HOUSE].database.read() as connection:
        count = await alerts.count(connection, unit, only_open=not every)
        part = {"limit": PAGE, "offset": (number - 1) * PAGE}
        found = await alerts.below(connection, unit, only_open=not every, **part)
    return page(
        request,
        "supervision_alerts.html",
        status=422 if refused else 200,
        unit=unit,
        alerts=found,
        every=every,
        number=number,
        pages=page_count(count, PAGE),
        page_query=lambda number: f"?page={number}{'&all' if every else ''}",
        refused=refused,
        ALERTS=alerts.KINDS,
        may_note={each.unit.id for each in found if access.may(asks, "note_alert", each.unit)},
        may_see={each.unit.id for each in found if access.may(asks, "see_supervision", each.unit)},
    )


async def acknowledge(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/alerts: one alert of this very cell is acknowledged, with a note."""
    sent, house = await fields(request, "alert", "note", "back"), request.app[keys.HOUSE]
    try:
        async with house.database.write() as connection:
            by, at = request[keys.SESSION].person_id, house.clock()
            await alerts.acknowledge(connection, request[keys.UNIT], _number(sent["alert"]), sent["note"], by, at)
    except Refused as refused:
        return await _shown(request, refused)
    raise web.HTTPSeeOther(f"/units/{request[keys.UNIT].id}/alerts")


async def remark(request: web.Request) -> web.StreamResponse:
    """POST /meetings/{id}/remarks: the superior to the cell."""
    sent, house, row = await fields(request, "kind", "text", "due"), request.app[keys.HOUSE], request[keys.MEETING]
    try:
        due = days.parsed(sent["due"])
        if due is None and sent["due"].strip():
            raise Refused("remark", "Please give the day.")
        async with house.database.write() as connection:
            by, at = request[keys.SESSION].person_id, house.clock()
            await remarks.say(connection, row, sent["kind"], sent["text"], due, by, at, days.today(request))
    except Refused as refused:
        return await supervision_cell.of_meeting(request, 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(f"/meetings/{row.id}/timeline#remarks")


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/remarks: the cell to the superior."""
    sent, house, unit = await fields(request, "remark", "text"), request.app[keys.HOUSE], request[keys.UNIT]
    try:
        if unit.kind != CELL:
            raise Refused("remark", "This remark is answered already, or there is none.")
        async with house.database.write() as connection:
            by, at = request[keys.SESSION].person_id, house.clock()
            await remarks.answer(connection, unit, _number(sent["remark"]), sent["text"], by, at)
    except Refused as refused:
        return await supervision_cell.of_cell(request, 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(f"/units/{unit.id}/supervision#remarks")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
