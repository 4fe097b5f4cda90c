"""Writing what a plan says: a handful of statements, however many rows, and what an undo needs to know."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, cast
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Insert, Table, Text, bindparam, delete, func, insert, literal_column
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, SQLModel, col, select

from app.models import (
    Contact,
    Import,
    ImportChange,
    Organisation,
    User,
    WarmnessChange,
    WarmnessReason,
    are_two_companies,
    key_with_form,
    new_id,
    now,
    organisation_key,
)
from app.models.undo import KEPT
from app.services.imports import known_people
from app.services.imports.filling import Image, image
from app.services.imports.matcher import Person
from app.services.imports.planner import Fate, ImportPlan, Tell

CONTACTS_AT_ONCE = 2_000
FIRMS_AT_ONCE = 5_000


def write_plan(session: Session, who: User, batch: Import, plan: ImportPlan, tell: Tell) -> None:
    """Add the new contacts, write what others gained, and keep how those were before."""
    new, gained = plan.people(Fate.ADDS), plan.people(Fate.FILLS)
    session.add(batch)
    session.flush()
    firms = _get_or_create_firms(session, who, [one.organisation for one in (*new, *gained) if one.organisation])
    for person in gained:
        _complete(person, firms)
    session.flush()
    _remember_changes(session, batch, gained, plan.before)
    known_people.write_warmness(session, batch, gained, plan.before)
    known_people.write_job_changes(session, batch, plan.changes)
    for start in range(0, len(new), CONTACTS_AT_ONCE):
        tell(start / len(new))
        _insert_contacts(session, batch, new[start : start + CONTACTS_AT_ONCE], firms)
    met = {row.person.id: row.person for row in plan.rows if row.person}
    known_people.write_connections(session, batch, list(met.values()))
    tell(1.0)


def _get_or_create_firms(session: Session, who: User, names: Iterable[str]) -> dict[str, UUID]:
    """The organisations of these names, made where they are new; the first spelling stays, and an AG is no GmbH."""
    mine = select(Organisation.key, Organisation.name).where(Organisation.user_id == who.id)
    spelled: dict[str, str] = dict(session.exec(mine).all())
    known, keys, new = set(spelled), dict[str, str](), dict[str, str]()
    for name in dict.fromkeys(names):
        wanted = [key[:200] for key in (key_with_form(name), organisation_key(name))]
        met = (key for key in wanted if key in spelled and not are_two_companies(spelled[key], name))
        keys[name] = next(met, wanted[0] if wanted[1] in spelled else wanted[1])
        spelled.setdefault(keys[name], name)
        if keys[name] not in known:
            new.setdefault(keys[name], name)
    rows = iter([Organisation(user_id=who.id, name=name, key=key).model_dump() for key, name in new.items()])
    while some := list(islice(rows, FIRMS_AT_ONCE)):
        session.exec(upsert(Organisation).values(some).on_conflict_do_nothing(constraint="organisations_once"))
    found = dict(session.exec(select(Organisation.key, Organisation.id).where(Organisation.user_id == who.id)).all())
    return {name: found[key] for name, key in keys.items()}


def _complete(person: Person, firms: dict[str, UUID]) -> None:
    """Give a contact that gained something its organisation, and derive again what is derived."""
    assert isinstance(person.facts, Contact)
    person.facts.organisation_id = _firm_of(person, firms)
    person.facts.reindex(person.organisation)
    person.facts.version += 1


def _remember_changes(session: Session, batch: Import, gained: Sequence[Person], before: dict[UUID, Image]) -> None:
    """Remember what was filled in, so that it can be taken out again; what is too old for that goes."""
    session.exec(delete(ImportChange).where(col(ImportChange.created_at) < now() - KEPT))
    rows = []
    for person in gained:
        was, is_now = before[person.id], image(cast("Contact", person.facts))
        filled = [column for column in was if was[column] != is_now[column]]
        change = ImportChange(
            import_id=batch.id,
            contact_id=person.id,
            before={column: was[column] for column in filled},
            after={column: is_now[column] for column in filled},
        )
        rows.append(change.model_dump())
    if rows:
        session.exec(insert(_table(ImportChange)), params=rows)


def _insert_contacts(session: Session, batch: Import, new: Sequence[Person], firms: dict[str, UUID]) -> None:
    """Insert new contacts of the import's owner, with the first step of each warm one's history."""
    blank = Contact(name="-", user_id=batch.user_id, import_id=batch.id).model_dump()
    rows = [blank | _row(person, firms) for person in new]
    if rows:
        # as one text: taken apart into values in Python, rows cost three times as much
        session.exec(_insert_from_json(_table(Contact)), params={"rows": to_json(rows).decode()})
    step = WarmnessChange(
        contact_id=batch.id, user_id=batch.user_id, before=0, after=0, reason=WarmnessReason.IMPORT
    ).model_dump()
    steps = [step | {"id": new_id(), "contact_id": row["id"], "after": row["warmness_score"]} for row in rows]
    if warm := [taken for taken in steps if taken["after"]]:
        session.exec(insert(_table(WarmnessChange)), params=warm)


def _row(person: Person, firms: dict[str, UUID]) -> dict[str, Any]:
    # the rule reads and writes names that both have
    Contact.reindex(cast("Contact", person.facts), person.organisation)
    facts = dict(vars(person.facts))
    facts["last_contacted"] = max(
        filter(None, (facts["last_contacted"], known_people.connected_at(person))), default=None
    )
    # what another tool knew of the last touch stays true, whatever is logged and taken back here
    facts["contacted_elsewhere"] = facts["last_contacted"]
    return facts | {"id": person.id, "organisation_id": _firm_of(person, firms)}


def _firm_of(person: Person, firms: dict[str, UUID]) -> UUID | None:
    return firms[person.organisation] if person.organisation else None


def _insert_from_json(table: Table) -> Insert:
    """An INSERT of all rows of the JSON array `rows`, each with every column of the table."""
    names = [column.name for column in table.columns]
    blank: Any = literal_column(f"null::{table.name}")
    rows = func.json_populate_recordset(blank, bindparam("rows", type_=Text).op("::")(literal_column("json")))
    return insert(table).from_select(names, select(*rows.table_valued(*names).c), include_defaults=False)


def _table(model: type[SQLModel]) -> Table:
    """The bare table: as a class, rows would be grouped by which of their facts are empty, hundreds of statements."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
