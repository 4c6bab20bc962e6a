"""Reports of a committee: on the page, as XLSX, as PDF."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from server.org import access, tree
from server.org.refusal import Refused
from server.org.tree import Unit
from server.oversight import report
from server.oversight.appraisals import CRITERIA
from server.oversight.report import CellLine, Report
from server.oversight.sums import Sums
from server.papers.pdf import paper
from server.papers.sheets import Sheet, Value
from server.papers.sheets import workbook as made

from . import days, guard, keys
from .paging import asked_page, page_count
from .pilot_report import XLSX
from .render import page, say
from .supervision_words import PERIODS, asked_month, mmyyyy, percent, tenths, words

PAGE, PART = 50, 20  # cells, and units, on the page; the files have them all


async def show(request: web.Request) -> web.StreamResponse:
    """GET …/report: ?period= month, quarter or year, ?month= in it, ?page= of the cells, ?part= of the units."""
    number, part, asks = asked_page(request), asked_page(request, "part"), await guard.actor(request)
    found = await _found(request, PAGE, (number - 1) * PAGE)
    about = {"period": found.period, "month": str(asked_month(request))}
    return page(
        request,
        "supervision_report.html",
        unit=found.top,
        report=found,
        month=asked_month(request),
        units=found.units[(part - 1) * PART : part * PART],
        part=part,
        parts=page_count(len(found.units), PART),
        superiors=[(name, list(lines)) for name, lines in groupby(found.cells, key=lambda line: line.superior)],
        number=number,
        pages=page_count(found.count, PAGE),
        may_appraise=any(access.may(asks, "appraise", line.unit) for line in found.cells),
        about=urlencode(about),
        PERIODS=PERIODS,
        **words()
        | {
            "page_query": lambda number: "?" + urlencode({**about, "part": part, "page": number}) + "#four",
            "part_query": lambda part: "?" + urlencode({**about, "part": part, "page": number}) + "#units",
        },
    )


async def workbook(request: web.Request) -> web.StreamResponse:
    """GET …/report.xlsx."""
    found = await _found(request)
    sheets = (_units(request, found), _months(request, found), _cells(request, found))
    return _file(await asyncio.to_thread(made, sheets), XLSX, _name(found, "xlsx"))


async def pdf(request: web.Request) -> web.StreamResponse:
    """GET …/report.pdf: the paper, in Vietnamese."""
    found, today = await _found(request), days.today(request)
    async with request.app[keys.HOUSE].database.read() as connection:
        above = await tree.above(connection, found.top)
    return _file(
        await paper("oversight_report.typ", _data(found, above, today)), "application/pdf", _name(found, "pdf")
    )


async def _found(request: web.Request, limit: int = report.MOST, offset: int = 0) -> Report:
    asked = request.query.get("period", "month")
    try:
        async with request.app[keys.HOUSE].database.read() as connection:
            month, today = asked_month(request), days.today(request)
            return await report.made(connection, request[keys.UNIT], asked, month, today, limit, offset)
    except Refused:
        raise web.HTTPBadRequest from None


def _file(body: bytes, kind: str, name: str) -> web.Response:
    headers = {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, headers=headers)


def _name(found: Report, ending: str) -> str:
    return f"sinh-hoat-{found.span[0]}-{found.span[-1]}.{ending}"


# -- XLSX ------------------------------------------------------------------------------------------------------------

_HEAD = (
    "Cells × months",
    "Met",
    "Meetings",
    "Thematic",
    "Online",
    "By groups",
    "Attendance",
    "Duration kept",
    "Score",
    "Papers in time",
)


def _row(sums: Sums) -> list[Value]:
    return [
        sums.cells,
        sums.met,
        sums.meetings,
        sums.thematic,
        sums.online + sums.hybrid,
        sums.by_groups,
        percent(sums.permille),
        percent(sums.kept_permille),
        tenths(sums.score),
        percent(sums.in_time_permille),
    ]


def _said(request: web.Request, *names: str) -> list[Value]:
    return [say(request, name) for name in names]


def _units(request: web.Request, found: Report) -> Sheet:
    rows = [[unit.name, *_row(sums)] for unit, sums in found.units]
    return Sheet(
        say(request, "Units"), [_said(request, "Unit", *_HEAD), *rows, [say(request, "In all"), *_row(found.whole)]]
    )


def _months(request: web.Request, found: Report) -> Sheet:
    rows = [[mmyyyy(month), *_row(sums)] for month, sums in found.months.items()]
    return Sheet(say(request, "Months"), [_said(request, "Month", *_HEAD), *rows])


def _cells(request: web.Request, found: Report) -> Sheet:
    most = found.most
    four = [f"{say(request, name)} (/{most[key]})" for key, name in _CRITERIA]
    head = [*_said(request, "Cell", "Unit above", *_HEAD, "Tasks due", "Done in time"), *four]
    every = [*head, *_said(request, "Four-good total", "Grounds")]
    return Sheet(say(request, "Cells"), [every, *(_cell(request, line) for line in found.cells)])


_CRITERIA = (("task", "Tasks"), ("meeting", "Meetings"), ("unity", "Unity"), ("cadres", "Cadres"))


def _cell(request: web.Request, line: CellLine) -> list[Value]:
    over = line.dissolved and say(request, "dissolved on {day}", day=days.dmy(line.dissolved))
    return [
        f"{line.unit.name} ({over})" if over else line.unit.name,
        line.superior,
        *_row(line.sums),
        line.due,
        line.done,
        *(tenths(getattr(line.four, key)) for key, _ in _CRITERIA),
        tenths(line.four.total),
        "; ".join(
            f"{say(request, CRITERIA[each.criterion])}: {each.note} ({each.by}, {days.dmy(each.at.date())})"
            for each in line.said.values()
        ),
    ]


# -- PDF -------------------------------------------------------------------------------------------------------------

_TITLES_OF = {"unity": "Đoàn kết, kỷ luật", "cadres": "Cán bộ, đảng viên"}
_TITLES = {"month": "tháng", "quarter": "quý", "year": "năm"}


def _data(found: Report, above: Sequence[Unit], today: Any) -> Mapping[str, Any]:
    """What oversight_report.typ asks for."""
    first, last = found.span[0], found.span[-1]
    quarter = f"{-(-last.number // 3)}/{last.year}"
    when = {"month": mmyyyy(last), "quarter": quarter, "year": str(last.year)}[found.period]
    whole = found.whole
    return {
        "superior": above[-1].name if above else "",
        "unit": found.top.name,
        "dated": f"ngày {today:%d} tháng {today.month:02} năm {today.year}"
        if today.month < 3
        else f"ngày {today:%d} tháng {today.month} năm {today.year}",
        "title": f"kết quả sinh hoạt chi bộ {_TITLES[found.period]} {when}",
        "period": f"(từ tháng {mmyyyy(first)} đến tháng {mmyyyy(last)})" if first != last else "",
        "facts": [
            ["Số lượt chi bộ phải sinh hoạt", str(whole.cells)],
            ["Số lượt đã sinh hoạt", f"{whole.met} ({percent(whole.met_permille)})"],
            ["Trong đó trực tuyến, kết hợp", str(whole.online + whole.hybrid)],
            ["Trong đó theo tổ đảng", str(whole.by_groups)],
            ["Sinh hoạt chuyên đề", str(whole.thematic)],
            ["Tỷ lệ đảng viên dự họp", percent(whole.permille)],
            ["Bảo đảm thời gian", percent(whole.kept_permille)],
            ["Điểm bình quân các buổi", tenths(whole.score)],
            ["Báo cáo kết quả đúng hạn", percent(whole.in_time_permille)],
        ],
        "units": [[unit.name, *_short(sums)] for unit, sums in found.units],
        "months": [[mmyyyy(month), *_short(sums)] for month, sums in found.months.items()],
        "cells": [[str(n), *_four(line)] for n, line in enumerate(found.cells, start=1)],
        "appraised": [
            [line.unit.name, _TITLES_OF[each.criterion], each.note, f"{each.by}, {days.dmy(each.at.date())}"]
            for line in found.cells
            for each in line.said.values()
        ],
        "most": [str(found.most[key]) for key in ("task", "meeting", "unity", "cadres")],
    }


def _short(sums: Sums) -> list[str]:
    return [f"{sums.met}/{sums.cells}" if sums.cells else str(sums.met), percent(sums.permille), tenths(sums.score)]


def _four(line: CellLine) -> list[str]:
    met = f"{line.sums.met}/{line.sums.cells}"
    return [
        line.unit.name + (f" (giải thể ngày {days.dmy(line.dissolved)})" if line.dissolved else ""),
        met,
        percent(line.sums.permille),
        tenths(line.sums.score),
        *(tenths(getattr(line.four, key)) for key, _ in _CRITERIA),
    ]
