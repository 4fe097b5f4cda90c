"""Which person in Pipedrive a contact is, said by its owner: looked for first, so that nobody is linked to what is not there."""

from uuid import UUID

from sqlmodel import Session

from app.errors import Conflict
from app.models import EntityType, User
from app.services.contacts import contact_bank
from app.services.pipedrive import record_choice
from app.services.pipedrive.manual_push import LookUp, Wanted
from app.services.push_queue import push_jobs, record_urls

NOT_THERE = "Record {number} is not in Pipedrive, or your key may not see it. Choose another one."


def wanted_link(session: Session, who: User, contact_id: UUID, typed: str) -> Wanted | None:
    """The person that one of my contacts is to be, to be looked for first; None without a key.

    Raises NotFound, Invalid, and Conflict where that is another contact of mine.
    """
    contact = contact_bank.owned(session, who, contact_id)
    number = record_urls.home(session, who).number(typed, EntityType.PERSON)
    record_choice.check_free(session, who, contact, number)
    return Wanted(who, contact, None, person=True, number=number) if push_jobs.has_connection(session, who) else None


def check_found(wanted: Wanted, look_up: LookUp) -> None:
    """Raises Conflict where the person is not there; where nobody can look now, the push looks."""
    try:
        found = look_up(wanted)
    except Conflict:
        return
    if not found.persons.sure:
        raise Conflict(NOT_THERE.format(number=wanted.number))
