"""The key of a meeting whose sound and picture only its members can open (docs/media.md, "Sealed meetings").  Pure.

The key follows from our own secret, the meeting, and the latest removal among those who are removed now: so it is
another as soon as somebody is removed, nobody who is removed has had it, and after a restart it is the same.
"""

import base64
import hmac

from ..meeting import Meeting
from .messages import KeyMessage

LENGTH = 16  # bytes: AES-128-GCM


def key_of(secret: bytes, id: str, meeting: Meeting) -> KeyMessage | None:
    """None: the meeting is not sealed."""
    if not meeting.regulation.sealed:
        return None
    latest = max((removal.at for removal in meeting.attendance.removed.values()), default=None)
    info = f"{id}\n{latest.isoformat() if latest else ''}".encode()
    key = hmac.digest(secret, b"media key\n" + info, "sha256")[:LENGTH]
    number = int.from_bytes(hmac.digest(secret, b"media key number\n" + info, "sha256")[:2])
    return {"number": number, "key": base64.b64encode(key).decode()}
