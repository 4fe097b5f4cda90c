"""Who in Pipedrive is already the one we mean: never a guess, at most a question to its owner."""

from collections.abc import Sequence
from typing import Literal

from app.models import Contact, fold, organisation_key
from app.sync.ensure import Candidate
from app.sync.pipedrive import Pipedrive
from app.sync.reconcile import share_an_address
from app.sync.records import Person


def organizations(pipedrive: Pipedrive, name: str) -> list[Candidate]:
    key = organisation_key(name)
    hits = pipedrive.find_organizations(name)
    return [Candidate(hit.id, hit.name) for hit in hits if organisation_key(hit.name) == key and not hit.is_deleted]


def persons(pipedrive: Pipedrive, contact: Contact) -> list[Candidate]:
    """By any e-mail address; else by a phone number, where the names agree too: a switchboard has many people."""
    found = _hits(pipedrive, contact.emails, "email")
    mine = [person for person in found if share_an_address(contact, person)]
    if not mine:
        mine = [one for one in _hits(pipedrive, contact.phones, "phone") if _may_be_called(one.name, contact.name)]
    return [Candidate(person.id, person.name) for person in mine if not person.is_deleted]


def _hits(pipedrive: Pipedrive, terms: Sequence[str], field: Literal["email", "phone"]) -> list[Person]:
    return [person for term in terms for person in pipedrive.find_persons(term, field)]


def _may_be_called(theirs: str, ours: str) -> bool:
    """`J. Roe` and `Roe, Jane` may be Jane Roe; John Roe at the same number is somebody else."""
    shorter, longer = sorted((_words(theirs), _words(ours)), key=len)
    return bool(shorter & longer) and all(any(_same(word, other) for other in longer) for word in shorter)


def _words(name: str) -> set[str]:
    return set(fold(name).replace(",", " ").replace(".", " ").split())


def _same(word: str, other: str) -> bool:
    return word == other or (min(len(word), len(other)) == 1 and word[0] == other[0])
