"""Templates: one environment, escaping always on; what every template may use stands in `_common`."""

from datetime import datetime
from functools import partial
from typing import Any

import jinja2
from aiohttp import web
from jinja2.utils import htmlsafe_json_dumps

from . import csrf, keys, words
from .devices import described

ENVIRONMENT: web.AppKey[jinja2.Environment] = web.AppKey("environment", jinja2.Environment)


def environment(house: keys.House) -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(house.web / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=house.settings.development,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["data"] = htmlsafe_json_dumps  # JSON in a data block: no "<" can end the element
    return made


def page(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """The page of `template` for whoever asks, in his language."""
    text = request.app[ENVIRONMENT].get_template(template).render(_common(request) | values)
    made = web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
    made.enable_compression()  # the one secret in it, the token against forged forms, is signed anew each second
    return made


def say(request: web.Request, sentence: str, **facts: object) -> str:
    return request.app[keys.WORDS].say(request[keys.LANGUAGE], sentence, **facts)


def _common(request: web.Request) -> dict[str, Any]:
    house, language = request.app[keys.HOUSE], request[keys.LANGUAGE]
    zone, catalogues, assets = house.settings.zone, request.app[keys.WORDS], request.app[keys.ASSETS]
    return {
        "_": partial(catalogues.say, language),
        "language": language,
        "other_languages": {code: name for code, name in words.LANGUAGES.items() if code != language},
        "csrf": csrf.token(request),
        "signed_in": request.get(keys.SESSION),
        "unread": request.get(keys.UNREAD, 0),
        "path": request.path,
        "here": request.path_qs if request.method == "GET" else "/",
        "asset": assets.url,
        "styles": assets.styles,
        "room_words": catalogues.url(language),
        "day": partial(words.day, zone=zone, language=language),
        "clock": partial(words.clock, zone=zone, language=language),
        "exact": partial(words.exact, zone=zone),
        "local_day": lambda moment: moment.astimezone(zone).date(),
        "minutes": words.minutes,
        "described": partial(described, partial(catalogues.say, language)),
        "iso": _iso,
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
