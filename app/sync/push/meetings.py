"""A meeting as Pipedrive's activity: created once under our reference, and told again only what changed."""

from typing import Any, cast

from app import db
from app.errors import Stale
from app.models import Activity, ActivityType, EntityType, PipedriveLink, PushEffect, User
from app.sync.api.errors import Gone, Rejected
from app.sync.api.fields import ActivityFields
from app.sync.api.records import Activity as There
from app.sync.links import field_merge, fingerprints, link_store
from app.sync.links.link_store import Slot
from app.sync.links.remote_ids import number_of, on_meeting
from app.sync.links.three_way_merge import Agreed, Snapshot, decisions, settled
from app.sync.push import lost_answers, meeting_fields, told_values
from app.sync.push.find_or_create import Step, ensure
from app.sync.push.push_context import Push, Record
from app.sync.queue.mapping_rules import usual
from app.sync.queue.outcome_errors import Again, NothingToPush

CLEARED = {"minutes": "duration", "location": "location"}
UNKNOWN = "?"


def activity(push: Push, meeting: Activity, org_id: int | None, person_id: int, parents: tuple[Record, ...]) -> None:
    """Make Pipedrive's activity agree with the meeting."""
    parts = meeting_fields.parts(meeting, {"person_id": person_id, "org_id": org_id})
    digest = meeting_fields.digest(parts)
    step = Step(
        slot=slot_of(push.line.account, meeting),
        name=meeting.subject,
        digest=digest,
        match=lambda *_: [],
        trace=lambda since, _: lost_answers.activity(push, person_id, meeting.id, since),
        create=lambda: _created(push, meeting, parts),
        store=on_meeting(meeting.id),
        parents=parents,
    )
    link = ensure(push, step)
    if link.synced_hash != digest:
        change(push, meeting, link, parts)


def slot_of(account: str, meeting: Activity) -> Slot:
    return Slot(account, EntityType.ACTIVITY, (str(meeting.id),))


def change(push: Push, meeting: Activity, link: PipedriveLink, parts: meeting_fields.Parts) -> None:
    """Look first: what a colleague wrote there meanwhile is never written over in silence."""
    there, here, number = _seen(push, link), meeting_fields.ours(meeting), number_of(link)
    digest, stood = meeting_fields.digest(parts), meeting_fields.theirs(there)
    changed = dict(zip(parts, fingerprints.changed(link.synced_hash, digest, len(parts)), strict=True))
    known = Agreed.read(link.agreed)
    before = known.as_of(there.updated_at) if known else _before(changed, here, stood)
    verdicts = decisions(meeting_fields.FIELDS, before, here, stood)
    sends = {field for field, verdict in verdicts.items() if verdict.sends}
    news = _joined(parts, sends | ({"whom"} if changed["whom"] and meeting.takes_place else set()))
    slot = slot_of(push.line.account, meeting)
    with told_values.told(
        push.line, slot, before, told_values.Telling(here, stood, {field: here[field] for field in sends})
    ):
        clear = [CLEARED[field] for field in sends & CLEARED.keys() if here[field] is None]
        heard = _told(push, number, news, clear) if news else there
    stood = {**stood, **{field: meeting_fields.theirs(heard)[field] for field in sends}}
    with db.transaction() as session:
        owner = session.get_one(User, push.contact.user_id)
        about = push.line.account, EntityType.ACTIVITY, meeting.id
        field_merge.ask(session, owner, push.contact, about, verdicts=verdicts, here=here, there=stood)
        try:
            meeting = meeting_fields.follow(session, owner, meeting, verdicts, stood)
        except Stale:
            raise Again from None
        here = meeting_fields.ours(meeting)
        digest = meeting_fields.digest(meeting_fields.parts(meeting, parts["whom"]))
        link_store.told(session, slot, digest, settled(before, verdicts, here, stood))
        if news:
            push.receipt(session, EntityType.ACTIVITY, number, PushEffect.UPDATED)


def _created(push: Push, meeting: Activity, parts: meeting_fields.Parts) -> tuple[int, Agreed]:
    """Create it as a meeting, or as whatever this company calls one."""
    known, account, choices = push.line.types, push.line.account, push.line.choices
    wanted = choices.type_for(ActivityType.MEETING)
    type_ = known.get(f"{account}:{wanted}", wanted)
    fields = _joined(parts, set(parts))
    fields["type"], fields["owner_id"] = type_, choices.owner_id
    try:
        there = push.line.pipedrive.add_activity(**fields)
    except Rejected as no:
        if type_ != wanted or "type" not in no.sentence:
            raise
        known[f"{account}:{wanted}"] = usual(push.line.pipedrive.activity_types())
        if known[f"{account}:{wanted}"] == wanted:
            raise
        raise Again from None
    return there.id, Agreed(meeting_fields.ours(meeting), meeting_fields.theirs(there))


def _seen(push: Push, link: PipedriveLink) -> There:
    try:
        there = push.line.pipedrive.get_activity(number_of(link))
    except Gone:
        raise _lost(push, number_of(link)) from None
    if there.is_deleted:
        raise _lost(push, number_of(link))
    return there


def _told(push: Push, number: int, news: ActivityFields, clear: list[str]) -> There:
    try:
        return push.line.pipedrive.change_activity(number, clear=clear, **news)
    except Gone:
        raise _lost(push, number) from None


def _lost(push: Push, number: int) -> Exception:
    """Somebody deleted it there; of a meeting that is off that is just as well."""
    push.lose((EntityType.ACTIVITY, number))
    return Again() if push.meeting and push.meeting.takes_place else NothingToPush()


def _before(changed: dict[str, bool], here: Snapshot, there: Snapshot) -> Agreed:
    """Of an activity told before such things were kept, its fingerprint says what we changed since."""
    return Agreed({field: UNKNOWN if changed[field] else here[field] for field in here}, there)


def _joined(parts: meeting_fields.Parts, wanted: set[str]) -> ActivityFields:
    whole: dict[str, Any] = {}
    for name, part in parts.items():
        whole.update(part if name in wanted else {})
    return cast("ActivityFields", whole)
