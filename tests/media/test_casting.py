"""Who is heard and who is seen."""

from hypothesis import given
from hypothesis import strategies as st

from server.media.casting import Dominant, Voices, assign, pictures, seen
from server.media.levels import SILENCE, Voice
from server.media.stage import PlaceStage, Wish

OWNERS = st.lists(st.sampled_from("abcdefghijkl"), unique=True)


def talk(voice: Voice, level: int, begin: float, seconds: float) -> float:
    """Packets every 20 ms; gives the time of the last."""
    for step in range(round(seconds * 50)):
        voice.hear(level, begin + step / 50)
    return begin + seconds - 0.02


def voice(level: int, until: float, seconds: float = 1.0) -> Voice:
    one = Voice()
    talk(one, level, until - seconds, seconds)
    return one


def test_speech_is_heard_within_a_fifth_of_a_second_and_ends_without_packets() -> None:
    one = Voice()
    now = talk(one, 20, 1.0, 0.22)
    assert one.speaking(now) and not one.speaking(now + 0.2)
    assert one.level(now + 0.2) == SILENCE


def test_a_cough_is_not_speech() -> None:
    one = Voice()
    now = talk(one, SILENCE, talk(one, 10, talk(one, SILENCE, 0.0, 1.0) + 0.02, 0.06) + 0.02, 0.2)
    assert not one.speaking(now)


@given(st.lists(st.one_of(st.none(), st.sampled_from("abcdefgh")), unique_by=lambda o: o or object()), OWNERS)
def test_who_has_a_slot_and_is_still_wanted_keeps_it(held: list, wanted: list[str]) -> None:
    after = assign(held, wanted)
    assert len(after) == len(held)
    assert {owner for owner in after if owner} == set(wanted[: len(held)])
    for before, now in zip(held, after, strict=True):
        assert before not in wanted[: len(held)] or now == before


def test_chair_and_floor_holder_always_own_a_slot() -> None:
    voices, now = Voices(), 5.0
    senders = {"chair": Voice(), "floor": Voice(), **{name: voice(10, now) for name in "abc"}}
    heard = voices.follow(("chair", "floor"), senders, now)
    assert heard[:2] == ("chair", "floor") and len(heard) == 3


def test_a_free_slot_goes_to_anyone_so_that_no_first_word_is_cut() -> None:
    assert Voices().follow((), {"a": Voice()}, 1.0) == ("a",)


def test_a_voice_is_replaced_when_it_has_been_quiet_for_long_or_by_one_6_db_louder() -> None:
    voices = Voices()
    senders = {name: voice(25, 5.0) for name in "abc"}
    assert set(voices.follow((), senders, 5.0)) == set("abc")
    senders["d"] = voice(21, 5.0)
    assert "d" not in voices.follow((), senders, 5.0), "4 dB louder is not enough"
    senders["d"] = voice(15, 5.0)
    assert "d" in voices.follow((), senders, 5.0)
    quiet = Voices()
    senders = {name: voice(10, 5.0) for name in "abc"}
    quiet.follow((), senders, 5.0)
    talk(senders["a"], 10, 5.0, 2.0)
    talk(senders["b"], 10, 5.0, 2.0)
    senders["d"] = voice(30, 7.0)
    assert set(quiet.follow((), senders, 7.0)) == set("abd"), "c has been quiet for two seconds"


def test_the_picture_follows_after_half_a_second_of_lead() -> None:
    dominant, a, b = Dominant(), Voice(), Voice()
    seen = []
    for step in range(150):
        now = step / 50
        a.hear(20 if step < 75 else SILENCE, now)
        b.hear(20 if step >= 75 else SILENCE, now)
        seen.append(dominant.follow({"a": a, "b": b}, now))
    assert seen[0] is None and seen[74] == "a" and seen[149] == "b"
    assert seen.index("b") - 75 >= 25


@given(OWNERS, OWNERS, st.one_of(st.none(), st.sampled_from("abcdefghijkl")))
def test_only_who_sends_video_is_shown(always: list[str], shown: list[str], main: str | None) -> None:
    ranked = pictures(PlaceStage(tuple(always), main), None, shown)
    assert sorted(ranked) == sorted(shown)
    if main in shown:
        assert ranked[0] == main


HELD = st.lists(st.sampled_from("abcdefghijkl"), unique=True, max_size=8).map(lambda o: [*o, *[None] * (8 - len(o))])


@given(OWNERS, OWNERS, HELD, st.sampled_from(["voice", "chair", "all"]), st.one_of(st.none(), st.just("z")), OWNERS)
def test_nobody_is_seen_twice_and_nobody_who_is_not_there(
    others: list, voices: list, held: list, mode: str, screen: str | None, always: list
) -> None:
    main, *thumbnails = seen(others, voices[:3], held, Wish(mode), screen, always)
    shown = [owner for owner in thumbnails if owner is not None]
    assert len(shown) == len(set(shown)) and set(shown) <= set(others) and (screen or main not in shown)
    if mode == "voice":
        assert main is None and not shown
    elif mode == "chair":
        assert not shown and (main == screen or main is None or main in always)
    else:
        faces = [*shown, *([] if screen or main is None else [main])]
        assert len(faces) == min(8 if screen else 9, len(others))
        assert main == (screen or (others[0] if others else None))
        for owner in voices[:3]:
            assert owner not in others or owner in faces


@given(OWNERS, HELD, st.integers(1, 4), OWNERS)
def test_the_pages_are_everybody_once_whoever_speaks(others: list, held: list, slots: int, voices: list) -> None:
    held, pages = held[:slots], []
    for page in range(1, 14):
        held = list(seen(others, voices, held, Wish(page=page), None, ())[1:])
        pages += [owner for owner in held if owner is not None]
    assert sorted(pages) == sorted(others[1:])
