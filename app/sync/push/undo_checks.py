"""Whether a record that a push created is still ours alone, looked at right before it is deleted; else why it stays.

It stays when it is not proven ours, has another owner, was edited or filled in
there, or when anything hangs on it. Pipedrive knows no conditional delete: what
a colleague does between our last look and the delete, less than a second, is
not seen.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.models import EntityType, PipedriveLink, PushReceipt, organisation_key
from app.services.pipedrive.undo_proof import Proof
from app.sync.api import filled_fields, reference_marks
from app.sync.api.pipedrive import Pipedrive
from app.sync.api.records import Activity, Deal, Detail, Lead, Organization, Person
from app.sync.links import field_merge, fingerprints, own_writes
from app.sync.links.agreed import ONE_SECOND, Snapshot
from app.sync.push import meeting_fields, undo_uses
from app.sync.push.undo_uses import Reasons, Undo

NOT_PROVEN = "it is not certain that we created it"
NOT_LINKED = "no contact here is linked to it any more, so we cannot tell whether somebody changed it there"
UNKNOWN = "we cannot tell whether somebody changed it there"
HANDED_OVER = "the contact belongs to a colleague here now"
TAKEN_OVER = "somebody else owns it there now"
WRITTEN = "somebody changed it there"
SHOWN = "somebody changed there who may see it"
OUR_LABEL = Detail("").label
WORDS = {
    "org": "organization",
    "done": "state",
    "im": "messengers",
    "linkedin": "LinkedIn address",
    "conference_meeting_url": "video call",
    "deal_id": "deal",
    "lead_id": "lead",
    "project_id": "project",
    "next_activity_id": "next activity",
    "is_archived": "place in the archive",
    "emails": "e-mail addresses",
    "phones": "phone numbers",
    "due": "time",
    "minutes": "length",
    "location": "place",
    "picture_id": "picture",
    "label_ids": "labels",
    "stage_id": "stage",
}


@dataclass(frozen=True)
class Look:
    """How one kind of record is read, what it tells of others by itself, and what may hang on it."""

    read: Callable[[Pipedrive, Any], Any]
    name: Callable[[Any], str]
    touched: Callable[[Undo, Proof, Any], Reasons]
    hanging: Callable[[Undo, PushReceipt, Any], Reasons] | None = None


def read(undo: Undo, receipt: PushReceipt) -> Any:
    """The record as it stands there, with its counters. Raises Gone."""
    return LOOKS[receipt.entity_type].read(undo.line.pipedrive, receipt.remote_ref or receipt.remote_id)


def name(undo: Undo, receipt: PushReceipt, there: Any) -> str:
    """The name of whoever was erased here is not written down again."""
    said: str = LOOKS[receipt.entity_type].name(there) if undo.contact else ""
    return said or number(receipt)


def number(receipt: PushReceipt) -> str:
    """`Person 17`: what it is called where its name is not known."""
    return f"{receipt.entity_type.value.capitalize()} {receipt.remote_ref or receipt.remote_id}"


def reason(undo: Undo, receipt: PushReceipt, links: Sequence[PipedriveLink], there: Any) -> str | None:
    """Why it has to stay, in words that follow a colon; None when nobody else has touched or uses it.

    `links` are those of ours that lead to it, those that say that we created it first.
    """
    if undo.contact and undo.contact.user_id != undo.line.lease.who.id:
        return HANDED_OVER
    proof = _proof(undo, receipt, links)
    if proof is None:
        return NOT_PROVEN if links else NOT_LINKED
    return next(filter(None, _reasons(undo, receipt, proof, there)), None)


def _proof(undo: Undo, receipt: PushReceipt, links: Sequence[PipedriveLink]) -> Proof | None:
    """As of now where the link still knows, else as of when the undo was asked for."""
    kept = Proof.read(receipt.proof)
    link = links[0] if links else None
    if link is None or (link.created_by_us and link.agreed is None and kept):
        return kept
    return Proof.of(link, undo.contact, kept.owner if kept else None) if link.created_by_us else None


def _reasons(undo: Undo, receipt: PushReceipt, proof: Proof, there: Any) -> Reasons:
    look = LOOKS[receipt.entity_type]
    yield from look.touched(undo, proof, there)
    if look.hanging:
        yield from look.hanging(undo, receipt, there)
        # the lists took a moment: once more, so that nothing lies between the last look and the delete
        yield from look.touched(undo, proof, read(undo, receipt))


def _person(undo: Undo, proof: Proof, there: Person) -> Reasons:
    yield _owned(undo, proof, there.owner_id)
    yield _edited(proof, field_merge.theirs(there, undo.line.choices.country))
    yield _shown(proof, there)
    if any(one.label != OUR_LABEL for one in (*there.email_details, *there.phone_details)):
        yield _changed(["label of an address"])
    choices = undo.line.choices
    labels = ["label_ids"] if set(there.label_ids) - set(choices.label_ids) else []
    own = filled_fields.own_values(there.custom, choices.mark_field(EntityType.PERSON))
    yield _filled([*there.extras, *labels, *own])
    yield _written(undo, proof, EntityType.PERSON, there)
    yield undo_uses.counted(there.counts, undo.deleted)


def _organization(undo: Undo, proof: Proof, there: Organization) -> Reasons:
    yield _owned(undo, proof, there.owner_id)
    if proof.stood is not None:
        yield _edited(proof, {"name": there.name})
    elif organisation_key(there.name)[:200] != proof.key:
        yield _changed(["name"])
    yield _shown(proof, there)
    own = filled_fields.own_values(there.custom, undo.line.choices.mark_field(EntityType.ORGANIZATION))
    yield _filled([*there.extras, *own])
    yield _written(undo, proof, EntityType.ORGANIZATION, there)
    yield undo_uses.counted(there.counts, undo.deleted)


def _activity(undo: Undo, proof: Proof, there: Activity) -> Reasons:
    yield _owned(undo, proof, there.owner_id)
    yield _edited(proof, meeting_fields.theirs(there))
    if set(there.participants) - {proof.person}:
        yield "somebody else takes part in it"
    if there.org_id not in {None, proof.org}:
        yield _changed(["org"])
    yield _filled(there.extras)
    yield _written(undo, proof, EntityType.ACTIVITY, there)


def _deal(undo: Undo, proof: Proof, there: Deal) -> Reasons:
    title = there.title.removesuffix(f" ({reference_marks.reference(UUID(proof.key))})")
    yield from _opportunity(undo, proof, there, title)
    if there.counts.get("participants", 1) > 1:
        yield "somebody else takes part in it"
    yield undo_uses.counted({name: number for name, number in there.counts.items() if name != "participants"}, {})


def _lead(undo: Undo, proof: Proof, there: Lead) -> Reasons:
    yield from _opportunity(undo, proof, there, there.title)


def _opportunity(undo: Undo, proof: Proof, there: Deal | Lead, title: str) -> Reasons:
    """We never change a lead or a deal: whatever was written after it was made is somebody else's."""
    yield _owned(undo, proof, there.owner_id)
    if proof.said and proof.said != fingerprints.digest(title, there.person_id):
        yield _changed(["title or person"])
    yield _filled(there.extras, "somebody changed its {} there")
    if there.added_at and there.updated_at and there.updated_at - there.added_at > ONE_SECOND:
        yield WRITTEN


def _owned(undo: Undo, proof: Proof, owner_id: int | None) -> str | None:
    """It may have moved to the colleague whom the contact was handed over to, with whose key this goes."""
    return TAKEN_OVER if owner_id not in {None, undo.user_id, proof.owner} else None


def _written(undo: Undo, proof: Proof, kind: EntityType, there: own_writes.There) -> str | None:
    """Also where nothing is to be seen of it any more: an edit, or a deletion, that was taken back."""
    written = datetime.fromisoformat(proof.written) if proof.written else None
    if written is None or there.updated_at is None or there.updated_at <= written:
        return None
    contact_id = undo.contact.id if undo.contact else None
    return None if own_writes.hung_on(kind, there, contact_id, undo.pushed) else WRITTEN


def _shown(proof: Proof, there: Person | Organization) -> str | None:
    return SHOWN if proof.visible_to not in {None, there.visible_to} else None


def _edited(proof: Proof, stands: Snapshot) -> str | None:
    """What differs from what both sides agreed on, or was agreed on because somebody there had written it."""
    return UNKNOWN if proof.stood is None else _changed(proof.edited(stands))


def _changed(fields: Iterable[str]) -> str | None:
    return _filled(fields, "somebody changed its {} there")


def _filled(fields: Iterable[str], sentence: str = "somebody filled in its {} there") -> str | None:
    """Custom fields have codes of forty letters, which nobody knows them by."""
    words = dict.fromkeys("custom fields" if len(one) > 30 else WORDS.get(one, one.replace("_", " ")) for one in fields)
    return sentence.format(" and ".join(words)) if words else None


LOOKS = {
    EntityType.PERSON: Look(Pipedrive.get_counted_person, lambda there: there.name, _person, undo_uses.on_person),
    EntityType.ORGANIZATION: Look(
        Pipedrive.get_counted_organization, lambda there: there.name, _organization, undo_uses.on_organization
    ),
    EntityType.ACTIVITY: Look(Pipedrive.get_activity, lambda there: there.subject, _activity),
    EntityType.DEAL: Look(Pipedrive.get_counted_deal, lambda there: there.title, _deal, undo_uses.on_deal),
    EntityType.LEAD: Look(Pipedrive.get_lead, lambda there: there.title, _lead, undo_uses.on_lead),
}
