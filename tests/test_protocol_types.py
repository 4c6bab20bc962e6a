"""The room's types are made of the server's own schema: when it changes, `npm run protocol` must be run in web/."""

import hashlib
import json
import re
from pathlib import Path

from server.live.schema import schema

TYPES = Path(__file__).parents[1] / "web" / "src" / "protocol.ts"


def test_the_types_of_the_room_are_made_of_this_very_schema() -> None:
    text = json.dumps(schema(), ensure_ascii=False, separators=(",", ":"))
    found = re.search(r"schema: ([0-9a-f]{64})", TYPES.read_text(encoding="utf-8"))
    assert found and found[1] == hashlib.sha256(text.encode()).hexdigest()
