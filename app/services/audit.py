"""The trail: who did what to whom, written in the same transaction as the deed."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.models import AuditEvent, User


def record(session: Session, actor: User | str, action: str, about: UUID | str = "", **detail: Any) -> None:
    """Note a deed; `actor` is a person, or a word such as `cli:root` where nobody is signed in."""
    name = str(actor.id) if isinstance(actor, User) else actor
    session.add(AuditEvent(actor=name, action=action, about=str(about), detail=detail))
