"""Everything that can have happened.  Past tense.  A stored event is never renamed: add a new one.

When and by whom stands in the log's envelope (`Recorded`) and is handed to `apply` as `at`; an event carries a time of
its own only where that differs from the moment it was recorded.  `place`: where it happened; whoever reads of the hall
alone passes over what has another.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from .ids import (
    HALL,
    About,
    Answer,
    Before,
    Carried,
    Choice,
    Circle,
    ConnectionId,
    Document,
    DocumentId,
    Excuse,
    GroupId,
    GroupMeeting,
    Item,
    ItemId,
    LongText,
    MemberId,
    Motion,
    PaperKind,
    PartyGroup,
    Question,
    RollState,
    Seat,
    TaskId,
    Text,
    VoteId,
)
from .rules import Count, MotionRule, Points, Regulation, Result


class Event:
    __slots__ = ()


def placed(event: Event, place: GroupId) -> Event:
    """The same, in that place, if it happens in one."""
    return replace(event, place=place) if hasattr(event, "place") else event  # type: ignore[type-var]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry of the log: the event and its envelope."""

    seq: int  # 1, 2, 3 … within the meeting
    at: datetime  # UTC
    by: MemberId  # "" = by itself
    cause: str  # the id of the command it came from; "" = by itself
    event: Event


@dataclass(frozen=True, slots=True)
class Called(Event):
    """The first event: who is entitled, and the rules of that day."""

    about: About
    roster: tuple[Seat, ...]
    regulation: Regulation
    agenda: tuple[Item, ...]
    chair: MemberId
    line: tuple[MemberId, ...]
    seed: str
    excuses: tuple[Excuse, ...] = ()
    documents: tuple[Document, ...] = ()
    carried: tuple[Carried, ...] = ()
    groups: tuple[PartyGroup, ...] = ()
    before: Before | None = None
    motions: tuple[Motion, ...] = ()
    held: tuple[GroupMeeting, ...] = ()


@dataclass(frozen=True, slots=True)
class GatheringBegan(Event):
    """The first person came."""


@dataclass(frozen=True, slots=True)
class Arrived(Event):
    """Counted present from now on."""

    member: MemberId


@dataclass(frozen=True, slots=True)
class Connected(Event):
    member: MemberId
    connection: ConnectionId
    device: str


@dataclass(frozen=True, slots=True)
class Disconnected(Event):
    member: MemberId
    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class ConnectionsLost(Event):
    """The server stopped: every connection ended at `since`."""

    since: datetime


@dataclass(frozen=True, slots=True)
class Left(Event):
    """No longer present; his presence ended at `since`: the moment he went silent, or now if he said goodbye."""

    member: MemberId
    since: datetime


@dataclass(frozen=True, slots=True)
class TickedPresent(Event):
    member: MemberId


@dataclass(frozen=True, slots=True)
class UntickedPresent(Event):
    member: MemberId
    reason: str


@dataclass(frozen=True, slots=True)
class Vouched(Event):
    member: MemberId
    voucher: MemberId


@dataclass(frozen=True, slots=True)
class Unvouched(Event):
    member: MemberId
    reason: str


@dataclass(frozen=True, slots=True)
class Removed(Event):
    member: MemberId
    reason: str


@dataclass(frozen=True, slots=True)
class Readmitted(Event):
    member: MemberId
    reason: str


@dataclass(frozen=True, slots=True)
class PresenceAsked(Event):
    until: datetime
    asked: tuple[MemberId, ...] = ()  # who was connected then and has to answer


@dataclass(frozen=True, slots=True)
class PresenceAnswered(Event):
    member: MemberId


@dataclass(frozen=True, slots=True)
class PresenceCheckEnded(Event):
    """`missed`: connected at the end, and silent to the question.  To verify; not absent."""

    missed: tuple[MemberId, ...]


@dataclass(frozen=True, slots=True)
class Verified(Event):
    member: MemberId
    reason: str


@dataclass(frozen=True, slots=True)
class PresenceTimerSet(Event):
    minutes: int
    first: datetime | None


@dataclass(frozen=True, slots=True)
class ChairOffered(Event):
    member: MemberId
    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class OfferWithdrawn(Event):
    """The chair is back, or the one to whom it was offered is gone."""

    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class ChairTaken(Event):
    member: MemberId
    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class ChairReturned(Event):
    member: MemberId
    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class Opened(Event):
    pass


@dataclass(frozen=True, slots=True)
class Paused(Event):
    pass


@dataclass(frozen=True, slots=True)
class Resumed(Event):
    pass


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """The meeting is over: only what stands in AFTER_THE_CLOSE follows, and attendance never changes again."""


@dataclass(frozen=True, slots=True)
class ItemTakenUp(Event):
    item: ItemId


@dataclass(frozen=True, slots=True)
class ItemClosed(Event):
    item: ItemId


@dataclass(frozen=True, slots=True)
class ItemPutAside(Event):
    item: ItemId
    reason: str


@dataclass(frozen=True, slots=True)
class SpeakerQueued(Event):
    member: MemberId
    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class RequestWithdrawn(Event):
    member: MemberId
    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class RequestStruck(Event):
    member: MemberId
    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class RequestMoved(Event):
    member: MemberId
    before: MemberId
    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class ListClosed(Event):
    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class ListOpened(Event):
    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class FloorGiven(Event):
    member: MemberId
    until: datetime
    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class SpeechExtended(Event):
    until: datetime
    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class SpeechEnded(Event):
    member: MemberId
    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class DiscussionOpened(Event):
    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class DiscussionClosed(Event):
    place: GroupId = HALL


@dataclass(frozen=True, slots=True)
class MicrophoneTurnedOn(Event):
    member: MemberId


@dataclass(frozen=True, slots=True)
class MicrophoneTurnedOff(Event):
    member: MemberId


@dataclass(frozen=True, slots=True)
class Muted(Event):
    member: MemberId
    reason: str


@dataclass(frozen=True, slots=True)
class MuteLifted(Event):
    member: MemberId


@dataclass(frozen=True, slots=True)
class MinutesSecretaryAppointed(Event):
    member: MemberId


@dataclass(frozen=True, slots=True)
class RollCorrected(Event):
    member: MemberId
    state: RollState
    reason: str


@dataclass(frozen=True, slots=True)
class AgendaAdopted(Event):
    pass


@dataclass(frozen=True, slots=True)
class DocumentShown(Event):
    document: DocumentId
    page: int


@dataclass(frozen=True, slots=True)
class DocumentClosed(Event):
    document: DocumentId


@dataclass(frozen=True, slots=True)
class VoteOpened(Event):
    """`base`: who is counted, voting or not; an exempt member who comes later is added by his ballot."""

    vote: VoteId
    item: ItemId
    text: Text
    rule: MotionRule
    base: tuple[MemberId, ...]


@dataclass(frozen=True, slots=True)
class BallotCast(Event):
    """Instead of any he cast before."""

    vote: VoteId
    member: MemberId
    choice: Choice
    opinion: Text
    reserved: bool


@dataclass(frozen=True, slots=True)
class HandEntered(Event):
    vote: VoteId
    member: MemberId
    choice: Choice
    until: datetime  # so long he may contest it


@dataclass(frozen=True, slots=True)
class HandContested(Event):
    """The hand is void."""

    vote: VoteId
    member: MemberId


@dataclass(frozen=True, slots=True)
class VoteClosed(Event):
    vote: VoteId
    result: Result


@dataclass(frozen=True, slots=True)
class VoteCancelled(Event):
    vote: VoteId
    reason: str


@dataclass(frozen=True, slots=True)
class OpinionReserved(Event):
    vote: VoteId
    member: MemberId
    text: Text


@dataclass(frozen=True, slots=True)
class PaperBallotOrdered(Event):
    """A secret motion is voted on paper."""

    vote: VoteId
    item: ItemId
    text: Text
    rule: MotionRule
    base: tuple[MemberId, ...]


@dataclass(frozen=True, slots=True)
class CountEntered(Event):
    vote: VoteId
    member: MemberId  # who counted
    count: Count


@dataclass(frozen=True, slots=True)
class CountRecorded(Event):
    """Two people have counted the same."""

    vote: VoteId
    counted_by: tuple[MemberId, ...]
    result: Result


@dataclass(frozen=True, slots=True)
class Concluded(Event):
    item: ItemId
    text: Text


@dataclass(frozen=True, slots=True)
class TaskGiven(Event):
    task: TaskId
    item: ItemId
    text: Text
    owner: MemberId
    deadline: str  # a day, 2027-01-31


@dataclass(frozen=True, slots=True)
class TaskRevised(Event):
    task: TaskId
    text: Text
    owner: MemberId
    deadline: str


@dataclass(frozen=True, slots=True)
class TaskWithdrawn(Event):
    task: TaskId
    reason: str


@dataclass(frozen=True, slots=True)
class ScoreProposed(Event):
    version: int  # 1, 2, 3 …
    member: MemberId
    points: tuple[Points, ...]
    total: int
    grade: str


@dataclass(frozen=True, slots=True)
class ScoreAgreed(Event):
    version: int


@dataclass(frozen=True, slots=True)
class MinutesWritten(Event):
    item: ItemId
    version: int  # of this item: 1, 2, 3 …
    member: MemberId  # who wrote
    text: LongText


@dataclass(frozen=True, slots=True)
class MinutesRead(Event):
    """They are read aloud."""


@dataclass(frozen=True, slots=True)
class MinutesAdopted(Event):
    pass


@dataclass(frozen=True, slots=True)
class GroupsFormed(Event):
    """The groups sit apart from now on, until they are gathered; who is in none of them stays in the hall."""

    number: int  # of this sitting: 1, 2, 3 …
    questions: tuple[Question, ...]
    groups: tuple[Circle, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class GroupsExtended(Event):
    until: datetime


@dataclass(frozen=True, slots=True)
class GroupsGathered(Event):
    """Everyone is in the hall again; so long the groups may still report.  None: nothing is awaited."""

    reports_until: datetime | None


@dataclass(frozen=True, slots=True)
class GroupAssigned(Event):
    """He belongs there now."""

    member: MemberId
    group: GroupId


@dataclass(frozen=True, slots=True)
class GroupVisited(Event):
    member: MemberId
    group: GroupId


@dataclass(frozen=True, slots=True)
class VisitEnded(Event):
    member: MemberId


@dataclass(frozen=True, slots=True)
class LeaderCalled(Event):
    """The chair asks him into the hall."""

    group: GroupId
    member: MemberId


@dataclass(frozen=True, slots=True)
class CallAnswered(Event):
    group: GroupId
    member: MemberId
    comes: bool


@dataclass(frozen=True, slots=True)
class AddressBegan(Event):
    """He is heard in every place."""

    member: MemberId


@dataclass(frozen=True, slots=True)
class AddressEnded(Event):
    member: MemberId


@dataclass(frozen=True, slots=True)
class LeaderChosen(Event):
    """One member of the group says who should lead it; instead of what he said before."""

    group: GroupId
    member: MemberId
    choice: MemberId


@dataclass(frozen=True, slots=True)
class LeaderElected(Event):
    """More than half of those who sit in the group have chosen him."""

    group: GroupId
    member: MemberId


@dataclass(frozen=True, slots=True)
class ReportDrafted(Event):
    group: GroupId
    member: MemberId  # who wrote
    answer: Answer


@dataclass(frozen=True, slots=True)
class ReportSubmitted(Event):
    group: GroupId
    version: int  # 1, 2, 3 … of the report of this group on this sitting
    member: MemberId
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class ReportsAwaited(Event):
    until: datetime


@dataclass(frozen=True, slots=True)
class ReportsClosed(Event):
    """The time to report is over."""


@dataclass(frozen=True, slots=True)
class MinutesCorrected(Event):
    """Set beside the text, which stands."""

    item: ItemId
    n: int  # of this meeting: 1, 2, 3 …
    member: MemberId
    text: LongText
    reason: str


@dataclass(frozen=True, slots=True)
class PaperDrawnUp(Event):
    kind: PaperKind
    version: int  # 1, 2, 3 …: the last one holds
    number: int  # of its series; the same for every version
    sha256: str  # of the PDF, 64 hexadecimal digits
    member: MemberId


@dataclass(frozen=True, slots=True)
class PaperSigned(Event):
    """`secretary`: as minutes secretary; else as chair."""

    kind: PaperKind
    sha256: str
    member: MemberId
    secretary: bool


@dataclass(frozen=True, slots=True)
class ResultsPosted(Event):
    """In the electronic handbook."""

    member: MemberId
    day: str


@dataclass(frozen=True, slots=True)
class ResultsReported(Event):
    """To the direct superior."""

    member: MemberId
    day: str


# What may follow `Closed` in a log, and nothing else.
AFTER_THE_CLOSE: frozenset[type[Event]] = frozenset(
    {
        MinutesSecretaryAppointed,
        CountEntered,
        CountRecorded,
        VoteCancelled,
        MinutesWritten,
        MinutesCorrected,
        PaperDrawnUp,
        PaperSigned,
        ResultsPosted,
        ResultsReported,
    }
)
