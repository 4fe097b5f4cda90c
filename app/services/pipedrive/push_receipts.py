"""What a push did in Pipedrive, and taking back what it created there."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import String, cast, func
from sqlmodel import Session, col, select

from app.errors import Conflict, NotFound
from app.models import (
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
)
from app.models.pipedrive_sync import OPEN
from app.services import policy
from app.services.base import audit_log
from app.services.pipedrive.undo_proof import Proof
from app.services.push_queue import push_jobs, push_rules

NOT_YOURS = "This push is not one of yours."
NOTHING = "This push created nothing in Pipedrive that could be taken back."
MOST_NAMED = 3
EARNED = (EntityType.LEAD, EntityType.DEAL)


def list_receipts(session: Session, who: User, sync_id: UUID) -> Sequence[PushReceipt]:
    """What this push created, linked and updated, in that order of time. Raises NotFound."""
    _readable(session, who, sync_id)
    kept = select(PushReceipt).where(PushReceipt.sync_id == sync_id)
    return session.exec(kept.order_by(col(PushReceipt.at), col(PushReceipt.id))).all()


def undo(session: Session, who: User, sync_id: UUID) -> PipedriveSync:
    """Queue the deletion of what this push created and nobody else uses; what of its contact waits is called off.

    Raises NotFound, or Conflict when there is nothing to take back, or when what a later push created hangs on it.
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
    if contact and (later := _later_ones(session, who, contact, created)):
        raise Conflict(_undo_first(later))
    for receipt in created:
        _keep_proof(session, who, receipt, contact)
    asked = push_jobs.upsert_job(
        session,
        who,
        PipedriveSync(
            user_id=who.id, contact_id=sync.contact_id, entity_type=sync.entity_type, entity_id=sync.id,
            trigger=Trigger.UNDO, dedupe_key=f"undo:{sync.id}", urgent=True,
        ),
    )  # fmt: skip
    if contact:
        push_rules.set_aside_pushes(session, who, contact)
    audit_log.record(session, who, "sync.undone", sync.id, records=len(created))
    return asked


def created_links(session: Session, who: User, receipt: PushReceipt) -> Sequence[PipedriveLink]:
    """Our links to that record, those that say that we created it first, of a firm the bank's own before its name's.

    Addresses that lead there are left out.
    """
    del who
    links = select(PipedriveLink).where(
        PipedriveLink.account == receipt.account,
        PipedriveLink.entity_type == receipt.entity_type,
        PipedriveLink.state == LinkState.LINKED,
        col(PipedriveLink.remote_id).is_not_distinct_from(receipt.remote_id),
        col(PipedriveLink.remote_ref).is_not_distinct_from(receipt.remote_ref),
        ~col(PipedriveLink.entity_key).startswith("mail:"),
    )
    kept_up_to_date = col(PipedriveLink.entity_key).startswith("firm:")
    order = col(PipedriveLink.created_by_us).desc(), kept_up_to_date.desc(), col(PipedriveLink.entity_key)
    return session.exec(links.order_by(*order)).all()


def _keep_proof(session: Session, who: User, receipt: PushReceipt, contact: Contact | None) -> None:
    """What becomes of the contact before the undo runs does not matter any more."""
    links = created_links(session, who, receipt)
    if links and links[0].created_by_us and (links[0].agreed or receipt.proof is None):
        receipt.proof = Proof.of(links[0], contact, who.pipedrive_user_id).dump()
        session.add(receipt)


def _readable(session: Session, who: User, sync_id: UUID) -> PipedriveSync:
    sync = session.get(PipedriveSync, sync_id)
    if sync is None or (sync.user_id != who.id and not policy.may_manage_every_push(who)):
        raise NotFound(NOT_YOURS)
    return sync


def _later_ones(session: Session, who: User, contact: Contact, created: Sequence[PushReceipt]) -> list[str]:
    """What later pushes of this contact made there that hangs on what this one created, and is not being undone."""
    made = {(one.entity_type, one.remote_id) for one in created}
    person = (EntityType.PERSON, contact.pipedrive_person_id)
    if person not in made and (EntityType.ORGANIZATION, contact.pipedrive_org_id) not in made:
        return []
    going = _numbers(session, created[0])
    number = col(Activity.pipedrive_activity_id)
    meetings = select(Activity).where(Activity.contact_id == contact.id, number.is_not(None)).order_by(number)
    zone = ZoneInfo(who.timezone)
    named = [
        f"the meeting “{one.subject}” of {_day(one, zone)}"
        for one in session.exec(meetings)
        if (EntityType.ACTIVITY, one.pipedrive_activity_id) not in going
    ]
    earned = select(PipedriveLink).where(
        PipedriveLink.account == created[0].account,
        col(PipedriveLink.entity_type).in_(EARNED),
        PipedriveLink.entity_key == str(contact.id),
        PipedriveLink.state == LinkState.LINKED,
    )
    links = [
        link for link in session.exec(earned) if (link.entity_type, link.remote_ref or link.remote_id) not in going
    ]
    return [*named, *(f"the {link.entity_type.value} of a meeting" for link in links)]


def _numbers(session: Session, push: PushReceipt) -> set[tuple[EntityType, int | str | None]]:
    """What this push created, and what other pushes created whose own undo waits already: those run first."""
    waiting = select(PipedriveSync.id).where(
        PipedriveSync.dedupe_key == func.concat("undo:", cast(PushReceipt.sync_id, String)),
        col(PipedriveSync.status).in_(OPEN),
    )
    rows = select(PushReceipt).where(
        PushReceipt.account == push.account,
        PushReceipt.what == PushEffect.CREATED,
        col(PushReceipt.entity_type).in_((EntityType.ACTIVITY, *EARNED)),
        (col(PushReceipt.sync_id) == push.sync_id) | waiting.exists(),
    )
    return {(one.entity_type, one.remote_ref or one.remote_id) for one in session.exec(rows)}


def _day(meeting: Activity, zone: ZoneInfo) -> str:
    moment = (meeting.due_date or meeting.happened_at or meeting.created_at).astimezone(zone)
    return f"{moment.day} {moment:%b %Y}"


def _undo_first(later: list[str]) -> str:
    more = len(later) - MOST_NAMED
    *named, last = [*later[:MOST_NAMED], f"{more} more"] if more > 0 else later
    listed = f"{', '.join(named)} and {last}" if named else last
    hang, push = ("hang", "their own pushes") if len(later) > 1 else ("hangs", "its own push")
    return f"{listed[0].upper()}{listed[1:]} {hang} on what this push created. Undo {push} first."
