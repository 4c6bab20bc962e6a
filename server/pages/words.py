"""Languages: the catalogues, the choice for one request, and times as a secretary would say them."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from aiohttp import web
from babel.messages.pofile import read_po

from . import keys
from .headers import ASSETS

LANGUAGES: Mapping[str, str] = MappingProxyType({"vi": "Tiếng Việt", "en": "English"})
WEEKDAYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
        "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    }
)
IN_THE_ROOM = "in the room"  # marks the sentences that the meeting room may say (web/tools/words.py)
CLOCKS: Mapping[str, str] = MappingProxyType({"vi": "%H giờ %M", "en": "%H:%M"})


class Words:
    """The sentences of every language.  The English sentence is the key; a language without it shows English."""

    def __init__(self, locale: Path, default: str) -> None:
        self.default = default
        self.languages = LANGUAGES
        self._catalogues = {language: _catalogue(locale, language) for language in LANGUAGES}
        spoken = {language: _catalogue(locale, language, IN_THE_ROOM) for language in LANGUAGES}
        self._files = {language: json.dumps(said, ensure_ascii=False).encode() for language, said in spoken.items()}
        self._urls = {language: _url(language, file) for language, file in self._files.items()}

    def catalogue(self, language: str) -> Mapping[str, str]:
        """English sentence → sentence."""
        return self._catalogues[language]

    def file(self, language: str) -> bytes:
        """The part of the catalogue that the room needs, as JSON."""
        return self._files[language]

    def url(self, language: str) -> str:
        """Where `file` is."""
        return self._urls[language]

    def say(self, language: str, sentence: str, **facts: object) -> str:
        """The sentence in that language, its {placeholders} filled.  Plain text: templates escape it."""
        said = self._catalogues[language].get(sentence, sentence)
        return said.format(**facts) if facts else said

    def choose(self, cookie: str, accept: str) -> str:
        """The language for one request: what was chosen, else what the browser prefers, else the default."""
        if cookie in LANGUAGES:
            return cookie
        return next((word for word in preferred(accept) if word in LANGUAGES), self.default)


def phrased(words: Words, zone: ZoneInfo, language: str, sentence: str, facts: Mapping[str, object]) -> str:
    """A sentence that was kept with its facts; moments among them are said as 19 giờ 30, thứ Ba, 05/01/2027."""
    said = {
        name: f"{clock(fact, zone, language)}, {day(fact, zone, language)}" if isinstance(fact, datetime) else fact
        for name, fact in facts.items()
    }
    return words.say(language, sentence, **said)


def preferred(accept: str) -> list[str]:
    """The primary subtags of an Accept-Language header (RFC 9110, 12.5.4), the most wanted first."""
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept[:200].split(",")):
        tag, _, parameters = part.partition(";")
        weighed.append((-_weight(parameters), place, tag.strip().split("-")[0].lower()))
    return [tag for weight, _, tag in sorted(weighed) if weight < 0]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _url(language: str, file: bytes) -> str:
    """It changes with the file, so that browsers may keep it."""
    return f"{ASSETS}words-{language}.json?{hashlib.sha256(file).hexdigest()[:12]}"


async def serve(request: web.Request) -> web.StreamResponse:
    """The words of the room in one language; by an older address too those of today."""
    language = request.match_info["language"]
    if language not in LANGUAGES:
        raise web.HTTPNotFound
    made = web.Response(body=request.app[keys.WORDS].file(language), content_type="application/json", charset="utf-8")
    made.enable_compression()
    return made


def _catalogue(locale: Path, language: str, mark: str = "") -> Mapping[str, str]:
    """All of it, or what bears this mark."""
    file = locale / language / "LC_MESSAGES" / "chibo.po"
    if not file.exists():
        return {}
    with file.open("rb") as opened:
        found = [each for each in read_po(opened, locale=language) if not mark or mark in each.auto_comments]
        said = ((message.id, message.string) for message in found)
        return {key: word for key, word in said if isinstance(key, str) and isinstance(word, str) and key and word}


# -- Times -----------------------------------------------------------------------------------------------------------


def day(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """The day, as thứ Ba, 05/01/2027."""
    local = moment.astimezone(zone)
    return f"{WEEKDAYS[language][local.weekday()]}, {local:%d/%m/%Y}"


def clock(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """The time, as 19 giờ 30."""
    return moment.astimezone(zone).strftime(CLOCKS[language])


def exact(moment: datetime, zone: ZoneInfo) -> str:
    """The time to the second, as 19:30:05, for tables."""
    return f"{moment.astimezone(zone):%H:%M:%S}"


def minutes(seconds: int) -> str:
    """Minutes and seconds, "87:05": nothing is rounded away."""
    return f"{seconds // 60}:{seconds % 60:02}"
