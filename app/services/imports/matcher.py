"""Who in a contact bank is the same person: any shared address, else the same name at the same firm.

Made for many rows at once: the bank is read in one question and then asked in memory.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import Contact, ContactDraft, Organisation, User, fold, new_id, organisation_key
from app.models.contact import MOST_ADDRESSES
from app.services.contacts import erased_people

MOST_TAGS = 30


@dataclass(eq=False, slots=True)
class Arrival:
    """A contact on its way in: the facts of a row, without the weight of one. Building 20,000 rows takes seconds."""

    name: str
    emails: list[str]
    phones: list[str]
    job_title: str | None
    linkedin_url: str | None
    notes: str
    tags: list[str]
    warmness_score: int
    cadence_days: int | None
    last_contacted: datetime | None
    given_name: str = ""
    family_name: str = ""
    sort_name: str = ""
    search_text: str = ""


@dataclass(eq=False, slots=True)
class Known:
    """Somebody in the bank (whose facts are read only when a row is about them), or met earlier in the same file."""

    name: str
    organisation: str | None
    facts: Arrival | Contact | None = None
    id: UUID = field(default_factory=new_id)


class Bank:
    """Everybody of one bank by what tells people apart."""

    def __init__(self) -> None:
        self._by_address: dict[str, Known] = {}
        self._by_name: dict[tuple[str, str], Known] = {}
        self._bare: dict[str, Known] = {}
        self._erased: Callable[[Iterable[str]], set[str]] = lambda _: set()

    def is_erased(self, draft: ContactDraft) -> bool:
        """Whether this person asked to be forgotten: a file does not bring them back."""
        return bool(self._erased((*draft.emails, *draft.phones)))

    def remember(self, erased: Callable[[Iterable[str]], set[str]]) -> None:
        self._erased = erased

    def find(self, draft: ContactDraft) -> Known | None:
        """The person that this draft is about, if they are here."""
        for address in (*draft.emails, *draft.phones):
            if known := self._by_address.get(address):
                return known
        if draft.organisation:
            return self._by_name.get(_at_firm(draft.name, draft.organisation))
        if not draft.emails and not draft.phones:
            return self._bare.get(fold(draft.name))
        return None

    def note(self, known: Known, addresses: Iterable[str], organisation: str | None) -> None:
        """Remember by which addresses, name and firm somebody is found; the first one met keeps them."""
        bare = not organisation
        for address in addresses:
            bare = False
            self._by_address.setdefault(address, known)
        if organisation:
            self._by_name.setdefault(_at_firm(known.name, organisation), known)
        elif bare:
            # a name and nothing else tells nobody apart, but the same file taken twice has to find itself
            self._bare.setdefault(fold(known.name), known)

    def free(self, addresses: Iterable[str], known: Known) -> list[str]:
        """Those of the addresses that belong to nobody else."""
        return [address for address in addresses if self._by_address.get(address, known) is known]


def bank_of(session: Session, who: User) -> Bank:
    """This person's bank, without its trash."""
    query: Any = (
        select(Contact.id, Contact.name, Contact.emails, Contact.phones, Organisation.name)  # type: ignore[call-overload]
        .join(Organisation, col(Organisation.id) == col(Contact.organisation_id), isouter=True)
        .where(Contact.user_id == who.id, col(Contact.deleted_at).is_(None))
        .order_by(col(Contact.id))
    )
    bank = Bank()
    bank.remember(erased_people.reader(session, who))
    for contact_id, name, emails, phones, firm in session.exec(query):
        bank.note(Known(name, firm, id=contact_id), (*emails, *phones), firm)
    return bank


def arrive(bank: Bank, draft: ContactDraft, last_contacted: datetime | None) -> Known:
    """Somebody whom the bank has not met."""
    facts = Arrival(
        draft.name, draft.emails, draft.phones, draft.job_title, draft.linkedin_url, draft.notes, draft.tags,
        draft.warmness_score, draft.cadence_days, last_contacted,
    )  # fmt: skip
    known = Known(draft.name, draft.organisation, facts)
    bank.note(known, (*draft.emails, *draft.phones), draft.organisation)
    return known


def fill(bank: Bank, known: Known, draft: ContactDraft) -> bool:
    """Add what the draft knows and the contact does not; nothing that is there is replaced. Says whether it gained."""
    contact, gained = known.facts, False
    for fact in ("job_title", "linkedin_url", "cadence_days", "notes"):
        if not getattr(contact, fact) and (said := getattr(draft, fact)):
            setattr(contact, fact, said)
            gained = True
    if not known.organisation and draft.organisation:
        known.organisation, gained = draft.organisation, True
    for fact, most in (("emails", MOST_ADDRESSES), ("phones", MOST_ADDRESSES), ("tags", MOST_TAGS)):
        have, said = getattr(contact, fact), getattr(draft, fact)
        more = [word for word in (said if fact == "tags" else bank.free(said, known)) if word not in have]
        if room := more[: most - len(have)]:
            setattr(contact, fact, sorted([*have, *room]) if fact == "tags" else [*have, *room])
            gained = True
    bank.note(known, (*draft.emails, *draft.phones), draft.organisation)
    return gained


def _at_firm(name: str, organisation: str) -> tuple[str, str]:
    return fold(name), organisation_key(organisation)
