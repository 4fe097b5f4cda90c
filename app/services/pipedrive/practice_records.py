"""Which records of the practice company came from somebody's own bank: the ones that they may look at there."""

from collections.abc import Mapping

from sqlalchemy import String, and_, literal
from sqlmodel import Session, cast, col, or_, select

from app.errors import NotFound
from app.models import PRACTICE, Activity, Contact, EntityType, Organisation, PipedriveLink, User
from app.services.base import firm_settings

OFF = "There is nothing at this address."


def of_own_bank(session: Session, who: User) -> Mapping[str, frozenset[int]]:
    """The numbers of this person's records by Pipedrive's kinds. Raises NotFound where nobody practises."""
    if not firm_settings.get(session, "practice_pipedrive"):
        raise NotFound(OFF)
    link = col(PipedriveLink.entity_key)
    mine = col(Contact.user_id) == who.id
    contact = select(Contact.id).where(mine, cast(col(Contact.id), String) == link)
    touch = (
        select(Activity.id)
        .join(Contact, col(Contact.id) == col(Activity.contact_id))
        .where(mine, cast(col(Activity.id), String) == link)
    )
    firm = select(Organisation.id).where(
        col(Organisation.user_id) == who.id, literal("firm:") + cast(col(Organisation.id), String) == link
    )
    kind = col(PipedriveLink.entity_type)
    query = select(PipedriveLink.entity_type, PipedriveLink.remote_id).where(
        PipedriveLink.account == PRACTICE,
        or_(
            and_(kind == EntityType.PERSON, contact.exists()),
            and_(kind == EntityType.ACTIVITY, touch.exists()),
            and_(kind == EntityType.ORGANIZATION, firm.exists()),
        ),
    )
    found: dict[str, set[int]] = {one.value: set() for one in EntityType}
    for entity, number in session.exec(query):
        if number is not None:
            found[str(entity)].add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}
