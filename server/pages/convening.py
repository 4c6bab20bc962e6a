"""A meeting before its doors open, on the desk of secretary and committee: agenda, documents, notice, answers."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from server.convening import agendas, allowed, answers, documents, notices, planning, rows
from server.convening.agendas import Items, Written
from server.convening.allowed import Wish
from server.convening.by_groups import is_round
from server.notify import outbox
from server.org import access, people, pilot, rounds
from server.org.meetings import MeetingRow
from server.org.refusal import Refused
from server.records.database import Connection

from . import days, guard, keys
from .convening_words import MOTIONS, house_of, moment, words
from .pilot_words import FORMS
from .register_words import hand
from .render import page
from .signing_in import fields

Step = Callable[[Connection, MeetingRow], Awaitable[object]]


async def show(request: web.Request) -> web.StreamResponse:
    """GET /meetings/{id}/plan."""
    return await desk(request)


async def desk(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    """The page of one planned meeting."""
    row, house, asks = request[keys.MEETING], request.app[keys.HOUSE], await guard.actor(request)
    at, zone = house.clock(), house.settings.zone
    async with house.database.read() as connection:
        seats = await rows.convened(connection, row, zone)
        given = {
            "seats": seats,
            "round": await rounds.of(connection, row, days.today(request)),
            "warned": await allowed.warnings(connection, row, at, zone),
            "documents": await documents.of_meeting(connection, row),
            "readings": await _readings(connection, row, {seat.member for seat in seats}),
            "answers": await answers.of_meeting(connection, row.id),
            "undelivered": await outbox.undelivered(connection, row.id),
            "alerts": await answers.alerts(connection, row.unit, days.today(request)),
            "modes": await pilot.allowed(connection, row.unit.id, allowed.day_of(row, zone)),
            "members": await people.of_cell(connection, row.unit.id, days.today(request)),
        }
    may = {each: guard.may(asks, each, row) for each in ("convene", "prepare")}
    local = row.planned_for.astimezone(zone)
    common = {
        "meeting": row,
        "local": local,
        "may": may,
        "changeable": changeable(row, house),
        "MOTIONS": MOTIONS,
        "PART_FORMS": {form: said for form, said in FORMS.items() if form in pilot.PART_FORMS},
        "total": agendas.total(row.agenda),
        "order": {str(item["id"]): number for number, item in enumerate(row.agenda, start=1)},
    }
    return page(request, "meeting_plan.html", status, **(words(request) | given | common | values))


async def _readings(
    connection: Connection, row: MeetingRow, convened: Collection[str]
) -> Mapping[str, Mapping[str, documents.Reading]]:
    """document → person → how he stands to it; of those convened."""
    found = await documents.readings(connection, row)
    return {
        document: {each.person_id: each for each in readings if each.person_id in convened}
        for document, readings in found.items()
    }


def changeable(row: MeetingRow, house: keys.House) -> bool:
    try:
        rows.fixed(row, house.clock(), doors(house))
    except Refused:
        return False
    return True


def doors(house: keys.House) -> timedelta:
    return timedelta(minutes=house.settings.doors_minutes)


async def stepped(
    request: web.Request, step: Step, part: str = "", sent: Mapping[str, str] | None = None, then: str = ""
) -> web.Response:
    """One transaction; then the page (or the one of `then`), or the page with what was refused and was written."""
    row, house = request[keys.MEETING], request.app[keys.HOUSE]
    try:
        async with house.database.write() as connection:
            await step(connection, await rows.again(connection, row.id))
    except Refused as refused:
        return await desk(request, 422, refused=refused, sent=sent or {}, part=part)
    raise web.HTTPSeeOther(then or f"/meetings/{row.id}/plan{f'#{part}' if part else ''}")


async def change(request: web.Request) -> web.StreamResponse:
    """POST /meetings/{id}/plan: title, kind, form, time, place; whoever was told is told again."""
    sent = await fields(request, "title", "kind", "form", "day", "time", "place", "back")
    row, house = request[keys.MEETING], request.app[keys.HOUSE]
    then = f"/meetings/{row.round_id}/round" if row.round_id and sent["back"] else ""

    async def step(connection: Connection, row: MeetingRow) -> None:
        wish = Wish(sent["title"], sent["kind"], sent["form"], _moment(request, row, sent), sent["place"])
        by, zone = hand(request), house.settings.zone
        if await planning.change(connection, by, row, wish, zone, doors(house)) and row.noticed_at:
            await notices.send(connection, by, await rows.again(connection, row.id), house_of(request))

    return await stepped(request, step, "", sent, then)


def _moment(request: web.Request, row: MeetingRow, sent: Mapping[str, str]) -> datetime:
    """As given; a round without a common session has none of its own."""
    if row.form == allowed.GROUPS and not sent["place"].strip():
        return row.planned_for
    return moment(request, sent)


async def cancel(request: web.Request) -> web.StreamResponse:
    """POST /meetings/{id}/cancel."""
    sent = await fields(request, "reason")
    house = request.app[keys.HOUSE]

    async def step(connection: Connection, row: MeetingRow) -> None:
        by = hand(request)
        await planning.cancel(connection, by, row, sent["reason"], house.settings.zone, doors(house))
        await notices.withdraw(connection, by, await rows.again(connection, row.id), house_of(request))

    return await stepped(request, step, "cancel", sent)


async def agenda(request: web.Request) -> web.StreamResponse:
    """POST /meetings/{id}/agenda: `step` is add, edit, up, down or remove."""
    sent = await fields(request, "step", "item", "title", "kind", "presenter", "minutes")
    house = request.app[keys.HOUSE]

    async def step(connection: Connection, row: MeetingRow) -> None:
        items = _stepped(row.agenda, sent)
        await planning.set_agenda(connection, hand(request), row, items, house.settings.zone, doors(house))

    return await stepped(request, step, "agenda", sent)


def _stepped(items: Items, sent: Mapping[str, str]) -> Items:
    """Raises Refused."""
    given = Written(sent["title"], sent["kind"] or "ordinary", sent["presenter"], sent["minutes"])
    steps: Mapping[str, Callable[[], Items]] = {
        "add": lambda: agendas.added(items, given),
        "edit": lambda: agendas.edited(items, sent["item"], given),
        "up": lambda: agendas.moved(items, sent["item"], -1),
        "down": lambda: agendas.moved(items, sent["item"], 1),
        "remove": lambda: agendas.removed(items, sent["item"]),
    }
    if sent["step"] not in steps:
        raise Refused("agenda", "Please choose one of the values offered.")
    return steps[sent["step"]]()


async def notice(request: web.Request) -> web.StreamResponse:
    """POST /meetings/{id}/notice: it goes out, or goes out again; of a round, to each group of its own meeting."""

    async def step(connection: Connection, row: MeetingRow) -> None:
        send = notices.send_round if is_round(row) else notices.send
        await send(connection, hand(request), row, house_of(request))

    return await stepped(request, step, "notice")


async def decide(request: web.Request) -> web.StreamResponse:
    """POST /meetings/{id}/answers: an excuse is accepted, or not."""
    sent = await fields(request, "person", "verdict")

    async def step(connection: Connection, row: MeetingRow) -> None:
        await answers.decide(connection, hand(request), row, sent["person"], sent["verdict"] == "accept")

    return await stepped(request, step, "answers")


# -- Templates of committees -----------------------------------------------------------------------------------------


async def templates(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/agendas: the agendas in force for this unit, and who set them."""
    return await _templates(request)


async def _templates(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    of, asks = request[keys.UNIT], await guard.actor(request)
    async with request.app[keys.HOUSE].database.read() as connection:
        found = [await agendas.template(connection, of, kind) for kind in agendas.TEMPLATES]
    given = {"unit": of, "templates": found, "may_edit": access.may(asks, "edit_agendas", of)}
    return page(request, "agendas.html", status, **(words(request) | given | values))


async def set_template(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/agendas: lines `title`, `kind` and `minutes`; a line without a title is left out."""
    of, posted = request[keys.UNIT], await request.post()
    sent = await fields(request, "template", "step")
    columns = [[str(value) for value in posted.getall(name, [])] for name in ("title", "kind", "minutes")]
    lines = [Written(title, kind, "", minutes) for title, kind, minutes in zip(*columns, strict=False) if title.strip()]
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            items = None if sent["step"] == "back" else lines
            await agendas.set_template(connection, hand(request), of, sent["template"], items)
    except Refused as refused:
        return await _templates(request, 422, refused=refused)
    raise web.HTTPSeeOther(f"/units/{of.id}/agendas")
