"""Somebody asked for a row that is another person's alone: refused, and written into the audit log.

It is written after the answer, so that the time which an answer takes says nothing of what exists.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, Uuid, any_, bindparam, literal, union_all
from sqlmodel import Session, SQLModel, col, select

from app.models import AuditEvent, User, now
from app.services.base import audit_log

ACTION = "access.refused"
# as many as one request may name
MOST = 10_000
# the same once more, within this time, is no news
ONCE_IN = timedelta(hours=1)
# whose a row is; a table that names nobody has no private rows
OWNERS = ("user_id", "owner_id", "offered_to")
# a person's membership, and the row of the person, are no secrets of theirs
OPEN = frozenset({"campaign_users", "users"})


def record(session: Session, who: User, ids: Collection[UUID]) -> None:
    """Write down each of these rows that is there and belongs to somebody else."""
    wanted = list(ids)[:MOST]
    if not wanted:
        return
    named = any_(bindparam("named", wanted, type_=ARRAY(Uuid)))
    owners = union_all(
        *(
            select(literal(table.name), table.c.id, owner).where(table.c.id == named, owner != who.id)
            for table in SQLModel.metadata.sorted_tables
            if (owner := _owner(table.c)) is not None and table.name not in OPEN
        )
    )
    known = _lately(session, who)
    for name, row_id, owner_id in session.execute(owners):
        if str(row_id) not in known:
            audit_log.record(session, who, ACTION, row_id, table=name, owner=str(owner_id))


def _owner(columns: Any) -> Column[UUID] | None:
    if "id" not in columns:
        return None
    return next((columns[name] for name in OWNERS if name in columns), None)


def _lately(session: Session, who: User) -> set[str]:
    query = select(AuditEvent.about).where(
        col(AuditEvent.created_at) > now() - ONCE_IN,
        AuditEvent.actor == audit_log.name_of(who),
        AuditEvent.action == ACTION,
    )
    return set(session.exec(query))
