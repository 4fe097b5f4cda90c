"""/api/contacts/{id}/history: who changed which field of a contact of mine, when, from what to what; taken back one by one."""

from typing import Any, Self
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from app.api.core import etags
from app.api.core.dependencies import Caller, Cursor, Limit, Reading, Transaction, Viewer
from app.api.core.routing import Router
from app.api.core.schemas import Answer, ContactAnswer, Listing, Moment
from app.models import ChangeSource
from app.services.contacts.history import field_history
from app.services.contacts.history.field_history import Step
from app.services.push_queue.beside_contacts import beside

router = Router(prefix="/contacts/{contact_id}/history", tags=["contacts"])


class ChangeAnswer(Answer):
    """`can_take_back`: the field still is as this change left it.

    `withheld`: it was changed before the contact was handed over to you; both values are left out.
    """

    id: UUID
    field: str
    before: Any
    after: Any
    by: str
    source: ChangeSource
    created_at: Moment
    taken_back_at: Moment | None
    can_take_back: bool
    withheld: bool

    @classmethod
    def of(cls, step: Step) -> Self:
        told = ("by", "before", "after", "can_take_back", "withheld")
        return cls.model_validate(step.change.model_dump() | {name: getattr(step, name) for name in told})


@router.get("", response_model=Listing[ChangeAnswer])
def history(  # noqa: PLR0917 - what a page of a list is asked with
    request: Request, session: Reading, me: Viewer, contact_id: UUID, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """Every change of a field, newest first; those that were heard from Pipedrive too."""
    found = field_history.read(session, me, contact_id, limit, cursor)
    return etags.shown(
        request, Listing(items=[ChangeAnswer.of(one) for one in found.items], next_cursor=found.next_cursor)
    )


@router.post("/{change_id}/take-back", response_model=ContactAnswer)
def take_back(request: Request, session: Transaction, me: Caller, contact_id: UUID, change_id: UUID) -> Response:
    """The field is as it was before; 409 when it was changed again since. This is a change like any other."""
    contact = field_history.take_back(session, me, contact_id, change_id)
    session.flush()
    places, status = beside(session, me, [contact])[contact.id]
    return etags.shown(request, ContactAnswer.of(contact, me, places, status), version=contact.version)
