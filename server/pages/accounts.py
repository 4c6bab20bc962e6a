"""The accounts of a sub-tree: the list with its review, slips, resets, disabling and enabling."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from server.org import access, account_keeping, account_list, names, tree
from server.org.account_list import MOST, STATES, Line, Looked
from server.org.idle import IDLE
from server.org.refusal import Refused
from server.org.trail import note
from server.papers import qr, slips
from server.papers.sheets import Sheet, workbook
from server.records.database import Connection

from . import csvfile, days, guard, keys
from .handing import LASTS, Batch, Handing
from .paging import asked_page
from .register import of_person
from .register_words import POSTS, STATE_WORDS, hand, many, shown
from .render import say
from .signing_in import fields

PAGE = 50
AT_ONCE = 100  # slips made by one press
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HANDING: web.AppKey[Handing] = web.AppKey("handing", Handing)


def setup(app: web.Application) -> None:
    app[HANDING] = Handing(app[keys.HOUSE].clock)


# -- The list --------------------------------------------------------------------------------------------------------


async def show(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/accounts: ?state= one state, ?q= a name, ?page=."""
    return await _list(request)


async def _list(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    of, asks, look = request[keys.UNIT], await guard.actor(request), _look(request)
    state, words = request.query.get("state", ""), request.query.get("q", "").strip()[:100]
    state, number, whole = state if state in STATES else "", asked_page(request), of.kind == tree.CELL
    async with request.app[keys.HOUSE].database.read() as connection:
        counts = await account_list.counts(connection, of, look)
        limit, offset = (MOST, 0) if whole else (PAGE + 1, (number - 1) * PAGE)
        found = await account_list.lines(connection, of, look, state, words, limit, offset)
        reviews = await account_keeping.reviews(connection, of)
    lines = sorted(found, key=lambda each: names.order(each.entry.name)) if whole else found[:PAGE]
    last = reviews[0].at.astimezone(request.app[keys.HOUSE].settings.zone).date() if reviews else None
    return await shown(
        request,
        "accounts.html",
        of,
        status,
        lines=lines,
        keeps={each.entry.id for each in lines if _keeps(asks, each)},
        counts=counts,
        state=state,
        q=words,
        number=number,
        more=not whole and len(found) > PAGE,
        reviews=reviews,
        due=account_keeping.due(last, look.day, look.numbers),
        at=look.at,
        STATES=STATES,
        STATE_WORDS=STATE_WORDS,
        IDLE=IDLE,
        numbers=look.numbers,
        **values,
    )


def _look(request: web.Request) -> Looked:
    house = request.app[keys.HOUSE]
    return Looked(days.today(request), house.clock(), house.accounts.numbers)


def _keeps(asks: access.Actor, line: Line) -> bool:
    return access.keeps(asks, line.entry.id, line.entry.home, line.held)


async def review(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/accounts/reviews: the list was looked through."""
    of, sent, look = request[keys.UNIT], await fields(request, "note"), _look(request)
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            counts = await account_list.counts(connection, of, look)
            await account_keeping.review(connection, hand(request), of, sent["note"], counts)
    except Refused as refused:
        return await _list(request, 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(f"/units/{of.id}/accounts?reviewed#reviews")


# -- Slips -----------------------------------------------------------------------------------------------------------


async def make_slips(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/accounts/slips: one for each of `person`: an invitation, or a new password."""
    of, wanted, asks, look = (
        request[keys.UNIT],
        await many(request, "person"),
        await guard.actor(request),
        _look(request),
    )
    house = request.app[keys.HOUSE]
    try:
        if not wanted or len(wanted) > AT_ONCE:
            raise Refused("account", "Please choose 1 to {most} people.", most=AT_ONCE)
        async with house.database.write() as connection:
            lines = await _of_keeper(connection, asks, of, wanted, look)
            if len(lines) > 1 and any(line.state in ("active", "locked") for line in lines):
                raise Refused("account", "Please reset one account at a time, on the page of its holder.")
            who, key = hand(request), house.accounts.key
            made = [await account_keeping.slip(connection, who, key, line, look.numbers) for line in lines]
    except Refused as refused:
        return await _list(request, 422, refused=refused)
    batch = request.app[HANDING].keep(asks.person_id, of.id, made)
    raise web.HTTPSeeOther(f"/units/{of.id}/accounts/slips/{batch.id}")


async def _of_keeper(
    connection: Connection, asks: access.Actor, of: tree.Unit, wanted: Sequence[str], look: Looked
) -> Sequence[Line]:
    """These people, each of whom he may; else there is nothing."""
    found = [await account_list.line(connection, person, look) for person in dict.fromkeys(wanted)]
    if not all(each and each.entry.home.within(of) and _keeps(asks, each) for each in found):
        raise web.HTTPNotFound
    return [each for each in found if each]


async def handed(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/accounts/slips/{batch}: on screen; the codes are shown for half an hour."""
    batch, house = _batch(request), request.app[keys.HOUSE]
    pictures = {each.person_id: qr.drawn(_link(request, each.code)) for each in batch.slips}
    return await shown(
        request,
        "accounts_slips.html",
        request[keys.UNIT],
        batch=batch,
        pictures=pictures,
        until=batch.made_at + LASTS,
        address=house.settings.public_url,
    )


async def handed_pdf(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/accounts/slips/{batch}/a4.pdf: the paper to cut, in Vietnamese."""
    batch, zone = _batch(request), request.app[keys.HOUSE].settings.zone
    site = request.app[keys.HOUSE].settings.public_url.split("://")[-1]
    rows = [
        slips.Slip(
            each.name,
            each.unit,
            each.kind,
            each.code,
            _link(request, each.code),
            days.dmy(each.expires_at.astimezone(zone).date()),
        )
        for each in batch.slips
    ]
    return _file(await slips.paper_of(rows, site), "application/pdf", "phieu-tai-khoan.pdf", "inline")


def _batch(request: web.Request) -> Batch:
    owner, unit = request[keys.SESSION].person_id, request[keys.UNIT].id
    batch = request.app[HANDING].of(owner, unit, request.match_info["batch"])
    if batch is None:
        raise web.HTTPNotFound
    return batch


def _link(request: web.Request, code: str) -> str:
    return f"{request.app[keys.HOUSE].settings.public_url}/join?code={code}"


# -- One account -----------------------------------------------------------------------------------------------------

Step = Callable[[Connection, Any, Line], Any]


async def keep(request: web.Request) -> web.StreamResponse:
    """POST /people/{person}/account: `step` is disable or enable (with `why`), unlock, or revoke (its open slips)."""
    entry, sent, look = request[keys.PERSON], await fields(request, "step", "why"), _look(request)
    asks, who = await guard.actor(request), hand(request)
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            line = await account_list.line(connection, entry.id, look)
            if line is None or not _keeps(asks, line):
                raise web.HTTPNotFound
            if sent["step"] == "unlock" and access.may(asks, "unlock_account", entry.home):
                await account_keeping.unlock(connection, who, line)
            elif sent["step"] == "revoke":
                await account_keeping.revoke(connection, who, line)
            elif sent["step"] in ("disable", "enable"):
                step = account_keeping.disable if sent["step"] == "disable" else account_keeping.enable
                await step(connection, who, line, sent["why"])
            else:
                raise Refused("account", "Please choose one of the values offered.")
    except Refused as refused:
        return await of_person(request, 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(f"/people/{entry.id}#account")


# -- Files -----------------------------------------------------------------------------------------------------------


async def xlsx(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/accounts.xlsx."""
    rows = await _rows(request)
    made = await asyncio.to_thread(workbook, [Sheet(say(request, "Accounts"), rows)])
    return _file(made, XLSX, "tai-khoan.xlsx")


async def csv(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/accounts.csv."""
    return _file(csvfile.encoded(await _rows(request)), "text/csv", "tai-khoan.csv")


async def _rows(request: web.Request) -> list[list[str]]:
    """The whole list, its head first; that it was taken out leaves a trace."""
    of, database = request[keys.UNIT], request.app[keys.HOUSE].database
    async with database.read() as connection:
        lines = await account_list.lines(connection, of, _look(request))
    async with database.write() as connection:
        await note(connection, hand(request), of.id, "accounts_exported")
    return [_head(request), *(_cells(request, line) for line in lines)]


def _head(request: web.Request) -> list[str]:
    head = ("Unit", "Name", "Username", "Posts", "State", "Reason", "Last sign-in", "Password set on", "Second factor")
    return [say(request, word) for word in head]


def _cells(request: web.Request, line: Line) -> list[str]:
    zone = request.app[keys.HOUSE].settings.zone

    def day(moment: Any) -> str:
        return days.dmy(moment.astimezone(zone).date()) if moment else ""

    held = [f"{say(request, POSTS[each.post])} ({each.unit.name})" for each in line.held]
    why = say(request, "nobody used it") if line.why == IDLE else line.why
    factor = say(request, "yes") if line.second_factor else say(request, "no") if line.username else ""
    state = say(request, STATE_WORDS[line.state])
    known = [line.entry.home.name, line.entry.name, line.username, "; ".join(held), state, why]
    return [*known, day(line.signed_in_at), day(line.password_set_at), factor]


def _file(body: bytes, kind: str, name: str, how: str = "attachment") -> web.Response:
    return web.Response(body=body, headers={"Content-Type": kind, "Content-Disposition": f'{how}; filename="{name}"'})
