"""JSON, one message to the line: how control and worker speak over their unix socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

LONGEST = 4 << 20  # bytes: an offer is 64 KiB, the stage of a large meeting some tens


def encode(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


async def messages(reader: asyncio.StreamReader) -> AsyncIterator[dict[str, Any]]:
    """Until the other side closes.  A connection that breaks ends like one that is closed."""
    while True:
        try:
            line = await reader.readline()
        except (ConnectionError, ValueError):
            return
        if not line.endswith(b"\n"):
            return
        yield json.loads(line)
