"""After a lost answer, or a restore: did it arrive? Looked up in the lists, which know every write, not in the lagging search.

A record is proven to be ours when it carries our mark or reference and was made
since. One that only has our address, or looks like what we sent, is linked, but
a colleague may have made it. Only the newest few hundred records are looked
through: what is older, the search knows.
"""

from datetime import datetime
from typing import Any

from app import db
from app.models import Activity, EntityType, are_two_companies, organisation_key
from app.services.contacts import identity
from app.sync.api import reference_marks
from app.sync.api.records import Person
from app.sync.links import field_merge, fingerprints, link_store
from app.sync.links.agreed import Agreed
from app.sync.links.link_store import Slot
from app.sync.push import meeting_fields
from app.sync.push.matching import shares_an_address
from app.sync.push.push_context import Push
from app.sync.push.remote_record import Lost


def organization(push: Push, name: str, since: datetime, mark: str) -> Lost | None:
    """An organization with our mark, or of that name, with or without its legal form."""
    code = push.line.choices.mark_field(EntityType.ORGANIZATION)
    written = _created_since(push, EntityType.ORGANIZATION, since)
    recent = [one for one in written if not are_two_companies(one.name, name)]
    marked = [one for one in recent if code and one.custom.get(code) == mark]
    named = [one for one in recent if organisation_key(one.name) == organisation_key(name)]
    return next((Lost(one.id, proven=True, name=one.name) for one in marked), None) or next(
        (Lost(one.id, proven=False, name=one.name) for one in named), None
    )


def person(push: Push, slot: Slot, since: datetime, sent: str, mark: str) -> Lost | None:
    """A person with our mark, with an address of ours under a name that fits, or exactly as we sent it."""
    code = push.line.choices.mark_field(EntityType.PERSON)
    recent = _created_since(push, EntityType.PERSON, since)
    if marked := [one for one in recent if code and one.custom.get(code) == mark]:
        return Lost(marked[0].id, proven=True, name=marked[0].name)
    for one in recent:
        as_sent = _is_as_sent(slot, one, sent)
        if as_sent or _is_meant(push, one):
            # with an address of ours in it, whoever made it: an edit here afterwards is our change, and no question
            stands = field_merge.theirs(one, push.line.choices.country)
            known = as_sent and (one.emails or one.phones)
            return Lost(one.id, proven=False, name=one.name, agreed=Agreed(stands, stands) if known else None)
    return None


def activity(push: Push, slot: Slot, person_id: int | None, meeting: Activity, since: datetime) -> Lost | None:
    """A meeting with our reference, whose ever it is by now; else one that was made since for the same time, and that no other meeting here is."""
    reference = reference_marks.reference(meeting.id)
    recent = list(push.line.pipedrive.activities_of(person_id, since)) if person_id else []
    marked = [one for one in recent if reference in one.note]
    if not marked:
        # a colleague may have moved it to somebody else, or merged its person away
        marked = [one for one in _created_since(push, EntityType.ACTIVITY, since) if reference in one.note]
    if marked:
        return Lost(marked[0].id, proven=True)
    made = [one for one in recent if one.added_at and one.added_at >= since.replace(microsecond=0)]
    alike = [one for one in made if meeting_fields.is_same_time(meeting, one)]
    with db.reading() as session:
        return next((Lost(one.id, proven=False) for one in alike if not link_store.taken(session, slot, one.id)), None)


def _created_since(push: Push, kind: EntityType, since: datetime) -> list[Any]:
    line = push.line
    return line.restored.created_since(line.pipedrive, line.account, kind, since)


def _is_meant(push: Push, one: Person) -> bool:
    return shares_an_address(push.contact, one) and identity.names_fit(one.name, push.contact.name)


def _is_as_sent(slot: Slot, one: Person, sent: str) -> bool:
    """Two contacts without an address may look alike: a record that another one has is not ours."""
    if fingerprints.person(one.name, one.emails, one.phones, one.org_id) != sent:
        return False
    with db.reading() as session:
        return not link_store.taken(session, slot, one.id)
