"""/api/auth: signing in and out, and who is signed in."""

from typing import Annotated

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response
from pydantic import Field

from app import db
from app.api import examples
from app.api.people import SignedIn
from app.api.wire import Caller, Transaction, Viewer, Wired, session_id
from app.errors import WrongPassword
from app.models.base import Draft
from app.services import sign_in

router = APIRouter(prefix="/auth", tags=["auth"])


class SignIn(Draft):
    """`code` is the second factor, for accounts that have one."""

    email: str = Field(max_length=254)
    password: str = Field(max_length=1000, repr=False)
    code: str | None = Field(default=None, max_length=40, repr=False)


@router.post("/login", response_model=SignedIn)
def login(
    request: Request, wired: Wired, typed: Annotated[SignIn, Body(openapi_examples=examples.shown(examples.SIGN_IN))]
) -> Response:
    """Sign in; the cookie is the session. 401 for a wrong address or password alike, 429 after too many of them."""
    address = request.client.host if request.client else ""
    with db.transaction() as session:
        user = sign_in.attempt(session, typed.email, typed.password, address)
        token = sign_in.open_session(session, user, request.headers.get("user-agent", "")) if user else None
    # the failure is committed first: a rolled back one would never be counted
    if user is None or token is None:
        raise WrongPassword
    answer = Response(SignedIn.of(user).model_dump_json(), media_type="application/json")
    wired.set_cookie(answer, token, user.role)
    return answer


@router.post("/logout", status_code=204)
def logout(request: Request, session: Transaction, me: Caller, wired: Wired) -> Response:
    """The session of this browser ends at once, in every tab."""
    if current := session_id(request):
        sign_in.close_session(session, me, current)
    answer = Response(status_code=204)
    wired.clear_cookie(answer)
    return answer


@router.get("/session")
def session(me: Viewer) -> SignedIn:
    """Who is signed in; 401 when nobody is."""
    return SignedIn.of(me)
