"""A round on one page: the meetings of its groups, how far each is, who is missing, and its own doors."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from aiohttp import web

from server.convening import by_groups, motions
from server.convening.motions import Motions, Written
from server.org import pilot, rounds
from server.org.meetings import MeetingRow
from server.org.refusal import Refused
from server.org.rounds import Part, Round
from server.records.database import Connection

from . import days, guard, keys
from .convening import changeable, doors, stepped
from .convening_words import MOTIONS, words
from .register_words import hand
from .render import page
from .signing_in import fields

STATES: Mapping[str, str] = MappingProxyType(  # of a group's meeting
    {
        "planned": "planned",
        "missed": "not held",
        "sitting": "meeting now",
        "sealed": "closed, minutes not adopted",
        "adopted": "closed, minutes adopted",
        "cancelled": "cancelled",
    }
)
SIGNS: Mapping[str, str] = MappingProxyType(  # state → the kind of its tag
    {"missed": "care", "sitting": "good", "sealed": "care", "adopted": "good", "cancelled": "care"}
)


def state_of(part: Part, at: datetime) -> tuple[str, str]:
    """How the state of a group's meeting is said, and the kind of its tag."""
    state = part.state(at)
    return STATES[state], SIGNS.get(state, "")


async def show(request: web.Request) -> web.StreamResponse:
    """GET /meetings/{id}/round: of a round; of a group's meeting, the round it is part of."""
    row, house = request[keys.MEETING], request.app[keys.HOUSE]
    if row.round_id:
        raise web.HTTPSeeOther(f"/meetings/{row.round_id}/round")
    today = days.today(request)
    async with house.database.read() as connection:
        found = await rounds.of(connection, row, today)
        if found is None:
            raise web.HTTPNotFound
        loose = await by_groups.groupless(connection, row.unit, today)
        modes = await pilot.allowed(connection, row.unit.id, today)
    return page(request, "round.html", **(words(request) | await _given(request, found, modes) | {"loose": loose}))


async def _given(request: web.Request, of: Round, modes: pilot.Modes) -> dict[str, Any]:
    house, asks = request.app[keys.HOUSE], await guard.actor(request)
    at, open_for = house.clock(), doors(house)
    prepares = guard.may(asks, "prepare", of.row)
    return {
        "meeting": of.row,
        "round": of,
        "states": {part.row.id: state_of(part, at) for part in of.parts},
        "local": {part.row.id: part.row.planned_for.astimezone(house.settings.zone) for part in of.parts},
        "own": of.part(asks.groups),
        "open": of.joinable(at, open_for),
        "missed": of.missed(at),
        "prepares": prepares,
        "keeps": guard.may(asks, "keep_record", of.row),
        "sees": {part.row.id for part in of.parts if guard.may(asks, "see_meeting", part.row)},
        "watches": guard.may(asks, "see_timeline", of.row),
        "sets": {part.row.id for part in of.parts if _sets(request, of, part) and guard.may(asks, "convene", part.row)},
        "part_forms": {form: said for form, said in words(request)["FORMS"].items() if form in pilot.PART_FORMS},
        "modes": modes,
        "MOTIONS": MOTIONS,
        "order": {str(item["id"]): number for number, item in enumerate(of.row.agenda, start=1)},
    }


def _sets(request: web.Request, of: Round, part: Part) -> bool:
    """Whether this group may still be given another time."""
    house = request.app[keys.HOUSE]
    return changeable(of.row, house) and changeable(part.row, house)


# -- Motions ---------------------------------------------------------------------------------------------------------


async def change_motions(request: web.Request) -> web.StreamResponse:
    """POST /meetings/{id}/motions: `step` is add, edit or remove."""
    sent = await fields(request, "step", "motion", "item", "kind", "text")
    house = request.app[keys.HOUSE]

    async def step(connection: Connection, row: MeetingRow) -> None:
        wanted = _stepped(row, sent)
        await by_groups.set_motions(connection, row, wanted, hand(request).at, doors(house))

    return await stepped(request, step, "motions", sent)


def _stepped(row: MeetingRow, sent: Mapping[str, str]) -> Motions:
    """Raises Refused."""
    given = Written(sent["item"], sent["text"], sent["kind"] or motions.KINDS[0])
    if sent["step"] == "add":
        return motions.added(row.motions, row.agenda, given)
    if sent["step"] == "edit":
        return motions.edited(row.motions, row.agenda, sent["motion"], given)
    if sent["step"] == "remove":
        return motions.removed(row.motions, sent["motion"])
    raise Refused(motions.RULE, "Please choose one of the values offered.")
