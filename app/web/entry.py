"""Coming in and going out: the sign-in page, and the same over the API."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app import db
from app.errors import Invalid, Refusal, TooManyTries, WrongPassword
from app.models import User
from app.services import people, sign_in
from app.web import forms, identity, origins
from app.web.cookies import Cookie
from app.web.refusals import NotJson
from app.web.trouble import polite

NOTES = {"reset": "Your new password works now. Please sign in with it.", "bye": "You are signed out."}


class SignIn(BaseModel):
    """The body of POST /api/auth/login; `code` is kept for a second factor."""

    model_config = ConfigDict(extra="forbid", strict=True)

    email: str
    password: str
    code: str | None = None


BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": SignIn.model_json_schema()}}}}


def routes(cookie: Cookie) -> APIRouter:
    doors = APIRouter()

    # two sign-ins at a time leave threads and database connections to those who are in
    turn = asyncio.Semaphore(2)

    async def enter(request: Request, sent: SignIn) -> tuple[User, str]:
        async with turn:
            return await asyncio.to_thread(_enter, request, sent)

    async def by_form(request: Request) -> Response:
        sent = await forms.typed(request)
        try:
            user, token = await enter(request, SignIn(email=sent["email"], password=sent["password"]))
        except Refusal as no:
            return _again(sent, no)
        response = RedirectResponse(origins.safe_path(sent["next"]), 303)
        cookie.give(response, token, user.role)
        return response

    @polite
    async def by_json(request: Request) -> Response:
        """Sign in; answers like GET /api/auth/session and sets the session cookie."""
        user, token = await enter(request, await _read(request))
        response = JSONResponse(_shown(user))
        cookie.give(response, token, user.role)
        return response

    async def leave_by_form(request: Request) -> Response:
        response = RedirectResponse("/login?bye", 303)
        return await _leave(request, response, cookie)

    async def leave_by_json(request: Request) -> Response:
        """Sign out in this browser, and in every tab of it."""
        return await _leave(request, Response(status_code=204), cookie)

    doors.get("/login", include_in_schema=False)(_sign_in_page)
    doors.post("/login", include_in_schema=False)(by_form)
    doors.get("/logout", include_in_schema=False)(_leave_page)
    doors.post("/logout", include_in_schema=False)(leave_by_form)
    doors.post("/api/auth/login", tags=["auth"], openapi_extra=BODY)(by_json)
    doors.post("/api/auth/logout", tags=["auth"], status_code=204)(leave_by_json)
    doors.get("/api/auth/session", tags=["auth"])(_session)
    return doors


async def _sign_in_page(request: Request) -> Response:
    wanted = origins.safe_path(request.query_params.get("next"))
    if identity.of(request):
        return RedirectResponse(wanted, 303)
    if not await asyncio.to_thread(_is_set_up):
        return forms.not_set_up()
    told = next((note for key, note in NOTES.items() if key in request.query_params), "")
    return forms.sign_in(forms.Typed({"next": wanted}), told=told)


async def _leave_page() -> HTMLResponse:
    return forms.leave()


@polite
async def _session(request: Request) -> Response:
    """Who is signed in, and whether their Pipedrive key is there."""
    return JSONResponse(_shown(await asyncio.to_thread(_acting, identity.signed_in_id(request))))


def _enter(request: Request, sent: SignIn) -> tuple[User, str]:
    """One attempt, committed whatever comes of it; a session that was open in this browser gives way."""
    before = identity.of(request)
    with db.transaction() as session:
        user = sign_in.attempt(session, sent.email, sent.password, _address(request))
        token = sign_in.open_session(session, user, request.headers.get("user-agent", "")) if user else ""
        if user and before and before.session_id:
            sign_in.end_session(session, before.session_id)
    if user is None:
        raise WrongPassword
    return user, token


async def _leave(request: Request, response: Response, cookie: Cookie) -> Response:
    def work(session_id: UUID) -> None:
        with db.transaction() as session:
            sign_in.end_session(session, session_id)

    who = identity.of(request)
    if who and who.session_id:
        await asyncio.to_thread(work, who.session_id)
        identity.forget(who.user_id)
    cookie.take(response)
    return response


async def _read(request: Request) -> SignIn:
    """The JSON body; raises Invalid without repeating what was sent, which may be a password."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise NotJson
    try:
        return SignIn.model_validate_json(await request.body())
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False, include_context=False)
        fields = {".".join(map(str, one["loc"])): f"{one['msg']}." for one in first if one["loc"]}
        raise Invalid("The body must be JSON with email and password.", fields) from None


def _again(sent: forms.Typed, no: Refusal) -> HTMLResponse:
    headers = {"Retry-After": str(no.retry_after)} if isinstance(no, TooManyTries) else None
    return forms.sign_in(forms.Typed(sent.values, wrong=str(no)), status=no.status, headers=headers)


def _acting(user_id: UUID | None) -> User:
    with db.reading() as session:
        return people.acting(session, user_id)


def _is_set_up() -> bool:
    with db.reading() as session:
        return people.is_set_up(session)


def _shown(user: User) -> dict[str, Any]:
    return {
        "user": {"id": str(user.id), "email": user.email, "name": user.name, "role": user.role, "timezone": user.timezone},
        "pipedrive": {
            "connected": user.pipedrive_key is not None,
            "company_domain": user.pipedrive_company,
            "last4": user.pipedrive_last4,
        },
    }  # fmt: skip


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
