"""Signing in with the firm's own account: off to the provider, and back with its word."""

import asyncio
import json
from dataclasses import asdict
from hmac import compare_digest
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from app import db
from app.errors import Refusal
from app.services.accounts import sso_identities
from app.services.accounts.provider_claims import Claims, ProviderRules
from app.settings import Settings
from app.vault import Sealed, Vault
from app.web.auth.oidc_client import Logout, NotVouched, PendingSignIn, Provider
from app.web.auth.sign_in_flow import SignInFlow
from app.web.html import forms
from app.web.html.forms import Ways
from app.web.http import csrf

# what lies in the cookie belongs to no account yet
NOBODY = UUID(int=0)
MINUTES = 10
NOT_KEPT = {"Cache-Control": "no-store"}


def routes(settings: Settings, vault: Vault, sign_in_flow: SignInFlow, ways: Ways) -> APIRouter:
    """The routes of a product that has a provider named."""
    doors = APIRouter(include_in_schema=False)
    provider = Provider(settings)
    rules = ProviderRules(settings.group_roles, settings.oidc_new_accounts)
    name = "__Host-way" if settings.secure else "way"

    @doors.get("/login/provider")
    async def away(request: Request) -> Response:
        try:
            address, way = await provider.begin(csrf.safe_path(request.query_params.get("next")))
        except Refusal as no:
            return _back(no, ways)
        response = RedirectResponse(address, 303)
        sealed = vault.seal(NOBODY, json.dumps(asdict(way)))
        response.set_cookie(
            name, sealed, max_age=60 * MINUTES, path="/", secure=settings.secure, httponly=True, samesite="lax"
        )
        return response

    @doors.get("/login/provider/back")
    async def back(request: Request) -> Response:
        try:
            way = _brought(vault, request.cookies.get(name), request.query_params.get("state", ""))
            claims = await provider.end(way, request.query_params.get("code", ""))
            user_id = await asyncio.to_thread(_known, claims, rules, way.state)
            response: Response = RedirectResponse(way.after, 303)
            await sign_in_flow.known(request, response, user_id, claims)
        except Refusal as no:
            response = _back(no, ways)
        response.delete_cookie(name, path="/", secure=settings.secure, httponly=True, samesite="lax")
        return response

    @doors.post("/login/provider/logout")
    async def logged_out(request: Request) -> Response:
        """The provider itself tells of a sign-out over there: back-channel, no browser is in between."""
        sent = await forms.read(request)
        try:
            told = await provider.logout(sent["logout_token"])
            await asyncio.to_thread(_signed_out, told)
        except Refusal as no:
            return JSONResponse({"error": "invalid_request", "error_description": str(no)}, 400, NOT_KEPT)
        return Response(status_code=200, headers=NOT_KEPT)

    return doors


def _brought(vault: Vault, sealed: str | None, state: str) -> PendingSignIn:
    """The way that began in this very browser. Raises NotVouched."""
    try:
        way = PendingSignIn(**json.loads(vault.open(NOBODY, sealed or "")))
    except (Sealed, ValueError, TypeError, KeyError):
        raise NotVouched from None
    if not compare_digest(way.state.encode(), state.encode("utf-8", "replace")):
        raise NotVouched
    return way


def _known(claims: Claims, rules: ProviderRules, state: str) -> UUID:
    try:
        with db.transaction() as session:
            return sso_identities.sign_in(session, claims, rules, state).id
    except Refusal as no:
        # of its own: what the attempt began is taken back
        with db.transaction() as session:
            sso_identities.record_refusal(session, claims, str(no))
        raise


def _signed_out(told: Logout) -> None:
    with db.transaction() as session:
        sso_identities.sign_out(session, told.issuer, told.subject, told.session, told.token_id)


def _back(no: Refusal, ways: Ways) -> Response:
    return forms.sign_in(forms.SentForm(wrong=str(no)), ways, status=no.status)
