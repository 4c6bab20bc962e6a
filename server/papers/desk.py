"""The desk where papers are made: log and register come together, bytes go into the store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting.events import PaperDrawnUp, Recorded
from server.meeting.filing import drawable
from server.meeting.ids import PaperKind
from server.meeting.proceedings import Proceedings, proceedings
from server.meeting.refusal import Refused as MeetingRefused
from server.org import tasks, tree
from server.org.meetings import MeetingRow
from server.org.overrides import rules_at
from server.org.refusal import Refused
from server.org.rulebook import Rule, number, word
from server.records.database import Database

from . import annexes, pdf, store
from . import word as docx
from .facts import Facts, LastTask
from .minutes import minutes
from .model import Form, Paper, plain
from .resolution import resolution

MAKERS: Mapping[str, Callable[[Proceedings, Facts], Paper]] = MappingProxyType(
    {
        "minutes": minutes,
        "resolution": resolution,
        "attendance": annexes.attendance,
        "score": annexes.score,
        "opinions": annexes.opinions,
    }
)
SIGNED = ("minutes", "resolution")  # numbered, and signed by two


@dataclass(frozen=True, slots=True)
class Material:
    """Everything the papers of one meeting are made of."""

    row: MeetingRow
    recorded: Sequence[Recorded]
    facts: Facts
    numbers: Mapping[str, int]  # of SIGNED; those that are given
    run: str  # within which numbers are counted; "" = the cell's term is not known
    given_before: Mapping[str, int]

    def paper(self, kind: str, drawn: bool = False) -> Paper:
        """As the log stands now; `drawn`: as it stood when that paper was drawn up."""
        recorded = before_drawn(self.recorded, kind) if drawn else self.recorded
        return MAKERS[kind](proceedings(recorded), replace(self.facts, number=self.numbers.get(kind, 0)))


def before_drawn(recorded: Sequence[Recorded], kind: str) -> Sequence[Recorded]:
    """The log up to where the last version of that paper was drawn up; the whole of it where none was."""
    places = [place for place, entry in enumerate(recorded) if _draws(entry, kind)]
    return recorded[: places[-1]] if places else recorded


def _draws(entry: Recorded, kind: str) -> bool:
    return isinstance(entry.event, PaperDrawnUp) and entry.event.kind == kind


async def material(
    connection: AsyncConnection, row: MeetingRow, recorded: Sequence[Recorded], zone: ZoneInfo
) -> Material:
    """`recorded` begins with `Called`."""
    day = (row.closed_at or row.planned_for).astimezone(zone).date()
    above = await tree.above(connection, row.unit)
    rules = await rules_at(connection, row.unit, day)
    opened = (row.opened_at or row.planned_for).astimezone(zone).date()
    facts = Facts(
        zone=zone,
        superior=above[-1].name if above else "",
        day=day,
        venue=row.place,
        tasks=tuple(_last(task, opened) for task in await tasks.carried_into(connection, row.id)),
        form=form(rules),
    )
    given = {kind: await store.has_number(connection, kind, row.id) for kind in SIGNED}
    run, before = await _run(connection, row, rules, day)
    return Material(row, recorded, facts, {kind: n for kind, n in given.items() if n}, run, before)


def _last(task: tasks.Task, opened: date) -> LastTask:
    return LastTask(task.text, task.owner_name, task.deadline, task.state_on(opened), task.result)


def form(rules: Mapping[str, Rule]) -> Form:
    """The form in force that day, as the rulebook has it; what it lacks is as it is shipped."""
    keys = {"top": "margin.top", "bottom": "margin.bottom", "left": "margin.left", "right": "margin.right"}
    keys |= {"font": "font_points", "first_line": "first_line", "line": "line_points"}
    return Form(**{name: number(rules, key) for name, key in keys.items() if key in rules})


async def _run(
    connection: AsyncConnection, row: MeetingRow, rules: Mapping[str, Rule], day: date
) -> tuple[str, Mapping[str, int]]:
    """Numbers run per term (05-HD/VPTW), or per year where a committee has set so."""
    if "numbers_run" in rules and word(rules, "numbers_run") == "year":
        return f"year {day.year}", {}
    term = await store.term_on(connection, row.unit.id, day)
    return (f"term {term.id}", term.given_before) if term else ("", {})


def waits(p: Proceedings, kind: str) -> MeetingRefused | None:
    """Why the meeting would not have this paper drawn up now; None = it would."""
    try:
        drawable(p.meeting.filing, p.meeting.voting, PaperKind(kind))
    except MeetingRefused as refused:
        return refused
    return None


async def draw_up(database: Database, of: Material, kind: str, at: datetime) -> tuple[int, str]:
    """Give the paper its number, set it and keep its bytes; returns (number, hash in hex).  Raises Refused("term").

    That it may be drawn up is decided by the meeting: ask there before, and tell it the hash afterwards.
    """
    if not of.run:
        raise Refused("term", "Please enter the term of the cell first: numbers are counted within it.")
    async with database.write() as connection:
        before = of.given_before.get(kind, 0)
        given = await store.give_number(connection, of.row.unit.id, of.run, kind, of.row.id, before, at)
    paper = replace(of, numbers={**of.numbers, kind: given}).paper(kind)
    content = await printed(paper)
    async with database.write() as connection:
        return given, await store.keep(connection, of.row.id, content, at)


async def printed(paper: Paper) -> bytes:
    """The PDF."""
    return await pdf.paper("paper.typ", plain(paper))


async def for_word(paper: Paper) -> bytes:
    """The DOCX."""
    return await docx.document(paper)
