"""Laws that hold for every meeting, whatever is asked in whatever order and however late the clock ticks."""

import json
from collections import Counter
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from server.live.patch import diff, merge
from server.live.wire import COMMANDS
from server.meeting import Meeting, Refused, apply, decide, due
from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.contents import AFTERWARDS
from server.meeting.ids import HALL, NO_TEXT, NO_VOTE, NOBODY, Choice, ConnectionId, MemberId, SeatKind
from server.meeting.meeting import CHAPTERS, RULES
from server.meeting.minutes import Line, attendance_of
from server.meeting.sitting import Phase
from server.meeting.staging import plan
from server.meeting.view import CHAIR, MEMBER, SECRETARY, mine, shown
from server.meeting.voting import COMMITTEE, Ballot, Vote
from server.meeting.whereabouts import whereabouts_of

from .stories import Step, Told, dealt, told
from .story import CALL, T0
from .urn import Urn

Events = tuple[e.Event, ...]
laws = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
few = settings(laws, max_examples=50)


class Shadow:
    """What the log says of connections, reckoned apart from the meeting's own attendance."""

    def __init__(self) -> None:
        self.open: dict[MemberId, set[ConnectionId]] = {}
        self.cut_off: dict[MemberId, datetime] = {}  # his last connection ended, or he said goodbye
        self.here: set[MemberId] = set()

    def sees(self, event: e.Event, at: datetime) -> None:
        match event:
            case e.Arrived(member):
                self.here.add(member)
            case e.Connected(member, connection, _):
                self.open.setdefault(member, set()).add(connection)
            case e.Disconnected(member, connection):
                self._ends(member, {connection}, at)
            case e.ConnectionsLost(_):
                for member in list(self.open):
                    self._ends(member, set(self.open[member]), at)
            case e.Left(member, since):
                assert member not in self.open, "nobody leaves while he is connected"
                assert member in self.here, "nobody leaves who has not arrived"
                self.here.remove(member)
                self.cut_off[member] = max(since, self.cut_off.get(member, since))

    def _ends(self, member: MemberId, connections: set[ConnectionId], at: datetime) -> None:
        self.open[member] -= connections
        if not self.open[member]:
            del self.open[member]
            self.cut_off[member] = at


class Play:
    """Plays a story and holds every step against the laws."""

    def __init__(self, story: Told, strict: bool = False) -> None:
        self.story, self.strict = story, strict
        self.meeting, self.at = Meeting(), T0
        self.log: list[e.Recorded] = []
        self.shadow, self.urn = Shadow(), Urn()
        self.views = {eyes: _view(self.meeting, eyes) for eyes in (CHAIR, SECRETARY, MEMBER, f"{MEMBER}/red")}
        self.ask(Step(0, NOBODY, story.call))

    def run(self) -> "Play":
        for step in self.story.steps:
            self.wait(step.after)
            self.ask(step)
        return self

    def wait(self, seconds: int) -> None:
        end = self.at + timedelta(seconds=seconds)
        while self.story.punctual and (when := due(self.meeting)) and when <= end:
            self.at = max(self.at, when)
            self.ask(Step(0, NOBODY, c.Tick()))
            assert due(self.meeting) != when, "what was due has happened"
        self.at = end

    def ask(self, step: Step) -> None:
        command = step.command
        if isinstance(command, c.Recover):
            command = c.Recover((self.at - timedelta(seconds=int(command.since))).isoformat())
        before, read = self.meeting, _read(self.meeting)
        happened = self.decided(command, step.by)
        assert _read(before) == read, "decide changes nothing"
        for event in happened:
            self.happens(event, step.by)
        if self.strict:
            self.holds(happened)

    def decided(self, command: c.Command, by: MemberId) -> Events:
        try:
            happened = decide(self.meeting, command, by, self.at)
        except Refused as no:
            assert no.rule and no.why.format(**no.facts)
            return ()
        return happened

    def happens(self, event: e.Event, by: MemberId) -> None:
        was = self.meeting
        self.meeting = apply(was, event, self.at)
        if was.sitting.phase is Phase.CLOSED:
            assert type(event) in e.AFTER_THE_CLOSE, "after Closed only papers"
            changed = {name for name in CHAPTERS if getattr(was, name) is not getattr(self.meeting, name)}
            assert changed <= {"opening", "voting", "scoring", "minutes", "filing"}, "the sitting is as it was"
            assert was.opening.corrections == self.meeting.opening.corrections
        self.shadow.sees(event, self.at)
        self.urn.sees(event)
        self.log.append(e.Recorded(len(self.log) + 1, self.at, by, "", event))
        for name in CHAPTERS:
            old, new = getattr(was, name), getattr(self.meeting, name)
            assert old is new or old != new, f"{name} is unchanged by {event} and yet another object"

    def holds(self, happened: Events) -> None:
        self.views_follow()
        _the_roll_is_whole(self.meeting, self.shadow)
        _the_floor_is_held_by_one_who_is_here(self.meeting)
        _only_who_may_is_heard(self.meeting)
        _everyone_is_where_he_belongs(self.meeting)
        if happened or self.story.punctual:  # what a refusal leaves undone is for the next tick
            when = due(self.meeting)
            assert when is None or when > self.at, "due is never in the past"
            _the_chair_is_the_rightful_one_while_he_is_connected(self.meeting)
            _the_chair_is_never_empty_for_long(self.meeting, self.shadow, self.at)

    def views_follow(self) -> None:
        for eyes, was in self.views.items():
            now = _view(self.meeting, eyes)
            if was != now:
                assert merge(was, diff(was, now)) == now
                assert "null" not in json.dumps(now)
                self.views[eyes] = now
        lines = self.views[MEMBER]["roll"].values()
        known = {"state", "since", "kinds", "excuse", "corrected", "met"}
        assert all(line.keys() <= known for line in lines), "members see less than the chair"
        assert not any("reason" in line.get(key, {}) for line in lines for key in ("excuse", "corrected"))
        if self.meeting.voting.votes:
            blank = _blanked(self.meeting)
            assert {eyes: _view(blank, eyes) for eyes in self.views} == self.views, "nobody sees how anybody votes"
        for member in self.meeting.attendance.seats:
            own: Any = mine(self.meeting, member)
            assert json.loads(json.dumps(own)) == own


def _view(meeting: Meeting, eyes: str) -> Any:
    return shown(meeting, eyes)


def _read(m: Meeting) -> str:
    return repr([getattr(m, name) for name in CHAPTERS])


def _blanked(m: Meeting) -> Meeting:
    """The same meeting, in which everybody has voted against and said nothing but what he reserved."""
    votes = {vote.id: replace(vote, ballots=_all_against(vote)) for vote in m.voting.votes.values()}
    return replace(m, voting=replace(m.voting, votes=votes))


def _all_against(vote: Vote) -> dict[MemberId, Ballot]:
    def against(ballot: Ballot) -> Ballot:
        return replace(ballot, choice=Choice.AGAINST, opinion=ballot.opinion if ballot.reserved else NO_TEXT)

    return {member: against(ballot) for member, ballot in vote.ballots.items()}


def _the_roll_is_whole(m: Meeting, shadow: Shadow) -> None:
    assert set(m.attendance.present) == shadow.here
    assert {member: set(p.connections) for member, p in m.attendance.present.items() if p.connections} == shadow.open
    for presence in m.attendance.present.values():
        reasons = [presence.connections, presence.in_room, presence.voucher, presence.silent]
        assert any(reasons), "whoever is present is so for a reason"
        assert not presence.voucher or not (presence.connections or presence.in_room)
        assert not presence.voucher or presence.voucher in m.attendance.present
    assert not set(m.attendance.present) & set(m.attendance.removed)
    assert not set(m.attendance.present) & set(m.attendance.gone)
    view = shown(m, MEMBER)
    states = Counter(view["roll"][member]["state"] for member in view["seats"] if _is_member(m, member))
    here = {member for member in shadow.here if _is_member(m, member)}
    assert len(here) == states["present"] + states["silent"] + states["to_verify"]
    assert view["counts"]["present"] == len(here | _met(m)), "who was in his group was at the round"


def _met(m: Meeting) -> set[MemberId]:
    return {stay.member for group in m.held for stay in group.stays}


def _is_member(m: Meeting, member: str) -> bool:
    return any(seat.member == member and seat.kind is SeatKind.MEMBER for seat in m.attendance.seats.values())


def _the_floor_is_held_by_one_who_is_here(m: Meeting) -> None:
    for place in m.places:
        debate = m.debate(place)
        floor, queue = debate.floor, debate.queue
        assert floor is None or (floor.member in m.attendance.present and m.sitting.phase is Phase.OPEN)
        assert floor is None or (floor.member not in queue and m.place(floor.member) == place)
        assert len(set(queue)) == len(queue)
        assert set(queue) <= set(m.attendance.present)
        assert place == HALL or all(m.place(member) == place for member in queue), "the hall's queue waits for them"


def _only_who_may_is_heard(m: Meeting) -> None:
    staged = plan(m)
    heard = Counter(peer.member for peer in staged.peers.values() if peer.audio)
    allowed = {member for member in m.attendance.present if _may_be_heard(m, member)}
    assert set(heard) <= (allowed & m.microphones.on) - m.microphones.muted
    assert all(sending == 1 for sending in heard.values()), "each is heard from one device only"
    assert {peer.member for peer in staged.peers.values()} <= set(m.attendance.present)
    assert not m.microphones.on & m.microphones.muted
    if m.sitting.phase is not Phase.CLOSED:
        connected = {page for presence in m.attendance.present.values() for page in presence.connections}
        assert connected <= set(staged.peers)
        assert m.microphones.on <= allowed & set(m.attendance.present)


def _may_be_heard(m: Meeting, member: MemberId) -> bool:
    """By the debate of the place where he is; where nobody leads, anyone."""
    place = m.place(member)
    debate, leader = m.debate(place), m.leader(place)
    leads = member in (leader, m.chair.acting) or (place != HALL and leader not in m.attendance.present)
    return leads or debate.free or (debate.floor is not None and debate.floor.member == member)


def _everyone_is_where_he_belongs(m: Meeting) -> None:
    """In one place, with those he may hear; nobody but chair, committee and whom the chair called moves himself."""
    staged = plan(m)
    apart = m.groups.apart
    belongs = apart.assigned if apart else {}
    for peer in staged.peers.values():
        assert peer.place in staged.places
        moved = peer.place != belongs.get(peer.member, HALL)
        visits = peer.member == m.chair.acting or m.attendance.seats[peer.member].post in COMMITTEE
        leads = apart and any(group.lead.acting == peer.member for group in apart.groups.values())
        assert not moved or visits or (leads and peer.place == HALL), "he sits where he does not belong"
    for place, stage in staged.places.items():
        near = {peer.member for peer in staged.peers.values() if peer.place == place} | {stage.elsewhere}
        held = {member for member in m.attendance.present if m.place(member) == place}
        assert set(stage.always) <= near | held
        assert stage.elsewhere in (None, m.groups.address)
    if apart:
        assert m.voting.open == NO_VOTE and m.sitting.phase is Phase.OPEN


def _the_chair_is_the_rightful_one_while_he_is_connected(m: Meeting) -> None:
    chair = m.chair
    here = {member for member, presence in m.attendance.present.items() if presence.connections}
    if m.sitting.phase is not Phase.CLOSED and chair.rightful in here:
        assert (chair.acting, chair.offered) == (chair.rightful, NOBODY)
    assert not chair.offered or chair.offered in here


def _the_chair_is_never_empty_for_long(m: Meeting, shadow: Shadow, at: datetime) -> None:
    if m.sitting.phase in (Phase.CALLED, Phase.CLOSED) or m.chair.acting in shadow.open:
        return
    since = shadow.cut_off.get(m.chair.acting, m.sitting.gathering_at)
    waiting = [member for member in m.chair.line if member in shadow.open and member != m.chair.acting]
    if since and waiting and at - since >= timedelta(seconds=m.regulation.chair_grace):
        assert m.chair.offered in waiting, "an offer stands"
        decide(m, c.TakeChair(), m.chair.offered, at)


# -- The laws --------------------------------------------------------------------------------------------------------


@laws
@given(told())
def test_every_step_of_every_meeting_keeps_the_laws_and_the_log_is_the_meeting(story: Told) -> None:
    play = Play(story, strict=True).run()
    replayed = Meeting()
    for entry in play.log:
        replayed = apply(replayed, entry.event, entry.at)
    assert replayed == play.meeting


@few
@given(told())
def test_what_a_member_may_is_never_wrong(story: Told) -> None:
    """`may` names a command without fields exactly when it is not refused, and any command that is not refused."""
    play = Play(replace(story, punctual=True))
    for step in story.steps:
        play.wait(step.after)
        for member in play.meeting.attendance.seats:
            _may_is_right(play.meeting, member, play.at)
        if type(step.command).__name__ in COMMANDS and step.by in play.meeting.attendance.seats:
            offered = type(step.command).__name__ in mine(play.meeting, step.by)["may"]
            assert offered or not _accepts(play.meeting, step.command, step.by, play.at), step
        play.ask(step)


def _may_is_right(m: Meeting, member: MemberId, at: datetime) -> None:
    may = set(mine(m, member)["may"])
    assert may <= COMMANDS.keys()
    bare: list[Any] = [kind for kind in COMMANDS.values() if not fields(kind)]  # type: ignore[arg-type]
    assert {kind.__name__ for kind in bare if _accepts(m, kind(), member, at)} == may & {k.__name__ for k in bare}


def _accepts(m: Meeting, command: c.Command, by: MemberId, at: datetime) -> bool:
    try:
        decide(m, command, by, at)
    except Refused:
        return False
    return True


@few
@given(told())
def test_it_does_not_matter_how_punctually_the_clock_ticks(story: Told) -> None:
    """A tick just before a command changes nothing that the command would not have brought about itself."""
    play = Play(story)
    for step in story.steps:
        play.wait(step.after)
        if not isinstance(step.command, c.Recover):
            ticked = _after(play.meeting, c.Tick(), NOBODY, play.at)
            if _accepts(play.meeting, step.command, step.by, play.at):
                asked = _after(play.meeting, step.command, step.by, play.at)
                assert asked == _after(ticked, step.command, step.by, play.at)
        play.ask(step)


def _after(m: Meeting, command: c.Command, by: MemberId, at: datetime) -> Meeting:
    for event in decide(m, command, by, at):
        m = apply(m, event, at)
    return m


# -- The attendance sheet, second by second --------------------------------------------------------------------------


class Recount:
    """The sheet by brute force: who was here in each second, less what `Left` takes back."""

    def __init__(self, log: list[e.Recorded]) -> None:
        end = next((entry for entry in log if isinstance(entry.event, e.Closed)), log[-1])
        self.length = int((end.at - T0).total_seconds())
        self.kinds: dict[MemberId, list[frozenset[str]]] = {}
        self.silent: dict[MemberId, set[int]] = {}
        self.before = _held(log)
        self.opened: int | None = None
        meeting, last = Meeting(), 0
        for entry in log:
            if meeting.sitting.phase is Phase.CLOSED:  # papers follow; nobody is here any more
                break
            now = int((entry.at - T0).total_seconds())
            self._pass(meeting, last, now)
            self._take_back(meeting, entry, now)
            meeting, last = apply(meeting, entry.event, entry.at), now

    def _pass(self, m: Meeting, begin: int, end: int) -> None:
        connected = "in_room" if m.about.in_person else "online"
        for member in m.attendance.seats:
            presence = m.attendance.present.get(member)
            manners = frozenset(_manners(presence, connected)) if presence else frozenset()
            self.kinds.setdefault(member, []).extend([manners] * (end - begin))
            if presence and presence.silent:
                self.silent.setdefault(member, set()).update(range(begin, end))

    def _take_back(self, m: Meeting, entry: e.Recorded, now: int) -> None:
        match entry.event:
            case e.Opened():
                self.opened = now
            case e.Left(member, since):  # from then on he was not here, whatever it looked like
                first = int((since - T0).total_seconds())
                for second in range(first, now):
                    self.kinds[member][second] = frozenset()
                self.silent.setdefault(member, set()).difference_update(range(first, now))
            case e.ConnectionsLost(since):
                for member, presence in m.attendance.present.items():
                    if presence.connections:
                        self._cut_off(member, presence, since, now)

    def _cut_off(self, member: MemberId, presence: Any, since: datetime, now: int) -> None:
        first = max([since, *(connection.since for connection in presence.connections.values())])
        seconds = range(int((first - T0).total_seconds()), now)
        for second in seconds:
            if presence.in_room and "in_room" in self.kinds[member][second]:
                self.kinds[member][second] = frozenset({"in_room"})
        if not presence.in_room:
            self.silent.setdefault(member, set()).update(seconds)

    def agrees(self, line: Line) -> None:
        kinds, (before, held) = self.kinds.get(line.member, []), self.before.get(line.member, ([], 0))
        counted = kinds[self.opened :] if self.opened is not None else []
        assert line.seconds == held + sum(1 for each in counted if each), line
        assert [(span.begin, span.end) for span in line.spans[: len(before)]] == before
        drawn = [frozenset[str]()] * self.length
        for span in line.spans[len(before) :]:
            for second in _seconds(span.begin, span.end):
                assert not drawn[second], "spans do not overlap"
                drawn[second] = span.kinds
        assert drawn == kinds, line
        silent = {second for begin, end in line.silences for second in _seconds(begin, end)}
        assert silent == self.silent.get(line.member, set()), line


def _held(log: list[e.Recorded]) -> dict[MemberId, tuple[list[tuple[datetime, datetime]], int]]:
    """Of a round: when each was in the meeting of his group, and how many seconds of that while it sat."""
    held: dict[MemberId, tuple[list[tuple[datetime, datetime]], int]] = {}
    for group in log[0].event.held if isinstance(log[0].event, e.Called) else ():
        sat = set(_seconds(group.opened_at, group.closed_at))
        for stay in group.stays:
            before, seconds = held.get(stay.member, ([], 0))
            there = len(sat & set(_seconds(stay.began, stay.ended)))
            held[stay.member] = ([*before, (stay.began, stay.ended)], seconds + there)
    return held


def _manners(presence: Any, connected: str) -> set[str]:
    """`connected`: the manner of presence that a connection is."""
    named = (
        ("in_room", presence.in_room),
        ("vouched", presence.voucher),
        (connected, presence.connections or presence.silent),
    )
    return {name for name, is_so in named if is_so}


def _seconds(begin: datetime, end: datetime) -> range:
    return range(int((begin - T0).total_seconds()), int((end - T0).total_seconds()))


@laws
@given(told())
def test_the_attendance_sheet_equals_a_recount_second_by_second(story: Told) -> None:
    play = Play(story).run()
    recount = Recount(play.log)
    for line in attendance_of(play.log):
        recount.agrees(line)


GROUPS = (
    *(c.FormGroups, c.ExtendGroups, c.GatherGroups, c.AssignToGroup, c.VisitGroup, c.EndVisit, c.CallLeader),
    *(c.AnswerCall, c.AddressGroups, c.EndAddress, c.LeadGroup, c.ChooseLeader, c.DraftReport, c.SubmitReport),
    *(c.AwaitReports,),
)


@laws
@given(told())
def test_a_split_costs_nobody_a_second_of_his_presence(story: Told) -> None:
    """The same meeting, told again without its groups: at every step the same people are here, since the same time."""
    play, twin = Play(story), Play(replace(story, steps=()))
    for step in story.steps:
        play.wait(step.after)
        twin.wait(step.after)
        twin.at = play.at
        before = len(play.log)
        play.ask(step)
        if len(play.log) > before:
            if not isinstance(step.command, c.Recover):
                twin.ask(Step(0, NOBODY, c.Tick()))  # what the twin refuses must not keep the clock from it
            if not isinstance(step.command, GROUPS):
                twin.ask(step)
        assert twin.meeting.attendance == play.meeting.attendance
    sheets = [attendance_of((*each.log, e.Recorded(0, play.at, NOBODY, "", e.ListClosed()))) for each in (play, twin)]
    assert sheets[0] == sheets[1]
    _the_stays_are_the_spans(play)


def _the_stays_are_the_spans(play: Play) -> None:
    """Where they were, second by second, is when they were here and no longer."""
    stays = whereabouts_of(play.log)
    for line in attendance_of(play.log):
        there = [second for stay in stays[line.member] for second in _seconds(stay.begin, stay.end)]
        here = [second for span in line.spans for second in _seconds(span.begin, span.end)]
        assert there == sorted(here)


# -- The tables are whole --------------------------------------------------------------------------------------------


def test_every_command_has_its_rule_and_every_event_is_applied_somewhere() -> None:
    commands = {kind for kind in vars(c).values() if isinstance(kind, type) and issubclass(kind, c.Command)}
    assert set(RULES) | set(AFTERWARDS) == commands - {c.Command}
    assert {kind.__name__ for kind in RULES} - set(COMMANDS) == {"Call", "Join", "Drop", "Recover", "Tick"}


def test_random_meetings_see_every_event() -> None:
    """A law that never meets an event says nothing of it."""
    stories = [dealt(seed * 7919, 50) for seed in range(160)]
    seen = {type(entry.event) for story in stories for entry in Play(story).run().log}
    events = {kind for kind in vars(e).values() if isinstance(kind, type) and issubclass(kind, e.Event)}
    papers = {e.MinutesCorrected, e.PaperDrawnUp, e.PaperSigned, e.ResultsPosted, e.ResultsReported}  # test_filing.py
    assert {event.__name__ for event in events - {e.Event} - papers - seen} == set()


def test_a_rule_that_does_not_settle_is_a_fault() -> None:
    """Consequences without end are found, not looped over."""
    called = _after(Meeting(), CALL, NOBODY, T0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server.meeting.meeting._follows", lambda *_: (e.ListClosed(),))
        with pytest.raises(AssertionError, match="settle"):
            decide(called, c.Tick(), NOBODY, T0)
