"""Figures for Prometheus about the pages.  Labels are routes, never paths: a path can name a meeting."""

import ipaddress
import secrets

from aiohttp import hdrs, web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest

from . import keys

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


class Metrics:
    """The pages' figures, beside whatever else stands in `registry`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._requests = Counter(
            "chibo_http_requests", "Answers by route and status", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram("chibo_http_seconds", "Time to answer by route", ("route",), registry=registry)
        self.sign_ins = Counter("chibo_sign_ins", "Tries to sign in", ("outcome",), registry=registry)

    def answered(self, request: web.Request, status: int, seconds: float) -> None:
        route = canonical(request)
        self._requests.labels(request.method if request.method in hdrs.METH_ALL else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


def canonical(request: web.Request) -> str:
    """The pattern of the route, as "/meetings/{id}"; "none" where no route matched."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"


async def show(request: web.Request) -> web.StreamResponse:
    """GET /metrics: with the token of the settings, or without one from this machine itself."""
    if not _allowed(request, request.app[keys.HOUSE].settings.metrics_token.get_secret_value()):
        raise web.HTTPNotFound
    body = generate_latest(request.app[keys.METRICS].registry)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _allowed(request: web.Request, token: str) -> bool:
    if token:
        given = request.headers.get("Authorization", "")
        return secrets.compare_digest(given.encode(), f"Bearer {token}".encode())
    if any(name in request.headers for name in _FORWARDED):
        return False  # a proxy on this machine speaks for somebody else
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


__all__ = ["REGISTRY", "Metrics", "canonical", "show"]
