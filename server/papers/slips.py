"""Slips to cut and hand over: six on an A4 page, each with its QR code and its number."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import qr
from .pdf import paper


@dataclass(frozen=True, slots=True)
class Slip:
    """`kind`: join | reset | factor; `until` as it is printed."""

    name: str
    unit: str
    kind: str
    code: str
    link: str
    until: str


async def paper_of(slips: Sequence[Slip], site: str) -> bytes:
    """The PDF; `site` is where the number can be typed."""
    rows = [
        {
            "name": each.name,
            "unit": each.unit,
            "kind": each.kind,
            "code": " ".join(each.code[at : at + 4] for at in range(0, len(each.code), 4)),
            "until": each.until,
            "qr": qr.file(each.link),
        }
        for each in slips
    ]
    return await paper("slips.typ", {"slips": rows, "site": site})
