"""Signing in as a browser does: the form, its hidden token, the cookie."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=60)  # seconds; a hundred sign-ins at once keep argon2 busy for a while
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SignInFailed(Exception):
    """The server did not let the member in: his name and password are wrong, or the account is locked."""


class Unreachable(Exception):
    """Nobody answers at the address, or not as our server does.  Worth another try."""


class _Form(HTMLParser):
    """The hidden fields of a page, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.hidden[given["name"]] = given.get("value", "")


class Door:
    """One member's way in: his cookies, and the HTTP session that his socket uses too."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        parts = urlsplit(self.url)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.loopback = parts.hostname in LOOPBACK
        self._jar = aiohttp.CookieJar(unsafe=True)  # unsafe: cookies of addresses that are numbers are kept too
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(cookie_jar=self._jar, timeout=TIMEOUT)
        return self._session

    async def sign_in(self, username: str, password: str) -> None:
        """Raises SignInFailed, Unreachable."""
        address = f"{self.url}/sign-in"
        try:
            async with self.session.get(address) as page:
                hidden = self._hidden(await page.text(), page.status)
            fields = {**hidden, "username": username, "password": password}
            headers = {"Origin": self.origin}
            async with self.session.post(address, data=fields, headers=headers, allow_redirects=False) as answer:
                if answer.status >= 500:
                    raise Unreachable(f"{address} answered {answer.status}")
                if answer.status != 303:
                    raise SignInFailed(f"{address} answered {answer.status}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable(f"{address}: {type(error).__name__}") from error

    def _hidden(self, page: str, status: int) -> dict[str, str]:
        form = _Form()
        form.feed(page)
        if status != 200 or "csrf" not in form.hidden:
            raise Unreachable(f"{self.url}/sign-in answered {status} without a form")
        return form.hidden

    async def cut(self) -> None:
        """Ends every connection at once and without a word, as a network does."""
        if self._session is not None and self._session.connector is not None:
            await self._session.connector.close()
            await self._session.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
