"""Before and after images of rows, and writing the before images back where a row still equals its after image.

PostgreSQL reads the images in the types of the table. A row is only written while its contact belongs to whoever undoes.
"""

# ruff: noqa: S608 - names of tables and columns come from our own models, everything else is bound
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import Table, text
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import Session, SQLModel

from app.models import User, now

NOBODY_ACTS = "values are derived again from rows that were just written"

Rows = Sequence[dict[str, Any]]

OF_MINE = "t.contact_id in (select id from contacts where user_id = :who)"
# what a row belongs to; a link to Pipedrive has no owner, its key is the contact's id
MINE = {
    "contacts": "t.user_id = :who",
    "organisations": "t.user_id = :who",
    "pipedrive_links": "true",
}
VERSIONED = frozenset({"contacts", "activities"})
# a push writes it on its own: that is no change by a person
WRITTEN_BY_PUSHES = frozenset({"pipedrive_org_id"})


@dataclass(frozen=True)
class Step:
    """The rows of one table: in both lists they were changed, only after: added, only before: removed.

    All rows of a list name the same columns, `id` among them.
    """

    table: str
    before: Rows = field(default_factory=list)
    after: Rows = field(default_factory=list)


def put_back(session: Session, who: User, step: Step) -> tuple[int, int]:
    """Take one step back; says how many rows it reached, and how many it was about."""
    before, after = ({str(row["id"]): row for row in rows} for rows in (step.before, step.after))
    table = SQLModel.metadata.tables[step.table]
    done = 0
    for write, ids in (
        (_inserted, before.keys() - after.keys()),
        (_rewritten, before.keys() & after.keys()),
        (_withdrawn, after.keys() - before.keys()),
    ):
        if ids:
            rows = [{"id": one, "before": before.get(one), "after": after.get(one)} for one in sorted(ids)]
            columns = [name for name in next(before.get(one) or after[one] for one in ids) if name in table.columns]
            binds = {"rows": json.dumps(rows), "who": who.id, "now": now()}
            done += session.execute(text(write(table, columns)), binds).rowcount  # type: ignore[attr-defined]
    return done, len(before | after)


def insert_rows(session: Session, who: User, name: str, rows: Rows) -> None:
    """Insert rows in one statement; all name the same columns, and the rows that they refer to exist."""
    if rows:
        table = SQLModel.metadata.tables[name]
        images = [{"id": row["id"], "before": row} for row in rows]
        binds = {"rows": json.dumps(to_jsonable_python(images)), "who": who.id, "now": now()}
        session.execute(text(_inserted(table, list(rows[0]))), binds)


def expire_rows(session: Session, kind: type[SQLModel] = SQLModel) -> None:
    """Expire all rows of the session but users, after SQL has changed rows (of one kind) behind its back."""
    session.flush()
    for row in list(session.identity_map.values()):
        if isinstance(row, kind) and not isinstance(row, User):
            session.expire(row)


def as_loaded(session: Session, kind: type[Any], row: Mapping[str, Any]) -> Any:
    """A row that `insert_rows` has just written whole, as if it had been read."""
    values = {name: value.astimezone(UTC) if isinstance(value, datetime) else value for name, value in row.items()}
    written = kind(**values)
    make_transient_to_detached(written)
    session.add(written)
    return written


def _inserted(table: Table, columns: list[str]) -> str:
    """A removed row comes back, unless something it hangs on is gone for good."""
    names, values = ", ".join(map(_name, columns)), ", ".join(_value(table, name) for name in columns)
    return (
        f"insert into {table} ({names}) select {values} from {_read(table, 'before')}"
        f" where true{_needed(table, columns)} on conflict do nothing"
    )


def _rewritten(table: Table, columns: list[str]) -> str:
    sets = [f"{_name(name)} = {_value(table, name)}" for name in _facts(columns)]
    if table.name in VERSIONED:
        sets += ["version = t.version + 1", "updated_at = :now"]
    return (
        f"update {table} t set {', '.join(sets)} from {_read(table, 'before', 'after')}"
        f" where t.id = r.id and {_same(table, columns)}{_needed(table, columns)}"
    )


def _withdrawn(table: Table, columns: list[str]) -> str:
    """What was added goes; a touch goes the way of every touch that is taken back."""
    theirs = f"{_read(table, 'after')} where t.id = r.id and {_same(table, columns)}"
    if table.name == "activities":
        return (
            f"update activities t set deleted_at = :now, version = t.version + 1 from {theirs} and t.deleted_at is null"
        )
    return f"delete from {table} t using {theirs}"


def _read(table: Table, *which: str) -> str:
    """The rows as `b` (before) and `a` (after), in the types of the table; one join, so that thousands stay quick."""
    typed = "".join(f", lateral jsonb_populate_record(null::{table}, r.{name}) {name[0]}" for name in which)
    return f"jsonb_to_recordset(cast(:rows as jsonb)) r(id uuid, before jsonb, after jsonb){typed}"


def _same(table: Table, columns: list[str]) -> str:
    """Whether the row stands as the action left it, and is still theirs."""
    compared = [name for name in _facts(columns) if name not in WRITTEN_BY_PUSHES]
    pairs = [f"t.{_name(name)} is not distinct from a.{_name(name)}" for name in compared]
    return " and ".join([*pairs, MINE.get(table.name, OF_MINE)])


def _value(table: Table, column: str) -> str:
    """The value as it was; a link to something that is gone for good comes back empty."""
    there = next(iter(table.columns[column].foreign_keys), None)
    if there is None or not table.columns[column].nullable:
        return f"b.{_name(column)}"
    return f"(select id from {there.column.table} where id = b.{column})"


def _needed(table: Table, columns: list[str]) -> str:
    """What a row cannot be without has to be there."""
    links = [(name, link) for name in columns for link in table.columns[name].foreign_keys]
    needed = [(name, link) for name, link in links if not table.columns[name].nullable]
    return "".join(f" and exists (select from {link.column.table} where id = b.{name})" for name, link in needed)


def _facts(columns: list[str]) -> list[str]:
    return [name for name in columns if name not in {"id", "version"}]


def _name(column: str) -> str:
    return f'"{column}"'
