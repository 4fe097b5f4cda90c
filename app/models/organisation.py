"""The firm a contact works for, with one spelling per contact bank.

Organisations belong to a bank, so that nobody learns from a pick-list whom a
colleague knows. The key says when two spellings mean the same firm; Pipedrive
links are kept per key, which is how two consultants push one organization once.
"""

import re
from functools import lru_cache
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

SHORT_FORMS = {"limited": "ltd", "incorporated": "inc", "corporation": "corp", "company": "co"}


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
    """`ACME`, `Acme Ltd.` and `acme  GmbH & Co. KG` have one key; `Acme Energy` has another."""
    return " ".join(_core_and_forms(name)[0]) or fold(name)


def are_two_companies(one: str, other: str) -> bool:
    """Whether two names of one key are two firms: an AG is no GmbH; without a legal form it may be either."""
    ours, theirs = (_core_and_forms(name)[1] for name in (one, other))
    return bool(ours and theirs) and not (ours <= theirs or theirs <= ours)


def key_with_form(name: str) -> str:
    """The key of a firm whose plain one is another company's."""
    return " ".join([organisation_key(name), *sorted(_core_and_forms(name)[1])])


@lru_cache(maxsize=4_096)
def _core_and_forms(name: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The words of a name, and the legal forms at its end."""
    core = re.sub(r"[^\w\s]", "", fold(name.replace("&", " ").replace("-", " "))).split()
    forms: set[str] = set()
    while len(core) > 1 and core[-1] in LEGAL_FORMS:
        word = core.pop()
        forms.add(SHORT_FORMS.get(word, word))
    return tuple(core), frozenset(forms)
