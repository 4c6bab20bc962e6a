"""What a committee says of a cell where nothing can be counted: one cell, one period, two criteria."""

from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from server.org.refusal import Refused
from server.org.tree import CELL
from server.oversight import appraisals, report
from server.oversight.appraisals import CRITERIA, Said

from . import days, keys
from .render import page
from .signing_in import fields
from .supervision_words import PERIODS, asked_month, words


async def show(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/supervision/appraisal: ?period= and ?month= in it."""
    return await _shown(request, request.query.get("period", "month"))


async def _shown(request: web.Request, period: str, status: int = 200, **values: Any) -> web.Response:
    unit = request[keys.UNIT]
    if unit.kind != CELL or period not in report.PERIODS:
        raise web.HTTPNotFound
    month = asked_month(request)
    span = report.span_of(period, month)
    async with request.app[keys.HOUSE].database.read() as connection:
        found = await report.made(connection, unit, period, month, days.today(request))
        said = await appraisals.history(connection, unit, period, span[-1])
    return page(
        request,
        "supervision_appraisal.html",
        status=status,
        unit=unit,
        month=month,
        report=found,
        line=found.cells[0] if found.cells else None,
        history=said,
        about=urlencode({"period": period, "month": str(month)}),
        CRITERIA=CRITERIA,
        PERIODS=PERIODS,
        **{"refused": None, "sent": {}, **words(), **values},
    )


async def say(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/supervision/appraisal: points of one criterion, with their grounds."""
    sent, unit = await fields(request, "criterion", "points", "note"), request[keys.UNIT]
    house = request.app[keys.HOUSE]
    period, month = request.query.get("period", "month"), asked_month(request)
    try:
        span, said = report.span_of(period, month), Said(sent["criterion"], sent["points"], sent["note"])
        if span[0].first > days.today(request):
            raise Refused("appraisal", "This period has not begun.")
        async with house.database.write() as connection:
            most = (await report.most_of(connection, unit, span)).get(said.criterion, 0)
            by, at = request[keys.SESSION].person_id, house.clock()
            await appraisals.appraise(connection, unit, period, span[-1], said, most, by, at)
    except Refused as refused:
        return await _shown(request, period, 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(
        f"/units/{unit.id}/supervision/appraisal?" + urlencode({"period": period, "month": str(month)})
    )
