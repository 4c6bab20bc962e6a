"""HTML: every page of the house that is not the room itself."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from prometheus_client import REGISTRY, CollectorRegistry

from server.notify.links import Links

from . import accounts, csrf, documents, headers, joining, keys, network, proof, register_files, render, signing_in
from .assets import Assets
from .guard import calm, guarded, known
from .keys import House, Log
from .metrics import Metrics
from .routes import IN_DEVELOPMENT, ROUTES
from .words import Words, phrased

__all__ = ["House", "Log", "phrase", "setup"]


def setup(app: web.Application, house: House, registry: CollectorRegistry = REGISTRY) -> None:
    """Give the application every page.  Call it once, before the application starts."""
    settings = house.settings
    app[keys.HOUSE] = house
    app[keys.WORDS] = Words(house.web / "locale", settings.language)
    app[keys.ASSETS] = Assets(house.web / "dist")
    form_key = csrf.load_key(settings.data_dir / "form.key")
    app[keys.TOKENS], app[keys.LINKS] = csrf.Tokens(form_key, settings.session_days), Links(form_key)
    app[keys.METRICS] = Metrics(registry)
    app[render.ENVIRONMENT] = render.environment(house)
    routes = (*ROUTES, *(IN_DEVELOPMENT if settings.development else ()))
    resources = {path: app.router.add_resource(path) for path in dict.fromkeys(route.path for route in routes)}
    for route in routes:
        _add(resources[route.path], route)
    app[keys.ACTIONS] = {(route.method, resources[route.path].canonical): route.action for route in routes}
    app[keys.LARGEST] = {(route.method, resources[route.path].canonical): route.largest for route in routes}
    app[keys.LOOKS] = {(route.method, resources[route.path].canonical): route.look for route in routes}
    register_files.setup(app)
    proof.setup(app)
    network.setup(app)
    documents.setup(app)
    joining.setup(app)
    signing_in.setup(app)
    accounts.setup(app)
    app.middlewares.extend((calm, known, guarded))
    headers.install(app, settings)


def phrase(app: web.Application, language: str, sentence: str, facts: Mapping[str, Any]) -> str:
    """A sentence of a notice in that language, for whoever tells it outside the pages."""
    return phrased(app[keys.WORDS], app[keys.HOUSE].settings.zone, language, sentence, facts)


def _add(resource: web.Resource, route: keys.Route) -> None:
    resource.add_route(route.method, route.handler)
    if route.method == "GET":
        resource.add_route("HEAD", route.handler)
