"""What a push did in Pipedrive, and taking back what it created there."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.errors import Conflict, NotFound
from app.models import Contact, PipedriveSync, PushEffect, PushReceipt, Trigger, User
from app.services import policy
from app.services.base import audit_log
from app.services.push_queue import push_jobs, push_rules

NOT_YOURS = "This push is not one of yours."
NOTHING = "This push created nothing in Pipedrive that could be taken back."


def list_receipts(session: Session, who: User, sync_id: UUID) -> Sequence[PushReceipt]:
    """What this push created, linked and updated, in that order of time. Raises NotFound."""
    _readable(session, who, sync_id)
    kept = select(PushReceipt).where(PushReceipt.sync_id == sync_id)
    return session.exec(kept.order_by(col(PushReceipt.at), col(PushReceipt.id))).all()


def undo(session: Session, who: User, sync_id: UUID) -> PipedriveSync:
    """Queue the deletion of what this push created and nobody else uses; what of its contact waits is called off.

    Raises NotFound, or Conflict when there is nothing to take back.
    """
    sync = _readable(session, who, sync_id)
    if sync.user_id != who.id:
        raise NotFound(NOT_YOURS)
    created = [
        one for one in list_receipts(session, who, sync_id) if one.what is PushEffect.CREATED and one.undone_at is None
    ]
    if not created:
        raise Conflict(NOTHING)
    contact = session.get(Contact, sync.contact_id) if sync.contact_id else None
    if contact:
        push_rules.set_aside_pushes(session, who, contact)
    asked = push_jobs.upsert_job(
        session,
        who,
        PipedriveSync(
            user_id=who.id, contact_id=sync.contact_id, entity_type=sync.entity_type, entity_id=sync.id,
            trigger=Trigger.UNDO, dedupe_key=f"undo:{sync.id}",
        ),
    )  # fmt: skip
    audit_log.record(session, who, "sync.undone", sync.id, records=len(created))
    return asked


def _readable(session: Session, who: User, sync_id: UUID) -> PipedriveSync:
    sync = session.get(PipedriveSync, sync_id)
    if sync is None or (sync.user_id != who.id and not policy.may_manage_every_push(who)):
        raise NotFound(NOT_YOURS)
    return sync
