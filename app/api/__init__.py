"""The wires: the same verbs as the screens, over HTTP as JSON.

The API is an application of its own below /api, so that everything it answers,
an unknown address included, is JSON in its own words.
"""

from typing import Any

from fastapi import FastAPI

from app import __version__
from app.api import (
    activities,
    auth,
    boards,
    bulk,
    campaigns,
    capture,
    contacts,
    errors,
    exports,
    imports,
    introductions,
    kept_reports,
    me,
    merge,
    notices,
    organisations,
    pipedrive,
    pipedrive_choices,
    referrals,
    reports,
    ringing,
    second_factor,
    templates,
    tokens,
    users,
    views,
    warmness,
)
from app.api.answers import ErrorAnswer
from app.api.wire import Turnstile, Wiring
from app.services.keys import Check, LetGo, Seal
from app.services.pushes import LookUp
from app.services.second_factor import Unseal

PREFIX = "/api"
# the fixed addresses below /contacts stand before /contacts/{contact_id}
RESOURCES = (
    auth,
    imports,
    exports,
    merge,
    bulk,
    capture,
    contacts,
    organisations,
    views,
    campaigns,
    boards,
    reports,
    kept_reports,
    introductions,
    activities,
    referrals,
    warmness,
    templates,
    pipedrive,
    pipedrive_choices,
    me,
    second_factor,
    notices,
    ringing,
    users,
    tokens,
)
WAYS_IN = {
    "browser": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "script": {"type": "http", "scheme": "bearer"},
}


def mount(
    app: FastAPI,
    *,
    check_key: Check,
    seal: Seal,
    unseal: Unseal,
    turnstile: Turnstile,
    address: str,
    look_up: LookUp | None = None,
    push_key: str = "",
    let_go: LetGo | None = None,
) -> None:
    """Put the API below /api. The outer stack says who is asking, in the request's state."""
    api = _bare()
    api.state.wiring = Wiring(check_key, seal, unseal, turnstile, address, look_up, push_key, let_go)
    app.mount(PREFIX, api)


def document() -> dict[str, Any]:
    """The OpenAPI description of every route, as a script would call it."""
    described = _bare().openapi()
    described["paths"] = {PREFIX + path: routes for path, routes in described["paths"].items()}
    described["components"]["securitySchemes"] = WAYS_IN
    described["paths"][f"{PREFIX}/auth/login"]["post"]["security"] = []
    described["security"] = [{way: []} for way in WAYS_IN]
    return described


def _bare() -> FastAPI:
    api = FastAPI(
        title="Pipedriven",
        version=__version__,
        openapi_url=None,
        redirect_slashes=False,
        responses={status: {"model": ErrorAnswer} for status in (401, 404, 422)},
    )
    for resource in RESOURCES:
        api.include_router(resource.router)
    errors.install(api)
    return api
