"""/api/contacts/{id}/warmness: how warm the touches say a contact of mine is, my answer to that, and the history."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.api.core import etags
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Moment
from app.models import User, WarmnessReason
from app.services.contacts import contact_bank, contact_warmness

router = Router(prefix="/contacts/{contact_id}/warmness", tags=["contacts"])


class SuggestedAnswer(Answer):
    """From how warm to how warm, why in words, and the touch that says so (null for a long silence)."""

    before: int
    after: int
    reason: str
    activity_id: UUID | None


class StepAnswer(Answer):
    """One step of the history; one that was declined has the same warmness twice."""

    before: int
    after: int
    reason: WarmnessReason
    activity_id: UUID | None
    created_at: Moment


class WarmnessAnswer(Answer):
    warmness_score: int
    suggested: SuggestedAnswer | None
    history: list[StepAnswer]


@router.get("", response_model=WarmnessAnswer)
def warmness(
    request: Request,
    session: Reading,
    me: Viewer,
    contact_id: UUID,
    limit: Annotated[int, Query(ge=1, le=200, description="How many steps of the history at most.")] = 50,
) -> Response:
    """The warmness now, what the touches of the last 30 days suggest, and every step so far, newest first."""
    return etags.shown(request, _told(session, me, contact_id, limit))


@router.post("/accept")
def accept(session: Transaction, me: Caller, contact_id: UUID) -> WarmnessAnswer:
    """Take the suggestion over; 409 when there is none any more."""
    contact_warmness.accept(session, me, contact_id)
    return _told(session, me, contact_id)


@router.post("/decline")
def decline(session: Transaction, me: Caller, contact_id: UUID) -> WarmnessAnswer:
    """Leave it as it is; the same touches do not suggest it again. 409 when there is no suggestion."""
    contact_warmness.decline(session, me, contact_id)
    return _told(session, me, contact_id)


def _told(session: Session, me: User, contact_id: UUID, limit: int = 50) -> WarmnessAnswer:
    session.flush()
    score = contact_bank.owned(session, me, contact_id).warmness_score
    said, steps = (
        contact_warmness.suggested(session, me, contact_id),
        contact_warmness.history(session, me, contact_id, limit),
    )
    shown = SuggestedAnswer.model_validate(said) if said else None
    return WarmnessAnswer(
        warmness_score=score, suggested=shown, history=[StepAnswer.model_validate(step) for step in steps]
    )
