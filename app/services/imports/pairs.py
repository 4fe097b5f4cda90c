"""The rows about somebody who is known, or may be: both sides beside each other, for a person to decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.models import Contact, User
from app.services.imports.matcher import Person
from app.services.imports.planner import Fate, IfKnown, ImportPlan, RowPlan

MOST = 1_000


@dataclass(frozen=True)
class Side:
    """Who it is, as short as somebody needs to recognise them. `id` is empty for somebody of an earlier row."""

    id: str
    name: str
    organisation: str
    email: str
    phone: str
    reason: str = ""
    row: int = 0

    @property
    def candidate(self) -> dict[str, str]:
        """The same as texts."""
        known = {"id": self.id, "name": self.name, "organisation": self.organisation, "email": self.email}
        return known | {"phone": self.phone, "reason": self.reason} | ({"row": str(self.row)} if self.row else {})


@dataclass(frozen=True)
class Pair:
    """One row and whom it is about, surely or perhaps (`is_asked`). `choice` is what becomes of it; None: it waits for an answer."""

    row: int
    file: str
    said: Side
    people: list[Side]
    is_asked: bool
    choice: IfKnown | None

    @property
    def place(self) -> tuple[str, int]:
        return self.file, self.row

    @property
    def is_open(self) -> bool:
        return self.choice is None

    @property
    def candidates(self) -> list[dict[str, str]]:
        return [one.candidate for one in self.people]


def find(session: Session, who: User, plan: ImportPlan) -> list[Pair]:
    """Up to 1,000 pairs: those that are asked about first, then in the order of the rows."""
    about = [row for row in plan.rows if row.people and row.said and (row.is_asked or not row.people[0][0].is_new)]
    about.sort(key=lambda row: row.fate is not Fate.ASKED)
    shown = about[:MOST]
    contacts = _contacts(session, who, [person.id for row in shown for person, _ in row.people if not person.is_new])
    return [_pair(row, contacts) for row in shown]


def _pair(row: RowPlan, contacts: dict[UUID, Contact]) -> Pair:
    assert row.said is not None
    draft = row.said.draft
    said = Side("", draft.name, draft.organisation or "", draft.email or "", draft.phone or "")
    people = [_side(person, why, contacts.get(person.id)) for person, why in row.people]
    return Pair(row.said.number, row.file, said, people, row.is_asked, row.choice)


def _side(person: Person, why: str, contact: Contact | None) -> Side:
    known = person.known
    emails, phones = list(known.emails), list(known.phones)
    if contact is None:
        email, number = next(iter(emails), ""), next(iter(phones), "")
        return Side("", known.name or email, known.organisation or "", email, number, why, person.row)
    firm = contact.organisation.name if contact.organisation else ""
    return Side(str(contact.id), contact.name, firm, contact.email or "", contact.phone or "", why)


def _contacts(session: Session, who: User, ids: Sequence[UUID]) -> dict[UUID, Contact]:
    with session.no_autoflush:
        query = (
            select(Contact)
            .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
            .where(Contact.user_id == who.id, col(Contact.id).in_(ids))
        )
        return {one.id: one for one in session.exec(query)} if ids else {}
