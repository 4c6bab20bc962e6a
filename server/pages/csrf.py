"""Tokens against forged forms: each is bound to the session, or before it to the visitor's own cookie.

The key stands outside the database, in the data folder: who reads the tables can still not make a token.
"""

import os
import secrets
from pathlib import Path

from aiohttp import web
from itsdangerous import BadData, URLSafeTimedSerializer

from . import keys

VISITOR_COOKIE = "chibo_visitor"
FIELD = "csrf"


class Tokens:
    """Makes and checks tokens; one is good for as long as a session can last."""

    def __init__(self, key: bytes, days: int) -> None:
        self._serializer, self._seconds = URLSafeTimedSerializer(key, salt="chibo form"), days * 86400

    def make(self, bound_to: str) -> str:
        return str(self._serializer.dumps(bound_to))

    def good(self, token: str, bound_to: str) -> bool:
        try:
            found = self._serializer.loads(token, max_age=self._seconds)
        except BadData:
            return False
        return isinstance(found, str) and secrets.compare_digest(found.encode(), bound_to.encode())


def load_key(path: Path) -> bytes:
    """The key in `path` (32 bytes, mode 0600), made if there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            os.link(draft, path)  # of two processes that start together one makes the key, whole
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


def bound_to(request: web.Request) -> str:
    """What a token of this request is bound to; makes the visitor a secret if he has none."""
    if keys.SESSION in request:
        return "session:" + request[keys.SESSION].csrf_secret
    if keys.VISITOR not in request:
        kept = request.cookies.get(VISITOR_COOKIE, "")
        request[keys.FRESH_VISITOR] = len(kept) != 43
        request[keys.VISITOR] = kept if len(kept) == 43 else secrets.token_urlsafe(32)
    return "visitor:" + request[keys.VISITOR]


def token(request: web.Request) -> str:
    return request.app[keys.TOKENS].make(bound_to(request))


async def proven(request: web.Request) -> bool:
    """Whether the posted form carries a token of this very visitor."""
    given = (await request.post()).get(FIELD, "")
    return isinstance(given, str) and request.app[keys.TOKENS].good(given, bound_to(request))


def keep_visitor(request: web.Request, response: web.StreamResponse, secure: bool) -> None:
    if request.get(keys.FRESH_VISITOR) and not response.prepared:
        response.set_cookie(VISITOR_COOKIE, request[keys.VISITOR], httponly=True, samesite="Lax", secure=secure)
