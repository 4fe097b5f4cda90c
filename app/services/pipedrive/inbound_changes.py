"""Writes what changed in Pipedrive into our contacts and meetings, and stores conflicts where both sides changed a field.

Nothing here queues a push: what Pipedrive told us is not told back. Each verb
acts for the owner of the contact, in the transaction that stores the new base.
"""

from typing import Annotated, Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select, update

from app.errors import Conflict, Invalid
from app.models import (
    Activity,
    ConflictResolution,
    Contact,
    EntityType,
    Organisation,
    PipedriveLink,
    SyncConflict,
    User,
    now,
)
from app.models.base import Line
from app.models.contact import MOST_ADDRESSES, Phone
from app.models.user import Email
from app.services.activities import activity_log
from app.services.base import audit_log, firm_settings, phone_numbers
from app.services.contacts import contact_bank, organisations
from app.services.pipedrive import meeting_values
from app.services.push_queue import heard_changes
from app.signals import Topic, announce

PIPEDRIVE = "pipedrive"
UNKNOWN_FIRM = "We do not know the name of that organization yet. Try again in a few minutes."
DOES_NOT_FIT = (
    "What stands in Pipedrive does not fit here: it is too long, or not a date that a meeting can have. "
    "Change it there, or keep what stands here."
)
NAME: TypeAdapter[Any] = TypeAdapter(Annotated[str, Line(200, 1)])
EMAIL: TypeAdapter[Any] = TypeAdapter(Email)
PHONE: TypeAdapter[Any] = TypeAdapter(Phone)


def change_contact(
    session: Session, who: User, contact_id: UUID, changes: dict[str, Any], *, version: int | None = None
) -> Contact | None:
    """Write what changed there into our contact; what our rules do not allow stays out. None when nothing is left.

    `changes` may hold `name`, `emails`, `phones` and `organisation`. Raises Stale.
    """
    fit = {name: value for name, said in changes.items() for value in _fit(session, name, said)}
    if not fit:
        return None
    contact = contact_bank.change(session, who, contact_id, fit, version=version, heard=True)
    audit_log.record(session, PIPEDRIVE, "contact.changed_in_pipedrive", contact_id, fields=sorted(fit))
    return contact


def fits(name: str, said: Any) -> bool:
    """Whether our rules allow this value of a contact; of a list stays what they allow."""
    return name in {"emails", "phones"} or bool(_line(name, said))


def rename_firm(session: Session, who: User, firm_id: UUID, name: str) -> str:
    """An organisation of this bank has another name in Pipedrive; returns the name it has here now.

    Where the bank has another organisation of that name, everybody of this one works there from now on.
    """
    heard_changes.mark_heard(session)
    firm = session.get_one(Organisation, firm_id)
    fit = _fit(session, "organisation", name)
    if not fit or not fit[0]:
        return firm.name
    other, key = organisations.find(session, who, fit[0], but_not=firm.id)
    people = session.exec(
        select(Contact).where(Contact.organisation_id == firm.id).order_by(col(Contact.id)).with_for_update()
    ).all()
    if other is None:
        firm.name, firm.key = fit[0], key
        session.add(firm)
        for contact in people:
            contact.reindex(firm.name)
            contact.version += 1
            session.add(contact)
            announce(session, Topic.CONTACT, contact.id, who.id)
    else:
        for contact in people:
            if contact.deleted_at is None:
                contact_bank.change(session, who, contact.id, {"organisation": fit[0]}, heard=True)
    for contact in people:
        audit_log.record(session, PIPEDRIVE, "contact.changed_in_pipedrive", contact.id, fields=["organisation"])
    return str(fit[0])


def change_meeting(
    session: Session, who: User, activity_id: UUID, changes: dict[str, Any], *, version: int | None = None
) -> Activity:
    """Write what happened there to a meeting of ours, also to one that is off here. Raises Stale."""
    changed = activity_log.change(session, who, activity_id, changes, version=version, heard=True)
    audit_log.record(session, PIPEDRIVE, "meeting.changed_in_pipedrive", activity_id, fields=sorted(changes))
    return changed


def record_conflicts(
    session: Session,
    who: User,
    contact: Contact,
    about: tuple[str, EntityType, UUID],
    fields: dict[str, tuple[Any, Any]],
) -> None:
    """Both sides changed these fields, to (ours, theirs): keep the question, once per field, with the newest values.

    `about` is the company, the kind of record and our row.
    """
    account, kind, entity_id = about
    for field, (ours, theirs) in fields.items():
        row = SyncConflict(contact_id=contact.id, user_id=who.id, account=account, entity_type=kind, entity_id=entity_id,
                           field=field, ours=ours, theirs=theirs)  # fmt: skip
        kept = insert(SyncConflict).values(row.model_dump())
        news = {"ours": kept.excluded.ours, "theirs": kept.excluded.theirs, "user_id": who.id}
        session.exec(
            kept.on_conflict_do_update(
                index_elements=["entity_id", "field"], index_where=col(SyncConflict.resolved_at).is_(None), set_=news
            )
        )
    if fields:
        announce(session, Topic.SYNC, contact.id, who.id)


def close_conflicts(session: Session, who: User, entity_id: UUID, fields: set[str]) -> None:
    """Close open conflicts of these fields: both sides say the same by now."""
    settled = update(SyncConflict).where(
        col(SyncConflict.resolved_at).is_(None),
        col(SyncConflict.entity_id) == entity_id,
        col(SyncConflict.field).in_(fields),
    )
    done = settled.values(resolved_at=now(), resolution=ConflictResolution.THEIRS).returning(
        col(SyncConflict.contact_id)
    )
    for contact_id in set(session.exec(done).scalars()):
        announce(session, Topic.SYNC, contact_id, who.id)


def write_person(session: Session, who: User, row: SyncConflict) -> None:
    """Write one field of a contact. Raises Conflict where its firm has no name that we know."""
    name, value = row.field, row.theirs
    if row.field == "org":
        name, value = "organisation", organisation_name(session, who, row.account, row.theirs) if row.theirs else None
        if row.theirs and not value:
            raise Conflict(UNKNOWN_FIRM)
    if not fits(name, value):
        raise Conflict(DOES_NOT_FIT)
    change_contact(session, who, row.contact_id, {name: value})


def write_meeting(session: Session, who: User, activity_id: UUID, field: str, theirs: Any) -> None:
    """Write one field of a meeting. Raises Conflict where our rules do not allow the value."""
    changes = meeting_values.changes(session.get_one(Activity, activity_id), field, theirs)
    if changes is None:
        raise Conflict(DOES_NOT_FIT)
    change_meeting(session, who, activity_id, changes)


def organisation_name(session: Session, who: User, account: str, firm: int | str) -> str | None:
    """The name of an organization by Pipedrive's number, or by our own key where it has none."""
    if isinstance(firm, str):
        own = select(Organisation.name).where(Organisation.user_id == who.id, Organisation.key == firm)
        return session.exec(own).first()
    links = select(PipedriveLink).where(
        PipedriveLink.account == account,
        PipedriveLink.entity_type == EntityType.ORGANIZATION,
        PipedriveLink.remote_id == firm,
    )
    link = session.exec(links.order_by(col(PipedriveLink.updated_at).desc())).first()
    if link is None:
        return None
    return (
        str(link.agreed["theirs"]["name"]) if link.agreed else organisation_name(session, who, account, link.entity_key)
    )


def _fit(session: Session, name: str, said: Any) -> list[Any]:
    """The value as our rules have it, or nothing."""
    if name in {"emails", "phones"}:
        country = firm_settings.country(session)
        known = (_address(name, value, country) for value in said)
        return [list(dict.fromkeys(value for value in known if value))[:MOST_ADDRESSES]]
    return _line(name, said)


def _line(name: str, said: Any) -> list[str | None]:
    try:
        return [None if name == "organisation" and not said else NAME.validate_python(said)]
    except ValidationError:
        return []


def _address(name: str, value: str, country: str) -> str | None:
    try:
        found = (EMAIL if name == "emails" else PHONE).validate_python(value)
        written = name == "emails" or phone_numbers.is_written(found)
        return str(found if written else phone_numbers.e164(found, country))
    except (ValidationError, Invalid):
        return None
