"""Signing in with a passkey: a fresh question in a cookie of its own, and the browser's answer to it."""

import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from app.errors import Refusal
from app.services.accounts import passkey_ceremony, passkey_challenges
from app.services.accounts.passkey_ceremony import Site
from app.services.accounts.passkey_challenges import NOBODY
from app.settings import Settings
from app.vault import Vault
from app.web.auth.sign_in_flow import SignInFlow
from app.web.http import csrf

SECONDS = 300


def routes(settings: Settings, vault: Vault, sign_in_flow: SignInFlow) -> APIRouter:
    doors = APIRouter(include_in_schema=False)
    site = Site.at(settings.address)
    name = "__Host-ask" if settings.secure else "ask"
    cookie: dict[str, Any] = {"path": "/", "secure": settings.secure, "httponly": True, "samesite": "strict"}

    @doors.get("/login/passkey")
    async def question(request: Request) -> Response:  # noqa: ARG001 - a route
        if site.why_not:
            return JSONResponse({"detail": site.why_not}, 409)
        challenge = passkey_ceremony.new_challenge()
        answer = JSONResponse(passkey_ceremony.ask_to_use(site, challenge))
        answer.set_cookie(name, passkey_challenges.seal(vault.seal, NOBODY, challenge), max_age=SECONDS, **cookie)
        return answer

    @doors.post("/login/passkey")
    async def answered(request: Request) -> Response:
        sent = await _sent(request)
        answer = JSONResponse({"to": csrf.safe_path(sent.get("next") if isinstance(sent.get("next"), str) else None)})
        try:
            challenge = passkey_challenges.unseal(vault.open, NOBODY, request.cookies.get(name, ""))
            credential = sent.get("credential")
            await sign_in_flow.by_passkey(
                request, answer, site, challenge, credential if isinstance(credential, dict) else {}
            )
        except Refusal as no:
            answer = JSONResponse({"detail": str(no)}, no.status)
        answer.delete_cookie(name, **cookie)
        return answer

    return doors


async def _sent(request: Request) -> dict[str, Any]:
    try:
        sent = json.loads(await request.body())
    except (ValueError, RecursionError):
        return {}
    return sent if isinstance(sent, dict) else {}
