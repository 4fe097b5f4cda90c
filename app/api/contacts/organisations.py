"""/api/organisations: the firms of my bank, one spelling each."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request
from fastapi.responses import Response

from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer, Words
from app.api.core.paging import Paged
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Listing
from app.models.base import Draft, Line
from app.services.contacts import organisations

router = Router(prefix="/organisations", tags=["organisations"])

MOST = 100_000


class NewName(Draft):
    name: Annotated[str, Line(200, 1)]


class FirmMerge(Draft):
    keep_id: UUID
    drop_id: UUID


class FirmAnswer(Answer):
    """An organisation, and how many of my contacts work there."""

    id: UUID
    name: str
    used: int


class NamedAnswer(Answer):
    """`undo_id` takes it back within 30 days."""

    id: UUID
    name: str
    undo_id: UUID


@router.get("", response_model=Listing[FirmAnswer])
def pick(request: Request, session: Reading, me: Viewer, page: Paged, q: Words = "") -> Response:
    """My organisations whose name holds `q`, the most used first."""
    found = organisations.pick(session, me, q, MOST)
    return etags.shown(request, page.of([FirmAnswer.model_validate(firm) for firm in found]))


@router.put("/{organisation_id}")
def rename(
    session: Transaction,
    me: Caller,
    organisation_id: UUID,
    wish: Annotated[NewName, Body(openapi_examples=examples.shown({"name": "ACME Ltd"}))],
) -> NamedAnswer:
    """One spelling for all who work there; 409 when another organisation has that name."""
    firm, undo_id = organisations.rename(session, me, organisation_id, wish.name)
    return NamedAnswer(id=firm.id, name=firm.name, undo_id=undo_id)


@router.post("/merge")
def merge(
    session: Transaction,
    me: Caller,
    wish: Annotated[FirmMerge, Body(openapi_examples=examples.shown(examples.FIRM_MERGE))],
) -> NamedAnswer:
    """Everybody of the one works at the other from now on."""
    firm, undo_id = organisations.merge(session, me, wish.keep_id, wish.drop_id)
    return NamedAnswer(id=firm.id, name=firm.name, undo_id=undo_id)
