"""Documents on their way in and out: a file taken in, read on the page with the reader's name across it, given back."""

from typing import Any
from urllib.parse import quote

from aiohttp import web

from server.convening import documents, rows
from server.convening.documents import Document, Store
from server.org.refusal import Refused

from . import guard, keys
from .convening import desk, doors
from .register_words import hand
from .render import page, say
from .signing_in import fields

STORE: web.AppKey[Store] = web.AppKey("documents", Store)
UPLOAD = ("POST", "/meetings/{id}/documents")
AROUND = 64 << 10  # bytes of a form around its file


def setup(app: web.Application) -> None:
    """Call it after the table of routes is known: how large a file may be is a setting."""
    settings = app[keys.HOUSE].settings
    app[STORE] = Store(settings.documents, settings.document_megabytes << 20)
    app[keys.LARGEST][UPLOAD] = app[STORE].largest + AROUND


async def take_in(request: web.Request) -> web.StreamResponse:
    """POST /meetings/{id}/documents: the file is looked through first; what is refused leaves nothing.  Letters in
    pictures are read by nobody here: for them stands the word of whoever sends it, which is kept."""
    row, house, store = request[keys.MEETING], request.app[keys.HOUSE], request.app[STORE]
    sent = await fields(request, "title", "item", "confirmed")
    given = (await request.post()).get("file")
    try:
        if not isinstance(given, web.FileField) or not given.filename:
            raise Refused("file", "Please choose a file.")
        if sent["confirmed"] != "yes":
            raise Refused("secret", "Please confirm that nothing in the file is a state secret.")
        rows.fixed(row, house.clock(), doors(house))
        async with store.taking(given.filename, given.file) as taken, house.database.write() as connection:
            row = await rows.again(connection, row.id)
            rows.fixed(row, house.clock(), doors(house))
            await documents.add(connection, hand(request), row, taken, sent["title"], sent["item"])
            store.keep(taken)
    except Refused as refused:
        return await desk(request, 422, refused=refused, sent=sent, part="documents")
    raise web.HTTPSeeOther(f"/meetings/{row.id}/plan#documents")


async def remove(request: web.Request) -> web.StreamResponse:
    """POST /meetings/{id}/documents/{document}/remove."""
    row, house = request[keys.MEETING], request.app[keys.HOUSE]
    found = await _found(request)
    try:
        async with house.database.write() as connection:
            row = await rows.again(connection, row.id)
            rows.fixed(row, house.clock(), doors(house))
            unnamed = await documents.remove(connection, hand(request), row, found)
        request.app[STORE].drop(unnamed)
    except Refused as refused:
        return await desk(request, 422, refused=refused, part="documents")
    raise web.HTTPSeeOther(f"/meetings/{row.id}/plan#documents")


async def read(request: web.Request) -> web.StreamResponse:
    """GET /meetings/{id}/documents/{document}: opened on the page; that he opened it is noted."""
    found, house = await _found(request), request.app[keys.HOUSE]
    asks = await guard.actor(request)
    async with house.database.write() as connection:
        await documents.opened(connection, asks.person_id, found.id, house.clock())
    spoken: dict[str, Any] = {name: say(request, sentence) for name, sentence in _SAID.items()}
    reader = request[keys.SESSION].name
    return page(request, "document.html", meeting=request[keys.MEETING], document=found, reader=reader, spoken=spoken)


_SAID = {
    "page": "Page {n} of {all}",
    "broken": "The document cannot be shown here. Please open it anew.",
}


async def shown(request: web.Request) -> web.StreamResponse:
    """GET /meetings/{id}/documents/{document}/shown.pdf: for the page and the room, where opening it counts too."""
    found, house = await _found(request), request.app[keys.HOUSE]
    async with house.database.write() as connection:
        await documents.opened(connection, request[keys.SESSION].person_id, found.id, house.clock())
    return _file(request, found.shown_sha256, "application/pdf", "inline", f"{found.id}.pdf")


async def original(request: web.Request) -> web.StreamResponse:
    """GET /meetings/{id}/documents/{document}/file: as it came, to be kept and never to be shown by the browser."""
    found = await _found(request)
    return _file(request, found.sha256, "application/octet-stream", "attachment", found.name)


def _file(request: web.Request, sha256: str, kind: str, how: str, name: str) -> web.FileResponse:
    file = request.app[STORE].path(sha256)
    if not file.is_file():
        raise web.HTTPNotFound
    headers = {
        "Content-Type": kind,
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(name, safe='')}",  # RFC 8187
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return web.FileResponse(file, headers=headers)


async def _found(request: web.Request) -> Document:
    """The document that the address names, if it is one of this meeting."""
    async with request.app[keys.HOUSE].database.read() as connection:
        found = await documents.document(connection, request[keys.MEETING], request.match_info["document"])
    if found is None:
        raise web.HTTPNotFound
    return found
