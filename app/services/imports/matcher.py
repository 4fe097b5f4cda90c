"""Whom a row of a file is about, by the one rule of `contacts.identity`.

Made for many rows at once: the bank is read in one question and then asked in
memory. Who looks alike while somebody types is asked of `contacts.duplicates`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import Contact, Organisation, User, fold, new_id, organisation_key
from app.models.contact_fields import FIELDS, Input
from app.models.people import person_names, phone, profiles
from app.services.contacts import identity
from app.services.contacts.erasure import erased_people
from app.services.contacts.erasure.erased_people import Erased
from app.services.contacts.identity import Facts, Verdict
from app.services.imports.row_parser import Parsed

STORED = [one.name for one in FIELDS if one.input is not Input.FIRM]
# an address of more people than these belongs to a firm: only those of the same name are looked at
MOST_ALIKE = 20


@dataclass(eq=False, slots=True)
class Person:
    """Somebody in the bank, or met earlier in the files.

    `facts` of somebody new are those of the contact to be inserted, without the weight of a row (building 20,000 takes
    seconds); of somebody in the bank the contact, read only when a row is about them. `row` is where somebody new stands.
    """

    known: Facts
    organisation: str | None
    facts: SimpleNamespace | Contact | None = None
    id: UUID = field(default_factory=new_id)
    row: int = 0
    key: str = ""
    connected_on: date | None = None

    @property
    def is_new(self) -> bool:
        return isinstance(self.facts, SimpleNamespace)


@dataclass(frozen=True, slots=True)
class Match:
    """Who a row may be about: the one person it surely is, or those that somebody has to decide about."""

    verdict: Verdict
    people: list[tuple[Person, str]]


class Bank:
    """Everybody of one bank by what tells people apart."""

    def __init__(self, erased: Erased) -> None:
        self.erased = erased
        self._by_address: dict[str, list[Person]] = defaultdict(list)
        self._by_profile: dict[str, list[Person]] = defaultdict(list)
        # by name and firm; without a firm only those who have nothing but a name
        self._by_name: dict[tuple[str, str], list[Person]] = defaultdict(list)
        self._crowds: dict[str, dict[str, list[Person]]] = {}
        self._names_at: dict[str, set[str]] = defaultdict(set)

    def foresee(self, rows: Iterable[Facts]) -> None:
        """Remember which names the files have at each address, before any row is judged."""
        for facts in rows:
            for address in (*facts.emails, *facts.phones):
                self._names_at[address].add(facts.name)

    def find(self, facts: Facts) -> Match:
        """Who in the bank, or earlier in the files, this is."""
        people = {person.id: person for person in self._candidates(facts)}
        found: dict[Verdict, list[tuple[Person, str]]] = defaultdict(list)
        for person in people.values():
            verdict, why = identity.judge(facts, person.known, self._is_shared)
            found[verdict].append((person, why))
        if same := found[Verdict.SAME]:
            first = same[0][0]
            alike = (identity.judge(first.known, one.known, self._is_shared)[0] for one, _ in same[1:])
            return Match(Verdict.SAME if all(one is Verdict.SAME for one in alike) else Verdict.ASK, same)
        return Match(Verdict.ASK, found[Verdict.ASK]) if found[Verdict.ASK] else Match(Verdict.OTHER, [])

    def add(self, row: Parsed, facts: Facts) -> Person:
        """Somebody whom the bank has not met."""
        draft = row.draft
        values = SimpleNamespace(
            **{name: getattr(draft, name) for name in STORED},
            phone_details=phone.kept(draft.phones, draft.phone_details),
            last_contacted=row.last_contacted,
        )
        person = Person(facts, draft.organisation, values, row=row.number, key=identity.name_key(facts.name))
        person.connected_on = row.connected_on
        self.index(person)
        return person

    def index(self, person: Person) -> None:
        """Remember by which addresses, profile and name somebody is found."""
        known = person.known
        self._index_addresses(person, (*known.emails, *known.phones))
        if known.profile:
            self._by_profile[known.profile].append(person)
        if known.organisation or not (known.emails or known.phones):
            self._by_name[person.key, _firm(known.organisation)].append(person)

    def _index_addresses(self, person: Person, addresses: Iterable[str]) -> None:
        for address in addresses:
            self._by_address[address].append(person)
            if address in self._crowds:
                self._crowds[address].setdefault(person.key, []).append(person)
            if mailbox := identity.gmail_mailbox(address):
                self._by_address[mailbox].append(person)

    def learn(self, person: Person, facts: Facts) -> None:
        """A row was about this person: they are found by what it says, too."""
        known = person.known
        more = [one for one in (*facts.emails, *facts.phones) if one not in known.emails and one not in known.phones]
        self._index_addresses(person, more)
        if facts.profile and not known.profile:
            self._by_profile[facts.profile].append(person)
        person.known = replace(
            known,
            emails=[*known.emails, *(one for one in facts.emails if one not in known.emails)],
            phones=[*known.phones, *(one for one in facts.phones if one not in known.phones)],
            organisation=known.organisation or facts.organisation,
            profile=known.profile or facts.profile,
        )

    def is_elsewhere(self, address: str, person: Person) -> bool:
        """Whether somebody else of another name has this address already."""
        return any(one is not person for one in self._by_address.get(address, ()))

    def _candidates(self, facts: Facts) -> Iterable[Person]:
        if facts.profile:
            yield from self._by_profile.get(facts.profile, ())
        key = identity.name_key(facts.name)
        mailboxes = filter(None, map(identity.gmail_mailbox, facts.emails))
        for address in (*facts.emails, *facts.phones, *mailboxes):
            there = self._by_address.get(address, ())
            yield from there if len(there) <= MOST_ALIKE else self._crowd(address).get(key, ())[:MOST_ALIKE]
        if facts.organisation or not (facts.emails or facts.phones):
            yield from self._by_name.get((key, _firm(facts.organisation)), ())[:MOST_ALIKE]

    def _crowd(self, address: str) -> dict[str, list[Person]]:
        """The people at an address of many, by their names."""
        if address not in self._crowds:
            found: dict[str, list[Person]] = {}
            for person in self._by_address[address]:
                found.setdefault(person.key, []).append(person)
            self._crowds[address] = found
        return self._crowds[address]

    def _is_shared(self, address: str) -> bool:
        """Whether an address or number was seen with names that do not fit each other."""
        names = {
            *self._names_at.get(address, ()),
            *(one.known.name for one in self._by_address.get(address, ())[:MOST_ALIKE]),
        }
        first = max(names, default="", key=len)
        return any(not identity.names_fit(first, name) for name in names if name)


def facts_of(row: Parsed) -> Facts:
    """What tells the person of a row apart; who is called by their own address has no name."""
    draft = row.draft
    nameless = row.named_by == "email" and not identity.is_role_address(draft.name)
    profile = profiles.profile_key(draft.linkedin_url)
    return Facts("" if nameless else draft.name, draft.emails, draft.phones, draft.organisation, profile)


def read_bank(session: Session, who: User) -> Bank:
    """This person's bank, without its trash."""
    query: Any = (
        select(  # type: ignore[call-overload]
            Contact.id,
            Contact.name,
            Contact.sort_name,
            Contact.emails,
            Contact.phones,
            Contact.profile_key,
            Organisation.name,
        )
        .join(Organisation, col(Organisation.id) == col(Contact.organisation_id), isouter=True)
        .where(Contact.user_id == who.id, col(Contact.deleted_at).is_(None))
        .order_by(col(Contact.id))
    )
    bank = empty_bank(session, who)
    for contact_id, name, sort_name, emails, phones, profile, firm in session.exec(query):
        nameless = person_names.is_address(name) and not identity.is_role_address(name)
        known = Facts("" if nameless else name, emails, phones, firm, profile)
        bank.index(Person(known, firm, id=contact_id, key=_key(sort_name)))
    return bank


def empty_bank(session: Session, who: User) -> Bank:
    """A bank in which nobody is known, but that knows who was erased."""
    return Bank(erased_people.find_erased(session, who))


def _firm(organisation: str | None) -> str:
    return organisation_key(organisation) if organisation else ""


def _key(sort_name: str) -> str:
    """`identity.name_key` of a name that is stored in its order already."""
    words = {identity.plain_spelling(word) for word in identity.WORD.findall(fold(sort_name)) if word != "'"}
    return " ".join(sorted(words))
