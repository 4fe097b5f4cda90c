"""/api/contacts/merge: two contacts that are one person; /api/undo: what was done in one go, taken back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Query
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from pydantic_core import to_jsonable_python

from app.api.core import examples
from app.api.core.dependencies import Caller, Transaction
from app.api.core.routing import Router
from app.api.core.schemas import Answer, ContactAnswer
from app.models import UndoKind
from app.models.base import Draft
from app.services.campaigns import undo_dispatch
from app.services.contacts import contact_merge
from app.services.push_queue.beside_contacts import beside

router = Router(tags=["contacts"])


class Merge(Draft):
    keep_id: UUID
    drop_id: UUID
    fields: dict[str, str] = Field(default_factory=dict, max_length=20)


class MergedAnswer(ContactAnswer):
    """The contact that both are now; `undo_id` takes it back within 30 days."""

    undo_id: UUID


class ChoiceAnswer(Answer):
    field: str
    keep: Any
    drop: Any
    choices: tuple[str, ...]
    choice: str | None


class PlanAnswer(Answer):
    """The fields that differ, with what can be chosen and what we would; how many rows move over."""

    fields: list[ChoiceAnswer]
    moves: dict[str, int]
    warning: str | None


class UndoneAnswer(Answer):
    """`put_back` of how many there were; `left` were changed since and stay as they are."""

    kind: UndoKind
    sentence: str
    put_back: int
    left: int


@router.post("/contacts/merge", response_model=MergedAnswer | PlanAnswer)
def merge(
    session: Transaction,
    me: Caller,
    wish: Annotated[Merge, Body(openapi_examples=examples.shown(examples.MERGE))],
    dry_run: Annotated[bool, Query(description="Only say what would happen.")] = False,
) -> Response:
    """Make two of my contacts one. `fields` says keep, drop or both; what is left out is decided as in the plan."""
    if dry_run:
        plan = contact_merge.plan(session, me, wish.keep_id, wish.drop_id)
        return JSONResponse(to_jsonable_python(PlanAnswer.model_validate(plan)))
    kept, undo_id = contact_merge.merge(session, me, wish.keep_id, wish.drop_id, wish.fields)
    session.flush()
    places, status = beside(session, me, [kept])[kept.id]
    whole = ContactAnswer.of(kept, me, places, status)
    return JSONResponse(to_jsonable_python(MergedAnswer(**whole.model_dump(), undo_id=undo_id)))


@router.post("/undo/{deed_id}")
def undo(session: Transaction, me: Caller, deed_id: UUID) -> UndoneAnswer:
    """Undo something of mine: a merge, a rename, or what was done to many contacts."""
    return UndoneAnswer.model_validate(undo_dispatch.undo(session, me, deed_id))
