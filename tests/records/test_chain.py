from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from server.records.chain import GENESIS, first_broken, link, links

bodies = st.lists(st.binary(max_size=40), min_size=1, max_size=12)


def chained(of: list[bytes]) -> list[tuple[int, bytes, bytes]]:
    return [(seq, body, hash) for seq, (body, hash) in enumerate(zip(of, links(GENESIS, 0, of), strict=True), 1)]


def test_an_entry_is_the_hash_of_its_predecessor_its_number_and_its_body() -> None:
    assert link(GENESIS, 1, b"{}") == sha256(bytes(32) + bytes(7) + b"\x01" + b"{}").digest()


@given(bodies)
def test_what_was_linked_is_whole(of: list[bytes]) -> None:
    assert first_broken(chained(of)) is None


@given(bodies, st.integers(0, 1000), st.integers(0, 7))
def test_a_flipped_bit_is_named(of: list[bytes], where: int, bit: int) -> None:
    rows = chained(of)
    seq, body, hash = rows[where % len(rows)]
    whole = body + hash
    at = where % len(whole)
    flipped = whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
    rows[seq - 1] = (seq, flipped[: len(body)], flipped[len(body) :])
    broken = first_broken(rows)
    assert broken is not None
    assert broken[0] == seq


@given(bodies, st.integers(0, 1000))
def test_a_missing_entry_is_named(of: list[bytes], where: int) -> None:
    rows = chained([*of, b"last"])
    del rows[where % len(of)]
    assert first_broken(rows) == (where % len(of) + 1, "the entry is missing")


@given(bodies, bodies)
def test_linking_in_two_parts_is_linking_at_once(first: list[bytes], second: list[bytes]) -> None:
    head = list(links(GENESIS, 0, first))
    assert head + list(links(head[-1], len(first), second)) == list(links(GENESIS, 0, first + second))
