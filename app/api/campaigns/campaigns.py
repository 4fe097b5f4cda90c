"""/api/campaigns: campaigns, who works on them, and the contacts on their boards."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.api.campaigns.campaign_schemas import CampaignAnswer, CampaignCardAnswer
from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Cursor, Limit, Reading, Transaction, Viewer, Words
from app.api.core.etags import Seen
from app.api.core.partial_update import Changes, any_of
from app.api.core.routing import Router
from app.api.core.schemas import Listing
from app.calendar_days import today
from app.models import Campaign, CampaignDraft, CampaignStatus, User
from app.models.base import Draft, Line
from app.services.campaigns import campaigns, listing, summary

router = Router(prefix="/campaigns", tags=["campaigns"])


@any_of(CampaignDraft)
class CampaignChanges(Changes):
    """Any of a campaign's fields; what is left out stays."""


class Copy(Draft):
    name: Annotated[str, Line(160, 1)]


@router.get("", response_model=Listing[CampaignCardAnswer])
def find(
    *,
    request: Request,
    session: Reading,
    me: Viewer,
    q: Annotated[Words, Query(description="Words of the name, sector or theme.")] = "",
    status: Annotated[CampaignStatus | None, Query(description="Without one: all but ARCHIVED.")] = None,
    sector: Words | None = None,
    theme: Words | None = None,
    mine: Annotated[bool, Query(description="Only those that I am a member of.")] = False,
    sort: Annotated[listing.Sort, Query(description="`behind` begins with those furthest behind their pace.")] = "name",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """The campaigns that I am a member of; with a golden ticket all of them."""
    wanted = listing.Wanted(q, status, sector, theme, mine, sort)
    page = listing.listed(session, me, wanted, today(me.timezone), limit, cursor)
    items = [CampaignCardAnswer.of(card, today(me.timezone)) for card in page.items]
    return etags.shown(request, Listing(items=items, next_cursor=page.next_cursor))


@router.post("", status_code=201, response_model=CampaignAnswer)
def add(
    request: Request,
    session: Transaction,
    me: Caller,
    draft: Annotated[CampaignDraft, Body(openapi_examples=examples.shown(examples.CAMPAIGN, least={"name": "Spring"}))],
) -> Response:
    """A new campaign; I am its owner and first member."""
    return etags.created(request, _one(session, me, campaigns.add(session, me, draft), named=True))


@router.get("/{campaign_id}", response_model=CampaignAnswer)
def one(request: Request, session: Reading, me: Viewer, campaign_id: UUID) -> Response:
    """A campaign with its counts, its goal and how far it is, and the contacts of each stage."""
    return _shown(request, session, me, campaigns.seen(session, me, campaign_id))


@router.put("/{campaign_id}", response_model=CampaignAnswer)
def change(
    *,
    request: Request,
    session: Transaction,
    me: Caller,
    campaign_id: UUID,
    changes: Annotated[CampaignChanges, Body(openapi_examples=examples.shown({"goal_meetings": 12}))],
    version: Seen,
) -> Response:
    """Change some of the facts, or who is a member. With `If-Match`, 412 when somebody was faster."""
    row = campaigns.change(session, me, campaign_id, changes.given(), version=version)
    return etags.shown(request, _one(session, me, row, named="name" in changes.given()), version=row.version)


@router.delete("/{campaign_id}", status_code=204)
def remove(session: Transaction, me: Caller, campaign_id: UUID) -> None:
    """Into the trash; contacts and touches stay, and `restore` brings it back."""
    campaigns.remove(session, me, campaign_id)


@router.post("/{campaign_id}/restore", response_model=CampaignAnswer)
def put_back(request: Request, session: Transaction, me: Caller, campaign_id: UUID) -> Response:
    return _shown(request, session, me, campaigns.put_back(session, me, campaign_id))


@router.post("/{campaign_id}/archive", response_model=CampaignAnswer)
def archive(request: Request, session: Transaction, me: Caller, campaign_id: UUID) -> Response:
    """Put away: still to be read, closed for new contacts, moves and touches."""
    return _shown(request, session, me, campaigns.archive(session, me, campaign_id))


@router.post("/{campaign_id}/unarchive", response_model=CampaignAnswer)
def unarchive(request: Request, session: Transaction, me: Caller, campaign_id: UUID) -> Response:
    return _shown(request, session, me, campaigns.unarchive(session, me, campaign_id))


@router.post("/{campaign_id}/copy", status_code=201, response_model=CampaignAnswer)
def copy(
    *,
    request: Request,
    session: Transaction,
    me: Caller,
    campaign_id: UUID,
    wish: Annotated[Copy, Body(openapi_examples=examples.shown({"name": "Energy autumn"}))],
) -> Response:
    """A new campaign of mine like this one: its facts, goals and members, without contacts and dates."""
    made = _one(session, me, campaigns.copy(session, me, campaign_id, wish.name), named=True)
    return etags.created(request, made, below=request.url.path.rsplit("/", 2)[0])


def _one(session: Session, me: User, row: Campaign, *, named: bool = False) -> CampaignAnswer:
    card = summary.card(session, me, row.id, today(me.timezone))
    warning = campaigns.name_warning(session, me, row) if named else None
    return CampaignAnswer.whole(card, today(me.timezone), campaigns.members(session, me, row.id), warning)


def _shown(request: Request, session: Session, me: User, row: Campaign) -> Response:
    return etags.shown(request, _one(session, me, row), version=row.version)
