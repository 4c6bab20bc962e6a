"""The invitation to one meeting: when, where, the agenda, the documents, "I come" or "I cannot"."""

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from server.convening import answers, documents, rows
from server.meeting.ids import SeatKind
from server.org import meetings, rounds, tasks
from server.org.meetings import MeetingRow
from server.org.pilot import IN_PERSON
from server.org.refusal import Refused
from server.org.rounds import Round

from . import days, guard, keys
from .convening import doors
from .convening_words import words
from .register_words import hand
from .render import page
from .signing_in import fields


async def show(request: web.Request) -> web.StreamResponse:
    """GET /meetings/{id}/invitation."""
    return await invitation(request)


async def invitation(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    """The page; that he has seen which documents there are is noted."""
    row, house, asks = request[keys.MEETING], request.app[keys.HOUSE], await guard.actor(request)
    at, zone = house.clock(), house.settings.zone
    async with house.database.read() as connection:
        seats = await rows.convened(connection, row, zone)
        listed = await documents.of_meeting(connection, row)
        said = (await answers.of_meeting(connection, row.id)).get(asks.person_id)
        carried = tasks.seen(asks, row.unit, await tasks.carried_into(connection, row.id))
        found = await rounds.of(connection, row, days.today(request))
    seat = next((each for each in seats if each.member == asks.person_id), None)
    if listed and seat:
        async with house.database.write() as connection:
            await documents.received(connection, asks.person_id, [each.id for each in listed], at)
    missed = found.missed(at) if found else meetings.missed(row, at)
    called = found is None or found.session  # of a round: nobody is, but to a common session
    given = {
        "meeting": row,
        "round": found,
        "own": found.part(asks.groups) if found else None,
        "documents": listed,
        "answer": said,
        "carried": carried,
        "may_answer": seat is not None and called and not row.closed and not row.cancelled and not missed,
        "may_enter": seat is not None and _joinable(row, found, at, doors(house)),
        "keeps": guard.may(asks, "keep_record", row),
        "may_prepare": guard.may(asks, "prepare", row),
        "guest": seat is not None and seat.kind is not SeatKind.MEMBER,
        "missed": missed,
        "doors": house.settings.doors_minutes,
        "in_person": IN_PERSON,
        "on": days.today(request),
    }
    return page(request, "invitation.html", status, **(words(request) | given | values))


def _joinable(row: MeetingRow, of: Round | None, at: datetime, doors: timedelta) -> bool:
    return of.joinable(at, doors) if of else meetings.joinable(row, at, doors)


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /meetings/{id}/answer: by whoever is convened."""
    row, house = request[keys.MEETING], request.app[keys.HOUSE]
    sent = await fields(request, "coming", "reason")
    try:
        async with house.database.write() as connection:
            row = await rows.again(connection, row.id)
            seats = await rows.convened(connection, row, house.settings.zone)
            me = next((seat for seat in seats if seat.member == request[keys.SESSION].person_id), None)
            if me is None:
                raise web.HTTPNotFound
            if sent["coming"] not in ("yes", "no"):
                raise Refused("answer", "Please choose one of the values offered.")
            await answers.answer(connection, hand(request), row, me.name, sent["coming"] == "yes", sent["reason"])
    except Refused as refused:
        return await invitation(request, 422, refused=refused, sent=sent)
    raise web.HTTPSeeOther(f"/meetings/{row.id}/invitation#answer")
