"""What becomes of a job after a push, written only while our lease on its lane still holds.

A job that was asked for again while it was under way runs again, so the last
edit is never lost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, delete, update

from app import db
from app.models import PipedriveSync, SyncStatus
from app.signals import Topic, announce
from app.sync.queue import leases
from app.sync.queue.leases import Lease
from app.sync.queue.outcome_errors import LeaseLost
from app.sync.queue.timings import Pace

KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Reason:
    """Why a job is not done: a code for machines, a sentence for its owner, and a detail for whoever looks closer."""

    code: str
    sentence: str
    detail: str | None = None
    candidates: tuple[dict[str, Any], ...] = ()


Outcome = Callable[[Session, PipedriveSync, datetime], None]


def record(lease: Lease, job: PipedriveSync, become: Outcome) -> bool:
    """Write down what became of a job and tell the screens; says False when it is not ours to write any more."""
    try:
        with db.transaction() as session:
            leases.lock(session, lease)
            row = session.get(PipedriveSync, job.id, with_for_update=True)
            if row is None or not row.is_open or row.user_id != lease.who.id:
                return False
            become(session, row, leases.moment(session))
            session.add(row)
            announce(session, Topic.SYNC, row.contact_id or row.id, row.user_id)
    except LeaseLost:
        return False
    return True


def succeed(claimed: int, said: str | None = None) -> Outcome:
    """Done, unless somebody asked again meanwhile; earlier failures of the same thing are done with it.

    `said` is what its owner should know although nothing is wrong.
    """

    def become(session: Session, row: PipedriveSync, moment: datetime) -> None:
        _explain(row, None)
        row.detail = said
        if row.generation > claimed:
            # what its owner chose meanwhile is for the next run
            return _again(row, moment)
        row.choice = None
        row.status, row.finished_at = SyncStatus.SUCCESS, moment
        failed = col(PipedriveSync.dedupe_key) == row.dedupe_key, col(PipedriveSync.status) == SyncStatus.FAILED
        done = {"status": SyncStatus.SUCCESS, "finished_at": moment, "error": None, "error_code": None}
        session.exec(update(PipedriveSync).where(*failed).values(done))
        return None

    return become


def fail(reason: Reason, claimed: int) -> Outcome:
    """Needs its owner, unless they have already changed something."""

    def become(_session: Session, row: PipedriveSync, moment: datetime) -> None:
        _explain(row, reason)
        if row.generation > claimed:
            return _again(row, moment)
        row.status, row.finished_at = SyncStatus.FAILED, moment
        row.attempts += 1
        return None

    return become


def retry(reason: Reason, pace: Pace, least: timedelta = timedelta(0), at_last: str | None = None) -> Outcome:
    """One attempt is spent; the next one comes later and later, and the last one leaves it to its owner.

    `at_last` is what they are told then, if not the same as before.
    """

    def become(_session: Session, row: PipedriveSync, moment: datetime) -> None:
        _explain(row, reason)
        row.attempts += 1
        if row.attempts >= pace.attempts:
            row.status, row.finished_at = SyncStatus.FAILED, moment
            row.error = (
                f"{at_last or reason.sentence} We gave up after {row.attempts} tries; choose Retry to start again."[
                    :500
                ]
            )
        else:
            row.status, row.run_at = SyncStatus.RETRY, moment + max(pace.backoff(row.attempts), least)

    return become


def wait(delay: timedelta) -> Outcome:
    """Not its turn yet; no attempt is spent."""

    def become(_session: Session, row: PipedriveSync, moment: datetime) -> None:
        row.run_at = moment + delay

    return become


def put_off(reason: Reason, delay: timedelta) -> Outcome:
    """Nobody's fault: it says why, spends no attempt, and lets the others of its lane go first."""

    def become(_session: Session, row: PipedriveSync, moment: datetime) -> None:
        _explain(row, reason)
        row.run_at = moment + delay

    return become


def explain(reason: Reason) -> Outcome:
    """The whole lane waits; the job keeps its place and says why."""

    def become(_session: Session, row: PipedriveSync, _moment: datetime) -> None:
        _explain(row, reason)

    return become


def prune(session: Session) -> None:
    """Forget what succeeded long ago; a failure stays until somebody has dealt with it."""
    old = col(PipedriveSync.finished_at) < leases.moment(session) - KEPT
    session.exec(delete(PipedriveSync).where(col(PipedriveSync.status) == SyncStatus.SUCCESS, old))


def _again(row: PipedriveSync, moment: datetime) -> None:
    row.status, row.attempts, row.run_at = SyncStatus.PENDING, 0, moment


def _explain(row: PipedriveSync, reason: Reason | None) -> None:
    row.error_code = reason.code[:40] if reason else None
    row.error = reason.sentence[:500] if reason else None
    row.detail = reason.detail if reason else None
    row.candidates = list(reason.candidates) or None if reason else None
