"""The pilot on pages: a cell's cases step by step, a committee's list, problems noted."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from aiohttp import web

from server.org import access, groups, names, overrides, people, pilot
from server.org.pilot import cases, facts, listing, notes
from server.org.pilot.case import MODES, REASONS, RULE, Away, Case, Draft, may_follow
from server.org.pilot.cases import Paper
from server.org.pilot.facts import Facts
from server.org.refusal import Refused
from server.org.trail import Hand
from server.org.tree import CELL, Unit
from server.records.database import Connection

from . import days, guard, keys
from .next import HOME
from .paging import page_count
from .pilot_words import EVERYTHING, KINDS
from .render import page
from .signing_in import fields

PAGE = 50  # cells of one page of the list
CHAIR_STEPS = ("decided", "refused", "extended", "suspended", "resumed", "ended")

Taken = Mapping[str, str]  # the fields that were sent


@dataclass(frozen=True, slots=True)
class Member:
    """One member in the form of a case."""

    id: str
    name: str
    standing: str
    counted: bool  # in the base of the share
    away: Away


async def front(request: web.Request) -> web.StreamResponse:
    """GET /pilot: the list of the highest committee he serves, else his own cell."""
    asks = await guard.actor(request)
    seen = [unit for unit in access.reach(asks) if access.may(asks, "see_pilot", unit)]
    top = min(seen, key=lambda unit: (len(unit.path), unit.path), default=None)
    raise web.HTTPSeeOther(f"/units/{top.id}/pilot" if top else HOME)


async def show(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/pilot: of a cell its cases, of a committee its cells."""
    return await (_cell if request[keys.UNIT].kind == CELL else _list)(request)


# -- A committee's cells ---------------------------------------------------------------------------------------------


async def _list(request: web.Request) -> web.Response:
    top, today = request[keys.UNIT], days.today(request)
    async with request.app[keys.HOUSE].database.read() as connection:
        found = await listing.of_committee(connection, top, today)
    state, kind = request.query.get("state", ""), request.query.get("class", "")
    chosen = [line for line in found.lines if state in ("", line.state) and kind in ("", line.kind)]
    number = _page_number(request.query.get("page", ""), len(chosen))
    return page(
        request,
        "pilot_list.html",
        unit=top,
        found=found,
        states=listing.STATES,
        classes=listing.CLASSES,
        state=state,
        kind=kind,
        lines=chosen[(number - 1) * PAGE : number * PAGE],
        matching=len(chosen),
        number=number,
        pages=page_count(len(chosen), PAGE),
        **_words(),
    )


def _page_number(text: str, count: int) -> int:
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return max(1, min(asked, page_count(count, PAGE)))


# -- A cell ----------------------------------------------------------------------------------------------------------


async def _cell(request: web.Request, refused: Refused | None = None, sent: Taken | None = None) -> web.Response:
    unit, today = request[keys.UNIT], days.today(request)
    asks = await guard.actor(request)
    async with request.app[keys.HOUSE].database.read() as connection:
        found = await cases.of_unit(connection, unit.id)
        noted = await notes.under(connection, unit)
        modes = await pilot.allowed(connection, unit.id, today)
        counted = await _counted(connection, unit, Draft(), today)
    may = {action: access.may(asks, action, unit) for action in ("open_case", "see_case", "note_problem")}
    return page(
        request,
        "pilot_cell.html",
        status=422 if refused else 200,
        unit=unit,
        cases=found,
        modes=modes,
        facts=counted,
        notes=noted,
        kinds=KINDS,
        may=may,
        pending=any(case.state in ("draft", "submitted", "returned", "proposed") for case in found),
        today=today,
        refused=refused,
        sent=sent or {},
        **_words(),
    )


async def open_case(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/pilot/cases."""
    unit = request[keys.UNIT]
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            made = await cases.open_case(connection, unit, _hand(request))
    except Refused as refused:
        return await _cell(request, refused)
    raise web.HTTPSeeOther(_at(unit, made))


async def note(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/pilot/notes."""
    sent, unit = await fields(request, "day", "kind", "text"), request[keys.UNIT]
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            await notes.add(connection, unit, days.parsed(sent["day"]), sent["kind"], sent["text"], _hand(request))
    except Refused as refused:
        return await _cell(request, refused, sent)
    raise web.HTTPSeeOther(f"/units/{unit.id}/pilot#notes")


# -- A case ----------------------------------------------------------------------------------------------------------


async def case(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/pilot/cases/{case}."""
    async with request.app[keys.HOUSE].database.read() as connection:
        found = await _case(connection, request)
    return await _shown(request, found)


async def draft(request: web.Request) -> web.StreamResponse:
    """POST …/draft: kept; and submitted, if that button was pressed."""
    sent = _texts(await request.post())
    written = _draft(sent)

    async def take(connection: Connection, found: Case) -> None:
        kept = await cases.save(connection, found, written, _hand(request))
        if sent.get("then") == "submit":
            await cases.submit(connection, kept, request[keys.UNIT], _hand(request))

    return await _taken(request, take, written=written)


async def withdraw(request: web.Request) -> web.StreamResponse:
    """POST …/withdraw."""

    async def take(connection: Connection, found: Case) -> None:
        await cases.withdraw(connection, found, _hand(request))

    return await _taken(request, take)


async def review(request: web.Request) -> web.StreamResponse:
    """POST …/review: the organising department returns it with a reason, or proposes it."""
    sent = await fields(request, "verdict", "why")

    async def take(connection: Connection, found: Case) -> None:
        step = cases.propose if sent["verdict"] == "propose" else cases.give_back
        await step(connection, found, sent["why"], _hand(request))

    return await _taken(request, take, sent)


async def decide(request: web.Request) -> web.StreamResponse:
    """POST …/decide: a step of the committee that the rulebook names."""
    sent = await fields(request, "step", "number", "day", "signer", "mode", "since", "last", "why")
    asks = await guard.actor(request)

    async def take(connection: Connection, found: Case) -> None:
        if sent["step"] not in _DECISIONS:
            raise Refused(RULE, "Please choose one of the values offered.")
        committee = await cases.decider(connection, request[keys.UNIT], days.today(request))
        if "leading" not in access.roles(asks, committee):
            raise Refused(RULE, "By the rulebook {committee} decides on this cell.", committee=committee.name)
        await _DECISIONS[sent["step"]](connection, found, committee, sent, _hand(request))

    return await _taken(request, take, sent)


Decision = Callable[[Connection, Case, Unit, Taken, Hand], Awaitable[Case]]


def _paper(sent: Taken) -> Paper:
    return Paper(sent["number"], days.parsed(sent["day"]), sent["signer"])


def _last(sent: Taken) -> date | None:
    """The last day; empty = without an end."""
    if sent["last"].strip() and days.parsed(sent["last"]) is None:
        raise Refused(RULE, "Please give the day.")
    return days.parsed(sent["last"])


_DECISIONS: Mapping[str, Decision] = MappingProxyType(
    {
        "decided": lambda c, of, by, s, hand: cases.decide(
            c, of, by, _paper(s), s["mode"], days.parsed(s["since"]), _last(s), hand
        ),
        "refused": lambda c, of, by, s, hand: cases.refuse(c, of, s["why"], hand),
        "extended": lambda c, of, by, s, hand: cases.extend(c, of, _paper(s), _last(s), hand),
        "suspended": lambda c, of, by, s, hand: cases.suspend(
            c, of, _paper(s), days.parsed(s["since"]), s["why"], hand
        ),
        "resumed": lambda c, of, by, s, hand: cases.resume(c, of, _paper(s), days.parsed(s["since"]), hand),
        "ended": lambda c, of, by, s, hand: cases.end(c, of, _paper(s), days.parsed(s["since"]), s["why"], hand),
    }
)


async def _taken(
    request: web.Request,
    take: Callable[[Connection, Case], Awaitable[None]],
    sent: Taken | None = None,
    written: Draft | None = None,
) -> web.Response:
    """The case after one step, or as it was, with the reason and what was written."""
    try:
        async with request.app[keys.HOUSE].database.write() as connection:
            found = await _case(connection, request)
            await take(connection, found)
    except Refused as refused:
        async with request.app[keys.HOUSE].database.read() as connection:
            found = await _case(connection, request)
        return await _shown(request, found, refused, sent, written)
    raise web.HTTPSeeOther(_at(request[keys.UNIT], found))


async def _case(connection: Connection, request: web.Request) -> Case:
    """The case that the address names, if it is one of this cell."""
    found = await cases.case(connection, request.match_info["case"])
    if found is None or found.unit_id != request[keys.UNIT].id:
        raise web.HTTPNotFound
    return found


async def _shown(
    request: web.Request,
    found: Case,
    refused: Refused | None = None,
    sent: Taken | None = None,
    written: Draft | None = None,
) -> web.Response:
    unit, today, asks = request[keys.UNIT], days.today(request), await guard.actor(request)
    asked = written if written and "saved" in may_follow(found) else found.draft
    async with request.app[keys.HOUSE].database.read() as connection:
        rules = await overrides.rules_at(connection, unit, today)
        members = await people.of_cell(connection, unit.id, today)
        group_count = len(await groups.of_cell(connection, unit.id, today))
        committee = await cases.decider(connection, unit, today)
    base, follow = facts.base_of(members, rules), may_follow(found)
    lines = [
        Member(each.id, each.name, each.standing, each.id in base, asked.away.get(each.id, Away("")))
        for each in sorted(members, key=lambda each: names.order(each.name))
    ]
    return page(
        request,
        "pilot_case.html",
        status=422 if refused else 200,
        unit=unit,
        case=found,
        draft=asked,
        members=lines,
        names={each.id: each.name for each in members},
        facts=facts.count(members, group_count, asked, rules, today),
        counted=Facts(**found.facts) if found.facts else None,
        reasons=[reason for reason in REASONS if facts.accepted(reason, rules)],
        modes=MODES,
        committee=committee,
        may_write="saved" in follow and access.may(asks, "open_case", unit),
        may_withdraw="withdrawn" in follow and access.may(asks, "open_case", unit),
        may_review=bool({"returned", "proposed"} & follow) and access.may(asks, "review_case", unit),
        steps=[step for step in CHAIR_STEPS if step in follow] if "leading" in access.roles(asks, committee) else [],
        follow=follow,
        today=today,
        refused=refused,
        sent=sent or {},
        **_words(),
    )


# -- Small parts -----------------------------------------------------------------------------------------------------


def _texts(sent: Any) -> Taken:
    """The text fields of a form; a file in one is a bad request."""
    texts = dict(sent)
    if not all(isinstance(value, str) for value in texts.values()):
        raise web.HTTPBadRequest
    return texts


def _draft(sent: Taken) -> Draft:
    """reason, text, mode; and for each member away-{id} and text-{id}, as far as a reason was chosen."""
    away = {
        name.removeprefix("away-"): Away(value, sent.get("text-" + name.removeprefix("away-"), ""))
        for name, value in sent.items()
        if name.startswith("away-") and value
    }
    return Draft(sent.get("reason", ""), sent.get("text", ""), sent.get("mode", ""), away)


async def _counted(connection: Connection, unit: Unit, asked: Draft, today: date) -> Facts:
    rules = await overrides.rules_at(connection, unit, today)
    return await facts.of_cell(connection, unit.id, asked, rules, today)


def _hand(request: web.Request) -> Hand:
    return Hand(request[keys.SESSION].person_id, request.app[keys.HOUSE].clock(), days.today(request))


def _at(unit: Unit, found: Case) -> str:
    return f"/units/{unit.id}/pilot/cases/{found.id}"


def _words() -> dict[str, Any]:
    return dict(EVERYTHING) | {"dmy": days.dmy, "iso_day": date.fromisoformat}
