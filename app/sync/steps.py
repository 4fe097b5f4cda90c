"""Organization, person, activity: what each of our rows becomes in Pipedrive, in this order.

Every number is kept in its own short transaction the moment Pipedrive gives it
to us, so a push that breaks halfway goes on at the step that broke.
"""

from collections.abc import Callable
from hashlib import sha256
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from app import db
from app.models import Contact, EntityType, Organisation, PipedriveLink, PipedriveSync
from app.sync import digests, intents, matching, meetings, reconcile
from app.sync.bodies import PersonFields
from app.sync.endings import Again, Waiting
from app.sync.ensure import Candidate, Step, ensure
from app.sync.errors import Gone, NotAllowed
from app.sync.intents import Slot
from app.sync.pipedrive import merged
from app.sync.push import Line, Push, Record, read
from app.sync.records import Person

LOOKS = 4


def push(job: PipedriveSync, line: Line) -> None:
    """Make Pipedrive agree with the contact or meeting as it is now.

    Raises an ending of `app.sync.endings` or a trouble of `app.sync.errors`.
    """
    going = read(job, line)
    for _ in range(LOOKS):
        try:
            return _once(going)
        except Again:
            continue
    raise Waiting(line.pace.a_moment)


def _once(push: Push) -> None:
    firm = push.firm
    org_id = _number(organization(push, firm)) if firm else None
    person_id = _number(person(push, org_id))
    if push.meeting:
        parents = _parents(org_id, (EntityType.PERSON, person_id))
        meetings.activity(push, push.meeting, org_id, person_id, parents)


def organization(push: Push, firm: Organisation) -> PipedriveLink:
    slot = Slot(push.line.account, EntityType.ORGANIZATION, (firm.key,))
    pipedrive = push.line.pipedrive
    step = Step(
        slot=slot,
        name=firm.name,
        digest=digests.digest(digests.folded(firm.name)),
        match=lambda _: matching.organizations(pipedrive, firm.name),
        trace=lambda since, _: reconcile.organization(push, slot, since),
        create=lambda: pipedrive.add_organization(name=firm.name).id,
        store=_store_on(push.contact.id, "pipedrive_org_id"),
    )
    return ensure(push, step)


def person(push: Push, org_id: int | None) -> PipedriveLink:
    contact, pipedrive = push.contact, push.line.pipedrive
    slot = Slot(push.line.account, EntityType.PERSON, _keys(push.line.account, contact))
    digest = digests.person(contact.name, contact.emails, contact.phones, org_id)
    step = Step(
        slot=slot,
        name=contact.name,
        digest=digest,
        match=lambda known: [Candidate(one, contact.name) for one in known] or matching.persons(pipedrive, contact),
        trace=lambda since, sent: reconcile.person(push, slot, since, sent),
        create=lambda: (
            pipedrive.add_person(
                name=contact.name, org_id=org_id, emails=contact.emails or None, phones=contact.phones or None
            ).id
        ),
        store=_store_on(contact.id, "pipedrive_person_id"),
        parents=_parents(org_id),
    )
    link = ensure(push, step)
    if link.synced_hash != digest or push.doubts(link):
        _catch_up(push, slot, link, org_id, digest)
    return link


def _catch_up(push: Push, slot: Slot, link: PipedriveLink, org_id: int | None, digest: str) -> None:
    """Tell Pipedrive what it does not know yet about a person who is there already; raises Again when they are not."""
    number = _number(link)
    try:
        theirs = push.line.pipedrive.get_person(number)
        news = _news(push.contact, link, theirs, org_id, digest)
        if news and not theirs.is_deleted:
            _tell(push, link, news)
    except Gone:
        theirs = None
    if theirs is None or theirs.is_deleted:
        push.lose((EntityType.PERSON, number))
        raise Again
    with db.transaction() as session:
        intents.keep(session, slot, number, digest, created=link.created_by_us)


def _tell(push: Push, link: PipedriveLink, news: PersonFields) -> None:
    try:
        push.line.pipedrive.change_person(_number(link), **news)
    except NotAllowed:
        # a colleague's record that this key may read but not write is still the right one to meet
        if link.created_by_us:
            raise


def _news(contact: Contact, link: PipedriveLink, theirs: Person, org_id: int | None, digest: str) -> PersonFields:
    """What a colleague typed there stays: lists only grow, and only a record that we made follows our name and firm."""
    renamed, _, _, moved = (link.created_by_us and part for part in digests.changed(link.synced_hash, digest, 4))
    news: PersonFields = {}
    if renamed and contact.name != theirs.name:
        news["name"] = contact.name
    if org_id and org_id != theirs.org_id and (moved or theirs.org_id is None):
        news["org_id"] = org_id
    emails, phones = merged(theirs.email_details, contact.emails), merged(theirs.phone_details, contact.phones)
    if len(emails) > len(theirs.email_details):
        news["emails"] = emails
    if len(phones) > len(theirs.phone_details):
        news["phones"] = phones
    return news


def _keys(account: str, contact: Contact) -> tuple[str, ...]:
    """The contact itself, and each address, so that two colleagues with the same person make one record."""
    marks = [sha256(f"{account}:{digests.folded(email)}".encode()).hexdigest()[:40] for email in contact.emails]
    return (str(contact.id), *(f"mail:{mark}" for mark in dict.fromkeys(marks)))


def _parents(org_id: int | None, *more: Record) -> tuple[Record, ...]:
    return ((EntityType.ORGANIZATION, org_id), *more) if org_id is not None else more


def _store_on(contact_id: UUID, column: str) -> Callable[[Session, int], None]:
    def store(session: Session, number: int) -> None:
        other = col(getattr(Contact, column)).is_distinct_from(number)
        session.exec(update(Contact).where(col(Contact.id) == contact_id, other).values({column: number}))

    return store


def _number(link: PipedriveLink) -> int:
    assert link.remote_id is not None
    return link.remote_id
