"""/api/me/second-factor: a second step at one's own sign-in."""

from typing import Annotated

from fastapi import Body, Request
from pydantic import Field

from app import db, proofs
from app.api.core import examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer, Wired, session_id, user_id
from app.api.core.routing import Router
from app.api.core.schemas import Answer, ShownOnce
from app.models.base import Draft
from app.services.accounts import two_factor, users

router = Router(prefix="/me/second-factor", tags=["me"])


class Standing(Answer):
    on: bool
    codes_left: int


class Enrolment(ShownOnce):
    """`uri` is what an authenticator's camera reads; `secret` is the same to type."""

    secret: str
    uri: str


class FirstCode(Draft):
    code: str = Field(max_length=40, repr=False)


class Proof(Draft):
    password: str = Field(max_length=1000, repr=False)


class PaperCodes(ShownOnce):
    """Shown this one time."""

    recovery_codes: list[str]


@router.get("")
def standing(session: Reading, who: Viewer) -> Standing:
    """Whether my second step is on, and how many codes on paper are left."""
    kept = two_factor.status_of(session, who)
    return Standing(on=kept.on, codes_left=kept.paper_left)


@router.post("", status_code=201)
def begin(session: Transaction, who: Caller, wired: Wired) -> Enrolment:
    """Begin: a secret for the authenticator, which counts once a first code has confirmed it."""
    made = two_factor.begin(session, who, wired.seal)
    return Enrolment(secret=made.secret, uri=made.uri)


@router.put("")
def confirm(
    request: Request,
    wired: Wired,
    wish: Annotated[FirstCode, Body(openapi_examples=examples.shown({"code": "287082"}))],
) -> PaperCodes:
    """Turn it on with a first code; every other browser is signed out."""
    paper = proofs.first_code(user_id(request), wish.code, wired.unseal, but=session_id(request))
    return PaperCodes(recovery_codes=paper)


@router.delete("", status_code=204)
def turn_off(
    request: Request,
    wish: Annotated[Proof, Body(openapi_examples=examples.shown({"password": "seven quiet otters"}))],
) -> None:
    """Back to the password alone; the password proves that it is I."""
    proof = proofs.own_password(user_id(request), wish.password)
    with db.transaction() as session:
        two_factor.turn_off(session, users.acting(session, user_id(request)), proof)
