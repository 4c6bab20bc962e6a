"""What the server says, message by message, in the shape of docs/protocol.md."""

from typing import Any, NotRequired, TypedDict

from ..meeting.view import Mine, View


class ViewMessage(TypedDict):
    """`view`, and the answer to it."""

    seq: int
    at: str
    view: View
    mine: Mine
    epoch: str


class PatchMessage(TypedDict):
    """`patch`: RFC 7396, valid for who stands at `after`."""

    after: int
    seq: int
    at: str
    patch: dict[str, Any]


class MineMessage(TypedDict):
    """`mine`"""

    seq: int
    mine: Mine


class SlotsMessage(TypedDict):
    """`slots`: mid → member."""

    epoch: str
    slots: dict[str, str]


class Feed(TypedDict):
    """What the media process knows of one connection."""

    heard: bool
    pictures: int
    voice: int
    send: dict[str, list[str]]
    screen: NotRequired[str]


class FeedMessage(Feed):
    """`feed`"""

    epoch: str


class KeyMessage(TypedDict):
    """`key`: of sound and picture, where the meeting is sealed.  `key`: 16 bytes in base64."""

    number: int
    key: str


class MediaMessage(TypedDict):
    """`media`"""

    epoch: str


class RefusedMessage(TypedDict):
    """`gone`, the data of a refused connect, and `refused` in an answer."""

    rule: str
    why: str
    facts: dict[str, str | int]


class Done(TypedDict):
    """The command was done."""

    done: int


class Refusal(TypedDict):
    """The regulation says no."""

    refused: RefusedMessage


class Bad(TypedDict):
    """The client is wrong."""

    bad: str


class Broken(TypedDict):
    """Something went wrong here; the id finds it in the log of the program."""

    fault: str


class SignalAnswer(TypedDict):
    """The answer to an offer."""

    type: str
    sdp: str
    epoch: str


MESSAGES = (
    View,
    Mine,
    ViewMessage,
    PatchMessage,
    MineMessage,
    SlotsMessage,
    KeyMessage,
    FeedMessage,
    MediaMessage,
    RefusedMessage,
    Done,
    Refusal,
    Bad,
    Broken,
    SignalAnswer,
)
