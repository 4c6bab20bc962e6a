"""The table of contents of the regulation: every command, who may ask it, when, and where it is decided."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from . import (
    agenda,
    apart,
    attendance,
    calling,
    chairing,
    checks,
    concluding,
    desk,
    filing,
    groups,
    microphones,
    minuting,
    opening,
    rounds,
    scoring,
    showing,
    speaking,
    voting,
)
from . import commands as c
from . import events as e
from .contents_groups import GROUPS
from .ids import MemberId
from .refusal import Refused
from .rules import Count
from .ruling import ANY, CLOSED, GATHERING, HERE, OPEN, PAUSED, SESSION, Decided, Rule, Rules, Who, no_vote
from .sitting import Phase
from .speaking import Speaking
from .state import Meeting


def _open(m: Meeting, command: c.Open, by: MemberId, at: datetime) -> Iterator[e.Event]:
    yield e.Opened()


def _join(m: Meeting, command: c.Join, by: MemberId, at: datetime) -> Iterator[e.Event]:
    desk.may_join(m.about, m.keepers, by)
    joined = tuple(attendance.join(m.attendance, by, command.connection, command.device))
    yield from joined
    if joined:
        yield from desk.seated(m.about, m.attendance, by)


def _pause(m: Meeting, command: c.Pause, by: MemberId, at: datetime) -> Iterator[e.Event]:
    yield from groups.gathered(m.groups, m.regulation, at)
    yield from speaking.hush(m.speaking)
    yield e.Paused()


def _resume(m: Meeting, command: c.Resume, by: MemberId, at: datetime) -> Iterator[e.Event]:
    yield e.Resumed()


def _close(m: Meeting, command: c.Close, by: MemberId, at: datetime) -> Iterator[e.Event]:
    yield from groups.gathered(m.groups, m.regulation, at)
    yield from speaking.hush(m.speaking)
    yield from agenda.conclude(m.agenda)
    yield from showing.put_away(m.showing)
    yield from checks.abandon(m.checks)
    yield e.Closed()


def _votable(m: Meeting, by: MemberId) -> None:
    """The cell votes together."""
    no_vote(m, by)
    apart.together(m.groups)


def _vote_open(m: Meeting, by: MemberId) -> None:
    voting.something_open(m.voting)


def _writer(m: Meeting, by: MemberId) -> None:
    minuting.may_write(m.minutes, by, m.writers)


def _whole(m: Meeting, by: MemberId) -> None:
    """What is the whole cell's."""
    rounds.decides(m.about)


def _cell_votes(m: Meeting, by: MemberId) -> None:
    _whole(m, by)
    _votable(m, by)


def _prepared(m: Meeting, by: MemberId) -> None:
    _votable(m, by)
    voting.something_prepared(m.voting)


def _reported(m: Meeting, by: MemberId) -> None:
    _votable(m, by)
    voting.something_reported(m.voting)


def _proposes(m: Meeting, by: MemberId) -> None:
    _whole(m, by)
    scoring.may_propose(m.scoring, m.attendance, by, m.chair.acting)


def _open_vote(m: Meeting, command: c.OpenVote, by: MemberId, at: datetime) -> Iterator[e.Event]:
    scoring.votable(m.scoring, command.kind)
    x = command
    yield from voting.open_vote(m.voting, m.attendance, m.regulation, m.item, x.vote, x.kind, x.text)


def _paper(m: Meeting, command: c.RecordPaperBallot, by: MemberId, at: datetime) -> Iterator[e.Event]:
    scoring.votable(m.scoring, command.kind)
    x = command
    yield from voting.paper(m.voting, m.attendance, m.regulation, m.item, x.vote, x.kind, x.text)


Debated = Callable[[Speaking, Meeting, Any, MemberId, datetime], Iterable[e.Event]]


def _debate(decided: Debated) -> Decided:
    """What is asked of the debate of the place where whoever asks is."""

    def where(m: Meeting, command: Any, by: MemberId, at: datetime) -> Iterator[e.Event]:
        place = m.place(by)
        for event in decided(m.debate(place), m, command, by, at):
            yield e.placed(event, place)

    return where


def _give_floor(s: Speaking, m: Meeting, command: c.GiveFloor, by: MemberId, at: datetime) -> Iterator[e.Event]:
    if command.member in m.attendance.present and m.place(command.member) != m.place(by):
        raise Refused("floor", "{name} sits elsewhere now.", name=m.attendance.seats[command.member].name)
    yield from speaking.give(s, m.attendance, m.regulation, command.member, at)
    yield from microphones.called_upon(m.microphones, s, m.attendance, command.member)


def _may_mute(m: Meeting, by: MemberId) -> None:
    if by not in (m.chair.acting, m.leader(m.place(by))):
        raise Refused("chair-only", "Only the chair may do this.")


def _reaches(m: Meeting, by: MemberId, member: MemberId) -> None:
    """The chair's hand reaches everywhere, a leader's to those who sit with him."""
    seat = attendance.seat_of(m.attendance, member)
    if by != m.chair.acting and m.place(member) != m.place(by):
        raise Refused("leader-only", "{name} does not sit in your group.", name=seat.name)


def _mute(m: Meeting, command: c.Mute, by: MemberId, at: datetime) -> Iterator[e.Event]:
    _reaches(m, by, command.member)
    yield from microphones.mute(m.microphones, m.attendance, command.member, command.reason, m.chairs)


def _lift(m: Meeting, command: c.LiftMute, by: MemberId, at: datetime) -> Iterator[e.Event]:
    _reaches(m, by, command.member)
    yield from microphones.lift(m.microphones, m.attendance, command.member)


RULES: Rules = {
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
    c.Pause: Rule(Who.CHAIR, OPEN, _pause, first=no_vote),
    c.Resume: Rule(Who.CHAIR, PAUSED, _resume),
    c.Close: Rule(Who.CHAIR, SESSION, _close, first=no_vote),
    # Agenda
    c.TakeUpItem: Rule(Who.CHAIR, OPEN, lambda m, x, by, at: agenda.take_up(m.agenda, x.item)),
    c.CloseItem: Rule(Who.CHAIR, OPEN, lambda m, x, by, at: agenda.close(m.agenda)),
    c.PutItemAside: Rule(Who.CHAIR, OPEN, lambda m, x, by, at: agenda.put_aside(m.agenda, x.item, x.reason)),
    # Speaking, in the place where one is
    c.AskToSpeak: Rule(Who.PRESENT, OPEN, _debate(lambda s, m, x, by, at: speaking.ask(s, by))),
    c.WithdrawRequest: Rule(Who.PRESENT, SESSION, _debate(lambda s, m, x, by, at: speaking.withdraw(s, by))),
    c.GiveFloor: Rule(Who.LEADER, OPEN, _debate(_give_floor)),
    c.EndSpeech: Rule(Who.PRESENT, OPEN, _debate(lambda s, m, x, by, at: speaking.end(s, by, m.leader(m.place(by))))),
    c.ExtendSpeech: Rule(
        Who.LEADER,
        OPEN,
        _debate(lambda s, m, x, by, at: speaking.extend(s, x.seconds, at)),
        first=lambda m, by: speaking.somebody_speaks(m.debate(m.place(by))),
    ),
    c.MoveRequest: Rule(
        Who.LEADER, SESSION, _debate(lambda s, m, x, by, at: speaking.move(s, m.attendance, x.member, x.before))
    ),
    c.StrikeRequest: Rule(
        Who.LEADER, SESSION, _debate(lambda s, m, x, by, at: speaking.strike(s, m.attendance, x.member))
    ),
    c.CloseList: Rule(Who.LEADER, SESSION, _debate(lambda s, m, x, by, at: speaking.close_list(s))),
    c.OpenList: Rule(Who.LEADER, SESSION, _debate(lambda s, m, x, by, at: speaking.open_list(s))),
    c.OpenDiscussion: Rule(Who.LEADER, HERE, _debate(lambda s, m, x, by, at: speaking.open_discussion(s))),
    c.CloseDiscussion: Rule(Who.LEADER, HERE, _debate(lambda s, m, x, by, at: speaking.close_discussion(s))),
    # Microphones
    c.TurnOnMicrophone: Rule(
        Who.PRESENT, HERE, lambda m, x, by, at: microphones.turn_on(m.microphones, m.allowed(by), by)
    ),
    c.TurnOffMicrophone: Rule(Who.PRESENT, HERE, lambda m, x, by, at: microphones.turn_off(m.microphones, by)),
    c.Mute: Rule(Who.PRESENT, HERE, _mute, first=_may_mute),
    c.LiftMute: Rule(Who.PRESENT, HERE, _lift, first=_may_mute),
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
    c.OpenVote: Rule(Who.CHAIR, OPEN, _open_vote, first=_cell_votes),
    c.PutMotion: Rule(
        Who.CHAIR,
        OPEN,
        lambda m, x, by, at: voting.put(m.voting, m.attendance, m.regulation, x.vote, x.motion),
        first=_prepared,
    ),
    c.CountGroups: Rule(
        Who.CHAIR,
        OPEN,
        lambda m, x, by, at: voting.count_groups(m.voting, m.attendance, m.regulation, x.vote, x.motion, at),
        first=_reported,
    ),
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
    c.RecordPaperBallot: Rule(Who.CHAIR, SESSION, _paper, first=_whole),
    c.EnterCount: Rule(
        Who.PRESENT,
        SESSION,
        lambda m, x, by, at: voting.enter_count(
            m.voting, by, x.vote, Count(x.in_favour, x.against, x.other, x.invalid)
        ),
        first=lambda m, by: voting.may_count(m.voting, m.attendance, by, m.writers),
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
        first=_whole,
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
        first=_proposes,
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
    **GROUPS,
}


def _filer(m: Meeting, by: MemberId) -> None:
    filing.may_file(m.signers, by)


def _posts(m: Meeting, by: MemberId) -> None:
    rounds.files(m.about)
    _filer(m, by)


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
AFTERWARDS: Rules = {
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
        first=lambda m, by: voting.may_count(m.voting, m.attendance, by, m.writers),
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
        first=_posts,
    ),
    c.MarkReported: Rule(
        Who.ENTITLED,
        CLOSED,
        lambda m, x, by, at: filing.report(m.filing, by, x.day, _closed_at(m), at),
        first=_posts,
    ),
}

AFTER_THE_END = (c.Drop, c.Leave, c.Tick, c.Recover)  # what a closed meeting hears without answering
WRONG_PHASE = {
    Phase.CALLED: "Nobody has come to the meeting yet.",
    Phase.GATHERING: "The meeting is not open yet.",
    Phase.OPEN: "The meeting is already open.",
    Phase.PAUSED: "The meeting is paused.",
}
