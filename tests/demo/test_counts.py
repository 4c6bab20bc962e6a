"""What is counted of packets, and the figures made of it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.demo.counts import Slot, Tally, percentile, spread, summary


def taken(sequences: list[int], clock: int = 48_000) -> Slot:
    slot = Slot(clock)
    for n, sequence in enumerate(sequences):
        slot.take(sequence % 65536, n * 960 % 2**32, 100, n * 0.02)
    return slot


def test_nothing_received_is_nothing_expected() -> None:
    assert (Slot(48_000).expected, Slot(48_000).lost) == (0, 0)


def test_packets_in_a_row_over_the_wrap_are_all_expected() -> None:
    slot = taken(list(range(65_500, 65_600)))
    assert (slot.expected, slot.received, slot.lost) == (100, 100, 0)


def test_a_gap_over_the_wrap_is_lost() -> None:
    slot = taken([65_534, 65_535, 65_538, 65_539])
    assert (slot.expected, slot.received, slot.lost) == (6, 4, 2)


def test_a_packet_that_comes_twice_counts_once() -> None:
    slot = taken([1, 2, 2, 3, 1])
    assert (slot.expected, slot.received, slot.repeated) == (3, 3, 2)


def test_a_packet_from_before_the_first_widens_the_beginning() -> None:
    slot = taken([10, 9, 11])
    assert (slot.expected, slot.received) == (3, 3)


def test_the_fraction_lost_is_of_the_time_since_the_last_report() -> None:
    slot = taken([0, 1, 3])
    assert slot.fraction_lost() == 64
    slot.take(4, 0, 100, 1.0)
    assert slot.fraction_lost() == 0


def test_a_steady_stream_has_no_jitter_and_an_unsteady_one_has() -> None:
    steady, unsteady = Slot(48_000), Slot(48_000)
    for n in range(200):
        steady.take(n, n * 960, 100, n * 0.02)
        unsteady.take(n, n * 960, 100, n * 0.02 + (n % 2) * 0.01)
    assert steady.jitter < 1
    assert 400 < unsteady.jitter < 500  # 10 ms are 480 ticks


@given(
    first=st.integers(0, 65_535),
    lost=st.sets(st.integers(1, 1_998), max_size=400),
    seed=st.integers(),
    shuffle=st.integers(1, 60),
)
def test_any_loss_and_any_small_disorder_is_counted_exactly(
    first: int, lost: set[int], seed: int, shuffle: int
) -> None:
    sent = [n for n in range(2_000) if n not in lost]
    rng = random.Random(seed)
    order = sorted(sent, key=lambda n: n + rng.uniform(0, shuffle) * (0 < n < 1_999))
    slot = taken([first + n for n in order])
    assert (slot.expected, slot.received, slot.repeated) == (2_000, len(sent), 0)


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [([], 0.5, None), ([7], 0.95, 7), ([3, 1, 2], 0.5, 2), (list(range(1, 101)), 0.95, 95), ([1, 2], 0.5, 1)],
)
def test_percentiles_are_of_the_nearest_rank(values: list[float], share: float, found: float | None) -> None:
    assert percentile(values, share) == found


def test_the_summary_adds_up_members_and_tells_nothing_of_what_nobody_did() -> None:
    one, two = Tally(), Tally()
    one.socket_ms.append(12.34)
    one.command_ms += [5.0, 7.0]
    one.refused["AskToSpeak: ListClosed"] += 1
    two.refused["AskToSpeak: ListClosed"] += 2
    two.reconnects = 3
    one.heard([taken([1, 2, 4])])
    figures = summary([one, two])
    assert figures["joined"] == 1
    assert figures["socket_join_ms"] == {"p50": 12.3, "p95": 12.3}
    assert figures["join_ms"] == {"p50": None, "p95": None}
    assert (figures["commands"], figures["reconnects"]) == (2, 3)
    assert (figures["packets_expected"], figures["packets_received"]) == (4, 3)
    assert figures["refused"] == {"AskToSpeak: ListClosed": 3}
    assert spread([])["p95"] is None
