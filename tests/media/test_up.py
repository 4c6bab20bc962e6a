"""What comes in: gaps and their repair, key frames, silence, leave to send."""

from hypothesis import given
from hypothesis import strategies as st

from server.media.levels import SILENCE
from server.media.packet import Packet
from server.media.rtp import Header
from server.media.sdp import Line
from server.media.up import GIVE_UP, IDLE, LIVE, TRIES, Counts, Gaps, KeyFrames, Source, Track


def test_a_gap_is_asked_for_after_20_ms_and_again_after_the_round_trip() -> None:
    gaps = Gaps(10)
    assert gaps.accept(10, 0.0) and gaps.accept(13, 0.0)
    assert gaps.due(0.019, 0.08) == []
    assert gaps.due(0.020, 0.08) == [11, 12]
    assert gaps.accept(12, 0.05) and not gaps.accept(12, 0.05)
    assert gaps.due(0.09, 0.08) == []
    assert gaps.due(0.11, 0.08) == [11]


def test_what_is_not_worth_asking_for_is_forgotten() -> None:
    gaps = Gaps(0)
    gaps.accept(0, 0.0)
    gaps.accept(2, 0.0)
    asked = sum(len(gaps.due(step / 100, 0.0)) for step in range(200))
    assert asked == TRIES and not gaps
    gaps.accept(4, 2.0)
    assert gaps.due(2.0 + GIVE_UP + 0.01, 5.0) == [] and not gaps.accept(3, 4.0)


def test_an_interruption_is_not_a_loss() -> None:
    gaps = Gaps(0)
    gaps.accept(0, 0.0)
    assert gaps.accept(5000, 0.0) and not gaps


@given(st.permutations(range(40)))
def test_reordered_packets_are_each_accepted_once(order: list[int]) -> None:
    gaps = Gaps(0)
    gaps.accept(0, 0.0)
    taken = [index for index in [*order, *order] if gaps.accept(index, 0.0)]
    assert sorted(taken) == list(range(1, 40))


def test_key_frames_are_asked_for_half_a_second_apart_and_until_one_comes() -> None:
    keys = KeyFrames()
    asked = []
    for step in range(300):  # hundredths of a second; somebody wants one all the time
        now = step / 100
        keys.want(now)
        if keys.due(now):
            asked.append(now)
        if step == 210:
            keys.came()
    assert asked == [0.0, 1.0, 2.0, 2.5]


class Ear:
    """A slot that notes what reaches it."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.skipped: list[int] = []

    def forward(self, packet: Packet) -> None:
        self.heard.append(packet.index)

    def skip(self, index: int) -> None:
        self.skipped.append(index)


class Somebody:
    owner = "an"


def track(kind: str) -> tuple[Track, Ear]:
    track, ear = Track(Somebody(), Line("0", kind, True, 96, 97, True, 1, 2, 0, 5, 6)), Ear()
    track.listeners, track.allowed = (ear,), True  # type: ignore[assignment]
    return track, ear


def header(sequence: int, payload: bytes = b"sound", level: int | None = 20) -> Header:
    extensions = {} if level is None else {2: bytes([level])}
    return Header(96, 0, sequence, sequence * 960, 5, extensions, payload)


def test_who_may_not_send_is_dropped_and_counted() -> None:
    one, ear = track("audio")
    one.allowed = False
    for sequence in range(5):
        assert not one.arrive(header(sequence), sequence / 50)
    one.allowed = True
    one.arrive(header(5), 0.1)
    assert one.refused == 5 and ear.heard == [5]
    assert not one.gaps, "what was refused is not asked for again"


def test_silence_is_dropped_after_three_packets_and_leaves_no_hole() -> None:
    one, ear = track("audio")
    for sequence, level in enumerate([20, *[SILENCE] * 6, 20]):
        one.arrive(header(sequence, level=level), sequence / 50)
    assert ear.heard == [0, 1, 2, 3, 7] and ear.skipped == [4, 5, 6]


def test_a_client_without_levels_is_heard_unless_it_sends_next_to_nothing() -> None:
    one, ear = track("audio")
    for sequence in range(20):
        one.arrive(header(sequence, bytes(60), None), sequence / 50)
    assert one.voice.speaking(0.4)
    for sequence in range(20, 30):
        one.arrive(header(sequence, bytes(2), None), sequence / 50)
    assert ear.skipped == list(range(23, 30))


def test_a_resent_packet_counts_only_if_it_is_missing() -> None:
    one, ear = track("video")
    for sequence in (65534, 65535, 1):
        one.arrive(header(sequence, b"\x10\x01x"), 0.0)
    assert one.repair(header(900, b"\x00\x00" + b"\x10\x01y"), 0.1)
    assert not one.repair(header(901, b"\x00\x00" + b"\x10\x01y"), 0.1)
    assert not one.repair(header(902, b"\xff\xff" + b"\x10\x01y"), 0.1)
    assert ear.heard == [65534, 65535, 65537, 65536]


def test_what_came_after_a_late_packet_can_be_had_again() -> None:
    one, _ = track("video")
    for sequence in (0, 2, 3):
        one.arrive(header(sequence, b"\x10\x01x"), 0.0)
    assert [packet.index for packet in one.after(1)] == [2, 3]


def test_a_broken_picture_is_counted_and_dropped() -> None:
    one, ear = track("video")
    one.arrive(header(0, b"\x90"), 0.0)
    assert one.malformed == 1 and not ear.heard


@given(st.lists(st.booleans(), min_size=1, max_size=200))
def test_a_receiver_report_tells_the_loss(there: list[bool]) -> None:
    counts = Counts(0, 48000)
    arrived = [0, *(i + 1 for i, here in enumerate(there) if here)]
    for index in arrived:
        counts.arrived(index * 960, index / 50)
    newest = arrived[-1]
    told = counts.report(1, newest, 10.0)
    lost = newest + 1 - len(arrived)
    assert told.total_lost == lost and told.lost == min(255, lost * 256 // (newest + 1))
    assert told.jitter == 0, "every packet came in time"
    assert counts.report(1, newest, 11.0).lost == 0


def camera(*rids: str) -> Source:
    source = Source(Somebody(), Line("1", "video", True, 96, 97, True, 1, 0, 0, 0, 0, 5, 6, rids))
    source.allow(True)
    return source


def test_a_size_that_nobody_watches_is_switched_off_and_on_again_at_once() -> None:
    source = camera("l", "h")
    assert source.sends == ("l",)
    source.watch({1}, 0.0)
    assert source.sends == ("h",), "who is seen large alone need not send the small one"
    for now in (0.5, IDLE):
        source.watch({0}, now)
        assert source.sends == ("l", "h")
    source.watch({0}, 0.1 + IDLE * 2)
    assert source.sends == ("l",)
    source.watch({0, 1}, 0.2 + IDLE * 2)
    assert source.sends == ("l", "h")


def test_a_camera_that_nobody_watches_sleeps_and_still_counts_as_there() -> None:
    source = camera("l", "h")
    source.tracks[0].last = 10.0
    source.watch((), 10.1)
    assert source.sends == () and source.live(60.0)
    source.watch({0}, 60.0)
    assert source.sends == ("l",) and source.live(60.0 + LIVE) and not source.live(60.1 + LIVE), "it was switched off"
    source.watch((), 70.0)
    assert source.sends == ("l",), "so that it is noticed when it comes on"
    source.allow(False)
    assert not source.live(70.0)


def test_a_size_that_does_not_come_is_not_waited_for() -> None:
    source = camera("l", "h")
    assert source.nearest(1, 5.0) == 0
    source.tracks[1].last = source.tracks[0].last = 5.0
    assert (source.nearest(1, 5.0), source.nearest(0, 5.0)) == (1, 0)
    source.tracks[0].last = 9.0
    assert source.nearest(1, 9.0) == 0


def test_a_camera_in_one_size_is_never_told_anything() -> None:
    source = camera()
    for now in range(20):
        source.watch({0, 1} if now < 5 else (), float(now))
    assert source.sends == () and not source.live(20.0)
