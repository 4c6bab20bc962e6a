"""XLSX and CSV, as others send them: read into rows of words, or refused with the reason.  Blocking; no database."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ..refusal import Refused
from .cells import plain
from .columns import headed

LARGEST = 8 << 20  # bytes of a file
UNPACKED = 100 << 20  # bytes of an XLSX once unpacked; more is a bomb
ROWS = 20_000  # lines of a file
COLUMNS_READ, CELL = 40, 500  # a wider sheet and a longer cell are cut
DEEPEST = 1 << 20  # rows of any spreadsheet; a file that names a later one would have its blank rows counted for ever
HEAD = 10  # the headings stand in one of the first lines
FORMULA = "\x00"  # stands for a cell that holds a formula; no text of a file can


@dataclass(frozen=True, slots=True)
class Line:
    number: int  # as the spreadsheet counts, from 1
    cells: Mapping[str, str]  # column → words


@dataclass(frozen=True, slots=True)
class Sheet:
    table: str  # columns.UNITS or PEOPLE
    name: str  # of the sheet; "" in a CSV
    lines: Sequence[Line]


def read(name: str, data: bytes) -> Sequence[Sheet]:
    """The sheets that begin with our headings, units first.  Raises Refused."""
    if len(data) > LARGEST:
        raise Refused("file", "The file is larger than {most} MB.", most=LARGEST >> 20)
    sheets = list(_workbook(data) if data[:4] == b"PK\x03\x04" else _text(name, data))
    if not sheets:
        raise Refused("file", "No sheet has the headings of the template in its first lines.")
    if sum(len(sheet.lines) for sheet in sheets) > ROWS:
        raise Refused("file", "The file has more than {most} lines; please part it.", most=ROWS)
    return sorted(sheets, key=lambda sheet: sheet.table, reverse=True)


def _workbook(data: bytes) -> Iterator[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(each.file_size for each in packed.infolist()) > UNPACKED:
                raise Refused("file", "The file is larger than {most} MB.", most=UNPACKED >> 20)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible" or len(book.worksheets) == 1:
                yield from _sheet(
                    sheet.title, ([_cell(cell) for cell in row] for row in sheet.iter_rows(max_col=COLUMNS_READ))
                )
    except Refused:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, SyntaxError):
        raise Refused("file", "This is no file that we can read. Please send XLSX or CSV.") from None


def _cell(cell: Any) -> str:
    value = cell.value
    if cell.data_type == "f":
        return FORMULA
    if isinstance(value, datetime | date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _text(name: str, data: bytes) -> Iterator[Sheet]:
    if not name.lower().endswith((".csv", ".txt")) or b"\x00" in data:
        raise Refused("file", "This is no file that we can read. Please send XLSX or CSV.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("file", "The letters of this CSV are not UTF-8. Please save it as “CSV UTF-8”.") from None
    first = text[: text.find("\n")] if "\n" in text else text
    separator = max(",;\t", key=first.count)
    try:
        yield from _sheet("", csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        raise Refused("file", "This is no file that we can read. Please send XLSX or CSV.") from None


def _sheet(name: str, rows: Iterable[Sequence[str]]) -> Iterator[Sheet]:
    found, lines = None, []
    for number, row in enumerate(rows, start=1):
        if number > DEEPEST:
            raise Refused("file", "This is no file that we can read. Please send XLSX or CSV.")
        if found is None:
            if number > HEAD:
                return
            found = headed(row)
        elif any(cell.strip() for cell in row):
            lines.append(
                Line(number, {word: plain(row[at].strip()[:CELL]) for at, word in found[1].items() if at < len(row)})
            )
            if len(lines) > ROWS:
                break
    if found:
        yield Sheet(found[0], name, lines)
