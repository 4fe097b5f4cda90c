"""A meeting as Pipedrive's activity: created once under our reference, and told again only what changed."""

from datetime import timedelta

from sqlalchemy import update
from sqlmodel import Session, col

from app import db
from app.models import Activity, EntityType, PipedriveLink
from app.sync import digests, intents, reconcile
from app.sync.bodies import ActivityFields
from app.sync.endings import Again
from app.sync.ensure import Step, ensure
from app.sync.errors import Gone, Rejected
from app.sync.intents import Slot
from app.sync.push import Push, Record

MEETING = "meeting"


def activity(push: Push, meeting: Activity, org_id: int | None, person_id: int, parents: tuple[Record, ...]) -> None:
    slot = Slot(push.line.account, EntityType.ACTIVITY, (str(meeting.id),))
    parts = _parts(meeting, org_id, person_id)
    digest = digests.digest(*(sorted(part.items(), key=str) for part in parts))

    def store(session: Session, number: int) -> None:
        other = col(Activity.pipedrive_activity_id).is_distinct_from(number)
        session.exec(update(Activity).where(col(Activity.id) == meeting.id, other).values(pipedrive_activity_id=number))

    step = Step(
        slot=slot,
        name=meeting.subject,
        digest=digest,
        match=lambda _: [],
        trace=lambda since, _: reconcile.activity(push, person_id, meeting.id, since),
        create=lambda: _create(push, parts),
        store=store,
        parents=parents,
    )
    link = ensure(push, step)
    if link.synced_hash != digest:
        _change(push, slot, link, parts, digest)


def _parts(meeting: Activity, org_id: int | None, person_id: int) -> tuple[ActivityFields, ...]:
    minutes = meeting.duration_minutes
    return (
        {"subject": meeting.subject},
        {"person_id": person_id, "org_id": org_id},
        {"due": meeting.due_date or meeting.happened_at},
        {"duration": timedelta(minutes=minutes) if minutes else None},
        {"location": meeting.location},
        {"note": meeting.note, "reference": reconcile.reference(meeting.id)},
        {"done": meeting.done},
    )


def _create(push: Push, parts: tuple[ActivityFields, ...]) -> int:
    """Create it as a meeting, or as whatever this company calls one."""
    known, account = push.line.types, push.line.account
    try:
        return push.line.pipedrive.add_activity(**_joined((*parts, {"type": known.get(account, MEETING)}))).id
    except Rejected as no:
        if account in known or "type" not in no.sentence:
            raise
        known[account] = _type_here(push)
        if known[account] == MEETING:
            raise
    raise Again


def _type_here(push: Push) -> str:
    types = [one for one in push.line.pipedrive.activity_types() if one.is_active]
    return next((one.key for one in types if MEETING in f"{one.key} {one.name}".lower()), MEETING)


def _change(
    push: Push, slot: Slot, link: PipedriveLink, parts: tuple[ActivityFields, ...], digest: str
) -> None:  # fmt: skip
    assert link.remote_id is not None
    differs = digests.changed(link.synced_hash, digest, len(parts))
    news = _joined(tuple(part for part, differs in zip(parts, differs, strict=True) if differs))
    try:
        if any(value is not None for value in news.values()):
            push.line.pipedrive.change_activity(link.remote_id, **news)
    except Gone:
        push.lose((EntityType.ACTIVITY, link.remote_id))
        raise Again from None
    with db.transaction() as session:
        intents.told(session, slot, digest)


def _joined(parts: tuple[ActivityFields, ...]) -> ActivityFields:
    whole: ActivityFields = {}
    for part in parts:
        whole.update(part)
    return whole
