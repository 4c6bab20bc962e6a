"""Changing the tree by forms: enter, edit, move, dissolve, merge, split; and the posts of a unit."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from server.org import access, changing, groups, merging, names, people, registering, tree
from server.org.changing import Described
from server.org.merging import Preview, Wish
from server.org.refusal import Refused, kept
from server.org.tree import CELL, KINDS, RANK, Unit
from server.records.database import Connection

from . import days, guard, keys
from .register_words import day_of, day_or_none, hand, many, required, shown, tops
from .signing_in import fields

CHOICES = 300  # units or people offered at once; a search narrows them


async def new_form(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/new: a unit below this one."""
    return await _new(request)


async def new(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/new."""
    sent = await fields(request, "kind", "name", "code", "founded")
    try:
        given = Described(sent["name"], sent["code"], day_or_none(sent, "founded"))
        async with request.app[keys.HOUSE].database.write() as connection:
            made = await changing.enter(connection, hand(request), request[keys.UNIT], sent["kind"], given)
    except Refused as refused:
        return await _new(request, 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(f"/units/{made.id}")


async def _new(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    of = request[keys.UNIT]
    kinds = [kind for kind in KINDS if RANK[kind] > RANK[of.kind]]
    return await shown(request, "register_unit_new.html", of, status, kinds=kinds, **values)


async def edit_form(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/edit: name, code, day of founding; moving; dissolving."""
    return await _edit(request)


async def edit(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/edit."""
    sent = await fields(request, "name", "code", "founded", "since")

    async def step(connection: Connection) -> None:
        given = Described(sent["name"], sent["code"], day_or_none(sent, "founded"))
        await changing.edit(connection, hand(request), request[keys.UNIT], given, day_of(sent, "since"))

    return await _done(request, step, sent)


async def move(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/move: below another unit toward which he may change the tree as well."""
    sent = await fields(request, "to")

    async def step(connection: Connection) -> None:
        to = await required(request, "edit_tree", await tree.unit(connection, kept(sent["to"], "to")))
        parent = await tree.unit(connection, request[keys.UNIT].parent_id)
        await required(request, "edit_tree", parent)
        await changing.move(connection, hand(request), request[keys.UNIT], to)

    return await _done(request, step, sent)


async def dissolve(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/dissolve."""
    sent = await fields(request, "day")

    async def step(connection: Connection) -> None:
        await changing.dissolve(connection, hand(request), request[keys.UNIT], day_of(sent, "day"))

    return await _done(request, step, sent)


async def _done(
    request: web.Request, step: Callable[[Connection], Awaitable[None]], sent: Mapping[str, str]
) -> web.StreamResponse:
    """One transaction; then the unit's page, or the forms again with what was refused."""
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            await step(connection)
    except Refused as refused:
        return await _edit(request, 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(f"/units/{request[keys.UNIT].id}")


async def _edit(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    of, asks = request[keys.UNIT], await guard.actor(request)
    async with request.app[keys.HOUSE].database.read() as connection:
        record = await tree.record(connection, of.id)
        inside = await tree.offices(connection, tops(asks, "edit_tree"), days.today(request), CHOICES)
    if record is None:
        raise web.HTTPNotFound
    fitting = [each for each in inside if RANK[each.kind] < RANK[of.kind] and each.id != of.parent_id]
    may_move = any(of.path != top.path and of.within(top) for top in tops(asks, "edit_tree"))
    targets = [each for each in fitting if not each.within(of)] if may_move else []
    return await shown(request, "register_unit_edit.html", of, status, record=record, targets=targets, **values)


# -- Merging and splitting -------------------------------------------------------------------------------------------


async def merge_form(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/merge: choose among the cells below it, those of ?q= only."""
    return await _merge(request)


async def merge(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/merge: `step` is preview or merge."""
    sent = await fields(request, "into", "name", "code", "day", "secretary", "step")
    ids, house = await many(request, "cells"), request.app[keys.HOUSE]
    try:
        if sent["step"] == "merge":
            async with house.database.write() as connection:
                heir = await merging.merge(connection, hand(request), await _wish(request, connection, ids, sent))
            raise web.HTTPSeeOther(f"/units/{heir.id}")
        async with house.database.read() as connection:
            wish = await _wish(request, connection, ids, sent)
            shown_first = await merging.preview(connection, hand(request), wish)
            return await _preview(request, connection, wish, shown_first, sent)
    except Refused as refused:
        return await _merge(request, 422, refused=refused, sent=sent, chosen=set(ids))


async def _wish(request: web.Request, connection: Connection, ids: list[str], sent: Mapping[str, str]) -> Wish:
    cells = [await required(request, "edit_tree", await tree.unit(connection, each)) for each in ids[:50]]
    if any(not cell.within(request[keys.UNIT]) for cell in cells):
        raise web.HTTPNotFound
    into = next((cell for cell in cells if cell.id == sent["into"]), None)
    if sent["into"] and into is None:
        raise Refused("tree", "The cell that receives the others must be one of them.")
    described = Described(sent["name"], sent["code"])
    return Wish(tuple(cells), into, described, sent["secretary"], day_of(sent, "day"))


async def _preview(
    request: web.Request, connection: Connection, wish: Wish, preview: Preview, sent: Mapping[str, str]
) -> web.Response:
    every = [each for cell in wish.cells for each in await people.of_cell(connection, cell.id, wish.day)]
    candidates = sorted({each.id: each for each in every}.values(), key=lambda each: names.order(each.name))
    values: dict[str, Any] = {"wish": wish, "preview": preview, "candidates": candidates, "sent": sent}
    return await shown(request, "register_merge_preview.html", request[keys.UNIT], **values)


async def _merge(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    of, words = request[keys.UNIT], request.query.get("q", "").strip()[:100]
    async with request.app[keys.HOUSE].database.read() as connection:
        cells = await tree.cells(connection, [of], words, days.today(request), CHOICES)
    given: dict[str, Any] = {"chosen": set(), **values}
    return await shown(request, "register_merge.html", of, status, cells=cells, q=words, most=CHOICES, **given)


async def split_form(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/split."""
    return await _split(request)


async def split(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/split."""
    sent = await fields(request, "name", "code", "day", "secretary")
    members, chosen = await many(request, "members"), await many(request, "groups")
    parent = await _parent(request)
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            await required(request, "edit_tree", parent)
            given, day = Described(sent["name"], sent["code"]), day_of(sent, "day")
            made = await merging.split(
                connection, hand(request), request[keys.UNIT], given, members, chosen, sent["secretary"], day
            )
    except Refused as refused:
        return await _split(request, 422, refused=refused, sent=sent, chosen={*members, *chosen})
    raise web.HTTPSeeOther(f"/units/{made.id}")


async def _parent(request: web.Request) -> Unit | None:
    async with request.app[keys.HOUSE].database.read() as connection:
        return await tree.unit(connection, request[keys.UNIT].parent_id)


async def _split(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    of, today = request[keys.UNIT], days.today(request)
    if of.kind != CELL:
        raise web.HTTPNotFound
    async with request.app[keys.HOUSE].database.read() as connection:
        members = await people.of_cell(connection, of.id, today)
        grouped = await groups.of_cell(connection, of.id, today)
    ordered = sorted(members, key=lambda each: names.order(each.name))
    given: dict[str, Any] = {"chosen": set(), **values}
    return await shown(request, "register_split.html", of, status, members=ordered, groups=grouped, **given)


# -- Posts -----------------------------------------------------------------------------------------------------------


async def posts_form(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/posts: the members of a cell, or whom ?q= finds."""
    return await _posts(request)


async def give_post(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/posts."""
    sent = await fields(request, "person", "post", "since", "until")
    of, asks = request[keys.UNIT], await guard.actor(request)
    if sent["post"] not in _grantable(asks, of):
        raise web.HTTPNotFound
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            entry = await people.entry(connection, sent["person"])
            if entry is None or not any(entry.home.within(top) for top in _pool(asks, of)):
                raise Refused("post", "Please choose a member.")
            since, until = day_of(sent, "since"), day_or_none(sent, "until")
            await registering.give_post(connection, hand(request), entry, of, sent["post"], since, until)
    except Refused as refused:
        return await _posts(request, 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(f"/units/{of.id}")


async def end_post(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/posts/end."""
    sent = await fields(request, "person", "post_id", "until")
    of, asks = request[keys.UNIT], await guard.actor(request)
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            held = await people.mandates(connection, of.id, days.today(request))
            found = next((each for each in held if str(each.id) == sent["post_id"]), None)
            entry = await people.entry(connection, found.person_id) if found else None
            if found is None or entry is None or found.post not in _grantable(asks, of):
                raise Refused("gone", "That is no longer there.")
            await registering.end_post(connection, hand(request), entry, found.id, day_of(sent, "until"))
    except Refused as refused:
        return await _posts(request, 422, refused=refused)
    raise web.HTTPSeeOther(f"/units/{of.id}")


async def _posts(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    of, asks, words = request[keys.UNIT], await guard.actor(request), request.query.get("q", "").strip()[:100]
    async with request.app[keys.HOUSE].database.read() as connection:
        held = await people.mandates(connection, of.id, days.today(request))
        if len(names.fold(words)) >= 2:
            found = list(await people.search(connection, _pool(asks, of), words, CHOICES))
        else:
            found = list((await people.entries(connection, of.id, days.today(request))).values())
    found.sort(key=lambda entry: names.order(entry.name))
    grantable = _grantable(asks, of)
    return await shown(
        request, "register_posts.html", of, status, q=words, found=found, grantable=grantable, held=held, **values
    )


def _grantable(asks: access.Actor, of: Unit) -> list[str]:
    """The posts of this unit that he may give and end."""
    fitting = [post for post in registering.GRANTS if registering.fits(of, post)]
    return [post for post in fitting if access.may(asks, registering.GRANTS[post], of)]


def _pool(asks: access.Actor, of: Unit) -> list[Unit]:
    """Where the holders of a post may come from: wherever he keeps people, and the unit itself."""
    return [*tops(asks, "edit_people"), of]
