"""The page that somebody comes to whose firm asks for a second step, until it is set up or proved. Works without a script."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import segno
from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app import db, proofs
from app.errors import Invalid, Refusal
from app.models import User
from app.services.accounts import two_factor, users
from app.services.accounts.passkey_ceremony import Site
from app.services.accounts.two_factor import Enrolment
from app.settings import Settings
from app.vault import Vault
from app.web.auth import identity
from app.web.auth.identity import IdentityCache
from app.web.html import forms
from app.web.html.page import page

T = TypeVar("T")


def routes(settings: Settings, vault: Vault, identities: IdentityCache) -> APIRouter:
    pages = APIRouter(include_in_schema=False)
    site = Site.at(settings.address)

    def first(who: identity.Identity, wrong: str = "", status: int = 200) -> HTMLResponse:
        has_passkey = who.missing is not None and site.host in who.missing
        return page("second_step.html", status=status, has_passkey=has_passkey, passkeys=not site.why_not, wrong=wrong)

    @pages.get("/second-step")
    async def needed(request: Request) -> Response:
        who = _whose_is_missing(request)
        return first(who) if who else RedirectResponse("/", 303)

    _authenticator(pages, vault, identities, first)
    return pages


def _authenticator(pages: APIRouter, vault: Vault, identities: IdentityCache, first: Callable[..., Response]) -> None:
    """Setting one up in two steps; `first` is the page to begin again from."""

    @pages.post("/second-step/begin")
    async def begin(request: Request) -> Response:
        who = _whose_is_missing(request)
        if who is None:
            return RedirectResponse("/", 303)
        try:
            return _code(await _do(who, lambda session, me: two_factor.begin(session, me, vault.seal)))
        except Refusal as no:
            return first(who, str(no), no.status)

    @pages.post("/second-step/code")
    async def confirm(request: Request) -> Response:
        who, sent = _whose_is_missing(request), await forms.read(request)
        if who is None:
            return RedirectResponse("/", 303)

        try:
            paper = await asyncio.to_thread(
                proofs.first_code, who.user_id, sent["code"], vault.open, but=who.session_id
            )
        except Invalid as no:
            return _code(Enrolment(sent["secret"], sent["uri"][:300]), str(no), no.status)
        except Refusal as no:
            return first(who, str(no), no.status)
        identities.forget(who.user_id)
        return page("second_step_done.html", paper=paper)


def _whose_is_missing(request: Request) -> identity.Identity | None:
    who = identity.of(request)
    return who if who and who.missing is not None else None


def _code(made: Enrolment, wrong: str = "", status: int = 200) -> HTMLResponse:
    picture = segno.make(made.uri, error="m").svg_data_uri(scale=5, border=3, light="#fff")
    return page("second_step_code.html", status=status, made=made, picture=picture, wrong=wrong)


async def _do(who: identity.Identity, verb: Callable[[Session, User], T]) -> T:
    def work() -> T:
        with db.transaction() as session:
            return verb(session, users.acting(session, who.user_id))

    return await asyncio.to_thread(work)
