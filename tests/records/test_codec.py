import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args, get_origin, get_type_hints

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from server.meeting.events import Event, Recorded
from server.meeting.ids import MemberId
from server.meeting.rules import MOTIONS
from server.records.codec import EVENTS, CorruptRecord, from_body, moment, to_body

from .stories import START, called

moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
numbers = st.integers(-(2**53) + 1, 2**53 - 1)  # what JSON can carry (RFC 8785, 3.2.2.3)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Whatever a field of this type may hold."""
    if kind in (int, datetime):
        return numbers if kind is int else moments
    if get_origin(kind) is tuple:
        return st.lists(values(get_args(kind)[0]), max_size=3).map(tuple)
    if type(None) in get_args(kind):
        return st.none() | values(get_args(kind)[0])
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{field.name: values(hints[field.name]) for field in fields(kind)})
    return st.from_type(kind)


every_event = st.one_of(*(values(kind) for kind in EVENTS.values()))
text = st.text(max_size=12)


@given(st.integers(1, 2**40), moments, text, text, every_event)
def test_what_is_written_is_read(seq: int, at: datetime, by: str, cause: str, event: Event) -> None:
    recorded = Recorded(seq, at, MemberId(by), cause, event)
    body = to_body("m", recorded)
    assert from_body(body) == ("m", recorded)
    assert rfc8785.dumps(json.loads(body)) == body


def test_every_event_of_the_core_can_be_kept() -> None:
    assert "Called" in EVENTS
    assert "Event" not in EVENTS and "Recorded" not in EVENTS
    assert len(EVENTS) > 30


def test_a_moment_is_told_in_utc_to_the_millisecond_and_finer_only_where_it_is_finer() -> None:
    hanoi = timezone(timedelta(hours=7))
    assert moment(datetime(2027, 1, 5, 19, 30, tzinfo=hanoi)) == "2027-01-05T12:30:00.000Z"
    assert moment(datetime(2027, 1, 5, 12, 30, 0, 1, tzinfo=UTC)) == "2027-01-05T12:30:00.000001Z"
    with pytest.raises(TypeError):
        moment(datetime(2027, 1, 5))  # noqa: DTZ001


def changed(**changes: Any) -> bytes:
    envelope = json.loads(to_body("m", Recorded(1, START, MemberId("an"), "c", called())))
    for path, value in changes.items():
        *way, last = path.split("__")
        inner = envelope
        for step in way:
            inner = inner[int(step) if isinstance(inner, list) else step]
        inner.pop(last) if value is ... else inner.__setitem__(last, value)
    return rfc8785.dumps(envelope)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"name": "Recalled"}, "no event called 'Recalled'"),
        ({"data__mood": "good"}, "Called has no field 'mood'"),
        ({"data__seed": ...}, "Called lacks its field 'seed'"),
        ({"data__seed": 7}, "a int is not a str"),
        ({"data__roster__0__post": "king"}, "a str is not a Post"),
        ({"data__roster": {}}, "a dict is not a list"),
        ({"data__regulation__grace": True}, "a bool is not a int"),
        ({"data__regulation__grace": None}, "a NoneType is not a int"),
        ({"at": "2027-01-05T12:30:00Z"}, "not a moment"),
        ({"at": "2027-01-05T12:30:00.123000Z"}, "not a moment in canonical form"),
        ({"at": "2027-13-05T12:30:00.123Z"}, "month must be in 1..12"),
        ({"seq": "1"}, "a str is not a int"),
        ({"more": 1}, "the envelope is not one"),
        ({"by": ...}, "the envelope is not one"),
    ],
)
def test_reading_is_strict(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(CorruptRecord, match=why):
        from_body(changed(**changes))


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"null", b"[" * 100_000])
def test_what_is_no_json_object_is_corrupt(body: bytes) -> None:
    with pytest.raises(CorruptRecord):
        from_body(body)


def test_only_the_canonical_form_is_accepted() -> None:
    body = to_body("m", Recorded(1, START, MemberId("an"), "c", called()))
    with pytest.raises(CorruptRecord, match="canonical"):
        from_body(body.replace(b'"by":', b'"by": '))


def test_a_field_added_later_with_a_default_may_be_missing_in_an_old_entry() -> None:
    _, recorded = from_body(changed(data__regulation__grace=...))
    assert recorded.event == called()


# As it was kept before votes, excuses and documents were known; nothing of it may ever need to be changed.
OLD_BODY = (
    '{"at":"2027-01-05T12:30:00.123Z","by":"an","cause":"c","data":{"about":{"cell":"Chi bộ Thôn 3","kind'
    '":"regular","planned_for":"2027-01-05T12:30:00.000Z","title":"Sinh hoạt thường kỳ “tháng 1”"},"agend'
    'a":[{"id":"i1","minutes":20,"presenter":"đ/c An","title":"Đánh giá\\ttháng 12"}],"chair":"an","line":'
    '["binh"],"regulation":{"chair_grace":30,"duration_minutes":90,"grace":120,"presence_window":180,"spe'
    'ech_limit":300},"roster":[{"group":"","kind":"member","member":"an","name":"Nguyễn Văn An","post":"c'
    'ell_secretary","standing":"official"},{"group":"tổ 1","kind":"member","member":"binh","name":"Trần T'
    'hị Bình","post":"none","standing":"probationary"}],"seed":"hạt giống"},"meeting":"m","name":"Called"'
    ',"seq":1}'
).encode()


def test_a_body_of_an_earlier_version_is_read_with_the_defaults_of_what_came_later() -> None:
    meeting, recorded = from_body(OLD_BODY)
    assert (meeting, recorded) == ("m", Recorded(1, START, MemberId("an"), "c", called()))
    assert recorded.event.regulation.motions == MOTIONS  # type: ignore[attr-defined]
    assert len(OLD_BODY) < len(to_body("m", recorded))


def test_the_words_of_an_error_hold_nothing_personal() -> None:
    with pytest.raises(CorruptRecord) as caught:
        from_body(changed(data__roster__0__name=["Nguyễn Văn An"]))
    assert "An" not in str(caught.value)
