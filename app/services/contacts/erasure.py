"""Somebody asked to be forgotten: the contact goes, figures stay without a name, and a file does not bring them back.

What hangs on a contact goes with it (CASCADE) or loses its link (SET NULL);
here is what else would still tell who it was.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, cast, text
from sqlmodel import Session, col, select

from app.errors import NotFound
from app.models import Contact, UndoEntry, User, now
from app.services.base import audit_log
from app.services.contacts import erased_people, name_removal
from app.services.undo.row_snapshots import expire_rows
from app.signals import Topic, announce

STILL_THERE = "Pipedrive still has them as person {}: delete them there as well."
GONE = "Erased. A file does not bring them back."

FORGET = [
    # what is to be taken back there is taken back: it leads to nobody here any more
    text("delete from pipedrive_syncs where contact_id = any(:ids) and status in ('PENDING', 'RETRY') and trigger <> 'UNDO'"),
    text("update sync_receipts set stays = null where sync_id in (select id from pipedrive_syncs where contact_id = any(:ids))"),
    text("update pipedrive_syncs set error = null, detail = null, candidates = null, choice = null where contact_id = any(:ids)"),
    text("""
        update pipedrive_links set agreed = null
        where entity_key = any(:keys) or entity_key in (select id::text from activities where contact_id = any(:ids))
    """),
    # an address leads to a person in Pipedrive as long as a colleague has them too
    text("""
        delete from pipedrive_links alias using pipedrive_links own
        where own.entity_type = 'person' and own.entity_key = any(:keys) and alias.account = own.account
          and alias.entity_type = 'person' and alias.remote_id = own.remote_id and alias.entity_key like 'mail:%'
          and not exists (
              select from pipedrive_links o where o.account = own.account and o.entity_type = 'person'
              and o.remote_id = own.remote_id and o.entity_key <> all(:keys) and o.entity_key not like 'mail:%')
    """),
    # an intent stays: whether a create without an answer arrived there is still to be looked up
    text("delete from pipedrive_links where entity_type = 'person' and entity_key = any(:keys) and state <> 'CREATING'"),
    text("""
        update introductions set whom = 'somebody', note = ''
        where redeemed_activity_id in (select id from activities where contact_id = any(:ids))
    """),
    text("delete from activities where contact_id = any(:ids) and not done"),
    text("""
        update activities set contact_id = null, referred_contact_id = null, subject = '', note = '', location = null,
               version = version + 1, updated_at = :now where contact_id = any(:ids)
    """),
    text("delete from idempotency_keys k using unnest(cast(:keys as text[])) one where k.answer like '%' || one || '%'"),
    text("delete from contacts where id = any(:ids)"),
]  # fmt: skip


@dataclass(frozen=True)
class Erased:
    """What is still to be done elsewhere, as a sentence; the person's number in Pipedrive, if they have one there."""

    sentence: str
    pipedrive_person_id: int | None


def erase(session: Session, who: User, contact_id: UUID) -> Erased:
    """Forget one of my contacts for good, also out of the trash; there is no undo. Raises NotFound."""
    mine = select(Contact).where(Contact.id == contact_id, Contact.user_id == who.id)
    contact = session.exec(mine.with_for_update()).one_or_none()
    if contact is None:
        raise NotFound
    erased_people.remember_erased(session, who, [*contact.emails, *contact.phones])
    former_names = _forget_deeds(session, contact)
    number = contact.pipedrive_person_id
    session.expunge(contact)
    forget(session, [contact_id], former_names)
    audit_log.record(session, who, "contact.erased", contact_id)
    for topic in (Topic.CONTACT, Topic.OUTREACH, Topic.SYNC, Topic.CAMPAIGN):
        announce(session, topic, contact_id, who.id)
    return Erased(GONE if number is None else f"{GONE} {STILL_THERE.format(number)}", number)


def forget(session: Session, contact_ids: Sequence[UUID], former_names: Collection[str] = ()) -> None:
    """Delete these contacts and whatever names them; the caller has asked who may.

    `former_names` are those that a single contact had before it was merged.
    """
    session.flush()
    name_removal.remove_names(session, contact_ids, former_names)
    binds: dict[str, Any] = {"ids": list(contact_ids), "keys": [str(one) for one in contact_ids], "now": now()}
    for statement in FORGET:
        session.execute(statement, binds)
    expire_rows(session)


def _forget_deeds(session: Session, contact: Contact) -> set[str]:
    """Delete the merges that this contact took part in, and those of whoever was merged into it.

    Merges hold whole contacts; returns the names that these contacts had.
    """
    wanted, known, names = {contact.id}, set[UUID](), set[str]()
    while wanted:
        entries = session.exec(
            select(UndoEntry).where(col(UndoEntry.contact_ids).bool_op("&&")(cast(list(wanted), ARRAY(Uuid))))
        ).all()
        known |= wanted
        wanted = {one for entry in entries for one in entry.contact_ids} - known
        for entry in entries:
            images = [
                row for step in entry.what if step["table"] == "contacts" for row in (*step["before"], *step["after"])
            ]
            names |= {row["name"] for row in images if row.get("name")}
            session.delete(entry)
        session.flush()
    return names
