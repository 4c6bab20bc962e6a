"""A file looked through by its content and made into a PDF for showing.  Runs in a process of its own, with limits.

    python -m server.convening.converting SOURCE NAME OUT

prints one line of JSON: {"kind", "pages"}, or {"rule", "why", "facts"} where the file is refused.  What other people's
files do to libraries happens here and not in the house: this process has no secrets, little memory, little time.
"""

import json
import re
import resource
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import openpyxl
import pypandoc
import pypdf
import typst
from defusedxml import ElementTree
from PIL import Image, ImageOps

from server.org.refusal import Refused

from . import marks

PDF, DOCX, XLSX, IMAGE = "pdf", "docx", "xlsx", "image"
ENDINGS: Mapping[str, str] = MappingProxyType(
    {".pdf": PDF, ".docx": DOCX, ".xlsx": XLSX, ".png": IMAGE, ".jpg": IMAGE, ".jpeg": IMAGE, ".webp": IMAGE}
)
KINDS = (PDF, DOCX, XLSX, IMAGE)
SECONDS = 40  # of the processor, for this process and for pandoc
MEMORY = 3 << 30  # bytes of addresses; pandoc reserves much and uses little
MOST_PAGES = 500
MEMBERS, UNPACKED, RATIO = 5000, 200 << 20, 200  # of a zip: how many, bytes all together, how tightly one is packed
PIXELS = 60_000_000
SIDE = 2400  # pixels of a picture as shown
ROWS, COLUMNS = 2000, 40  # of a sheet as shown

WHAT = "Only PDF, DOCX, XLSX, PNG, JPEG and WEBP files can be read here."
BROKEN = "The file is broken: it cannot be opened."
MARKED = "The file bears a secrecy mark. Nothing of it was kept: state secrets never come onto this platform."
DISGUISED = "The name of the file says one kind and its content another. Please save it anew and send that."
ENCRYPTED = "The file is locked with a password. Please save it without one."
EMPTY = "The file is empty."
TOO_MUCH = "The file unpacks to far more than a document holds. It was not opened."
MACROS = "The file carries macros. Please save it without them."
LONG = "A document has at most {most} pages."
ENDLESS = (
    "The file is too large to be looked through to its end for a secrecy mark, so nothing of it was kept. "
    "Please send it in parts."
)


def convert(source: Path, name: str, out: Path) -> dict[str, Any]:
    """The kind and the number of pages; `out` is the PDF.  Raises Refused."""
    kind = kind_of(source)
    if ENDINGS.get(Path(name).suffix.lower()) != kind:
        raise Refused("file", DISGUISED)
    if marks.titled(Path(name).stem):
        raise Refused("secret", MARKED)
    _CONVERTERS[kind](source, out)
    return {"kind": kind, "pages": _pages(out)}


def kind_of(source: Path) -> str:
    """By the first bytes and by what is inside; never by the name.  Raises Refused."""
    with source.open("rb") as opened:
        head = opened.read(1024)
    if not head:
        raise Refused("file", EMPTY)
    if b"%PDF-" in head:
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _office(source)
    if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or (head[:4], head[8:12]) == (b"RIFF", b"WEBP"):
        return IMAGE
    raise Refused("file", WHAT)


def _office(source: Path) -> str:
    """A zip that is one of ours, and no bomb."""
    try:
        with zipfile.ZipFile(source) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise Refused("file", BROKEN) from None
    tight = any(each.file_size > 1 << 20 and each.file_size > RATIO * max(1, each.compress_size) for each in members)
    if len(members) > MEMBERS or sum(each.file_size for each in members) > UNPACKED or tight:
        raise Refused("file", TOO_MUCH)
    names = {each.filename for each in members}
    if any(each.flag_bits & 1 for each in members):
        raise Refused("file", ENCRYPTED)
    if any(each.lower().endswith("vbaproject.bin") for each in names):
        raise Refused("file", MACROS)
    found = {DOCX: "word/document.xml", XLSX: "xl/workbook.xml"}
    kind = next((kind for kind, member in found.items() if member in names), None)
    if kind is None:
        raise Refused("file", WHAT)
    return kind


# -- PDF -------------------------------------------------------------------------------------------------------------


def _pdf(source: Path, out: Path) -> None:
    for text in _texts_of_pdf(source):
        _unmarked(text)
    out.write_bytes(source.read_bytes())


def _texts_of_pdf(source: Path) -> Iterator[str]:
    """Plain, and laid out: a stamp beside the heading is on the same line of letters."""
    reader = _reader(source)
    _countable(len(reader.pages))
    yield str((reader.metadata.title if reader.metadata else "") or "")
    for page in reader.pages:
        yield page.extract_text()
        yield page.extract_text(extraction_mode="layout")


def _reader(source: Path) -> pypdf.PdfReader:
    reader = pypdf.PdfReader(source)
    if reader.is_encrypted:
        raise Refused("file", ENCRYPTED)
    return reader


def _pages(made: Path) -> int:
    return _countable(len(_reader(made).pages))


def _countable(pages: int) -> int:
    if pages > MOST_PAGES:
        raise Refused("file", LONG, most=MOST_PAGES)
    if pages == 0:
        raise Refused("file", BROKEN)
    return pages


# -- DOCX ------------------------------------------------------------------------------------------------------------

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PREAMBLE = """\
#set page(paper: "a4", margin: (top: 20mm, bottom: 20mm, left: 30mm, right: 15mm), numbering: "1")
#set text(font: "Libertinus Serif", size: 13pt, lang: "vi")
#set table(stroke: 0.5pt)
#let horizontalrule = line(length: 100%, stroke: 0.5pt)
"""


def _docx(source: Path, out: Path) -> None:
    for text in _texts_of_docx(source):
        _unmarked(text)
    work = out.parent
    pandoc = [pypandoc.get_pandoc_path(), "+RTS", "-M512M", "-RTS", "--sandbox", "--extract-media=."]
    subprocess.run(  # noqa: S603  the words are ours, the file's name too
        [*pandoc, "--from=docx", "--to=typst", "--output=body.typ", str(source.resolve())],
        cwd=work,
        check=True,
        timeout=SECONDS,
        capture_output=True,
    )
    body = (work / "body.typ").read_text(encoding="utf-8")
    for picture in sorted((work / "media").rglob("*")) if (work / "media").exists() else ():
        if picture.is_file():
            body = body.replace(picture.relative_to(work).as_posix(), _redrawn(picture).relative_to(work).as_posix())
    (work / "main.typ").write_text(_PREAMBLE + body, encoding="utf-8")
    _typeset(work / "main.typ", out)


def _texts_of_docx(source: Path) -> Iterator[str]:
    """Each paragraph of the text, its boxes, heads, feet, notes and comments, on a line of its own."""
    with zipfile.ZipFile(source) as packed:
        for name in _parts(packed, "word/"):
            root = ElementTree.fromstring(packed.read(name))
            paragraphs = ("".join(t.text or "" for t in p.iter(f"{_WORD}t")) for p in root.iter(f"{_WORD}p"))
            yield "\n".join(paragraphs)


def _parts(packed: zipfile.ZipFile, folder: str) -> list[str]:
    return [name for name in packed.namelist() if name.startswith(folder) and name.endswith(".xml")]


def _redrawn(picture: Path) -> Path:
    """As a PNG; what cannot be drawn becomes an empty one."""
    drawn = picture.with_name(f"{picture.stem}-{picture.suffix.lstrip('.')}.png")
    try:
        _picture(picture).save(drawn)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        Image.new("RGB", (1, 1), "white").save(drawn)
    return drawn


# -- XLSX ------------------------------------------------------------------------------------------------------------

_SHEETS = """\
#let d = json("data.json")
#set page(paper: "a4", flipped: true, margin: 12mm, numbering: "1")
#set text(font: "Libertinus Serif", size: 9pt, lang: "vi")
#set table(stroke: 0.4pt + luma(40%), inset: 3pt)
#for sheet in d [
  #text(size: 12pt, weight: "bold", sheet.title)
  #table(columns: sheet.columns, ..sheet.rows.flatten().map(cell => [#cell]))
  #if sheet.cut [ … ]
]
"""


def _xlsx(source: Path, out: Path) -> None:
    for text in _texts_of_xlsx(source):
        _unmarked(text)
    sheets = []
    with source.open("rb") as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of openpyxl, about what it does not keep
        for sheet in openpyxl.load_workbook(opened, read_only=True, data_only=True).worksheets:
            sheets.append(_sheet(sheet))
    (out.parent / "data.json").write_text(json.dumps(sheets, ensure_ascii=False), encoding="utf-8")
    (out.parent / "main.typ").write_text(_SHEETS, encoding="utf-8")
    _typeset(out.parent / "main.typ", out)


_WHOLE = frozenset({"si", "is", "text", "p"})  # of a cell, a comment, a drawing: its letters stand in parts
_PRINTED = frozenset({"oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"})


def _texts_of_xlsx(source: Path) -> Iterator[str]:
    """Every cell of every sheet and its name, hidden or not; heads, feet, comments, boxes, charts."""
    with zipfile.ZipFile(source) as packed:
        for name in _parts(packed, "xl/"):
            with packed.open(name) as part:
                for _, element in ElementTree.iterparse(part):
                    yield from _texts_of_element(element)


def _texts_of_element(element: Any) -> Iterator[str]:
    tag = element.tag.rpartition("}")[2]
    if tag in _WHOLE:
        yield "".join(part.text or "" for part in element.iter() if part.tag.endswith("}t"))
    elif tag in _PRINTED:
        yield re.sub(r"&[LCR]", "\n", element.text or "")
    elif tag == "sheet":
        yield element.get("name") or ""
    elif tag == "c" and element.get("t") == "str":  # what a formula came to
        yield from (part.text or "" for part in element)
    elif element.tag.endswith("/chart}v"):
        yield element.text or ""
    if tag in ("row", "si", "comment"):
        element.clear()  # what was looked at is let go: a sheet may have a million rows


def _sheet(sheet: Any) -> dict[str, Any]:
    rows: list[list[str]] = []
    for row in sheet.iter_rows(max_row=ROWS, max_col=COLUMNS, values_only=True):
        rows.append(["" if value is None else str(value)[:500] for value in row])
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((max((n for n, cell in enumerate(row, 1) if cell), default=0) for row in rows), default=0) or 1
    even = [(row + [""] * width)[:width] for row in rows] or [[""]]
    return {"title": sheet.title, "columns": width, "rows": even, "cut": (sheet.max_row or 0) > ROWS}


# -- Pictures --------------------------------------------------------------------------------------------------------


def _image(source: Path, out: Path) -> None:
    """Drawn anew, without what a camera wrote beside it."""
    with Image.open(source) as opened:
        opened.verify()
    picture = _picture(source)
    picture.save(out.parent / "picture.jpg", quality=88)
    flipped = "true" if picture.width > picture.height else "false"
    page = f'#set page(paper: "a4", flipped: {flipped}, margin: 10mm)\n'
    fitted = '#align(center + horizon, image("picture.jpg", width: 100%, height: 100%, fit: "contain"))\n'
    (out.parent / "main.typ").write_text(page + fitted, encoding="utf-8")
    _typeset(out.parent / "main.typ", out)


def _picture(source: Path) -> Image.Image:
    with Image.open(source, formats=("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")) as opened:
        drawn = ImageOps.exif_transpose(opened).convert("RGB")
    drawn.thumbnail((SIDE, SIDE))
    return drawn


def _typeset(main: Path, out: Path) -> None:
    made = typst.compile(main, root=main.parent, ignore_system_fonts=True)
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no PDF.")
    out.write_bytes(made)


def _unmarked(text: str) -> None:
    if marks.stamped(text):
        raise Refused("secret", MARKED)


_CONVERTERS: Mapping[str, Callable[[Path, Path], None]] = MappingProxyType(
    {PDF: _pdf, DOCX: _docx, XLSX: _xlsx, IMAGE: _image}
)


def main(source: str, name: str, out: str) -> int:
    """One line of JSON, and 0; whatever a library stumbles over is a broken file."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (UNPACKED, UNPACKED))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        told = convert(Path(source), name, Path(out))
    except MemoryError:
        told = {"rule": "file", "why": ENDLESS, "facts": {}}
    except Refused as refused:
        told = {"rule": refused.rule, "why": refused.why, "facts": refused.facts}
    except Exception as error:  # of whatever library met something it did not expect
        print(type(error).__name__, file=sys.stderr)
        told = {"rule": "file", "why": BROKEN, "facts": {}}
    print(json.dumps(told, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:4]))
