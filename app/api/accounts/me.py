"""/api/me: one's own profile, password, browsers and Pipedrive key."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import Body, Request
from pydantic import Field

from app import db, proofs
from app.api.accounts.user_schemas import SignedIn
from app.api.core import examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer, Wired, session_id, user_id
from app.api.core.paging import Paged
from app.api.core.partial_update import Changes
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Listing, Moment, ShownOnce
from app.errors import Forbidden
from app.models import UserSession
from app.models.base import Draft
from app.services.accounts import pipedrive_keys, sessions, user_profile, users
from app.services.activities import calendar_feed

router = Router(prefix="/me", tags=["me"])


class Profile(Changes):
    name: str = Field(default="", max_length=1000)
    timezone: str = Field(default="", max_length=1000)


class NewPassword(Draft):
    old: str = Field(max_length=1000, repr=False)
    new: str = Field(max_length=1000, repr=False)


class NewKey(Draft):
    api_key: str = Field(min_length=8, max_length=200, pattern=r"^[!-~]+$", repr=False)


class KeptKey(Answer):
    company_domain: str | None
    user_name: str | None
    last4: str | None
    notice: str | None = None


class CalendarAddress(ShownOnce):
    url: str


class PhoneKey(Answer):
    """`key` is 32 bytes in base64; after `hours` without hearing from the server a phone forgets it."""

    user_id: UUID
    key: str
    hours: int


class Browser(Answer):
    id: UUID
    browser: str
    seen_at: Moment
    created_at: Moment
    current: bool

    @classmethod
    def of(cls, kept: UserSession, here: UUID | None) -> Self:
        facts = {"seen_at": kept.seen_at, "created_at": kept.created_at, "current": kept.id == here}
        return cls.model_validate({"id": kept.id, "browser": kept.browser} | facts)


@router.get("")
def me(session: Reading, who: Viewer) -> SignedIn:
    """My profile, and whether my Pipedrive key is kept and works."""
    return SignedIn.of(session, who)


@router.put("")
def change(
    session: Transaction,
    who: Caller,
    wish: Annotated[Profile, Body(openapi_examples=examples.shown({"timezone": "Europe/Berlin"}))],
) -> SignedIn:
    """Change my name or time zone; what is left out stays."""
    profile = {"name": who.name, "timezone": who.timezone} | wish.given()
    return SignedIn.of(session, user_profile.change_profile(session, who, **profile))


@router.put("/password", status_code=204)
def change_password(
    request: Request, wish: Annotated[NewPassword, Body(openapi_examples=examples.shown(examples.PASSWORD))]
) -> None:
    """A new password; every other browser is signed out, and all tokens and the calendar's address end."""
    proof, new = proofs.new_password(user_id(request), wish.old, wish.new)
    with db.transaction() as session:
        who = users.acting(session, user_id(request))
        user_profile.change_password(session, who, proof, new, but=session_id(request))


@router.put("/pipedrive-key", response_model_exclude_none=True)
def keep_key(
    request: Request,
    wired: Wired,
    wish: Annotated[
        NewKey, Body(openapi_examples=examples.shown({"api_key": "0123456789abcdef0123456789abcdef01234567"}))
    ],
) -> KeptKey:
    """Keep my Pipedrive key, once Pipedrive has accepted it; whatever waited for it goes on."""
    with db.reading() as session:
        known = pipedrive_keys.owner_during_pause(
            session, users.acting(session, user_id(request)), wish.api_key, wired.unseal
        )
    # Pipedrive is asked while no transaction is open
    owner = known or wired.check_key(wish.api_key)
    with db.transaction() as session:
        who = users.acting(session, user_id(request))
        kept = pipedrive_keys.save_key(session, who, wish.api_key, owner, wired.seal)
        notice = pipedrive_keys.shared_with(session, kept)
    return KeptKey(
        company_domain=kept.pipedrive_company,
        user_name=kept.pipedrive_user_name,
        last4=kept.pipedrive_last4,
        notice=notice,
    )


@router.delete("/pipedrive-key", status_code=204)
def drop_key(request: Request, wired: Wired) -> None:
    """Forget my Pipedrive key; what waits for Pipedrive goes on waiting."""
    with db.reading() as session:
        who = users.acting(session, user_id(request))
    if wired.let_go:
        wired.let_go(who)
    with db.transaction() as session:
        user_profile.delete_pipedrive_key(session, users.acting(session, user_id(request)))


@router.post("/calendar", status_code=201)
def open_calendar(session: Transaction, who: Caller, wired: Wired) -> CalendarAddress:
    """A private address for my calendar program; the one before stops to work."""
    return CalendarAddress(url=calendar_feed.address(wired.address, calendar_feed.open_feed(session, who)))


@router.delete("/calendar", status_code=204)
def close_calendar(session: Transaction, who: Caller) -> None:
    """Nobody reads my calendar any more."""
    calendar_feed.close_feed(session, who)


@router.get("/phone-key")
def phone_key(request: Request, who: Viewer, wired: Wired) -> PhoneKey:
    """The key with which a browser seals what I have not sent yet; it opens again only for me, after a sign-in."""
    if session_id(request) is None or wired.phone_key is None:
        raise Forbidden("A token cannot do this. Please sign in with your browser.")
    return PhoneKey(user_id=who.id, key=wired.phone_key(who.id), hours=wired.offline_hours)


@router.get("/devices")
def devices(request: Request, session: Reading, who: Viewer, page: Paged) -> Listing[Browser]:
    """The browsers that I am signed in with, last seen first."""
    here = session_id(request)
    return page.of([Browser.of(kept, here) for kept in sessions.devices(session, who)])


@router.delete("/devices/{device_id}", status_code=204)
def sign_out(session: Transaction, who: Caller, device_id: UUID) -> None:
    """Sign one browser out; with a golden ticket, anybody's."""
    sessions.close_session(session, who, device_id)
