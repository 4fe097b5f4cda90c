"""What an undo needs to know of a record that we created there: that it is ours, and what stood there when we last agreed.

It is kept on the receipt when the undo is asked for, because the contact may be
erased, unlinked or handed over before it runs. Values are kept as hashes, so
that no name outlives an erasure.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Self

from app.models import Contact, PipedriveLink


@dataclass(frozen=True)
class Proof:
    """`stood` holds, field by field, what may stand there as ours, None where that is not known.

    `foreign` are fields that both agree on because somebody there wrote them;
    `said` is the link's fingerprint; `person` and `org` are the contact's numbers;
    `visible_to` is who could see the record when it was created, None where that is not known;
    `written` when it was last written, in ISO 8601, as far as all of that was ours.
    """

    key: str
    said: str | None
    stood: dict[str, list[str]] | None
    foreign: list[str]
    owner: int | None
    person: int | None
    org: int | None
    visible_to: int | None = None
    written: str | None = None

    @classmethod
    def of(cls, link: PipedriveLink, contact: Contact | None, owner: int | None) -> Self:
        person, org = (contact.pipedrive_person_id, contact.pipedrive_org_id) if contact else (None, None)
        stood = _stood(link.agreed) if link.agreed else None
        foreign = list((link.agreed or {}).get("foreign", []))
        visible_to = (link.agreed or {}).get("visible_to")
        written = (link.agreed or {}).get("written")
        return cls(link.entity_key, link.synced_hash, stood, foreign, owner, person, org, visible_to, written)

    @classmethod
    def read(cls, kept: Mapping[str, Any] | None) -> Self | None:
        return cls(**kept) if kept else None

    def dump(self) -> dict[str, Any]:
        return asdict(self)

    def edited(self, stands: Mapping[str, Any]) -> list[str]:
        """The fields in which somebody else's words stand."""
        known = self.stood or {}
        differ = [name for name, value in stands.items() if _hashed(value) not in known.get(name, [])]
        return [*differ, *(name for name in self.foreign if name not in differ)]


def _stood(agreed: Mapping[str, Any]) -> dict[str, list[str]]:
    """The last agreed values, and those that were sent since and may have arrived."""
    stood = {name: [_hashed(value)] for name, value in agreed["theirs"].items()}
    for word in agreed.get("words", ()):
        if not word["until"]:
            stood.setdefault(word["field"], []).append(_hashed(word["theirs"]))
    return stood


def _hashed(value: Any) -> str:
    """Case, spacing, and the order of lists are no difference."""
    said = sorted(_plain(one) for one in value) if isinstance(value, list | tuple) else _plain(value)
    return sha256(repr(said).encode()).hexdigest()[:32]


def _plain(value: Any) -> str:
    return " ".join(value.split()).casefold() if isinstance(value, str) else repr(value)
