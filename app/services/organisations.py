"""Firms in a contact bank: one row per firm, however it was spelled."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.models import Organisation, User, organisation_key
from app.models.base import fold


def settle(session: Session, who: User, name: str | None) -> Organisation | None:
    """The bank's organisation of that name, made when it is new; the first spelling stays."""
    if not name:
        return None
    key = organisation_key(name)[:200]
    row = Organisation(user_id=who.id, name=name, key=key)
    session.exec(
        insert(Organisation).values(**row.model_dump()).on_conflict_do_nothing(constraint="organisations_once")
    )
    return session.exec(select(Organisation).where(Organisation.user_id == who.id, Organisation.key == key)).one()


def suggest(session: Session, who: User, typed: str, limit: int = 8) -> list[str]:
    """Names from this person's bank that contain what was typed."""
    query = select(Organisation.name).where(Organisation.user_id == who.id)
    if typed:
        query = query.where(col(Organisation.key).contains(fold(typed), autoescape=True))
    return list(session.exec(query.order_by(Organisation.name).limit(limit)))


def name_of(session: Session, organisation_id: UUID | None) -> str | None:
    row = session.get(Organisation, organisation_id) if organisation_id else None
    return row.name if row else None
