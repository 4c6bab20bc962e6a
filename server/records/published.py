"""The public witness: the heads of the logs, in batches, under one Merkle root (RFC 6962) that everybody may keep.

Each closed meeting's signed head becomes a leaf, and so does, from time to time, the last entry of a meeting that goes
on.  The signed root of each batch stands on a public page, goes to the superiors by mail, and stands in the first entry
of the cell's next meeting.  Whoever owns the database, and even the key, may write a log anew from beginning to end; he
cannot make it fit a root that somebody else has kept: `against` finds him.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import rfc8785
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from . import merkle, tables
from .codec import moment
from .database import Database
from .signing import Key, Tree, signed

_OPEN = ("called", "gathering", "open", "paused")
MOST = 10_000  # heads of one batch
PAGE = 2_000  # leaves read at a time


class WitnessBroken(Exception):
    """What was published is no longer what stands in the tables; nothing more is signed on top of it."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One head: entry `seq` of the log of `meeting` has this hash."""

    meeting: str
    seq: int
    hash: bytes

    def data(self) -> bytes:
        """What is hashed: canonical JSON (RFC 8785)."""
        return rfc8785.dumps({"hash": self.hash.hex(), "meeting": self.meeting, "seq": self.seq})


@dataclass(frozen=True, slots=True)
class Root:
    """The root over the first `size` leaves, signed by the house."""

    size: int
    root: bytes
    at: datetime
    signature: bytes
    public_key: bytes

    def plain(self) -> dict[str, Any]:
        return {
            "size": self.size,
            "root": self.root.hex(),
            "at": moment(self.at),
            "signature": self.signature.hex(),
            "public_key": self.public_key.hex(),
        }


# -- Publishing ------------------------------------------------------------------------------------------------------

_l, _r, _h, _e, _m = (
    tables.witness_leaves.c,
    tables.witness_roots.c,
    tables.heads.c,
    tables.events.c,
    tables.meetings.c,
)


async def publish(database: Database, key: Key, at: datetime) -> Root | None:
    """Put what is new into the tree and sign its root; None if nothing is.  Raises WitnessBroken."""
    async with database.write() as connection:
        new = [*await _closed(connection), *await _open(connection)][:MOST]
        if wrong := await _missing(connection, _GROWING):
            raise WitnessBroken(wrong[0])
        if not new:
            return None
        kept, last = await leaves(connection), await latest(connection)
        before = await asyncio.to_thread(hashes, kept)
        if last and (len(before) != last.size or await asyncio.to_thread(merkle.root, before) != last.root):
            raise WitnessBroken("The published heads are no longer those that were signed.")
        rows = [
            {"n": n, "meeting": each.meeting, "seq": each.seq, "hash": each.hash, "at": at}
            for n, each in enumerate(new, len(kept))
        ]
        await connection.execute(tables.witness_leaves.insert(), rows)
        whole = await asyncio.to_thread(merkle.root, [*before, *hashes(new)])
        size = len(kept) + len(new)
        made = Root(size, whole, at, key.sign(Tree(size, whole)), key.public)
        row = {"size": size, "root": whole, "at": at, "signature": made.signature, "public_key": key.public}
        await connection.execute(tables.witness_roots.insert().values(**row))
        return made


def hashes(of: Sequence[Leaf]) -> list[bytes]:
    return [merkle.leaf(each.data()) for each in of]


def _same(entry: Any) -> sa.ColumnElement[bool]:
    """A leaf is known by its hash too: one that was written anew after it was published is not taken for it."""
    return sa.and_(_l.meeting == entry.meeting, _l.seq == entry.seq, _l.hash == entry.hash)


_GOING = sa.select(_m.id).where(_m.phase.in_(_OPEN))
_UNTOLD = (
    sa.select(_h.meeting, _h.seq, _h.hash)
    .select_from(tables.heads.outerjoin(tables.witness_leaves, _same(_h)))
    .where(_l.n.is_(None))
)
# What is published of the meetings that go on, or have a head that is not.
_GROWING = sa.or_(_l.meeting.in_(_GOING), _l.meeting.in_(_UNTOLD.with_only_columns(_h.meeting)))


async def _closed(connection: AsyncConnection) -> Sequence[Leaf]:
    """Signed heads that are not in the tree yet, in the order they were signed."""
    rows = await connection.execute(_UNTOLD.order_by(_h.sealed_at, _h.meeting, _h.seq).limit(MOST))
    return [Leaf(row.meeting, row.seq, row.hash) for row in rows]


async def _open(connection: AsyncConnection) -> Sequence[Leaf]:
    """The last entries of the meetings that go on, where they are not in the tree yet."""
    last = sa.select(_e.meeting, sa.func.max(_e.seq).label("seq")).where(_e.meeting.in_(_GOING)).group_by(_e.meeting)
    end = last.subquery()
    joined = tables.events.join(end, sa.and_(_e.meeting == end.c.meeting, _e.seq == end.c.seq))
    known = sa.select(_l.n).where(_same(_e)).exists()
    found = sa.select(_e.meeting, _e.seq, _e.hash).select_from(joined).where(~known).order_by(_e.meeting)
    return [Leaf(row.meeting, row.seq, row.hash) for row in await connection.execute(found)]


# -- Reading ---------------------------------------------------------------------------------------------------------


async def leaves(connection: AsyncConnection, size: int | None = None) -> Sequence[Leaf]:
    """The first `size`, a page at a time: between two pages others have their turn."""
    every: list[Leaf] = []
    page = sa.select(_l.n, _l.meeting, _l.seq, _l.hash).order_by(_l.n).limit(PAGE)
    page, after = page if size is None else page.where(_l.n < size), -1
    while rows := (await connection.execute(page.where(_l.n > after))).all():
        every += [Leaf(row.meeting, row.seq, row.hash) for row in rows]
        after = rows[-1].n
    return every


async def latest(connection: AsyncConnection) -> Root | None:
    found = await roots(connection, 1)
    return found[0] if found else None


async def roots(connection: AsyncConnection, limit: int = 200) -> Sequence[Root]:
    """The latest first."""
    query = sa.select(tables.witness_roots).order_by(_r.size.desc()).limit(limit)
    return [Root(**row._mapping) for row in await connection.execute(query)]


# -- Holding the database against what somebody kept -----------------------------------------------------------------


class NoWitness(ValueError):
    """The file is none of ours."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody kept: a root, and perhaps the leaves under it."""

    size: int
    root: bytes
    leaves: tuple[Leaf, ...]


def read(text: str) -> Kept:
    """A saved /witness.json, or any text (a mail) in which a line holds {"size": …, "root": "…"}.  Raises NoWitness."""
    for part in (text, *(line[line.find("{") :] for line in text.splitlines() if "{" in line)):
        try:
            plain = json.loads(part)
            if not isinstance(plain, dict):
                continue
            return _document(plain) if "leaves" in plain else Kept(int(plain["size"]), _digest(plain["root"]), ())
        except (ValueError, KeyError, TypeError, IndexError):
            continue
    raise NoWitness("This file holds no root of a witness.")


def _document(plain: Mapping[str, Any]) -> Kept:
    every = tuple(Leaf(str(x["meeting"]), int(x["seq"]), _digest(x["hash"])) for x in plain["leaves"])
    top = plain["roots"][0]
    return Kept(int(top["size"]), _digest(top["root"]), every)


def _digest(text: str) -> bytes:
    found = bytes.fromhex(text)
    if len(found) != 32:
        raise ValueError("not a hash")
    return found


async def against(database: Database, kept: Kept) -> AsyncIterator[str]:
    """What no longer fits, a sentence each; nothing at all if everything does."""
    if kept.leaves and merkle.root(hashes(kept.leaves)) != kept.root:
        yield "the file contradicts itself: its heads do not make its root"
        return
    async with database.read() as connection:
        own = await leaves(connection, kept.size)
        if len(own) < kept.size or merkle.root(hashes(own)) != kept.root:
            yield f"the published heads up to {kept.size} are no longer those of the root {kept.root.hex()[:16]}…"
        for wrong in await _missing(connection, _l.n < kept.size):
            yield wrong
        for each in sorted({*kept.leaves} - {*own}, key=Leaf.data):
            query = sa.select(_e.hash).where(_e.meeting == each.meeting, _e.seq == each.seq)
            if wrong := _wrong(each, await connection.scalar(query)):
                yield wrong


async def _missing(connection: AsyncConnection, which: sa.ColumnElement[bool]) -> Sequence[str]:
    """Which of these leaves is no longer in the logs: one question, however many there are."""
    joined = tables.witness_leaves.outerjoin(tables.events, sa.and_(_e.meeting == _l.meeting, _e.seq == _l.seq))
    found = sa.select(_l.meeting, _l.seq, _l.hash, _e.hash.label("now")).select_from(joined)
    gone = found.where(which, sa.or_(_e.hash.is_(None), _e.hash != _l.hash)).order_by(_l.n)
    return [_wrong(Leaf(row.meeting, row.seq, row.hash), row.now) for row in await connection.execute(gone)]


def _wrong(leaf: Leaf, now: bytes | None) -> str:
    """What is wrong with the entry of this leaf, whose hash is `now`; "" = nothing."""
    if now is None:
        return f"{leaf.meeting}: entry {leaf.seq}, which was published, is missing"
    return "" if now == leaf.hash else f"{leaf.meeting}: entry {leaf.seq} and what stands before it were written anew"


async def sound(database: Database) -> AsyncIterator[str]:
    """What is wrong with the witness itself, by what stands in the database; nothing if it is well."""
    async with database.read() as connection:
        every, signed_roots = await leaves(connection), list(reversed(await roots(connection, 50)))
        for wrong in await _missing(connection, sa.true()):
            yield wrong
    tree = merkle.Tree(hashes(every))
    for each in signed_roots:
        if each.size > tree.size or tree.root(0, each.size) != each.root:
            yield f"the root over {each.size} heads is not that of the published heads"
        elif not signed(Tree(each.size, each.root), each.signature, each.public_key):
            yield f"the signature of the root over {each.size} heads does not hold"
    for before, after in pairwise(signed_roots):
        if after.at < before.at:
            yield f"the root over {after.size} heads is dated before the one over {before.size}"
