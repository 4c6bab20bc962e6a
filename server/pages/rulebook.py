"""The rules in force for a unit, each with its document and who set it; and, for committees, setting them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from aiohttp import web

from server.org import access, overrides
from server.org.overrides import Asked, Override
from server.org.refusal import Refused
from server.org.rulebook import Coming, Rule, Rulebook
from server.org.tree import CELL, Unit

from . import days, guard, keys
from .next import HOME
from .render import page
from .signing_in import fields

CHAPTERS: Mapping[str, str] = MappingProxyType(
    {
        "meetings": "The monthly meeting",
        "papers": "Papers before and after",
        "online": "Meetings online",
        "groups": "Meetings by party groups",
        "votes": "Votes",
        "alerts": "Alerts",
        "score": "Score of a meeting",
        "four_good": "The four-good cell",
        "form": "The form of papers",
        "security": "Security",
        "room": "The open room",
    }
)
MARKS: Mapping[str, str] = MappingProxyType(
    {"V": "verified in the text itself", "S": "transcriptions agree", "N": "no document found: a setting"}
)
CHOICES: Mapping[str, str] = MappingProxyType(
    {
        "yes": "yes",
        "no": "no",
        "open": "by show of hands",
        "secret": "by secret ballot",
        "convened": "the members who attend in the cell",
        "registered": "the members registered in the cell",
        "direct_superior": "the direct superior committee",
        "grassroots": "the grassroots committee",
        "commune": "the committee of the commune or ward",
        "province": "the committee of the province",
        "central": "the central committee",
        "term": "per term",
        "year": "per year",
    }
)
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "meetings": "meetings",
        "meetings, more than": "meetings, more than",
        "meetings; 0 = no limit": "meetings; 0 = no limit",
        "minutes": "minutes",
        "days": "days",
        "day of the month": "day of the month",
        "members": "members",
        "share of members, at least": "of the members, at least",
        "share of members, more than": "of the members, more than",
        "share of the base, at least": "of the base, at least",
        "share of the base, more than": "of the base, more than",
        "points": "points",
        "months": "months",
        "hours": "hours",
        "seconds": "seconds",
        "millimetres": "mm",
        "typographic points": "pt",
        "characters": "characters",
        "tries": "tries",
        "passwords": "passwords",
    }
)
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "regular_meetings_a_month": "Regular meetings a month",
        "thematic_meetings_a_quarter": "Thematic meetings a quarter, at least",
        "thematic_replaces_regular": "A thematic meeting replaces the regular one",
        "duration_minutes.regular": "Length of a regular meeting, at least",
        "duration_minutes.combined": "Length of a regular and thematic meeting, at least",
        "duration_minutes.thematic": "Length of a thematic meeting, at least",
        "duration_minutes.committee": "Length of a meeting of the cell committee, at least",
        "cell_official_members": "Official members that make a cell, at least",
        "quorum_share": "Members present to open a meeting",
        "quorum_blocks": "Below that number the meeting cannot open",
        "documents_days_before": "Documents are sent before the meeting, at least",
        "results_days_after": "Results are reported after the meeting, at most",
        "dispersed_share": "Members who cannot come to one place",
        "dispersed_base": "That share is counted among",
        "special_nature.abroad": "Special nature: members abroad, outside the missions",
        "special_nature.offices_in_provinces": "Special nature: offices in several provinces",
        "special_nature.far_work": "Special nature: members working far from home",
        "special_nature.students_summer": "Special nature: students in the summer holiday",
        "special_nature.on_duty": "Special nature: armed forces, health staff, rangers on duty",
        "special_nature.sea_islands": "Special nature: seafarers, offshore works, islands",
        "special_circumstances": "Special circumstances, with the reason in words",
        "pilot_decided_by": "Who decides which cell joins the pilot",
        "online_meetings_a_year": "Online meetings a year, at most",
        "online_allowed.ordinary": "Online: ordinary items",
        "online_allowed.secrets": "Online: state secrets",
        "online_allowed.election": "Online: elections",
        "online_allowed.secret_ballot": "Online: secret ballots",
        "online_allowed.discipline": "Online: discipline",
        "online_allowed.admission": "Online: admission",
        "online_allowed.annual_review": "Online: the annual review",
        "private_place_declared": "Who joins declares a private place",
        "camera_at_roll_call": "The camera is asked for at roll call",
        "recording": "Sound and picture may be recorded",
        "large_cell_members": "A cell is large, having party groups, from",
        "group_meetings_a_year": "Meetings by party groups in place of the whole cell, a calendar year, at most",
        "group_decides": "A party group decides",
        "group_report_days": "A party group reports after its meeting, at most",
        "majority_share": "An ordinary motion is passed with",
        "admission_share": "Admission is passed with",
        "recognition_share": "Recognition as official member is passed with",
        "base_counts_absent_exempt": "Exempt members who are absent count in the base",
        "base_counts_temporary_out": "Members introduced elsewhere for a time count in the base",
        "votes.probationary": "Probationary members vote",
        "votes.temporary_in": "Members attending temporarily vote",
        "votes.superior": "Members of the superior committee vote",
        "vote_form.resolution": "Vote on a resolution",
        "vote_form.admission": "Vote on an admission",
        "vote_form.official_recognition": "Vote on a recognition as official member",
        "vote_form.election": "Vote in an election",
        "vote_form.discipline": "Vote on discipline",
        "vote_form.annual_review": "Vote on the annual review",
        "secret_ballots_online": "Secret ballots may be cast online",
        "plan_by_day": "Alert: the regular meeting is planned until",
        "attendance_target": "Alert: attendance below",
        "absences_in_a_row": "Alert: excused absences in a row",
        "months_absent_a_year": "Alert: months absent in a year",
        "score.time": "Score: time and duration",
        "score.attendance": "Score: attendance",
        "score.preparation": "Score: preparation",
        "score.conduct": "Score: conduct of the meeting",
        "score.principles": "Score: principles of Party life",
        "score.last_conclusion": "Score: carrying out the last conclusion",
        "score.closing": "Score: closing",
        "score_attendance_share": "Full points for attendance from",
        "score_from.good": "Good, from",
        "four_good.task": "Four-good: tasks",
        "four_good.meeting": "Four-good: meetings",
        "four_good.unity": "Four-good: unity and discipline",
        "four_good.cadres": "Four-good: cadres and members",
        "four_good_from": "A four-good cell, from",
        "score_from.fair": "Fair, from",
        "score_from.average": "Average, from",
        "margin.top": "Margin at the top",
        "margin.bottom": "Margin at the bottom",
        "margin.left": "Margin on the left",
        "margin.right": "Margin on the right",
        "font_points": "Size of letters",
        "first_line": "First line of a paragraph set in by",
        "line_points": "Distance of lines",
        "numbers_run": "Numbers of papers run",
        "log_months": "Logs are kept, at least",
        "password_length": "Length of a password, at least",
        "password_length_second_factor": "Length of a password with a second factor, at least",
        "lock_after": "An account is locked after wrong tries",
        "lock_hours": "An account stays locked, at least",
        "screen_lock_minutes": "The screen is locked after",
        "idle_account_days": "An idle account is disabled after",
        "account_review_months": "The list of accounts is reviewed every",
        "administrator_password_months": "Administrators change their password every",
        "administrator_passwords_kept": "A new password differs from the last",
        "slip_days": "A code on a printed slip is good for",
        "slip_tries": "Wrong codes from one place, in an hour, at most",
        "incident_notice_hours": "Notice of an incident within",
        "incident_report_hours": "Report of an incident within",
        "grace": "A lost connection becomes an absence after",
        "chair_grace": "The next in line is offered the chair after",
        "presence_window": "Time to answer “are you there?”",
        "speech_limit": "Length of a speech",
        "contest_window": "Time to contest a hand that the chair entered",
        "longest_split": "Party groups sit apart within a meeting, at most",
        "smallest_group": "A group that sits apart has at least",
        "media_sealed": "Sound and picture are sealed from end to end",
        "report_grace": "After gathering a group may still report for",
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One rule on the page."""

    rule: Rule
    set_by: Override | None  # None = as shipped
    coming: Coming | None
    coming_by: Override | None


async def front(request: web.Request) -> web.StreamResponse:
    """GET /rules: those of the highest committee he serves, else of his own cell."""
    asks = await guard.actor(request)
    top = _top(asks)
    raise web.HTTPSeeOther(f"/units/{top.id}/rules" if top else HOME)


async def show(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/rules: in force on ?day=, today if none is given."""
    unit, day = request[keys.UNIT], days.parsed(request.query.get("day", "")) or days.today(request)
    book, entered = await _book(request, unit)
    lines = _lines(book, entered, unit, day)
    chapters = {chapter: [line for line in lines if line.rule.chapter == chapter] for chapter in CHAPTERS}
    return page(request, "rulebook.html", unit=unit, on=day, chapters=chapters, **_words())


async def rule(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/rules/{key}: one rule, its history, and the form of a committee."""
    return await _rule(request)


async def change(request: web.Request) -> web.StreamResponse:
    """POST /units/{unit}/rules/{key}: a committee sets the rule, or takes its word back."""
    sent = await fields(request, "value", "document", "clause", "mark", "since", "last", "back")
    house, key = request.app[keys.HOUSE], request.match_info["key"]
    try:
        asked = _asked(key, sent)
        async with house.database.write() as connection:
            by, at = request[keys.SESSION].person_id, house.clock()
            await overrides.override(connection, request[keys.UNIT], asked, by, at, days.today(request))
    except Refused as refused:
        return await _rule(request, refused, sent)
    raise web.HTTPSeeOther(f"/units/{request[keys.UNIT].id}/rules/{key}?set")


async def _rule(
    request: web.Request, refused: Refused | None = None, sent: Mapping[str, str] | None = None
) -> web.Response:
    unit, key, today = request[keys.UNIT], request.match_info["key"], days.today(request)
    book, entered = await _book(request, unit)
    shape = book.shape(key)
    if shape is None:
        raise web.HTTPNotFound
    may_edit = unit.kind != CELL and not shape.fixed and access.may(await guard.actor(request), "edit_rules", unit)
    return page(
        request,
        "rulebook_rule.html",
        status=422 if refused else 200,
        unit=unit,
        shape=shape,
        line=next((line for line in _lines(book, entered, unit, today) if line.rule.key == key), None),
        shipped=[each for each in book.rules if each.key == key and not each.committee],
        history=overrides.of_committees(entered, key),
        may_edit=may_edit,
        own=[row for row in entered if row.key == key and row.committee == unit.id],
        refused=refused,
        sent=sent or {"since": today.isoformat(), "mark": "V"},
        today=today,
        done="set" in request.query,
        **_words(),
    )


async def _book(request: web.Request, unit: Unit) -> tuple[Rulebook, Sequence[Override]]:
    async with request.app[keys.HOUSE].database.read() as connection:
        return await overrides.book_of(connection, unit), await overrides.history(connection, unit)


def _lines(book: Rulebook, entered: Sequence[Override], unit: Unit, day: date) -> list[Line]:
    """In the order of the shipped file."""
    rows, coming = {row.id: row for row in entered}, book.coming(day, unit.line)
    in_force = book.of(day, unit.line)
    ordered = [in_force[key] for key in dict.fromkeys(each.key for each in book.rules) if key in in_force]
    return [_line(each, rows, coming.get(each.key)) for each in ordered]


def _line(each: Rule, rows: Mapping[int, Override], coming: Coming | None) -> Line:
    then = rows.get(coming.rule.entered) if coming and coming.rule else None
    return Line(each, rows.get(each.entered), coming, then)


def _asked(key: str, sent: Mapping[str, str]) -> Asked:
    since, last = days.parsed(sent["since"]), days.parsed(sent["last"])
    if since is None or (sent["last"].strip() and last is None):
        raise Refused("rules", "Please give the day on which it begins.")
    value = None if sent["back"] else sent["value"]
    return Asked(key, value, sent["document"], sent["clause"], sent["mark"] or "V", since, last)


def _top(asks: access.Actor) -> Unit | None:
    seen = [unit for unit in access.reach(asks) if access.may(asks, "see_rules", unit)]
    return min(seen, key=lambda unit: (len(unit.path), unit.path), default=None)


def _words() -> dict[str, Any]:
    return {
        "CHAPTERS": CHAPTERS,
        "MARKS": MARKS,
        "CHOICES": CHOICES,
        "UNITS": UNITS,
        "LABELS": LABELS,
        "dmy": days.dmy,
    }
