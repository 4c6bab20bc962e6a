"""Outgoing numbers: without a hole, without a repetition, whatever the sources do."""

import random
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from server.media.rewrite import PictureNumbers, Rewriter


@dataclass
class Model:
    """The definition: who is left out takes no number, everybody else keeps his distance, a new source goes on."""

    newest: int  # the highest number given or held free for somebody who is late
    first: int = 0
    base: int = 0
    seen: int = 0
    skipped: set[int] = field(default_factory=set)

    def begin(self, index: int) -> None:
        self.first, self.base, self.seen, self.skipped = index, self.newest + 1, index - 1, set()

    def out(self, index: int) -> int | None:
        if index < self.first or index in self.skipped:
            return None
        return self.base + (index - self.first) - sum(1 for other in self.skipped if other < index)

    def number(self, index: int) -> int | None:
        self.seen = max(self.seen, index)
        out = self.out(index)
        self.newest = max(self.newest, out or 0)
        return out

    def skip(self, index: int) -> None:
        if index > self.seen:
            self.newest = max(self.newest, self.base + (index - 1 - self.first) - len(self.skipped))
            self.seen = index
            self.skipped.add(index)


STEP = st.tuples(st.integers(1, 4), st.booleans(), st.integers(0, 5))
SOURCE = st.tuples(st.integers(0, 70000), st.lists(STEP, max_size=40))


@given(st.integers(0, 0x7FFF), st.lists(SOURCE, min_size=1, max_size=6))
def test_the_rewriter_is_its_definition(first: int, sources: list) -> None:
    rewriter, model = Rewriter(first), Model(first - 1)
    given_out: list[int] = []
    for start, steps in sources:
        rewriter.begin(start, 0, 0)
        model.begin(start)
        index, lost = start - 1, [start - 1]
        for step, leave_out, late in steps:
            lost += range(index + 1, index + step)
            index += step
            if leave_out and index > start:
                rewriter.skip(index)
                model.skip(index)
            else:
                given_out.append(check(rewriter, model, index))
            if late and lost:
                out = check(rewriter, model, lost.pop(late % len(lost)))
                given_out += [] if out is None else [out]
        assert rewriter.newest == model.newest
    assert len(given_out) == len(set(given_out)), "an index was given twice"


def check(rewriter: Rewriter, model: Model, index: int) -> int | None:
    out = rewriter.number(index)
    assert out == model.number(index)
    return out


@given(st.integers(0, 0x7FFF), st.lists(st.tuples(st.integers(0, 65535), st.integers(1, 5)), min_size=1, max_size=50))
def test_without_loss_there_is_no_hole_over_changes_of_source(first: int, sources: list[tuple[int, int]]) -> None:
    rewriter, out = Rewriter(first), []
    for start, length in sources:
        rewriter.begin(start, 0, 0)
        for index in range(start, start + length):
            if index % 3 == 2 and index > start:
                rewriter.skip(index)
            else:
                out.append(rewriter.number(index))
    assert out == list(range(first, first + len(out)))


def test_no_index_is_given_twice_in_a_million_packets() -> None:
    chance = random.Random(7)
    rewriter = Rewriter(0x7FFF)
    given_out: set[int] = set()
    count, changes = 0, 0
    while count < 1_000_000:
        index = chance.randrange(65536)
        rewriter.begin(index, 0, 0)
        changes += 1
        lost: list[int] = []
        for _ in range(chance.randrange(1, 400)):
            draw = chance.random()
            if draw < 0.02:
                rewriter.skip(index)
            elif draw < 0.07:
                lost.append(index)
            else:
                count += give(rewriter, index, given_out)
            if lost and draw > 0.95:
                count += give(rewriter, lost.pop(chance.randrange(len(lost))), given_out)
            index += 1
    assert changes > 4000 and len(given_out) == count
    assert rewriter.newest >> 16 > 10, "it went round many times"


def give(rewriter: Rewriter, index: int, given_out: set[int]) -> int:
    out = rewriter.number(index)
    if out is None:
        return 0
    given_out.add(out)
    return 1


def test_a_late_packet_of_the_source_before_is_left_out() -> None:
    rewriter = Rewriter(10)
    rewriter.begin(100, 0, 0)
    assert [rewriter.number(i) for i in (100, 102)] == [10, 12]
    rewriter.begin(5000, 0, 0)
    assert rewriter.number(5000) == 13
    assert rewriter.number(101) is None


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_the_first_packet_of_a_source_goes_out_at_the_time_asked(timestamp: int, out: int) -> None:
    rewriter = Rewriter(0)
    rewriter.begin(1, timestamp, out)
    assert (timestamp + rewriter.ts_shift) & 0xFFFFFFFF == out


@given(st.lists(st.tuples(st.integers(0, 0x7FFF), st.integers(0, 255), st.integers(1, 300)), min_size=1, max_size=20))
def test_picture_numbers_run_on_over_changes_of_source(sources: list[tuple[int, int, int]]) -> None:
    numbers = PictureNumbers(0x7FF0, 250)
    out = []
    for picture, tl0, length in sources:
        numbers.begin(picture, tl0)
        out += [numbers.number((picture + i) & 0x7FFF, (tl0 + i) & 0xFF, True) for i in range(length)]
    assert out == [((0x7FF1 + i) & 0x7FFF, (251 + i) & 0xFF) for i in range(len(out))]
