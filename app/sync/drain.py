"""Claim a lane, push its jobs one after the other, settle each, give the lane back; until nothing is due.

No transaction is open while Pipedrive is asked. Every request first renews the
lease and is charged to the company's budget, so none leaves without them.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic

import httpx
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session, select

from app import db
from app.models import PipedriveSync, Setting
from app.services import workspace
from app.sync import budget, lanes, queue, steps
from app.sync.company import Desk
from app.sync.endings import Closed, LeaseLost, NothingToPush, Waiting
from app.sync.errors import Blocked, KeyRefused, NotSent, PipedriveError, Rejected, Throttled, UnknownOutcome
from app.sync.lanes import Lease
from app.sync.pipedrive import Pipedrive
from app.sync.push import Line
from app.sync.queue import Become, Reason
from app.vault import Sealed

RESTORED = "sync_verify_since"
BROKEN = "Something broke on our side; we try again."
NO_DATABASE = (OperationalError, InterfaceError, PoolTimeout)

log = logging.getLogger(__name__)


class EndTurn(Exception):
    """This lane can do nothing more for now."""


class Unusable(Exception):
    """There is no address or no key to work with."""


def drain(desk: Desk) -> int:
    """Work until nothing is due; returns how many jobs were settled."""
    with ThreadPoolExecutor(desk.pace.lanes_at_once, "drain") as workers:
        return sum(workers.map(_work, [desk] * desk.pace.lanes_at_once))


def _work(desk: Desk) -> int:
    settled = 0
    while not desk.stopping.is_set() and (lease := _claim(desk)):
        desk.leases[lease.token] = lease
        try:
            settled += _turn(desk, lease)
        finally:
            _release(desk, lease)
    return settled


def give_up(desk: Desk) -> None:
    """Give back the lanes of whoever did not come to an end; an answer that still arrives is reconciled later."""
    with suppress(*NO_DATABASE):
        for lease in list(desk.leases.values()):
            _release(desk, lease)


def _release(desk: Desk, lease: Lease) -> None:
    with db.transaction() as session:
        lanes.release(session, lease)
    desk.leases.pop(lease.token, None)


def _claim(desk: Desk) -> Lease | None:
    with db.transaction() as session:
        practice = desk.practice is not None and workspace.choice(session, "practice_pipedrive") is True
        return lanes.claim(session, desk.pace.lease, practice=practice)


def _turn(desk: Desk, lease: Lease) -> int:
    """Up to so many jobs or seconds, so that one long queue does not keep the others waiting."""
    try:
        http, key = _opened(desk, lease)
        with http:
            return _push_some(desk, _line(desk, lease, http, key))
    except (Unusable, KeyRefused) as why:
        with db.transaction() as session:
            lanes.stop(session, lease, str(why))
        return 0


def _opened(desk: Desk, lease: Lease) -> tuple[httpx.Client, str]:
    try:
        http, key = desk.line_for(lease.who, practice=lease.account == lanes.PRACTICE)
    except (Sealed, ValueError) as unusable:
        raise Unusable(str(unusable)) from unusable

    def before(request: httpx.Request) -> None:
        desk.beat()
        if desk.stopping.is_set():
            raise LeaseLost
        with db.transaction() as session:
            budget.charge(session, lease.account, budget.cost(request.method, request.url.path))
            lanes.renew(session, lease, desk.pace.lease)

    http.event_hooks["request"].append(before)
    return http, key


def _line(desk: Desk, lease: Lease, http: httpx.Client, key: str) -> Line:
    with db.reading() as session:
        restored = _restored_from(session)
    return Line(lease, Pipedrive(http, key, deadline=desk.pace.deadline), desk.pace, desk.types, restored)


def _push_some(desk: Desk, line: Line) -> int:
    settled, until = 0, monotonic() + desk.pace.turn
    with suppress(EndTurn, LeaseLost):
        while settled < desk.pace.jobs_a_turn and monotonic() < until and (job := _next(desk, line.lease)):
            settled += queue.settle(line.lease, job, _outcome(line, job))
    return settled


def _next(desk: Desk, lease: Lease) -> PipedriveSync | None:
    desk.beat()
    if desk.stopping.is_set():
        return None
    with db.reading() as session:
        return lanes.next_job(session, lease)


def _restored_from(session: Session) -> datetime | None:
    """Set after a restore: what went over since that backup is in Pipedrive, but not in our links."""
    said = session.exec(select(Setting.value).where(Setting.key == RESTORED)).first()
    return datetime.fromisoformat(said) if isinstance(said, str) else None


def _outcome(line: Line, job: PipedriveSync) -> Become:
    """Push one job, and say what becomes of it; raises EndTurn when the whole lane has to wait."""
    try:
        steps.push(job, line)
    except (Throttled, Blocked, NotSent, KeyRefused) as trouble:
        queue.settle(line.lease, job, queue.explain(_reason(trouble)))
        _rest(line, trouble)
        raise EndTurn from None
    except (LeaseLost, *NO_DATABASE):
        raise
    except Exception as end:  # noqa: BLE001 - a bug in one push must not stop the others
        return _after(end, line, job)
    return queue.succeed(job.generation)


def _after(end: Exception, line: Line, job: PipedriveSync) -> Become:
    match end:
        case Waiting():
            return queue.wait(end.wait)
        case NothingToPush():
            return queue.succeed(job.generation)
        case Closed():
            return queue.fail(Reason(end.code, end.sentence), job.generation)
        case Rejected():
            return queue.fail(_reason(end), job.generation)
        case PipedriveError():
            least = line.pace.hold if isinstance(end, UnknownOutcome) else timedelta(0)
            return queue.retry(_reason(end), line.pace, least)
    log.error("push %s broke", job.id, exc_info=end)
    return queue.retry(Reason("bug", BROKEN, type(end).__name__), line.pace)


def _rest(line: Line, trouble: Throttled | Blocked | NotSent | KeyRefused) -> None:
    """Let the lane, or the whole company, rest; nobody's attempt is spent."""
    with db.transaction() as session:
        match trouble:
            case Throttled(daily=True):
                wait = budget.until_reset(session, line.account, trouble.wait)
                budget.pause(session, line.lease, Throttled(wait, daily=True).sentence, wait)
            case Throttled():
                lanes.pause(session, line.lease, trouble.sentence, trouble.wait)
            case Blocked():
                budget.pause(session, line.lease, trouble.sentence, trouble.wait)
            case NotSent():
                lanes.pause(session, line.lease, trouble.sentence, line.pace.while_offline())
            case _:
                lanes.stop(session, line.lease, trouble.sentence)


CODES = {"KeyRefused": "key", "UnknownOutcome": "unknown", "NotAllowed": "not_allowed", "NotSent": "offline"}


def _reason(trouble: PipedriveError) -> Reason:
    name = type(trouble).__name__
    detail = f"{name} {trouble.status} {trouble.code}".strip() if isinstance(trouble, Rejected) else name
    return Reason(CODES.get(name, name.lower()), trouble.sentence, detail)
