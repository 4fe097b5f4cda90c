"""/api/pipedrive/handovers: whether records in Pipedrive follow the contacts that were handed over to me."""

from typing import Annotated
from uuid import UUID

from fastapi import Body

from app.api.core import examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer
from app.api.core.paging import Paged
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Listing, Moment
from app.models import HandoverDecision
from app.models.base import Draft
from app.services.push_queue import handovers

router = Router(prefix="/pipedrive", tags=["pipedrive"])


class Decision(Draft):
    decision: HandoverDecision


class HandoverAnswer(Answer):
    id: UUID
    from_name: str
    contacts: int
    sentence: str
    created_at: Moment


class Decided(Answer):
    id: UUID
    decision: HandoverDecision
    decided_at: Moment


@router.get("/handovers")
def open_handovers(session: Reading, me: Viewer, page: Paged) -> Listing[HandoverAnswer]:
    """Hand-overs to me whose records in Pipedrive still belong to the colleague who had them."""
    return page.of([HandoverAnswer.model_validate(one) for one in handovers.list_open(session, me)])


@router.post("/handovers/{handover_id}/decide")
def decide(
    session: Transaction,
    me: Caller,
    handover_id: UUID,
    choice: Annotated[Decision, Body(openapi_examples=examples.shown({"decision": "MOVE"}))],
) -> Decided:
    """`MOVE` makes me the owner there of what came from here and is still theirs; `LEAVE` changes nothing."""
    return Decided.model_validate(handovers.decide(session, me, handover_id, choice.decision))
