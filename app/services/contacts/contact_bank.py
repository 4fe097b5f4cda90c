"""The contact bank: who is in it, and what its owner may change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.calendar_days import start_in_days
from app.errors import Conflict, Invalid, LikelyDuplicate, NotFound, Stale
from app.models import Contact, ContactDraft, User, WarmnessChange, WarmnessReason, contact_fields, now
from app.models.contact import MOST_DAYS
from app.services.base import audit_log, firm_settings
from app.services.contacts import duplicates, organisations, phone_entries
from app.services.contacts.erasure import erased_people
from app.services.push_queue import heard_changes, push_rules
from app.signals import Topic, announce

SNOOZE_RANGE = f"Snooze for 1 to {MOST_DAYS} days."


def owned(session: Session, who: User, contact_id: UUID, *, lock: bool = False, trash: bool = False) -> Contact:
    """The contact, if it is in this person's bank; somebody else's does not exist.

    `lock` holds the row until the transaction ends. Raises NotFound.
    """
    query = (
        select(Contact)
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .where(Contact.id == contact_id, Contact.user_id == who.id)
        .where(col(Contact.deleted_at).is_not(None) if trash else col(Contact.deleted_at).is_(None))
    )
    if lock:
        query = query.with_for_update(of=Contact).execution_options(populate_existing=True)
    contact = session.exec(query).one_or_none()
    if contact is None:
        raise NotFound
    return contact


def owned_ones(session: Session, who: User, contact_ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """Those of these contacts that are in this person's bank, by id."""
    if not contact_ids:
        return {}
    query = select(Contact).options(joinedload(Contact.organisation))  # type: ignore[arg-type]
    mine = query.where(col(Contact.id).in_(contact_ids), Contact.user_id == who.id, col(Contact.deleted_at).is_(None))
    return {contact.id: contact for contact in session.exec(mine)}


def add(session: Session, who: User, draft: ContactDraft, *, keep_both: bool = False) -> Contact:
    """Put somebody new into the bank; a warm one is handed to Pipedrive.

    Raises LikelyDuplicate with the candidates, unless `keep_both`.
    """
    contact = build_contact(session, who, draft)
    if not keep_both:
        _alone(session, who, draft, contact)
    session.add(contact)
    session.flush()
    _note_warmness(session, who, contact, 0, WarmnessReason.ADDED)
    announce(session, Topic.CONTACT, contact.id, who.id)
    return contact


def build_contact(session: Session, who: User, draft: ContactDraft) -> Contact:
    """The row that a draft becomes, not yet in the session; raises Invalid for a number nobody can dial."""
    contact = Contact(user_id=who.id, name=draft.name, warmness_score=draft.warmness_score)
    _write(session, who, contact, _with_all_numbers(draft))
    return contact


def change(
    session: Session,
    who: User,
    contact_id: UUID,
    changes: dict[str, Any],
    *,
    version: int | None = None,
    heard: bool = False,
) -> Contact:
    """Change some of the facts. `version` is the one that the person saw; raises Stale when it moved on.

    With `heard` the change came from Pipedrive, and no push is queued.
    """
    contact = owned(session, who, contact_id, lock=True)
    if version is not None and version != contact.version:
        raise Stale
    if heard:
        heard_changes.mark_heard(session)
    draft = _edited(contact, changes)
    draft = _with_all_numbers(draft) if "phone_details" in changes else draft
    before = contact.warmness_score
    contact.warmness_score = draft.warmness_score
    _write(session, who, contact, draft, heard=heard)
    contact.version += 1
    session.flush()
    _note_warmness(session, who, contact, before, WarmnessReason.HAND)
    announce(session, Topic.CONTACT, contact.id, who.id)
    return contact


def set_warmness(
    session: Session,
    who: User,
    contact_id: UUID,
    score: int,
    reason: WarmnessReason = WarmnessReason.HAND,
    *,
    activity_id: UUID | None = None,
) -> Contact:
    """Set how warm somebody is; crossing the firm's threshold upwards hands them to Pipedrive once."""
    contact = owned(session, who, contact_id, lock=True)
    before, contact.warmness_score = contact.warmness_score, min(10, max(0, score))
    contact.version += 1
    _note_warmness(session, who, contact, before, reason, activity_id)
    announce(session, Topic.CONTACT, contact.id, who.id)
    return contact


def snooze(session: Session, who: User, contact_id: UUID, days: int) -> Contact:
    """Do not suggest this contact until that many days from now begin; 0 wakes it up."""
    until = snooze_end(days, who.timezone)
    contact = owned(session, who, contact_id, lock=True)
    contact.snoozed_until = until
    contact.version += 1
    announce(session, Topic.CONTACT, contact.id, who.id)
    return contact


def snooze_end(days: int, zone: str) -> datetime | None:
    """The start of the day on which somebody is suggested again, in that zone; None for 0 days. Raises Invalid."""
    if not 0 <= days <= MOST_DAYS:
        raise Invalid(SNOOZE_RANGE, {"days": SNOOZE_RANGE})
    return start_in_days(days, zone) if days else None


def trash(session: Session, who: User, contact_id: UUID) -> Contact:
    """Move a contact to the trash, out of every list; `restore` brings it back with its touches."""
    contact = owned(session, who, contact_id, lock=True)
    contact.deleted_at = now()
    contact.version += 1
    push_rules.close_pushes(session, who, [contact.id])
    audit_log.record(session, who, "contact.trashed", contact.id)
    announce(session, Topic.CONTACT, contact.id, who.id)
    return contact


def restore(session: Session, who: User, contact_id: UUID) -> Contact:
    contact = owned(session, who, contact_id, lock=True, trash=True)
    contact.deleted_at = None
    contact.version += 1
    push_rules.reopen_pushes(session, who, [contact.id])
    announce(session, Topic.CONTACT, contact.id, who.id)
    return contact


def _alone(session: Session, who: User, draft: ContactDraft, contact: Contact) -> None:
    """Raise LikelyDuplicate when the bank has somebody who looks the same, Conflict when they asked to be forgotten."""
    typed = duplicates.Typed(contact.name, contact.emails, contact.phones, draft.organisation, draft.linkedin_url)
    if found := duplicates.find_duplicates(session, who, typed, but_not=contact.id):
        raise LikelyDuplicate([twin.candidate for twin in found])
    if erased_people.find_erased(session, who).stops(contact.name, contact.emails, contact.phones):
        raise Conflict(erased_people.ERASED)


def _edited(contact: Contact, changes: dict[str, Any]) -> ContactDraft:
    """The contact as a draft with the changes laid over it; the draft's own rules decide."""
    beside = {"phone_details": contact.phone_details}
    return ContactDraft.model_validate(contact_fields.values(contact) | beside | _primaries(contact, changes))


def _with_all_numbers(draft: ContactDraft) -> ContactDraft:
    """A number that only the details have is called like the others, unless it is a fax or a pager."""
    more = [one.number for one in draft.phone_details if one.is_called and one.number not in draft.phones]
    return draft.model_copy(update={"phones": [*draft.phones, *more]}) if more else draft


def _primaries(contact: Contact, changes: dict[str, Any]) -> dict[str, Any]:
    """A new `email` or `phone` takes the first place and the others stay."""
    changes = dict(changes)
    for field in contact_fields.FIELDS:
        if field.primary in changes and field.name not in changes:
            first = changes.pop(field.primary)
            rest = getattr(contact, field.name)[1:]
            changes[field.name] = [first, *rest] if first else rest
    return changes


def _write(session: Session, who: User, contact: Contact, draft: ContactDraft, *, heard: bool = False) -> None:
    country = firm_settings.country(session)
    for field in contact_fields.COPIED:
        setattr(contact, field.name, getattr(draft, field.name))
    said = phone_entries.write_phones(contact, draft.phones, draft.phone_details, country, heard=heard)
    contact.notes = phone_entries.with_line(contact.notes, said)
    contact.organisation = organisations.get_or_create(session, who, draft.organisation)
    contact.organisation_id = contact.organisation.id if contact.organisation else None
    contact.reindex(contact.organisation.name if contact.organisation else None)


def _note_warmness(  # noqa: PLR0917 - one step of the history
    session: Session,
    who: User,
    contact: Contact,
    before: int,
    reason: WarmnessReason,
    activity_id: UUID | None = None,
) -> None:
    """Keep the step in the history, and hand the contact over when it has just become warm."""
    after = contact.warmness_score
    if after == before:
        return
    step = WarmnessChange(contact_id=contact.id, user_id=who.id, before=before, after=after, reason=reason)
    step.activity_id = activity_id
    session.add(step)
    push_rules.push_newly_warm(session, who, [(contact.id, before, after)])
