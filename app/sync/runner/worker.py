"""Claim a lane, push its jobs one after the other, settle each, give the lane back; until nothing is due.

No transaction is open while Pipedrive is asked.
"""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from time import monotonic

from app import db, rounds
from app.models import PipedriveSync
from app.services.base import firm_settings
from app.sync.api.errors import KeyRefused, OutOfOrder, PipedriveError, Rejected, UnknownOutcome
from app.sync.push import push_job
from app.sync.queue import circuit_breaker, claims, connection, job_outcomes, leases
from app.sync.queue.company import SyncContext
from app.sync.queue.connection import Connection
from app.sync.queue.job_outcomes import Outcome, Reason
from app.sync.queue.leases import Lease
from app.sync.queue.outcome_errors import Closed, Erased, LeaseLost, NothingToPush, Unsettled, Waiting
from app.sync.runner import after_push, practice_erasure

NO_ANSWER = "Pipedrive answers, but not to this push."
UNSETTLED = "What stands in Pipedrive changed while we looked; we try again."
STILL_UNSETTLED = "What stands in Pipedrive changed at every try. Try again."
BROKEN = "Something broke on our side; trying again soon."
STILL_BROKEN = "Something broke on our side."

log = logging.getLogger(__name__)


class EndTurn(Exception):
    """This lane can do nothing more for now."""


# after a pause is over: the clock that wakes us and the one that decides are not the same
SOON = 0.02
# less than this is waited for with the lane in hand
A_BLINK = 0.3
# one in so many is whatever has been due longest, so that urgent ones never keep the others waiting for ever
IN_ORDER = 4


class Crew:
    """Who of the workers of one drain has a lane in hand, or is about to take one."""

    def __init__(self) -> None:
        self._at_work = 0
        self._changed = threading.Condition()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        with self._changed:
            self._at_work += 1
        try:
            yield
        finally:
            with self._changed:
                self._at_work -= 1
                if self.is_idle():
                    self._changed.notify_all()

    def is_idle(self) -> bool:
        return self._at_work == 0

    def wait(self, seconds: float) -> None:
        """Until everybody is idle, or for so long."""
        with self._changed:
            self._changed.wait_for(self.is_idle, seconds)


def drain(context: SyncContext) -> int:
    """Work until nothing is due; returns how many jobs were settled.

    Whoever finds nothing to do stays while another works, so that a lane with news never waits for a long turn.
    """
    practice_erasure.forget_erased(context)
    crew = Crew()
    with ThreadPoolExecutor(context.pace.lanes_at_once, "drain") as workers:
        return sum(workers.map(_work, [context] * context.pace.lanes_at_once, [crew] * context.pace.lanes_at_once))


def _work(context: SyncContext, crew: Crew) -> int:
    settled = 0
    while not context.stopping.is_set():
        with crew.at_work():
            lease = _claim(context)
            settled += _worked_on(context, lease) if lease else 0
        if lease is None and crew.is_idle():
            break
        if lease is None:
            crew.wait(A_BLINK)
    return settled


def _worked_on(context: SyncContext, lease: Lease) -> int:
    context.leases[lease.token] = lease
    try:
        return _turn(context, lease)
    except Exception as broken:
        if rounds.is_away(broken) or isinstance(broken, (LeaseLost, *db.UNAVAILABLE)):
            raise
        # the lane rests a while, or it would be the first to be taken again and keep the others waiting
        log.exception("the lane of %s broke", lease.who.id)
        with db.transaction() as session:
            leases.delay(session, lease, context.pace.key_check)
        return 0
    finally:
        _release(context, lease)


def rest(context: SyncContext) -> float:
    """Seconds until it is worth looking again, when no news comes: a lane that pauses for a moment goes on right after."""
    with db.reading() as session:
        left = leases.shortest_pause(session)
    return context.pace.poll if left is None else min(max(left, 0.0) + SOON, context.pace.poll)


def give_up(context: SyncContext) -> None:
    """Give back the lanes of whoever did not come to an end; an answer that still arrives is reconciled later."""
    with suppress(*db.UNAVAILABLE):
        for lease in list(context.leases.values()):
            _release(context, lease)


def _release(context: SyncContext, lease: Lease) -> None:
    with db.transaction() as session:
        leases.release(session, lease)
    context.leases.pop(lease.token, None)


def _claim(context: SyncContext) -> Lease | None:
    with db.transaction() as session:
        practice = context.practice is not None and firm_settings.get(session, "practice_pipedrive") is True
        return claims.claim(session, context.pace.lease, practice=practice)


def _turn(context: SyncContext, lease: Lease) -> int:
    """Up to so many jobs or seconds, so that one long queue does not keep the others waiting."""
    try:
        http, key = connection.open_client(context, lease)
        with http:
            line = connection.connect(context, lease, http, key)
            with circuit_breaker.half_open(line) as may:
                settled = _push_some(context, line) if may else 0
            connection.note_budget(line)
            return settled
    except (connection.Unusable, KeyRefused) as why:
        with db.transaction() as session:
            leases.stop(session, lease, str(why), context.pace)
        return 0


def _push_some(context: SyncContext, line: Connection) -> int:
    settled, until = 0, monotonic() + context.pace.turn
    with suppress(EndTurn, LeaseLost):
        while settled < context.pace.jobs_a_turn and monotonic() < until and (job := _next(context, line.lease)):
            if job_outcomes.record(line.lease, job, _outcome(line, job)):
                settled += 1
                after_push.hand_over(job.id, line.lease.who.id)
    return settled


def _next(context: SyncContext, lease: Lease) -> PipedriveSync | None:
    context.beat()
    if context.stopping.is_set():
        return None
    if (wait := context.gates[lease.lane_id].wait(search=True)) > A_BLINK:
        with db.transaction() as session:
            leases.delay(session, lease, wait)
        return None
    context.picked[lease.lane_id] += 1
    in_order = context.picked[lease.lane_id] % IN_ORDER == 0
    with db.reading() as session:
        return leases.next_job(session, lease, in_order=in_order)


def _outcome(line: Connection, job: PipedriveSync) -> Outcome:
    """Push one job, and say what becomes of it; raises EndTurn when the whole lane has to wait."""
    try:
        return _pushed(line, job)
    except connection.RESTS as trouble:
        job_outcomes.record(line.lease, job, job_outcomes.explain(connection.reason(trouble)))
        connection.rest(line, trouble)
        raise EndTurn from None
    except OutOfOrder as trouble:
        job_outcomes.record(line.lease, job, job_outcomes.put_off(connection.reason(trouble), trouble.wait))
        raise EndTurn from None


def _pushed(line: Connection, job: PipedriveSync) -> Outcome:
    try:
        said = push_job.push(job, line)
    except (LeaseLost, *connection.RESTS, *db.UNAVAILABLE):
        raise
    except Exception as end:  # noqa: BLE001 - a bug in one push must not stop the others
        return _after(end, line, job)
    return circuit_breaker.closing(line, job_outcomes.succeed(job.generation, said))


def _after(end: Exception, line: Connection, job: PipedriveSync) -> Outcome:
    match end:
        case Waiting():
            return job_outcomes.wait(end.wait)
        case NothingToPush() | Erased():
            return job_outcomes.succeed(job.generation)
        case Closed():
            return job_outcomes.fail(Reason(end.code, end.sentence, candidates=tuple(end.candidates)), job.generation)
        case Rejected():
            return circuit_breaker.closing(line, job_outcomes.fail(connection.reason(end), job.generation))
        case PipedriveError():
            if wait := circuit_breaker.record_failure(line, job):
                raise OutOfOrder(wait)
            least = line.pace.hold if isinstance(end, UnknownOutcome) else timedelta(0)
            return job_outcomes.retry(connection.reason(end), line.pace, least, NO_ANSWER)
    reason, at_last = Reason("unsettled", UNSETTLED), STILL_UNSETTLED
    if not isinstance(end, Unsettled):
        log.error("push %s broke", job.id, exc_info=end)
        reason, at_last = Reason("bug", BROKEN, type(end).__name__), STILL_BROKEN
    return job_outcomes.retry(reason, line.pace, at_last=at_last)
