"""After a lost answer: did it arrive? Looked up in the lists, which know every write, not in the lagging search.

A record counts as ours when it carries our mark, looks exactly like what we had
sent, or has our own e-mail address or reference.
"""

from datetime import datetime
from uuid import UUID

from app import db
from app.models import Contact, EntityType, organisation_key
from app.sync.api import reference_marks
from app.sync.api.records import Person
from app.sync.links import fingerprints, link_store
from app.sync.links.link_store import Slot
from app.sync.push.push_context import Push


def organization(push: Push, slot: Slot, since: datetime, mark: str) -> int | None:
    """An organization with our mark, or of that name, however its legal form was spelled."""
    code = push.line.choices.mark_field(EntityType.ORGANIZATION)
    for one in push.line.pipedrive.organizations_since(since):
        if (code and one.custom.get(code) == mark) or organisation_key(one.name)[:200] == slot.own:
            return one.id
    return None


def person(push: Push, slot: Slot, since: datetime, sent: str, mark: str) -> int | None:
    code = push.line.choices.mark_field(EntityType.PERSON)
    recent = push.line.pipedrive.persons_since(since)
    return next((one.id for one in recent if _is_ours(push, slot, one, sent, code and (code, mark))), None)


def activity(push: Push, person_id: int, meeting_id: UUID, since: datetime) -> int | None:
    recent = push.line.pipedrive.activities_of(person_id, since)
    return next((one.id for one in recent if reference_marks.reference(meeting_id) in one.note), None)


def share_an_address(contact: Contact, one: Person) -> bool:
    """Two empty lists have nothing in common."""
    return bool(set(fingerprints.addresses(contact.emails)) & set(fingerprints.addresses(one.emails)))


def _is_ours(push: Push, slot: Slot, one: Person, sent: str, marked: tuple[str, str] | str | None) -> bool:
    """Two contacts without an address may look alike: a record that another one has is not ours."""
    if isinstance(marked, tuple) and one.custom.get(marked[0]):
        return bool(one.custom[marked[0]] == marked[1])
    if share_an_address(push.contact, one):
        return True
    if fingerprints.person(one.name, one.emails, one.phones, one.org_id) != sent:
        return False
    with db.reading() as session:
        return not link_store.taken(session, slot, one.id)
