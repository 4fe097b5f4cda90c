"""Taking back what a push created: only that, only while nobody else uses it, the youngest kind first."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, delete, select

from app import db
from app.models import Activity, Contact, EntityType, PipedriveLink, PipedriveSync, PushEffect, PushReceipt, now
from app.models.pipedrive_sync import LinkState
from app.sync.api.errors import Gone
from app.sync.queue.connection import Connection

ORDER = (EntityType.ACTIVITY, EntityType.LEAD, EntityType.DEAL, EntityType.PERSON, EntityType.ORGANIZATION)
STAYS = "{kind} {number} stays in Pipedrive, because others use it."


def undo(job: PipedriveSync, line: Connection) -> str | None:
    """Delete what that push created; returns what had to stay, in words."""
    with db.reading() as session:
        left = sorted(_left(session, job, line), key=lambda one: ORDER.index(one.entity_type))
    stays = [one for one in left if not _undone(line, one)]
    said = [STAYS.format(kind=one.entity_type.value.capitalize(), number=one.remote_id) for one in stays]
    return " ".join(said) or None


def _left(session: Session, job: PipedriveSync, line: Connection) -> list[PushReceipt]:
    created = select(PushReceipt).where(
        PushReceipt.sync_id == job.entity_id,
        PushReceipt.account == line.account,
        PushReceipt.what == PushEffect.CREATED,
        col(PushReceipt.undone_at).is_(None),
    )
    return list(session.exec(created))


def _undone(line: Connection, receipt: PushReceipt) -> bool:
    if _is_used(line, receipt):
        return False
    # whoever deleted it before has saved us the way
    with suppress(Gone):
        _deletion(line, receipt)()
    with db.transaction() as session:
        _forget(session, line.account, receipt)
        receipt.undone_at = now()
        session.add(session.merge(receipt))
    return True


def _is_used(line: Connection, receipt: PushReceipt) -> bool:
    number = receipt.remote_id
    if receipt.entity_type is EntityType.PERSON and number is not None:
        return _is_shared(line, receipt, number) or _has_story(line, number)
    if receipt.entity_type is EntityType.ORGANIZATION and number is not None:
        people, all_of_them = line.pipedrive.persons_of(number)
        return not all_of_them or any(not one.is_deleted for one in people)
    return False


def _is_shared(line: Connection, receipt: PushReceipt, number: int) -> bool:
    """Whether another contact of ours is that person too."""
    with db.reading() as session:
        own = select(PipedriveSync.contact_id).where(PipedriveSync.id == receipt.sync_id).scalar_subquery()
        others = select(Contact.id).where(col(Contact.id).in_(_contacts(session, line.account, number)))
        alive = others.where(col(Contact.deleted_at).is_(None), col(Contact.id).is_distinct_from(own))
        return session.exec(alive.limit(1)).first() is not None


def _has_story(line: Connection, number: int) -> bool:
    """Whether a colleague planned, did or sold something with that person in Pipedrive itself."""
    if any(not one.is_deleted for one in line.pipedrive.deals_of(number)):
        return True
    done = {one.id for one in line.pipedrive.activities_of(number) if not one.is_deleted}
    with db.reading() as session:
        linked = _links(line.account, EntityType.ACTIVITY).where(col(PipedriveLink.remote_id).in_(done))
        ours = {one.remote_id for one in session.exec(linked)}
    return bool(done - ours)


def _deletion(line: Connection, receipt: PushReceipt) -> Callable[[], None]:
    pipedrive, number, letters = line.pipedrive, receipt.remote_id or 0, receipt.remote_ref or ""
    return {
        EntityType.ACTIVITY: lambda: pipedrive.delete_activity(number),
        EntityType.LEAD: lambda: pipedrive.delete_lead(letters),
        EntityType.DEAL: lambda: pipedrive.delete_deal(number),
        EntityType.PERSON: lambda: pipedrive.delete_person(number),
        EntityType.ORGANIZATION: lambda: pipedrive.delete_organization(number),
    }[receipt.entity_type]


def _forget(session: Session, account: str, receipt: PushReceipt) -> None:
    """No link leads there any more, and no row of ours has its number."""
    where = {"remote_id": receipt.remote_id, "remote_ref": receipt.remote_ref}
    gone = session.exec(_links(account, receipt.entity_type).filter_by(**where)).all()
    keys = [row.entity_key for row in gone if ":" not in row.entity_key]
    match receipt.entity_type:
        case EntityType.ACTIVITY:
            session.exec(update(Activity).where(col(Activity.id).in_(keys)).values(pipedrive_activity_id=None))
        case EntityType.PERSON:
            session.exec(update(Contact).where(col(Contact.id).in_(keys)).values(pipedrive_person_id=None))
        case EntityType.ORGANIZATION:
            theirs = col(Contact.pipedrive_org_id) == receipt.remote_id
            session.exec(update(Contact).where(theirs).values(pipedrive_org_id=None))
    session.exec(delete(PipedriveLink).where(col(PipedriveLink.id).in_([row.id for row in gone])))


def _contacts(session: Session, account: str, number: int) -> list[str]:
    linked = session.exec(_links(account, EntityType.PERSON).where(PipedriveLink.remote_id == number))
    return [row.entity_key for row in linked if ":" not in row.entity_key]


def _links(account: str, kind: EntityType) -> Any:
    return select(PipedriveLink).where(
        PipedriveLink.account == account, PipedriveLink.entity_type == kind, PipedriveLink.state == LinkState.LINKED
    )
