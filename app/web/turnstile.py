"""The way in and out, the same for the sign-in page and for the API."""

import asyncio
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from app import db
from app.errors import WrongPassword
from app.models import User
from app.services import sign_in
from app.web import identity
from app.web.cookies import Cookie

# two sign-ins at a time leave threads and database connections to those who are in
AT_ONCE = 2


class Turnstile:
    """Opens sessions, a few at a time, and ends them."""

    def __init__(self, cookie: Cookie) -> None:
        self.cookie, self.turn = cookie, asyncio.Semaphore(AT_ONCE)

    async def enter(self, request: Request, response: Response, email: str, password: str) -> User:
        """Sign in, with the cookie on this response. Raises WrongPassword or TooManyTries."""
        async with self.turn:
            user, token = await asyncio.to_thread(_enter, request, email, password)
        self.cookie.give(response, token, user.role)
        return user

    async def leave(self, request: Request, response: Response) -> None:
        """End the session of this browser, at once and in every tab of it."""
        if current := _session_id(request):
            await asyncio.to_thread(_leave, current)
            identity.forget(request.state.user_id)
        self.cookie.take(response)


def _enter(request: Request, email: str, password: str) -> tuple[User, str]:
    """One attempt, committed whatever comes of it: a rolled back failure would never be counted.

    A session that was open in this browser gives way.
    """
    before = _session_id(request)
    address = request.client.host if request.client else ""
    with db.transaction() as session:
        user = sign_in.attempt(session, email, password, address)
        token = sign_in.open_session(session, user, request.headers.get("user-agent", "")) if user else ""
        if user and before:
            sign_in.end_session(session, before)
    if user is None:
        raise WrongPassword
    return user, token


def _leave(session_id: UUID) -> None:
    with db.transaction() as session:
        sign_in.end_session(session, session_id)


def _session_id(request: Request) -> UUID | None:
    """The browser's session, as the gate wrote it; a script with a token has none."""
    found: UUID | None = getattr(request.state, "session_id", None)
    return found
