"""Circuit breaker for one Pipedrive company: open while Pipedrive itself is in trouble, half open while one lane tries.

A push that got no usable answer asks the simplest question there is (`me`). Where that
gets none either, or where several different pushes in a row got none, the
trouble is Pipedrive's: the whole company rests, longer each time, and nobody's
attempt is spent. When the rest is over one lane tries for all, and once a push
goes through the others follow, each at its own moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select, update

from app import db
from app.models import PipedriveSync, SyncAccount, SyncLane, User
from app.sync.api.errors import NotSent, OutOfOrder, Unreachable
from app.sync.queue import leases, token_budget
from app.sync.queue.connection import Connection
from app.sync.queue.job_outcomes import Outcome

# so many different pushes in a row without a usable answer are no accident
SEVERAL = 3


def record_failure(line: Connection, job: PipedriveSync) -> timedelta | None:
    """Count a push without a usable answer; returns how long the company rests now, or None where it is the push's own trouble.

    Raises whatever else Pipedrive has to say to the question.
    """
    alive = _answers(line)
    with db.transaction() as session:
        account = _account(session, line.account)
        known = account.trouble or {"jobs": [], "rests": 0, "since": leases.moment(session).isoformat()}
        jobs = list(dict.fromkeys([*known["jobs"], str(job.id)]))[:SEVERAL]
        ailing = is_ailing(alive=alive, lost=len(jobs))
        rests = known["rests"] + 1 if ailing else known["rests"]
        account.trouble = {**known, "jobs": jobs, "rests": rests}
        session.add(account)
        if not ailing:
            return None
        wait = line.pace.while_ailing(rests)
        token_budget.pause(session, line.lease, OutOfOrder(wait).sentence, wait)
        return wait


def is_ailing(*, alive: bool, lost: int) -> bool:
    """The rule: it does not answer at all, or it has answered none of several pushes."""
    return not alive or lost >= SEVERAL


@contextmanager
def half_open(line: Connection) -> Iterator[bool]:
    """Whether this lane may try: after a rest only one at a time finds out for all; the others look again a little later.

    A try that found nothing out, because all its pushes still wait, is the next lane's; not so where Pipedrive sent it to rest.
    """
    with db.transaction() as session:
        account = _account(session, line.account)
        resting = bool(account.trouble and account.trouble["rests"])
        mine = _reserved(session, line) if resting else None
    yield not resting or mine is not None
    if mine is not None:
        awake = select(SyncLane.id).where(SyncLane.id == line.lease.lane_id, col(SyncLane.not_before) <= leases.NOW)
        untouched = col(SyncAccount.account) == line.account, col(SyncAccount.not_before) == mine, awake.exists()
        with db.transaction() as session:
            session.exec(update(SyncAccount).where(*untouched).values(not_before=leases.NOW))


def _reserved(session: Session, line: Connection) -> datetime | None:
    due = col(SyncAccount.account) == line.account, col(SyncAccount.not_before) <= leases.NOW
    meanwhile = leases.NOW + timedelta(seconds=line.pace.lease)
    taken = update(SyncAccount).where(*due).values(not_before=meanwhile).returning(col(SyncAccount.not_before))
    return session.exec(taken).scalar()


def closing(line: Connection, become: Outcome) -> Outcome:
    """The same end of a push, and a usable answer: whatever trouble there was is over."""

    def both(session: Session, row: PipedriveSync, moment: object) -> None:
        _close(session, line)
        become(session, row, moment)  # type: ignore[arg-type]

    return both


def _answers(line: Connection) -> bool:
    try:
        line.pipedrive.me()
    except NotSent:
        raise
    except Unreachable:
        return False
    return True


def _close(session: Session, line: Connection) -> None:
    """Let the others in again, spread over a while so that they do not all come at once.

    A lane that waits for a reason of its own, say for its burst limit, waits on.
    """
    in_trouble = select(SyncAccount).where(SyncAccount.account == line.account, col(SyncAccount.trouble).is_not(None))
    account = session.exec(in_trouble.with_for_update()).first()
    if account is None:
        return
    rested, account.trouble = account.trouble and account.trouble["rests"], None
    session.add(account)
    if not rested:
        return
    if account.paused_reason is None or account.paused_reason.startswith(OutOfOrder.says):
        account.not_before, account.paused_reason = leases.moment(session), None
    spread = leases.NOW + func.random() * timedelta(seconds=line.pace.spread)
    others = (
        col(SyncLane.user_id).in_(select(User.id).where(User.pipedrive_company == line.account)),
        col(SyncLane.id) != line.lease.lane_id,
        col(SyncLane.told_at).is_(None),
    )
    waits_for_us = col(SyncLane.paused_reason).startswith(OutOfOrder.says) | (col(SyncLane.not_before) <= leases.NOW)
    session.exec(update(SyncLane).where(*others, waits_for_us).values(not_before=spread, paused_reason=None))


def _account(session: Session, account: str) -> SyncAccount:
    """The company's row, held; it is there since the first request."""
    found = session.exec(select(SyncAccount).where(SyncAccount.account == account).with_for_update()).first()
    return found or SyncAccount(account=account)
