"""One's own notices: the list behind the bell."""

from functools import partial

from aiohttp import web

from server.notify import outbox

from . import keys
from .next import HOME, local
from .render import page
from .words import phrased


async def show(request: web.Request) -> web.StreamResponse:
    """GET /notices."""
    house, language = request.app[keys.HOUSE], request[keys.LANGUAGE]
    async with house.database.read() as connection:
        found = await outbox.of_person(connection, request[keys.SESSION].person_id)
    phrase = partial(phrased, request.app[keys.WORDS], house.settings.zone, language)
    return page(request, "notices.html", notices=found, phrase=phrase)


async def follow(request: web.Request) -> web.StreamResponse:
    """GET /notices/{notice}: it is read, and leads where it points."""
    number = request.match_info["notice"]
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise web.HTTPNotFound
    link = await _read(request, int(number))
    if link is None:
        raise web.HTTPNotFound
    raise web.HTTPSeeOther(local(link) if link else HOME)


async def read_all(request: web.Request) -> web.StreamResponse:
    """POST /notices: all of them are read."""
    await _read(request)
    raise web.HTTPSeeOther("/notices")


async def _read(request: web.Request, notice: int | None = None) -> str | None:
    house = request.app[keys.HOUSE]
    async with house.database.write() as connection:
        return await outbox.read(connection, request[keys.SESSION].person_id, house.clock(), notice)
