"""The tree of RFC 6962: its own examples of shape, and proofs that hold for what is so and for nothing else."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from server.records.merkle import EMPTY, Tree, grew, included, leaf, node, root

leaves = st.lists(st.binary(min_size=1, max_size=8).map(leaf), min_size=1, max_size=40)


def shape(hashes: list[bytes]) -> bytes:
    """The definition of section 2.1, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node(shape(hashes[:k]), shape(hashes[k:]))


def test_the_empty_tree_and_one_leaf() -> None:
    assert root([]) == EMPTY == sha256(b"").digest()
    assert (
        root([leaf(b"")]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )  # RFC 6962 test


def test_a_node_cannot_be_passed_off_as_a_leaf() -> None:
    one, two = leaf(b"a"), leaf(b"b")
    assert leaf(one + two) != node(one, two)


@given(leaves)
def test_the_root_is_that_of_the_definition(hashes: list[bytes]) -> None:
    assert root(hashes) == Tree(hashes).root() == shape(hashes)
    assert [Tree(hashes).root(0, size) for size in range(len(hashes) + 1)] == [
        root(hashes[:size]) for size in range(len(hashes) + 1)
    ]


@given(leaves, st.data())
def test_a_leaf_is_proven_where_it_stands_and_nowhere_else(hashes: list[bytes], data: st.DataObject) -> None:
    n = data.draw(st.integers(0, len(hashes) - 1))
    path, tree = Tree(hashes).inclusion(n), root(hashes)
    assert included(n, len(hashes), hashes[n], path, tree)
    assert not included(n, len(hashes), leaf(b"another one"), path, tree)
    assert not included(n, len(hashes), hashes[n], [*path, bytes(32)], tree)
    assert not included(len(hashes), len(hashes), hashes[n], path, tree)


@given(leaves, st.data())
def test_a_tree_that_grew_is_proven_and_one_that_was_changed_is_not(hashes: list[bytes], data: st.DataObject) -> None:
    old = data.draw(st.integers(1, len(hashes)))
    proof, before, now = Tree(hashes).consistency(old), root(hashes[:old]), root(hashes)
    assert grew(old, len(hashes), before, now, proof)
    n = data.draw(st.integers(0, old - 1))
    changed = [*hashes[:n], leaf(b"written anew"), *hashes[n + 1 :]]
    assert not grew(old, len(hashes), root(changed[:old]), now, proof)
    assert not grew(old, len(hashes), before, root(changed), Tree(changed).consistency(old))
