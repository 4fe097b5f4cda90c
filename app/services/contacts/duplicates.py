"""Somebody who may be in the bank already, found by index while a name or an address is typed."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, true, union
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.errors import Invalid
from app.models import Contact, Organisation, User, fold, key_with_form, organisation_key
from app.models.people import person_names, profiles
from app.models.people.person_names import split_name
from app.services.base import firm_settings, phone_numbers
from app.services.contacts import identity
from app.services.contacts.identity import Facts, Verdict

MOST_TWINS = 5

# how those write who have no umlauts on their keyboard
SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"})
SHORTENED = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"))


@dataclass(frozen=True)
class Typed:
    """What somebody has typed so far, unchecked; every field may be empty."""

    name: str = ""
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    organisation: str | None = None
    profile: str | None = None


@dataclass(frozen=True)
class Duplicate:
    """Somebody in the bank who looks the same, and by what."""

    contact: Contact
    reason: str

    @property
    def candidate(self) -> dict[str, str]:
        contact = self.contact
        firm = contact.organisation.name if contact.organisation else ""
        known = {"id": str(contact.id), "name": contact.name, "organisation": firm, "email": contact.email or ""}
        return known | {"reason": self.reason}


def find_duplicates(session: Session, who: User, typed: Typed, *, but_not: UUID | None = None) -> list[Duplicate]:
    """Up to five of this person's bank who look like what is typed, the surest first; two empty values are never equal."""
    emails = {email.strip().lower() for email in typed.emails} - {""}
    numbers = _dialled(session, typed.phones)
    same: list[Any] = []
    if names := spellings(typed.name):
        same.append(and_(col(Contact.sort_name).in_(names), _same_firm(who, typed.organisation)))
    if emails:
        same.append(col(Contact.emails).bool_op("&&")(list(emails)))
    if numbers:
        same.append(col(Contact.phones).bool_op("&&")(list(numbers)))
    if profile := profiles.profile_key(typed.profile):
        same.append(col(Contact.profile_key) == profile)
    mine = Facts(typed.name.strip(), emails, numbers, (typed.organisation or "").strip() or None, profile)
    judged = [(identity.judge(mine, facts_of(one)), one) for one in _found(session, who, same, but_not)]
    alike = [(verdict, Duplicate(one, why)) for (verdict, why), one in judged if verdict is not Verdict.OTHER]
    return [twin for _, twin in sorted(alike, key=lambda said: said[0].value)[:MOST_TWINS]]


def facts_of(contact: Contact) -> Facts:
    """What tells this contact from others; its organisation has to be loaded."""
    firm = contact.organisation.name if contact.organisation else None
    return Facts(contact.name, contact.emails, contact.phones, firm, contact.profile_key)


def _found(session: Session, who: User, same: Sequence[Any], but_not: UUID | None) -> Sequence[Contact]:
    """Each way to be the same is a question of its own, so that each has its index in a bank of any size."""
    if not same:
        return []
    mine = select(Contact.id).where(Contact.user_id == who.id, col(Contact.deleted_at).is_(None))
    ids = set(session.scalars(union(*(mine.where(one).limit(50) for one in same)))) - {but_not}
    query = select(Contact).options(joinedload(Contact.organisation)).where(col(Contact.id).in_(ids))  # type: ignore[arg-type]
    return session.exec(query.order_by(col(Contact.id))).all()


def spellings(name: str) -> set[str]:
    """How the sorted name may be written: `Müller, Jörg` is also `jorg muller`, `joerg mueller`."""
    given, family = split_name(name.strip())
    known = person_names.sort_name(name.strip())
    if not known:
        return set()
    short = fold(f"{given} {family}".lower().translate(SPELLED_OUT))
    plain = {known}
    for long, letter in SHORTENED:
        plain |= {one.replace(long, letter) for one in plain}
    turned = {f"{family}, {given}", f"{family} {given}"} if family and given else set()
    return {short, fold(name), *plain, *map(fold, turned)}


def _dialled(session: Session, numbers: Sequence[str]) -> set[str]:
    """The numbers that can be dialled already, in E.164; half a number is nobody's yet."""
    country, found = firm_settings.country(session), set()
    for number in numbers:
        with suppress(Invalid):
            found.add(phone_numbers.e164(number, country))
    return found


def _same_firm(who: User, organisation: str | None) -> Any:
    """The same name counts as the same person where the firms agree or one of them is not known."""
    if not organisation or not organisation.strip():
        return true()
    keys = [organisation_key(organisation)[:200], key_with_form(organisation)[:200]]
    same = select(Organisation.id).where(Organisation.user_id == who.id, col(Organisation.key).in_(keys))
    return or_(col(Contact.organisation_id).is_(None), col(Contact.organisation_id).in_(same))
