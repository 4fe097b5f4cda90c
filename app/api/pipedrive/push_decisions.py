"""/api/pipedrive: what a person decides about a push: which record is meant, skipping, taking back, whose field stands."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Body, Request

from app import db
from app.api.core import examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer, Wired, user_id
from app.api.core.paging import Paged
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Listing, Moment
from app.api.pipedrive.pushes import Plan, SyncAnswer
from app.errors import Conflict
from app.models import ConflictResolution, EntityType, PushEffect, PushReceipt, Trigger
from app.models.base import Draft, Line
from app.models.pipedrive_sync import Asked
from app.services.accounts import users
from app.services.pipedrive import conflicts, manual_link, manual_push, push_history, push_receipts, record_choice
from app.services.pipedrive.push_history import Item
from app.services.push_queue import record_urls
from app.services.push_queue.record_urls import Home

router = Router(prefix="/pipedrive", tags=["pipedrive"])

Remote = Annotated[str, Line(300, 1)]


class Which(Draft):
    """A record of Pipedrive's, by its number or its address there."""

    remote: Remote


class Choice(Draft):
    resolution: ConflictResolution


class Wish(Draft):
    contact_id: UUID
    trigger: Asked = Trigger.MANUAL


class DeedAnswer(Answer):
    entity_type: EntityType
    remote_id: int | str | None
    what: PushEffect
    at: Moment
    undone_at: Moment | None
    stays: str | None
    url: str | None

    @classmethod
    def of(cls, one: PushReceipt, home: Home) -> Self:
        number = one.remote_ref or one.remote_id
        url = home.of(one.entity_type, number) if one.account == home.account and not one.undone_at else None
        return cls(
            entity_type=one.entity_type,
            remote_id=number,
            what=one.what,
            at=one.at,
            undone_at=one.undone_at,
            stays=one.stays,
            url=url,
        )


class CandidateAnswer(Answer):
    """`linked_to` is the record that stays linked where none of the candidates is chosen."""

    id: int
    kind: EntityType
    name: str
    organization: str = ""
    email: str = ""
    url: str | None = None
    linked_to: int | None = None


class PushAnswer(SyncAnswer):
    """A push, who may be meant where that is not certain, and what it did."""

    contact: str | None
    owner: str
    candidates: list[CandidateAnswer]
    receipt: list[DeedAnswer]

    @classmethod
    def seen(cls, item: Item, home: Home) -> Self:
        row = SyncAnswer.model_validate(item.sync).model_dump()
        told: dict[str, Any] = {"contact": item.contact, "owner": item.owner, "error": item.reason}
        told["detail"] = item.detail
        told["candidates"] = [] if item.hidden else item.sync.candidates or []
        told["receipt"] = [DeedAnswer.of(one, home) for one in item.did]
        return cls.model_validate(row | told)


class ConflictAnswer(Answer):
    id: UUID
    contact_id: UUID
    contact_name: str
    about: str
    field: str
    ours: str
    theirs: str
    seen_at: Moment


class Resolved(Answer):
    id: UUID
    resolution: ConflictResolution | None
    resolved_at: Moment | None


class Linked(Answer):
    contact_id: UUID
    pipedrive_person_id: int | None


@router.post("/look")
def look(
    request: Request, wired: Wired, wish: Annotated[Wish, Body(openapi_examples=examples.shown(examples.SYNC))]
) -> Plan:
    """The plan of a push after a real look into Pipedrive; each search costs 20 of the company's tokens."""
    with db.reading() as session:
        wanted = manual_push.wanted(session, users.acting(session, user_id(request)), wish.contact_id)
    if wired.look_up is None:
        raise Conflict(manual_push.NO_LINE)
    # Pipedrive is asked while no transaction is open
    found = wired.look_up(wanted)
    with db.reading() as session:
        who = users.acting(session, user_id(request))
        return Plan(plan=manual_push.plan(session, who, wish.contact_id, wish.trigger, found).sentences)


@router.get("/syncs/{sync_id}")
def push(session: Reading, me: Viewer, sync_id: UUID) -> PushAnswer:
    """One push with its candidates and its receipt."""
    return PushAnswer.seen(push_history.item(session, me, sync_id), record_urls.home(session, me))


@router.post("/syncs/{sync_id}/link")
def link(
    session: Transaction,
    me: Caller,
    sync_id: UUID,
    which: Annotated[Which, Body(openapi_examples=examples.shown(examples.REMOTE))],
) -> SyncAnswer:
    """Use that record of Pipedrive's; it has to be there when the push runs."""
    item = push_history.item(session, me, sync_id)
    kind = EntityType(item.sync.candidates[0]["kind"]) if item.sync.candidates else EntityType.PERSON
    number = record_urls.home(session, me).number(which.remote, kind)
    return SyncAnswer.model_validate(record_choice.link_to(session, me, sync_id, number))


@router.post("/syncs/{sync_id}/create-anyway")
def create_anyway(session: Transaction, me: Caller, sync_id: UUID) -> SyncAnswer:
    """None of the candidates: make a new record there, or keep the one that is linked."""
    return SyncAnswer.model_validate(record_choice.create_anyway(session, me, sync_id))


@router.post("/syncs/{sync_id}/skip")
def skip(session: Transaction, me: Caller, sync_id: UUID) -> SyncAnswer:
    """Leave it out of Pipedrive; a retry brings it back."""
    return SyncAnswer.model_validate(record_choice.skip(session, me, sync_id))


@router.post("/syncs/{sync_id}/undo", status_code=202)
def undo(session: Transaction, me: Caller, sync_id: UUID) -> SyncAnswer:
    """Delete in Pipedrive what this push created and nobody else has touched or uses; what it linked stays.

    Once it ran, `detail` of the answered push, and `stays` of each receipt, say what had to stay and why.
    """
    return SyncAnswer.model_validate(push_receipts.undo(session, me, sync_id))


@router.get("/conflicts")
def open_conflicts(session: Reading, me: Viewer, page: Paged) -> Listing[ConflictAnswer]:
    """Fields of my contacts that both sides changed."""
    return page.of([ConflictAnswer.model_validate(one) for one in conflicts.list_open(session, me)])


@router.post("/conflicts/{conflict_id}/resolve")
def resolve(
    session: Transaction,
    me: Caller,
    conflict_id: UUID,
    choice: Annotated[Choice, Body(openapi_examples=examples.shown({"resolution": "OURS"}))],
) -> Resolved:
    """`OURS` tells Pipedrive, `THEIRS` changes our field."""
    return Resolved.model_validate(conflicts.resolve(session, me, conflict_id, choice.resolution))


@router.post("/conflicts/{conflict_id}/reverse")
def reverse(session: Transaction, me: Caller, conflict_id: UUID) -> Resolved:
    """Decide it the other way round."""
    return Resolved.model_validate(conflicts.reverse(session, me, conflict_id))


@router.put("/contacts/{contact_id}/link", status_code=202)
def link_contact(
    request: Request,
    wired: Wired,
    contact_id: UUID,
    which: Annotated[Which, Body(openapi_examples=examples.shown(examples.REMOTE))],
) -> SyncAnswer:
    """Say which person in Pipedrive my contact is: looked for there at once where that is possible, else by the push."""
    with db.reading() as session:
        wanted = manual_link.wanted_link(session, users.acting(session, user_id(request)), contact_id, which.remote)
    if wanted and wired.look_up:
        # Pipedrive is asked while no transaction is open
        manual_link.check_found(wanted, wired.look_up)
    with db.transaction() as session:
        me = users.acting(session, user_id(request))
        return SyncAnswer.model_validate(manual_push.link(session, me, contact_id, which.remote))


@router.delete("/contacts/{contact_id}/link")
def unlink_contact(session: Transaction, me: Caller, contact_id: UUID) -> Linked:
    """Forget which person in Pipedrive my contact is; nothing is changed there."""
    contact = record_choice.unlink(session, me, contact_id)
    return Linked(contact_id=contact.id, pipedrive_person_id=contact.pipedrive_person_id)
