"""Writing many contacts at once: a handful of statements, however many rows."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, SQLModel, col, select

from app.models import (
    Contact,
    Import,
    Organisation,
    User,
    WarmnessChange,
    WarmnessReason,
    new_id,
    organisation_key,
)
from app.services.imports.matcher import Arrival, Known

AT_ONCE = 5_000


def settle(session: Session, who: User, names: Iterable[str]) -> dict[str, UUID]:
    """The organisations of these names by their key, made where they are new; the first spelling stays."""
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(organisation_key(name)[:200], name)
    rows = iter([Organisation(user_id=who.id, name=name, key=key).model_dump() for key, name in spelled.items()])
    while some := list(islice(rows, AT_ONCE)):
        session.exec(upsert(Organisation).values(some).on_conflict_do_nothing(constraint="organisations_once"))
    query = select(Organisation.key, Organisation.id).where(Organisation.user_id == who.id)
    return {key: found for key, found in session.exec(query) if key in spelled}


def place(known: Iterable[Known], firms: dict[str, UUID]) -> None:
    """Rewrite what is derived from the facts of contacts that were read, and give them their organisation."""
    for one in known:
        assert isinstance(one.facts, Contact)
        one.facts.organisation_id = _firm_of(one, firms)
        one.facts.reindex(one.organisation)
        one.facts.version += 1


def add(session: Session, batch: Import, fresh: Sequence[Known], firms: dict[str, UUID]) -> None:
    """Insert new contacts of the import's owner, with the first step of each warm one's history."""
    blank = Contact(name="-", user_id=batch.user_id, import_id=batch.id).model_dump()
    rows = [blank | _row(one, firms) for one in fresh]
    if rows:
        session.exec(insert(_table(Contact)), params=rows)
    step = WarmnessChange(
        contact_id=batch.id, user_id=batch.user_id, before=0, after=0, reason=WarmnessReason.IMPORT
    ).model_dump()
    steps = [step | {"id": new_id(), "contact_id": row["id"], "after": row["warmness_score"]} for row in rows]
    if warm := [taken for taken in steps if taken["after"]]:
        session.exec(insert(_table(WarmnessChange)), params=warm)


def _row(one: Known, firms: dict[str, UUID]) -> dict[str, Any]:
    facts = one.facts
    assert isinstance(facts, Arrival)
    # the rule reads and writes names that both have
    Contact.reindex(cast("Contact", facts), one.organisation)
    known = {name: getattr(facts, name) for name in Arrival.__slots__}
    # what another tool knew of the last touch stays true, whatever is logged and taken back here
    known["contacted_elsewhere"] = facts.last_contacted
    return known | {"id": one.id, "organisation_id": _firm_of(one, firms)}


def _firm_of(one: Known, firms: dict[str, UUID]) -> UUID | None:
    return firms[organisation_key(one.organisation)[:200]] if one.organisation else None


def _table(model: type[SQLModel]) -> Table:
    """The bare table: as a class, rows would be grouped by which of their facts are empty, hundreds of statements."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def stored(session: Session, who: User, ids: Sequence[UUID], *, lock: bool) -> dict[UUID, Contact]:
    """The contacts of these ids, locked or else apart from the session, so that nothing of them is written."""
    found: dict[UUID, Contact] = {}
    for start in range(0, len(ids), AT_ONCE):
        query = select(Contact).where(Contact.user_id == who.id, col(Contact.id).in_(ids[start : start + AT_ONCE]))
        for contact in session.exec(query.order_by(col(Contact.id)).with_for_update() if lock else query):
            if not lock:
                session.expunge(contact)
            found[contact.id] = contact
    return found
