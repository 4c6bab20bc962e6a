"""The terms of a cell: numbers of its papers run within one (05-HD/VPTW)."""

from collections.abc import Mapping
from datetime import date

from aiohttp import web

from server.org import trail
from server.org.refusal import Refused, kept
from server.papers import store

from . import days, keys
from .next import local
from .render import page, say

LONGEST_NAME, LARGEST = 64, 10_000  # characters; a number given before


async def show(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/terms."""
    return await _page(request, {})


async def begin(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/terms: a term begins; the one before it ends by itself."""
    form = {name: str(value) for name, value in (await request.post()).items()}
    house, unit = request.app[keys.HOUSE], request[keys.UNIT]
    hand = trail.Hand(request[keys.SESSION].person_id, house.clock(), days.today(request))
    try:
        name, since, before = _read(form)
        async with house.database.write() as connection:
            await store.begin_term(connection, unit.id, name, since, before)
            await trail.note(connection, hand, unit.id, "term_begun", name=name, since=days.dmy(since))
    except Refused as refused:
        return await _page(request, form, say(request, refused.why, **refused.facts))
    raise web.HTTPSeeOther(local(form.get("next", "")) if form.get("next") else f"/units/{unit.id}/terms")


def _read(form: Mapping[str, str]) -> tuple[str, date, dict[str, int]]:
    name, since = kept(form.get("name", ""), "term"), days.parsed(form.get("since", ""))
    if len(name) > LONGEST_NAME:
        raise Refused("term", "A text may have at most {most} characters.", most=LONGEST_NAME)
    if since is None:
        raise Refused("term", "Please give the first day of the term.")
    before = {series: _number(form.get(series, "")) for series in store.SERIES}
    return name, since, before


def _number(text: str) -> int:
    text = text.strip() or "0"
    if not (text.isascii() and text.isdigit() and int(text) <= LARGEST):
        raise Refused("term", "The last number given before is a whole number from 0.")
    return int(text)


async def _page(request: web.Request, form: dict[str, str], wrong: str = "") -> web.StreamResponse:
    unit = request[keys.UNIT]
    async with request.app[keys.HOUSE].database.read() as connection:
        found = await store.terms_of(connection, unit.id)
    return page(
        request,
        "terms.html",
        status=422 if wrong else 200,
        unit=unit,
        terms=found,
        form=form,
        wrong=wrong,
        dmy=days.dmy,
    )
