"""A contact as Pipedrive's person: created once, and afterwards both sides hear what the other one changed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import ClassVar

from sqlmodel import Session

from app.models import Contact, EntityType, PipedriveLink, User
from app.services.contacts import identity
from app.sync.api import reference_marks
from app.sync.api.errors import Gone, NotAllowed, Rejected
from app.sync.api.fields import PersonFields
from app.sync.api.pipedrive import merged
from app.sync.api.records import Detail, Person
from app.sync.links import field_merge, fingerprints, link_store, own_addresses
from app.sync.links.agreed import Agreed, Snapshot
from app.sync.links.link_store import Number, Slot
from app.sync.links.remote_ids import number_of, on_contact
from app.sync.links.three_way_merge import Verdict
from app.sync.push import lost_answers, matching
from app.sync.push.candidates import described, of_person, short
from app.sync.push.push_context import Push
from app.sync.push.remote_record import Lost, Match, Merge, UpdatableRecord
from app.sync.queue.outcome_errors import UNSURE, Again, Closed

# what stands for something that we only know to be different now
UNKNOWN: Snapshot = {"name": "", "emails": [], "phones": [], "org": 0}
MOST_NEW = 2
TAKEN = (
    "{other} has the new address of {name} in Pipedrive. Choose that record if it is the same person; "
    "if not, choose “None of these”, and the address is added."
)


class PersonRecord(UpdatableRecord[Person]):
    """The contact that is pushed, as a person of the organization that `firm` links to.

    `make_firm` creates the organization where it is not there yet: only once it is
    certain that the person is to stand there.
    """

    fields: ClassVar = field_merge.PERSON

    def __init__(self, push: Push, firm: PipedriveLink | None, make_firm: Callable[[], object]) -> None:
        contact = push.contact
        self._push, self._contact, self._make_firm = push, contact, make_firm
        self._firm_link, org_id = firm, firm.remote_id if firm else None
        self._org_id = org_id
        self._mark = reference_marks.mark(contact.id)
        self._firm: str | None = None
        self._added: dict[str, list[str]] = {}
        self.slot = slot_of(push.line.account, contact)
        self.name = contact.name
        self.digest = fingerprints.person(contact.name, contact.emails, contact.phones, org_id)
        self.made_at = contact.created_at
        self.parents = ((EntityType.ORGANIZATION, org_id),) if org_id is not None else ()

    def match(self, aliases: Sequence[PipedriveLink], *, was_there: bool) -> Match:
        search = matching.PersonSearch(self._push, self.slot, self._firm_link, self._mark)
        return search.match(aliases, lost=was_there)

    def find_lost(self, since: datetime, sent: str) -> Lost | None:
        return lost_answers.person(self._push, self.slot, since, sent, self._mark)

    def create(self) -> tuple[int, Agreed]:
        contact, choices = self._contact, self._push.line.choices
        code = choices.mark_field(EntityType.PERSON)
        try:
            there = self._push.line.pipedrive.add_person(
                name=contact.name,
                org_id=self._org_id,
                owner_id=choices.owner_id,
                emails=contact.emails or None,
                phones=contact.phones or None,
                visible_to=choices.visible_to,
                label_ids=choices.label_ids,
                custom={code: self._mark} if code else None,
            )
        except Rejected as no:
            if choices.without_mark(EntityType.PERSON, no.sentence):
                raise Again from None
            raise
        return there.id, Agreed(self.ours(), self.theirs(there), visible_to=there.visible_to, written=there.updated_at)

    def store(self, session: Session, number: Number) -> bool:
        return on_contact(self._contact.id, "pipedrive_person_id")(session, number)

    def in_doubt(self, link: PipedriveLink) -> bool:
        return self._push.doubts(link)

    def get(self, number: int) -> Person:
        return self._push.line.pipedrive.get_person(number)

    def gone(self) -> Exception:
        return Again()

    def ours(self) -> Snapshot:
        firm = self._push.firm
        return field_merge.ours(self._contact, self._org_id or (firm.key if firm else None))

    def theirs(self, there: Person) -> Snapshot:
        return field_merge.theirs(there, self._push.line.choices.country)

    def first_base(self, link: PipedriveLink, ours: Snapshot, theirs: Snapshot) -> Agreed | None:
        """What we created and never read: a side that still says what was sent has not changed since."""
        if not link.created_by_us or link.synced_hash is None:
            return None
        stands = fingerprints.person(theirs["name"], theirs["emails"], theirs["phones"], theirs["org"])
        base = Agreed({}, {})
        for at, name in enumerate(self.fields):
            we, they = (
                fingerprints.changed(link.synced_hash, side, len(self.fields))[at] for side in (self.digest, stands)
            )
            base.ours[name] = UNKNOWN[name] if we else ours[name]
            base.theirs[name] = UNKNOWN[name] if they else theirs[name]
        return base

    def decide(self, link: PipedriveLink, base: Agreed | None, ours: Snapshot, there: Person) -> dict[str, Verdict]:
        del link
        return field_merge.decide(base, ours, self.theirs(there))

    def news(self, link: PipedriveLink, merge: Merge, there: Person) -> PersonFields:
        """Of a list only what we wrote is taken away there, of a firm nothing. Raises Again where the firm had to be made first."""
        news: PersonFields = {}
        if "org" in merge.sends and isinstance(merge.ours["org"], str):
            self._make_firm()
            raise Again
        if "name" in merge.sends:
            news["name"] = self._contact.name
        if "org" in merge.sends and merge.ours["org"]:
            news["org_id"] = merge.ours["org"]
        if "emails" in merge.sends:
            self._ask_about_addresses(merge, there)
            kept = self._kept(link, merge, "emails", there.email_details)
            emails = merged(kept, self._contact.emails, _first(merge.base, "emails"))
            if emails != there.email_details:
                news["emails"] = emails
        if "phones" in merge.sends:
            read = partial(identity.plain_number, country=self._push.line.choices.country)
            kept = self._kept(link, merge, "phones", there.phone_details)
            phones = merged(kept, self._contact.phones, _first(merge.base, "phones"), read)
            if phones != there.phone_details:
                news["phones"] = phones
        self._added = {
            "emails": _new(news.get("emails"), there.email_details),
            "phones": _new(news.get("phones"), there.phone_details),
        }
        return news

    def _kept(self, link: PipedriveLink, merge: Merge, field: str, details: tuple[Detail, ...]) -> tuple[Detail, ...]:
        """Without the addresses that we wrote there and took away here, unless another contact is that person too."""
        gone = own_addresses.dropped(merge.base, field, merge.ours[field]) if merge.base else frozenset[str]()
        read = partial(identity.plain_number, country=self._push.line.choices.country) if field == "phones" else str
        if not gone or link_store.is_shared(self.slot, number_of(link)):
            return details
        return tuple(one for one in details if fingerprints.plain(field, read(one.value)) not in gone)

    def expected(self, merge: Merge, news: PersonFields) -> Snapshot:
        del merge
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

    def send(self, link: PipedriveLink, news: PersonFields, there: Person) -> Person:
        """Send what is new, and our mark where it is missing on a record that we created."""
        choices = self._push.line.choices
        code = choices.mark_field(EntityType.PERSON)
        if code and link.created_by_us and not there.custom.get(code):
            news["custom"] = {code: self._mark}
        try:
            return self._push.line.pipedrive.change_person(number_of(link), **news)
        except (Gone, NotAllowed):
            raise
        except Rejected as no:
            if choices.without_mark(EntityType.PERSON, no.sentence):
                raise Again from None
            raise

    def ask_more(self, merge: Merge, there: Person) -> None:
        """The name of the firm there, where it is another one than ours."""
        if merge.verdicts["org"] not in {Verdict.TAKE, Verdict.ASK} or there.org_id is None:
            return
        try:
            self._firm = self._push.line.pipedrive.get_organization(there.org_id).name
        except Gone:
            self._firm = there.org_name or None

    def settle(self, session: Session, owner: User, link: PipedriveLink, merge: Merge, after: Snapshot) -> None:
        contact, agreed = field_merge.apply_merge(
            session,
            link,
            self._contact,
            owner,
            before=merge.base,
            here=merge.ours,
            there=merge.theirs,
            firm=self._firm,
            heard=after,
        )
        agreed = own_addresses.note_added(agreed, self._added)
        org = agreed.ours.get("org", self._org_id)
        org_id = org if isinstance(org, int) else None
        digest = fingerprints.person(contact.name, contact.emails, contact.phones, org_id)
        link_store.save_link(session, self.slot, number_of(link), digest, created=link.created_by_us, agreed=agreed)
        self._push.contact = contact

    def _ask_about_addresses(self, merge: Merge, there: Person) -> None:
        """An address that is new there may be somebody else's already. Raises Closed with the question."""
        if merge.base is None or self._push.chose(EntityType.PERSON):
            return
        known = {fingerprints.folded(email) for email in (*there.emails, *merge.base.ours.get("emails", ()))}
        fresh = [email for email in self._contact.emails if fingerprints.folded(email) not in known]
        hits = [one for email in fresh[:MOST_NEW] for one in self._push.line.pipedrive.find_persons(email, "email")]
        others = [one for one in hits if one.id != there.id and not one.is_deleted]
        if others:
            shown = [of_person(one) for one in others]
            sentence = TAKEN.format(name=self._contact.name, other=short(shown[0].name))
            account = self._push.line.account
            raise Closed(UNSURE, sentence, described(shown, EntityType.PERSON, account, linked_to=there.id))


def slot_of(account: str, contact: Contact) -> Slot:
    """The contact itself, and each address, so that two colleagues with the same person make one record."""
    hashed = [sha256(f"{account}:{fingerprints.folded(email)}".encode()).hexdigest()[:40] for email in contact.emails]
    keys = (str(contact.id), *(f"mail:{one}" for one in dict.fromkeys(hashed)))
    return Slot(account, EntityType.PERSON, keys)


def _first(base: Agreed | None, field: str) -> str | None:
    """The address that led our list when both sides last agreed."""
    return next(iter(base.ours[field]), None) if base else None


def _new(sent: Sequence[str | Detail] | None, before: Sequence[Detail]) -> list[str]:
    known = {one.value for one in before}
    return [value for value in _values(sent) if value not in known]


def _values(details: Sequence[str | Detail] | None) -> list[str]:
    return [one if isinstance(one, str) else one.value for one in details or ()]
