"""Webhooks that Pipedrive sends: authenticated by two secrets, and stored as a note of which record to look at.

The address holds one secret, HTTP Basic the other; of both only SHA-256 hashes
are stored. The values in a webhook are never used: the listener asks Pipedrive.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select, update

from app.errors import NotFound, SignedOut
from app.models import EntityType, LinkState, PipedriveLink, SyncAccount, WebhookNote, now
from app.signals import Topic, announce

NOBODY_ACTS = "Pipedrive calls with a secret address"

USER = "pipedriven"
PATH = "/pipedrive/hook/"
ENTITIES = {kind.value: kind for kind in (EntityType.ORGANIZATION, EntityType.PERSON, EntityType.ACTIVITY)}
MOST = 10**15


@dataclass(frozen=True)
class Secrets:
    """What Pipedrive is told once; `kept` is what we remember of it."""

    path: str
    password: str

    @property
    def kept(self) -> dict[str, str]:
        return {"path": _hash(self.path), "password": _hash(self.password)}


def create_secrets() -> Secrets:
    return Secrets(secrets.token_urlsafe(32), secrets.token_urlsafe(32))


def authenticate(session: Session, path: str, user: str, password: str) -> SyncAccount:
    """The company whose secrets these are. Raises NotFound for the address, SignedOut for the password."""
    kept = col(SyncAccount.hook)["path"].as_string() == _hash(path)
    account = session.exec(select(SyncAccount).where(kept)).first()
    if account is None or account.hook is None:
        raise NotFound("There is nothing at this address.")
    known = hmac.compare_digest(_hash(password), str(account.hook["password"]))
    if not (known and hmac.compare_digest(user.encode(), USER.encode())):
        raise SignedOut
    return account


def record_note(session: Session, account: SyncAccount, content: Mapping[str, Any]) -> bool:
    """Note which record of ours the news is about, and listen soon; says whether it was about one of ours."""
    meta = content.get("meta")
    told = meta if isinstance(meta, dict) else {}
    kind = ENTITIES.get(str(told.get("entity")))
    number, merged_from = _number(told.get("entity_id")), _number(told.get("merged_from_id"))
    merged_to = number if merged_from else _number(told.get("merged_to_id"))
    number = merged_from or number
    if kind is None or number is None or not _is_ours(session, account.account, kind, number):
        return False
    row = WebhookNote(account=account.account, entity_type=kind, remote_id=number, merged_to_id=merged_to)
    kept = insert(WebhookNote).values(row.model_dump())
    again = {"merged_to_id": func.coalesce(kept.excluded.merged_to_id, WebhookNote.merged_to_id), "updated_at": now()}
    session.exec(kept.on_conflict_do_update(index_elements=["account", "entity_type", "remote_id"], set_=again))
    soon = {"listen_at": func.least(SyncAccount.listen_at, func.clock_timestamp())}
    session.exec(update(SyncAccount).where(col(SyncAccount.id) == account.id).values(soon))
    announce(session, Topic.SYNC, account.id, account.id)
    return True


def _is_ours(session: Session, account: str, kind: EntityType, number: int) -> bool:
    link = select(PipedriveLink.id).where(
        PipedriveLink.account == account,
        PipedriveLink.entity_type == kind,
        PipedriveLink.remote_id == number,
        PipedriveLink.state == LinkState.LINKED,
    )
    return session.exec(link.limit(1)).first() is not None


def _number(said: Any) -> int | None:
    """Numbers come as numbers or as text."""
    if isinstance(said, str) and said.isascii() and said.isdigit() and len(said) < 16:
        said = int(said)
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 < said < MOST else None


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
