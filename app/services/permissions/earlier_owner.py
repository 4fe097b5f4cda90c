"""What somebody removed from their contact stays removed for whoever is handed it.

A new owner takes over the contact as it is at that moment. What an earlier one took away by then (the former value of
a field, a touch, the other side of a settled difference) is theirs again only when the contact comes back to them.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from app.models import Activity, ContactChange, OwnerChange, User

NOT_YOURS = "This was changed before the contact came to you: what it was before stays with the earlier owner."


def saw(who: User, change: ContactChange) -> bool:
    """Whether the contact was in this person's bank when the field was changed."""
    return change.user_id == who.id


def removed_under(owner_id: UUID) -> ColumnElement[bool]:
    """Of a touch that was removed from a contact of theirs: the contact was in their bank at that moment already.

    That is where no hand-over followed, or the first that followed took it from them.
    """
    gave: Any = (
        select(OwnerChange.from_user_id)
        .where(OwnerChange.contact_id == Activity.contact_id, col(OwnerChange.created_at) >= col(Activity.deleted_at))
        .order_by(col(OwnerChange.created_at), col(OwnerChange.id))
        .limit(1)
        .correlate(Activity)
        .scalar_subquery()
    )
    return func.coalesce(gave, owner_id) == owner_id
