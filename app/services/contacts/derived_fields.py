"""Columns of a contact that follow from other rows: its last contact and attempt, its next date, and what search reads."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, column, text
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, col, select

from app.models import Contact, now
from app.services.base.counted_touches import counts, is_attempt

NOBODY_ACTS = "the values follow from rows that somebody has just written"

TOUCH_DATES = f"""
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
returning c.id, c.last_contacted, c.last_attempt, c.failed_addresses, c.next_due, c.version, c.updated_at
"""  # noqa: S608 - one condition, no data


@dataclass(frozen=True)
class Beside:
    """Other tables that the same statement writes: `words` are CTEs of their own, which read nothing of each other."""

    words: str = ""
    binds: Mapping[str, object] = field(default_factory=dict)


def update_touch_dates(session: Session, contact_ids: Collection[UUID], beside: Beside | None = None) -> None:
    """Set what follows from the touches of these contacts; a contact's version moves with it.

    What the session holds of these contacts says the same.
    """
    session.flush()
    also = beside or Beside()
    binds = {"ids": list(contact_ids), "now": now(), **also.binds}
    for row in session.execute(_touch_dates(also.words), binds).mappings():
        held = session.identity_map.get(identity_key(Contact, row["id"]))
        for name, value in row.items():
            if held is not None:
                set_committed_value(held, name, value)


@cache
def _touch_dates(beside: str) -> Any:
    return text(f"{beside} {TOUCH_DATES}").columns(
        column("id", Uuid),
        *(Contact.__table__.c[name] for name in OF_TOUCHES),  # type: ignore[attr-defined]
    )


OF_TOUCHES = ("last_contacted", "last_attempt", "failed_addresses", "next_due", "version", "updated_at")


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
