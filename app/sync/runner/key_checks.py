"""Keys that Pipedrive refused are tried again, ever more rarely: what waits goes on by itself once one works."""

import logging

from app import db
from app.sync.api.errors import Blocked, KeyRefused, PipedriveError, Throttled
from app.sync.queue import claims, connection, leases
from app.sync.queue.company import SyncContext
from app.sync.queue.leases import Lease
from app.sync.queue.outcome_errors import LeaseLost

log = logging.getLogger(__name__)


def check_refused_keys(context: SyncContext) -> int:
    """Ask with each key whose time has come whose it is (2 tokens); returns how many work again."""
    resumed = 0
    while not context.stopping.is_set():
        with db.transaction() as session:
            lease = claims.claim_refused(session, context.pace.lease)
        if lease is None:
            break
        context.leases[lease.token] = lease
        try:
            resumed += _works(context, lease)
        finally:
            with db.transaction() as session:
                leases.release(session, lease)
            context.leases.pop(lease.token, None)
    return resumed


def _works(context: SyncContext, lease: Lease) -> bool:
    try:
        http, key = connection.open_client(context, lease)
        with http:
            connection.connect(context, lease, http, key).pipedrive.me()
    except LeaseLost:
        return False
    except (connection.Unusable, KeyRefused) as why:
        with db.transaction() as session:
            leases.stop(session, lease, str(why), context.pace)
        return False
    except PipedriveError as trouble:
        wait = trouble.wait.total_seconds() if isinstance(trouble, (Throttled, Blocked)) else context.pace.key_check
        with db.transaction() as session:
            leases.delay(session, lease, wait)
        return False
    except Exception as broken:
        if isinstance(broken, db.UNAVAILABLE):
            raise
        log.exception("the key of %s cannot be tried", lease.who.id)
        with db.transaction() as session:
            leases.delay(session, lease, context.pace.key_check)
        return False
    with db.transaction() as session:
        leases.resume(session, lease)
    return True
