"""A paper before it is set: one model, of which PDF, DOCX, page and plain text are made, so that they cannot differ.

What people wrote is text in it and never markup.  Form: Quy định 399-QĐ/TW, Hướng dẫn 05-HD/VPTW.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

PLAIN, BOLD, ITALIC = "", "b", "i"


@dataclass(frozen=True, slots=True)
class Run:
    text: str
    style: str = PLAIN


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 1  # 1: I-, in capitals; 2: 1.; 3: a)


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]  # parts of the whole
    align: str  # one letter per column: l, c, r


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class Signature:
    titles: tuple[str, ...]  # one per line, in capitals
    name: str


@dataclass(frozen=True, slots=True)
class Form:
    """Millimetres and typographic points, from the rulebook."""

    top: int = 20
    bottom: int = 20
    left: int = 30
    right: int = 15
    font: int = 14
    first_line: int = 10
    line: int = 18


@dataclass(frozen=True, slots=True)
class Paper:
    slug: str  # minutes | resolution | attendance | score | opinions
    superior: str
    issuer: str
    number: str  # as "Số 05-NQ/CB"; "" = it has none
    dated: str  # place and day
    title: str  # in capitals
    subject: str
    blocks: tuple[Block, ...]
    recipients: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()  # from left to right
    form: Form = field(default_factory=Form)


def paragraph(text: str, style: str = PLAIN) -> Paragraph:
    return Paragraph((Run(text, style),))


def told(label: str, text: str) -> Paragraph:
    """A word in bold, and what there is to say of it."""
    return Paragraph((Run(f"{label}: ", BOLD), Run(text)))


def written(text: str) -> list[Block]:
    """What somebody wrote, a paragraph per line."""
    return [paragraph(line.strip()) for line in text.splitlines() if line.strip()]


def plain(paper: Paper) -> Mapping[str, Any]:
    """As JSON for the layout."""
    return {
        **asdict(paper),
        "blocks": [{"is": type(block).__name__.lower(), **asdict(block)} for block in paper.blocks],
    }


def as_text(paper: Paper) -> str:
    """The paper as plain text: what it says, without how it looks."""
    head = [paper.superior.upper(), paper.issuer.upper(), "*", paper.number, "ĐẢNG CỘNG SẢN VIỆT NAM", paper.dated]
    body = [line for block in paper.blocks for line in _lines(block)]
    ends = [f"Nơi nhận: {' '.join(paper.recipients)}"] if paper.recipients else []
    ends += [f"{' / '.join(each.titles)}: {each.name}" for each in paper.signatures]
    lines = [*filter(None, head), "", paper.title, paper.subject, "-----", *body, "", *ends]
    return "\n".join(lines) + "\n"


def _lines(block: Block) -> Sequence[str]:
    if isinstance(block, Heading):
        return ["", block.text] if block.level == 1 else [block.text]
    if isinstance(block, Paragraph):
        return ["".join(run.text for run in block.runs)]
    return [" | ".join(" ".join(cell.split()) for cell in row) for row in (block.head, *block.rows)]
