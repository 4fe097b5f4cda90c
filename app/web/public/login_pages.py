"""The pages that sign in and out: password, second step, sign-out."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app import db
from app.errors import CodeNeeded, Refusal, SignedOut, TooManyTries
from app.services.accounts import users
from app.web.auth import identity
from app.web.auth.sign_in_flow import SignInFlow
from app.web.html import forms
from app.web.html.forms import Ways
from app.web.http import csrf

ENDED = "Your session here has ended: it ran out, or was ended elsewhere. What you had typed is kept on this device."
NOTES = {"reset": "Your new password works now. Please sign in with it.", "bye": "You are signed out.", "ended": ENDED}


def routes(sign_in_flow: SignInFlow, ways: Ways) -> APIRouter:
    """`ways` are those besides the password."""
    doors = APIRouter(include_in_schema=False)

    async def enter(request: Request) -> Response:
        sent = await forms.read(request)
        response = RedirectResponse(csrf.safe_path(sent["next"]), 303)
        try:
            await sign_in_flow.enter(request, response, sent["email"], sent["password"])
        except CodeNeeded as needed:
            return forms.sign_in_code(sent["next"], needed.ticket)
        except Refusal as no:
            return _again(sent, no, ways)
        return response

    async def sign_in_page(request: Request) -> Response:
        return await _sign_in_page(request, ways)

    async def second_step(request: Request) -> Response:
        sent = await forms.read(request)
        response = RedirectResponse(csrf.safe_path(sent["next"]), 303)
        try:
            await sign_in_flow.finish(request, response, sent["ticket"], sent["code"])
        except SignedOut as over:
            return _again(forms.SentForm({"next": sent["next"]}), over, ways)
        except Refusal as no:
            return forms.sign_in_code(sent["next"], sent["ticket"], wrong=str(no), status=no.status, headers=_wait(no))
        return response

    async def leave(request: Request) -> Response:
        response = RedirectResponse("/login?bye", 303)
        await sign_in_flow.leave(request, response)
        return response

    doors.get("/login")(sign_in_page)
    doors.post("/login")(enter)
    doors.post("/login/code")(second_step)
    doors.get("/logout")(_leave_page)
    doors.post("/logout")(leave)
    return doors


async def _sign_in_page(request: Request, ways: Ways) -> Response:
    wanted = csrf.safe_path(request.query_params.get("next"))
    if identity.of(request):
        return RedirectResponse(wanted, 303)
    if not await asyncio.to_thread(_is_set_up):
        return forms.not_set_up()
    intro = next((note for key, note in NOTES.items() if key in request.query_params), "")
    return forms.sign_in(forms.SentForm({"next": wanted}), ways, intro=intro)


async def _leave_page() -> HTMLResponse:
    return forms.sign_out()


def _again(sent: forms.SentForm, no: Refusal, ways: Ways) -> HTMLResponse:
    return forms.sign_in(forms.SentForm(sent.values, wrong=str(no)), ways, status=no.status, headers=_wait(no))


def _wait(no: Refusal) -> dict[str, str] | None:
    return {"Retry-After": str(no.retry_after)} if isinstance(no, TooManyTries) else None


def _is_set_up() -> bool:
    with db.reading() as session:
        return users.is_set_up(session)
