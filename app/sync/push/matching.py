"""Who in Pipedrive is already the one we mean: never a guess, at most a question to its owner.

Looked for where it costs least: a lost record by our own mark, then by any
e-mail address, by a phone number where there is no address, and at last among
the people of a firm that was there before us.
"""

from collections.abc import Sequence
from typing import Literal

from app import db
from app.models import Contact, EntityType, Organisation, fold, organisation_key
from app.sync.api.records import Person
from app.sync.links import fingerprints, link_store
from app.sync.links.link_store import Slot
from app.sync.push.candidates import Candidate, of_organization, of_person
from app.sync.push.lost_answers import share_an_address
from app.sync.push.push_context import Push


def organizations(push: Push, firm: Organisation, mark: str, *, lost: bool) -> list[Candidate]:
    pipedrive, code = push.line.pipedrive, push.line.choices.mark_field(EntityType.ORGANIZATION)
    marked = pipedrive.find_organizations(mark, "custom_fields") if lost and code else []
    if alive := [one for one in marked if not one.is_deleted]:
        return [of_organization(one) for one in alive]
    core, key = _core(firm.name), organisation_key(firm.name)
    hits, all_of_them = pipedrive.organizations_named(core) if len(core) > 1 else ([], False)
    alike = [hit for hit in hits if organisation_key(hit.name) == key and not hit.is_deleted]
    if not alike and not all_of_them:
        alike = [hit for hit in pipedrive.find_organizations(firm.name) if not hit.is_deleted]
    return [of_organization(hit) for hit in alike]


def _core(name: str) -> str:
    """The name without its legal form, as it was typed: `Acme Ltd.` is looked for as `Acme`."""
    words = name.split()
    while len(words) > 1 and organisation_key(" ".join(words)) == organisation_key(" ".join(words[:-1])):
        words.pop()
    return " ".join(words)


def persons(
    push: Push, slot: Slot, org_id: int | None, aliases: frozenset[int], mark: str, *, lost: bool
) -> list[Candidate]:
    contact = push.contact
    if aliases:
        return [Candidate(one, contact.name) for one in aliases]
    code = push.line.choices.mark_field(EntityType.PERSON)
    marked = push.line.pipedrive.find_persons(mark, "custom_fields") if lost and code else []
    found = [one for one in marked if not one.is_deleted] or _by_address(push, contact)
    firm = push.firm.name if push.firm else ""
    if not found and org_id is not None and (EntityType.ORGANIZATION, org_id) not in push.created:
        found = [one for one in _colleagues(push, org_id) if _is_meant(push, slot, one)]
    return [of_person(one, firm if one.org_id == org_id else "") for one in found]


def _by_address(push: Push, contact: Contact) -> list[Person]:
    """By any e-mail address; else by a phone number, where the names agree too: a switchboard has many people."""
    if contact.emails:
        hits = [one for one in _hits(push, contact.emails, "email") if share_an_address(contact, one)]
    else:
        hits = [one for one in _hits(push, contact.phones, "phone") if _may_be_called(one.name, contact.name)]
    return [one for one in hits if not one.is_deleted]


def _hits(push: Push, terms: Sequence[str], field: Literal["email", "phone"]) -> list[Person]:
    return [person for term in terms for person in push.line.pipedrive.find_persons(term, field)]


def _colleagues(push: Push, org_id: int) -> list[Person]:
    """Who works at that firm; of a very large one, only who has the name."""
    people, all_of_them = push.line.pipedrive.persons_of(org_id)
    if not all_of_them:
        people = [one for one in push.line.pipedrive.find_persons(push.contact.name, "name") if one.org_id == org_id]
    return [one for one in people if not one.is_deleted]


def _is_meant(push: Push, slot: Slot, one: Person) -> bool:
    """The same name, or a number we know under a name that fits, unless that record is another contact's of ours."""
    contact = push.contact
    by_number = set(fingerprints.numbers(contact.phones)) & set(fingerprints.numbers(one.phones))
    if fold(one.name) != fold(contact.name) and not (by_number and _may_be_called(one.name, contact.name)):
        return False
    differ = bool(contact.emails and one.emails)
    looks = fingerprints.person(one.name, one.emails, one.phones, one.org_id)
    with db.reading() as session:
        return not link_store.claimed(session, slot, one.id, looks, None if differ else contact.user_id)


def _may_be_called(theirs: str, ours: str) -> bool:
    """`J. Roe` and `Roe, Jane` may be Jane Roe; John Roe at the same number is somebody else."""
    shorter, longer = sorted((_words(theirs), _words(ours)), key=len)
    return bool(shorter & longer) and all(any(_same(word, other) for other in longer) for word in shorter)


def _words(name: str) -> set[str]:
    return set(fold(name).replace(",", " ").replace(".", " ").split())


def _same(word: str, other: str) -> bool:
    return word == other or (min(len(word), len(other)) == 1 and word[0] == other[0])
