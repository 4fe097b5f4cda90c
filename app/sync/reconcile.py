"""After a lost answer: did it arrive? Looked up in the lists, which know every write, not in the lagging search.

A record counts as ours when it looks exactly like what we had sent, or has our
own e-mail address or reference.
"""

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from app import db
from app.models import Contact, organisation_key
from app.sync import digests, intents
from app.sync.intents import Slot
from app.sync.push import Push
from app.sync.records import Person


def organization(push: Push, slot: Slot, since: datetime) -> int | None:
    """An organization of that name, however its legal form was spelled."""
    recent = push.line.pipedrive.organizations_since(since)
    return next((one.id for one in recent if organisation_key(one.name)[:200] == slot.own), None)


def person(push: Push, slot: Slot, since: datetime, sent: str) -> int | None:
    recent = push.line.pipedrive.persons_since(since)
    return next((one.id for one in recent if _is_ours(push, slot, one, sent)), None)


def activity(push: Push, person_id: int, meeting_id: UUID, since: datetime) -> int | None:
    recent = push.line.pipedrive.activities_of(person_id, since)
    return next((one.id for one in recent if reference(meeting_id) in one.note), None)


def reference(meeting_id: UUID) -> str:
    """The mark under an activity's note by which we know it again."""
    return f"Ref pdn-{uuid5(NAMESPACE_URL, f'pipedriven:{meeting_id}').hex[:8]}"


def share_an_address(contact: Contact, one: Person) -> bool:
    return bool(set(digests.addresses(contact.emails)) & set(digests.addresses(one.emails)))


def _is_ours(push: Push, slot: Slot, one: Person, sent: str) -> bool:
    """Two contacts without an address may look alike: a record that another one has is not ours."""
    if share_an_address(push.contact, one):
        return True
    if digests.person(one.name, one.emails, one.phones, one.org_id) != sent:
        return False
    with db.reading() as session:
        return not intents.taken(session, slot, one.id)
