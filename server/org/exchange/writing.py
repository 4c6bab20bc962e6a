"""XLSX and CSV on the way out: the template, the register of a sub-tree.  What a spreadsheet would run is made text."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from .cells import FORMULA, harmless
from .columns import COLUMNS, SHEETS

Row = Mapping[str, str]
_WIDTH = 22


def template() -> bytes:
    """Empty sheets with our headings, and one line each to show how; the lines are to be overwritten."""
    return workbook(
        {table: [{column.name: column.example for column in columns}] for table, columns in COLUMNS.items()}
    )


def template_csv(table: str) -> bytes:
    return text(table, [_example(table)])


def _example(table: str) -> Row:
    return {column.name: column.example for column in COLUMNS[table]}


def workbook(tables: Mapping[str, Iterable[Row]]) -> bytes:
    """One sheet for each table.  Every cell is text, so that leading zeros stay and nothing is computed."""
    named = [
        (SHEETS[table], [column.heading for column in COLUMNS[table]], _rows(table, rows))
        for table, rows in tables.items()
    ]
    return sheets(named)


def sheets(named: Iterable[tuple[str, Sequence[str], Iterable[Sequence[str]]]]) -> bytes:
    """Sheets of (name, headings, rows)."""
    book = Workbook(write_only=True)
    for name, headings, rows in named:
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for place in range(1, len(headings) + 1):
            sheet.column_dimensions[get_column_letter(place)].width = _WIDTH
        sheet.append([_cell(sheet, heading, bold=True) for heading in headings])
        for row in rows:
            sheet.append([_cell(sheet, cell) for cell in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def text(table: str, rows: Iterable[Row]) -> bytes:
    """CSV as RFC 4180 has it, in UTF-8 with the mark that Excel needs."""
    kept = io.StringIO(newline="")
    writer = csv.writer(kept, lineterminator="\r\n")
    writer.writerow([column.heading for column in COLUMNS[table]])
    for row in _rows(table, rows):
        writer.writerow([harmless(cell) for cell in row])
    return kept.getvalue().encode("utf-8-sig")


def dmy(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _rows(table: str, rows: Iterable[Row]) -> Iterable[list[str]]:
    return ([row.get(column.name, "") for column in COLUMNS[table]] for row in rows)


def _cell(sheet: Any, words: str, bold: bool = False) -> Any:
    """Typed as text, so nothing is computed; marked with the quote that keeps it so when it is edited."""
    cell = WriteOnlyCell(sheet, value="".join(mark for mark in words if mark.isprintable()))
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = words.startswith(FORMULA)
    if bold:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True)
    return cell
