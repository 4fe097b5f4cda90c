"""The page for a forgotten password. It says the same to everybody, whether there is such an account or not."""

import asyncio
import time

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from app import db
from app.services.accounts import login_throttle, password_reset
from app.settings import Settings
from app.web.html import forms

SENT = "If there is an account with this address, a link is on its way to it. It works once, for an hour."
NO_MAIL = "This Pipedriven sends no mail. Ask a golden ticket of your firm for a password link; they make it on the Team page."
BEAT = 0.3


def routes(settings: Settings) -> APIRouter:
    """`settings` say whether there is a mail server, and where people reach us."""
    pages = APIRouter(include_in_schema=False)
    has_mail = bool(settings.brevo_api_key or settings.smtp_url)

    @pages.get("/forgot")
    async def ask() -> HTMLResponse:
        return forms.forgot() if has_mail else forms.to_sign_in("A new password", NO_MAIL)

    @pages.post("/forgot")
    async def send(request: Request) -> Response:
        sent = await forms.read(request)
        if not has_mail:
            return forms.to_sign_in("A new password", NO_MAIL)
        place = login_throttle.address_key(request.client.host if request.client else "")
        began = time.monotonic()
        await asyncio.to_thread(_mail, sent["email"], place, settings.address)
        # answered at a beat, so that the time does not tell what was done
        await asyncio.sleep(BEAT - (time.monotonic() - began) % BEAT)
        return forms.to_sign_in("Look into your mail", SENT)

    return pages


def _mail(email: str, place: str, site: str) -> None:
    with db.transaction() as session:
        password_reset.mail_link(session, email, place, site)
