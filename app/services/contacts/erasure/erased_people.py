"""Who was erased from a bank on request: known by salted hashes of their addresses, and kept from coming back by a file."""

import secrets
from collections.abc import Callable, Iterable
from hashlib import blake2b

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, select

from app.models import ErasedPerson, Setting, User

ERASED = "This person was erased at their own request. Add them again only when they agreed."
SALT = "tombstone_salt"


def remember_erased(session: Session, who: User, addresses: Iterable[str]) -> None:
    """Remember that whoever has one of these e-mail addresses or phone numbers was erased from this bank."""
    salt = _salt(session)
    rows = [ErasedPerson(user_id=who.id, mark=_mark(who, salt, one)).model_dump() for one in addresses]
    if rows:
        session.exec(insert(ErasedPerson).values(rows).on_conflict_do_nothing())


def find_erased(session: Session, who: User, addresses: Iterable[str]) -> set[str]:
    """Those of the addresses that belong to somebody erased."""
    return erased_finder(session, who)(addresses)


def erased_finder(session: Session, who: User) -> Callable[[Iterable[str]], set[str]]:
    """Ask many times, having read once who was erased from this bank."""
    marks = set(session.exec(select(ErasedPerson.mark).where(ErasedPerson.user_id == who.id)))
    if not marks:
        return lambda _: set()
    salt = _salt(session)
    return lambda addresses: {one for one in addresses if _mark(who, salt, one) in marks}


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
