"""DOCX by python-docx, of the same model as the PDF: for whoever must still work on the paper.

It names Times New Roman, which the form asks for and every office has; the PDF carries its own letters.
"""

import asyncio
import io
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle

from .model import BOLD, ITALIC, Block, Form, Heading, Paper, Paragraph, Run, Signature, Table

FONT = "Times New Roman"
PARTY, PARTY_WIDTH = "ĐẢNG CỘNG SẢN VIỆT NAM", 13.78  # ems of Times New Roman Bold
CELL_SIDE, SLACK = 1.9, 1.5  # mm: what Word leaves on either side of a cell; letters of other makes are a little wider
SHORT = 12  # rows; a table no longer than that stays on one page
_SIDES = {"l": WD_ALIGN_PARAGRAPH.LEFT, "c": WD_ALIGN_PARAGRAPH.CENTER, "r": WD_ALIGN_PARAGRAPH.RIGHT}
_CENTER = WD_ALIGN_PARAGRAPH.CENTER
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001  python-docx writes it as it is; a paper's day stands in its head
_XML_SPACE = str.maketrans({code: " " for code in range(32) if code not in (9, 10)})


async def document(paper: Paper) -> bytes:
    return await asyncio.to_thread(made, paper)


def made(paper: Paper) -> bytes:
    """The bytes of a DOCX."""
    doc = Document()
    _page(doc, paper.form)
    _head(doc, paper)
    _title(doc, paper)
    for block in paper.blocks:
        _block(doc, paper.form, block)
    doc.paragraphs[-1].paragraph_format.keep_with_next = True  # a signature never stands on a page of its own
    _foot(doc, paper)
    _properties(doc, paper)
    out = io.BytesIO()
    doc.save(out)
    return out.getvalue()


def _page(doc: Any, form: Form) -> None:
    section = doc.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(form.top), Mm(form.bottom)
    section.left_margin, section.right_margin = Mm(form.left), Mm(form.right)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    _page_number(section.header.paragraphs[0], form)
    normal = doc.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    normal.font.name, normal.font.size = FONT, Pt(form.font)
    fonts = normal.element.rPr.rFonts
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)
    spacing = normal.paragraph_format
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(form.line)
    spacing.space_before, spacing.space_after = Pt(0), Pt(4)


def _page_number(paragraph: Any, form: Form) -> None:
    """In the middle above the text, from the second page on."""
    paragraph.alignment = _CENTER
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", " PAGE "), ("end", "")):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def _head(doc: Any, paper: Paper) -> None:
    """The issuing body on the left, the Party's name, place and day on the right."""
    left, right = _columns(doc, paper.form, (43, 57))
    _line(left, paper.superior.upper())
    _line(left, paper.issuer.upper(), BOLD)
    _line(left, "*")
    if paper.number:
        _line(left, paper.number)
    _ruled(_line(right, PARTY, BOLD), paper.form.font + 1, _room(paper.form) * 57 / 100)
    _line(right, paper.dated, ITALIC)


def _title(doc: Any, paper: Paper) -> None:
    for text, size, before in ((paper.title, 1, 12), (paper.subject, 0, 0)):
        paragraph = _centred(doc.add_paragraph(), before)
        _run(paragraph, Run(text, BOLD)).font.size = Pt(paper.form.font + size)
    dashes = _centred(doc.add_paragraph(), 0)
    dashes.paragraph_format.space_after = Pt(8)
    _run(dashes, Run("-----"))


def _block(doc: Any, form: Form, block: Block) -> None:
    if isinstance(block, Table):
        _table(doc, form, block)
        return
    paragraph = doc.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(form.first_line)
    if isinstance(block, Heading):
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_before = Pt(8)
        _run(paragraph, Run(block.text, ITALIC if block.level == 3 else BOLD))
    elif isinstance(block, Paragraph):
        for run in block.runs:
            _run(paragraph, run)


def _table(doc: Any, form: Form, block: Table) -> None:
    table = doc.add_table(rows=0, cols=len(block.head), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    widths = [Mm(_room(form) * part / sum(block.widths)) for part in block.widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    together = len(block.rows) <= SHORT
    for number, row in enumerate((block.head, *block.rows)):
        cells = table.add_row().cells
        for cell, text, width, side in zip(cells, row, widths, block.align, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.alignment = _SIDES[side] if number else _CENTER
            _tight(paragraph, form.font - 2, 2.5)
            paragraph.paragraph_format.keep_with_next = together and number < len(block.rows)
            _run(paragraph, Run(text, "" if number else BOLD)).font.size = Pt(form.font - 2)
    _repeats(table.rows[0])
    _gap(doc, 4)


def _repeats(row: Any) -> None:
    """The head of a table stands on every page it runs over."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _foot(doc: Any, paper: Paper) -> None:
    _gap(doc, 8).paragraph_format.keep_with_next = True
    columns = _columns(doc, paper.form, (1,) * max(2, len(paper.signatures)))
    if paper.recipients:
        _recipients(columns[0], paper)
    shown = columns[len(columns) - len(paper.signatures) :]
    for cell, signature in zip(shown, paper.signatures, strict=True):
        _signature(cell, signature)


def _recipients(cell: Any, paper: Paper) -> None:
    first = _line(cell, "Nơi nhận:")
    first.alignment = WD_ALIGN_PARAGRAPH.LEFT
    first.runs[0].underline = True
    for who in paper.recipients:
        paragraph = _line(cell, who)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
        _tight(paragraph, paper.form.font - 2)
        paragraph.runs[0].font.size = Pt(paper.form.font - 2)


def _signature(cell: Any, signature: Signature) -> None:
    for title in signature.titles:
        _line(cell, title, BOLD)
    name = _line(cell, signature.name, BOLD)
    name.paragraph_format.space_before = Pt(58)


# -- Small parts -----------------------------------------------------------------------------------------------------


def _columns(doc: Any, form: Form, parts: tuple[int, ...]) -> list[Any]:
    """Cells side by side without a frame, that stay on one page."""
    table = doc.add_table(rows=1, cols=len(parts))
    table.autofit = False
    cells = list(table.rows[0].cells)
    for column, cell, part in zip(table.columns, cells, parts, strict=True):
        column.width = cell.width = Mm(_room(form) * part / sum(parts))
    whole = OxmlElement("w:cantSplit")
    table.rows[0]._tr.get_or_add_trPr().append(whole)
    return cells


def _line(cell: Any, text: str, style: str = "") -> Any:
    """A centred line; the empty paragraph that every cell begins with is the first."""
    first = cell.paragraphs[0]
    paragraph = first if len(cell.paragraphs) == 1 and not first.runs else cell.add_paragraph()
    _centred(paragraph, 0).paragraph_format.space_after = Pt(0)
    _run(paragraph, Run(text, style))
    return paragraph


def _centred(paragraph: Any, before: int) -> Any:
    paragraph.alignment = _CENTER
    paragraph.paragraph_format.space_before = Pt(before)
    paragraph.paragraph_format.space_after = Pt(0)
    return paragraph


def _tight(paragraph: Any, points: int, between: float = 1) -> None:
    spacing = paragraph.paragraph_format
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(points)
    spacing.first_line_indent = Mm(0)
    spacing.space_before = spacing.space_after = Pt(between)


def _gap(doc: Any, points: int) -> Any:
    """An empty line of that height: Word puts tables that touch into one."""
    paragraph = doc.add_paragraph()
    spacing = paragraph.paragraph_format
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(points)
    spacing.space_before = spacing.space_after = Pt(0)
    return paragraph


def _run(paragraph: Any, run: Run) -> Any:
    made = paragraph.add_run(run.text.translate(_XML_SPACE))
    made.bold, made.italic = run.style == BOLD or None, run.style == ITALIC or None
    return made


def _ruled(paragraph: Any, size: int, room: float) -> None:
    """The line below the Party's name: as long as the name, in a cell `room` millimetres wide (05-HD/VPTW)."""
    paragraph.runs[0].font.size = Pt(size)
    beside = (room - 2 * CELL_SIDE - PARTY_WIDTH * size * 25.4 / 72) / 2 - SLACK
    spacing = paragraph.paragraph_format
    spacing.left_indent = spacing.right_indent = Mm(max(0.0, beside))
    spacing.space_after = Pt(3)
    border, rule = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "5"), ("space", "1"), ("color", "auto")):
        rule.set(qn(f"w:{name}"), value)
    border.append(rule)
    paragraph._p.get_or_add_pPr().insert_element_before(border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")


def _room(form: Form) -> int:
    """Millimetres between the margins."""
    return 210 - form.left - form.right


def _properties(doc: Any, paper: Paper) -> None:
    core = doc.core_properties
    core.title, core.subject, core.author, core.comments = paper.title, paper.subject, paper.issuer, ""
    core.created = core.modified = _EPOCH
