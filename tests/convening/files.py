"""Files as people send them, good and bad."""

import io
import zipfile

import docx
import openpyxl
import pypdf
import typst
from openpyxl.comments import Comment
from PIL import Image


def pdf(*pages: str) -> bytes:
    body = "#pagebreak()\n".join(f"{page}\n" for page in pages)
    text = '#set text(font: "Libertinus Serif", lang: "vi")\n' + body
    made = typst.compile(text.encode(), ignore_system_fonts=True)
    assert isinstance(made, bytes)
    return made


def locked_pdf() -> bytes:
    writer, out = pypdf.PdfWriter(io.BytesIO(pdf("Khóa"))), io.BytesIO()
    writer.encrypt("mat-khau")
    writer.write(out)
    return out.getvalue()


def word(text: str = "Dự thảo nghị quyết tháng 01", head: str = "", picture: bool = True) -> bytes:
    made, out = docx.Document(), io.BytesIO()
    made.sections[0].header.paragraphs[0].text = head
    made.add_heading("Chi bộ Tàu Sao Vàng", 1)
    made.add_paragraph(text)
    table = made.add_table(2, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Nhiệm vụ", "Hạn"
    if picture:
        made.add_picture(io.BytesIO(png()))
    made.save(out)
    return out.getvalue()


def sheet(cell: str = "Đảng phí tháng 01") -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    page.append(["STT", "Nội dung", "Số tiền"])
    page.append([1, cell, 120_000])
    book.save(out)
    return out.getvalue()


def long_sheet(row: int = 1, column: int = 1, head: str = "", cell: str = "", comment: str = "") -> bytes:
    """A sheet with something far down or far to the right, above the print, or in a comment."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    page.cell(row, column, cell or "x")
    page.oddHeader.center.text = head
    if comment:
        page.cell(1, 1).comment = Comment(comment, "x")
    book.save(out)
    return out.getvalue()


def png(width: int = 120, height: int = 80) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#9b1b20").save(out, "PNG")
    return out.getvalue()


def bomb() -> bytes:
    """A DOCX by its parts that unpacks to 300 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", b" " * (300 << 20))
    return out.getvalue()
