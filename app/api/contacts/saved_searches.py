"""/api/views: my searches of the contact bank, under names of my own."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request
from fastapi.responses import Response

from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer
from app.api.core.paging import Paged
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Listing
from app.models import SavedSearchDraft
from app.models.base import Draft, Line
from app.services.contacts import saved_searches

router = Router(prefix="/views", tags=["views"])


class ViewName(Draft):
    name: Annotated[str, Line(80, 1)]


class ViewAnswer(Answer):
    """`query` is what stands behind the ? of GET /api/contacts."""

    id: UUID
    name: str
    query: str


@router.get("", response_model=Listing[ViewAnswer])
def views(request: Request, session: Reading, me: Viewer, page: Paged) -> Response:
    found = saved_searches.views(session, me)
    return etags.shown(request, page.of([ViewAnswer.model_validate(view) for view in found]))


@router.post("", status_code=201)
def save(
    session: Transaction,
    me: Caller,
    draft: Annotated[SavedSearchDraft, Body(openapi_examples=examples.shown(examples.VIEW))],
) -> ViewAnswer:
    """Keep a search; the same name again replaces what it held."""
    return ViewAnswer.model_validate(saved_searches.save(session, me, draft))


@router.put("/{view_id}")
def rename(
    session: Transaction,
    me: Caller,
    view_id: UUID,
    wish: Annotated[ViewName, Body(openapi_examples=examples.shown({"name": "Warm in Berlin"}))],
) -> ViewAnswer:
    return ViewAnswer.model_validate(saved_searches.rename(session, me, view_id, wish.name))


@router.delete("/{view_id}", status_code=204)
def remove(session: Transaction, me: Caller, view_id: UUID) -> None:
    saved_searches.remove(session, me, view_id)
