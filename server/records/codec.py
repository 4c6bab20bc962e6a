"""Events ⇄ canonical JSON (RFC 8785), generic over the dataclasses of meeting/events.py.

Writing loses nothing; reading is strict: an unknown event, an unknown field or a value of the wrong type is
`CorruptRecord`.  Only a field that has a default may be missing: it was added after that entry was written.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

import rfc8785

from ..meeting import events
from ..meeting.events import Event, Recorded
from ..meeting.ids import MemberId

Json = None | bool | int | float | str | list[Any] | dict[str, Any]
Reader = Callable[[Any], Any]


class CorruptRecord(Exception):
    """What is kept is not what was written.  `seq` names the entry, 0 = not known."""

    def __init__(self, meeting: str, seq: int, why: str) -> None:
        super().__init__(f"Entry {seq} of the log of meeting {meeting}: {why}.")
        self.meeting, self.seq, self.why = meeting, seq, why


class _Wrong(Exception):
    """Inside this file: the value is not of its type."""


EVENTS: Mapping[str, type[Event]] = {
    name: kind
    for name, kind in vars(events).items()
    if isinstance(kind, type) and issubclass(kind, Event) and is_dataclass(kind)
}
_ENVELOPE = {"meeting": str, "seq": int, "at": datetime, "by": str, "cause": str, "name": str, "data": dict}


def to_body(meeting: str, recorded: Recorded) -> bytes:
    """The bytes that are kept and hashed: {meeting, seq, at, by, cause, name, data}."""
    envelope: dict[str, Any] = {
        "meeting": meeting,
        "seq": recorded.seq,
        "at": to_json(recorded.at),
        "by": recorded.by,
        "cause": recorded.cause,
        "name": type(recorded.event).__name__,
        "data": to_json(recorded.event),
    }
    return rfc8785.dumps(envelope)


def from_body(body: bytes, meeting: str = "?", seq: int = 0) -> tuple[str, Recorded]:
    """(meeting, entry) of a kept body.  `meeting` and `seq` name it in the CorruptRecord that is raised."""
    try:
        kept = json.loads(body)
        if not isinstance(kept, dict) or kept.keys() != _ENVELOPE.keys():
            raise _Wrong("the envelope is not one")
        head = {name: _reader(kind)(kept[name]) for name, kind in _ENVELOPE.items()}
        if rfc8785.dumps(kept) != body:
            raise _Wrong("the body is not in canonical form")
        event = _event(head["name"], head["data"])
    except (ValueError, RecursionError, _Wrong) as wrong:
        raise CorruptRecord(meeting, seq, str(wrong)) from None
    return head["meeting"], Recorded(head["seq"], head["at"], MemberId(head["by"]), head["cause"], event)


def to_json(value: Any) -> Json:
    """Dataclasses become objects, tuples lists, moments RFC 3339 in UTC, enums their value."""
    if isinstance(value, Enum):
        return to_json(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, tuple):
        return [to_json(each) for each in value]
    if isinstance(value, frozenset):
        return sorted((to_json(each) for each in value), key=rfc8785.dumps)
    if isinstance(value, Mapping):
        return {str(key): to_json(each) for key, each in value.items()}
    if is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"A {type(value).__name__} cannot be kept in the log.")


def moment(value: datetime) -> str:
    """RFC 3339 in UTC with milliseconds; with microseconds where there are any, so that nothing is lost."""
    if value.tzinfo is None:
        raise TypeError("A moment without a zone cannot be kept in the log.")
    utc = value.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds" if utc.microsecond % 1000 else "milliseconds") + "Z"


# -- Reading ---------------------------------------------------------------------------------------------------------


def _event(name: str, data: dict[str, Any]) -> Event:
    if name not in EVENTS:
        raise _Wrong(f"there is no event called {name[:64]!r}")
    kind: Any = EVENTS[name]
    event: Event = _reader(kind)(data)
    return event


@cache
def _reader(kind: Any) -> Reader:
    """How to read one type; made once per type."""
    if isinstance(kind, NewType):
        return _reader(kind.__supertype__)
    if kind is datetime:
        return _read_moment
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return _object(kind)
    origin = get_origin(kind)
    if origin in _COMPOUND:
        return _COMPOUND[origin](get_args(kind))
    if kind in (str, int, bool, float, dict, NoneType):
        return _exactly(kind)
    raise TypeError(f"The log cannot read a {kind}.")


def _exactly(kind: type) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is kind or (kind is float and type(value) is int):
            return value
        raise _Wrong(f"{_shown(value)} is not a {kind.__name__}")

    return read


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(\d{3})?Z")


def _read_moment(value: Any) -> datetime:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise _Wrong(f"{_shown(value)} is not a moment")
    read = datetime.fromisoformat(value)
    if moment(read) != value:
        raise _Wrong(f"{_shown(value)} is not a moment in canonical form")
    return read


def _enum(kind: type[Enum]) -> Reader:
    def read(value: Any) -> Enum:
        try:
            return kind(value)
        except ValueError:
            raise _Wrong(f"{_shown(value)} is not a {kind.__name__}") from None

    return read


def _object(kind: type[Any]) -> Reader:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    needed = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _Wrong(f"{_shown(value)} is not a {kind.__name__}")
        if unknown := value.keys() - readers.keys():
            raise _Wrong(f"{kind.__name__} has no field {min(unknown)[:64]!r}")
        if missing := needed - value.keys():
            raise _Wrong(f"{kind.__name__} lacks its field {min(missing)!r}")
        return kind(**{name: readers[name](each) for name, each in value.items()})

    return read


def _sequence(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _Wrong(f"{_shown(value)} is not a list")
    return value


def _tuple(args: tuple[Any, ...]) -> Reader:
    if len(args) == 2 and args[1] is Ellipsis:
        each = _reader(args[0])
        return lambda value: tuple(each(one) for one in _sequence(value))
    readers = [_reader(arg) for arg in args]

    def read(value: Any) -> tuple[Any, ...]:
        if len(_sequence(value)) != len(readers):
            raise _Wrong(f"{_shown(value)} is not {len(readers)} things")
        return tuple(reader(one) for reader, one in zip(readers, value, strict=True))

    return read


def _frozenset(args: tuple[Any, ...]) -> Reader:
    each = _reader(args[0])
    return lambda value: frozenset(each(one) for one in _sequence(value))


def _union(args: tuple[Any, ...]) -> Reader:
    """Only `X | None`: anything wider could not be read back surely."""
    others = [arg for arg in args if arg is not NoneType]
    if len(others) != 1:
        raise TypeError("The log reads no union but `X | None`.")
    reader = _reader(others[0])
    return lambda value: None if value is None else reader(value)


_COMPOUND: Mapping[Any, Callable[[tuple[Any, ...]], Reader]] = {
    tuple: _tuple,
    frozenset: _frozenset,
    Union: _union,
    UnionType: _union,
}


def _shown(value: Any) -> str:
    """Its type and no more: what stands in a log may be about people."""
    return f"a {type(value).__name__}"
