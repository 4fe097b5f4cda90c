"""Who was erased from a bank on request: known by salted hashes of their addresses, and kept from coming back by a file."""

import secrets
from collections.abc import Collection, Iterable
from hashlib import blake2b
from itertools import product

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, select

from app.models import Contact, ErasedPerson, Setting, User
from app.services.contacts import identity

ERASED = "This person was erased at their own request. Add them again only when they agreed."
SALT = "tombstone_salt"
MOST_WORDS = 3


HINT = "Somebody with this number or address was erased at their own request; make sure that this is somebody else."


def remember_erased(session: Session, who: User, contact: Contact) -> None:
    """Remember that whoever has one of this contact's own e-mail addresses was erased from this bank, and whoever has this
    name and one of the numbers or shared addresses."""
    salt = _salt(session)
    own, shared = _parted(contact.emails)
    numbers = [*contact.phones, *(one["number"] for one in contact.phone_details)]
    said = [
        *own,
        *shared,
        *numbers,
        *(f"{name}\n{one}" for one in (*shared, *numbers) for name in _spellings(contact.name)),
    ]
    rows = [ErasedPerson(user_id=who.id, mark=_mark(who, salt, one)).model_dump() for one in dict.fromkeys(said)]
    if rows:
        session.exec(insert(ErasedPerson).values(rows).on_conflict_do_nothing())


class Erased:
    """Who was erased from one bank, read once and asked many times."""

    def __init__(self, who: User, marks: Collection[str], salt: str) -> None:
        self._who, self._marks, self._salt = who, marks, salt

    def stops(self, name: str, emails: Iterable[str], phones: Iterable[str]) -> bool:
        """Whether this is somebody who was erased: by an address of their own, else by the name and what they share."""
        if not self._marks:
            return False
        own, shared = _parted(emails)
        return self._knows(own) or self._knows(_named(name, one) for one in (*shared, *phones))

    def hints(self, emails: Iterable[str], phones: Iterable[str]) -> bool:
        """Whether somebody who was erased had one of the numbers or shared addresses, whatever the name."""
        return bool(self._marks) and self._knows((*_parted(emails)[1], *phones))

    def _knows(self, addresses: Iterable[str]) -> bool:
        return any(_mark(self._who, self._salt, one) in self._marks for one in addresses)


def find_erased(session: Session, who: User) -> Erased:
    """Those who were erased from this bank."""
    marks = set(session.exec(select(ErasedPerson.mark).where(ErasedPerson.user_id == who.id)))
    return Erased(who, marks, _salt(session) if marks else "")


def _parted(emails: Iterable[str]) -> tuple[list[str], list[str]]:
    """People's own addresses, and those that several read."""
    own: list[str] = []
    shared: list[str] = []
    for email in emails:
        (shared if identity.is_role_address(email) else own).append(email)
    return own, shared


def _named(name: str, address: str) -> str:
    return f"{identity.name_key(name)}\n{address}"


def _spellings(name: str) -> set[str]:
    """The name, and what is short for it: each of its first words whole, as its first letter, or left out."""
    words = sorted(identity.name_words(name))[:MOST_WORDS]
    spelled = product(*((word, word[0], "") for word in words))
    return {" ".join(sorted(filter(None, one))) for one in spelled} - {""} | {identity.name_key(name)}


def _mark(who: User, salt: str, address: str) -> str:
    """Nobody can tell from a mark whether another bank has the same person."""
    return blake2b(f"{who.id}:{address}".encode(), key=salt.encode(), digest_size=32).hexdigest()


def _salt(session: Session) -> str:
    """Made with the first mark; a mark is worth nothing without it."""
    kept = select(Setting.value).where(Setting.key == SALT)
    salt = session.exec(kept).one_or_none()
    if salt is None:
        fresh = Setting(key=SALT, value=secrets.token_hex(32))
        session.exec(insert(Setting).values(**fresh.model_dump()).on_conflict_do_nothing(index_elements=["key"]))
        salt = session.exec(kept).one()
    return str(salt)
