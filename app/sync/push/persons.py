"""A contact as Pipedrive's person: created once, and afterwards both sides hear what the other one changed."""

from collections.abc import Sequence
from hashlib import sha256

from app import db
from app.errors import Stale
from app.models import Contact, EntityType, PipedriveLink, PushEffect, User
from app.sync.api import reference_marks
from app.sync.api.errors import Gone, NotAllowed, Rejected
from app.sync.api.fields import PersonFields
from app.sync.api.pipedrive import merged
from app.sync.api.records import Detail, Person
from app.sync.links import field_merge, fingerprints, link_store
from app.sync.links.link_store import Slot
from app.sync.links.remote_ids import number_of, on_contact
from app.sync.links.three_way_merge import Agreed, Snapshot, Verdict, decisions
from app.sync.push import lost_answers, matching, told_values
from app.sync.push.find_or_create import Step, ensure
from app.sync.push.push_context import Push
from app.sync.queue.outcome_errors import Again

# what stands for something that we only know to be different now
UNKNOWN: Snapshot = {"name": "", "emails": [], "phones": [], "org": 0}


def person(push: Push, org_id: int | None) -> PipedriveLink:
    contact = push.contact
    slot = slot_of(push.line.account, contact)
    mark = reference_marks.mark(contact.id)
    digest = fingerprints.person(contact.name, contact.emails, contact.phones, org_id)
    step = Step(
        slot=slot,
        name=contact.name,
        digest=digest,
        match=lambda known, lost: matching.persons(push, slot, org_id, known, mark, lost=lost),
        trace=lambda since, sent: lost_answers.person(push, slot, since, sent, mark),
        create=lambda: _added(push, org_id, mark),
        store=on_contact(contact.id, "pipedrive_person_id"),
        parents=((EntityType.ORGANIZATION, org_id),) if org_id is not None else (),
    )
    link = ensure(push, step)
    if link.synced_hash != digest or push.doubts(link):
        _catch_up(push, slot, link, org_id, mark)
    return link


def slot_of(account: str, contact: Contact) -> Slot:
    """The contact itself, and each address, so that two colleagues with the same person make one record."""
    hashed = [sha256(f"{account}:{fingerprints.folded(email)}".encode()).hexdigest()[:40] for email in contact.emails]
    keys = (str(contact.id), *(f"mail:{one}" for one in dict.fromkeys(hashed)))
    return Slot(account, EntityType.PERSON, keys)


def _added(push: Push, org_id: int | None, mark: str) -> tuple[int, Agreed]:
    contact, choices = push.contact, push.line.choices
    code = choices.mark_field(EntityType.PERSON)
    try:
        there = push.line.pipedrive.add_person(
            name=contact.name,
            org_id=org_id,
            owner_id=choices.owner_id,
            emails=contact.emails or None,
            phones=contact.phones or None,
            visible_to=choices.visible_to,
            label_ids=choices.label_ids,
            custom={code: mark} if code else None,
        )
    except Rejected as no:
        if choices.without_mark(EntityType.PERSON, no.sentence):
            raise Again from None
        raise
    return there.id, Agreed(field_merge.ours(contact, org_id), field_merge.theirs(there))


def _catch_up(push: Push, slot: Slot, link: PipedriveLink, org_id: int | None, mark: str) -> None:
    """Meet a person who is there already; raises Again when they are not."""
    there = _seen(push, link)
    here, stood = field_merge.ours(push.contact, org_id), field_merge.theirs(there)
    before = _before(link, here, stood, there)
    verdicts = decisions(field_merge.PERSON, before, here, stood)
    news = _news(push.contact, verdicts, before, here, there)
    with told_values.told(push.line, slot, before, told_values.Telling(here, stood, _expected(news))):
        heard = _told(push, link, news, mark, there) if news else there
    firm = _firm(push, there) if verdicts["org"] in {Verdict.TAKE, Verdict.ASK} else None
    with db.transaction() as session:
        owner = session.get_one(User, push.contact.user_id)
        try:
            contact, agreed = field_merge.meet(
                session, link, push.contact, owner,
                before=before, here=here, there=stood, firm=firm, heard=field_merge.theirs(heard),
            )  # fmt: skip
        except Stale:
            raise Again from None
        org = agreed.ours["org"]
        digest = fingerprints.person(
            contact.name, contact.emails, contact.phones, org if isinstance(org, int) else None
        )
        link_store.keep(session, slot, number_of(link), digest, created=link.created_by_us, agreed=agreed)
        if heard is not there:
            push.receipt(session, EntityType.PERSON, number_of(link), PushEffect.UPDATED)
    push.contact = contact


def _seen(push: Push, link: PipedriveLink) -> Person:
    number = number_of(link)
    try:
        there = push.line.pipedrive.get_person(number)
    except Gone:
        there = None
    if there is None or there.is_deleted:
        push.lose((EntityType.PERSON, number))
        raise Again
    return there


def _told(push: Push, link: PipedriveLink, news: PersonFields, mark: str, there: Person) -> Person:
    """Say what is new, and leave our mark where it is missing; returns the person as they are there now."""
    code = push.line.choices.mark_field(EntityType.PERSON)
    if code and there.custom.get(code) != mark:
        news["custom"] = {code: mark}
    try:
        return push.line.pipedrive.change_person(number_of(link), **news)
    except Gone:
        push.lose((EntityType.PERSON, number_of(link)))
        raise Again from None
    except NotAllowed:
        # a colleague's record that this key may read but not write is still the right one to meet
        if link.created_by_us:
            raise
        return there
    except Rejected as no:
        if push.line.choices.without_mark(EntityType.PERSON, no.sentence):
            raise Again from None
        raise


def _before(link: PipedriveLink, here: Snapshot, stood: Snapshot, there: Person) -> Agreed | None:
    """What was agreed; of a record that we made before such things were kept, its fingerprint tells what changed."""
    if before := Agreed.read(link.agreed):
        return before.as_of(there.updated_at)
    if not link.created_by_us:
        return None
    digest = fingerprints.person(here["name"], here["emails"], here["phones"], here["org"])
    changed = dict(zip(field_merge.PERSON, fingerprints.changed(link.synced_hash, digest, 4), strict=True))
    return Agreed({field: UNKNOWN[field] if changed[field] else here[field] for field in here}, stood)


def _news(
    contact: Contact, verdicts: dict[str, Verdict], before: Agreed | None, here: Snapshot, there: Person
) -> PersonFields:
    """What Pipedrive has to hear; lists only grow there, and a firm can be changed but not taken away."""
    news: PersonFields = {}
    if verdicts["name"].sends:
        news["name"] = contact.name
    if verdicts["org"].sends and here["org"]:
        news["org_id"] = here["org"]
    if verdicts["emails"].sends:
        led = before.ours["emails"][:1] if before else []
        emails = merged(there.email_details, contact.emails, led[0] if led else None)
        if emails != there.email_details:
            news["emails"] = emails
    if verdicts["phones"].sends:
        led = before.ours["phones"][:1] if before else []
        phones = merged(there.phone_details, contact.phones, led[0] if led else None)
        if phones != there.phone_details:
            news["phones"] = phones
    return news


def _expected(news: PersonFields) -> Snapshot:
    """What stands there, field by field, once this is heard."""
    known: Snapshot = {}
    if "name" in news:
        known["name"] = news["name"]
    if "org_id" in news:
        known["org"] = news["org_id"]
    if "emails" in news:
        known["emails"] = _values(news["emails"])
    if "phones" in news:
        known["phones"] = _values(news["phones"])
    return known


def _values(details: Sequence[str | Detail] | None) -> list[str]:
    return [one if isinstance(one, str) else one.value for one in details or ()]


def _firm(push: Push, there: Person) -> str | None:
    if there.org_id is None:
        return None
    try:
        return push.line.pipedrive.get_organization(there.org_id).name
    except Gone:
        return there.org_name or None
