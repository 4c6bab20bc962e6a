"""The table of contents of the regulation: every command, who may ask it, when, and where it is decided."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from . import (
    agenda,
    attendance,
    calling,
    chairing,
    checks,
    concluding,
    desk,
    filing,
    microphones,
    minuting,
    opening,
    scoring,
    showing,
    speaking,
    voting,
)
from . import commands as c
from . import events as e
from .ids import MemberId
from .refusal import Refused
from .rules import Count
from .sitting import Phase
from .state import Meeting


class Who(Enum):
    HOUSE = auto()  # the program itself, never a member
    ENTITLED = auto()  # whoever is on the roster
    PRESENT = auto()
    CHAIR = auto()  # the acting chair, present


Decided = Callable[[Meeting, Any, MemberId, datetime], Iterable[e.Event]]


@dataclass(frozen=True, slots=True)
class Rule:
    who: Who
    phases: frozenset[Phase]
    decided: Decided
    first: Callable[[Meeting, MemberId], object] | None = None  # refused whatever the fields are: raises Refused


OPEN = frozenset({Phase.OPEN})
PAUSED = frozenset({Phase.PAUSED})
CLOSED = frozenset({Phase.CLOSED})
GATHERING = frozenset({Phase.GATHERING})
SESSION = OPEN | PAUSED
HERE = SESSION | GATHERING
ANY = HERE | {Phase.CALLED}


def _open(m: Meeting, command: c.Open, by: MemberId, at: datetime) -> Iterator[e.Event]:
    yield e.Opened()


def _join(m: Meeting, command: c.Join, by: MemberId, at: datetime) -> Iterator[e.Event]:
    desk.may_join(m.about, m.keepers, by)
    joined = tuple(attendance.join(m.attendance, by, command.connection, command.device))
    yield from joined
    if joined:
        yield from desk.seated(m.about, m.attendance, by)


def _pause(m: Meeting, command: c.Pause, by: MemberId, at: datetime) -> Iterator[e.Event]:
    yield from speaking.hush(m.speaking)
    yield e.Paused()


def _resume(m: Meeting, command: c.Resume, by: MemberId, at: datetime) -> Iterator[e.Event]:
    yield e.Resumed()


def _close(m: Meeting, command: c.Close, by: MemberId, at: datetime) -> Iterator[e.Event]:
    yield from speaking.hush(m.speaking)
    yield from agenda.conclude(m.agenda)
    yield from showing.put_away(m.showing)
    yield from checks.abandon(m.checks)
    yield e.Closed()


def _no_vote(m: Meeting, by: MemberId) -> None:
    voting.nothing_open(m.voting)


def _vote_open(m: Meeting, by: MemberId) -> None:
    voting.something_open(m.voting)


def _writer(m: Meeting, by: MemberId) -> None:
    minuting.may_write(m.minutes, by, m.writers)


def _open_vote(m: Meeting, command: c.OpenVote, by: MemberId, at: datetime) -> Iterator[e.Event]:
    scoring.votable(m.scoring, command.kind)
    x = command
    yield from voting.open_vote(m.voting, m.attendance, m.regulation, m.item, x.vote, x.kind, x.text)


def _paper(m: Meeting, command: c.RecordPaperBallot, by: MemberId, at: datetime) -> Iterator[e.Event]:
    scoring.votable(m.scoring, command.kind)
    x = command
    yield from voting.paper(m.voting, m.attendance, m.regulation, m.item, x.vote, x.kind, x.text)


def _give_floor(m: Meeting, command: c.GiveFloor, by: MemberId, at: datetime) -> Iterator[e.Event]:
    yield from speaking.give(m.speaking, m.attendance, m.regulation, command.member, at)
    yield from microphones.called_upon(m.microphones, m.speaking, m.attendance, command.member)


RULES: dict[type[c.Command], Rule] = {
    # The house
    c.Call: Rule(Who.HOUSE, ANY, lambda m, x, by, at: calling.call(x)),
    c.Tick: Rule(Who.HOUSE, ANY, lambda m, x, by, at: ()),
    c.Recover: Rule(Who.HOUSE, ANY, lambda m, x, by, at: attendance.recover(m.attendance, x.since, at)),
    c.Join: Rule(Who.ENTITLED, ANY, _join),
    c.Drop: Rule(Who.ENTITLED, ANY, lambda m, x, by, at: attendance.drop(m.attendance, by, x.connection)),
    # Coming and going
    c.Leave: Rule(Who.PRESENT, HERE, lambda m, x, by, at: attendance.leave(m.attendance, by, at)),
    c.TickPresent: Rule(Who.CHAIR, HERE, lambda m, x, by, at: attendance.tick(m.attendance, x.member)),
    c.UntickPresent: Rule(
        Who.CHAIR, HERE, lambda m, x, by, at: attendance.untick(m.attendance, x.member, x.reason, at)
    ),
    c.Vouch: Rule(
        Who.PRESENT,
        HERE,
        lambda m, x, by, at: attendance.vouch(m.attendance, by, x.member),
        first=lambda m, by: attendance.may_vouch(m.attendance, by),
    ),
    c.Unvouch: Rule(
        Who.PRESENT,
        HERE,
        lambda m, x, by, at: attendance.unvouch(m.attendance, by, m.chair.acting, x.member, x.reason, at),
        first=lambda m, by: attendance.may_unvouch(m.attendance, by, m.chair.acting),
    ),
    c.Remove: Rule(
        Who.CHAIR, HERE, lambda m, x, by, at: attendance.remove(m.attendance, x.member, x.reason, m.chairs, at)
    ),
    c.Readmit: Rule(Who.CHAIR, HERE, lambda m, x, by, at: attendance.readmit(m.attendance, x.member, x.reason)),
    # Proof of presence
    c.AskPresence: Rule(
        Who.CHAIR, SESSION, lambda m, x, by, at: checks.ask(m.checks, m.attendance, m.regulation, by, at)
    ),
    c.AnswerPresence: Rule(Who.PRESENT, HERE, lambda m, x, by, at: checks.answer(m.checks, by)),
    c.Verify: Rule(Who.CHAIR, HERE, lambda m, x, by, at: checks.verify(m.checks, m.attendance, x.member, x.reason)),
    c.SetPresenceTimer: Rule(Who.CHAIR, HERE, lambda m, x, by, at: checks.set_timer(m.checks, x.minutes, at)),
    # The chair and the course
    c.TakeChair: Rule(Who.PRESENT, HERE, lambda m, x, by, at: chairing.take(m.chair, by)),
    c.Open: Rule(Who.CHAIR, GATHERING, _open),
    c.Pause: Rule(Who.CHAIR, OPEN, _pause, first=_no_vote),
    c.Resume: Rule(Who.CHAIR, PAUSED, _resume),
    c.Close: Rule(Who.CHAIR, SESSION, _close, first=_no_vote),
    # Agenda
    c.TakeUpItem: Rule(Who.CHAIR, OPEN, lambda m, x, by, at: agenda.take_up(m.agenda, x.item)),
    c.CloseItem: Rule(Who.CHAIR, OPEN, lambda m, x, by, at: agenda.close(m.agenda)),
    c.PutItemAside: Rule(Who.CHAIR, OPEN, lambda m, x, by, at: agenda.put_aside(m.agenda, x.item, x.reason)),
    # Speaking
    c.AskToSpeak: Rule(Who.PRESENT, OPEN, lambda m, x, by, at: speaking.ask(m.speaking, by)),
    c.WithdrawRequest: Rule(Who.PRESENT, SESSION, lambda m, x, by, at: speaking.withdraw(m.speaking, by)),
    c.GiveFloor: Rule(Who.CHAIR, OPEN, _give_floor),
    c.EndSpeech: Rule(Who.PRESENT, OPEN, lambda m, x, by, at: speaking.end(m.speaking, by, m.chair.acting)),
    c.ExtendSpeech: Rule(
        Who.CHAIR,
        OPEN,
        lambda m, x, by, at: speaking.extend(m.speaking, x.seconds, at),
        first=lambda m, by: speaking.somebody_speaks(m.speaking),
    ),
    c.MoveRequest: Rule(
        Who.CHAIR, SESSION, lambda m, x, by, at: speaking.move(m.speaking, m.attendance, x.member, x.before)
    ),
    c.StrikeRequest: Rule(Who.CHAIR, SESSION, lambda m, x, by, at: speaking.strike(m.speaking, m.attendance, x.member)),
    c.CloseList: Rule(Who.CHAIR, SESSION, lambda m, x, by, at: speaking.close_list(m.speaking)),
    c.OpenList: Rule(Who.CHAIR, SESSION, lambda m, x, by, at: speaking.open_list(m.speaking)),
    c.OpenDiscussion: Rule(Who.CHAIR, HERE, lambda m, x, by, at: speaking.open_discussion(m.speaking)),
    c.CloseDiscussion: Rule(Who.CHAIR, HERE, lambda m, x, by, at: speaking.close_discussion(m.speaking)),
    # Microphones
    c.TurnOnMicrophone: Rule(
        Who.PRESENT, HERE, lambda m, x, by, at: microphones.turn_on(m.microphones, m.speaking, m.chair.acting, by)
    ),
    c.TurnOffMicrophone: Rule(Who.PRESENT, HERE, lambda m, x, by, at: microphones.turn_off(m.microphones, by)),
    c.Mute: Rule(
        Who.CHAIR,
        HERE,
        lambda m, x, by, at: microphones.mute(m.microphones, m.attendance, x.member, x.reason, m.chairs),
    ),
    c.LiftMute: Rule(Who.CHAIR, HERE, lambda m, x, by, at: microphones.lift(m.microphones, m.attendance, x.member)),
    # Opening
    c.AppointMinutesSecretary: Rule(
        Who.CHAIR, HERE, lambda m, x, by, at: opening.appoint(m.opening, m.attendance, x.member, m.chairs)
    ),
    c.CorrectRoll: Rule(
        Who.CHAIR, HERE, lambda m, x, by, at: opening.correct(m.opening, m.attendance, x.member, x.state, x.reason)
    ),
    c.AdoptAgenda: Rule(Who.CHAIR, SESSION, lambda m, x, by, at: opening.adopt(m.opening)),
    # Documents together
    c.ShowDocument: Rule(
        Who.CHAIR,
        HERE,
        lambda m, x, by, at: showing.show(m.showing, x.document, x.page),
        first=lambda m, by: showing.something_to_show(m.showing),
    ),
    c.CloseDocument: Rule(Who.CHAIR, HERE, lambda m, x, by, at: showing.close(m.showing)),
    # Voting
    c.OpenVote: Rule(Who.CHAIR, OPEN, _open_vote, first=_no_vote),
    c.CastBallot: Rule(
        Who.PRESENT,
        SESSION,
        lambda m, x, by, at: voting.cast(m.voting, m.attendance, by, x.vote, x.choice, x.opinion, x.reserved),
        first=lambda m, by: voting.may_cast(m.voting, m.attendance, by),
    ),
    c.EnterHand: Rule(
        Who.CHAIR,
        OPEN,
        lambda m, x, by, at: voting.enter_hand(m.voting, m.attendance, m.regulation, x.vote, x.member, x.choice, at),
        first=_vote_open,
    ),
    c.ContestHand: Rule(
        Who.PRESENT,
        OPEN,
        lambda m, x, by, at: voting.contest(m.voting, by, x.vote, at),
        first=lambda m, by: voting.may_contest(m.voting, by),
    ),
    c.CloseVote: Rule(
        Who.CHAIR, OPEN, lambda m, x, by, at: voting.close(m.voting, m.attendance, x.vote, at), first=_vote_open
    ),
    c.CancelVote: Rule(
        Who.CHAIR,
        SESSION,
        lambda m, x, by, at: voting.cancel(m.voting, x.vote, x.reason),
        first=lambda m, by: voting.something_to_cancel(m.voting),
    ),
    c.ReserveOpinion: Rule(
        Who.PRESENT,
        SESSION,
        lambda m, x, by, at: voting.reserve(m.voting, m.attendance, by, x.vote, x.text),
        first=lambda m, by: voting.may_reserve(m.voting, m.attendance, by),
    ),
    c.RecordPaperBallot: Rule(Who.CHAIR, SESSION, _paper),
    c.EnterCount: Rule(
        Who.PRESENT,
        SESSION,
        lambda m, x, by, at: voting.enter_count(
            m.voting, by, x.vote, Count(x.in_favour, x.against, x.other, x.invalid)
        ),
        first=lambda m, by: voting.may_count(m.voting, m.attendance, by, m.chair.acting),
    ),
    # Conclusions and tasks
    c.Conclude: Rule(
        Who.CHAIR,
        SESSION,
        lambda m, x, by, at: concluding.conclude(m.conclusions, m.agenda, x.item, x.text),
        first=lambda m, by: concluding.something_taken_up(m.agenda),
    ),
    c.GiveTask: Rule(
        Who.CHAIR,
        SESSION,
        lambda m, x, by, at: concluding.give(m.conclusions, m.attendance, m.item, x.task, x.text, x.owner, x.deadline),
    ),
    c.ReviseTask: Rule(
        Who.CHAIR,
        SESSION,
        lambda m, x, by, at: concluding.revise(m.conclusions, m.attendance, x.task, x.text, x.owner, x.deadline),
        first=lambda m, by: concluding.something_given(m.conclusions),
    ),
    c.WithdrawTask: Rule(
        Who.CHAIR,
        SESSION,
        lambda m, x, by, at: concluding.withdraw(m.conclusions, x.task, x.reason),
        first=lambda m, by: concluding.something_given(m.conclusions),
    ),
    # The score of the meeting
    c.ProposeScore: Rule(
        Who.PRESENT,
        SESSION,
        lambda m, x, by, at: scoring.propose(m.scoring, m.regulation, by, x.points),
        first=lambda m, by: scoring.may_propose(m.scoring, m.attendance, by, m.chair.acting),
    ),
    c.AgreeScore: Rule(
        Who.CHAIR,
        SESSION,
        lambda m, x, by, at: scoring.agree(m.scoring, x.version),
        first=lambda m, by: scoring.something_proposed(m.scoring),
    ),
    # Minutes
    c.WriteMinutes: Rule(
        Who.PRESENT,
        HERE,
        lambda m, x, by, at: minuting.write(m.minutes, m.agenda, by, x.item, x.text, x.base_version),
        first=_writer,
    ),
    c.ReadMinutes: Rule(Who.PRESENT, SESSION, lambda m, x, by, at: minuting.read(m.minutes), first=_writer),
    c.AdoptMinutes: Rule(Who.CHAIR, SESSION, lambda m, x, by, at: minuting.adopt(m.minutes)),
}


def _filer(m: Meeting, by: MemberId) -> None:
    filing.may_file(m.signers, by)


def _correctable(m: Meeting, by: MemberId) -> None:
    _filer(m, by)
    filing.something_stands(m.filing, m.minutes)


def _late_writer(m: Meeting, by: MemberId) -> None:
    _writer(m, by)
    filing.may_still_write(m.filing)


def _nobody_wrote(m: Meeting, by: MemberId) -> None:
    """Who kept the minutes is named afterwards only where nobody was named in the meeting."""
    _chairs(m, by)
    if m.opening.minutes_secretary:
        raise Refused("minutes-secretary", "The minutes secretary was appointed in the meeting.")


def _chairs(m: Meeting, by: MemberId) -> None:
    if by not in m.chairs:
        raise Refused("chair-only", "Only the chair may do this.")


def _still_on_paper(m: Meeting, by: MemberId) -> None:
    _chairs(m, by)
    voting.something_to_cancel(m.voting)


def _closed_at(m: Meeting) -> datetime:
    return m.sitting.closed_at or datetime.min.replace(tzinfo=UTC)


# After the close: who was present is settled, so nobody is asked whether he is.
AFTERWARDS: dict[type[c.Command], Rule] = {
    c.AppointMinutesSecretary: Rule(
        Who.ENTITLED,
        CLOSED,
        lambda m, x, by, at: opening.appoint(m.opening, m.attendance, x.member, m.chairs),
        first=_nobody_wrote,
    ),
    c.EnterCount: Rule(
        Who.ENTITLED,
        CLOSED,
        lambda m, x, by, at: voting.enter_count(
            m.voting, by, x.vote, Count(x.in_favour, x.against, x.other, x.invalid)
        ),
        first=lambda m, by: voting.may_count(m.voting, m.attendance, by, m.chair.acting),
    ),
    c.CancelVote: Rule(
        Who.ENTITLED,
        CLOSED,
        lambda m, x, by, at: voting.cancel(m.voting, x.vote, x.reason),
        first=_still_on_paper,
    ),
    c.WriteMinutes: Rule(
        Who.ENTITLED,
        CLOSED,
        lambda m, x, by, at: minuting.write(m.minutes, m.agenda, by, x.item, x.text, x.base_version),
        first=_late_writer,
    ),
    c.CorrectMinutes: Rule(
        Who.ENTITLED,
        CLOSED,
        lambda m, x, by, at: filing.correct(m.filing, m.agenda, by, x.item, x.text, x.reason),
        first=_correctable,
    ),
    c.DrawUpPaper: Rule(
        Who.ENTITLED,
        CLOSED,
        lambda m, x, by, at: filing.draw_up(m.filing, m.voting, by, x.kind, x.number, x.sha256),
        first=_filer,
    ),
    c.SignPaper: Rule(
        Who.ENTITLED,
        CLOSED,
        lambda m, x, by, at: filing.sign(m.filing, m.signers, by, x.kind, x.sha256),
        first=_filer,
    ),
    c.MarkPosted: Rule(
        Who.ENTITLED,
        CLOSED,
        lambda m, x, by, at: filing.post(m.filing, by, x.day, _closed_at(m), at),
        first=_filer,
    ),
    c.MarkReported: Rule(
        Who.ENTITLED,
        CLOSED,
        lambda m, x, by, at: filing.report(m.filing, by, x.day, _closed_at(m), at),
        first=_filer,
    ),
}

AFTER_THE_END = (c.Drop, c.Leave, c.Tick, c.Recover)  # what a closed meeting hears without answering
WRONG_PHASE = {
    Phase.CALLED: "Nobody has come to the meeting yet.",
    Phase.GATHERING: "The meeting is not open yet.",
    Phase.OPEN: "The meeting is already open.",
    Phase.PAUSED: "The meeting is paused.",
}
