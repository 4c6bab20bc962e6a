"""A meeting as bars, one line per member, drawn as SVG: where he was from when to when.

Every manner of presence has its own shape and pattern, so that nothing is told by colour alone; a table beside it says
the same (WCAG 2.2, 1.1.1 and 1.4.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABEL, ROW, BAR, KEY = 960, 200, 26, 14, 190
KINDS = ("hall", "room", "vouched", "group", "silent")  # absent: nothing is drawn


@dataclass(frozen=True, slots=True)
class Bar:
    """`begin`, `end`: seconds after the beginning of the drawing."""

    kind: str  # of KINDS
    begin: float
    end: float
    words: str  # shown by whoever asks: the browser's own tooltip


@dataclass(frozen=True, slots=True)
class Track:
    label: str
    bars: Sequence[Bar]


def timeline(
    name: str,
    title: str,
    tracks: Sequence[Track],
    seconds: float,
    marks: Sequence[tuple[float, str]],
    keys: Sequence[tuple[str, str]],
) -> str:
    """`name`: unique on the page; `marks`: moments with their words, as (seconds, "19:30"); `keys`: (kind, its name)
    for the legend."""
    height = ROW * (len(tracks) + 2) + 8
    scale = (WIDTH - LABEL - 8) / max(seconds, 1)
    drawn = "".join(_track(name, number, track, scale) for number, track in enumerate(tracks, start=1))
    grid = "".join(_mark(at, words, scale, height) for at, words in marks)
    legend = "".join(_key(name, number, kind, words, height) for number, (kind, words) in enumerate(keys))
    return (
        f'<svg class="timeline" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{name}-title">'
        f'<title id="{name}-title">{escape(title)}</title><defs>{_patterns(name)}</defs>{grid}{drawn}{legend}</svg>'
    )


def _track(name: str, number: int, track: Track, scale: float) -> str:
    top = number * ROW
    bars = "".join(
        _bar(name, bar.kind, LABEL + bar.begin * scale, top, (bar.end - bar.begin) * scale, bar.words)
        for bar in track.bars
    )
    return (
        f'<text class="name" x="{LABEL - 10}" y="{top + 12}" text-anchor="end">{escape(_short(track.label))}</text>'
        f'<line class="base" x1="{LABEL}" x2="{WIDTH - 8}" y1="{top + BAR / 2}" y2="{top + BAR / 2}"/>{bars}'
    )


def _short(label: str) -> str:
    return label if len(label) <= 28 else label[:27] + "…"


def _bar(name: str, kind: str, left: float, top: float, width: float, words: str) -> str:
    height, lower = (4, top + 5) if kind == "silent" else (BAR, top)
    shape = f'x="{left:.1f}" y="{lower:.1f}" width="{max(width, 1.5):.1f}" height="{height}"'
    pattern = f'<rect fill="url(#{name}-{kind})" {shape}/>' if kind in _DRAWN else ""
    return f'<g><title>{escape(words)}</title><rect class="{kind}" {shape}/>{pattern}</g>'


def _mark(at: float, words: str, scale: float, height: int) -> str:
    left = LABEL + at * scale
    return (
        f'<line class="mark" x1="{left:.1f}" x2="{left:.1f}" y1="20" y2="{height - ROW}"/>'
        f'<text class="clock" x="{left:.1f}" y="13" text-anchor="middle">{escape(words)}</text>'
    )


def _key(name: str, number: int, kind: str, words: str, height: int) -> str:
    left = 8 + number * KEY
    return (
        _bar(name, kind, left, height - ROW + 6, 24, words)
        + f'<text class="name" x="{left + 32}" y="{height - ROW + 18}">{escape(words)}</text>'
    )


_DRAWN = {
    "room": '<path class="hatch" d="M0 6L6 0"/>',
    "vouched": '<circle class="dot" cx="3" cy="3" r="1.4"/>',
    "group": '<path class="hatch" d="M0 3H6M3 0V6"/>',
}


def _patterns(name: str) -> str:
    return "".join(
        f'<pattern id="{name}-{kind}" width="6" height="6" patternUnits="userSpaceOnUse">{drawn}</pattern>'
        for kind, drawn in _DRAWN.items()
    )
