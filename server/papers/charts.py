"""Bars as SVG for pages: no script, no style of its own; told apart by pattern and by number, not by colour alone.

The drawing is 360 units wide, so that its letters are as large on a phone as those around it.  Colours come from the
classes (web/style/forms.css).  WCAG 2.2, 1.1.1 and 1.4.1: the picture has a name, and a table beside it says the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABEL, NUMBER = 360, 64, 56  # the whole, the words on the left, the numbers on the right
ROW, BAR = 28, 18  # heights
PATTERNS = ("plain", "lines", "dots", "cross")


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: its parts in the order of the legend, and what stands at its end."""

    label: str
    parts: Sequence[int]
    end: str


def bars(name: str, title: str, rows: Sequence[Row], legend: Sequence[str] = (), most: int = 0) -> str:
    """Horizontal bars.  `name` is unique on the page; `most` is the full length, the longest bar's if 0."""
    full = most or max((sum(row.parts) for row in rows), default=0) or 1
    height = ROW * (len(rows) + len(legend)) + 8
    drawn = "".join(_row(name, number, row, full) for number, row in enumerate(rows))
    keys = "".join(_key(name, len(rows) + number, number, words) for number, words in enumerate(legend))
    return (
        f'<svg class="bars" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{name}-title">'
        f'<title id="{name}-title">{escape(title)}</title><defs>{_patterns(name)}</defs>{drawn}{keys}</svg>'
    )


def _row(name: str, number: int, row: Row, full: int) -> str:
    top, room = number * ROW + 4, WIDTH - LABEL - NUMBER
    at, drawn = 0, []
    for place, part in enumerate(row.parts):
        begin, end = at * room // full, (at + part) * room // full
        drawn.append(_bar(name, place, LABEL + begin, top, end - begin))
        at += part
    base = top + BAR - 4
    return (
        f'<text class="name" x="0" y="{base}">{escape(row.label)}</text>{"".join(drawn)}'
        f'<text class="value" x="{WIDTH}" y="{base}" text-anchor="end">{escape(row.end)}</text>'
    )


def _key(name: str, line: int, place: int, words: str) -> str:
    top = line * ROW + 8
    return f'{_bar(name, place, 0, top, 24)}<text class="name" x="34" y="{top + BAR - 4}">{escape(words)}</text>'


def _bar(name: str, place: int, left: int, top: int, width: int) -> str:
    if width <= 0:
        return ""
    shape = f'x="{left}" y="{top}" width="{width}" height="{BAR}"'
    pattern = PATTERNS[place % len(PATTERNS)]
    return f'<rect class="bar" {shape}/><rect fill="url(#{name}-{pattern})" {shape}/>'


def _patterns(name: str) -> str:
    """What is drawn over a bar; "plain" has nothing."""
    inside = {
        "plain": "",
        "lines": '<path class="hatch" d="M0 6L6 0"/>',
        "dots": '<circle class="dot" cx="3" cy="3" r="1.4"/>',
        "cross": '<path class="hatch" d="M0 3H6M3 0V6"/>',
    }
    return "".join(
        f'<pattern id="{name}-{key}" width="6" height="6" patternUnits="userSpaceOnUse">{drawn}</pattern>'
        for key, drawn in inside.items()
    )


# -- Months on a line ------------------------------------------------------------------------------------------------

LINE_HEIGHT, LEFT, RIGHT, TOP, FOOT = 190, 34, 70, 18, 26  # "100,0 %" stands on the right


@dataclass(frozen=True, slots=True)
class Point:
    """One month: its short name, and how high it stands in thousandths of the scale; None = nothing to say."""

    label: str
    permille: int | None
    words: str


def trend(name: str, title: str, points: Sequence[Point], aim: int | None = None, scale: Sequence[str] = ()) -> str:
    """A line over months with a mark for each; `aim`, in thousandths, is drawn as a broken line.

    `scale`: the words at the bottom, the middle and the top.  The last point says its value beside it.
    """
    step = (WIDTH - LEFT - RIGHT) / max(1, len(points) - 1)
    placed = [(LEFT + n * step, _height(p.permille), p) for n, p in enumerate(points) if p.permille is not None]
    path = "".join(f"{'M' if n == 0 else 'L'}{x:.1f} {y:.1f}" for n, (x, y, _) in enumerate(placed))
    marks = "".join(_dot(x, y, p) for x, y, p in placed)
    last = _last(*placed[-1]) if placed else ""
    aimed = (
        ""
        if aim is None
        else f'<line class="aim" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_height(aim):.1f}" y2="{_height(aim):.1f}"/>'
    )
    return (
        f'<svg class="bars trend" viewBox="0 0 {WIDTH} {LINE_HEIGHT}" role="img" aria-labelledby="{name}-title">'
        f'<title id="{name}-title">{escape(title)}</title>{_scale(scale)}{aimed}<path class="line" d="{path}"/>'
        f"{marks}{last}{_months(points, step)}</svg>"
    )


def _height(permille: int | None) -> float:
    return LINE_HEIGHT - FOOT - (permille or 0) * (LINE_HEIGHT - FOOT - TOP) / 1000


def _last(x: float, y: float, point: Point) -> str:
    return f'<text class="value" x="{x + 6:.1f}" y="{y + 4:.1f}">{escape(point.words)}</text>'


def _dot(x: float, y: float, point: Point) -> str:
    words = f"{escape(point.label)}: {escape(point.words)}"
    return f'<g><title>{words}</title><circle class="bar" cx="{x:.1f}" cy="{y:.1f}" r="3"/></g>'


def _scale(scale: Sequence[str]) -> str:
    drawn = ""
    for number, words in enumerate(scale):
        y = _height(1000 * number // max(1, len(scale) - 1))
        drawn += (
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(words)}</text>'
        )
    return drawn


def _months(points: Sequence[Point], step: float) -> str:
    every, base = max(1, -(-len(points) // 6)), f'y="{LINE_HEIGHT - 8}" text-anchor="middle"'
    return "".join(
        f'<text class="tick" x="{LEFT + n * step:.1f}" {base}>{escape(p.label)}</text>'
        for n, p in enumerate(points)
        if (len(points) - 1 - n) % every == 0
    )
