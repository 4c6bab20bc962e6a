"""Writing members by forms: a new one, his entry, his statuses, his cell; and the party groups of a cell."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from server.org import groups, names, people, registering, tree
from server.org.refusal import Refused
from server.org.registering import Person
from server.records.database import Connection

from . import days, guard, keys
from .register import of_person
from .register_words import day_of, day_or_none, hand, many, required, shown, tops
from .signing_in import fields

ENTRY = ("name", "birth_year", "card_number", "phone", "mail")
CHOICES = 100


async def new_form(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/people/new."""
    return await shown(request, "register_person_new.html", request[keys.UNIT])


async def new(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/people/new."""
    sent = await fields(request, *ENTRY, "standing", "since")
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            since = day_of(sent, "since")
            home, given = request[keys.UNIT], _person(sent)
            made = await registering.enter(connection, hand(request), home, given, sent["standing"], since)
    except Refused as refused:
        return await shown(request, "register_person_new.html", request[keys.UNIT], 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(f"/people/{made}")


async def edit(request: web.Request) -> web.StreamResponse:
    """POST /people/{person}/edit."""
    sent = await fields(request, *ENTRY)

    async def step(connection: Connection) -> None:
        await registering.edit(connection, hand(request), request[keys.PERSON], _person(sent))

    return await _done(request, step, sent)


async def status(request: web.Request) -> web.StreamResponse:
    """POST /people/{person}/status: a new one, or with `id` one that ends or was a mistake."""
    sent = await fields(request, "standing", "since", "until", "id", "step")

    async def step(connection: Connection) -> None:
        who, of = hand(request), request[keys.PERSON]
        kept = int(sent["id"]) if sent["id"].isdecimal() and len(sent["id"]) < 10 else 0
        if sent["step"] == "remove":
            await registering.remove_status(connection, who, of, kept)
        elif sent["step"] == "end":
            await registering.end_status(connection, who, of, kept, day_of(sent, "until"))
        else:
            since, until = day_of(sent, "since"), day_or_none(sent, "until")
            await registering.change_status(connection, who, of, sent["standing"], since, until)

    return await _done(request, step, sent)


async def _done(
    request: web.Request, step: Callable[[Connection], Awaitable[None]], sent: dict[str, str]
) -> web.StreamResponse:
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            await step(connection)
    except Refused as refused:
        return await of_person(request, 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(f"/people/{request[keys.PERSON].id}")


def _person(sent: dict[str, str]) -> Person:
    """Raises Refused."""
    year = sent["birth_year"].strip()
    if year and not (year.isascii() and year.isdecimal() and len(year) == 4):
        raise Refused("birth_year", "That year of birth cannot be right.")
    return Person(sent["name"], int(year) if year else None, sent["card_number"], sent["phone"], sent["mail"])


# -- From cell to cell -----------------------------------------------------------------------------------------------


async def transfer_form(request: web.Request) -> web.StreamResponse:
    """GET /people/{person}/transfer: to which cell, among those of ?q=."""
    return await _transfer(request)


async def transfer(request: web.Request) -> web.StreamResponse:
    """POST /people/{person}/transfer: `how` is home (registered there), guest (for a time) or out (of the register)."""
    sent = await fields(request, "how", "to", "day", "until")
    entry, who = request[keys.PERSON], hand(request)
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            day, until = day_of(sent, "day"), day_or_none(sent, "until")
            if sent["how"] == "out":
                await registering.leave(connection, who, entry, day)
            else:
                to = await tree.unit(connection, sent["to"])
                if to is None:
                    raise Refused("tree", "Please choose another cell.")
                await required(request, "edit_people", to)
                await (
                    registering.host(connection, who, entry, to, day, until)
                    if sent["how"] == "guest"
                    else registering.transfer(connection, who, entry, to, day)
                )
    except Refused as refused:
        return await _transfer(request, 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(f"/people/{entry.id}" if sent["how"] != "out" else f"/units/{entry.home.id}")


async def _transfer(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    entry, asks, words = request[keys.PERSON], await guard.actor(request), request.query.get("q", "").strip()[:100]
    async with request.app[keys.HOUSE].database.read() as connection:
        cells = await tree.cells(connection, tops(asks, "edit_people"), words, days.today(request), CHOICES)
    others = [each for each in cells if each.unit.id != entry.home.id]
    return await shown(
        request,
        "register_transfer.html",
        entry.home,
        status,
        entry=entry,
        cells=others,
        q=words,
        most=CHOICES,
        **values,
    )


# -- Party groups ----------------------------------------------------------------------------------------------------


async def group_form(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/groups/{group}: "new" for a new one."""
    return await _group(request)


async def group(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/groups/{group}: as it is from today on; or no more, with `step` = dissolve."""
    sent = await fields(request, "name", "leader", "deputy", "step")
    members, cell, who = await many(request, "members"), request[keys.UNIT], hand(request)
    group_id = "" if request.match_info["group"] == "new" else request.match_info["group"]
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            there = await groups.one(connection, cell.id, group_id, who.today)
            if sent["step"] == "dissolve" and there:
                await groups.dissolve(connection, who, cell, there)
            else:
                elected = (sent["leader"], sent["deputy"])
                await groups.save(connection, who, cell, group_id, sent["name"], members, elected)
    except Refused as refused:
        return await _group(request, 422, refused=refused, sent={**sent, "members": members})
    raise web.HTTPSeeOther(f"/units/{cell.id}")


async def _group(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    cell, today, group_id = request[keys.UNIT], days.today(request), request.match_info["group"]
    async with request.app[keys.HOUSE].database.read() as connection:
        every = {each.id: each for each in await groups.of_cell(connection, cell.id, today)}
        members = await people.of_cell(connection, cell.id, today)
    if cell.kind != tree.CELL or (group_id != "new" and group_id not in every):
        raise web.HTTPNotFound
    ordered = sorted(members, key=lambda each: names.order(each.name))
    kept = every.get(group_id)
    return await shown(
        request, "register_group.html", cell, status, group=kept, members=ordered, groups=every, **values
    )
