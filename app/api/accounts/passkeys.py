"""/api/me/passkeys: keys in my phone or computer with which I sign in by one tap."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Request
from pydantic import Field

from app import db, proofs
from app.api.core import examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer, Wired, session_id, user_id
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Moment, ShownOnce
from app.errors import Invalid
from app.models import User
from app.models.base import Draft
from app.services.accounts import passkey_challenges, passkeys, sessions, users
from app.services.accounts.passkey_ceremony import Site

router = Router(prefix="/me/passkeys", tags=["me"])


class PasskeyAnswer(Answer):
    """`is_synced`: its maker keeps copies, so that it is there on my other devices too."""

    id: UUID
    name: str
    created_at: Moment
    used_at: Moment | None
    is_synced: bool


class Passkeys(Answer):
    """`why_not` says in a sentence why there can be no passkeys at this address; null where there can."""

    why_not: str | None
    items: list[PasskeyAnswer]


class Proof(Draft):
    """My password, unless I signed in within the last ten minutes."""

    password: str | None = Field(default=None, max_length=1000, repr=False)


class Question(ShownOnce):
    """`public_key` is what navigator.credentials.create is given; the ticket comes back with its answer, within 5 minutes."""

    public_key: dict[str, Any]
    ticket: str


class NewPasskey(Draft):
    name: str = Field(max_length=1000)
    ticket: str = Field(max_length=1000, repr=False)
    credential: dict[str, Any] = Field(repr=False)


class NewName(Draft):
    name: str = Field(max_length=1000)


@router.get("")
def mine(session: Reading, who: Viewer, wired: Wired) -> Passkeys:
    """My passkeys, and whether there can be any here."""
    items = [PasskeyAnswer.model_validate(one) for one in passkeys.of_user(session, who)]
    return Passkeys(why_not=Site.at(wired.address).why_not, items=items)


@router.post("/begin")
def begin(
    request: Request,
    wired: Wired,
    wish: Annotated[Proof, Body(openapi_examples=examples.shown({"password": "seven quiet otters"}))],
) -> Question:
    """Begin to make one: what the browser is to be asked."""
    here = session_id(request)
    with db.reading() as session:
        who = users.acting(session, user_id(request))
        is_fresh = sessions.is_fresh(sessions.devices(session, who), here)
    if not is_fresh:
        _prove(who, wish.password)
    with db.reading() as session:
        options, challenge = passkeys.begin(session, who, Site.at(wired.address))
    return Question(public_key=options, ticket=passkey_challenges.seal(wired.seal, who.id, challenge))


@router.post("", status_code=201)
def add(
    request: Request,
    session: Transaction,
    who: Caller,
    wired: Wired,
    wish: Annotated[
        NewPasskey, Body(openapi_examples=examples.shown({"name": "My phone", "ticket": "...", "credential": {}}))
    ],
) -> PasskeyAnswer:
    """Keep what the browser made."""
    challenge = passkey_challenges.unseal(wired.unseal, who.id, wish.ticket)
    site, here = Site.at(wired.address), session_id(request)
    kept = passkeys.add(session, who, site, challenge, wish.credential, name=wish.name, here=here)
    return PasskeyAnswer.model_validate(kept)


@router.put("/{passkey_id}")
def rename(
    session: Transaction,
    who: Caller,
    passkey_id: UUID,
    wish: Annotated[NewName, Body(openapi_examples=examples.shown({"name": "My phone"}))],
) -> PasskeyAnswer:
    return PasskeyAnswer.model_validate(passkeys.rename(session, who, passkey_id, wish.name))


@router.delete("/{passkey_id}", status_code=204)
def remove(session: Transaction, who: Caller, passkey_id: UUID) -> None:
    """It opens nothing here any more."""
    passkeys.remove(session, who, passkey_id)


def _prove(who: User, password: str | None) -> None:
    """Compared while no connection is held, and counted as everywhere."""
    if password and who.password_hash:
        proofs.own_password(who.id, password)
        return
    sentence = (
        "Type your password first." if who.password_hash else "Please sign in again first, and then add the passkey."
    )
    raise Invalid(fields={"password": sentence})
