"""Everything that may be asked of a meeting.  Imperative mood.  What a browser may send stands in live/wire.py."""

from dataclasses import dataclass

from .ids import About, ConnectionId, Item, ItemId, MemberId, Seat
from .rules import Regulation


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
    """Asked by the room after a restart: every connection was lost at `since` (RFC 3339, UTC)."""

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


@dataclass(frozen=True, slots=True)
class Tick(Command):
    """The clock asks: what follows by itself?"""
