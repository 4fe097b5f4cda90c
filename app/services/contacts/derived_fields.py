"""Columns of a contact that follow from other rows: its last contact and attempt, its next date, and what search reads."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.models import Contact, now
from app.services.base.counted_touches import counts, is_attempt

NOBODY_ACTS = "the values follow from rows that somebody has just written"

TOUCH_DATES = text(f"""
update contacts c set last_contacted = greatest(derived.latest, c.contacted_elsewhere), last_attempt = derived.attempt,
    failed_addresses = derived.failed, next_due = derived.due, version = c.version + 1, updated_at = :now
from (
    select wanted.id, max(a.happened_at) filter (where a.done and {counts("a")} and not {is_attempt("a")}) as latest,
           max(a.happened_at) filter (where a.done and {counts("a")} and {is_attempt("a")}) as attempt,
           coalesce(array_agg(distinct a.failed_address) filter (where a.failed_address is not null), '{{}}') as failed,
           min(a.due_date) filter (where not a.done) as due
    from unnest(cast(:ids as uuid[])) wanted(id)
    left join activities a on a.contact_id = wanted.id and a.deleted_at is null
    group by wanted.id
) derived
where c.id = derived.id
  and (c.last_contacted, c.last_attempt, c.failed_addresses, c.next_due)
      is distinct from (greatest(derived.latest, c.contacted_elsewhere), derived.attempt, derived.failed, derived.due)
""")  # noqa: S608 - one condition, no data

OF_TOUCHES = ("last_contacted", "last_attempt", "failed_addresses", "next_due", "version", "updated_at")


def update_touch_dates(session: Session, contact_ids: Collection[UUID]) -> None:
    """Set what follows from the touches of these contacts; a contact's version moves with it.

    What the session holds of these contacts is read again.
    """
    session.flush()
    session.execute(TOUCH_DATES, {"ids": list(contact_ids), "now": now()})
    for row in list(session.identity_map.values()):
        if isinstance(row, Contact) and row.id in contact_ids:
            session.refresh(row, list(OF_TOUCHES))


def update_search_text(session: Session, contact_ids: Collection[UUID]) -> None:
    """Set what search reads of these contacts from their facts and the spelling of their organisation."""
    query = (
        select(Contact)
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .where(col(Contact.id).in_(contact_ids))
        .execution_options(populate_existing=True)
    )
    for contact in session.exec(query):
        contact.reindex(contact.organisation.name if contact.organisation else None)
        session.add(contact)
    session.flush()
