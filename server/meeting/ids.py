"""Names of things.  Ids are made outside and handed in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

MemberId = NewType("MemberId", str)
ConnectionId = NewType("ConnectionId", str)  # one open page of one member; survives a socket that reconnects
GroupId = NewType("GroupId", str)
ItemId = NewType("ItemId", str)
VoteId = NewType("VoteId", str)
MotionId = NewType("MotionId", str)  # of a round: made when it is prepared
QuestionId = NewType("QuestionId", str)  # what the groups are asked; made by the page
TaskId = NewType("TaskId", str)
DocumentId = NewType("DocumentId", str)
MotionKind = NewType("MotionKind", str)  # one of Regulation.motions
CriterionId = NewType("CriterionId", str)  # one of Regulation.criteria
Text = NewType("Text", str)  # a motion, an opinion, a conclusion, a task: at most LONGEST_TEXT characters
LongText = NewType("LongText", str)  # the minutes of one item: at most LONGEST_MINUTES characters

NO_CONNECTION = ConnectionId("")
NOBODY = MemberId("")  # who asks when the clock asks
NO_ITEM = ItemId("")  # of the meeting as a whole
NO_VOTE = VoteId("")
NO_MOTION = MotionId("")
NO_TEXT = Text("")
HALL = GroupId("")  # the plenary hall: the place of everyone who is in no sub-session


class Standing(StrEnum):
    """What a person is in the cell on the day of the meeting (Điều lệ Đảng 2011, điều 4–8)."""

    OFFICIAL = "official"
    PROBATIONARY = "probationary"
    EXEMPT = "exempt"
    TEMPORARY_IN = "temporary_in"
    TEMPORARY_OUT = "temporary_out"
    NONE = "none"  # guests and the superior's follower


class Post(StrEnum):
    SECRETARY = "cell_secretary"
    DEPUTY = "deputy_secretary"
    COMMITTEE = "committee_member"
    GROUP_LEADER = "group_leader"
    DEPUTY_GROUP_LEADER = "deputy_group_leader"
    FOLLOWER = "assigned_follower"
    NONE = "none"


class SeatKind(StrEnum):
    MEMBER = "member"
    GUEST = "guest"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Seat:
    """One line of the roster, fixed when the meeting is called."""

    member: MemberId
    name: str
    kind: SeatKind = SeatKind.MEMBER
    standing: Standing = Standing.OFFICIAL
    post: Post = Post.NONE
    group: GroupId = HALL


class ItemKind(StrEnum):
    """What an item of the agenda is about: some may not be handled online (org/rulebook.toml, online_allowed)."""

    ORDINARY = "ordinary"
    LAST_TASKS = "last_tasks"  # the results of the tasks given last month (42-HD/BTCTW: conduct)
    INFORMATION = "information"
    THEMATIC = "thematic"
    CLOSING = "closing"  # conclusions, tasks, score, minutes
    ELECTION = "election"
    DISCIPLINE = "discipline"
    ADMISSION = "admission"
    RECOGNITION = "official_recognition"
    REVIEW = "annual_review"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the agenda."""

    id: ItemId
    title: str
    minutes: int = 0  # planned; 0 = not planned
    presenter: str = ""
    kind: ItemKind = ItemKind.ORDINARY


@dataclass(frozen=True, slots=True)
class Carried:
    """A task of an earlier meeting, as it stands when this one is called."""

    text: Text
    owner: str  # the name: he may be on this roster no longer
    deadline: str  # a day, 2027-01-31
    state: str  # open | overdue | done
    result: str = ""


class MeetingKind(StrEnum):
    REGULAR = "regular"
    THEMATIC = "thematic"
    COMBINED = "combined"
    COMMITTEE = "committee"  # of the cell committee, before the cell meets


class Form(StrEnum):
    """Where those who attend are."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    HYBRID = "hybrid"
    BY_GROUPS = "by_groups"


@dataclass(frozen=True, slots=True)
class Part:
    """The meeting of one party group in a round: it discusses and votes, and decides nothing (03-HD/TW)."""

    round: str  # the id of the meeting of the whole cell that it is part of
    group: GroupId
    name: str


@dataclass(frozen=True, slots=True)
class About:
    """The head of the notice: which meeting this is."""

    title: str
    cell: str
    planned_for: str  # RFC 3339, UTC
    kind: MeetingKind = MeetingKind.REGULAR
    form: Form = Form.ONLINE
    part: Part | None = None  # None: the meeting of the whole cell, or of its committee
    gathers: bool = False  # a round: the groups have met, each by itself; what is left is done in the room

    @property
    def in_person(self) -> bool:
        return self.form is Form.IN_PERSON or self.gathers


class Choice(StrEnum):
    FOR = "for"
    AGAINST = "against"
    OTHER = "other"  # another opinion


class RollState(StrEnum):
    """What the roll call says of one member when the chair corrects it."""

    PRESENT = "present"
    ABSENT_EXCUSED = "absent_excused"
    ABSENT_UNEXCUSED = "absent_unexcused"


class PaperKind(StrEnum):
    """What is drawn up after the meeting, numbered, and signed by two."""

    MINUTES = "minutes"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True)
class Excuse:
    """Known before the meeting: this member cannot come."""

    member: MemberId
    reason: str
    accepted: bool = True  # by the secretary


@dataclass(frozen=True, slots=True)
class Before:
    """The last sealed head of the cell's meeting before, and the public witness of that day: each month's log holds the
    one before it, so that none can be written anew alone."""

    meeting: str
    seq: int
    hash: str  # hex
    size: int = 0  # heads in the witness; 0 = there was none
    root: str = ""  # hex


@dataclass(frozen=True, slots=True)
class Document:
    """What may be opened together.  Kept elsewhere; the meeting knows its name and its length only."""

    id: DocumentId
    title: str
    item: ItemId = NO_ITEM
    pages: int = 0  # 0 = not known


# -- Party groups ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PartyGroup:
    """A party group of the register on the day of the meeting; its members are the seats that name it."""

    id: GroupId
    name: str
    leader: MemberId = NOBODY  # elected; NOBODY = none
    deputy: MemberId = NOBODY


@dataclass(frozen=True, slots=True)
class Circle:
    """A group as it sits apart: of the register, drawn or assigned."""

    id: GroupId
    name: str
    members: tuple[MemberId, ...]
    leader: MemberId = NOBODY
    deputy: MemberId = NOBODY


@dataclass(frozen=True, slots=True)
class Question:
    """What the groups are asked: an item of the agenda, a text, or both."""

    id: QuestionId
    item: ItemId = NO_ITEM
    text: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class Answer:
    """What a group reports on one question.  The hands are indicative and decide nothing (03-HD/TW)."""

    question: QuestionId
    in_favour: Text = NO_TEXT  # the opinions for
    against: Text = NO_TEXT
    proposals: Text = NO_TEXT
    reserved: tuple[MemberId, ...] = ()  # who wishes to reserve his opinion
    hands_for: int = 0
    hands_against: int = 0
    hands_other: int = 0


# -- A round: each party group has its own meeting, in place of the whole cell -----------------------------------------


@dataclass(frozen=True, slots=True)
class Motion:
    """Prepared with the round: voted in every group, decided over the whole cell.  Open, never secret."""

    id: MotionId
    item: ItemId  # of the agenda that all groups have
    kind: MotionKind
    text: Text


@dataclass(frozen=True, slots=True)
class Stay:
    """One presence of one member in the meeting of his group."""

    member: MemberId
    began: datetime
    ended: datetime
    kinds: tuple[str, ...]  # of "in_room", "online", "vouched", in this order


@dataclass(frozen=True, slots=True)
class Word:
    """What the chair of a group's meeting said of one line of its roll, whatever the devices said."""

    member: MemberId
    state: RollState
    reason: str


@dataclass(frozen=True, slots=True)
class Reserved:
    """An opinion that is kept and reported upward, with the name."""

    member: MemberId
    text: Text


@dataclass(frozen=True, slots=True)
class Poll:
    """How one group voted on one motion of the round; who voted, and never how."""

    motion: MotionId
    voted: tuple[MemberId, ...]  # in_favour + against + other of them
    in_favour: int
    against: int
    other: int
    reserved: tuple[Reserved, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What the minutes of one group say of one item; NO_ITEM: of its meeting as a whole."""

    item: ItemId
    text: LongText
    conclusion: Text = NO_TEXT  # of its leader
    corrections: tuple[LongText, ...] = ()  # set beside it afterwards


@dataclass(frozen=True, slots=True)
class GroupMeeting:
    """The meeting of one group, read from its sealed log when the round's own doors opened."""

    group: GroupId
    name: str
    meeting: str
    seq: int  # of its last entry then, …
    hash: str  # … and its hash, hex: the round's chain vouches for the group's
    form: Form
    place: str  # where those in the room met; "" = online only
    opened_at: datetime
    closed_at: datetime
    seconds: int  # from opening to closing, less the pauses
    chair: MemberId  # at the end
    secretary: MemberId  # of its minutes; NOBODY = none
    adopted: bool  # its minutes, by the group
    stays: tuple[Stay, ...]
    excuses: tuple[Excuse, ...] = ()
    words: tuple[Word, ...] = ()
    to_verify: tuple[MemberId, ...] = ()  # did not answer "are you there?", and nobody vouched for them since
    polls: tuple[Poll, ...] = ()
    told: tuple[Told, ...] = ()
