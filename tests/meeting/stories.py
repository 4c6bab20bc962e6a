"""Random meetings for the laws: who asks what, when; most of it sensible, some of it not."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product

from hypothesis import strategies as st

from server.meeting import Meeting, Refused, apply, decide
from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import (
    HALL,
    NO_ITEM,
    NOBODY,
    Choice,
    Circle,
    DocumentId,
    GroupId,
    ItemId,
    MemberId,
    MotionId,
    MotionKind,
    Part,
    Question,
    QuestionId,
    RollState,
    TaskId,
    Text,
    VoteId,
    Word,
)
from server.meeting.rules import MOTIONS, MotionRule, Regulation

from .round_story import CELL, ENTRY, HOURS, PLAN, blues, gathered, held_by, reds
from .round_story import MOTIONS as PREPARED
from .story import (
    ADMISSION,
    BLUE,
    CALL,
    CHAIR,
    COMMITTEE,
    DEPUTY,
    ELECTION,
    GUEST,
    LAN,
    LARGE,
    MATTER,
    MEMBERS,
    MINH,
    ORDINARY,
    PAPER,
    RED,
    SCORE,
    SHEET,
    STRANGER,
    T0,
    page,
    points,
)


@dataclass(frozen=True, slots=True)
class Step:
    after: int  # seconds
    by: MemberId
    command: c.Command


@dataclass(frozen=True, slots=True)
class Told:
    call: c.Call
    steps: tuple[Step, ...]
    punctual: bool  # whether the clock ticks whenever something is due


Asked = tuple[MemberId, c.Command]

_PEOPLE = (CHAIR, DEPUTY, COMMITTEE, LAN, MINH, GUEST)
_ANYONE = (*_PEOPLE, STRANGER)
_REASONS = ("vì", " vì ", "")
_ITEMS = (ItemId("one"), ItemId("two"), ItemId("three"))
_VOTES = tuple(VoteId(f"v{n}") for n in range(4))
_PAPERS = _VOTES[-2:]
_TASKS = (TaskId("t1"), TaskId("t2"), TaskId(""))
_FINAL = MotionKind("final")  # a kind whose ballots stand
_MOTIONS = (ORDINARY, ORDINARY, _FINAL, ADMISSION, ELECTION, SCORE, SCORE, MotionKind("unheard of"))
_SHEETS = (points(), points(conduct=20, time=0), points(conduct=41), points()[1:])
_TEXTS = ("nhất trí", " nhất trí ", "", "x" * 2001)
_OWNERS = (LAN, LAN, MINH, GUEST, STRANGER)
_DAYS = ("2027-01-31", "2027-02-28", "mai")
_PLACES = (RED, BLUE, HALL, GroupId("lost"))
_PREPARED = (PLAN, PLAN, ENTRY, ENTRY, MotionId("unheard of"))
_MATTERS = (MATTER, MATTER, (Question(QuestionId("q"), NO_ITEM, Text("Đồng chí nghĩ gì?")),), ())
_DRAWN = (Circle(GroupId("a"), "Tổ A", (LAN, MINH)), Circle(GroupId("b"), "Tổ B", (DEPUTY, COMMITTEE, GUEST)))
_CHAIRS = (*(CHAIR,) * 7, DEPUTY, DEPUTY, COMMITTEE, LAN)  # DEPUTY and COMMITTEE chair when the chair is cut off


def _by(members: Iterable[MemberId], commands: Iterable[c.Command]) -> list[Asked]:
    return list(product(members, commands))


def _about(kind: type[c.Command], *fields: Iterable[object]) -> list[c.Command]:
    return [kind(*values) for values in product(*fields)]


# Kind of command -> who may ask it of whom.  What is asked more often in a meeting stands in _OFTEN too.
_BARE = (
    c.Open,
    c.Pause,
    c.Resume,
    c.AskPresence,
    c.CloseItem,
    c.CloseList,
    c.OpenList,
    c.OpenDiscussion,
    c.CloseDiscussion,
    c.AdoptAgenda,
    c.CloseDocument,
    c.AdoptMinutes,
)
_OWN = (
    *(c.AskToSpeak, c.WithdrawRequest, c.EndSpeech, c.AnswerPresence),
    *(c.TurnOnMicrophone, c.TurnOffMicrophone, c.Leave, c.TakeChair),
)
_HOUSE = (NOBODY, NOBODY, NOBODY, LAN)
_ASKED: dict[type[c.Command], list[Asked]] = {
    c.Join: [
        *((member, c.Join(page(member, tab), "phone")) for member in _ANYONE for tab in "aab"),
        (LAN, c.Join(page(MINH), "phone")),
    ],
    c.Drop: [
        *((member, c.Drop(page(member, tab))) for member in _PEOPLE for tab in "aaab"),
        *((LAN, c.Drop(page(MINH))), (NOBODY, c.Drop(page(LAN)))),
    ],
    **{kind: _by(_CHAIRS, [kind()]) for kind in _BARE},
    **{kind: _by(_ANYONE, [kind()]) for kind in _OWN},
    c.Vouch: _by((CHAIR, LAN, MINH, DEPUTY), _about(c.Vouch, _ANYONE)),
    c.Unvouch: _by((CHAIR, LAN), _about(c.Unvouch, _PEOPLE, _REASONS)),
    c.TickPresent: _by(_CHAIRS, _about(c.TickPresent, _ANYONE)),
    c.UntickPresent: _by(_CHAIRS, _about(c.UntickPresent, _ANYONE, _REASONS)),
    c.Remove: _by(_CHAIRS, _about(c.Remove, _ANYONE, _REASONS)),
    c.Readmit: _by(_CHAIRS, _about(c.Readmit, _ANYONE, _REASONS)),
    c.Verify: _by(_CHAIRS, _about(c.Verify, _ANYONE, _REASONS)),
    c.SetPresenceTimer: _by(_CHAIRS, _about(c.SetPresenceTimer, (0, 1, 5, 10))),
    c.TakeUpItem: _by(_CHAIRS, _about(c.TakeUpItem, _ITEMS)),
    c.PutItemAside: _by(_CHAIRS, _about(c.PutItemAside, _ITEMS, _REASONS)),
    c.GiveFloor: _by(_CHAIRS, _about(c.GiveFloor, _ANYONE)),
    c.ExtendSpeech: _by(_CHAIRS, _about(c.ExtendSpeech, (0, 60))),
    c.MoveRequest: _by(_CHAIRS, _about(c.MoveRequest, _ANYONE, (*_PEOPLE, NOBODY))),
    c.StrikeRequest: _by(_CHAIRS, _about(c.StrikeRequest, _ANYONE)),
    c.Mute: _by(_CHAIRS, _about(c.Mute, _ANYONE, _REASONS)),
    c.LiftMute: _by(_CHAIRS, _about(c.LiftMute, _ANYONE)),
    c.AppointMinutesSecretary: _by(_CHAIRS, _about(c.AppointMinutesSecretary, _ANYONE)),
    c.CorrectRoll: _by(_CHAIRS, _about(c.CorrectRoll, _ANYONE, RollState, _REASONS)),
    c.ShowDocument: _by(_CHAIRS, _about(c.ShowDocument, (PAPER, SHEET, DocumentId("lost")), (0, 1, 3, 4))),
    c.OpenVote: _by(_CHAIRS, _about(c.OpenVote, _VOTES, _MOTIONS, _TEXTS[:3])),
    c.PutMotion: _by(_CHAIRS, _about(c.PutMotion, _VOTES, _PREPARED)),
    c.CountGroups: _by(_CHAIRS, _about(c.CountGroups, _VOTES, _PREPARED)),
    c.CastBallot: _by(_ANYONE, _about(c.CastBallot, _VOTES, Choice, ("ý", ""), (False, True))),
    c.EnterHand: _by(_CHAIRS, _about(c.EnterHand, _VOTES, _ANYONE, Choice)),
    c.ContestHand: _by(_ANYONE, _about(c.ContestHand, _VOTES)),
    c.CloseVote: _by(_CHAIRS, _about(c.CloseVote, _VOTES)),
    c.CancelVote: _by(_CHAIRS, _about(c.CancelVote, _VOTES, _REASONS)),
    c.ReserveOpinion: _by(_ANYONE, _about(c.ReserveOpinion, _VOTES, _TEXTS)),
    c.RecordPaperBallot: _by(_CHAIRS, _about(c.RecordPaperBallot, _PAPERS, (ELECTION, ORDINARY), _TEXTS[:3])),
    c.EnterCount: _by((CHAIR, DEPUTY, LAN), _about(c.EnterCount, _PAPERS, (2, 1, -1, 9), (0,), (0,))),
    c.Conclude: _by(_CHAIRS, _about(c.Conclude, _ITEMS, _TEXTS)),
    c.GiveTask: _by(_CHAIRS, _about(c.GiveTask, _TASKS, _TEXTS, _OWNERS, _DAYS)),
    c.ReviseTask: _by(_CHAIRS, _about(c.ReviseTask, _TASKS, _TEXTS, _OWNERS, _DAYS)),
    c.WithdrawTask: _by(_CHAIRS, _about(c.WithdrawTask, _TASKS, _REASONS)),
    c.ProposeScore: _by(_PEOPLE, _about(c.ProposeScore, _SHEETS)),
    c.AgreeScore: _by(_CHAIRS, _about(c.AgreeScore, (1, 2))),
    c.WriteMinutes: _by(_PEOPLE, _about(c.WriteMinutes, (*_ITEMS, NO_ITEM), ("lời", "lời khác", ""), (0, 1, 2))),
    c.ReadMinutes: _by((*_PEOPLE, *_CHAIRS), [c.ReadMinutes()]),
    c.FormGroups: _by(_CHAIRS, _about(c.FormGroups, _MATTERS, (1, 2, 0), ((), (), _DRAWN, _DRAWN[:1]))),
    c.ExtendGroups: _by(_CHAIRS, _about(c.ExtendGroups, (1, 60))),
    c.GatherGroups: _by((CHAIR, DEPUTY, *(LAN,) * 6), [c.GatherGroups()]),
    c.AssignToGroup: _by(_CHAIRS, _about(c.AssignToGroup, _ANYONE, _PLACES)),
    c.VisitGroup: _by(_PEOPLE, _about(c.VisitGroup, _PLACES)),
    c.EndVisit: _by(_PEOPLE, [c.EndVisit()]),
    c.CallLeader: _by(_CHAIRS, _about(c.CallLeader, _PLACES)),
    c.AnswerCall: _by(_PEOPLE, _about(c.AnswerCall, (True, False))),
    c.AddressGroups: _by(_CHAIRS, [c.AddressGroups()]),
    c.EndAddress: _by(_CHAIRS, [c.EndAddress()]),
    c.LeadGroup: _by(_PEOPLE, [c.LeadGroup()]),
    c.ChooseLeader: _by(_PEOPLE, _about(c.ChooseLeader, (LAN, MINH, DEPUTY, COMMITTEE, STRANGER))),
    c.DraftReport: _by(
        (LAN, MINH, DEPUTY, COMMITTEE, CHAIR),
        _about(c.DraftReport, (QuestionId("q"),), _TEXTS, ("",), ("ý",), ((), (LAN,)), (0, 2, 9)),
    ),
    c.SubmitReport: _by(_PEOPLE, [c.SubmitReport()]),
    c.AwaitReports: _by(_CHAIRS, [c.AwaitReports()]),
    c.Close: _by((CHAIR, *(LAN,) * 9), [c.Close()]),  # rarely, or every story is short
    c.Recover: _by(_HOUSE, _about(c.Recover, ("0", "5", "40"))),
    c.Tick: _by(_HOUSE, [c.Tick()]),
    c.Call: _by(_HOUSE, [CALL]),
}
_OFTEN = (
    *(c.Join,) * 8,
    *(c.Drop,) * 3,
    *(c.AskToSpeak,) * 3,
    *(c.MoveRequest,) * 2,
    c.AnswerPresence,
    c.TakeChair,
    c.Resume,
    *(c.OpenVote,) * 3,
    *(c.CastBallot,) * 6,
    *(c.EnterHand,) * 4,
    *(c.CloseVote,) * 3,
    *(c.EnterCount,) * 2,
    *(c.AgreeScore,) * 2,
    *(c.GiveTask, c.ReviseTask, c.ReviseTask, c.RecordPaperBallot, *(c.ContestHand,) * 8),
)
_WHILE_APART = (
    *(c.AssignToGroup, c.VisitGroup, c.EndVisit, c.CallLeader, c.AnswerCall, c.AddressGroups, c.EndAddress),
    *(c.LeadGroup, c.ChooseLeader, c.DraftReport, c.SubmitReport, c.AwaitReports, c.FormGroups, c.AnswerCall),
)
_IN_ROUNDS = (c.PutMotion, c.PutMotion, c.CountGroups, c.CastBallot, c.CloseVote, c.TickPresent, c.CancelVote)
_KINDS = (*_ASKED, *_OFTEN)
_APART_KINDS = (*_KINDS, *_WHILE_APART * 8)
_ROUND_KINDS = (*_KINDS, *_IN_ROUNDS * 4)

# Seconds that lie on both sides of every number of the regulation.
_AFTER = (*(0,) * 12, *(1,) * 6, *(5,) * 4, 29, 29, 31, 31, 60, 119, 130, 200, 700)
_SITTING = (*(Step(0, member, c.Join(page(member), "phone")) for member in MEMBERS), Step(0, CHAIR, c.Open()))
_SPLITS = [(*_SITTING, Step(0, CHAIR, c.FormGroups(MATTER, 30, circles))) for circles in ((), _DRAWN)]
_RULES = Regulation(motions=(*MOTIONS, MotionRule(_FINAL, changeable=False)), smallest_group=2, report_grace=90)
_CALL = replace(LARGE, regulation=_RULES)
_PART = replace(  # all of them sit in one group of a round
    _CALL,
    about=replace(_CALL.about, part=Part("round", RED, "Tổ 1")),
    roster=tuple(replace(seat, group=RED) for seat in _CALL.roster),
    groups=(),
    motions=PREPARED,
)
_HELD = (
    replace(held_by(reds(-72 * HOURS), RED), to_verify=(LAN,), words=(Word(DEPUTY, RollState.ABSENT_EXCUSED, "ốm"),)),
    held_by(blues(-48 * HOURS), BLUE, "Nhà văn hóa"),
)
_ROUND = gathered(  # its groups have met: one motion was voted in both, the other in none
    replace(
        CELL, roster=(*CELL.roster, *_CALL.roster[len(CELL.roster) :]), regulation=_RULES, documents=_CALL.documents
    ),
    *_HELD,
)
_AT_THE_DESK = (
    Step(0, CHAIR, c.Join(page(CHAIR), "phone")),
    *(Step(0, CHAIR, c.TickPresent(member)) for member in (LAN, MINH)),
    Step(0, CHAIR, c.Open()),
)
_CALLS = (
    *(CALL, _CALL, _PART, _ROUND),
    replace(_CALL, regulation=replace(_RULES, grace=20, chair_grace=45, presence_window=60, contest_window=10)),
)


@dataclass(frozen=True, slots=True)
class _Setting:
    """What a long story is about: where it begins, and what is asked in it."""

    call: c.Call
    begun: tuple[Step, ...]
    kinds: tuple[type[c.Command], ...]


_SETTINGS = (
    *(_Setting(_CALL, _SITTING, _KINDS),) * 4,
    *(_Setting(_CALL, begun, _APART_KINDS) for begun in _SPLITS),
    _Setting(_PART, _SITTING, _ROUND_KINDS),
    _Setting(_ROUND, _AT_THE_DESK, _ROUND_KINDS),
)


def dealt(seed: int, length: int) -> Told:
    """Of eight stories dealt two are about groups that sit apart, one about a group of a round, one about a round."""
    setting = _SETTINGS[seed % len(_SETTINGS)]
    return Told(setting.call, (*setting.begun, *_dealt(seed, length, setting)), punctual=False)


def _dealt(seed: int, length: int, setting: _Setting) -> list[Step]:
    """Long, varied, and mostly of what the meeting does not refuse.

    A shorter story of the same seed is its beginning, so that a failure shrinks to a prefix.
    """
    dice, meeting, at = random.Random(seed), Meeting(), T0
    for step in (Step(0, NOBODY, setting.call), *setting.begun):
        meeting = _after(meeting, _happening(meeting, step, at), at)
    told = list[Step]()
    for _ in range(length):
        after = dice.choice(_AFTER)
        at += timedelta(seconds=after)
        step, happened = _some_step(dice, setting.kinds, meeting, after, at)
        meeting = _after(meeting, happened, at)
        told.append(step)
    return told


def _some_step(
    dice: random.Random, of: tuple[type[c.Command], ...], meeting: Meeting, after: int, at: datetime
) -> tuple[Step, tuple[e.Event, ...]]:
    """Of a few at random the first that makes a difference, else the last."""
    tries = dice.choice((1, 8, 30))
    kinds = [kind for kind in dice.choices(of, k=3) for _ in range(tries)]
    for kind in kinds:
        step = Step(after, *dice.choice(_ASKED[kind]))
        if happened := _happening(meeting, step, at):
            return step, happened
    return step, ()


def _after(meeting: Meeting, happened: tuple[e.Event, ...], at: datetime) -> Meeting:
    for event in happened:
        meeting = apply(meeting, event, at)
    return meeting


def _happening(meeting: Meeting, step: Step, at: datetime) -> tuple[e.Event, ...]:
    recover = isinstance(step.command, c.Recover)
    command = c.Recover((at - timedelta(seconds=int(step.command.since))).isoformat()) if recover else step.command
    try:
        return decide(meeting, command, step.by, at)
    except Refused:
        return ()


_CHOSEN = st.builds(
    lambda after, asked: Step(after, *asked),
    st.sampled_from(_AFTER),
    st.sampled_from(_KINDS).flatmap(lambda kind: st.sampled_from(_ASKED[kind])),
)
_SEEDS = st.integers(min_value=0, max_value=2**32)


def told() -> st.SearchStrategy[Told]:
    """Most stories begin in the middle of a meeting.  The field of Recover says how many seconds ago."""
    chosen = st.builds(
        lambda call, begun, steps, punctual: Told(call, (*begun, *steps), punctual),
        st.sampled_from(_CALLS),
        st.sampled_from((_SITTING, _SITTING, *_SPLITS, _AT_THE_DESK, ())),
        st.lists(_CHOSEN, max_size=20),
        st.booleans(),
    )
    long = st.builds(dealt, _SEEDS, st.integers(30, 60))
    return chosen | st.builds(
        lambda story, call, punctual: replace(story, call=call or story.call, punctual=punctual),
        long,
        st.sampled_from((*(None,) * 5, *_CALLS)),
        st.booleans(),
    )
