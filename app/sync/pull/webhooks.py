"""Creates and removes our webhooks at Pipedrive: three, set by the listener with an administrator's key.

Only where `BASE_URL` is a public https address and the firm did not switch them
off. They are never needed: a webhook only makes the listener look sooner. A key
that may not set them is tried once. A set-up that broke half-way is removed and
begun anew, so there is never a second set; when the key that set them is
forgotten, they are removed.
"""

import ipaddress
import logging
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import select, update

from app import db
from app.models import EntityType, SyncAccount, User
from app.services.base import firm_settings
from app.services.pipedrive import webhook_inbox
from app.sync.api.errors import Gone, NotAllowed, PipedriveError, Rejected
from app.sync.api.pipedrive import Pipedrive
from app.sync.queue.company import SyncContext
from app.sync.queue.connection import Connection
from app.vault import Sealed

ABOUT = (EntityType.ORGANIZATION, EntityType.PERSON, EntityType.ACTIVITY)
NAME = "Pipedriven"
PATIENCE = 5.0

log = logging.getLogger(__name__)


def sync_webhooks(line: Connection, address: str) -> None:
    """Make what is set there agree with what the firm chose."""
    with db.reading() as session:
        wanted = firm_settings.get(session, "pipedrive_webhooks") is not False and is_public(address)
        kept = session.exec(select(SyncAccount.hook).where(SyncAccount.account == line.account)).first() or {}
    me = str(line.lease.who.id)
    if me in kept.get("may_not", []):
        return
    complete = kept.get("address") == address and len(kept.get("ids", [])) == len(ABOUT)
    if wanted == complete and (complete or "address" not in kept):
        return
    try:
        if "address" in kept:
            _sweep(line, str(kept["address"]))
        if wanted:
            _set(line, address)
    except Rejected as no:
        with suppress(Rejected):
            _sweep(line, address)
        _write(line, {"may_not": [*kept.get("may_not", []), me], "why": no.sentence})


def remove_for(context: SyncContext, who: User) -> None:
    """Before a key is forgotten: take away with it what it set. Where that fails, the next key that may sweeps it away."""
    account = str(who.pipedrive_company)
    with db.reading() as session:
        kept = session.exec(select(SyncAccount.hook).where(SyncAccount.account == account)).first() or {}
    if kept.get("by") != str(who.id):
        return
    left: dict[str, Any] | None = {"address": kept["address"], "ids": []}
    try:
        http, key = context.line_for(who, practice=False)
        with http:
            remove_all(Pipedrive(http, key, deadline=PATIENCE), str(kept["address"]))
        left = None
    except (PipedriveError, Sealed, ValueError) as trouble:
        log.warning("webhooks could not be removed: %s", type(trouble).__name__)
    with db.transaction() as session:
        session.exec(update(SyncAccount).filter_by(account=account).values(hook=left))


def is_public(address: str) -> bool:
    """Whether Pipedrive could reach us: https, and no name or number of a private network."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" and ipaddress.ip_address(host).is_global
    except ValueError:
        return parts.scheme == "https" and "." in host and not host.endswith((".local", ".internal", ".localhost"))


def _set(line: Connection, address: str) -> None:
    """Keep the secrets first: news that comes before the numbers are known is believed."""
    given = webhook_inbox.create_secrets()
    kept: dict[str, Any] = {**given.kept, "address": address, "ids": [], "by": str(line.lease.who.id)}
    _write(line, kept)
    for kind in ABOUT:
        hook = line.pipedrive.add_webhook(
            url=f"{address}{webhook_inbox.PATH}{given.path}",
            about=kind.value,
            name=NAME,
            user=webhook_inbox.USER,
            password=given.password,
        )
        kept = {**kept, "ids": [*kept["ids"], hook.id]}
        _write(line, kept)


def remove_all(pipedrive: Pipedrive, address: str) -> None:
    """Remove what is ours there, also what no answer told us the number of."""
    for hook in pipedrive.webhooks():
        if hook.url.startswith(f"{address}{webhook_inbox.PATH}"):
            try:
                pipedrive.delete_webhook(hook.id)
            except (Gone, Rejected) as no:
                if isinstance(no, NotAllowed):
                    raise


def _sweep(line: Connection, address: str) -> None:
    remove_all(line.pipedrive, address)
    _write(line, None)


def _write(line: Connection, kept: dict[str, Any] | None) -> None:
    with db.transaction() as session:
        mine = update(SyncAccount).filter_by(account=line.account)
        session.exec(mine.values(hook=kept))
