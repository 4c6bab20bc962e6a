"""Workbooks (XLSX): tables with a head, text that no program takes for a formula."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int
_WIDEST = 60  # characters


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: the first row is its head.  `chart` = a bar chart of so many columns of numbers after the first."""

    title: str
    rows: Sequence[Sequence[Value]]
    chart: int = 0


def workbook(sheets: Sequence[Sheet]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title[:31]), sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Worksheet, sheet: Sheet) -> None:
    for number, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = page.cell(number, column)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
            if isinstance(value, str):
                cell.data_type, cell.quotePrefix = "s", value.startswith(("=", "+", "-", "@"))  # text, never a formula
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    page.freeze_panes = "A2"
    for column in range(1, max((len(row) for row in sheet.rows), default=0) + 1):
        widest = max((len(str(row[column - 1])) for row in sheet.rows if len(row) >= column), default=8)
        page.column_dimensions[get_column_letter(column)].width = min(max(widest + 2, 10), _WIDEST)
    if sheet.chart and len(sheet.rows) > 1:
        _chart(page, sheet)


def _chart(page: Worksheet, sheet: Sheet) -> None:
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.title = "bar", "stacked", 100, sheet.title
    data = Reference(page, min_col=2, max_col=1 + sheet.chart, min_row=1, max_row=len(sheet.rows))
    chart.add_data(data, titles_from_data=True)
    chart.set_categories(Reference(page, min_col=1, min_row=2, max_row=len(sheet.rows)))
    chart.height = max(7.0, 0.7 * len(sheet.rows))
    page.add_chart(chart, f"A{len(sheet.rows) + 3}")
