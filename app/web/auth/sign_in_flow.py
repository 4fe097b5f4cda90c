"""Signing in and out: the same flow for the sign-in page, the API and the firm's own identity provider."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app import db, proofs
from app.errors import CodeNeeded, Refusal, SignedOut, WrongCode
from app.models import Purpose, User
from app.services.accounts import login_throttle, one_time_links, passkeys, password_proofs, sessions, two_factor, users
from app.services.accounts.passkey_ceremony import Site
from app.services.accounts.provider_claims import Claims
from app.services.accounts.two_factor import Unseal
from app.web.auth.identity import IdentityCache
from app.web.auth.session_cookie import Cookie

# two sign-ins at a time leave threads and database connections to those who are in
AT_ONCE = 2

# who is in, with the token of their session; or why not
In = tuple[User, str]


class SignInFlow:
    """Opens sessions, a few at a time, and ends them. `unseal` opens what was sealed for a person."""

    def __init__(self, cookie: Cookie, unseal: Unseal, identities: IdentityCache) -> None:
        self.cookie = cookie
        self.unseal = unseal
        self.identities = identities
        self.turn = asyncio.Semaphore(AT_ONCE)

    async def enter(
        self, request: Request, response: Response, email: str, password: str, code: str | None = None
    ) -> User:
        """Sign in, with the cookie on this response.

        Raises WrongPassword, TooManyTries, and where a second step is on CodeNeeded or WrongCode.
        """
        async with self.turn:
            came = await asyncio.to_thread(self._by_password, request, email, password, code)
        return self._let_in(response, came)

    async def finish(self, request: Request, response: Response, ticket: str, code: str) -> User:
        """The second step of a sign-in whose password was right. Raises SignedOut, TooManyTries or WrongCode."""
        return self._let_in(response, await asyncio.to_thread(self._by_ticket, request, ticket, code))

    async def known(self, request: Request, response: Response, user_id: UUID, told: Claims) -> User:
        """Let in somebody whom the identity provider vouches for; the second step is the provider's."""
        return self._let_in(response, await asyncio.to_thread(_by_provider, request, user_id, told))

    async def by_passkey(
        self, request: Request, response: Response, site: Site, challenge: str, credential: dict[str, Any]
    ) -> User:
        """Let in whoever's passkey answered the challenge: it stands for both steps.

        Raises NotYourPasskey, TooManyTries, or Forbidden for an answer that was used before.
        """
        return self._let_in(response, await asyncio.to_thread(_by_passkey, request, site, challenge, credential))

    async def leave(self, request: Request, response: Response) -> None:
        """End the session of this browser, at once and in every tab of it."""
        if current := _session_id(request):
            await asyncio.to_thread(_leave, current)
            self.identities.forget(request.state.user_id)
        self.cookie.take(response)

    def _let_in(self, response: Response, came: In | Refusal) -> User:
        if isinstance(came, Refusal):
            raise came
        user, token = came
        self.cookie.give(response, token, user.role)
        return user

    def _by_password(self, request: Request, email: str, password: str, code: str | None) -> In | Refusal:
        """One attempt, committed whatever comes of it: a rolled back failure would never be counted."""
        begun, proof = proofs.attempt(email, password, _place(request))
        with db.transaction() as session:
            user = password_proofs.settle_sign_in(session, begun, proof)
            if isinstance(user, Refusal):
                return user
            if not two_factor.is_needed(session, user):
                return _opened(session, request, user, two_steps=False)
            if not code:
                return CodeNeeded(one_time_links.create(session, Purpose.CODE, user_id=user.id))
            return self._with_code(session, request, user, code)

    def _by_ticket(self, request: Request, ticket: str, code: str) -> In | Refusal:
        with db.transaction() as session:
            try:
                link = one_time_links.find(session, Purpose.CODE, ticket, lock=True)
                user = users.acting(session, link.user_id)
            except Refusal:
                return SignedOut("That took too long. Please sign in again.")
            came = self._with_code(session, request, user, code)
            if not isinstance(came, Refusal):
                one_time_links.use(session, Purpose.CODE, ticket)
            return came

    def _with_code(self, session: Session, request: Request, user: User, code: str) -> In | Refusal:
        counted = login_throttle.reserve_code(session, user.id, login_throttle.address_key(_place(request)))
        if not two_factor.passes(session, user, code, self.unseal):
            return WrongCode()
        login_throttle.forgive(session, counted)
        return _opened(session, request, user)


def _by_passkey(request: Request, site: Site, challenge: str, credential: dict[str, Any]) -> In | Refusal:
    """Committed whatever comes of it, as above."""
    with db.transaction() as session:
        came = passkeys.sign_in(session, site, challenge, credential, _place(request))
        return came if isinstance(came, Refusal) else _opened(session, request, came)


def _by_provider(request: Request, user_id: UUID, told: Claims) -> In:
    with db.transaction() as session:
        return _opened(session, request, users.acting(session, user_id), told=told)


def _opened(
    session: Session, request: Request, user: User, *, two_steps: bool = True, told: Claims | None = None
) -> In:
    """A new session; the one that was open in this browser gives way."""
    token = sessions.open_session(session, user, request.headers.get("user-agent", ""), two_steps=two_steps, told=told)
    if before := _session_id(request):
        sessions.end_session(session, before)
    return user, token


def _leave(session_id: UUID) -> None:
    with db.transaction() as session:
        sessions.end_session(session, session_id)


def _place(request: Request) -> str:
    return request.client.host if request.client else ""


def _session_id(request: Request) -> UUID | None:
    """The browser's session, as access_control wrote it; a script with a token has none."""
    found: UUID | None = getattr(request.state, "session_id", None)
    return found
