"""Listening to Pipedrive: every few minutes one of us asks, for the whole company, what changed there.

The company's row says when, and moving that moment forward is the lease: one
listener at a time, whatever the number of processes. It borrows the lane of a
colleague whose key it uses, so that no key is ever in two places at once.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func
from sqlmodel import Session, col, select, update

from app import db, rounds
from app.models import SyncAccount
from app.services.base import firm_settings
from app.services.push_queue import blocked_pushes
from app.sync.api.errors import KeyRefused, PipedriveError
from app.sync.pull import changes, company_metadata, deals, erased_creates, recheck, webhooks
from app.sync.queue import claims, connection, leases
from app.sync.queue.company import SyncContext
from app.sync.queue.connection import Connection
from app.sync.queue.leases import Lease
from app.sync.queue.outcome_errors import LeaseLost

log = logging.getLogger(__name__)


def listen(context: SyncContext) -> int:
    """Listen to every company whose turn it is; returns how many that were."""
    done = 0
    while not context.stopping.is_set() and (lease := _claim(context)):
        context.leases[lease.token] = lease
        try:
            _turn(context, lease)
        finally:
            with db.transaction() as session:
                leases.release(session, lease)
            context.leases.pop(lease.token, None)
        done += 1
    return done


def _claim(context: SyncContext) -> Lease | None:
    with db.transaction() as session:
        practice = context.practice is not None and firm_settings.get(session, "practice_pipedrive") is True
        claims.ensure_lanes(session, practice=practice)
        lease = claims.claim(session, context.pace.lease, practice=practice, listening=True)
        if lease is None:
            return None
        due = col(SyncAccount.account) == lease.account, claims.listens_now()
        soon = func.clock_timestamp() + timedelta(seconds=context.pace.lease)
        won = update(SyncAccount).where(*due).values(listen_at=soon).returning(col(SyncAccount.id))
        if session.exec(won).first() is None:
            leases.release(session, lease)
            return None
        return lease


def _turn(context: SyncContext, lease: Lease) -> None:
    try:
        http, key = connection.open_client(context, lease, deals.work_of)
        with http:
            line = connection.connect(context, lease, http, key)
            _listen_once(line, context.address)
            connection.note_budget(line)
    except LeaseLost:
        return
    except (connection.Unusable, KeyRefused) as why:
        with db.transaction() as session:
            leases.stop(session, lease, str(why), context.pace)
    _next(lease)


def _listen_once(line: Connection, address: str) -> None:
    """Hear the news, and be heard to have failed: what was not heard now is heard the next time."""
    try:
        recheck.look_at_notes(line)
        if _is_full_turn(line):
            steps: list[tuple[str, Callable[[], object]]] = [
                ("changes", partial(changes.read_changes, line)),
                ("oldest", partial(recheck.check_oldest, line)),
                ("erased creates", partial(erased_creates.take_back, line)),
                ("company", partial(company_metadata.refresh, line)),
                ("webhooks", partial(webhooks.sync_webhooks, line, address)),
                ("blocked", partial(_reopen, line)),
                ("deals", partial(deals.read_deals, line)),
            ]
            keyed = [(f"{line.account}:{name}", step) for name, step in steps]
            rounds.settle_each("listening", keyed, _take, whole=(*connection.WHOLE, PipedriveError))
            _note_turn(line)
    except KeyRefused:
        raise
    except connection.RESTS as trouble:
        connection.rest(line, trouble)
    except (LeaseLost, *db.UNAVAILABLE):
        raise
    except PipedriveError as trouble:
        log.warning("listening to Pipedrive stopped half-way: %s", trouble.sentence)
    except Exception:
        log.exception("listening to Pipedrive broke")


def _take(step: Callable[[], object]) -> None:
    step()


def _reopen(line: Connection) -> None:
    with db.transaction() as session:
        blocked_pushes.reopen_due(session, line.account)


def _is_full_turn(line: Connection) -> bool:
    """A note pulls the moment forward, but lists are asked for only as often as the firm chose."""
    with db.reading() as session:
        heard = session.exec(select(SyncAccount.heard).where(SyncAccount.account == line.account)).first() or {}
        last = heard.get("at")
        return (
            bool(heard.get("soon"))
            or last is None
            or leases.moment(session) >= datetime.fromisoformat(last) + _interval(session)
        )


def _note_turn(line: Connection) -> None:
    with db.transaction() as session:
        changes.save_cursor(session, line.account, at=leases.moment(session).isoformat(), soon="")


def _next(lease: Lease) -> None:
    """When to listen again: as chosen after the last full turn, at once where notes are left."""
    with db.transaction() as session:
        left = session.exec(recheck.waiting_notes(lease.account).limit(1)).first()
        wait = timedelta(seconds=5) if left else _interval(session)
        again = {"listen_at": func.clock_timestamp() + wait}
        session.exec(update(SyncAccount).where(col(SyncAccount.account) == lease.account).values(again))


def _interval(session: Session) -> timedelta:
    return timedelta(minutes=firm_settings.get(session, "pipedrive_poll_minutes"))
