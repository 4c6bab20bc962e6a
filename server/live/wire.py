"""JSON → Command.  What a browser may say while a meeting is open, letter by letter; all else is BadMessage.

Each command's model is made of the fields of its dataclass, so that the two cannot drift apart.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal, NewType, TypeVar, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError, create_model
from pydantic import Field as Bounds

from ..meeting import commands as c
from ..meeting.commands import Command
from ..meeting.ids import LongText, Text
from ..meeting.refusal import LONGEST_MINUTES, LONGEST_REASON, LONGEST_TEXT

_M = TypeVar("_M", bound=BaseModel)

LONGEST_MESSAGE = 64 * 1024  # bytes
LONGEST_ID, LARGEST_NUMBER, LONGEST_LIST = 64, 1_000_000, 50
LONGEST_ROLL = 500  # of members named one by one


class BadMessage(Exception):
    """The client is wrong.  `why` is for whoever writes clients; it repeats nothing of what was sent but names."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


# What a browser may ask.  Call, Join, Drop, Recover and Tick are asked by the house itself.
COMMANDS: Mapping[str, type[Command]] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (
            c.Leave,
            c.TickPresent,
            c.UntickPresent,
            c.Vouch,
            c.Unvouch,
            c.Remove,
            c.Readmit,
            c.AskPresence,
            c.AnswerPresence,
            c.Verify,
            c.SetPresenceTimer,
            c.TakeChair,
            c.Open,
            c.Pause,
            c.Resume,
            c.Close,
            c.TakeUpItem,
            c.CloseItem,
            c.PutItemAside,
            c.AskToSpeak,
            c.WithdrawRequest,
            c.GiveFloor,
            c.EndSpeech,
            c.ExtendSpeech,
            c.MoveRequest,
            c.StrikeRequest,
            c.CloseList,
            c.OpenList,
            c.OpenDiscussion,
            c.CloseDiscussion,
            c.TurnOnMicrophone,
            c.TurnOffMicrophone,
            c.Mute,
            c.LiftMute,
            c.AppointMinutesSecretary,
            c.CorrectRoll,
            c.AdoptAgenda,
            c.ShowDocument,
            c.CloseDocument,
            c.OpenVote,
            c.PutMotion,
            c.CountGroups,
            c.CastBallot,
            c.EnterHand,
            c.ContestHand,
            c.CloseVote,
            c.CancelVote,
            c.ReserveOpinion,
            c.RecordPaperBallot,
            c.EnterCount,
            c.Conclude,
            c.GiveTask,
            c.ReviseTask,
            c.WithdrawTask,
            c.ProposeScore,
            c.AgreeScore,
            c.WriteMinutes,
            c.ReadMinutes,
            c.AdoptMinutes,
            c.FormGroups,
            c.ExtendGroups,
            c.GatherGroups,
            c.AssignToGroup,
            c.VisitGroup,
            c.EndVisit,
            c.CallLeader,
            c.AnswerCall,
            c.AddressGroups,
            c.EndAddress,
            c.LeadGroup,
            c.ChooseLeader,
            c.DraftReport,
            c.SubmitReport,
            c.AwaitReports,
        )
    }
)


def _printable(text: str) -> str:
    """No control characters: some databases cannot keep them, and nobody writes them."""
    if any((ord(each) < 32 and each not in "\n\t") or 127 <= ord(each) < 160 for each in text):
        raise ValueError("control characters are not allowed")
    return text


_Id = Annotated[str, StringConstraints(max_length=LONGEST_ID), AfterValidator(_printable)]
_Name = Annotated[_Id, StringConstraints(min_length=1)]
_Reason = Annotated[str, StringConstraints(max_length=LONGEST_REASON), AfterValidator(_printable)]
_Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), AfterValidator(_printable)]
_LongText = Annotated[str, StringConstraints(max_length=LONGEST_MINUTES), AfterValidator(_printable)]
_Number = Annotated[int, Bounds(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)]


class _Exact(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Hello(_Exact):
    """`auth` of the connect packet."""

    meeting: _Name
    connection: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]
    device: Literal["phone", "tablet", "desktop"]


class Offer(_Exact):
    """`signal`."""

    type: Literal["offer"]
    sdp: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_MESSAGE)]


class Wanted(_Exact):
    """`wanted`: what the page wants of sound and picture at most.  `heights`: pixels by mid, 0 = not shown."""

    mode: Literal["voice", "chair", "all"]
    heights: Annotated[
        dict[Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}$")], Annotated[int, Bounds(ge=0, le=10_000)]],
        Bounds(max_length=LONGEST_LIST),
    ]
    page: Annotated[int, Bounds(ge=0, le=100)]


class Envelope(_Exact):
    """What every command has beside its own fields."""

    id: _Name


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as it came: `id` makes it answerable twice alike."""

    id: str
    command: Command


_PLAIN: Mapping[Any, Any] = {str: _Reason, int: _Number, bool: bool, Text: _Text, LongText: _LongText}


def _type(hint: Any) -> Any:
    if hint in _PLAIN or isinstance(hint, NewType):
        return _PLAIN.get(hint, _Id)
    if get_origin(hint) is tuple:
        of = get_args(hint)[0]
        each, most = _type(of), LONGEST_ROLL if isinstance(of, NewType) else LONGEST_LIST
        return Annotated[list[each], Bounds(max_length=most), AfterValidator(tuple)]  # type: ignore[valid-type]
    if is_dataclass(hint):
        return Annotated[_made(hint, _Exact), AfterValidator(lambda model: hint(**dict(model)))]  # type: ignore[operator]
    return Annotated[Literal[tuple(hint)], AfterValidator(lambda word: hint(word))]  # one word of an enumeration


def _made(kind: Any, base: type[_M], **more: Any) -> type[_M]:
    """A model of the fields of the dataclass."""
    hints, own = get_type_hints(kind), fields(kind)
    typed = {each.name: (_type(hints[each.name]), ... if each.default is MISSING else each.default) for each in own}
    made: type[_M] = create_model(kind.__name__, __base__=base, **more, **typed)  # type: ignore[call-overload]
    return made


def _model(kind: type[Command]) -> type[Envelope]:
    return _made(kind, Envelope, name=(Literal[kind.__name__], ...))


MODELS: Mapping[str, type[Envelope]] = MappingProxyType({name: _model(kind) for name, kind in COMMANDS.items()})


def asked(payload: object) -> Asked:
    """A `command` message.  Raises BadMessage."""
    name = _object(payload).get("name")
    if not isinstance(name, str) or name not in MODELS:
        raise BadMessage("There is no command of that name.")
    model = _read(MODELS[name], payload)
    own = {key: value for key, value in model if key not in ("id", "name")}
    return Asked(model.id, COMMANDS[name](**own))


def hello(payload: object) -> Hello:
    """Raises BadMessage."""
    return _read(Hello, payload)


def offer(payload: object) -> str:
    """The SDP of a `signal` message.  Raises BadMessage."""
    return _read(Offer, payload).sdp


def wanted(payload: object) -> Wanted:
    """Raises BadMessage."""
    return _read(Wanted, payload)


def nothing(payload: object) -> None:
    """A message without payload.  Raises BadMessage."""
    if payload is not None:
        raise BadMessage("This message has no payload.")


def _object(payload: object) -> Mapping[str, Any]:
    if not isinstance(payload, dict):
        raise BadMessage("The payload is not an object.")
    return payload


def _read(model: type[_M], payload: object) -> _M:
    try:
        return model.model_validate(_object(payload))
    except ValidationError as wrong:
        raise BadMessage(_first(wrong)) from None


def _first(wrong: ValidationError) -> str:
    """The first error, with the name of the field and without its value."""
    error = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
    if error["type"] == "extra_forbidden":
        return "There is a field too many."
    return f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}."
