"""Addresses of records in Pipedrive: made for a person to open, and read where a person pastes one."""

import re
from dataclasses import dataclass

from sqlmodel import Session

from app.errors import Invalid
from app.models import PRACTICE, Contact, EntityType, User, record_url
from app.services.push_queue import company_mapping

NUMBER = re.compile(r"#?(\d{1,15})")
ADDRESS = re.compile(
    r"(?:https?://)?(?:([a-z0-9-]+)\.pipedrive\.com|[^/]*/practice)/([a-z]+)/(\d{1,15})(?:[/?#].*)?", re.IGNORECASE
)


@dataclass(frozen=True)
class Home:
    """Where one person's records stand: a company of Pipedrive's or the practice pages; nowhere without a key."""

    account: str

    def of(self, kind: EntityType, number: int | str | None) -> str | None:
        """The address of one record."""
        return record_url(self.account, kind, number) if self.account and number else None

    def number(self, typed: str, kind: EntityType) -> int:
        """The number that somebody typed, or that stands in the address they pasted. Raises Invalid."""
        said = typed.strip()
        if found := NUMBER.fullmatch(said):
            return _positive(int(found[1]), kind)
        found = ADDRESS.fullmatch(said)
        if found is None:
            raise _unreadable(kind)
        if (found[1] or PRACTICE).lower() != self.account:
            raise _invalid("This address belongs to another Pipedrive company than your firm's.")
        if found[2].lower() != kind:
            raise _invalid(f"This is the address of another kind of record; here {_a(kind)} is needed.")
        return _positive(int(found[3]), kind)


def home(session: Session, who: User) -> Home:
    """Where this person's pushes go."""
    return Home(company_mapping.account_of(session, who))


def person_address(session: Session, who: User, contact: Contact) -> str | None:
    """Where this contact's person stands in Pipedrive, or on the practice pages."""
    return home(session, who).of(EntityType.PERSON, contact.pipedrive_person_id)


def _positive(number: int, kind: EntityType) -> int:
    if number < 1:
        raise _unreadable(kind)
    return number


def _unreadable(kind: EntityType) -> Invalid:
    return _invalid(f"Type the number of the {kind}, or paste its address from Pipedrive.")


def _a(kind: EntityType) -> str:
    return f"an {kind}" if kind[0] in "aeo" else f"a {kind}"


def _invalid(sentence: str) -> Invalid:
    return Invalid(sentence, {"remote_id": sentence})
