"""The interim and the final review of the pilot: on screen with charts, as XLSX, as PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web
from markupsafe import Markup

from server.org import tree
from server.org.pilot import report
from server.org.pilot.case import GROUPS, ONLINE
from server.org.pilot.forms import FORMS, HYBRID
from server.org.pilot.report import Cell, Report, Sum
from server.org.refusal import Refused
from server.org.tree import Unit
from server.papers.charts import Row, bars
from server.papers.pdf import paper
from server.papers.sheets import Sheet, Value
from server.papers.sheets import workbook as made

from . import days, keys
from .pilot_words import EVERYTHING, KINDS, MODES
from .pilot_words import FORMS as FORM_WORDS
from .render import page, say

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Asked:
    """The period of the form; `wrong` where it is none."""

    since: date
    last: date
    found: Report | None
    wrong: Refused | None


async def show(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/pilot/report: ?since= and ?last=, this year so far if none is given."""
    asked = await _asked(request)
    return page(
        request,
        "pilot_report.html",
        status=422 if asked.wrong else 200,
        unit=request[keys.UNIT],
        asked=asked,
        report=asked.found,
        meetings_chart=_meetings_chart(request, asked.found) if asked.found else "",
        attendance_chart=_attendance_chart(request, asked.found) if asked.found else "",
        forms=FORMS,
        percent=percent,
        modes_of=modes_of,
        total=report.total,
        month_of=_month,
        **dict(EVERYTHING),
        dmy=days.dmy,
    )


async def workbook(request: web.Request) -> web.StreamResponse:
    """GET …/report.xlsx."""
    found = await _found(request)
    sheets = (_summary(request, found), _cells(request, found), _months(request, found), _problems(request, found))
    return _file(made(sheets), XLSX, _name(found, "xlsx"))


async def pdf(request: web.Request) -> web.StreamResponse:
    """GET …/report.pdf: the paper, in Vietnamese."""
    found, today = await _found(request), days.today(request)
    async with request.app[keys.HOUSE].database.read() as connection:
        above = await tree.above(connection, found.top)
    catalogue = request.app[keys.WORDS].catalogue("vi")
    return _file(
        await paper("pilot_report.typ", _data(found, above, catalogue, today)), "application/pdf", _name(found, "pdf")
    )


async def _asked(request: web.Request) -> Asked:
    today = days.today(request)
    since = days.parsed(request.query.get("since", "")) or today.replace(month=1, day=1)
    last = days.parsed(request.query.get("last", "")) or today
    house = request.app[keys.HOUSE]
    try:
        async with house.database.read() as connection:
            found = await report.review(connection, request[keys.UNIT], since, last, house.settings.zone)
    except Refused as refused:
        return Asked(since, last, None, refused)
    return Asked(since, last, found, None)


async def _found(request: web.Request) -> Report:
    asked = await _asked(request)
    if asked.found is None:
        raise web.HTTPBadRequest
    return asked.found


def _file(body: bytes, kind: str, name: str) -> web.Response:
    return web.Response(
        body=body, headers={"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'}
    )


def _name(found: Report, ending: str) -> str:
    return f"pilot-{found.since.isoformat()}-{found.last.isoformat()}.{ending}"


# -- Numbers as people read them -------------------------------------------------------------------------------------


def percent(each: Sum) -> str:
    """As 93,5 %; nothing where nobody was convened."""
    return f"{each.permille // 10},{each.permille % 10} %" if each.convened else "–"


def modes_of(cell: Cell) -> str:
    return "both" if len(cell.modes) == 2 else next(iter(cell.modes))


def _month(month: str) -> str:
    """2027-01 → 01/2027."""
    return f"{month[5:]}/{month[:4]}"


def _facts(found: Report) -> Sequence[tuple[str, str]]:
    return (
        ("Cells below, in all", str(found.cells_below)),
        ("Cells allowed at some time in the period", str(len(found.cells))),
        ("of them online", str(found.online_cells)),
        ("of them by party groups", str(found.group_cells)),
        ("Members of these cells", str(found.members)),
        ("Meetings held by these cells", str(found.all.meetings)),
        ("Attendance at all of them", percent(found.all)),
        ("Problems noted", str(len(found.notes))),
    )


# -- Charts ----------------------------------------------------------------------------------------------------------


def _meetings_chart(request: web.Request, found: Report) -> Markup:
    rows = [
        Row(_month(month), [forms[form].meetings for form in FORMS], str(report.total(forms.values()).meetings))
        for month, forms in found.months
    ]
    title, legend = say(request, "Meetings held, by month and form"), [say(request, FORM_WORDS[form]) for form in FORMS]
    return Markup(bars("held", title, rows, legend))  # noqa: S704  every word in it was escaped


def _attendance_chart(request: web.Request, found: Report) -> Markup:
    sums = [(month, report.total(forms.values())) for month, forms in found.months]
    rows = [Row(_month(month), [each.permille], percent(each)) for month, each in sums]
    return Markup(bars("came", say(request, "Attendance, by month"), rows, most=1000))  # noqa: S704  as above


# -- XLSX ------------------------------------------------------------------------------------------------------------


def _said(request: web.Request, *words: str) -> list[Value]:
    return [say(request, word) for word in words]


def _summary(request: web.Request, found: Report) -> Sheet:
    period = f"{days.dmy(found.since)} – {days.dmy(found.last)}"
    rows: list[list[Value]] = [[say(request, "Review of the pilot"), found.top.name], [say(request, "Period"), period]]
    rows += [[say(request, name), value] for name, value in _facts(found)]
    rows += [[], _said(request, "Form", "Meetings", "Convened", "Attended", "Attendance")]
    rows += [[say(request, FORM_WORDS[form]), *_sum(found.forms[form])] for form in FORMS]
    return Sheet(say(request, "Summary"), rows)


def _cells(request: web.Request, found: Report) -> Sheet:
    head = _said(request, "Cell", "Mode", "Days in force", "Members")
    head += _said(request, *(FORM_WORDS[form] for form in FORMS))
    head += _said(request, "Convened", "Attended", "Attendance", "Problems noted")
    return Sheet(say(request, "Cells"), [head, *(_cell(request, cell) for cell in found.cells)])


def _cell(request: web.Request, cell: Cell) -> list[Value]:
    held = [cell.forms[form].meetings for form in FORMS]
    return [
        cell.unit.name,
        say(request, MODES[modes_of(cell)]),
        _days(cell),
        cell.members,
        *held,
        *_sum(cell.all)[1:],
        cell.problems,
    ]


def _sum(each: Sum) -> list[Value]:
    return [each.meetings, each.convened, each.attended, percent(each)]


def _days(cell: Cell) -> str:
    return "; ".join(
        f"{days.dmy(each.since)} – {days.dmy(each.last)}" for each in cell.periods if each.last is not None
    )


def _months(request: web.Request, found: Report) -> Sheet:
    head = _said(request, "Month", *(FORM_WORDS[form] for form in FORMS), "Convened", "Attended", "Attendance")
    rows = [
        [_month(month), *(forms[form].meetings for form in FORMS), *_sum(report.total(forms.values()))[1:]]
        for month, forms in found.months
    ]
    return Sheet(say(request, "Months"), [head, *rows], chart=len(FORMS))


def _problems(request: web.Request, found: Report) -> Sheet:
    head = _said(request, "Day", "Cell", "Kind", "What happened")
    rows = [[days.dmy(note.day), note.unit_name, say(request, KINDS[note.kind]), note.text] for note in found.notes]
    return Sheet(say(request, "Problems"), [head, *rows])


# -- PDF -------------------------------------------------------------------------------------------------------------


def _data(found: Report, above: Sequence[Unit], catalogue: Mapping[str, str], today: date) -> dict[str, Any]:
    """What pilot_report.typ asks for."""
    return {
        "superior": above[-1].name if above else "",
        "unit": found.top.name,
        "dated": f"ngày {today:%d} tháng {_two(today.month)} năm {today.year}",
        "title": "thí điểm sinh hoạt chi bộ trực tuyến và sinh hoạt theo tổ đảng",
        "period": f"(từ ngày {days.dmy(found.since)} đến ngày {days.dmy(found.last)})",
        "facts": [[catalogue.get(name, name), value] for name, value in _facts(found)],
        "forms": [[catalogue[FORM_WORDS[form]], *map(str, _sum(found.forms[form]))] for form in FORMS],
        "months": [_bar(month, forms) for month, forms in found.months],
        "cells": [_line(number, cell, catalogue) for number, cell in enumerate(found.cells, start=1)],
        "problems": [[catalogue[KINDS[kind]], str(count)] for kind, count in sorted(found.problems.items())],
        "notes": [[days.dmy(note.day), note.unit_name, note.text] for note in found.notes],
    }


def _two(month: int) -> str:
    """A zero before January and February only (05-HD/VPTW)."""
    return f"{month:02}" if month < 3 else str(month)


def _bar(month: str, forms: Mapping[str, Sum]) -> dict[str, Any]:
    held = report.total(forms.values())
    apart = sum(forms[form].meetings for form in (ONLINE, HYBRID, GROUPS))
    return {
        "month": _month(month),
        "meetings": held.meetings,
        "online": apart,
        "words": f"{held.meetings} buổi, dự {percent(held)}" if held.meetings else "0 buổi",
    }


def _line(number: int, cell: Cell, catalogue: Mapping[str, str]) -> list[str]:
    online = report.total([cell.forms[ONLINE], cell.forms[HYBRID]]).meetings
    return [
        str(number),
        f"{cell.unit.name} ({catalogue[MODES[modes_of(cell)]]})",
        _days(cell),
        str(cell.members),
        str(online),
        str(cell.forms[GROUPS].meetings),
        percent(cell.all),
    ]
