"""What one viewer may see, in the shape of docs/protocol.md.  Redaction lives here and nowhere else.

No nulls: what is absent is left out.  Viewers with the same eyes see the same view; what is private to one member is
in `Mine`.
"""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from .agenda import Line
from .attendance import Presence, counts
from .chairing import cut_off_since, was_here
from .checks import Check
from .ids import HALL, GroupId, MemberId, Seat
from .meeting import Meeting, may
from .refusal import Refused
from .staging import may_be_heard, may_share
from .view_groups import GroupsView, MineGroups
from .view_groups import groups as groups_view
from .view_groups import mine as my_groups
from .view_record import (
    BallotView,
    CarriedView,
    ConclusionView,
    DocumentView,
    MinutesView,
    MotionView,
    RoundView,
    ScoreView,
    ShowingView,
    TaskView,
    VotesView,
    ballots,
    carried,
    conclusions,
    documents,
    minutes,
    motions,
    rfc3339,
    round_of,
    score,
    showing,
    tasks,
    votes,
)
from .voting import has_vote

CHAIR, SECRETARY, MEMBER = "chair", "secretary", "member"  # the kinds of eyes; the secretary is that of the minutes


class AboutView(TypedDict):
    title: str
    cell: str
    kind: str
    form: str
    planned_for: str
    sealed: NotRequired[bool]  # sound and picture are for the members alone


class ChairView(TypedDict):
    rightful: str
    acting: str
    offered: NotRequired[str]
    empty_since: NotRequired[str]


class SeatView(TypedDict):
    name: str
    order: int
    kind: str
    standing: str
    post: str
    group: str


class Kinds(TypedDict):
    online: NotRequired[bool]
    in_room: NotRequired[bool]
    vouched: NotRequired[str]


class ExcuseView(TypedDict):
    accepted: bool
    reason: NotRequired[str]


class CorrectionView(TypedDict):
    state: str
    at: str
    reason: NotRequired[str]


class RollLine(TypedDict):
    state: str
    kinds: Kinds
    since: NotRequired[str]
    devices: NotRequired[dict[str, int]]
    reason: NotRequired[str]
    excuse: NotRequired[ExcuseView]
    corrected: NotRequired[CorrectionView]
    met: NotRequired[str]


class Counts(TypedDict):
    present: int
    of: int
    silent: int
    to_verify: int


class ItemView(TypedDict):
    order: int
    title: str
    minutes: int
    presenter: str
    kind: str
    state: str
    taken_up_at: NotRequired[str]
    closed_at: NotRequired[str]
    reason: NotRequired[str]


class AgendaView(TypedDict):
    items: dict[str, ItemView]
    current: NotRequired[str]
    adopted_at: NotRequired[str]


class FloorView(TypedDict):
    member: str
    since: str
    until: str


class SpeakingView(TypedDict):
    queue: list[str]
    list: str
    free: bool
    leader: NotRequired[str]
    floor: NotRequired[FloorView]


class CheckView(TypedDict):
    asked_at: str
    until: str
    answered: int
    of: int
    waiting: NotRequired[dict[str, bool]]


class View(TypedDict):
    about: AboutView
    phase: str
    duration_minutes: int
    chair: ChairView
    seats: dict[str, SeatView]
    roll: dict[str, RollLine]
    counts: Counts
    agenda: AgendaView
    speaking: SpeakingView
    microphones: dict[str, str]
    votes: VotesView
    motions: dict[str, MotionView]
    documents: dict[str, DocumentView]
    conclusions: dict[str, ConclusionView]
    tasks: dict[str, TaskView]
    carried: list[CarriedView]
    score: ScoreView
    minutes: MinutesView
    groups: GroupsView
    round: NotRequired[RoundView]
    minutes_secretary: NotRequired[str]
    showing: NotRequired[ShowingView]
    opened_at: NotRequired[str]
    paused_at: NotRequired[str]
    closed_at: NotRequired[str]
    check: NotRequired[CheckView]
    presence_timer: NotRequired[int]


class MineCheck(TypedDict):
    until: str


class Mine(TypedDict):
    member: str
    chair: bool
    offered: bool
    may_speak: bool
    may_share: bool
    microphone: str
    may: list[str]
    voter: bool
    ballots: dict[str, BallotView]
    groups: MineGroups
    active: NotRequired[str]
    check: NotRequired[MineCheck]


# -- The door --------------------------------------------------------------------------------------------------------


def eyes(m: Meeting, viewer: MemberId) -> str:
    """Which of the views this viewer gets: that of his kind in the place where he is ("member/<group>"; the hall is not
    named).  The chair's kind belongs to the acting chair alone."""
    place = m.place(viewer)
    return f"{_kind(m, viewer)}/{place}" if place != HALL else _kind(m, viewer)


def _kind(m: Meeting, viewer: MemberId) -> str:
    if viewer == m.chair.acting:
        return CHAIR
    return SECRETARY if viewer == m.opening.minutes_secretary else MEMBER


def barred(m: Meeting, member: MemberId) -> Refused | None:
    """Why this member may not be in the meeting any more; None when he may."""
    if member in m.attendance.removed:
        return Refused("removed", "You were removed from this meeting.")
    if member not in m.attendance.seats:
        return Refused("roster", "This person is not on the roster of the meeting.")
    return None


def shown(m: Meeting, eyes: str) -> View:
    kind, place = _parted(m, eyes)
    chairs, tells = kind == CHAIR, kind != MEMBER
    roll: dict[str, RollLine] = {member: _roll_line(m, member, chairs) for member in m.attendance.seats}
    view: View = {
        "about": _about(m),
        "phase": m.sitting.phase.value,
        "duration_minutes": m.regulation.duration_minutes,
        "chair": _chair(m),
        "seats": {member: _seat(order, seat) for order, (member, seat) in enumerate(m.attendance.seats.items())},
        "roll": roll,
        "counts": _counts(m, roll),
        "agenda": _agenda(m),
        "speaking": _speaking(m, place),
        "microphones": _microphones(m),
        "votes": votes(m.voting, tells),
        "motions": motions(m.regulation),
        "documents": documents(m.showing),
        "conclusions": conclusions(m.conclusions),
        "tasks": tasks(m.conclusions),
        "carried": carried(m.conclusions),
        "score": score(m.scoring, m.regulation),
        "minutes": minutes(m.minutes, tells),
        "groups": _groups(m, place, chairs),
    }
    if m.held or m.voting.motions or m.about.part:
        view["round"] = round_of(m.about, m.voting, m.held, m.attendance, tells)
    _add_times(m, view)
    _add_opening(m, view)
    if m.checks.running:
        view["check"] = _check(m.checks.running, chairs)
    if chairs and m.checks.minutes:
        view["presence_timer"] = m.checks.minutes
    return view


def mine(m: Meeting, member: MemberId) -> Mine:
    """The private part of a member of the roster."""
    presence = m.attendance.present.get(member)
    own: Mine = {
        "member": member,
        "chair": member == m.chair.acting,
        "offered": member == m.chair.offered,
        "may_speak": may_be_heard(m, member),
        "may_share": may_share(m, member),
        "microphone": _microphone(m, member),
        "may": sorted(may(m, member)),
        "voter": has_vote(m.attendance.seats[member], m.attendance),
        "ballots": ballots(m.voting, member),
        "groups": my_groups(m.groups, member, leads=member == m.leader(m.place(member))),
    }
    if presence and presence.active:
        own["active"] = presence.active
    if m.checks.running and member in m.checks.running.waiting:
        own["check"] = {"until": rfc3339(m.checks.running.until)}
    return own


def _parted(m: Meeting, eyes: str) -> tuple[str, GroupId]:
    """Kind and place; eyes of a group that sits no more see the hall."""
    kind, _, place = eyes.partition("/")
    return kind, GroupId(place) if place in m.places else HALL


# -- The parts -------------------------------------------------------------------------------------------------------


def _about(m: Meeting) -> AboutView:
    planned_for = rfc3339(m.chair.planned_for) if m.chair.planned_for else ""
    about: AboutView = {
        "title": m.about.title,
        "cell": m.about.cell,
        "kind": m.about.kind.value,
        "form": m.about.form.value,
        "planned_for": planned_for,
    }
    if m.regulation.sealed:
        about["sealed"] = True
    return about


def _add_times(m: Meeting, view: View) -> None:
    if m.sitting.opened_at:
        view["opened_at"] = rfc3339(m.sitting.opened_at)
    if m.sitting.paused_at:
        view["paused_at"] = rfc3339(m.sitting.paused_at)
    if m.sitting.closed_at:
        view["closed_at"] = rfc3339(m.sitting.closed_at)


def _add_opening(m: Meeting, view: View) -> None:
    if m.opening.minutes_secretary:
        view["minutes_secretary"] = m.opening.minutes_secretary
    if m.opening.adopted_at:
        view["agenda"]["adopted_at"] = rfc3339(m.opening.adopted_at)
    if m.showing.shown:
        view["showing"] = showing(m.showing.shown)


def _chair(m: Meeting) -> ChairView:
    view: ChairView = {"rightful": m.chair.rightful, "acting": m.chair.acting}
    if m.chair.offered:
        view["offered"] = m.chair.offered
    since = cut_off_since(m.chair, m.attendance)
    if since and (m.chair.offered or was_here(m.chair, m.attendance)):  # who has not come yet is not missed yet
        view["empty_since"] = rfc3339(since)
    return view


def _seat(order: int, seat: Seat) -> SeatView:
    return {
        "name": seat.name,
        "order": order,
        "kind": seat.kind.value,
        "standing": seat.standing.value,
        "post": seat.post.value,
        "group": seat.group,
    }


def _roll_line(m: Meeting, member: MemberId, chairs: bool) -> RollLine:
    presence = m.attendance.present.get(member)
    line = _away(m, member, chairs) if presence is None else _here(m, member, presence, chairs)
    _add_excuse(m, member, line, chairs)
    if member in m.attendance.met:
        line["met"] = m.attendance.met[member]
    return line


def _here(m: Meeting, member: MemberId, presence: Presence, chairs: bool) -> RollLine:
    line: RollLine = {"state": "present", "kinds": _kinds(m, presence), "since": rfc3339(presence.since)}
    if presence.silent:
        line["state"], line["since"] = "silent", rfc3339(presence.silent)
    elif member in m.checks.to_verify:
        line["state"], line["since"] = "to_verify", rfc3339(m.checks.to_verify[member])
    if chairs and (devices := _devices(presence)):
        line["devices"] = devices
    return line


def _away(m: Meeting, member: MemberId, chairs: bool) -> RollLine:
    removal, gone = m.attendance.removed.get(member), m.attendance.gone.get(member)
    line: RollLine = {"state": "removed" if removal else "absent", "kinds": {}}
    if removal:
        line["since"] = rfc3339(removal.at)
        if chairs:
            line["reason"] = removal.reason
    elif gone:
        line["since"] = rfc3339(gone)
    return line


def _add_excuse(m: Meeting, member: MemberId, line: RollLine, chairs: bool) -> None:
    """Why somebody is absent is for the chair; that he is excused is for all."""
    if excuse := m.opening.excuses.get(member):
        line["excuse"] = {"accepted": excuse.accepted}
        if chairs:
            line["excuse"]["reason"] = excuse.reason
    if correction := m.opening.corrections.get(member):
        line["corrected"] = {"state": correction.state.value, "at": rfc3339(correction.at)}
        if chairs:
            line["corrected"]["reason"] = correction.reason


def _kinds(m: Meeting, presence: Presence) -> Kinds:
    kinds: Kinds = {}
    if presence.connections and not m.about.in_person:
        kinds["online"] = True
    if presence.in_room:
        kinds["in_room"] = True
    if presence.voucher:
        kinds["vouched"] = presence.voucher
    return kinds


def _devices(presence: Presence) -> dict[str, int]:
    devices: dict[str, int] = {}
    for connection in presence.connections.values():
        if connection.device:
            devices[connection.device] = devices.get(connection.device, 0) + 1
    return devices


def _counts(m: Meeting, roll: Mapping[str, RollLine]) -> Counts:
    """Of the members; guests and supervisors attend and are not counted.  In a round who was present in the meeting of
    his group is present, wherever he is now."""
    members = [line for member, line in roll.items() if counts(m.attendance, MemberId(member))]
    met = sum(1 for line in members if "met" in line and line["state"] in ("absent", "removed"))
    states = [line["state"] for line in members]
    silent, to_verify = states.count("silent"), states.count("to_verify")
    present = states.count("present") + met + silent + to_verify
    return {"present": present, "of": len(states), "silent": silent, "to_verify": to_verify}


def _agenda(m: Meeting) -> AgendaView:
    lines = enumerate(m.agenda.lines.values())
    view: AgendaView = {"items": {line.item.id: _item(order, line) for order, line in lines}}
    if m.agenda.current is not None:
        view["current"] = m.agenda.current
    return view


def _item(order: int, line: Line) -> ItemView:
    item: ItemView = {
        "order": order,
        "title": line.item.title,
        "minutes": line.item.minutes,
        "presenter": line.item.presenter,
        "kind": line.item.kind.value,
        "state": line.state.value,
    }
    if line.taken_up_at:
        item["taken_up_at"] = rfc3339(line.taken_up_at)
    if line.closed_at:
        item["closed_at"] = rfc3339(line.closed_at)
    if line.reason:
        item["reason"] = line.reason
    return item


def _groups(m: Meeting, place: GroupId, chairs: bool) -> GroupsView:
    numbers = m.regulation.longest_split // 60, m.regulation.smallest_group
    return groups_view(m.groups, m.attendance, place, chairs, *numbers)


def _speaking(m: Meeting, place: GroupId) -> SpeakingView:
    """The debate of that place."""
    debate = m.debate(place)
    view: SpeakingView = {
        "queue": list(debate.queue),
        "list": "open" if debate.list_open else "closed",
        "free": debate.free,
    }
    if leader := m.leader(place):
        view["leader"] = leader
    if floor := debate.floor:
        view["floor"] = {"member": floor.member, "since": rfc3339(floor.since), "until": rfc3339(floor.until)}
    return view


def _microphones(m: Meeting) -> dict[str, str]:
    return {member: _microphone(m, member) for member in sorted(m.microphones.on | m.microphones.muted)}


def _microphone(m: Meeting, member: MemberId) -> str:
    if member in m.microphones.muted:
        return "muted"
    return "on" if member in m.microphones.on else "off"


def _check(check: Check, chairs: bool) -> CheckView:
    view: CheckView = {
        "asked_at": rfc3339(check.asked_at),
        "until": rfc3339(check.until),
        "answered": len(check.answered),
        "of": len(check.asked),
    }
    if chairs:
        view["waiting"] = dict.fromkeys(sorted(check.waiting), True)
    return view
