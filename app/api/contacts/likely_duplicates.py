"""/api/contacts/duplicates: who may be twice in my bank; /api/contacts/job-changes: who has another firm or title in a newer file."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import Body, Request
from fastapi.responses import Response

from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer
from app.api.core.paging import Paged
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Listing
from app.models import Contact
from app.models.base import Draft
from app.services.activities import job_changes
from app.services.activities.job_changes import Offer
from app.services.contacts import likely_duplicates
from app.services.contacts.likely_duplicates import LikelyPair

router = Router(prefix="/contacts", tags=["contacts"])


class Two(Draft):
    one_id: UUID
    other_id: UUID


class Who(Answer):
    id: UUID
    name: str
    organisation: str | None
    email: str | None
    phone: str | None

    @classmethod
    def of(cls, contact: Contact) -> Self:
        firm = contact.organisation.name if contact.organisation else None
        return cls(id=contact.id, name=contact.name, organisation=firm, email=contact.email, phone=contact.phone)


class PairAnswer(Answer):
    """`is_sure` where the rule of an import would take the two for one. `id` is the same for the two in either order."""

    id: UUID
    one: Who
    other: Who
    reason: str
    is_sure: bool

    @classmethod
    def of(cls, pair: LikelyPair) -> Self:
        both = UUID(int=pair.one.id.int ^ pair.other.id.int)
        return cls(id=both, one=Who.of(pair.one), other=Who.of(pair.other), reason=pair.reason, is_sure=pair.is_sure)


class OfferAnswer(Answer):
    """Somebody of mine, and the firm or title that a file gave them."""

    id: UUID
    contact: Who
    job_title: str | None
    new_organisation: str | None
    new_job_title: str | None
    seen_on: date

    @classmethod
    def of(cls, offer: Offer) -> Self:
        return cls(
            id=offer.id,
            contact=Who.of(offer.contact),
            job_title=offer.contact.job_title,
            new_organisation=offer.organisation,
            new_job_title=offer.job_title,
            seen_on=offer.seen_at.date(),
        )


TWO = examples.shown(examples.TWO_CONTACTS)


@router.get("/duplicates", response_model=Listing[PairAnswer])
def duplicates(request: Request, session: Reading, me: Viewer, page: Paged) -> Response:
    """Up to 200 pairs, the surest first; merge them by /api/contacts/merge."""
    found = [PairAnswer.of(pair) for pair in likely_duplicates.find_pairs(session, me)]
    return etags.shown(request, page.of(found))


@router.post("/duplicates/dismiss", status_code=204)
def dismiss(session: Transaction, me: Caller, wish: Annotated[Two, Body(openapi_examples=TWO)]) -> Response:
    """These two are two people: they are not listed any more."""
    likely_duplicates.say_distinct(session, me, wish.one_id, wish.other_id)
    return Response(status_code=204)


@router.post("/duplicates/undo-dismiss", status_code=204)
def undo_dismiss(session: Transaction, me: Caller, wish: Annotated[Two, Body(openapi_examples=TWO)]) -> Response:
    """They may be one after all."""
    likely_duplicates.forget_distinct(session, me, wish.one_id, wish.other_id)
    return Response(status_code=204)


@router.get("/job-changes", response_model=Listing[OfferAnswer])
def changes(request: Request, session: Reading, me: Viewer, page: Paged) -> Response:
    """Who has another firm or title in a file than in my bank, the newest first."""
    return etags.shown(request, page.of([OfferAnswer.of(offer) for offer in job_changes.open_offers(session, me)]))


@router.post("/job-changes/{offer_id}/update", status_code=204)
def update(session: Transaction, me: Caller, offer_id: UUID) -> Response:
    """The contact has the new firm and title from now on."""
    job_changes.update(session, me, offer_id)
    return Response(status_code=204)


@router.post("/job-changes/{offer_id}/congratulate", status_code=204)
def congratulate(session: Transaction, me: Caller, offer_id: UUID) -> Response:
    """Plan a message for tomorrow."""
    job_changes.congratulate(session, me, offer_id)
    return Response(status_code=204)


@router.post("/job-changes/{offer_id}/dismiss", status_code=204)
def turn_down(session: Transaction, me: Caller, offer_id: UUID) -> Response:
    """The contact stays as it is."""
    job_changes.dismiss(session, me, offer_id)
    return Response(status_code=204)
