"""What every answer says to the browser about safety and keeping."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import web

from server.settings import Settings

ASSETS = "/assets/"
FOREVER = "public, max-age=31536000, immutable"  # the names carry hashes


def _policy(public_url: str) -> str:
    """connect-src names the socket's own address, because Safari before 15.4 does not count ws: as 'self'."""
    parts = urlsplit(public_url)
    socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
    directives = (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        f"connect-src 'self' {socket}",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "object-src 'none'",
    )
    return "; ".join(directives)


def fixed(settings: Settings) -> Mapping[str, str]:
    """The headers that are the same on every answer."""
    headers = {
        "Content-Security-Policy": _policy(settings.public_url),
        "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), screen-wake-lock=(self)",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Server": "Chibo",  # versions are nobody's business
    }
    if settings.secure_cookies:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers


def install(app: web.Application, settings: Settings) -> None:
    always = fixed(settings)

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(always)
        whole = request.path.startswith(ASSETS) and response.status in (200, 206, 304)
        response.headers.setdefault("Cache-Control", FOREVER if whole else "no-store")

    app.on_response_prepare.append(add)
