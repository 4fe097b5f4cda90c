"""The tags of a bank: which there are, and on how many contacts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, cast
from sqlmodel import Session, col, func, select

from app.models import Contact, User
from app.services.contacts import contact_search
from app.services.contacts.contact_search import Search


def known(
    session: Session, who: User, among: Sequence[UUID] | Search | None = None, limit: int = 60
) -> list[tuple[str, int]]:
    """The tags of this person's contacts, or of some of them, the most used first."""
    words = select(func.unnest(Contact.tags).label("word")).where(
        Contact.user_id == who.id, col(Contact.deleted_at).is_(None)
    )
    if isinstance(among, Search):
        words = words.where(col(Contact.id).in_(contact_search.ids(session, who, among)))
    elif among is not None:
        words = words.where(col(Contact.id) == any_(cast(list(among), ARRAY(Uuid))))
    each = words.subquery()
    many = func.count()
    query = select(each.c.word, many).group_by(each.c.word).order_by(many.desc(), each.c.word).limit(limit)
    return [(word, count) for word, count in session.exec(query)]
