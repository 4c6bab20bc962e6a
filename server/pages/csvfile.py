"""CSV as RFC 4180 has it, in UTF-8 with a mark that Excel needs, and harmless to spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence

from server.org.exchange.cells import harmless


def encoded(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")
