"""What hangs on a person, an organization, a deal or a lead in Pipedrive, and which contacts of ours are it too.

The counters come with the record and cost nothing, but nobody says how soon
they follow a write. So the lists that are cheap are read as well, leads have no
counter at all, and of what this undo has just deleted a counter may still tell.
No sentence names what hangs there: that may hold the name of somebody else.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from app import db
from app.models import Contact, EntityType, PipedriveLink, PushReceipt, User
from app.services.push_queue import company_mapping
from app.sync.api.errors import Gone
from app.sync.api.records import Activity, Deal, Lead, Organization, Person
from app.sync.links import link_store
from app.sync.queue.connection import Connection

Reasons = Iterator[str | None]
T = TypeVar("T")
On = Literal["person_id", "org_id"]

ANOTHER_CONTACT = "another contact here is linked to it"
UNCLEAR = "we could not see all activities that may hang on it"
COUNTED = {
    "open_deals": "a deal hangs on it",
    "closed_deals": "a deal hangs on it",
    "participant_open_deals": "it takes part in a deal",
    "participant_closed_deals": "it takes part in a deal",
    "people": "people belong to it",
    "notes": "a note hangs on it",
    "files": "a file hangs on it",
    "activities": "an activity hangs on it",
    "email_messages": "e-mails hang on it",
}
# what we delete ourselves before we come to what it hangs on
LATE = {"people": EntityType.PERSON, "activities": EntityType.ACTIVITY, "open_deals": EntityType.DEAL}


@dataclass(frozen=True)
class Undo:
    """One undo under way: with whose key, of whose contact and which push, and how much of each kind is deleted already."""

    line: Connection
    user_id: int
    contact: Contact | None
    pushed: UUID
    deleted: Counter[EntityType] = field(default_factory=Counter)


def counted(counts: Mapping[str, int], deleted: Mapping[EntityType, int]) -> str | None:
    """The first counter that tells of more than what we deleted just now."""
    return next((why for name, why in COUNTED.items() if counts.get(name, 0) > _late(name, deleted)), None)


def on_person(undo: Undo, receipt: PushReceipt, there: Person) -> Reasons:
    yield ANOTHER_CONTACT if _is_linked(undo, receipt) else None
    yield from _on(undo, "person_id", receipt, there.counts)


def on_organization(undo: Undo, receipt: PushReceipt, there: Organization) -> Reasons:
    yield ANOTHER_CONTACT if _is_linked(undo, receipt) else None
    people, _ = undo.line.pipedrive.persons_of(there.id)
    yield COUNTED["people"] if any(not one.is_deleted for one in people) else None
    yield from _on(undo, "org_id", receipt, there.counts)


def on_deal(undo: Undo, receipt: PushReceipt, there: Deal) -> Reasons:
    """Notes and files of a deal have no cheap list; they are counted."""
    del receipt
    yield COUNTED["activities"] if _alive(undo.line.pipedrive.activities_on("deal_id", there.id)) else None


def on_lead(undo: Undo, receipt: PushReceipt, there: Lead) -> Reasons:
    del receipt
    pipedrive = undo.line.pipedrive
    yield COUNTED["activities"] if _alive(pipedrive.activities_on("lead_id", there.id)) else None
    yield COUNTED["notes"] if _known(lambda: pipedrive.has_notes("lead_id", there.id), False) else None


def _is_linked(undo: Undo, receipt: PushReceipt) -> bool:
    """Whether a contact in the banks of this company, but for the one that was pushed, is this record too."""
    with db.reading() as session:
        return any(
            company_mapping.account_of(session, owner) == undo.line.account
            for owner in _owners_of_others(session, undo, receipt)
        )


def _owners_of_others(session: Session, undo: Undo, receipt: PushReceipt) -> list[User]:
    linked = link_store.own_links(undo.line.account, receipt.entity_type)
    keys = [row.entity_key for row in session.exec(linked.where(PipedriveLink.remote_id == receipt.remote_id))]
    # somebody who is not there themselves does not use the firm either
    firm = col(Contact.pipedrive_org_id) == receipt.remote_id
    which: ColumnElement[bool] = firm & col(Contact.pipedrive_person_id).is_not(None)
    if receipt.entity_type is EntityType.PERSON:
        which = or_(col(Contact.pipedrive_person_id) == receipt.remote_id, col(Contact.id).in_(keys))
    own = undo.contact.id if undo.contact else None
    others = which, col(Contact.deleted_at).is_(None), col(Contact.id).is_distinct_from(own)
    return list(session.exec(select(User).join(Contact, col(Contact.user_id) == col(User.id)).where(*others)))


def _on(undo: Undo, key: On, receipt: PushReceipt, counts: Mapping[str, int]) -> Reasons:
    pipedrive, number = undo.line.pipedrive, receipt.remote_id or 0
    yield _activities(undo, key, receipt, counts)
    if any(not deal.is_deleted for deal in pipedrive.deals_on(key, number)):
        yield COUNTED["open_deals"]
    if "notes" not in counts and _known(lambda: pipedrive.has_notes(key, number), False):
        yield COUNTED["notes"]
    if "files" not in counts and _known(lambda: pipedrive.has_files(key, number), False):
        yield COUNTED["files"]
    for archived in (False, True):
        leads: list[Lead] = _known(partial(pipedrive.leads_on, key, number, archived=archived), [])
        yield "a lead hangs on it" if leads else None


def _activities(undo: Undo, key: On, receipt: PushReceipt, counts: Mapping[str, int]) -> str | None:
    """Whatever hangs on a record was written after it; a list by person does not name further participants."""
    pipedrive, number = undo.line.pipedrive, receipt.remote_id or 0
    recent, complete = pipedrive.activities_since(receipt.at - undo.line.pace.slack)
    found = [
        one for one in recent if number in ({*one.participants, one.person_id} if key == "person_id" else {one.org_id})
    ]
    if not _alive(found) and not (complete and "activities" in counts):
        found = pipedrive.activities_on(key, number)
    if _alive(found):
        return COUNTED["activities"]
    return None if complete or counts.get("activities") == 0 else UNCLEAR


def _alive(found: Iterable[Activity]) -> list[Activity]:
    return [one for one in found if not one.is_deleted]


def _late(name: str, deleted: Mapping[EntityType, int]) -> int:
    return deleted[LATE[name]] if name in LATE and LATE[name] in deleted else 0


def _known(ask: Callable[[], T], otherwise: T) -> T:
    """A Pipedrive that has no such list has nothing in it."""
    try:
        return ask()
    except Gone:
        return otherwise
