"""Somebody asked to be forgotten: the contact goes, figures stay without a name, and a file does not bring them back.

What hangs on a contact goes with it (CASCADE) or loses its link (SET NULL);
here is what else would still tell who it was.
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.errors import NotFound
from app.models import PRACTICE, Activity, Contact, EntityType, PipedriveLink, User, now
from app.models.pipedrive_sync import ERASED_KEY
from app.services.base import audit_log, backup_ages, meeting_credit
from app.services.base.counted_touches import counts
from app.services.contacts.erasure import (
    erased_people,
    name_removal,
    remaining_texts,
    spellings,
    undo_removal,
    written_texts,
)
from app.services.contacts.erasure.spellings import Spellings
from app.services.undo.row_snapshots import expire_rows
from app.signals import Topic, announce

STILL_THERE = "Pipedrive still has them as person {}: delete them there as well."
GONE = "Erased. A file does not bring them back."
ONE_LEFT = "One text about somebody else still names them; search for the name to find it."
MORE_LEFT = "{:,} texts about others still name them; search for the name to find them."
IN_BACKUPS = (
    "Backups that were made before still hold them; the last one goes on {}. So do copies that were kept elsewhere."
)

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
    # what became of them in Pipedrive leads to nobody either, unless a colleague has them too
    text("""
        delete from pipedrive_deals deal using pipedrive_links own
        where own.entity_type = 'person' and own.entity_key = any(:keys) and deal.account = own.account
          and deal.person_id = own.remote_id
          and not exists (
              select from pipedrive_links o where o.account = own.account and o.entity_type = 'person'
              and o.remote_id = own.remote_id and o.entity_key <> all(:keys) and o.entity_key not like 'mail:%')
    """),
    # the practice company is ours: what only they led to there is deleted there
    text("""
        insert into pipedrive_links (id, created_at, updated_at, account, entity_type, entity_key, state, intent_at,
                                     remote_id, created_by_us, unseen_times)
        select gen_random_uuid(), :now, :now, own.account, own.entity_type, :erased || own.entity_key, 'LOST', :now,
               own.remote_id, own.created_by_us, 0
        from pipedrive_links own where own.account = :practice and own.remote_id is not null
          and ((own.entity_type = 'person' and own.entity_key = any(:keys)) or own.entity_type = 'activity'
               and own.entity_key in (select id::text from activities where contact_id = any(:ids)))
          and not exists (
              select from pipedrive_links o where o.account = own.account and o.entity_type = own.entity_type
              and o.remote_id = own.remote_id and o.id <> own.id)
    """),
    # an intent stays: whether a create without an answer arrived there is still to be looked up
    text("delete from pipedrive_links where entity_type = 'person' and entity_key = any(:keys) and state <> 'CREATING'"),
    text("""
        update introductions set whom = 'somebody', reach = '', note = ''
        where redeemed_activity_id in (select id from activities where contact_id = any(:ids))
    """),
    # a meeting that was booked stays counted, like one that was held
    text(f"""
        delete from activities a where a.contact_id = any(:ids) and not a.done and not (a.type = 'MEETING' and {counts("a")})
    """),  # noqa: S608 - one condition, no data
    # what counts keeps its method, and of several hand-overs the one that counts
    text(meeting_credit.KEEP_CREDIT),
    text(meeting_credit.KEEP_ONE_HAND_OVER),
    text("""
        update activities set contact_id = null, referred_contact_id = null, failed_address = null, subject = '', note = '', location = null,
               version = version + 1, updated_at = :now where contact_id = any(:ids)
    """),
    # what somebody else's fields said of them once; their fields themselves stay as they were typed
    text("delete from contact_changes where before::text ilike any(:answers) or after::text ilike any(:answers)"),
    # an answer that was kept may name them in any way, and that it was done is enough to do nothing twice
    text("update idempotency_keys set answer = null, headers = '{}' where answer is not null"),
    text("delete from contacts where id = any(:ids)"),
]  # fmt: skip


@dataclass(frozen=True)
class Erased:
    """The receipt: what is still to be done elsewhere, and what still holds the name.

    `sentence` says all of it in words. `pipedrive_person_id` is the person's number there, if they have one;
    `still_named` counts free texts about others in this bank; `backups_until` is the day on which the last backup
    that was made before goes.
    """

    sentence: str
    pipedrive_person_id: int | None
    still_named: int
    backups_until: date | None


def erase(session: Session, who: User, contact_id: UUID) -> Erased:
    """Forget one of my contacts for good, also out of the trash; there is no undo. Raises NotFound."""
    mine = select(Contact).where(Contact.id == contact_id, Contact.user_id == who.id)
    contact = session.exec(mine.with_for_update()).one_or_none()
    if contact is None:
        raise NotFound
    number = None if _only_practised(session, contact) else contact.pipedrive_person_id
    known = spellings.collect(session, [contact_id])
    merged = undo_removal.forget_merges(session, contact_id, known)
    erased_people.remember_erased(session, who, contact)
    session.expunge(contact)
    _forget(session, [contact_id], known, merged)
    audit_log.record(session, who, "contact.erased", contact_id)
    for topic in (Topic.CONTACT, Topic.OUTREACH, Topic.SYNC, Topic.NOTICE):
        announce(session, topic, contact_id, who.id)
    return receipt_of(session, who, known, number)


def forget(session: Session, contact_ids: Sequence[UUID]) -> None:
    """Delete these contacts and whatever names them; the caller has asked who may."""
    session.flush()
    if contact_ids:
        _forget(session, contact_ids, spellings.collect(session, contact_ids))


def _forget(session: Session, contact_ids: Sequence[UUID], known: Spellings, merged: Collection[UUID] = ()) -> None:
    """`merged` are those that became one with a contact, and are rows no more."""
    session.flush()
    name_removal.remove_names(session, contact_ids, known.names if len(contact_ids) == 1 else ())
    ids = [*contact_ids, *merged]
    touches = session.exec(select(Activity.id).where(col(Activity.contact_id).in_(contact_ids))).all()
    undo_removal.take_out(session, ids)
    written_texts.delete_about(session, [str(one) for one in (*ids, *touches)])
    binds: dict[str, Any] = {"ids": list(contact_ids), "keys": [str(one) for one in ids], "now": now()}
    binds |= {"practice": PRACTICE, "erased": ERASED_KEY}
    answers = [
        *binds["keys"],
        *map(json.dumps, known.names),
        *(json.dumps(one, ensure_ascii=False) for one in known.names),
    ]
    binds["answers"] = [f"%{_literal(one)}%" for one in (*answers, *known.addresses)]
    for statement in FORGET:
        session.execute(statement, binds)
    expire_rows(session)
    written_texts.remove_names(session, contact_ids, known)
    remaining_texts.remove_searches(session, known)


def receipt_of(session: Session, who: User, known: Spellings, number: int | None) -> Erased:
    """What is left, in words; of others only what this person may know of is counted."""
    left = remaining_texts.count(session, who, known)
    until = backup_ages.kept_until(session)
    sentences = [GONE]
    if number is not None:
        sentences.append(STILL_THERE.format(number))
    if left:
        sentences.append(ONE_LEFT if left == 1 else MORE_LEFT.format(left))
    if until:
        sentences.append(IN_BACKUPS.format(f"{until.day} {until:%B %Y}"))
    return Erased(" ".join(sentences), number, left, until)


def _only_practised(session: Session, contact: Contact) -> bool:
    """Whether the only record of this person that we know of is in the practice company, where we delete it."""
    link = select(PipedriveLink.account).where(
        PipedriveLink.entity_type == EntityType.PERSON, PipedriveLink.entity_key == str(contact.id)
    )
    return set(session.exec(link)) == {PRACTICE}


def _literal(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
