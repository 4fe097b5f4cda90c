"""What every route is given: one transaction or one look, the person acting, and what only the composition root knows.

The outer stack has put `user_id`, `session_id` and `request_id` into the
request's state before anything here runs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import db
from app.models import User
from app.models.base import Line
from app.services.accounts import pipedrive_keys, two_factor, users
from app.services.pipedrive import manual_push


class SignInFlow(Protocol):
    """The way in and out; the cookie is set on the response."""

    async def enter(
        self, request: Request, response: Response, email: str, password: str, code: str | None = None
    ) -> User: ...

    async def leave(self, request: Request, response: Response) -> None: ...


@dataclass(frozen=True)
class Wiring:
    """What the routes need from doors that they may not import.

    `check_key` asks Pipedrive and raises a Refusal when the key is not
    accepted; `seal` locks a key to its owner and `unseal` opens it; `sign_in_flow` opens and ends the
    browser's session; `address` is where people reach us; `look_up` looks into
    Pipedrive for a contact; `push_key` is our public key for web push; `let_go`
    takes away what a key set in Pipedrive; `phone_key` is what a person's phone seals with, and `offline_hours` how long
    it keeps what it holds without hearing from us.
    """

    check_key: pipedrive_keys.Check
    seal: pipedrive_keys.Seal
    unseal: two_factor.Unseal
    sign_in_flow: SignInFlow
    address: str
    look_up: manual_push.LookUp | None = None
    push_key: str = ""
    let_go: pipedrive_keys.LetGo | None = None
    phone_key: Callable[[UUID], str] | None = None
    offline_hours: int = 24


def transaction(request: Request) -> Iterator[Session]:
    """One that is open for the whole request already, or one for its route alone."""
    if held := getattr(request.state, "session", None):
        yield held
        return
    with db.transaction() as session:
        yield session


def reading() -> Iterator[Session]:
    with db.reading() as session:
        yield session


# scope="function" commits before the answer is sent; FastAPI's default would promise first and commit later
Transaction = Annotated[Session, Depends(transaction, scope="function")]
Reading = Annotated[Session, Depends(reading, scope="function")]


def caller(session: Transaction, request: Request) -> User:
    return users.acting(session, user_id(request))


def viewer(session: Reading, request: Request) -> User:
    return users.acting(session, user_id(request))


def wiring(request: Request) -> Wiring:
    wired: Wiring = request.app.state.wiring
    return wired


# the person acting, read in the same transaction (or look) as what they do
Caller = Annotated[User, Depends(caller, scope="function")]
Viewer = Annotated[User, Depends(viewer, scope="function")]
Wired = Annotated[Wiring, Depends(wiring)]

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[Annotated[str, Line(4000)] | None, Query(description="`next_cursor` of the page before.")]
Words = Annotated[str, Line(200)]


def user_id(request: Request) -> UUID | None:
    found: UUID | None = getattr(request.state, "user_id", None)
    return found


def session_id(request: Request) -> UUID | None:
    """The browser's session; a script with a token has none."""
    found: UUID | None = getattr(request.state, "session_id", None)
    return found


def request_id(request: Request) -> str:
    return str(getattr(request.state, "request_id", ""))
