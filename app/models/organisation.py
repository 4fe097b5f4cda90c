"""The firm a contact works for, with one spelling per contact bank.

Organisations belong to a bank, so that nobody learns from a pick-list whom a
colleague knows. The key says when two spellings mean the same firm; Pipedrive
links are kept per key, which is how two consultants push one organization once.
"""

import re
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.models.base import Entity, fold

LEGAL_FORMS = frozenset(
    [
        "ab",
        "ag",
        "as",
        "asa",
        "aps",
        "bv",
        "co",
        "company",
        "corp",
        "corporation",
        "doo",
        "gmbh",
        "inc",
        "incorporated",
        "kg",
        "kgaa",
        "limited",
        "llc",
        "llp",
        "ltd",
        "mbh",
        "nv",
        "oy",
        "oyj",
        "plc",
        "pty",
        "sa",
        "sarl",
        "sas",
        "se",
        "sl",
        "spa",
        "srl",
    ]
)


class Organisation(Entity, table=True):
    __tablename__ = "organisations"
    __table_args__ = (
        UniqueConstraint("user_id", "key", name="organisations_once"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="organisations_name_length"),
    )

    user_id: UUID = Field(foreign_key="users.id")
    name: str = Field(max_length=200)
    key: str = Field(max_length=200)

    @property
    def link_key(self) -> str:
        """The key of this bank's own link to an organization in Pipedrive; it outlives every change of the name."""
        return f"firm:{self.id}"


def organisation_key(name: str) -> str:
    """`ACME`, `Acme Ltd.` and `acme  GmbH & Co. KG` are one firm; `Acme Energy` is another."""
    words = re.sub(r"[^\w\s]", "", fold(name.replace("&", " ").replace("-", " "))).split()
    core = list(words)
    while len(core) > 1 and core[-1] in LEGAL_FORMS:
        core.pop()
    return " ".join(core) or fold(name)
