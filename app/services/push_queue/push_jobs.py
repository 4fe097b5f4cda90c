"""The queue of pushes: adding to it, trying again, and whether it has somewhere to go.

The rows are written in the transaction of the touch that earned them; the clock
door works them off. Nobody here speaks to Pipedrive.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal, literal_column, true
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select, update

from app.errors import NotFound
from app.models import (
    Activity,
    Contact,
    EntityType,
    PipedriveSync,
    SyncLane,
    SyncStatus,
    TokenSpending,
    Trigger,
    User,
    now,
)
from app.models.base import Instant
from app.models.pipedrive_sync import OPEN
from app.services import policy
from app.services.base import firm_settings
from app.services.push_queue import company_mapping, queued_now
from app.services.push_queue.needs_owner import is_set_aside, needs_owner
from app.services.undo.row_snapshots import Step
from app.signals import Topic, announce

OPEN_ROWS: Any = literal_column("status IN ('PENDING', 'RETRY')")
NO_KEY = "No Pipedrive key yet: add yours in Settings and everything waiting goes over by itself."


def dedupe_key(kind: EntityType, entity: UUID | str) -> str:
    """What a push is about: at most one open row has that key."""
    return f"{kind}:{entity}"


def enqueue(
    session: Session,
    who: User,
    contact: Contact,
    trigger: Trigger,
    activity: Activity | None = None,
    *,
    urgent: bool = True,
) -> PipedriveSync:
    """Queue a push of this contact, or of this meeting with it; `who` is the contact's owner.

    An open push of the same thing is not doubled: its generation grows, so
    that an edit made while it is under way is pushed too, with the key of today's owner. Somebody asked for this one
    alone, unless it is not `urgent`: then it waits its turn.
    """
    kind, entity = (EntityType.ACTIVITY, activity.id) if activity else (EntityType.PERSON, contact.id)
    job = PipedriveSync(
        user_id=who.id,
        contact_id=contact.id,
        entity_type=kind,
        entity_id=entity,
        trigger=trigger,
        dedupe_key=dedupe_key(kind, entity),
        urgent=urgent,
    )
    return upsert_job(session, who, job)


def enqueue_contacts(
    session: Session, who: User, contact_ids: Sequence[UUID], trigger: Trigger, *, unless_known: bool = False
) -> Step:
    """Queue a push of each of these contacts of mine, in one statement; `unless_known` leaves out whom Pipedrive knows.

    Undoing the step takes back those that were queued just now and have not been tried.
    """
    if not contact_ids:
        return Step("pipedrive_syncs")
    session.flush()
    _add_lane(session, who)
    moment = literal(now(), Instant)
    columns: dict[str, Any] = {
        "id": func.gen_random_uuid(),
        "created_at": moment,
        "updated_at": moment,
        "user_id": col(Contact.user_id),
        "contact_id": col(Contact.id),
        "entity_type": literal(EntityType.PERSON.value),
        "entity_id": col(Contact.id),
        "trigger": literal(trigger.value),
        "dedupe_key": func.concat(dedupe_key(EntityType.PERSON, ""), col(Contact.id)),
        "status": literal(SyncStatus.PENDING.value),
        "generation": literal(1),
        "urgent": literal(len(contact_ids) == 1),
        "attempts": literal(0),
        "run_at": moment,
    }
    mine = select(*columns.values()).where(col(Contact.id).in_(contact_ids), Contact.user_id == who.id)
    if unless_known:
        mine = mine.where(col(Contact.pipedrive_person_id).is_(None))
    rows = insert(PipedriveSync).from_select(list(columns), mine.order_by(col(Contact.id)))
    returned = _grow_open(who, rows, trigger).returning(
        PipedriveSync.id, PipedriveSync.generation, PipedriveSync.contact_id
    )
    queued = session.execute(returned).all()
    queued_now.note(session, queued)
    announce(session, Topic.SYNC, contact_ids[0] if len(contact_ids) == 1 else who.id, who.id)
    untried = {"status": SyncStatus.PENDING.value, "attempts": 0, "generation": 1}
    return Step("pipedrive_syncs", after=[{"id": row.id, **untried} for row in queued if row.generation == 1])


def upsert_job(session: Session, who: User, job: PipedriveSync) -> PipedriveSync:
    """Keep the job, or let the open one for the same thing grow."""
    _add_lane(session, who)
    row = _grow_open(who, insert(PipedriveSync).values(**job.model_dump()), job.trigger)
    stored: PipedriveSync = session.exec(row.returning(PipedriveSync)).scalar_one()
    queued_now.note(session, [stored])
    announce(session, Topic.SYNC, job.contact_id or stored.id, who.id)
    return stored


def has_connection(session: Session, who: User) -> bool:
    """Whether this person's pushes can go anywhere: a key of their own, or the practice company for all."""
    return who.pipedrive_key is not None or bool(firm_settings.get(session, "practice_pipedrive"))


def retry(session: Session, who: User, sync_ids: Sequence[UUID]) -> int:
    """Set these failed pushes due again; says how many. Raises NotFound for a foreign one.

    A golden ticket reaches everybody's; each goes over with its owner's key.
    """
    named = col(PipedriveSync.id).in_(sync_ids)
    if len(session.exec(select(PipedriveSync.id).where(_within_reach(who), named)).all()) != len(set(sync_ids)):
        raise NotFound("This push is not one of yours.")
    return _tried_again(session, who, named, urgent=len(sync_ids) == 1)


def retry_all(session: Session, who: User, whose: UUID | None = None) -> int:
    """Set everything due again that needs somebody: of one person, or all within this person's reach; says how many.

    What its owner decided against, and what belongs to a contact in the trash, is left alone: it cannot succeed.
    """
    theirs = true() if whose is None else col(PipedriveSync.user_id) == whose
    return _tried_again(session, who, needs_owner(), theirs)


def _within_reach(who: User) -> Any:
    return true() if policy.may_manage_every_push(who) else col(PipedriveSync.user_id) == who.id


def _tried_again(session: Session, who: User, *which: Any, urgent: bool = False) -> int:
    again = reopen(session, who, *which, urgent=urgent)
    for user_id in {row.user_id for row in again}:
        about = [row.contact_id or row.id for row in again if row.user_id == user_id]
        announce(session, Topic.SYNC, about[0] if len(about) == 1 else user_id, user_id)
    return len(again)


def reopen(session: Session, who: User, *which: Any, urgent: bool = False) -> Sequence[Any]:
    """Set failed pushes within this person's reach due again, in one statement; returns `id`, `contact_id` and `user_id` of those it opened.

    Of several for the same thing the newest opens, and none while another one is on its way.
    """
    session.flush()
    failed = select(PipedriveSync.id).where(PipedriveSync.status == SyncStatus.FAILED, _within_reach(who), *which)
    locked = select(failed.order_by(col(PipedriveSync.id)).with_for_update().cte("failed").c.id)
    newest = (
        select(PipedriveSync.id)
        .where(col(PipedriveSync.id).in_(locked))
        .ext(distinct_on(col(PipedriveSync.dedupe_key)))
        .order_by(col(PipedriveSync.dedupe_key), col(PipedriveSync.created_at).desc())
    )
    other = aliased(PipedriveSync)
    beside = select(other.id).where(other.dedupe_key == PipedriveSync.dedupe_key, col(other.status).in_(OPEN))
    aside = is_set_aside()
    due = {
        "status": SyncStatus.PENDING,
        "attempts": 0,
        "urgent": urgent,
        "run_at": now(),
        "finished_at": None,
        "error_code": case((aside, None), else_=col(PipedriveSync.error_code)),
        "error": case((aside, None), else_=col(PipedriveSync.error)),
        "updated_at": now(),
    }
    opened = update(PipedriveSync).where(col(PipedriveSync.id).in_(newest), ~beside.exists()).values(due)
    returned: Any = (col(PipedriveSync.id), col(PipedriveSync.contact_id), col(PipedriveSync.user_id))
    rows = session.execute(opened.returning(*returned), execution_options={"synchronize_session": False}).all()
    _expire(session, {row.id for row in rows})
    return rows


def _expire(session: Session, ids: Collection[UUID]) -> None:
    for row in list(session.identity_map.values()):
        if isinstance(row, PipedriveSync) and row.id in ids:
            session.refresh(row)


def spending(session: Session, who: User, days: int = 30) -> Sequence[TokenSpending]:
    """What this person's Pipedrive company spent in tokens, by day and kind of work, the newest day first."""
    account = company_mapping.account_of(session, who)
    since = f"{(now() - timedelta(days=days)).astimezone(UTC):%Y-%m-%d}"
    kept = select(TokenSpending).where(TokenSpending.account == account, TokenSpending.day >= since)
    return session.exec(kept.order_by(col(TokenSpending.day).desc(), col(TokenSpending.kind))).all()


def wake_lane(session: Session, who: User, *, ends_waits: bool = False) -> None:
    """A key was saved: whatever waited for one goes on at once.

    What Pipedrive asked the same user to wait for is waited for, unless this is another user's key (`ends_waits`).
    """
    lane = col(SyncLane.user_id) == who.id
    over = col(SyncLane.told_at).is_not(None) | (col(SyncLane.not_before) <= now())
    session.exec(
        update(SyncLane)
        .where(lane, true() if ends_waits else over)
        .values(paused_reason=None, not_before=now(), told_at=None)
    )
    announce(session, Topic.SYNC, who.id, who.id)


def forget_key_trouble(session: Session, who: User) -> None:
    """The key is gone: that it was refused, and that its owner was told, is over with it."""
    stopped = col(SyncLane.user_id) == who.id, col(SyncLane.told_at).is_not(None)
    session.exec(update(SyncLane).where(*stopped).values(paused_reason=None, told_at=None))


def _add_lane(session: Session, who: User) -> None:
    session.exec(insert(SyncLane).values(**SyncLane(user_id=who.id).model_dump()).on_conflict_do_nothing())


def _grow_open(who: User, rows: Any, trigger: Trigger) -> Any:
    """The insert, which lets an open row for the same thing grow; what is asked for by hand is known as such from then on."""
    grown: dict[str, Any] = {
        "generation": PipedriveSync.generation + 1,
        "user_id": who.id,
        "urgent": col(PipedriveSync.urgent) | rows.excluded.urgent,
        "run_at": func.least(PipedriveSync.run_at, now()),
        "updated_at": now(),
    }
    if trigger is Trigger.MANUAL:
        grown["trigger"] = Trigger.MANUAL
    return rows.on_conflict_do_update(index_elements=["dedupe_key"], index_where=OPEN_ROWS, set_=grown)
