"""PDF by Typst: a layout file beside this one, and the data as JSON, which is never read as markup.

The letters are Libertinus Serif, which comes with the library: no font of the machine is asked, so that the same data
gives the same paper everywhere.
"""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

FOLDER = Path(__file__).parent


async def paper(layout: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of `layout` (as "pilot_report.typ") with `data`; set in another thread, some tenths of a second."""
    return await asyncio.to_thread(_set, layout, json.dumps(data, ensure_ascii=False))


def _set(layout: str, data: str) -> bytes:
    made = typst.compile(FOLDER / layout, root=FOLDER, ignore_system_fonts=True, sys_inputs={"data": data})
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no PDF.")
    return made
