"""Every spelling of a person that we stored: their name as it is, as it was, and as Pipedrive writes it, and their addresses.

Whatever hangs on a contact by a foreign key is read, whichever table it is, so
that a new history of fields is read too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Table, text
from sqlmodel import Session, SQLModel

from app.models import fold
from app.models.contact_fields import FIELDS, Input

NOBODY_ACTS = "erasure has looked whose contacts these are"

NAMES = frozenset({"name"})
ADDRESSES = frozenset(
    name for one in FIELDS if one.input in {Input.ADDRESSES, Input.LINK} for name in (one.name, one.outside)
)
# what holds a person's facts, and words about something else as well
NO_FACTS = frozenset({"activities", "reply_links", "owed_answers", "campaign_contacts", "pipedrive_syncs"})

AGREED = text("select to_jsonb(l) from pipedrive_links l where l.entity_type = 'person' and l.entity_key = any(:keys)")


@dataclass
class Spellings:
    """Names and addresses of some people, as they stand somewhere."""

    names: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    @property
    def words(self) -> frozenset[str]:
        """The words of the names and the addresses, as search reads them."""
        return frozenset(word for one in (*self.names, *self.addresses) for word in (*fold(one).split(), fold(one)))

    def read(self, said: Any) -> None:
        """Add the facts in a row: under their own names, or as the values of a row that names its field."""
        if isinstance(said, list):
            for one in said:
                self.read(one)
        if not isinstance(said, dict):
            return
        of = said.get("field")
        for key, value in said.items():
            kind = of if of in NAMES | ADDRESSES and key not in {"field", "account", "id"} else key
            if kind in NAMES:
                self.names |= {one for one in _texts(value) if one.strip()}
            elif kind in ADDRESSES:
                self.addresses |= {one for one in _texts(value) if one.strip()}
            else:
                self.read(value)


def collect(session: Session, contact_ids: Sequence[UUID]) -> Spellings:
    """What is known of these contacts, while they and what hangs on them are still there."""
    found = Spellings()
    ids, keys = list(contact_ids), [str(one) for one in contact_ids]
    rows = session.execute(text("select to_jsonb(c) from contacts c where id = any(:ids)"), {"ids": ids})
    for row in rows.scalars():
        found.read({name: row[name] for name in NAMES | ADDRESSES if name in row})
    for table, column in _hanging():
        query = text(f"select to_jsonb(t) from {table} t where t.{column} = any(:ids)")  # noqa: S608 - our own tables
        for row in session.execute(query, {"ids": ids}).scalars():
            found.read(row)
    for row in session.execute(AGREED, {"keys": keys}).scalars():
        found.read(row["agreed"] or {})
    return found


def _hanging() -> Iterator[tuple[Table, str]]:
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns if table.name not in NO_FACTS else ():
            if any(key.column.table.name == "contacts" for key in column.foreign_keys):
                yield table, column.name


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, but for words that tell of what kind it is."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        yield from _texts([one for key, one in value.items() if key not in {"label", "type", "primary", "field", "at"}])
