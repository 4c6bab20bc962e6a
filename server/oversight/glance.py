"""The month at a glance: a committee's sub-tree level by level, its months, its cells by what is wrong with them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting.ids import MeetingKind
from server.org import names
from server.org.tree import CELL, Unit
from server.records.rollups import COUNTED, REGULAR
from server.records.tables import below, meetings, summaries, unit_months, units, verdicts

from .cells import part_broken
from .months import Month
from .sums import Sums, read

_s, _m, _v, _u, _n = summaries.c, meetings.c, verdicts.c, units.c, unit_months.c


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit and what its sub-tree did in the month."""

    unit: Unit
    sums: Sums


def living(month: Month, last: Month | None = None) -> sa.ColumnElement[bool]:
    """The cells there were at the end of the month, or of any from it to `last`."""
    here = sa.or_(_u.dissolved.is_(None), _u.dissolved >= month.after)
    return sa.and_(_u.kind == CELL, here, sa.or_(_u.founded.is_(None), _u.founded < (last or month).after))


def _planned(month: Month, zone: ZoneInfo, m: Any = None) -> sa.ColumnElement[bool]:
    """The meetings of whole cells that make the month; a round is one."""
    m, (begin, end) = _m if m is None else m, month.moments(zone)
    when = sa.and_(m.planned_for >= begin, m.planned_for < end)
    return sa.and_(when, m.kind.in_(REGULAR), m.phase != "cancelled", m.round_id.is_(None))


# -- Level by level --------------------------------------------------------------------------------------------------


async def level(connection: AsyncConnection, top: Unit, month: Month, zone: ZoneInfo) -> tuple[Branch, list[Branch]]:
    """`top` with the sums of everything below it, and the units directly below that have cells, by name."""
    cells, planned = await _counted(connection, top, month, zone)
    named = (_u.id, _u.kind, _u.name, _u.path)
    joined = units.outerjoin(unit_months, sa.and_(_n.unit_id == _u.id, _n.month == str(month)))
    found = sa.select(*named, *_COUNTED).select_from(joined)
    ours = sa.or_(_u.parent_id == top.id, _u.id == top.id)
    rows = (await connection.execute(found.where(ours).order_by(_u.folded, _u.id))).all()
    every = [_branch(row, cells[row.id], planned[row.id]) for row in rows if cells[row.id] or row.id == top.id]
    whole = next(branch for branch in every if branch.unit.id == top.id)
    return whole, [branch for branch in every if branch is not whole]


async def below_with_cells(
    connection: AsyncConnection, top: Unit, month: Month, last: Month | None = None
) -> list[Unit]:
    """The units directly below that have cells in the month, or in any from it to `last`, by name."""
    place = _place(top)
    counted = sa.select(place, sa.func.count()).select_from(_under).where(below(top.path), living(month, last))
    rows = (await connection.execute(counted.group_by(place))).all()
    cells = _by_child([(path, count) for path, count in rows], top)
    found = sa.select(_u.id, _u.kind, _u.name, _u.path).where(_u.parent_id == top.id).order_by(_u.folded, _u.id)
    return [Unit(**row._mapping) for row in await connection.execute(found) if cells[row.id]]


_above = units.alias("above")
_under = units.join(_above, _u.parent_id == _above.c.id)


def _place(top: Unit) -> sa.ColumnElement[str]:
    """Cells are counted by the unit above them, those directly below `top` one by one: a province with thousands of
    cells is a hundred rows."""
    return sa.case((_u.parent_id == top.id, _u.path), else_=_above.c.path)


async def _counted(
    connection: AsyncConnection, top: Unit, month: Month, zone: ZoneInfo
) -> tuple[Counter[str], Counter[str]]:
    """How many cells there are, and how many have planned, in `top` and in each unit directly below it, by id."""
    joined = _under.outerjoin(meetings, sa.and_(_m.unit_id == _u.id, _planned(month, zone)))
    place, every, planning = _place(top), sa.func.count(_u.id.distinct()), sa.func.count(_m.unit_id.distinct())
    found = sa.select(place, every, planning).select_from(joined).where(below(top.path), living(month))
    rows = (await connection.execute(found.group_by(place))).all()
    return _by_child([(row[0], row[1]) for row in rows], top), _by_child([(row[0], row[2]) for row in rows], top)


def _by_child(counts: Iterable[tuple[str, int]], top: Unit) -> Counter[str]:
    """(a path below `top`, cells) → id of `top` and of each unit directly below it → cells."""
    depth, found = len(top.line) + 1, Counter[str]()  # "/root/…/top/child/…": the child's place
    for path, count in counts:
        found[top.id] += count
        for child in path.split("/", depth + 1)[depth : depth + 1]:  # none when `top` is itself a cell
            found[child] += count
    return found


def _branch(row: Any, cells: int, planned: int) -> Branch:
    return Branch(Unit(row.id, row.kind, row.name, row.path), read(row, cells=cells, planned=planned))


# -- Month by month --------------------------------------------------------------------------------------------------


async def months(connection: AsyncConnection, top: Unit, span: Sequence[Month]) -> Mapping[Month, Sums]:
    """The sums of each month of `span`; how many cells there were is that of the end of each month."""
    born = sa.select(_u.founded, _u.dissolved, sa.func.count()).where(below(top.path), _u.kind == CELL)
    rows = await connection.execute(born.group_by(_u.founded, _u.dissolved))
    lives = Counter({(founded, dissolved): count for founded, dissolved, count in rows})
    kept = (await calendar(connection, [top], span))[top.id]
    return {month: replace(kept.get(month, Sums()), cells=_alive(lives, month)) for month in span}


def _alive(lives: Counter[Any], month: Month) -> int:
    return sum(count for (founded, dissolved), count in lives.items() if lived(founded, dissolved, month))


def lived(founded: date | None, dissolved: date | None, month: Month) -> bool:
    """At the end of the month."""
    return (founded is None or founded < month.after) and (dissolved is None or dissolved >= month.after)


async def cells_by_month(
    connection: AsyncConnection, top: Unit, span: Sequence[Month]
) -> Mapping[Month, Mapping[str, int]]:
    """How many cells `top` and each unit directly below it had at the end of each month, by its id."""
    place = _place(top)
    born = sa.select(place, _u.founded, _u.dissolved, sa.func.count()).select_from(_under)
    ours = born.where(below(top.path), _u.kind == CELL).group_by(place, _u.founded, _u.dissolved)
    rows = (await connection.execute(ours)).all()

    def alive(month: Month) -> list[tuple[str, int]]:
        return [(path, count) for path, founded, dissolved, count in rows if lived(founded, dissolved, month)]

    return {month: _by_child(alive(month), top) for month in span}


async def calendar(
    connection: AsyncConnection, tops: Sequence[Unit], span: Sequence[Month]
) -> Mapping[str, Mapping[Month, Sums]]:
    """The same for several units at once: id → month → sums.  A month without a meeting is left out."""
    by_word, kept = {str(month): month for month in span}, dict[str, dict[Month, Sums]]((top.id, {}) for top in tops)
    ids = list(kept)
    for start in range(0, len(ids), _AT_ONCE):
        ours = _n.unit_id.in_(ids[start : start + _AT_ONCE])
        found = sa.select(*_SHOWN).where(ours, _n.month.between(str(span[0]), str(span[-1])))
        for row in await connection.execute(found):
            kept[row.unit_id][by_word[row.month]] = read(row)
    return kept


_AT_ONCE = 500
_COUNTED = tuple(sa.func.coalesce(_n[name], 0).label(name) for name in COUNTED)
_SHOWN = (_n.unit_id, _n.month, *(_n[name] for name in COUNTED))


# -- Cells by what is wrong, by name, in an order --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CellMonth:
    """One cell in one month."""

    unit: Unit
    superior: str  # name of the unit above
    planned_for: datetime | None  # the regular meeting of the month; None = nothing planned
    meeting: str  # its id; "" = none
    phase: str
    sums: Sums


def _wrong(target: int) -> Mapping[str, sa.ColumnElement[bool]]:
    return {
        "unplanned": _m.id.is_(None),
        "unmet": _s.meeting.is_(None),
        "low": sa.and_(_s.base > 0, _s.present * 1000 < _s.base * target),
        "short": _s.seconds < _s.wanted_minutes * 60,
        "unscored": sa.and_(_s.meeting.is_not(None), _s.score.is_(None)),
        "late": sa.and_(
            _s.meeting.is_not(None), sa.or_(_s.reported_after.is_(None), _s.reported_after > _s.results_days)
        ),
        "broken": sa.or_(_v.ok.is_(False), part_broken(meetings)),
    }


FILTERS = ("unplanned", "unmet", "low", "short", "unscored", "late", "broken")
_RATE = sa.cast(_s.present, sa.Float) / sa.func.nullif(_s.base, 0)
SORTS: Mapping[str, sa.ColumnElement[Any]] = MappingProxyType(
    {"name": _u.folded, "attendance": _RATE, "duration": _s.seconds, "score": _s.score, "day": _m.planned_for}
)


@dataclass(frozen=True, slots=True)
class Asked:
    """How a list of cells is wanted.  `target`: attendance in thousandths below which it is low."""

    filter: str = ""  # of FILTERS; "" = all
    words: str = ""
    sort: str = "name"  # of SORTS
    down: bool = False
    target: int = 800
    limit: int = 50
    offset: int = 0


async def cells(
    connection: AsyncConnection, top: Unit, month: Month, zone: ZoneInfo, asked: Asked
) -> tuple[int, list[CellMonth]]:
    """How many cells of the sub-tree fit, and a part of them: found and put in order by what that needs, then the part
    alone is read in full.  A part that lies behind the last cell is empty, and counts nothing."""
    key, joined = SORTS[asked.sort], _found_in(month, zone)
    order = (key.is_(None), key.desc() if asked.down else key, _u.folded, _u.id)
    every, place = sa.func.count().over(), sa.func.row_number().over(order_by=order)
    fitting = sa.select(_u.id, _m.id.label("meeting"), every.label("every"), place.label("place")).select_from(joined)
    wanted = fitting.where(*_fits(top, month, asked)).order_by(*order).limit(asked.limit).offset(asked.offset)
    part = wanted.subquery("part")
    full = (
        part.join(units, _u.id == part.c.id)
        .outerjoin(_above, _u.parent_id == _above.c.id)
        .outerjoin(meetings, _m.id == part.c.meeting)
        .outerjoin(summaries, _s.meeting == _m.id)
        .outerjoin(verdicts, _v.meeting == _s.meeting)
    )
    rows = (await connection.execute(sa.select(part.c.every, *_READ).select_from(full).order_by(part.c.place))).all()
    return (rows[0].every if rows else 0), [_cell_month(row) for row in rows]


def _found_in(month: Month, zone: ZoneInfo) -> sa.Join:
    """Every cell with its regular meeting of the month, what became of it and what its record is worth."""
    return (
        units.outerjoin(meetings, sa.and_(_m.unit_id == _u.id, _planned(month, zone), _m.id == _first(month, zone)))
        .outerjoin(summaries, sa.and_(_s.meeting == _m.id, _s.month == str(month)))
        .outerjoin(verdicts, _v.meeting == _s.meeting)
    )


def _first(month: Month, zone: ZoneInfo) -> sa.ScalarSelect[str]:
    """Of several in the month one that was held, the latest: a cell stands in the list once."""
    other = meetings.alias("other")
    ours = sa.and_(other.c.unit_id == _u.id, _planned(month, zone, other.c))
    held = sa.case((other.c.phase == "closed", 0), else_=1)
    order = (held, other.c.planned_for.desc(), other.c.id)
    return sa.select(other.c.id).where(ours).order_by(*order).limit(1).correlate(units).scalar_subquery()


def _fits(top: Unit, month: Month, asked: Asked) -> Iterator[sa.ColumnElement[bool]]:
    yield from (below(top.path), living(month))
    if asked.filter:
        yield _wrong(asked.target)[asked.filter]
    if words := names.fold(asked.words):
        yield _u.folded.contains(words, autoescape=True)


_FACTS = ("form", "base", "present", "excused", "unexcused", "seconds", "wanted_minutes", "score", "grade")
_READ = (
    *(_u.id, _u.kind, _u.name, _u.path, _above.c.name.label("superior")),
    *(_m.planned_for, _m.phase, _m.id.label("meeting"), _s.kind.label("held_kind"), _s.meeting.label("held")),
    *(*(_s[name] for name in _FACTS), _s.reported_after, _s.results_days, _v.ok),
    part_broken(meetings).label("part_broken"),
)


def _cell_month(row: Any) -> CellMonth:
    sums = Sums(cells=1, planned=int(row.meeting is not None))
    if row.held is not None:
        sums = replace(
            sums,
            met=1,
            meetings=1,
            thematic=int(row.held_kind == MeetingKind.COMBINED.value),
            online=int(row.form == "online"),
            hybrid=int(row.form == "hybrid"),
            by_groups=int(row.form == "by_groups"),
            base=row.base,
            present=row.present,
            excused=row.excused,
            unexcused=row.unexcused,
            kept=int(row.seconds >= row.wanted_minutes * 60),
            scored=int(row.score is not None),
            points=row.score or 0,
            good=int(row.grade == "good"),
            verified=int(row.ok is not None),
            broken=int(row.ok is False or row.part_broken),
            records=1,
            judged=int(row.ok is not None),
            reported=int(row.reported_after is not None),
            in_time=int(row.reported_after is not None and row.reported_after <= row.results_days),
        )
    return CellMonth(
        Unit(row.id, row.kind, row.name, row.path),
        row.superior or "",
        row.planned_for,
        row.meeting or "",
        row.phase or "",
        sums,
    )
