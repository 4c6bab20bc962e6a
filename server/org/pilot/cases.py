"""Cases in the database: each step is one row, checked before and never overwritten after."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import people, pilot_cases, pilot_periods, pilot_steps

from .. import tree
from ..overrides import rules_at
from ..refusal import Refused, kept
from ..rulebook import Rule, word
from ..trail import Hand
from ..tree import Unit
from . import facts
from .case import CIRCUMSTANCES, LAPSED, MODES, PENDING, REASONS, RULE, Case, Draft, Step, after, check, read

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Paper:
    """The decision on paper, as a form gives it: number, day of signing, signer."""

    number: str
    day: date | None
    signer: str


# -- Reading ---------------------------------------------------------------------------------------------------------


async def case(connection: AsyncConnection, case_id: str) -> Case | None:
    c = pilot_cases.c
    row = (await connection.execute(sa.select(c.id, c.unit_id).where(c.id == case_id))).first()
    return read(row.id, row.unit_id, await _steps(connection, row.id)) if row else None


async def of_unit(connection: AsyncConnection, unit_id: str) -> tuple[Case, ...]:
    """The cases of a cell, the newest first."""
    c = pilot_cases.c
    found = sa.select(c.id).where(c.unit_id == unit_id).order_by(c.opened_at.desc(), c.id)
    ids = tuple(await connection.scalars(found))
    return tuple([read(each, unit_id, await _steps(connection, each)) for each in ids])


async def _steps(connection: AsyncConnection, case_id: str) -> tuple[Step, ...]:
    s = pilot_steps.c
    joined = pilot_steps.outerjoin(people, s.by == people.c.id)
    named = sa.func.coalesce(people.c.name, "").label("by_name")
    found = sa.select(s.n, s.step, s.by, s.at, s.body, named).select_from(joined).where(s.case_id == case_id)
    return tuple(Step(**row._mapping) for row in await connection.execute(found.order_by(s.n)))


async def decider(connection: AsyncConnection, cell: Unit, day: date) -> Unit:
    """The committee that the rulebook names for this cell; the direct superior where there is none of that kind."""
    named = word(await rules_at(connection, cell, day), "pilot_decided_by")
    above = await tree.above(connection, cell)
    if not above:
        raise Refused(RULE, "There is no committee above this unit.")
    return next((unit for unit in reversed(above) if unit.kind == named), above[-1])


# -- The cell asks ---------------------------------------------------------------------------------------------------


async def open_case(connection: AsyncConnection, cell: Unit, hand: Hand, case_id: str = "") -> Case:
    """A new case of the cell, with a new id if none is given.  Raises Refused while another is on its way."""
    if cell.kind != tree.CELL:
        raise Refused(RULE, "Only a cell opens a case.")
    c = pilot_cases.c
    pending = sa.select(sa.func.count()).where(c.unit_id == cell.id, c.state.in_(PENDING))
    if await connection.scalar(pending):
        raise Refused(RULE, "The cell has a case on its way already.")
    made = Case(case_id or f"case-{secrets.token_hex(8)}", cell.id)
    row = {"id": made.id, "unit_id": cell.id, "opened_at": hand.at, "state": "", "reason": "", "mode": made.draft.mode}
    await connection.execute(sa.insert(pilot_cases).values(row))
    return await _take(connection, made, "opened", hand, {})


async def save(connection: AsyncConnection, of: Case, draft: Draft, hand: Hand) -> Case:
    """What the cell asks, as far as it is filled in.  Raises Refused."""
    check(of, "saved")
    if draft.mode not in MODES or draft.reason not in ("", *REASONS):
        raise Refused(RULE, "Please choose one of the values offered.")
    if any(each.reason not in REASONS for each in draft.away.values()):
        raise Refused(RULE, "Please choose one of the values offered.")
    away = {person: replace(each, text=_kept(each.text, False)) for person, each in draft.away.items()}
    tidy = replace(draft, text=_kept(draft.text, False), away=away)
    return of if tidy == of.draft else await _take(connection, of, "saved", hand, tidy.body())


async def submit(connection: AsyncConnection, of: Case, cell: Unit, hand: Hand) -> Case:
    """Sent to the organising department, with what was counted on that day.  Raises Refused with the numbers."""
    check(of, "submitted")
    rules = await rules_at(connection, cell, hand.today)
    _complete(of.draft, rules)
    counted = await facts.of_cell(connection, cell.id, of.draft, rules, hand.today)
    facts.qualified(counted, of.draft.mode)
    return await _take(connection, of, "submitted", hand, {"facts": counted.body()})


async def withdraw(connection: AsyncConnection, of: Case, hand: Hand) -> Case:
    return await _take(connection, of, "withdrawn", hand, {})


def _complete(draft: Draft, rules: Mapping[str, Rule]) -> None:
    if not draft.reason:
        raise Refused(RULE, "Please choose the reason of the cell.")
    if not facts.accepted(draft.reason, rules):
        raise Refused(RULE, "The rules in force do not know this reason.")
    if draft.reason == CIRCUMSTANCES and not draft.text:
        raise Refused(RULE, "Special circumstances want a reason in words.")
    if any(each.reason == CIRCUMSTANCES and not each.text for each in draft.away.values()):
        raise Refused(RULE, "A member away for special circumstances wants a reason in words.")


# -- The organising department reviews -------------------------------------------------------------------------------


async def give_back(connection: AsyncConnection, of: Case, why: str, hand: Hand) -> Case:
    check(of, "returned")
    return await _take(connection, of, "returned", hand, {"why": _kept(why)})


async def propose(connection: AsyncConnection, of: Case, why: str, hand: Hand) -> Case:
    check(of, "proposed")
    return await _take(connection, of, "proposed", hand, {"why": _kept(why, False)})


# -- The committee decides -------------------------------------------------------------------------------------------


async def decide(
    connection: AsyncConnection,
    of: Case,
    committee: Unit,
    paper: Paper,
    mode: str,
    since: date | None,
    last: date | None,
    hand: Hand,
) -> Case:
    """From `since` to the end of `last` (None = without an end).  Raises Refused."""
    check(of, "decided")
    if mode not in MODES:
        raise Refused(RULE, "Please choose one of the values offered.")
    if not facts.Facts(**of.facts).allows(mode):
        raise Refused(RULE, "By the numbers submitted the cell does not qualify for that.")
    first, signed = _given(since), _paper(paper, hand)
    if first < date.fromisoformat(signed["day"]):
        raise Refused(RULE, "A decision is not in force before the day it was signed.")
    _ordered(first, last)
    body = {"mode": mode, "committee": committee.id, "since": first.isoformat(), "until": _after(last)}
    return await _take(connection, of, "decided", hand, body | signed)


async def refuse(connection: AsyncConnection, of: Case, why: str, hand: Hand) -> Case:
    check(of, "refused")
    return await _take(connection, of, "refused", hand, {"why": _kept(why)})


async def extend(connection: AsyncConnection, of: Case, paper: Paper, last: date | None, hand: Hand) -> Case:
    """To the end of `last`.  Signed while the decision was still in force: what is over wants a new case."""
    check(of, "extended")
    signed = _paper(paper, hand)
    if of.until is None:
        raise Refused(RULE, "The decision has no end; there is nothing to extend.")
    if date.fromisoformat(signed["day"]) > of.until:
        raise Refused(RULE, "The decision was over before this paper was signed; please open a new case.")
    if last is not None and last + _DAY <= of.until:
        raise Refused(RULE, "The new last day lies after the present one.")
    return await _take(connection, of, "extended", hand, signed | {"until": _after(last)})


async def suspend(
    connection: AsyncConnection, of: Case, paper: Paper, since: date | None, why: str, hand: Hand
) -> Case:
    """Not in force from `since` on, until it is resumed."""
    check(of, "suspended")
    first, signed = _given(since), _paper(paper, hand)
    if not of.in_force(first):
        raise Refused(RULE, "The decision is not in force on that day.")
    return await _take(connection, of, "suspended", hand, signed | {"since": first.isoformat(), "why": _kept(why)})


async def resume(connection: AsyncConnection, of: Case, paper: Paper, since: date | None, hand: Hand) -> Case:
    check(of, "resumed")
    first, signed = _given(since), _paper(paper, hand)
    stopped = max((period.until for period in of.periods if period.until), default=first)
    if first < stopped or (of.until is not None and first >= of.until):
        raise Refused(RULE, "A decision is resumed between its suspension and its end.")
    return await _take(connection, of, "resumed", hand, signed | {"since": first.isoformat()})


async def end(connection: AsyncConnection, of: Case, paper: Paper, since: date | None, why: str, hand: Hand) -> Case:
    """Not in force from `since` on, for good."""
    check(of, "ended")
    first, signed = _given(since), _paper(paper, hand)
    if of.until is not None and first > of.until:
        raise Refused(RULE, "The decision is over by itself before that day.")
    return await _take(connection, of, "ended", hand, signed | {"since": first.isoformat(), "why": _kept(why)})


async def lapse(connection: AsyncConnection, unit_id: str, day: date, why: str, hand: Hand) -> int:
    """The unit is no more from that day (merged, dissolved): what it asked or was allowed ends with it; how many."""
    cases = [each for each in await of_unit(connection, unit_id) if each.state in PENDING or not _over(each, day)]
    for each in cases:
        await _take(connection, each, "lapsed", hand, {"since": day.isoformat(), "why": why})
    return len(cases)


def _over(of: Case, day: date) -> bool:
    return of.state in (LAPSED, "refused", "withdrawn", "ended") or of.status(day) == "over"


# -- What every step does --------------------------------------------------------------------------------------------


async def _take(connection: AsyncConnection, of: Case, step: str, hand: Hand, body: Mapping[str, Any]) -> Case:
    check(of, step)
    n = len(of.steps) + 1
    row = {"case_id": of.id, "n": n, "step": step, "by": hand.by, "at": hand.at, "body": dict(body)}
    try:
        await connection.execute(sa.insert(pilot_steps).values(row))
    except IntegrityError:
        raise Refused(RULE, "Somebody has just changed this case; please look at it again.") from None
    taken = after(of, Step(n, step, hand.by, hand.at, body))
    await _summarise(connection, taken)
    return taken


async def _summarise(connection: AsyncConnection, of: Case) -> None:
    """The rows that lists and the doors read."""
    summary = {"state": of.state, "reason": of.draft.reason, "mode": of.mode or of.draft.mode}
    await connection.execute(sa.update(pilot_cases).where(pilot_cases.c.id == of.id).values(summary))
    await connection.execute(sa.delete(pilot_periods).where(pilot_periods.c.case_id == of.id))
    rows = [
        {"case_id": of.id, "unit_id": of.unit_id, "mode": of.mode, "since": each.since, "until": each.until}
        for each in of.periods
        if each.until is None or each.since < each.until
    ]
    if rows:
        await connection.execute(sa.insert(pilot_periods), rows)


def _kept(text: str, needed: bool = True) -> str:
    return kept(text, RULE, needed)


def _given(day: date | None) -> date:
    if day is None:
        raise Refused(RULE, "Please give the day.")
    return day


def _paper(paper: Paper, hand: Hand) -> dict[str, str]:
    """Number, day and signer as they are kept; signed today or before."""
    day = _given(paper.day)
    if day > hand.today:
        raise Refused(RULE, "The day of signing lies ahead.")
    return {"number": _kept(paper.number), "day": day.isoformat(), "signer": _kept(paper.signer)}


def _ordered(since: date, last: date | None) -> None:
    if last is not None and last < since:
        raise Refused(RULE, "The last day is not before the first.")


def _after(last: date | None) -> str | None:
    """The first day on which it no longer holds."""
    return (last + _DAY).isoformat() if last else None
