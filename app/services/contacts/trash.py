"""What lies in the trash of a contact bank: the latest first, until the clock empties it."""

from collections.abc import Sequence

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, func, select

from app.models import Contact, User
from app.services.contacts import contact_search
from app.services.contacts.contact_search import Search


def listed(session: Session, who: User, q: str = "", limit: int = 50) -> Sequence[Contact]:
    """This person's deleted contacts that are like `q`, the latest first."""
    query = (
        select(Contact)
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .where(col(Contact.id).in_(contact_search.ids(session, who, Search(q=q, trash=True))))
        .order_by(col(Contact.deleted_at).desc(), col(Contact.id))
    )
    return session.exec(query.limit(limit)).all()


def count(session: Session, who: User, q: str = "") -> int:
    """How many there are in all."""
    inside = contact_search.ids(session, who, Search(q=q, trash=True))
    return session.exec(select(func.count()).select_from(inside.subquery())).one()
