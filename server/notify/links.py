"""The personal link to one meeting, in mails and calendar files: it says whose it is, and signs nobody in.

The key stands outside the database, so that who reads the tables can make no link.
"""

import re
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer

PATH = "/go/"
_MEETING = re.compile(r"/meetings/([^/?#]+)")


@dataclass(frozen=True, slots=True)
class Link:
    meeting: str
    person: str


class Links:
    def __init__(self, key: bytes) -> None:
        self._serializer = URLSafeSerializer(key, salt="chibo link")

    def to(self, meeting: str, person: str) -> str:
        """The path of this person's link."""
        return f"{PATH}{self._serializer.dumps([meeting, person])}"

    def instead_of(self, path: str, person: str) -> str:
        """His own link where `path` is that of a meeting; any other path as it is."""
        found = _MEETING.fullmatch(path)
        return self.to(found.group(1), person) if found else path

    def read(self, token: str) -> Link | None:
        """None where it is not one of ours."""
        try:
            meeting, person = self._serializer.loads(token)
        except (BadData, ValueError, TypeError):
            return None
        return Link(str(meeting), str(person))
