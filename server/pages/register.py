"""The register to read: where one may look, one unit, one member."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from aiohttp import web

from server.org import access, account_list, groups, names, people, registering, trail, tree
from server.org.account_list import Looked
from server.org.people import Entry
from server.org.tree import CELL, Unit
from server.records.database import Connection

from . import days, guard, keys
from .paging import asked_page, page_count
from .register_words import KINDS, STANDINGS, STATE_WORDS, shown, tops
from .render import page

PAGE = 50
FOUND = 50


async def front(request: web.Request) -> web.StreamResponse:
    """GET /register: the tops of what he may see, or what ?q= finds in them; for a member, his own entry."""
    asks, words, today = await guard.actor(request), request.query.get("q", "").strip()[:100], days.today(request)
    visible = tops(asks)
    async with request.app[keys.HOUSE].database.read() as connection:
        own = await people.entry(connection, asks.person_id)
        branches = () if words else await tree.heads(connection, visible, today)
        units, found = await _found(connection, visible, words)
    more = len(units) > FOUND or len(found) > FOUND
    return page(
        request,
        "register.html",
        q=words,
        visible=visible,
        branches=branches,
        units=units[:FOUND],
        found=found[:FOUND],
        more=more,
        own=own,
        asks=asks,
        today=today,
        dmy=days.dmy,
        KINDS=KINDS,
        STANDINGS=STANDINGS,
    )


async def _found(
    connection: Connection, visible: Sequence[Unit], words: str
) -> tuple[Sequence[tree.Record], Sequence[Entry]]:
    if len(names.fold(words)) < 2 or not visible:
        return (), ()
    return (
        await tree.search(connection, visible, words, FOUND + 1),
        await people.search(connection, visible, words, FOUND + 1),
    )


async def unit(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}: as it is today; of a unit that is no more, as it was on its last day."""
    of, asks, number = request[keys.UNIT], await guard.actor(request), asked_page(request)
    async with request.app[keys.HOUSE].database.read() as connection:
        record = await tree.record(connection, of.id)
        if record is None:
            raise web.HTTPNotFound
        today = days.today(request)
        day = min(today, record.dissolved - days.ONE) if record.dissolved else today
        (branch,) = await tree.heads(connection, [of], day)
        above = await tree.above(connection, of)
        values: dict[str, Any] = {
            "record": record,
            "branch": branch,
            "on": day,
            "above": [(each, access.may(asks, "see_register", each)) for each in above],
            "named": await tree.names_of(connection, of.id),
            "merged": await tree.merged_from(connection, of.id),
            "changes": await trail.of_unit(connection, of.id),
            "mandates": await people.mandates(connection, of.id, day),
            "may_see": lambda other: access.may(asks, "see_register", other),
            **(await _cell(connection, of, day) if of.kind == CELL else await _below(connection, of, day, number)),
        }
    return await shown(request, "register_unit.html", of, **values)


async def _cell(connection: Connection, of: Unit, day: date) -> dict[str, Any]:
    members = sorted(await people.of_cell(connection, of.id, day), key=lambda person: names.order(person.name))
    return {
        "members": members,
        "entries": await people.entries(connection, of.id, day),
        "groups": {group.id: group for group in await groups.of_cell(connection, of.id, day)},
        "totals": {word: sum(person.standing == word for person in members) for word in STANDINGS},
    }


async def _below(connection: Connection, of: Unit, day: date, number: int) -> dict[str, Any]:
    count = await tree.count_children(connection, of)
    branches = await tree.children(connection, of, day, PAGE, (number - 1) * PAGE)
    return {"branches": branches, "number": number, "pages": page_count(count, PAGE), "count": count}


async def person(request: web.Request) -> web.StreamResponse:
    """GET /people/{person}."""
    return await of_person(request)


async def of_person(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    """The page of a member, perhaps with what was refused."""
    entry, asks, house = request[keys.PERSON], await guard.actor(request), request.app[keys.HOUSE]
    async with house.database.read() as connection:
        homes = await registering.homes(connection, entry.id)
        named = {span.word: await tree.unit(connection, span.word) for span in homes}
        kept: dict[str, Any] = {
            "statuses": await registering.statuses_of(connection, entry.id),
            "homes": [(span, named[span.word]) for span in homes],
            "held": await people.posts_of(connection, entry.id),
            "changes": await trail.of_person(connection, entry.id),
        }
        account = None
        if access.may(asks, "see_accounts", entry.home):
            look = Looked(days.today(request), house.clock(), house.accounts.numbers)
            account = await account_list.line(connection, entry.id, look)
    kept["account"] = account
    kept["keeps"] = account is not None and access.keeps(asks, entry.id, entry.home, account.held)
    kept["may_unlock"] = access.may(asks, "unlock_account", entry.home)
    kept["STATE_WORDS"] = STATE_WORDS
    may_see = [other.id for other in named.values() if other and access.may(asks, "see_register", other)]
    return await shown(
        request, "register_person.html", entry.home, status, entry=entry, may_see=may_see, **{**kept, **values}
    )
