"""Pipedrive's numbers on our own rows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from app.models import Activity, Contact, PipedriveLink
from app.sync.links.link_store import Number

Store = Callable[[Session, Number], bool]


def on_contact(contact_id: UUID, column: str) -> Store:
    """Write the number on the contact; says whether it was news."""
    return lambda session, number: _written(session, Contact, contact_id, column, number)


def on_meeting(activity_id: UUID) -> Store:
    return lambda session, number: _written(session, Activity, activity_id, "pipedrive_activity_id", number)


def number_of(link: PipedriveLink) -> int:
    assert link.remote_id is not None
    return link.remote_id


def _written(session: Session, table: Any, row_id: UUID, column: str, number: Number) -> bool:
    other = col(getattr(table, column)).is_distinct_from(number)
    changed = update(table).where(col(table.id) == row_id, other).values({column: number}).returning(table.id)
    return session.exec(changed).first() is not None
