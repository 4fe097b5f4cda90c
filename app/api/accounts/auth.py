"""/api/auth: signing in and out, and who is signed in."""

import asyncio
from typing import Annotated

from fastapi import Body, Depends, Request
from fastapi.responses import Response
from pydantic import Field

from app import db
from app.api.accounts.user_schemas import SignedIn
from app.api.core import examples
from app.api.core.dependencies import Reading, Viewer, Wired, viewer
from app.api.core.routing import Router
from app.models import User
from app.models.base import Draft

router = Router(prefix="/auth", tags=["auth"])


class SignIn(Draft):
    """`code` is the second factor, for accounts that have one."""

    email: str = Field(max_length=254)
    password: str = Field(max_length=1000, repr=False)
    code: str | None = Field(default=None, max_length=40, repr=False)


@router.post("/login")
async def login(
    request: Request,
    response: Response,
    wired: Wired,
    typed: Annotated[SignIn, Body(openapi_examples=examples.shown(examples.SIGN_IN))],
) -> SignedIn:
    """Sign in; the cookie is the session. 401 for a wrong address or password alike, 429 after too many of them.

    Where a second step is on, 401 `CodeNeeded` asks for the same again with `code`, and `WrongCode` says that it did
    not fit.
    """
    who = await wired.sign_in_flow.enter(request, response, typed.email, typed.password, typed.code)
    return await asyncio.to_thread(_signed_in, who)


def _signed_in(who: User) -> SignedIn:
    with db.reading() as session:
        return SignedIn.of(session, who)


@router.post("/logout", status_code=204, dependencies=[Depends(viewer, scope="function")])
async def logout(request: Request, response: Response, wired: Wired) -> None:
    """The session of this browser ends at once, in every tab."""
    await wired.sign_in_flow.leave(request, response)


@router.get("/session")
def session(session: Reading, me: Viewer) -> SignedIn:
    """Who is signed in, and whether their Pipedrive key is kept and works; 401 when nobody is."""
    return SignedIn.of(session, me)
