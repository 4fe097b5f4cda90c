"""Listening to Pipedrive: every few minutes one of us asks, for the whole company, what changed there.

The company's row says when, and moving that moment forward is the lease: one
listener at a time, whatever the number of processes. It borrows the lane of a
colleague whose key it uses, so that no key is ever in two places at once.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select, update

from app import db
from app.models import SyncAccount, WebhookNote
from app.services.base import firm_settings
from app.sync.api.errors import KeyRefused, PipedriveError
from app.sync.pull import changes, company_metadata, recheck, webhooks
from app.sync.queue import connection, leases
from app.sync.queue.company import Desk
from app.sync.queue.connection import Line
from app.sync.queue.leases import Lease
from app.sync.queue.outcome_errors import LeaseLost

log = logging.getLogger(__name__)


def listen(desk: Desk) -> int:
    """Listen to every company whose turn it is; returns how many that were."""
    done = 0
    while not desk.stopping.is_set() and (lease := _claim(desk)):
        desk.leases[lease.token] = lease
        try:
            _turn(desk, lease)
        finally:
            with db.transaction() as session:
                leases.release(session, lease)
            desk.leases.pop(lease.token, None)
        done += 1
    return done


def _claim(desk: Desk) -> Lease | None:
    with db.transaction() as session:
        practice = desk.practice is not None and firm_settings.get(session, "practice_pipedrive") is True
        leases.lay(session, practice=practice)
        lease = leases.claim(session, desk.pace.lease, practice=practice, listening=True)
        if lease is None:
            return None
        due = col(SyncAccount.account) == lease.account, leases.listens_now()
        soon = func.clock_timestamp() + timedelta(seconds=desk.pace.lease)
        won = update(SyncAccount).where(*due).values(listen_at=soon).returning(col(SyncAccount.id))
        if session.exec(won).first() is None:
            leases.release(session, lease)
            return None
        return lease


def _turn(desk: Desk, lease: Lease) -> None:
    try:
        http, key = connection.opened(desk, lease, lambda *_: "listen")
        with http:
            line = connection.line(desk, lease, http, key)
            _heed(line, desk.address)
            connection.closed(line)
    except LeaseLost:
        return
    except (connection.Unusable, KeyRefused) as why:
        with db.transaction() as session:
            leases.stop(session, lease, str(why))
    _next(lease)


def _heed(line: Line, address: str) -> None:
    """Hear the news, and be heard to have failed: what was not heard now is heard the next time."""
    try:
        recheck.look_at_notes(line)
        if _is_full_turn(line):
            changes.read_changes(line)
            recheck.check_oldest(line)
            company_metadata.learn(line)
            webhooks.keep(line, address)
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


def _is_full_turn(line: Line) -> bool:
    """A note pulls the moment forward, but lists are asked for only as often as the firm chose."""
    with db.reading() as session:
        heard = session.exec(select(SyncAccount.heard).where(SyncAccount.account == line.account)).first() or {}
        last = heard.get("at")
        return (
            bool(heard.get("soon"))
            or last is None
            or leases.moment(session) >= datetime.fromisoformat(last) + _interval(session)
        )


def _note_turn(line: Line) -> None:
    with db.transaction() as session:
        changes.save_cursor(session, line.account, at=leases.moment(session).isoformat(), soon="")


def _next(lease: Lease) -> None:
    """When to listen again: as chosen after the last full turn, at once where notes are left."""
    with db.transaction() as session:
        left = session.exec(select(WebhookNote.id).where(WebhookNote.account == lease.account).limit(1)).first()
        wait = timedelta(seconds=5) if left else _interval(session)
        again = {"listen_at": func.clock_timestamp() + wait}
        session.exec(update(SyncAccount).where(col(SyncAccount.account) == lease.account).values(again))


def _interval(session: Session) -> timedelta:
    return timedelta(minutes=firm_settings.get(session, "pipedrive_poll_minutes"))
