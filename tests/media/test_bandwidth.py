"""What a listener is given: audio first, down at once, up slowly."""

import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from server.media import allot
from server.media.allot import ALL_LAYERS, LARGE, SMALL, SMALL_MAIN, STEPS, A, B, C, D, F, Ladder, costs, layers
from server.media.bandwidth import EVERY, LEAST, MOST, PER_SECOND, Budget, Ceiling, Rate
from server.media.rtp import abs_send_time

NEVER = float("-inf")
RATES = st.floats(LEAST, MOST)
PACKETS = st.tuples(st.integers(-5, 300), st.integers(0, 300))
WITNESS = st.one_of(
    st.tuples(st.just("remb"), st.integers(0, 2 * MOST)),
    st.tuples(st.just("reported"), PACKETS),
    st.tuples(st.just("asked"), PACKETS),
    st.tuples(st.just("trip"), st.floats(0, 10)),
    st.tuples(st.just("quiet"), st.none()),
)
TELL = {
    "remb": Budget.estimated,
    "reported": lambda budget, what, now: budget.lost(what, (0, 0), now),
    "asked": lambda budget, what, now: budget.lost((0, 0), what, now),
    "trip": Budget.trip,
}


@given(st.lists(st.tuples(WITNESS, RATES, st.floats(0.01, 5)), max_size=60), st.floats(0, 1))
def test_whatever_is_told_the_budget_never_leaps_up_and_stays_in_its_bounds(told: list, share: float) -> None:
    budget, now = Budget(0.0), 0.0
    for (kind, what), sent, passed in told:
        before, now = budget.bits, now + passed
        if what is not None:
            TELL[kind](budget, what, now)
        assert budget.bits <= before, "nothing that is told raises it"
        lower = budget.bits
        assert LEAST <= budget.look(sent, sent * share, now) <= MOST
        assert lower <= budget.bits <= lower * PER_SECOND ** (passed + 1e-6) + 1e-3


def looked(sent: float, pictures: float) -> Budget:
    budget = Budget(0.0)
    budget.look(sent, pictures, 0.0)
    return budget


def asked(budget: Budget, share: float, now: float) -> None:
    """So much of 200 packets is asked for again."""
    budget.lost((0, 0), (round(200 * share), 200), now)


def test_a_rise_is_tested_by_a_round_trip_in_which_its_queue_would_show() -> None:
    budget = looked(58_000, 0)
    assert budget.tested, "from who never answers nothing is awaited"
    budget.trip(0.05, 0.5)
    budget.rose_at = 1.0
    budget.trip(0.05, 1.1)
    assert not budget.tested
    budget.trip(0.05, 1.5)
    assert budget.tested and budget.clear


def test_an_estimate_counts_only_when_the_round_trip_agrees_and_stands_beside_the_sound() -> None:
    budget = looked(344_000, 250_000)
    budget.trip(0.05, 0.1)
    budget.estimated(70_000, 0.3)
    asked(budget, 0.04, 0.5)
    budget.estimated(70_000, 0.6)
    assert not budget.limited, "it lags behind what is sent, or the computer is busy"
    budget.trip(0.3, 0.9)
    budget.estimated(200_000, 1.0)
    assert not budget.limited, "one long round trip, and not far below"
    budget.estimated(70_000, 1.1)
    assert round(budget.bits) == 94_000 + 63_000


def test_without_pictures_an_estimate_says_nothing() -> None:
    budget = looked(94_000, 0)
    budget.estimated(24_233, 0.3)  # what it was when the last picture stopped
    assert not budget.limited


def test_without_an_estimate_loss_alone_leaves_what_arrived() -> None:
    budget = looked(344_000, 250_000)
    asked(budget, 0.56, 1.0)
    assert round(budget.bits) == round(0.8 * 344_000 * 0.44)


@given(st.integers(0, 2**32), st.sampled_from([0.05, 0.1, 0.2]))
@settings(max_examples=30, deadline=None)
def test_chance_is_not_taken_for_a_full_line(seed: int, loss: float) -> None:
    """Ten minutes of a lossy radio link, 120 packets a second."""
    chance, budget = random.Random(seed), looked(300_000, 200_000)
    for look in range(3000):
        now = look * EVERY
        lost = sum(chance.random() < loss for _ in range(24))
        budget.lost((lost, 24), (lost, 24), now)
        if look % 5 == 0:
            budget.trip(0.05 + chance.random() * 0.05, now)
        budget.look(300_000, 200_000, now)
        assert not budget.limited


def test_what_was_lost_before_a_fall_does_not_make_it_fall_again() -> None:
    budget = looked(344_000, 250_000)
    asked(budget, 0.56, 1.0)
    before = budget.bits
    budget.look(130_000, 30_000, 1.2)
    budget.lost((80, 100), (50, 60), 1.4)
    budget.lost((80, 100), (0, 0), 4.0)
    assert budget.bits == before
    asked(budget, 0.5, 4.2)
    assert budget.bits == 100_000, "the pictures go before any voice does"
    budget.look(100_000, 0, 6.0)
    asked(budget, 0.5, 7.0)
    assert budget.bits < 100_000, "now it is the sound itself that does not fit"


def test_a_queue_alone_counts_too() -> None:
    budget = looked(200_000, 100_000)
    budget.trip(0.05, 1.0)
    assert not budget.limited
    budget.trip(0.35, 2.0)
    budget.trip(0.35, 2.1)  # the same moment, told by another stream
    assert not budget.limited, "one is a busy computer"
    budget.trip(0.35, 2.4)
    assert not budget.limited, "nor are two, while nothing is lost"
    budget.trip(0.35, 2.9)
    assert round(budget.bits) == 160_000
    soon = looked(200_000, 100_000)
    soon.trip(0.05, 1.0)
    asked(soon, 0.05, 1.2)
    for now in (2.0, 2.4):
        assert not soon.limited
        soon.trip(0.35, now)
    assert round(soon.bits) == round(0.8 * 200_000 * 0.95)


def test_a_queue_takes_no_voice_away_unless_packets_are_lost() -> None:
    budget = looked(94_000, 0)
    for step in range(40):
        budget.trip(0.5 if step else 0.05, step / 2)
    assert not budget.limited


def test_a_bad_radio_link_is_no_queue() -> None:
    budget = looked(300_000, 200_000)
    budget.trip(0.06, 0.9)
    asked(budget, 0.2, 1.0)
    assert not budget.limited
    budget.estimated(500_000, 1.9)
    budget.trip(0.3, 2.0)
    asked(budget, 0.2, 2.2)
    assert budget.limited, "but this is one"


def test_reports_of_the_leap_after_a_restart_are_not_loss() -> None:
    budget = Budget(0.0, deaf_until=8.0)
    budget.look(300_000, 200_000, 0.0)
    asked(budget, 0.95, 5.0)
    assert not budget.limited
    asked(budget, 0.95, 9.0)
    assert budget.limited


def came(ceiling: Ceiling, now: float, wait: float) -> None:
    """A packet that was on its way for 40 ms and what it waited, its sender's clock half an hour behind ours."""
    ceiling.arrived(abs_send_time(now - 0.04 - wait - 1800.3), abs_send_time(now), now)


def test_a_queue_on_the_way_up_lowers_the_ceiling_below_what_comes_and_then_lets_it_rise() -> None:
    ceiling = Ceiling(0.0)
    for step in range(1, 3000):
        now = step / 50
        came(ceiling, now, 0.02 if step % 7 else 0.3)
        assert step % 10 or not ceiling.look(200_000, now), "a few late ones are no queue"
    ceiling.look(200_000, 59.98)
    for step in range(3000, 3011):
        came(ceiling, step / 50, 0.09)
    assert ceiling.look(150_000, 60.2) and 125_000 < ceiling.bits < 126_000, "what the line carries, less what waits"
    for step in range(3011, 3061):
        came(ceiling, step / 50, 0.0)
        assert step % 10 or not ceiling.look(150_000, step / 50)
    assert 126_000 < ceiling.bits <= 126_000 * PER_SECOND


@given(st.lists(st.tuples(st.integers(0, 2**24 - 1), st.integers(0, 2**24 - 1), st.floats(0, 5)), max_size=50))
def test_whatever_stamps_a_sender_invents_the_ceiling_stays_in_its_bounds(stamps: list) -> None:
    ceiling, now = Ceiling(0.0), 0.0
    for stamp, arrival, passed in stamps:
        now += passed
        ceiling.arrived(stamp, arrival, now)
        ceiling.look(stamp, now)
        assert 0 <= ceiling.queue <= 64 and LEAST <= ceiling.bits <= MOST


def test_the_rate_is_that_of_the_last_second() -> None:
    rate = Rate()
    for step in range(51):
        rate.note(1000 * step, step * EVERY)
    assert round(rate.bits) == 40_000
    for step in range(51, 57):
        rate.note(50_000, step * EVERY)
    assert rate.bits == 0


def climb(ladder: Ladder, bits: float, each: list, fell_at: float, now: float, clear: bool = True) -> int:
    """Of what was there before."""
    return ladder.climb(bits, each, each, fell_at, clear, now)


PICTURE = st.lists(st.floats(1, 500_000), min_size=1, max_size=4).map(sorted)
SIZES = st.lists(PICTURE, max_size=2)


@given(st.integers(0, 3), SIZES, st.lists(SIZES, max_size=8), RATES, st.integers(0, 1))
def test_sound_is_reserved_first_and_no_step_costs_less_than_the_one_below(
    voices: int, main: list, thumbnails: list, bits: float, largest: int
) -> None:
    for steps in allot.MODES.values():
        each = costs(steps, voices, main, thumbnails, largest)
        assert each == sorted(each)
        voice = allot.USUAL + allot.UNDER
        assert each[:2] == [min(voices, 1) * voice, voices * voice]
        rung = climb(Ladder(0.0), bits, each, NEVER, 0.0)
        assert each[rung] <= bits or rung == 0


@given(st.lists(st.tuples(RATES, st.floats(0.1, 3)), max_size=200))
def test_the_ladder_falls_at_once_and_never_climbs_twice_within_five_seconds(budgets: list) -> None:
    each = [94_000.0, 155_000.0, 199_000.0, 321_000.0, 413_000.0, 535_000.0]
    ladder, now, at, rose = Ladder(0.0), 1.0, 0, float("-inf")
    assert climb(ladder, MOST, each, NEVER, now) == 1
    assert climb(ladder, LEAST, each, NEVER, now) == 0
    for bits, passed in budgets:
        now += passed
        before, at = at, climb(ladder, bits, each, NEVER, now)
        assert each[at] <= bits or at == 0
        if at > before:
            assert now - rose >= allot.WAITS[0]
            rose = now


def test_in_the_beginning_he_climbs_quickly_until_something_speaks_against_it() -> None:
    each, ladder = [47.0, 94.0, 126.0, 155.0, 199.0, 327.0, 419.0, 547.0], Ladder(0.0)
    rungs = [climb(ladder, MOST, each, NEVER, step * allot.STARTS * 1.01) for step in range(8)]
    assert rungs == [0, 1, 2, 3, 4, 5, 6, 7]
    second = Ladder(0.0)
    assert [climb(second, MOST, each, NEVER, now) for now in (0.7, 0.8, 1.7, 2.6)] == [0, 1, 2, 3]
    assert climb(second, 150.0, each, 2.9, 2.9) == 2
    assert [climb(second, MOST, each, 2.9, now) for now in (4.0, 12.8, 13.0)] == [2, 2, 3], "and then slowly"


def test_while_a_queue_stands_nothing_more_is_tried() -> None:
    ladder = Ladder(0.0)
    assert [climb(ladder, MOST, [47.0, 94.0, 126.0], NEVER, now, clear=now > 3) for now in (1.0, 2.0, 4.0)] == [0, 0, 1]


def test_what_comes_anew_begins_below_though_its_rung_cost_nothing_until_then() -> None:
    nothing, camera, ladder = [47.0, 47.0, 47.0, 47.0], [47.0, 47.0, 87.0, 147.0], Ladder(0.0)
    assert [climb(ladder, MOST, nothing, NEVER, now) for now in (0.1, 1.0)] == [0, 3]
    assert ladder.climb(MOST, camera, nothing, NEVER, True, 1.2) == 1
    assert [climb(ladder, MOST, camera, NEVER, now) for now in (2.0, 2.9, 9.0)] == [2, 3, 3]
    assert climb(ladder, MOST, nothing, NEVER, 10.0) == 3
    assert ladder.climb(MOST, camera, nothing, NEVER, True, 20.0) == 3, "so much it has carried before"


def test_a_rise_that_failed_is_tried_again_later_and_later() -> None:
    each, ladder, now = [94.0, 155.0, 155.0, 155.0, 300.0, 300.0], Ladder(-1.0), 0.0
    assert [climb(ladder, bits, each, NEVER, now) for bits in (200, 100)] == [3, 0]
    tries = []
    while len(tries) < 5:
        now += EVERY
        if climb(ladder, 200, each, NEVER, now) == 3:  # three steps that cost the same are one
            tries.append(now)
            climb(ladder, 100, each, NEVER, now + EVERY)
    waits = [round(b - a) for a, b in itertools.pairwise(tries)]
    assert round(tries[0]) == 10, "the beginning was a try too"
    assert waits == [20, 30, 30, 30]


def test_a_picture_without_layers_is_whole_or_not_at_all() -> None:
    assert costs((A, B, C, D, F), 2, [(250_000.0,)], ()) == [116_000.0] + [366_000.0] * 4


def test_where_little_fits_the_small_size_is_shown_large() -> None:
    main = [(15_000.0, 32_000.0), (61_000.0, 105_000.0, 197_000.0)]
    each = costs(STEPS, 2, main, [[(15_000.0, 32_000.0), (9e9,)]] * 8)
    assert each == [58_000, 116_000, 148_000, 177_000, 221_000, 349_000, 441_000, 569_000]
    assert layers(SMALL_MAIN, 2, LARGE) == (SMALL, ALL_LAYERS) and layers(C, 2, LARGE) == (LARGE, 1)
    assert layers(F, 2, SMALL) == (SMALL, ALL_LAYERS) and layers(SMALL_MAIN, 1, LARGE) == (SMALL, 0)


def test_a_budget_that_falls_soon_after_a_rise_takes_the_rise_back() -> None:
    each, ladder = [94.0, 344.0], Ladder(-100.0)
    climb(ladder, 100, each, NEVER, 0.0)
    assert climb(ladder, 500, each, NEVER, 6.0) == 1
    assert climb(ladder, 350, each, 6.4, 6.4) == 0, "though it would fit"
    assert [climb(ladder, 500, each, 6.4, at) for at in (12.0, 16.3, 16.5)] == [0, 0, 1]
    assert climb(ladder, 350, each, 27.0, 27.0) == 1, "long after, only what does not fit"
