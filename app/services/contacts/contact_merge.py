"""Two contacts that are one person become one: nothing of either is lost, and it can be taken back.

The kept one has, field by field, what was chosen; touches, campaigns, answers
owed and everything about Pipedrive move over to it.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.errors import Conflict, NotFound
from app.models import Contact, UndoKind, User, WarmnessChange, WarmnessReason
from app.models.people import phone
from app.models.people.phone import PhoneDetail
from app.services.base import audit_log
from app.services.contacts import derived_fields, merge_choices, merge_rows
from app.services.contacts.merge_choices import FieldChoice
from app.services.push_queue import push_rules
from app.services.undo import undo_log
from app.services.undo.row_snapshots import Step
from app.signals import Topic, announce

# told anew from the touches, not remembered
TOLD = frozenset({"version", "updated_at", "last_contacted", "last_attempt", "failed_addresses", "next_due"})


@dataclass(frozen=True)
class MergePlan:
    """What a merge would do: the fields that differ, and how many rows of each kind move over."""

    keep: Contact
    drop: Contact
    fields: list[FieldChoice]
    moves: dict[str, int]
    warning: str | None


def plan(session: Session, who: User, keep_id: UUID, drop_id: UUID) -> MergePlan:
    """Field by field what the two say and what we would keep. Raises NotFound, and Conflict for one and the same."""
    keep, drop = _two(session, who, keep_id, drop_id)
    moves = merge_rows.counts(session, drop.id)
    return MergePlan(keep, drop, merge_choices.find_differences(keep, drop), moves, merge_choices.warning(keep, drop))


def merge(
    session: Session, who: User, keep_id: UUID, drop_id: UUID, fields: dict[str, str] | None = None
) -> tuple[Contact, UUID]:
    """Make the two one; returns the contact that is kept and the id of the entry in the undo log.

    `fields` says which of the two stands for a field; the rest is decided as in the plan.

    Raises NotFound, Invalid for a choice that there is not, and Conflict when both are in Pipedrive as different
    persons and nobody said which one it stays.
    """
    keep, drop = _two(session, who, keep_id, drop_id, lock=True)
    chosen = merge_choices.decide_fields(keep, drop, fields or {})
    before, gone, score = keep.model_dump(), drop.model_dump(), keep.warmness_score
    rows = merge_rows.move(session, keep, drop, theirs=chosen.get("pipedrive_person_id") == "drop")
    _become(keep, drop, chosen)
    session.expunge(drop)
    session.exec(delete(Contact).where(col(Contact.id) == drop_id))
    rows += _warmed(session, who, keep, score)
    session.flush()
    changed = {name: value for name, value in keep.model_dump().items() if before[name] != value and name not in TOLD}
    image = Step("contacts", [_only(before, changed)], [_only(keep.model_dump(), changed)])
    undo_id = undo_log.add_entry(
        session,
        who,
        UndoKind.MERGE,
        "Two contacts became one.",
        [image, *rows, Step("contacts", [gone])],
        contact_ids=[keep_id, drop_id],
    )
    derived_fields.update_touch_dates(session, [keep_id])
    audit_log.record(session, who, "contact.merged", keep_id, dropped=str(drop_id))
    for topic in (Topic.CONTACT, Topic.OUTREACH, Topic.SYNC):
        announce(session, topic, keep_id, who.id)
    return _one(session, who, [keep_id])[keep_id], undo_id


def _two(session: Session, who: User, keep_id: UUID, drop_id: UUID, *, lock: bool = False) -> tuple[Contact, Contact]:
    """Both contacts of this person's bank, locked in one order whichever is kept."""
    if keep_id == drop_id:
        raise Conflict("Choose two different contacts.")
    found = _one(session, who, [keep_id, drop_id], lock=lock)
    if len(found) < 2:
        raise NotFound
    return found[keep_id], found[drop_id]


def _one(session: Session, who: User, ids: list[UUID], *, lock: bool = False) -> dict[UUID, Contact]:
    query = (
        select(Contact)
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .where(col(Contact.id).in_(ids), Contact.user_id == who.id, col(Contact.deleted_at).is_(None))
        .order_by(col(Contact.id))
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in session.exec(query.with_for_update(of=Contact) if lock else query)}


def _become(keep: Contact, drop: Contact, chosen: dict[str, str]) -> None:
    """Write the decisions into the contact that is kept, and what follows from them."""
    for name, which in chosen.items():
        merge_choices.apply_choice(keep, drop, name, which)
    known = [PhoneDetail.model_validate(one) for one in (*keep.phone_details, *drop.phone_details)]
    keep.phone_details = phone.kept(keep.phones, known)
    keep.contacted_elsewhere = max(filter(None, (keep.contacted_elsewhere, drop.contacted_elsewhere)), default=None)
    keep.snoozed_until = max(filter(None, (keep.snoozed_until, drop.snoozed_until)), default=None)
    keep.pipedrive_org_id = keep.pipedrive_org_id or drop.pipedrive_org_id
    keep.reindex(keep.organisation.name if keep.organisation else None)
    keep.version += 1


def _warmed(session: Session, who: User, keep: Contact, before: int) -> list[Step]:
    """The warmness of the other one is a step in the history like any other."""
    after = keep.warmness_score
    if after == before:
        return []
    reason = WarmnessReason.MERGED
    step = WarmnessChange(contact_id=keep.id, user_id=who.id, before=before, after=after, reason=reason)
    session.add(step)
    push_rules.push_newly_warm(session, who, [(keep.id, before, after)])
    return [Step("warmness_changes", after=[{"id": step.id}])]


def _only(image: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    return {"id": image["id"], **{name: image[name] for name in names}}
