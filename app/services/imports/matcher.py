"""Whom a row of a file is about: any shared address, else the same name at the same firm.

Made for many rows at once: the bank is read in one question and then asked in
memory. Who looks alike while somebody types is asked of `contacts.duplicates`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import Contact, ContactDraft, Organisation, User, fold, new_id, organisation_key
from app.models.contact_fields import FIELDS, FILLED, ContactField, Input
from app.services.contacts.erasure import erased_people

STORED = [one.name for one in FIELDS if one.input is not Input.FIRM]


@dataclass(eq=False, slots=True)
class Person:
    """Somebody in the bank, or met earlier in the files.

    `facts` of somebody new are those of the contact to be inserted, without the weight of a row (building 20,000 takes
    seconds); of somebody in the bank the contact, read only when a row is about them.
    """

    name: str
    organisation: str | None
    facts: SimpleNamespace | Contact | None = None
    id: UUID = field(default_factory=new_id)

    @property
    def is_new(self) -> bool:
        return isinstance(self.facts, SimpleNamespace)


class Bank:
    """Everybody of one bank by what tells people apart."""

    def __init__(self, erased: Callable[[Iterable[str]], set[str]]) -> None:
        self._by_address: dict[str, Person] = {}
        self._by_name: dict[tuple[str, str], Person] = {}
        self._by_bare_name: dict[str, Person] = {}
        self._erased = erased

    def is_erased(self, draft: ContactDraft) -> bool:
        """Whether this person asked to be forgotten: a file does not bring them back."""
        return bool(self._erased((*draft.emails, *draft.phones)))

    def find(self, draft: ContactDraft) -> Person | None:
        """The person that this draft is about, if they are here."""
        for address in (*draft.emails, *draft.phones):
            if person := self._by_address.get(address):
                return person
        if draft.organisation:
            return self._by_name.get(_at_firm(draft.name, draft.organisation))
        if not draft.emails and not draft.phones:
            return self._by_bare_name.get(fold(draft.name))
        return None

    def add(self, draft: ContactDraft, last_contacted: datetime | None) -> Person:
        """Somebody whom the bank has not met."""
        facts = SimpleNamespace(**{name: getattr(draft, name) for name in STORED}, last_contacted=last_contacted)
        person = Person(draft.name, draft.organisation, facts)
        self.index(person, (*draft.emails, *draft.phones), draft.organisation)
        return person

    def index(self, person: Person, addresses: Iterable[str], organisation: str | None) -> None:
        """Remember by which addresses, name and firm somebody is found; the first one met keeps them."""
        bare = not organisation
        for address in addresses:
            bare = False
            self._by_address.setdefault(address, person)
        if organisation:
            self._by_name.setdefault(_at_firm(person.name, organisation), person)
        elif bare:
            # a name and nothing else tells nobody apart, but the same file taken twice has to find itself
            self._by_bare_name.setdefault(fold(person.name), person)

    def fill(self, person: Person, draft: ContactDraft) -> bool:
        """Add what the draft knows and the person's facts do not; nothing is replaced. Says whether they gained."""
        gained = [self._fill_field(person, field, getattr(draft, field.name)) for field in FILLED]
        self.index(person, (*draft.emails, *draft.phones), draft.organisation)
        return any(gained)

    def _fill_field(self, person: Person, field: ContactField, said: Any) -> bool:
        if not said:
            return False
        if field.input is Input.FIRM:
            if person.organisation:
                return False
            person.organisation = said
            return True
        have = getattr(person.facts, field.name)
        if field.many:
            more = self._free(said, person) if field.input is Input.ADDRESSES else said
            room = [word for word in more if word not in have][: field.most - len(have)]
            found = field.together(have, room)
        else:
            room = [] if have else [said]
            found = said
        if room:
            setattr(person.facts, field.name, found)
        return bool(room)

    def _free(self, addresses: Iterable[str], person: Person) -> list[str]:
        """Those of the addresses that belong to nobody else."""
        return [address for address in addresses if self._by_address.get(address, person) is person]


def read_bank(session: Session, who: User) -> Bank:
    """This person's bank, without its trash."""
    query: Any = (
        select(Contact.id, Contact.name, Contact.emails, Contact.phones, Organisation.name)  # type: ignore[call-overload]
        .join(Organisation, col(Organisation.id) == col(Contact.organisation_id), isouter=True)
        .where(Contact.user_id == who.id, col(Contact.deleted_at).is_(None))
        .order_by(col(Contact.id))
    )
    bank = empty_bank(session, who)
    for contact_id, name, emails, phones, firm in session.exec(query):
        bank.index(Person(name, firm, id=contact_id), (*emails, *phones), firm)
    return bank


def empty_bank(session: Session, who: User) -> Bank:
    """A bank in which nobody is known, but that knows who was erased."""
    return Bank(erased_people.erased_finder(session, who))


def _at_firm(name: str, organisation: str) -> tuple[str, str]:
    return fold(name), organisation_key(organisation)
