"""/api/introductions: doors that partners open: offered with a golden ticket, used or turned down by whom they are for."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Body, Query, Request
from fastapi.responses import Response

from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer
from app.api.core.paging import Paged
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Listing, Moment
from app.errors import Invalid
from app.models import ContactDraft, Introduction, IntroductionDraft
from app.models.base import Draft
from app.services.activities import introduced_contact, introductions
from app.services.activities.introductions import Offer
from app.services.contacts import contact_bank

router = Router(prefix="/introductions", tags=["introductions"])


ONE = "Give a contact of mine, or the facts of a new one."


class Use(Draft):
    """A contact of mine, or a new one: what the introduction says of them (`suggested`), and what is given here."""

    contact_id: UUID | None = None
    contact: dict[str, Any] | None = None


class IntroductionAnswer(Answer):
    """`state` is `OPEN`, `USED` or `DECLINED`; the names only in lists, and the campaign's where I may see it.

    `suggested` are the facts of a contact that the words of an open one say, for whom it is offered to.
    """

    id: UUID
    whom: str
    reach: str
    note: str
    campaign_id: UUID | None
    campaign: str | None = None
    offered_by: UUID
    by: str | None = None
    offered_to: UUID
    to: str | None = None
    state: Literal["OPEN", "USED", "DECLINED"]
    activity_id: UUID | None
    suggested: dict[str, Any] | None = None
    created_at: Moment

    @classmethod
    def of(cls, row: Introduction, **names: Any) -> Self:
        state = "USED" if row.redeemed_at else "DECLINED" if row.declined_at else "OPEN"
        return cls.model_validate(row.model_dump() | {"state": state, "activity_id": row.redeemed_activity_id} | names)

    @classmethod
    def named(cls, one: Offer, suggested: dict[str, Any] | None = None) -> Self:
        return cls.of(one.introduction, by=one.by, to=one.to, campaign=one.campaign, suggested=suggested)


@router.get("", response_model=Listing[IntroductionAnswer])
def listed(
    request: Request,
    session: Reading,
    me: Viewer,
    page: Paged,
    box: Annotated[
        Literal["mine", "offered"], Query(description="Open ones for me, or those that I offered.")
    ] = "mine",
) -> Response:
    if box == "offered":
        return etags.shown(
            request, page.of([IntroductionAnswer.named(one) for one in introductions.offered(session, me)])
        )
    told = [
        IntroductionAnswer.named(one, introduced_contact.facts(session, me, one))
        for one in introductions.mine(session, me)
    ]
    return etags.shown(request, page.of(told))


@router.post("", status_code=201)
def offer(
    session: Transaction,
    me: Caller,
    draft: Annotated[IntroductionDraft, Body(openapi_examples=examples.shown(examples.INTRODUCTION))],
) -> IntroductionAnswer:
    """Offer a colleague to open a door; with a golden ticket."""
    return IntroductionAnswer.of(introductions.offer(session, me, draft))


@router.post("/{introduction_id}/redeem")
def redeem(
    session: Transaction,
    me: Caller,
    introduction_id: UUID,
    wish: Annotated[Use, Body(openapi_examples=examples.shown(examples.USE_INTRODUCTION))],
) -> IntroductionAnswer:
    """Accept it for one of my contacts or for a new one: a referral is planned, for the campaign that it was offered for."""
    if (wish.contact_id is None) == (wish.contact is None):
        raise Invalid(ONE, {"contact_id": ONE})
    contact_id = wish.contact_id
    if wish.contact is not None:
        offer = introductions.offer_of(session, me, introduction_id)
        facts = introduced_contact.facts(session, me, offer) | wish.contact
        contact_id = contact_bank.add(session, me, ContactDraft.model_validate(facts)).id
    assert contact_id
    introductions.redeem(session, me, introduction_id, contact_id)
    return IntroductionAnswer.of(introductions.find_introduction(session, me, introduction_id))


@router.post("/{introduction_id}/decline")
def decline(session: Transaction, me: Caller, introduction_id: UUID) -> IntroductionAnswer:
    """No, thank you."""
    return IntroductionAnswer.of(introductions.decline(session, me, introduction_id))


@router.post("/{introduction_id}/reopen")
def reopen(session: Transaction, me: Caller, introduction_id: UUID) -> IntroductionAnswer:
    """Take my answer back, and the referral with it."""
    return IntroductionAnswer.of(introductions.reopen(session, me, introduction_id))
