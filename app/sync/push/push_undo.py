"""Undoing a push: what it created is deleted in Pipedrive, the youngest kind first, unless somebody else has touched or uses it."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, delete, select

from app import db
from app.models import (
    SKIPPED,
    Activity,
    Contact,
    EntityType,
    LinkState,
    PipedriveLink,
    PipedriveSync,
    PushEffect,
    PushReceipt,
    Trigger,
    User,
    now,
)
from app.services.pipedrive import push_receipts
from app.services.push_queue import company_mapping, push_jobs
from app.sync.api.errors import Gone, NotAllowed
from app.sync.push import undo_checks
from app.sync.push.undo_uses import Undo
from app.sync.queue.connection import Connection

ORDER = (EntityType.ACTIVITY, EntityType.LEAD, EntityType.DEAL, EntityType.PERSON, EntityType.ORGANIZATION)
STAYS = "{} stays in Pipedrive: {}."
HIDDEN = "{} may still be in Pipedrive: your key does not see it, so nothing was deleted."
RELINKED = "{} is not in Pipedrive any more. {} is linked to {} {} now, and stays linked to it."
ELSEWHERE = "{} stays in Pipedrive: your key leads to another company now."
NOT_ALLOWED = "your key may not look at it or delete it"


def undo(job: PipedriveSync, line: Connection) -> str | None:
    """Delete what that push created and nobody else uses; returns what stays and why, a sentence each."""
    with db.reading() as session:
        created = _created(session, job)
        contact = session.get(Contact, job.contact_id) if job.contact_id else None
    left = sorted((one for one in created if not one.undone_at), key=lambda one: ORDER.index(one.entity_type))
    deleted = Counter(one.entity_type for one in created if one.undone_at)
    stays: list[str | None] = []
    if left:
        under_way = Undo(line, line.pipedrive.me().user_id, contact, job.entity_id, deleted)
        stays = [_undo_one(under_way, one) for one in left]
    with db.transaction() as session:
        _go_on(session, job)
    return " ".join(filter(None, stays)) or None


def _go_on(session: Session, job: PipedriveSync) -> None:
    """A contact that is still linked goes on to be told: the edit that waited was set aside when the undo was asked for."""
    contact = session.get(Contact, job.contact_id) if job.contact_id else None
    if contact is None or contact.deleted_at or contact.pipedrive_person_id is None:
        return
    waited = select(PipedriveSync.id).where(
        PipedriveSync.contact_id == contact.id,
        PipedriveSync.entity_id == contact.id,
        PipedriveSync.error_code == SKIPPED,
        col(PipedriveSync.finished_at) >= job.created_at,
    )
    if session.exec(waited.limit(1)).first():
        owner = session.get_one(User, contact.user_id)
        push_jobs.enqueue(session, owner, contact, Trigger.UPDATE, urgent=False)


def _created(session: Session, job: PipedriveSync) -> list[PushReceipt]:
    created = select(PushReceipt).where(PushReceipt.sync_id == job.entity_id, PushReceipt.what == PushEffect.CREATED)
    return list(session.exec(created))


def _undo_one(undo: Undo, receipt: PushReceipt) -> str | None:
    """Look, delete at once, forget its number; returns the sentence that says what stays."""
    stays = _deleted(undo, receipt)
    with db.transaction() as session:
        if stays is None:
            _forget(session, undo, receipt)
            receipt.undone_at = now()
        receipt.stays = stays
        session.add(session.merge(receipt))
    undo.deleted[receipt.entity_type] += stays is None
    return stays or _relinked(undo, receipt)


def _relinked(undo: Undo, receipt: PushReceipt) -> str | None:
    """What was created is gone, and the contact was linked to another record since, as after a merge there."""
    contact, kind = undo.contact, receipt.entity_type
    if contact is None:
        return None
    linked = {EntityType.PERSON: contact.pipedrive_person_id, EntityType.ORGANIZATION: contact.pipedrive_org_id}
    number = linked.get(kind)
    if number is None or number == receipt.remote_id:
        return None
    return RELINKED.format(undo_checks.number(receipt), contact.name, kind.value, number)


def _deleted(undo: Undo, receipt: PushReceipt) -> str | None:
    """None when it is no longer there, whoever deleted it; else the sentence."""
    called = undo_checks.number(receipt)
    if receipt.account != undo.line.account:
        return ELSEWHERE.format(called)
    with db.reading() as session:
        linked = push_receipts.created_links(session, undo.line.lease.who, receipt)
        lost = session.exec(_links(undo.line.account, receipt).where(PipedriveLink.state == LinkState.LOST)).first()
    try:
        there = undo_checks.read(undo, receipt)
        if getattr(there, "is_deleted", False):
            return None
        called = undo_checks.name(undo, receipt, there)
        why = undo_checks.reason(undo, receipt, linked, there)
        if why is None:
            with suppress(Gone):
                _deletion(undo.line, receipt)()
            return None
    except Gone:
        # a lead is gone at once; everything else that was deleted can still be read for thirty days
        if lost or receipt.entity_type is EntityType.LEAD:
            return None
        return HIDDEN.format(called)
    except NotAllowed:
        why = NOT_ALLOWED
    return STAYS.format(called, why)


def _deletion(line: Connection, receipt: PushReceipt) -> Callable[[], None]:
    pipedrive, number, letters = line.pipedrive, receipt.remote_id or 0, receipt.remote_ref or ""
    return {
        EntityType.ACTIVITY: lambda: pipedrive.delete_activity(number),
        EntityType.LEAD: lambda: pipedrive.delete_lead(letters),
        EntityType.DEAL: lambda: pipedrive.delete_deal(number),
        EntityType.PERSON: lambda: pipedrive.delete_person(number),
        EntityType.ORGANIZATION: lambda: pipedrive.delete_organization(number),
    }[receipt.entity_type]


def _forget(session: Session, undo: Undo, receipt: PushReceipt) -> None:
    """No link leads there any more, and no row in the banks of that company has its number, the trash included.

    A contact that a colleague linked to it in the moment of the delete is pushed again, and created anew.
    """
    account, number = undo.line.account, receipt.remote_id
    columns: dict[EntityType, tuple[Any, str]] = {
        EntityType.ACTIVITY: (Activity, "pipedrive_activity_id"),
        EntityType.PERSON: (Contact, "pipedrive_person_id"),
        EntityType.ORGANIZATION: (Contact, "pipedrive_org_id"),
    }
    if receipt.entity_type in columns:
        table, column = columns[receipt.entity_type]
        named = col(getattr(table, column)) == number, col(table.user_id).in_(_in_company(session, account))
        rows = session.exec(select(table).where(*named).with_for_update()).all()
        session.exec(update(table).where(*named).values({column: None}))
        for other in rows if receipt.entity_type is EntityType.PERSON else ():
            if undo.contact and other.id != undo.contact.id and not other.deleted_at:
                owner = session.get_one(User, other.user_id)
                push_jobs.enqueue(session, owner, other, Trigger.UPDATE, urgent=False)
    links = [link.id for link in session.exec(_links(account, receipt))]
    session.exec(delete(PipedriveLink).where(col(PipedriveLink.id).in_(links)))


def _in_company(session: Session, account: str) -> list[UUID]:
    """Whose pushes go to that company: two companies may have the same number for different records."""
    return [who.id for who in session.exec(select(User)) if company_mapping.account_of(session, who) == account]


def _links(account: str, receipt: PushReceipt) -> Any:
    """Every link to that record, those of e-mail addresses included."""
    there = {"account": account, "entity_type": receipt.entity_type}
    where = {"remote_id": receipt.remote_id, "remote_ref": receipt.remote_ref}
    return select(PipedriveLink).filter_by(**there, **where)
