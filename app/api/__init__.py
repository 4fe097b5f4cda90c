"""The wires: the same verbs as the screens, over HTTP as JSON.

The API is an application of its own below /api, so that everything it answers,
an unknown address included, is JSON in its own words.
"""

from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from app import __version__
from app.api.accounts import audit, auth, invitations, me, passkeys, sign_in_rules, tokens, two_factor, users
from app.api.activities import activities, email_templates, introductions, referrals
from app.api.campaigns import board, campaigns
from app.api.contacts import (
    bulk_actions,
    capture,
    contacts,
    exports,
    field_history,
    imports,
    likely_duplicates,
    merge_and_undo,
    organisations,
    saved_searches,
    warmness,
)
from app.api.core import errors, openapi
from app.api.core.dependencies import SignInFlow, Wiring
from app.api.core.schemas import ErrorAnswer
from app.api.notifications import notifications, push_devices
from app.api.pipedrive import handovers, push_decisions, pushes
from app.api.reports import campaign_report, saved_reports
from app.services.accounts.pipedrive_keys import Check, LetGo, Seal
from app.services.accounts.two_factor import Unseal
from app.services.pipedrive.manual_push import LookUp

PREFIX = "/api"
# the fixed addresses below /contacts stand before /contacts/{contact_id}
RESOURCES = (
    auth,
    imports,
    exports,
    merge_and_undo,
    bulk_actions,
    capture,
    likely_duplicates,
    contacts,
    field_history,
    organisations,
    saved_searches,
    campaigns,
    board,
    campaign_report,
    saved_reports,
    introductions,
    activities,
    referrals,
    warmness,
    email_templates,
    pushes,
    push_decisions,
    handovers,
    me,
    two_factor,
    passkeys,
    notifications,
    push_devices,
    users,
    invitations,
    sign_in_rules,
    tokens,
    audit,
)


def mount(
    app: FastAPI,
    *,
    check_key: Check,
    seal: Seal,
    unseal: Unseal,
    sign_in_flow: SignInFlow,
    address: str,
    look_up: LookUp | None = None,
    push_key: str = "",
    let_go: LetGo | None = None,
    phone_key: Callable[[UUID], str] | None = None,
    offline_hours: int = 24,
) -> None:
    """Put the API below /api. The outer stack says who is asking, in the request's state."""
    api = _bare()
    api.state.wiring = Wiring(
        check_key, seal, unseal, sign_in_flow, address, look_up, push_key, let_go, phone_key, offline_hours
    )
    app.mount(PREFIX, api)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI description of every route, as a script would call it; it takes a second to write, so it is kept."""
    return openapi.complete(_bare().openapi(), PREFIX)


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
