"""Looks at single records: those that a webhook named, and those that we have not met for longest.

Lists do not name what was deleted or merged away, so it is asked for by number,
a hundred at a time.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, cast, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select, update

from app import db, rounds
from app.models import Activity, EntityType, PipedriveLink, WebhookNote, now
from app.sync.api.errors import Gone, NotAllowed
from app.sync.api.pipedrive import AT_ONCE
from app.sync.links import link_store
from app.sync.pull import deletions, dispatch
from app.sync.pull.dispatch import There
from app.sync.queue import connection, leases
from app.sync.queue.connection import Connection

MOST_NOTES = 100
NOTES = "webhook notes"
LONGEST_UNSEEN = 168

Look = Callable[[int], There]


def look_at_notes(line: Connection) -> None:
    """Look at every record that a webhook named; one that breaks is looked at again later."""
    with db.reading() as session:
        told = session.exec(waiting_notes(line.account).limit(MOST_NOTES)).all()
    rounds.settle_each(NOTES, [(str(note.id), note) for note in told], partial(_look_at, line), whole=connection.WHOLE)


def waiting_notes(account: str) -> Any:
    """The notes of a company that are not put aside."""
    aside = [UUID(one) for one in rounds.resting(NOTES)]
    waiting = select(WebhookNote).where(WebhookNote.account == account, col(WebhookNote.id).not_in(aside))
    return waiting.order_by(col(WebhookNote.id))


def look_later(line: Connection, kind: EntityType, number: int) -> None:
    """Note a record that broke, so that it is looked at again although the list has moved on."""
    row = WebhookNote(account=line.account, entity_type=kind, remote_id=number)
    with db.transaction() as session:
        session.exec(insert(WebhookNote).values(row.model_dump()).on_conflict_do_nothing())


def _look_at(line: Connection, note: WebhookNote) -> None:
    _look(line, note.entity_type, note.remote_id, note.merged_to_id)
    with db.transaction() as session:
        kept = session.get(WebhookNote, note.id, with_for_update=True)
        if kept and kept.updated_at == note.updated_at:
            session.delete(kept)


def check_oldest(line: Connection) -> None:
    """Ask, a hundred at a time, for those that we have not met for longest."""
    several: dict[EntityType, Callable[[Sequence[int]], Sequence[There]]] = {
        EntityType.ORGANIZATION: line.pipedrive.organizations,
        EntityType.PERSON: line.pipedrive.persons,
        EntityType.ACTIVITY: line.pipedrive.activities,
    }
    for kind, ask in several.items():
        with db.reading() as session:
            ids = _unmet(session, line, kind)
        if not ids:
            continue
        read_at, there = now(), {one.id: one for one in ask(ids)}
        gone = [(f"{line.account}:{kind}:{number}", number) for number in ids if number not in there]
        rounds.settle_each("records not met", gone, partial(_look, line, kind), whole=connection.WHOLE)
        dispatch.dispatch_all(line, kind, list(there.values()), read_at)
        with db.transaction() as session:
            met = col(PipedriveLink.remote_id).in_(there), col(PipedriveLink.entity_type) == kind
            mine = col(PipedriveLink.account) == line.account
            session.exec(update(PipedriveLink).where(mine, *met).values(unseen_at=None, unseen_times=0))


def _look(line: Connection, kind: EntityType, number: int, merged_to: int | None = None) -> None:
    """See how a record stands now; `merged_to` is believed only when it is gone."""
    ask: dict[EntityType, Look] = {
        EntityType.ORGANIZATION: line.pipedrive.get_organization,
        EntityType.PERSON: line.pipedrive.get_person,
        EntityType.ACTIVITY: line.pipedrive.get_activity,
    }
    read_at = now()
    try:
        there = ask[kind](number)
    except (Gone, NotAllowed):
        if merged_to is None:
            return deletions.note_unseen(line, kind, number)
        return deletions.handle_missing(line, kind, number, merged_to)
    if there.is_deleted:
        return deletions.handle_missing(line, kind, number, merged_to)
    return dispatch.dispatch(line, kind, there, read_at)


def _unmet(session: Session, line: Connection, kind: EntityType) -> list[int]:
    met = func.coalesce(PipedriveLink.checked_at, PipedriveLink.updated_at)
    before = leases.moment(session) - timedelta(seconds=line.pace.recheck)
    links = (
        link_store.own_links(line.account, kind)
        .where(met <= before, _may_be_seen(line))
        .order_by(met, col(PipedriveLink.id))
    )
    if kind is EntityType.ACTIVITY:
        links = links.join(Activity, col(Activity.id) == cast(PipedriveLink.entity_key, Uuid)).where(
            col(Activity.done).is_(False), col(Activity.deleted_at).is_(None)
        )
    return list(dict.fromkeys(link.remote_id for link in session.exec(links.limit(AT_ONCE))))


def _may_be_seen(line: Connection) -> Any:
    """A record that no listener's key saw is asked for again after an hour, two, four … at most once a week."""
    hours = func.least(func.power(2, func.least(PipedriveLink.unseen_times, 10) - 1), LONGEST_UNSEEN)
    until = PipedriveLink.unseen_at + hours * timedelta(seconds=line.pace.recheck)
    return or_(col(PipedriveLink.unseen_at).is_(None), until <= func.clock_timestamp())
