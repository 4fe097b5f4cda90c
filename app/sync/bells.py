"""Webhooks, where the firm wants them and Pipedrive can reach us: set and removed by the listener with an administrator's key.

Never needed: they only make the listener look sooner. A set-up that broke
half-way is swept away and begun anew, so there is never a second set.
"""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import select, update

from app import db
from app.models import EntityType, SyncAccount
from app.services import hooks, workspace
from app.sync.errors import Gone, NotAllowed, Rejected
from app.sync.push import Line

ABOUT = (EntityType.ORGANIZATION, EntityType.PERSON, EntityType.ACTIVITY)
NAME = "Pipedriven"


def keep(line: Line, address: str) -> None:
    """Make what is set there agree with what the firm chose."""
    with db.reading() as session:
        wanted = workspace.choice(session, "pipedrive_webhooks") is True and is_public(address)
        kept = session.exec(select(SyncAccount.hook).where(SyncAccount.account == line.account)).first() or {}
    if str(line.lease.who.id) in kept.get("may_not", []):
        return
    complete = kept.get("address") == address and len(kept.get("ids", [])) == len(ABOUT)
    if wanted == complete and (complete or "address" not in kept):
        return
    try:
        if "address" in kept:
            _sweep(line, dict(kept))
        if wanted:
            _set(line, address)
    except NotAllowed:
        _write(line, {**kept, "may_not": [*kept.get("may_not", []), str(line.lease.who.id)]})


def is_public(address: str) -> bool:
    """Whether Pipedrive could reach us: https, and no name or number of a private network."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" and ipaddress.ip_address(host).is_global
    except ValueError:
        return parts.scheme == "https" and "." in host and not host.endswith((".local", ".internal", ".localhost"))


def _set(line: Line, address: str) -> None:
    """Keep the secrets first: news that comes before the numbers are known is believed."""
    given = hooks.fresh()
    kept: dict[str, Any] = {**given.kept, "address": address, "ids": []}
    _write(line, kept)
    for kind in ABOUT:
        hook = line.pipedrive.add_webhook(
            url=f"{address}{hooks.PATH}{given.path}",
            about=kind.value,
            name=NAME,
            user=hooks.USER,
            password=given.password,
        )
        kept = {**kept, "ids": [*kept["ids"], hook.id]}
        _write(line, kept)


def _sweep(line: Line, kept: dict[str, Any]) -> None:
    """Remove what is ours there, also what no answer told us the number of."""
    for hook in line.pipedrive.webhooks():
        if hook.url.startswith(f"{kept['address']}{hooks.PATH}"):
            try:
                line.pipedrive.delete_webhook(hook.id)
            except (Gone, Rejected) as no:
                if isinstance(no, NotAllowed):
                    raise
    _write(line, None)


def _write(line: Line, kept: dict[str, Any] | None) -> None:
    with db.transaction() as session:
        mine = update(SyncAccount).filter_by(account=line.account)
        session.exec(mine.values(hook=kept))
