"""Writes the audit log: who did what, in the same transaction as the change, so neither exists without the other."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.models import AuditEvent, User

NOBODY_ACTS = "what strangers and the system do is recorded too"

# an operator has no account; no e-mail address starts like this
OPERATOR = "cli:"


def record(session: Session, actor: User | str, action: str, about: UUID | str = "", **detail: Any) -> None:
    """Add one event. `detail` must be fit for JSON and free of secrets and contact data."""
    session.add(AuditEvent(actor=name_of(actor), action=action, about=str(about)[:80], detail=detail))


def name_of(actor: User | str) -> str:
    """The id of a colleague, `cli:<unix user>` for the operator, or the word given."""
    if isinstance(actor, User):
        actor = actor.email if is_operator(actor) else str(actor.id)
    return actor[:80]


def is_operator(who: User) -> bool:
    return who.email.startswith(OPERATOR)
