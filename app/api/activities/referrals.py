"""/api/contacts/{id}/referrals: whom a contact of mine brought, and who brought them."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer
from app.api.core.paging import Paged
from app.api.core.routing import Router
from app.api.core.schemas import ActivityAnswer, Answer, Listing, Moment
from app.models import User
from app.models.base import Draft, Prose
from app.services.activities import referrals, timeline

router = Router(tags=["referrals"])

LATER = {"referred_contact_id": examples.REFERRAL["referred_contact_id"]}


class ReferralAnswer(Answer):
    """One touch of the kind REFERRAL: `by` brought `whom`."""

    activity_id: UUID
    by_id: UUID
    by: str
    whom_id: UUID
    whom: str
    at: Moment | None


class ReferralWish(Draft):
    """Whom the contact in the address brought; `thanks` plans to say thank you."""

    referred_contact_id: UUID
    note: Annotated[str, Prose(5_000)] = ""
    thanks: bool = True


class Whom(Draft):
    """Whom the referral brought; null takes the link back."""

    referred_contact_id: UUID | None


@router.get("/contacts/{contact_id}/referrals", response_model=Listing[ReferralAnswer])
def of(request: Request, session: Reading, me: Viewer, contact_id: UUID, page: Paged) -> Response:
    """Newest first, in both directions."""
    found = referrals.of(session, me, contact_id)
    return etags.shown(request, page.of([ReferralAnswer.model_validate(one) for one in found], "activity_id"))


@router.post("/contacts/{contact_id}/referrals", status_code=201, response_model=ActivityAnswer)
def refer(
    *,
    request: Request,
    session: Transaction,
    me: Caller,
    contact_id: UUID,
    draft: Annotated[ReferralWish, Body(openapi_examples=examples.shown(examples.REFERRAL))],
) -> Response:
    """This contact brought another of mine; with `thanks` a reminder to say thank you is planned."""
    whom = draft.referred_contact_id
    touch = referrals.refer(session, me, contact_id, whom, draft.note, thanks=draft.thanks)
    return etags.created(request, _told(session, me, touch.id), below="/api/activities")


@router.put("/activities/{activity_id}/referral")
def link(
    session: Transaction,
    me: Caller,
    activity_id: UUID,
    wish: Annotated[Whom, Body(openapi_examples=examples.shown(LATER, nobody={"referred_contact_id": None}))],
) -> ActivityAnswer:
    """Say later whom a referral brought, or take it back with null."""
    return _told(session, me, referrals.link(session, me, activity_id, wish.referred_contact_id).id)


def _told(session: Session, me: User, activity_id: UUID) -> ActivityAnswer:
    session.flush()
    return ActivityAnswer.of(timeline.one(session, me, activity_id))
