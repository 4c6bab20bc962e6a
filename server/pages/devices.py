"""From a User-Agent to a few plain words: which of my devices is that?  Only these words are kept, never the header."""

from collections.abc import Callable, Sequence

PHONE, TABLET, COMPUTER = "phone", "tablet", "computer"

# The first mark found wins: browsers name those they descend from.
_BROWSERS: Sequence[tuple[str, str]] = (
    ("Zalo", "Zalo"),
    ("FBAN", "Facebook"),
    ("FBAV", "Facebook"),
    ("coc_coc", "Cốc Cốc"),
    ("SamsungBrowser", "Samsung Internet"),
    ("OPR/", "Opera"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Sequence[tuple[str, str, str]] = (
    ("iPhone", "iPhone", PHONE),
    ("iPad", "iPad", TABLET),
    ("Android", "Android", PHONE),
    ("Windows", "Windows", COMPUTER),
    ("Macintosh", "macOS", COMPUTER),
    ("CrOS", "ChromeOS", COMPUTER),
    ("Linux", "Linux", COMPUTER),
)


def words(user_agent: str) -> str:
    """As phone|Android|Chrome, which the sessions keep; "" where nothing is recognised."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system, kind = next(((name, kind) for mark, name, kind in _SYSTEMS if mark in user_agent), ("", ""))
    if system == "Android" and "Mobile" not in user_agent:
        kind = TABLET
    return "|".join((kind, system, browser)) if browser or system else ""


def described(say: Callable[[str], str], device: str) -> str:
    """As điện thoại · Android · Chrome."""
    kind, _, rest = device.partition("|")
    kinds = {PHONE: say("phone"), TABLET: say("tablet"), COMPUTER: say("computer")}
    parts = (kinds.get(kind, ""), *rest.split("|"))
    return " · ".join(part for part in parts if part) or say("unknown device")
