"""Who may be twice in a bank: pairs that share an address, a profile or a name, but for those that somebody said are two people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, delete, select

from app.errors import Invalid
from app.models import Contact, DistinctContacts, User
from app.services.contacts import contact_bank, duplicates, identity
from app.services.contacts.identity import Verdict
from app.signals import Topic, announce

MOST_PAIRS = 200
# what more people than these have in common belongs to a firm
MOST_ALIKE, MOST_GROUPS = 8, 1_000
TWICE = "Choose two different contacts."

# each way to be alike reads the bank by itself: kept for all four, it would be written to disk first
GROUPS = text("""
select ids from (
    (select array_agg(id) as ids from contacts, unnest(emails) address where user_id = :who and deleted_at is null
     group by address having count(*) between 2 and :most limit :groups)
    union all
    (select array_agg(id) from contacts, unnest(phones) number where user_id = :who and deleted_at is null
     group by number having count(*) between 2 and :most limit :groups)
    union all
    (select array_agg(id) from contacts where user_id = :who and deleted_at is null and profile_key is not null
     group by profile_key having count(*) between 2 and :most limit :groups)
    union all
    (select array_agg(id) from contacts where user_id = :who and deleted_at is null and sort_name <> ''
     group by sort_name having count(*) between 2 and :most limit :groups)
) alike limit :groups
""")


@dataclass(frozen=True)
class LikelyPair:
    """Two contacts, and what speaks for their being one; `is_sure` where the rule of an import would join them."""

    one: Contact
    other: Contact
    reason: str
    is_sure: bool


def find_pairs(session: Session, who: User) -> list[LikelyPair]:
    """Up to 200 pairs, the surest first."""
    asked = {"who": who.id, "most": MOST_ALIKE, "groups": MOST_GROUPS}
    wanted = {pair for ids in session.execute(GROUPS, asked).scalars() for pair in _pairs(ids)}
    apart = select(DistinctContacts.one_id, DistinctContacts.other_id).where(DistinctContacts.user_id == who.id)
    wanted -= set(session.exec(apart).all())
    contacts = _contacts(session, who, {one for pair in wanted for one in pair})
    judged = [_judged(contacts[one], contacts[other]) for one, other in wanted if one in contacts and other in contacts]
    found = sorted((said for said in judged if said), key=lambda said: (said[0], said[1].one.sort_name, said[1].one.id))
    return [pair for _, pair in found[:MOST_PAIRS]]


def say_distinct(session: Session, who: User, one_id: UUID, other_id: UUID) -> None:
    """These two are two people: they are not listed any more. Raises NotFound for somebody else's, Invalid for one and the same."""
    first, second = _order(session, who, one_id, other_id)
    row = DistinctContacts(user_id=who.id, one_id=first, other_id=second)
    session.exec(insert(DistinctContacts).values(**row.model_dump()).on_conflict_do_nothing())
    announce(session, Topic.CONTACT, first, who.id)


def forget_distinct(session: Session, who: User, one_id: UUID, other_id: UUID) -> None:
    """They may be one again."""
    first, second = _order(session, who, one_id, other_id)
    mine = col(DistinctContacts.user_id) == who.id
    session.exec(
        delete(DistinctContacts).where(
            mine, col(DistinctContacts.one_id) == first, col(DistinctContacts.other_id) == second
        )
    )
    announce(session, Topic.CONTACT, first, who.id)


def _order(session: Session, who: User, one_id: UUID, other_id: UUID) -> tuple[UUID, UUID]:
    if one_id == other_id:
        raise Invalid(TWICE, {"other_id": TWICE})
    for contact_id in (one_id, other_id):
        contact_bank.owned(session, who, contact_id)
    return (one_id, other_id) if one_id < other_id else (other_id, one_id)


def _pairs(ids: Iterable[UUID]) -> Iterable[tuple[UUID, UUID]]:
    return combinations(sorted(ids), 2)


def _contacts(session: Session, who: User, ids: set[UUID]) -> dict[UUID, Contact]:
    query = (
        select(Contact)
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .where(Contact.user_id == who.id, col(Contact.id).in_(ids))
    )
    return {one.id: one for one in session.exec(query)} if ids else {}


def _judged(one: Contact, other: Contact) -> tuple[int, LikelyPair] | None:
    verdict, reason = identity.judge(duplicates.facts_of(one), duplicates.facts_of(other))
    if verdict is Verdict.OTHER or (verdict is Verdict.HINT and not identity.same_name(one.name, other.name)):
        return None
    return verdict.value, LikelyPair(one, other, reason, verdict is Verdict.SAME)


def of_restored(session: Session, who: User, contacts: Sequence[Contact]) -> list[LikelyPair]:
    """Whom those that come back from the trash are beside now."""
    found: list[LikelyPair] = []
    for contact in contacts:
        firm = contact.organisation.name if contact.organisation else None
        typed = duplicates.Typed(contact.name, contact.emails, contact.phones, firm, contact.linkedin_url)
        twins = duplicates.find_duplicates(session, who, typed, but_not=contact.id)
        found += [LikelyPair(twin.contact, contact, twin.reason, is_sure=False) for twin in twins[:1]]
    return found
