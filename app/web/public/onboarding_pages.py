"""First set-up, invitation and new password: pages that open with a link that works once."""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app import countries, db
from app.errors import Invalid
from app.models import PersonDraft, User
from app.services.accounts import passwords, sessions, user_profile, users
from app.services.accounts.passwords import NewPassword
from app.services.base import firm_settings
from app.web.auth.session_cookie import Cookie
from app.web.html import forms
from app.web.html.forms import SentForm
from app.web.http.error_responses import answers_refusals

T = TypeVar("T")
OnSetUp = Callable[[UUID, bool], None]

log = logging.getLogger(__name__)


def routes(cookie: Cookie, on_set_up: OnSetUp) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    def welcome(user: User, token: str) -> Response:
        response = RedirectResponse("/", 303)
        cookie.give(response, token, user.role)
        return response

    @answers_refusals
    async def set_up(request: Request) -> Response:
        sent = await forms.read(request)
        try:
            await _ask(users.check_setup_link, sent["token"])
            draft = user_profile.draft_of(sent["email"], sent["name"], sent["timezone"] or "UTC")
            new = await asyncio.to_thread(passwords.new, sent["password"], draft.email, draft.name)
            user, token = await _do(_set_up, sent, draft, new, _browser(request))
        except Invalid as no:
            return forms.set_up(_wrong(sent, no), sent["token"], status=no.status)
        await _tell(on_set_up, user.id, sample=sent["sample"] == "yes")
        return welcome(user, token)

    @answers_refusals
    async def join(request: Request, token: str) -> Response:
        sent = await forms.read(request)
        try:
            invited = await _ask(users.find_invitation, token)
            draft = user_profile.draft_of(invited.email or "", sent["name"], sent["timezone"] or "UTC")
            new = await asyncio.to_thread(passwords.new, sent["password"], draft.email, draft.name)
            return welcome(*await _do(_join, token, draft, new, _browser(request)))
        except Invalid as no:
            return await _invitation(token, _wrong(sent, no), no.status)

    pages.get("/setup")(_set_up_page)
    pages.post("/setup")(set_up)
    pages.get("/invite/{token}")(_invitation_page)
    pages.post("/invite/{token}")(join)
    pages.get("/reset/{token}")(_reset_page)
    pages.post("/reset/{token}")(_reset)
    return pages


@answers_refusals
async def _set_up_page(request: Request) -> Response:
    token = request.query_params.get("token", "")
    await _ask(users.check_setup_link, token)
    return forms.set_up(SentForm(), token)


@answers_refusals
async def _invitation_page(request: Request, token: str) -> Response:  # noqa: ARG001 - a polite route is given it
    return await _invitation(token, SentForm(), 200)


@answers_refusals
async def _reset_page(request: Request, token: str) -> Response:  # noqa: ARG001 - a polite route is given it
    return await _new_password(token, SentForm(), 200)


@answers_refusals
async def _reset(request: Request, token: str) -> Response:
    sent = await forms.read(request)
    try:
        user = await _ask(users.user_of_reset_link, token)
        new = await asyncio.to_thread(passwords.new, sent["password"], user.email, user.name)
        await _do(users.reset_password, token, new)
    except Invalid as no:
        return await _new_password(token, _wrong(sent, no), no.status)
    return RedirectResponse("/login?reset", 303)


async def _invitation(token: str, sent: SentForm, status: int) -> Response:
    link = await _ask(users.find_invitation, token)
    return forms.invitation(sent, token, link.email or "", status=status)


async def _new_password(token: str, sent: SentForm, status: int) -> Response:
    user = await _ask(users.user_of_reset_link, token)
    return forms.new_password(sent, token, user.email, status=status)


def _set_up(session: Session, sent: SentForm, draft: PersonDraft, new: NewPassword, browser: str) -> tuple[User, str]:
    user = users.create_first_account(session, sent["token"], draft, new)
    if sent["country"] in countries.NAMES:
        firm_settings.save(session, country=sent["country"])
    return user, sessions.open_session(session, user, browser)


def _join(session: Session, token: str, draft: PersonDraft, new: NewPassword, browser: str) -> tuple[User, str]:
    user = users.accept_invitation(session, token, draft, new)
    return user, sessions.open_session(session, user, browser)


async def _tell(on_set_up: OnSetUp, user_id: UUID, *, sample: bool) -> None:
    """The account stands, whatever becomes of the sample data."""
    try:
        await asyncio.to_thread(on_set_up, user_id, sample)
    except Exception:
        log.exception("what follows set-up broke")


async def _ask(question: Callable[[Session, str], T], token: str) -> T:
    def work() -> T:
        with db.reading() as session:
            return question(session, token)

    return await asyncio.to_thread(work)


async def _do(verb: Callable[..., T], *given: object) -> T:
    def work() -> T:
        with db.transaction() as session:
            return verb(session, *given)

    return await asyncio.to_thread(work)


def _wrong(sent: SentForm, no: Invalid) -> SentForm:
    return SentForm(sent.values, no.fields, "" if no.fields else str(no))


def _browser(request: Request) -> str:
    return request.headers.get("user-agent", "")
