"""Everything that may be asked of a meeting.  Imperative mood.  What a browser may send stands in live/wire.py."""

from dataclasses import dataclass

from .ids import (
    NO_TEXT,
    About,
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
    MotionKind,
    PaperKind,
    PartyGroup,
    Question,
    QuestionId,
    RollState,
    Seat,
    TaskId,
    Text,
    VoteId,
)
from .rules import Points, Regulation


class Command:
    __slots__ = ()


# -- Calling ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call(Command):
    """The first command: asked once, by the register, never by a browser."""

    about: About
    roster: tuple[Seat, ...]
    regulation: Regulation
    agenda: tuple[Item, ...]
    chair: MemberId
    line: tuple[MemberId, ...]  # who takes the chair when it is empty, in this order
    seed: str  # makes the times of the presence checks; unknown to every member
    excuses: tuple[Excuse, ...] = ()  # known before the meeting
    documents: tuple[Document, ...] = ()  # in the order of the agenda
    carried: tuple[Carried, ...] = ()  # the tasks of last month, by deadline
    groups: tuple[PartyGroup, ...] = ()  # of the register
    before: Before | None = None  # the cell's meeting before, as it was sealed
    motions: tuple[Motion, ...] = ()  # of a round: prepared with it, the same for every group
    held: tuple[GroupMeeting, ...] = ()  # of a round: what each group held, by name of the group


# -- Coming and going ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Join(Command):
    connection: ConnectionId
    device: str = ""  # kind only: "phone", "tablet", "desktop"


@dataclass(frozen=True, slots=True)
class Drop(Command):
    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class Leave(Command):
    """Goes at once, without grace."""


@dataclass(frozen=True, slots=True)
class Recover(Command):
    """Asked by the room after a restart: every connection was lost at `since` (RFC 3339, UTC), the last
    moment at which the server is known to have lived: not before the last thing recorded."""

    since: str


@dataclass(frozen=True, slots=True)
class TickPresent(Command):
    """The chair sees the member in the room."""

    member: MemberId


@dataclass(frozen=True, slots=True)
class UntickPresent(Command):
    member: MemberId
    reason: str


@dataclass(frozen=True, slots=True)
class Vouch(Command):
    """Whoever asks vouches that `member` sits with him behind the same device."""

    member: MemberId


@dataclass(frozen=True, slots=True)
class Unvouch(Command):
    """By the voucher himself, or by the chair with a reason."""

    member: MemberId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Remove(Command):
    member: MemberId
    reason: str


@dataclass(frozen=True, slots=True)
class Readmit(Command):
    member: MemberId
    reason: str


# -- Proof of presence -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AskPresence(Command):
    pass


@dataclass(frozen=True, slots=True)
class AnswerPresence(Command):
    pass


@dataclass(frozen=True, slots=True)
class Verify(Command):
    """The chair is satisfied that a member marked "to verify" was there."""

    member: MemberId
    reason: str


@dataclass(frozen=True, slots=True)
class SetPresenceTimer(Command):
    """Asks "are you there?" by itself at random times, about every so many minutes; 0 = off."""

    minutes: int


# -- The chair -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakeChair(Command):
    pass


@dataclass(frozen=True, slots=True)
class Open(Command):
    pass


@dataclass(frozen=True, slots=True)
class Pause(Command):
    pass


@dataclass(frozen=True, slots=True)
class Resume(Command):
    pass


@dataclass(frozen=True, slots=True)
class Close(Command):
    pass


# -- Agenda ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakeUpItem(Command):
    """Whatever is under debate is closed first."""

    item: ItemId


@dataclass(frozen=True, slots=True)
class CloseItem(Command):
    pass


@dataclass(frozen=True, slots=True)
class PutItemAside(Command):
    item: ItemId
    reason: str


# -- Speaking --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AskToSpeak(Command):
    pass


@dataclass(frozen=True, slots=True)
class WithdrawRequest(Command):
    pass


@dataclass(frozen=True, slots=True)
class GiveFloor(Command):
    """To someone in the queue, or to anyone present whom the chair calls upon."""

    member: MemberId


@dataclass(frozen=True, slots=True)
class EndSpeech(Command):
    """By the speaker, or by the chair."""


@dataclass(frozen=True, slots=True)
class ExtendSpeech(Command):
    seconds: int


@dataclass(frozen=True, slots=True)
class MoveRequest(Command):
    """To stand right before `before`; "" = last."""

    member: MemberId
    before: MemberId


@dataclass(frozen=True, slots=True)
class StrikeRequest(Command):
    member: MemberId


@dataclass(frozen=True, slots=True)
class CloseList(Command):
    pass


@dataclass(frozen=True, slots=True)
class OpenList(Command):
    pass


@dataclass(frozen=True, slots=True)
class OpenDiscussion(Command):
    """Free discussion: every member may be heard."""


@dataclass(frozen=True, slots=True)
class CloseDiscussion(Command):
    pass


# -- Microphones and cameras -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TurnOnMicrophone(Command):
    pass


@dataclass(frozen=True, slots=True)
class TurnOffMicrophone(Command):
    pass


@dataclass(frozen=True, slots=True)
class Mute(Command):
    """The chair bars a microphone until he lifts it."""

    member: MemberId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LiftMute(Command):
    """The member may turn his microphone on again; it stays off until he does."""

    member: MemberId


# -- Opening ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AppointMinutesSecretary(Command):
    """A member who is present and does not chair; another one may be appointed later."""

    member: MemberId


@dataclass(frozen=True, slots=True)
class CorrectRoll(Command):
    """What the roll call says of a member, whatever the devices say.  It gives nobody a vote."""

    member: MemberId
    state: RollState
    reason: str


@dataclass(frozen=True, slots=True)
class AdoptAgenda(Command):
    pass


# -- Documents together ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShowDocument(Command):
    """Every screen that follows opens this page; pages count from 1."""

    document: DocumentId
    page: int


@dataclass(frozen=True, slots=True)
class CloseDocument(Command):
    pass


# -- Voting ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenVote(Command):
    """The base is fixed now.  `vote` is made by the page; the item is the one under debate."""

    vote: VoteId
    kind: MotionKind
    text: Text


@dataclass(frozen=True, slots=True)
class CastBallot(Command):
    """One for each; the same again is nothing.  `reserved`: the opinion is kept and reported upward, with the name."""

    vote: VoteId
    choice: Choice
    opinion: Text = NO_TEXT
    reserved: bool = False


@dataclass(frozen=True, slots=True)
class EnterHand(Command):
    """The chair sees a hand: of a member in the room, behind a neighbour's device or on a telephone."""

    vote: VoteId
    member: MemberId
    choice: Choice


@dataclass(frozen=True, slots=True)
class ContestHand(Command):
    """ "I did not vote so."  The hand is void, and whoever asks casts his ballot himself."""

    vote: VoteId


@dataclass(frozen=True, slots=True)
class CloseVote(Command):
    vote: VoteId


@dataclass(frozen=True, slots=True)
class CancelVote(Command):
    vote: VoteId
    reason: str


@dataclass(frozen=True, slots=True)
class ReserveOpinion(Command):
    """After the vote: whoever was in it keeps his opinion; it goes into the record and upward."""

    vote: VoteId
    text: Text


@dataclass(frozen=True, slots=True)
class RecordPaperBallot(Command):
    """A secret motion: voted on paper, counted by two people.  The base is fixed now."""

    vote: VoteId
    kind: MotionKind
    text: Text


@dataclass(frozen=True, slots=True)
class EnterCount(Command):
    """What one of the committee has counted; recorded when a second one has entered the same."""

    vote: VoteId
    in_favour: int
    against: int
    other: int
    invalid: int = 0


# -- Conclusions and tasks -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conclude(Command):
    """What the chair concludes on an item; said again, it is revised, and the earlier wording is kept."""

    item: ItemId
    text: Text


@dataclass(frozen=True, slots=True)
class GiveTask(Command):
    """`task` is made by the page; `deadline` is a day, 2027-01-31."""

    task: TaskId
    text: Text
    owner: MemberId
    deadline: str


@dataclass(frozen=True, slots=True)
class ReviseTask(Command):
    task: TaskId
    text: Text
    owner: MemberId
    deadline: str


@dataclass(frozen=True, slots=True)
class WithdrawTask(Command):
    task: TaskId
    reason: str


# -- The score of the meeting ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProposeScore(Command):
    """By one of the committee: points for every criterion."""

    points: tuple[Points, ...]


@dataclass(frozen=True, slots=True)
class AgreeScore(Command):
    """The chair says that the committee agrees to this version; then the cell votes (a motion of kind "score")."""

    version: int


# -- Minutes ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WriteMinutes(Command):
    """`base_version`: what the writer had before him (0 = nothing); refused when there is a newer one.  Item "" = the
    meeting as a whole."""

    item: ItemId
    text: LongText
    base_version: int


@dataclass(frozen=True, slots=True)
class ReadMinutes(Command):
    """They are read aloud: from now on everyone sees their text."""


@dataclass(frozen=True, slots=True)
class AdoptMinutes(Command):
    pass


# -- Party groups ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FormGroups(Command):
    """The meeting splits.  No groups named: those of the register; the chair stays in the hall and visits."""

    questions: tuple[Question, ...]
    minutes: int
    groups: tuple[Circle, ...] = ()


@dataclass(frozen=True, slots=True)
class ExtendGroups(Command):
    minutes: int


@dataclass(frozen=True, slots=True)
class GatherGroups(Command):
    """Everyone back into the hall, before the time is over."""


@dataclass(frozen=True, slots=True)
class AssignToGroup(Command):
    """While the groups sit; group "" = the hall."""

    member: MemberId
    group: GroupId


@dataclass(frozen=True, slots=True)
class VisitGroup(Command):
    """By the chair and the cell committee, who are seen to be there; group "" = the hall."""

    group: GroupId


@dataclass(frozen=True, slots=True)
class EndVisit(Command):
    """Back to where one belongs."""


@dataclass(frozen=True, slots=True)
class CallLeader(Command):
    """The chair asks the group's leader into the hall."""

    group: GroupId


@dataclass(frozen=True, slots=True)
class AnswerCall(Command):
    """By the leader who is called: he comes into the hall, or stays with his group."""

    comes: bool


@dataclass(frozen=True, slots=True)
class AddressGroups(Command):
    """The chair is heard in every group at once, until he ends it."""


@dataclass(frozen=True, slots=True)
class EndAddress(Command):
    pass


@dataclass(frozen=True, slots=True)
class LeadGroup(Command):
    """By the deputy to whom the lead of his group is offered."""


@dataclass(frozen=True, slots=True)
class ChooseLeader(Command):
    """While nobody leads the group: more than half of those who sit in it choose one of them."""

    member: MemberId


@dataclass(frozen=True, slots=True)
class DraftReport(Command):
    """By the leader, while he writes: the whole of one answer, kept so that nothing typed is lost."""

    question: QuestionId
    in_favour: Text = NO_TEXT
    against: Text = NO_TEXT
    proposals: Text = NO_TEXT
    reserved: tuple[MemberId, ...] = ()
    hands_for: int = 0
    hands_against: int = 0
    hands_other: int = 0


@dataclass(frozen=True, slots=True)
class SubmitReport(Command):
    """By the leader: what is drafted is the report; said again, it is revised and the earlier one is kept."""


@dataclass(frozen=True, slots=True)
class AwaitReports(Command):
    """The chair gives the groups that have not reported another while."""


# -- After the close -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CorrectMinutes(Command):
    """What stands stays; the correction is set beside it, with its reason.  Item "" = the meeting as a whole."""

    item: ItemId
    text: LongText
    reason: str


@dataclass(frozen=True, slots=True)
class DrawUpPaper(Command):
    """`sha256`: of the PDF as it is kept, 64 hexadecimal digits; `number`: of its series, from 1."""

    kind: PaperKind
    number: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SignPaper(Command):
    """`sha256`: of what the signer has before him.  That he is who he says was proven by his password."""

    kind: PaperKind
    sha256: str


@dataclass(frozen=True, slots=True)
class MarkPosted(Command):
    """The results stand in the electronic handbook since `day`, 2027-01-31."""

    day: str


@dataclass(frozen=True, slots=True)
class MarkReported(Command):
    """The results were reported to the direct superior on `day`."""

    day: str


@dataclass(frozen=True, slots=True)
class Tick(Command):
    """The clock asks: what follows by itself?"""
