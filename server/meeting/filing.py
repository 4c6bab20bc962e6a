"""After the close: corrections of the minutes, papers drawn up and signed, what was posted and reported.

A paper is its bytes: whoever signs names their hash.  What is changed after it was drawn up makes it outdated: it is
drawn up anew under the same number, and signed anew.  (42-HD/BTCTW: results posted and reported within two days.)
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from . import events as e
from .agenda import Agenda
from .ids import NO_ITEM, NOBODY, ItemId, LongText, MemberId, MotionKind, PaperKind
from .minuting import Minutes
from .refusal import LONGEST_MINUTES, Refused, kept_reason, kept_text
from .voting import State as VoteState
from .voting import Voting

RESOLUTION = MotionKind("resolution")
HEX = frozenset("0123456789abcdef")
LARGEST_NUMBER = 100_000


@dataclass(frozen=True, slots=True)
class Correction:
    n: int
    item: ItemId
    by: MemberId
    text: LongText
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Paper:
    """The version that holds."""

    kind: PaperKind
    version: int
    number: int
    sha256: str
    at: datetime
    chair: MemberId = NOBODY  # who signed as chair
    secretary: MemberId = NOBODY  # who signed as minutes secretary
    outdated: bool = False  # something was changed since

    @property
    def signed(self) -> bool:
        return bool(self.chair and self.secretary)


@dataclass(frozen=True, slots=True)
class Filing:
    papers: Mapping[PaperKind, Paper] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    posted: str = ""  # a day; "" = not yet
    reported: str = ""


@dataclass(frozen=True, slots=True)
class Signers:
    """Who signs: the chairs (acting at the close, and rightful) and the minutes secretary."""

    chairs: tuple[MemberId, ...]
    secretary: MemberId

    def everyone(self) -> frozenset[MemberId]:
        return frozenset({*self.chairs, self.secretary} - {NOBODY})


def may_file(signers: Signers, by: MemberId) -> None:
    if by not in signers.everyone():
        raise Refused("papers", "The papers are the work of the chair and the minutes secretary.")


# -- The text --------------------------------------------------------------------------------------------------------


def may_still_write(filing: Filing) -> None:
    """Minutes that were not adopted are finished after the close, until both have signed them."""
    paper = filing.papers.get(PaperKind.MINUTES)
    if paper and (paper.chair or paper.secretary):
        raise Refused("minutes", "The minutes are being signed; add a correction instead.")


def something_stands(filing: Filing, minutes: Minutes) -> None:
    paper = filing.papers.get(PaperKind.MINUTES)
    if not minutes.adopted_at and not (paper and (paper.chair or paper.secretary)):
        raise Refused("minutes", "The minutes are neither adopted nor signed: their text can still be changed itself.")


def correct(filing: Filing, agenda: Agenda, by: MemberId, item: ItemId, text: str, reason: str) -> Iterator[e.Event]:
    if item != NO_ITEM and item not in agenda.lines:
        raise Refused("agenda", "This item is not on the agenda.")
    kept = LongText(kept_text(text, most=LONGEST_MINUTES))
    because = kept_reason(reason)
    last = filing.corrections[-1] if filing.corrections else None
    if last and (last.item, last.by, last.text, last.reason) == (item, by, kept, because):
        return  # sent twice
    yield e.MinutesCorrected(item, len(filing.corrections) + 1, by, kept, because)


# -- Papers ----------------------------------------------------------------------------------------------------------


def draw_up(
    filing: Filing, voting: Voting, by: MemberId, kind: PaperKind, number: int, sha256: str
) -> Iterator[e.Event]:
    drawable(filing, voting, kind)
    if len(sha256) != 64 or not set(sha256) <= HEX or not 1 <= number <= LARGEST_NUMBER:
        raise Refused("paper", "A paper is drawn up with its number and its hash.")
    was = filing.papers.get(kind)
    if was and was.number != number:
        raise Refused("paper", "A paper keeps the number it has.")
    if not was or was.sha256 != sha256 or was.outdated:
        yield e.PaperDrawnUp(kind, was.version + 1 if was else 1, number, sha256, by)


def drawable(filing: Filing, voting: Voting, kind: PaperKind) -> None:
    """Raises Refused("paper") while numbers are missing, where nothing was resolved, or when it is signed already."""
    votes = voting.votes.values()
    if any(vote.state is VoteState.PAPER for vote in votes):
        raise Refused("paper", "A vote on paper is not counted yet; enter the counts first.")
    resolved = (vote.result for vote in votes if vote.rule.kind == RESOLUTION and vote.result)
    if kind is PaperKind.RESOLUTION and not any(result.passed for result in resolved):
        raise Refused("paper", "The cell has passed no resolution in this meeting.")
    was = filing.papers.get(kind)
    if was and was.signed and not was.outdated:
        raise Refused("paper", "This paper is signed.")


def sign(filing: Filing, signers: Signers, by: MemberId, kind: PaperKind, sha256: str) -> Iterator[e.Event]:
    paper = filing.papers.get(kind)
    if paper is None:
        raise Refused("paper", "This paper is not drawn up yet.")
    if by in (paper.chair, paper.secretary) and sha256 == paper.sha256:
        return  # sent twice
    if sha256 != paper.sha256 or paper.outdated:
        raise Refused("paper", "The text was changed since; draw it up anew and read it again.")
    secretary = by == signers.secretary
    if paper.secretary if secretary else paper.chair:
        raise Refused("paper", "It is signed in this capacity already.")
    yield e.PaperSigned(kind, sha256, by, secretary)


# -- Posted, reported ------------------------------------------------------------------------------------------------


def post(filing: Filing, by: MemberId, day: str, closed: datetime, at: datetime) -> Iterator[e.Event]:
    if filing.posted != _day(filing, day, closed, at):
        yield e.ResultsPosted(by, day)


def report(filing: Filing, by: MemberId, day: str, closed: datetime, at: datetime) -> Iterator[e.Event]:
    if filing.reported != _day(filing, day, closed, at):
        yield e.ResultsReported(by, day)


def _day(filing: Filing, day: str, closed: datetime, at: datetime) -> str:
    """Not before the close and not ahead; a day more on either side, since a day is one of the cell's own calendar."""
    minutes, one = filing.papers.get(PaperKind.MINUTES), timedelta(days=1)
    if minutes is None or not minutes.signed:
        raise Refused("paper", "The minutes are posted and reported when both have signed them.")
    try:
        known = date.fromisoformat(day)
    except ValueError:
        raise Refused("day", "This is not a day.") from None
    if known.isoformat() != day or not closed.date() - one <= known <= at.date() + one:
        raise Refused("day", "The day lies between the close of the meeting and today.")
    return day


# -- What happened ---------------------------------------------------------------------------------------------------


def _corrected(f: Filing, event: e.MinutesCorrected, at: datetime) -> Filing:
    line = Correction(event.n, event.item, event.member, event.text, event.reason, at)
    return _changed(replace(f, corrections=(*f.corrections, line)), event, at)


def _changed(f: Filing, event: e.Event, at: datetime) -> Filing:
    """Whatever was drawn up before does not say it yet."""
    if all(paper.outdated for paper in f.papers.values()):
        return f
    return replace(f, papers={kind: replace(paper, outdated=True) for kind, paper in f.papers.items()})


def _drawn(f: Filing, event: e.PaperDrawnUp, at: datetime) -> Filing:
    paper = Paper(event.kind, event.version, event.number, event.sha256, at)
    return replace(f, papers={**f.papers, event.kind: paper})


def _signed(f: Filing, event: e.PaperSigned, at: datetime) -> Filing:
    was = f.papers[event.kind]
    now = replace(was, secretary=event.member) if event.secretary else replace(was, chair=event.member)
    return replace(f, papers={**f.papers, event.kind: now})


_APPLIED: dict[type[e.Event], Callable[[Filing, Any, datetime], Filing]] = {
    e.MinutesCorrected: _corrected,
    e.MinutesWritten: _changed,
    e.MinutesSecretaryAppointed: _changed,
    e.CountRecorded: _changed,
    e.VoteCancelled: _changed,
    e.PaperDrawnUp: _drawn,
    e.PaperSigned: _signed,
    e.ResultsPosted: lambda f, event, _: replace(f, posted=event.day),
    e.ResultsReported: lambda f, event, _: replace(f, reported=event.day),
}


def apply(filing: Filing, event: e.Event, at: datetime) -> Filing:
    applied = _APPLIED.get(type(event))
    return applied(filing, event, at) if applied else filing
