"""/api/contacts: the contact bank."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Body, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Cursor, Limit, Reading, Transaction, Viewer, Words
from app.api.core.etags import Seen
from app.api.core.partial_update import Changes, any_of
from app.api.core.routing import Router
from app.api.core.schemas import Answer, CardAnswer, ContactAnswer, Listing, ScoredAnswer, SuggestionAnswer
from app.models import Contact, ContactDraft, SyncStatus, User
from app.models.base import Draft
from app.services.activities import timeline
from app.services.activities.timeline import Filter
from app.services.contacts import contact_bank, contact_search, data_export, suggestions
from app.services.contacts.erasure import contact_erasure
from app.services.permissions import visibility
from app.services.permissions.visibility import Sight, View
from app.services.push_queue import push_status
from app.services.push_queue.beside_contacts import beside

router = Router(prefix="/contacts", tags=["contacts"])


@any_of(ContactDraft)
class ContactChanges(Changes):
    """Any of a contact's fields; what is left out stays."""


class Receipt(Answer):
    """What is left after erasing somebody: in words, and as figures.

    `still_named` counts my texts about others that still hold the name; `backups_until` is the day on which the last
    backup that was made before goes.
    """

    sentence: str
    pipedrive_person_id: int | None
    still_named: int
    backups_until: date | None


class Snooze(Draft):
    days: int


@router.get("", response_model=Listing[ContactAnswer])
def find(
    *,
    request: Request,
    session: Reading,
    me: Viewer,
    q: Annotated[Words, Query(description="Part of a name, organisation, e-mail address or phone number.")] = "",
    warmness_min: Annotated[int | None, Query(ge=0, le=10)] = None,
    not_contacted_days: Annotated[int | None, Query(ge=0, le=36_500)] = None,
    campaign_id: UUID | None = None,
    organisation: Words | None = None,
    tag: Words | None = None,
    sync: SyncStatus | Literal["NONE"] | None = None,
    trash: bool = False,
    due: Annotated[bool, Query(description="Something planned is due, or the contact's own rhythm says so.")] = False,
    never: Annotated[bool, Query(description="Not contacted yet.")] = False,
    sort: contact_search.Sort = "name",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """My own bank, filtered and in a stable order."""
    search = contact_search.Search(
        q, warmness_min, not_contacted_days, campaign_id, organisation, tag, sync, trash, sort, due, never
    )
    page = contact_search.contacts(session, me, search, cursor, limit)
    return etags.shown(request, Listing(items=_mine(session, me, page.items), next_cursor=page.next_cursor))


@router.post("", status_code=201, response_model=ContactAnswer)
def add(
    *,
    request: Request,
    session: Transaction,
    me: Caller,
    draft: Annotated[ContactDraft, Body(openapi_examples=examples.shown(examples.CONTACT, least={"name": "Jane Roe"}))],
    force: Annotated[bool, Query(description="Keep both, although somebody looks the same.")] = False,
) -> Response:
    """Put somebody into my bank; 409 with `candidates` when somebody there looks the same."""
    return etags.created(request, _one(session, me, contact_bank.add(session, me, draft, keep_both=force)))


@router.get("/suggested", response_model=Listing[SuggestionAnswer])
def suggested(
    request: Request,
    session: Reading,
    me: Viewer,
    limit: Limit = 10,
    mix: Annotated[bool, Query(description="Keep two of five places for people with a past.")] = False,
) -> Response:
    """Whom to contact next, best first, and why."""
    found = suggestions.suggest(session, me, limit, mix=mix)
    known = beside(session, me, [each.contact for each in found])
    items = [SuggestionAnswer.ranked(each, me, *known[each.contact.id]) for each in found]
    return etags.shown(request, Listing(items=items))


@router.get("/{contact_id}", response_model=ScoredAnswer | CardAnswer)
def one(request: Request, session: Transaction, me: Caller, contact_id: UUID) -> Response:
    """Everything about my contact; of a colleague's contact what a shared campaign opens to me."""
    view = visibility.look(session, me, contact_id)
    if view.sight is Sight.CARD:
        touches = timeline.feed(session, me, Filter(contact_id=contact_id)).items
        return etags.shown(request, CardAnswer.of(view, touches))
    return etags.shown(request, _seen(session, view), version=view.contact.version)


@router.put("/{contact_id}", response_model=ContactAnswer)
def change(
    *,
    request: Request,
    session: Transaction,
    me: Caller,
    contact_id: UUID,
    changes: Annotated[ContactChanges, Body(openapi_examples=examples.shown({"warmness_score": 8}))],
    version: Seen,
) -> Response:
    """Change some of the facts. With `If-Match`, 412 when somebody was faster."""
    row = contact_bank.change(session, me, contact_id, changes.given(), version=version)
    return etags.shown(request, _one(session, me, row), version=row.version)


@router.delete("/{contact_id}", status_code=204, response_model=None, responses={200: {"model": Receipt}})
def trash(
    session: Transaction,
    me: Caller,
    contact_id: UUID,
    erase: Annotated[bool, Query(description="Forget them for good: they asked to be.")] = False,
) -> Response:
    """Into the trash; `restore` brings it back with its touches. With `erase` nothing does: 200 with a receipt."""
    if erase:
        return JSONResponse(
            Receipt.model_validate(contact_erasure.erase(session, me, contact_id)).model_dump(mode="json")
        )
    contact_bank.trash(session, me, contact_id)
    return Response(status_code=204)


@router.get("/{contact_id}/export.json", response_model=dict[str, Any])
def export(session: Transaction, me: Caller, contact_id: UUID) -> JSONResponse:
    """Everything that we hold about one of my contacts, for whoever asks to see it."""
    name = f'attachment; filename="contact-{contact_id}.json"'
    return JSONResponse(data_export.export_contact(session, me, contact_id), headers={"Content-Disposition": name})


@router.post("/{contact_id}/restore", response_model=ContactAnswer)
def restore(request: Request, session: Transaction, me: Caller, contact_id: UUID) -> Response:
    row = contact_bank.restore(session, me, contact_id)
    return etags.shown(request, _one(session, me, row), version=row.version)


@router.post("/{contact_id}/snooze", response_model=ContactAnswer)
def snooze(
    request: Request,
    session: Transaction,
    me: Caller,
    contact_id: UUID,
    wish: Annotated[Snooze, Body(openapi_examples=examples.shown({"days": 14}, wake={"days": 0}))],
) -> Response:
    """Do not suggest this contact for so many days; 0 wakes it up."""
    row = contact_bank.snooze(session, me, contact_id, wish.days)
    return etags.shown(request, _one(session, me, row), version=row.version)


def _one(session: Session, me: User, row: Contact) -> ContactAnswer:
    session.flush()
    return _mine(session, me, [row])[0]


def _mine(session: Session, me: User, rows: Sequence[Contact]) -> list[ContactAnswer]:
    """My own contacts, their campaigns and badges in one question."""
    known = beside(session, me, rows)
    return [ContactAnswer.of(row, me, *known[row.id]) for row in rows]


def _seen(session: Session, view: View) -> ScoredAnswer:
    status = push_status.status_of(session, view.contact)
    return ScoredAnswer.scored(view.contact, view.owner, view.places, status)
