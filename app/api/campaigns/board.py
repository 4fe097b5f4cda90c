"""/api/campaigns/{id}/contacts: who is on the board of a campaign, in which stage."""

from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import Body, Query, Request
from fastapi.responses import Response
from pydantic import Field, model_validator

from app.api.campaigns.campaign_schemas import Assignments, BoardCardAnswer
from app.api.contacts.bulk_actions import DoneAnswer
from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Cursor, Limit, Reading, Transaction, Viewer
from app.api.core.routing import Router
from app.api.core.schemas import Listing
from app.errors import NotFound
from app.models import Stage
from app.models.base import Draft
from app.services.campaigns import board, board_assignments, board_filter, board_stages, bulk_moves

router = Router(prefix="/campaigns/{campaign_id}", tags=["campaigns"])

NOT_THERE = "This contact is not in the campaign."


class Assignment(Draft):
    contact_ids: list[UUID] = Field(max_length=5_000)


class Move(Draft):
    stage: Stage


class Many(Draft):
    verb: Literal["MOVE", "TAKE_OUT"]
    contact_ids: list[UUID] = Field(max_length=5_000)
    stage: Stage | None = None

    @model_validator(mode="after")
    def _where_to(self) -> Self:
        if (self.verb == "MOVE") != (self.stage is not None):
            raise ValueError("MOVE needs a stage, TAKE_OUT takes none")
        return self


@router.post("/assign-contacts")
def assign(
    session: Transaction,
    me: Caller,
    campaign_id: UUID,
    wish: Annotated[Assignment, Body(openapi_examples=examples.shown(examples.CONTACT_IDS))],
) -> Assignments:
    """Put my own contacts on the board; each id is answered, and asking twice changes nothing."""
    return Assignments.model_validate({"results": board_assignments.assign(session, me, campaign_id, wish.contact_ids)})


@router.post("/contacts/bulk")
def many(
    session: Transaction,
    me: Caller,
    campaign_id: UUID,
    wish: Annotated[Many, Body(openapi_examples=examples.shown(examples.MOVE_MANY, take_out=examples.TAKE_OUT_MANY))],
) -> DoneAnswer:
    """Move many to a stage, or take them out; `POST /api/undo/{deed_id}` takes it back."""
    if wish.verb == "TAKE_OUT":
        done = bulk_moves.take_out(session, me, campaign_id, wish.contact_ids)
    else:
        assert wish.stage is not None
        done = bulk_moves.move(session, me, campaign_id, wish.contact_ids, wish.stage)
    return DoneAnswer.of(done)


@router.get("/contacts", response_model=Listing[BoardCardAnswer])
def column(
    *,
    request: Request,
    session: Reading,
    me: Viewer,
    campaign_id: UUID,
    stage: Stage | None = None,
    assigned_to: Annotated[UUID | None, Query(description="One colleague's work.")] = None,
    q: Annotated[str, Query(max_length=200, description="Words of the name or the firm.")] = "",
    warmness_min: Annotated[int | None, Query(ge=0, le=10)] = None,
    overdue: Annotated[
        bool, Query(description="Only those with a plan for this campaign whose time has passed.")
    ] = False,
    tag: Annotated[str | None, Query(max_length=40, description="Of contacts that I may open.")] = None,
    sort: board_filter.Sort = "recent",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """The cards of one stage, or of all, what came last first."""
    narrow = board_filter.Narrow(q, assigned_to, warmness_min, overdue, tag, sort)
    page = board.column(session, me, campaign_id, stage, limit=limit, after=cursor, narrow=narrow)
    items = [BoardCardAnswer.model_validate(card) for card in page.items]
    return etags.shown(request, Listing(items=items, next_cursor=page.next_cursor))


@router.put("/contacts/{contact_id}", response_model=BoardCardAnswer)
def move(
    *,
    request: Request,
    session: Transaction,
    me: Caller,
    campaign_id: UUID,
    contact_id: UUID,
    wish: Annotated[Move, Body(openapi_examples=examples.shown({"stage": "IN_DIALOGUE"}))],
) -> Response:
    """Put a contact into another stage."""
    board_stages.move(session, me, campaign_id, contact_id, wish.stage)
    return etags.shown(request, BoardCardAnswer.model_validate(board.card(session, me, campaign_id, contact_id)))


@router.delete("/contacts/{contact_id}", status_code=204)
def unassign(session: Transaction, me: Caller, campaign_id: UUID, contact_id: UUID) -> None:
    """Take a contact out of the campaign; who saw it through the campaign alone does not any more."""
    if not board_assignments.unassign(session, me, campaign_id, [contact_id]):
        raise NotFound(NOT_THERE)
