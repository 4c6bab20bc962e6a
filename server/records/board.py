"""What everybody may ask of the public witness, kept ready: each leaf is read and hashed once, and no answer stops a
meeting.  A new root comes every ten minutes at most; until then whoever asks gets what lies here."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from .database import Database
from .merkle import Tree
from .published import Leaf, Root, hashes, latest, leaves, roots


class Shown:
    """The tree under one root."""

    def __init__(self, every: Sequence[Leaf], signed: Sequence[Root], house: str) -> None:
        """`signed`: the latest roots, the last one first.  Takes a second for a hundred thousand leaves."""
        self._every, self._tree = every, Tree(hashes(every))
        self.top = signed[0] if signed else None
        self.tree = self.top.plain() if self.top else None
        self.tag = self._tree.root().hex()
        self._of: defaultdict[str, list[int]] = defaultdict(list)
        for n, each in enumerate(every):
            self._of[each.meeting].append(n)
        whole = {
            "format": "chibo witness 1",
            "house": house,
            "roots": [each.plain() for each in signed],
            "leaves": [{"meeting": x.meeting, "seq": x.seq, "hash": x.hash.hex()} for x in every],
        }
        self.document = json.dumps(whole, indent=1).encode()

    def proof(self, meeting: str, seq: int | None = None) -> dict[str, Any] | None:
        """That a head of this meeting (the last, or that of entry `seq`) is in the tree of the root; None if not."""
        at = [n for n in self._of.get(meeting, ()) if seq in (None, self._every[n].seq)]
        if not at:
            return None
        n, own = at[-1], self._every[at[-1]]
        path = [each.hex() for each in self._tree.inclusion(n)]
        return {
            "meeting": own.meeting, "seq": own.seq, "hash": own.hash.hex(), "n": n, "path": path, "tree": self.tree,
        }  # fmt: skip

    def growth(self, old: int) -> dict[str, Any] | None:
        """That the tree of `old` leaves is the beginning of this one; None where there was no such tree."""
        if not 0 < old <= self._tree.size:
            return None
        proof = [each.hex() for each in self._tree.consistency(old)]
        return {"old": old, "old_root": self._tree.root(0, old).hex(), "proof": proof, "tree": self.tree}


class Board:
    """The public page's memory."""

    def __init__(self, database: Database, house: str) -> None:
        """`house`: its address, which the document names."""
        self._database, self._house = database, house
        self._one = asyncio.Lock()
        self._shown: Shown | None = None

    async def shown(self) -> Shown:
        """What stands under the latest root."""
        async with self._one, self._database.read() as connection:
            top = await latest(connection)
            if self._shown and self._shown.top == top:
                return self._shown
            every, signed = await leaves(connection, top.size if top else 0), await roots(connection)
            self._shown = await asyncio.to_thread(Shown, every, signed, self._house)
            return self._shown
