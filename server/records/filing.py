"""The state of the papers of each closed meeting, read off the log and written with it, for lists and supervisors.

Pure but for `keep`; chibo verify reckons the same rows from the log and compares.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..meeting.events import (
    Closed,
    CountRecorded,
    Event,
    MinutesCorrected,
    MinutesSecretaryAppointed,
    MinutesWritten,
    PaperDrawnUp,
    PaperSigned,
    Recorded,
    ResultsPosted,
    ResultsReported,
    VoteCancelled,
)
from . import tables

CHANGING = (MinutesCorrected, MinutesWritten, MinutesSecretaryAppointed, CountRecorded, VoteCancelled)


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A row of `papers`, less its key."""

    version: int
    number: int
    sha256: str
    drawn_at: datetime
    chair_signed_at: datetime | None = None
    secretary_signed_at: datetime | None = None
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """The rows of one meeting.  `closed_at` None = not closed: there is no row yet."""

    closed_at: datetime | None = None
    posted_on: date | None = None
    reported_on: date | None = None
    corrections: int = 0
    papers: Mapping[str, PaperRow] = field(default_factory=dict)

    def after(self, recorded: Iterable[Recorded]) -> "State":
        state = self
        for each in recorded:
            if step := _STEPS.get(type(each.event)):
                state = step(state, each.event, each.at)
        return state

    def row(self) -> dict[str, Any]:
        """Of `filings`, less its key."""
        names = ("closed_at", "posted_on", "reported_on", "corrections")
        return {name: getattr(self, name) for name in names}


def plain(paper: PaperRow) -> dict[str, Any]:
    return {name: getattr(paper, name) for name in PaperRow.__dataclass_fields__}


async def keep(connection: AsyncConnection, meeting: str, recorded: Sequence[Recorded]) -> None:
    """Write what `recorded` changes, in the transaction of `connection`."""
    if not any(type(each.event) in _STEPS for each in recorded):
        return
    before = await read(connection, meeting)
    after = before.after(recorded)
    if after != before and after.closed_at:
        await _put(connection, tables.filings, {"meeting": meeting}, after.row(), new=before.closed_at is None)
    for kind, paper in after.papers.items():
        if paper != before.papers.get(kind):
            key = {"meeting": meeting, "kind": kind}
            await _put(connection, tables.papers, key, plain(paper), new=kind not in before.papers)


async def read(connection: AsyncConnection, meeting: str) -> State:
    """What the tables say."""
    kept = (await connection.execute(sa.select(tables.filings).where(tables.filings.c.meeting == meeting))).first()
    if kept is None:
        return State()
    rows = await connection.execute(sa.select(tables.papers).where(tables.papers.c.meeting == meeting))
    names = PaperRow.__dataclass_fields__
    papers = {row.kind: PaperRow(**{name: row._mapping[name] for name in names}) for row in rows}
    return State(kept.closed_at, kept.posted_on, kept.reported_on, kept.corrections, papers)


async def _put(
    connection: AsyncConnection, table: sa.Table, key: Mapping[str, str], row: Mapping[str, Any], *, new: bool
) -> None:
    if new:
        await connection.execute(table.insert().values(**key, **row))
        return
    ours = sa.and_(*(table.c[name] == value for name, value in key.items()))
    await connection.execute(table.update().where(ours).values(**row))


# -- One step per kind of event --------------------------------------------------------------------------------------


def _closed(state: State, event: Closed, at: datetime) -> State:
    return replace(state, closed_at=at)


def _changed(state: State, event: Event, at: datetime) -> State:
    """Before the close nothing is drawn up that could be outdated."""
    return replace(state, papers={kind: replace(paper, outdated=True) for kind, paper in state.papers.items()})


def _corrected(state: State, event: MinutesCorrected, at: datetime) -> State:
    return replace(_changed(state, event, at), corrections=event.n)


def _drawn(state: State, event: PaperDrawnUp, at: datetime) -> State:
    paper = PaperRow(event.version, event.number, event.sha256, at)
    return replace(state, papers={**state.papers, event.kind.value: paper})


def _signed(state: State, event: PaperSigned, at: datetime) -> State:
    capacity = "secretary_signed_at" if event.secretary else "chair_signed_at"
    now: PaperRow = replace(state.papers[event.kind.value], **{capacity: at})  # type: ignore[arg-type]
    return replace(state, papers={**state.papers, event.kind.value: now})


_STEPS: Mapping[type[Event], Callable[[State, Any, datetime], State]] = {
    Closed: _closed,
    **dict.fromkeys(CHANGING, _changed),
    MinutesCorrected: _corrected,
    PaperDrawnUp: _drawn,
    PaperSigned: _signed,
    ResultsPosted: lambda state, event, _: replace(state, posted_on=date.fromisoformat(event.day)),
    ResultsReported: lambda state, event, _: replace(state, reported_on=date.fromisoformat(event.day)),
}
