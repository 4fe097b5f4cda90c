"""What a contact says about itself because of other rows, told anew for many at once."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.models import CALLED_OFF, Contact, User, now
from app.services.undo.row_snapshots import reread

TOUCHES = text("""
update contacts c set last_contacted = greatest(told.latest, c.contacted_elsewhere), next_due = told.due,
    version = c.version + 1, updated_at = :now
from (
    select wanted.id, max(a.happened_at) filter (where a.done and not (a.type = 'MEETING' and coalesce(a.outcome = any(:off), false))) as latest,
           min(a.due_date) filter (where not a.done) as due
    from unnest(cast(:ids as uuid[])) wanted(id)
    left join activities a on a.contact_id = wanted.id and a.deleted_at is null
    group by wanted.id
) told
where c.id = told.id and c.user_id = :who
  and (c.last_contacted, c.next_due) is distinct from (greatest(told.latest, c.contacted_elsewhere), told.due)
""")


def touches(session: Session, who: User, contact_ids: Collection[UUID]) -> None:
    """The last touch and the next date of these contacts are what their touches say."""
    session.flush()
    session.execute(
        TOUCHES, {"ids": list(contact_ids), "who": who.id, "now": now(), "off": [one.value for one in CALLED_OFF]}
    )
    reread(session)


def index(session: Session, who: User, contact_ids: Collection[UUID]) -> None:
    """What search reads of these contacts follows the spelling of their organisation."""
    query = (
        select(Contact)
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .where(Contact.user_id == who.id, col(Contact.id).in_(contact_ids))
        .execution_options(populate_existing=True)
    )
    for contact in session.exec(query):
        contact.reindex(contact.organisation.name if contact.organisation else None)
        session.add(contact)
    session.flush()
