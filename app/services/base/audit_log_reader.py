"""Reads the audit log: who did what and when, for golden tickets. Contacts stay without names here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, or_, select

from app.errors import Forbidden
from app.models import AuditEvent, User
from app.services import policy

PAGE = 50

# what is looked for together: signing in, people, keys and settings, data that left or went
KINDS: dict[str, tuple[str, ...]] = {
    "access": ("sign_in", "sign_out", "password", "second_factor", "identity", "token", "passkey"),
    "people": ("user", "invitation", "workspace", "contacts.handed_over"),
    "data": ("contact", "import", "trash", "deed", "report", "campaign", "backup", "samples"),
    "pipedrive": ("pipedrive_key", "sync", "conflict", "meeting", "settings", "secret"),
}


@dataclass(frozen=True)
class AuditEntry:
    """One event; `actor` and `about` are names where they are colleagues, else what the log says."""

    id: UUID
    at: datetime
    actor: str
    action: str
    about: str | None


def read(
    session: Session, who: User, kind: str | None = None, before: UUID | None = None, limit: int = PAGE
) -> list[AuditEntry]:
    """The newest events of a kind, or those before one of them. Raises Forbidden."""
    if not policy.may_read_audit_log(who):
        raise Forbidden
    query = select(AuditEvent).order_by(col(AuditEvent.created_at).desc(), col(AuditEvent.id).desc()).limit(limit)
    if kind in KINDS:
        query = query.where(or_(*(col(AuditEvent.action).startswith(prefix) for prefix in KINDS[kind])))
    last = session.get(AuditEvent, before) if before else None
    if last is not None:
        query = query.where(
            or_(
                col(AuditEvent.created_at) < last.created_at,
                (col(AuditEvent.created_at) == last.created_at) & (col(AuditEvent.id) < last.id),
            )
        )
    return _entries(session, session.exec(query).all())


def _entries(session: Session, events: Sequence[AuditEvent]) -> list[AuditEntry]:
    ids = {known for event in events for known in (_id(event.actor), _id(event.about)) if known}
    names = dict(session.exec(select(User.id, User.name).where(col(User.id).in_(ids))).all())

    def told(text: str) -> str | None:
        known = _id(text)
        return names.get(known) if known else None

    return [
        AuditEntry(event.id, event.created_at, told(event.actor) or event.actor, event.action, told(event.about))
        for event in events
    ]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
