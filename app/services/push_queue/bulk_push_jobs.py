"""What goes to Pipedrive, for many contacts in one statement, as steps that can be taken back.

The rules are those of `syncs.queue` and `following`: an open request is not
doubled, what waits for a contact in the trash is closed, and reopened with it.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from app.models import SyncLane, SyncStatus, Trigger, User, now
from app.services.push_queue.push_rules import CONTACT_GONE, IN_THE_TRASH
from app.services.undo.row_snapshots import Step
from app.signals import Topic, announce

QUEUE = text("""
insert into pipedrive_syncs (id, created_at, updated_at, user_id, contact_id, entity_type, entity_id, trigger,
                             dedupe_key, status, generation, attempts, run_at)
select gen_random_uuid(), :now, :now, c.user_id, c.id, 'person', c.id, :trigger, 'person:' || c.id, 'PENDING', 1, 0, :now
from contacts c
where c.id = any(:ids) and c.user_id = :who and (not :unless_there or c.pipedrive_person_id is null)
order by c.id
on conflict (dedupe_key) where status in ('PENDING', 'RETRY') do update
set generation = pipedrive_syncs.generation + 1, user_id = excluded.user_id,
    run_at = least(pipedrive_syncs.run_at, excluded.run_at), updated_at = excluded.updated_at
returning id, generation
""")

CLOSE = text("""
update pipedrive_syncs t set status = 'FAILED', finished_at = :now, updated_at = :now, error_code = :code, error = :said
from (select * from pipedrive_syncs where contact_id = any(:ids) and status in ('PENDING', 'RETRY') for update) old
where old.id = t.id
returning t.id, old.status as status_was, old.finished_at as finished_was, old.error_code as code_was, old.error as said_was
""")

REOPEN = text("""
update pipedrive_syncs t set status = 'PENDING', attempts = 0, run_at = :now, finished_at = null, updated_at = :now
from (
    select distinct on (dedupe_key) id, attempts, finished_at from pipedrive_syncs failed
    where contact_id = any(:ids) and user_id = :who and status = 'FAILED' and error_code = :code
      and not exists (select from pipedrive_syncs o where o.dedupe_key = failed.dedupe_key and o.status in ('PENDING', 'RETRY'))
    order by dedupe_key, created_at desc
) old
where old.id = t.id
returning t.id, old.attempts as attempts_was, old.finished_at as finished_was
""")


def enqueue_contacts(
    session: Session, who: User, contact_ids: Sequence[UUID], trigger: Trigger, *, unless_there: bool = False
) -> Step:
    """Ask that Pipedrive hears of these contacts of mine; `unless_there` leaves out whom it knows already.

    The step takes back those that were asked for just now and have not been tried.
    """
    if not contact_ids:
        return Step("pipedrive_syncs")
    session.flush()
    session.exec(insert(SyncLane).values(**SyncLane(user_id=who.id).model_dump()).on_conflict_do_nothing())
    asked = {"ids": list(contact_ids), "who": who.id, "now": now(), "trigger": trigger.value}
    rows = session.execute(QUEUE, asked | {"unless_there": unless_there}).all()
    announce(session, Topic.SYNC, who.id, who.id)
    untried = {"status": SyncStatus.PENDING.value, "attempts": 0, "generation": 1}
    return Step("pipedrive_syncs", after=[{"id": row.id, **untried} for row in rows if row.generation == 1])


def close(session: Session, who: User, contact_ids: Sequence[UUID]) -> Step:
    """These contacts go to the trash: whatever was to go over does not."""
    said = {"status": SyncStatus.FAILED.value, "error_code": CONTACT_GONE, "error": IN_THE_TRASH, "finished_at": now()}
    binds = {"ids": list(contact_ids), "now": said["finished_at"], "code": CONTACT_GONE, "said": IN_THE_TRASH}
    rows = session.execute(CLOSE, binds).all()
    if rows:
        announce(session, Topic.SYNC, who.id, who.id)
    before = [
        {
            "id": row.id,
            "status": row.status_was,
            "error_code": row.code_was,
            "error": row.said_was,
            "finished_at": row.finished_was,
        }
        for row in rows
    ]
    return Step("pipedrive_syncs", before, [{"id": row.id, **said} for row in rows])


def reopen(session: Session, who: User, contact_ids: Sequence[UUID]) -> Step:
    """These contacts come out of the trash: what was closed for that goes on."""
    rows = session.execute(REOPEN, {"ids": list(contact_ids), "who": who.id, "now": now(), "code": CONTACT_GONE}).all()
    if rows:
        announce(session, Topic.SYNC, who.id, who.id)
    before = [
        {"id": row.id, "status": SyncStatus.FAILED.value, "attempts": row.attempts_was, "finished_at": row.finished_was}
        for row in rows
    ]
    opened = {"status": SyncStatus.PENDING.value, "attempts": 0, "finished_at": None}
    return Step("pipedrive_syncs", before, [{"id": row.id, **opened} for row in rows])
