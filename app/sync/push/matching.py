"""Who in Pipedrive is already the one we mean: sure where more than a shared address says so, else a question to its owner.

Looked for where it costs least, with at most three searches: a lost record by our
own mark, then by e-mail address, and where that misses by number under a name
that fits; people of a firm that was there before us also by their name.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import islice
from time import monotonic
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import cast, col, update

from app import db
from app.models import (
    Contact,
    EntityType,
    Organisation,
    PipedriveLink,
    SyncAccount,
    are_two_companies,
    now,
    organisation_key,
)
from app.services.contacts import firm_names, identity
from app.services.pipedrive.manual_push import MOST_SEARCHES
from app.services.pipedrive.record_choice import IS_ANOTHER_CONTACT
from app.sync.api.errors import Gone, NotAllowed
from app.sync.api.records import Organization, Person
from app.sync.links import fingerprints, link_store
from app.sync.links.link_store import Slot
from app.sync.links.remote_ids import number_of
from app.sync.push.candidates import Candidate, named, of_organization, of_person
from app.sync.push.push_context import Push
from app.sync.push.remote_record import Match

# for so many seconds we remember who works at a firm
PEOPLE_KEPT = 600
# of those written last, how many are looked through for somebody whom the search may not know yet
MOST_WRITTEN = 200
LOOKALIKE = "Pipedrive has {found}. Is that {name}? Choose the record if it is, or create a new one."
OTHER_NAME = "Pipedrive has somebody else's name under the address of {name}: {found}. Choose the record if it is the same person, or create a new one."
OTHER_ADDRESS = "Pipedrive has {found} at the same firm with another address. Choose the record if it is the same person, or create a new one."
ONLY_A_NAME = "Pipedrive has {found}, and little but the name says whether it is the same person. Choose the record, or create a new one."
UNSEEN = (
    "A colleague's contact with the same address as {name} is in Pipedrive, but your key does not see it. "
    "Ask a colleague to share it with you there and try again, or create a new one."
)


def organizations(push: Push, firm: Organisation, mark: str, *, lost: bool) -> Match:
    """The same name is the same firm where one has no legal form; another form, or another spelling, is asked about."""
    pipedrive, code = push.line.pipedrive, push.line.choices.mark_field(EntityType.ORGANIZATION)
    marked = pipedrive.find_organizations(mark, "custom_fields") if lost and code else []
    if alive := [one for one in marked if not one.is_deleted and not are_two_companies(one.name, firm.name)]:
        return Match([of_organization(one) for one in alive])
    found = [one for one in _organizations_like(push, firm.name) if not one.is_deleted]
    sure = [of_organization(one) for one in found if _is_firm(one.name, firm.name)]
    like = firm_names.lookalike(firm.name)
    alike = [of_organization(one) for one in found if firm_names.lookalike(one.name) == like]
    return Match(sure, alike, LOOKALIKE.format(found=named(alike), name=firm.name))


def _is_firm(there: str, here: str) -> bool:
    return organisation_key(there) == organisation_key(here) and not are_two_companies(there, here)


def _organizations_like(push: Push, name: str) -> list[Organization]:
    """All of a small company, else what a search for the name finds, in its other spelling too."""
    pipedrive = push.line.pipedrive
    if not push.line.choices.many_organizations:
        rows, all_of_them = pipedrive.organizations_listed()
        if all_of_them:
            return rows
        with db.transaction() as session:
            more: Any = col(SyncAccount.known).op("||")(cast({"many_organizations": True}, JSONB))
            session.exec(update(SyncAccount).where(col(SyncAccount.account) == push.line.account).values(known=more))
    core = _core(name)
    hits, all_of_them = pipedrive.organizations_named(core) if len(core) > 1 else ([], False)
    if not all_of_them and not any(organisation_key(hit.name) == organisation_key(name) for hit in hits):
        hits = [*hits, *pipedrive.find_organizations(name)]
    other = firm_names.other_spelling(core)
    if other and not any(firm_names.lookalike(hit.name) == firm_names.lookalike(name) for hit in hits):
        hits = [*hits, *pipedrive.organizations_named(other)[0]]
    return hits


def _core(name: str) -> str:
    """The name without its legal form, as it was typed: `Acme Ltd.` is looked for as `Acme`."""
    words = name.split()
    while len(words) > 1 and organisation_key(" ".join(words)) == organisation_key(" ".join(words[:-1])):
        words.pop()
    return " ".join(words)


class PersonSearch:
    """Looks for one contact among the people of Pipedrive; `firm` is the link of its organization, where there is one."""

    def __init__(self, push: Push, slot: Slot, firm: PipedriveLink | None, mark: str) -> None:
        self._push, self._slot, self._firm, self._mark = push, slot, firm, mark
        self._contact = push.contact
        self._country = push.line.choices.country
        self._others: list[Person] = []
        self._met_deleted = False

    def match(self, aliases: Sequence[PipedriveLink], *, lost: bool) -> Match:
        """Who it is: `aliases` are links that the contact's own addresses have; a `lost` one may carry our mark."""
        code = self._push.line.choices.mark_field(EntityType.PERSON)
        marked = self._push.line.pipedrive.find_persons(self._mark, "custom_fields") if lost and code else []
        if alive := [one for one in marked if not one.is_deleted]:
            return Match(self._as_candidates(alive))
        self._met_deleted = lost
        for look in (partial(self._by_alias, aliases), self._by_email, self._at_the_firm, self._by_name):
            found = look()
            if found.sure or found.unsure:
                return self._not_another_contact(found)
        return Match()

    def _by_alias(self, aliases: Sequence[PipedriveLink]) -> Match:
        """Whom the addresses lead to already; somebody whose name does not fit is looked for like everybody else."""
        sure: list[Person] = []
        unseen: list[Candidate] = []
        self._others = []
        for number in list(dict.fromkeys(number_of(link) for link in aliases))[:MOST_SEARCHES]:
            try:
                there = self._push.line.pipedrive.get_person(number)
            except (Gone, NotAllowed):
                unseen.append(Candidate(number, self._contact.name))
                continue
            if there.is_deleted:
                self._met_deleted = True
            else:
                (sure if self._fits(there) else self._others).append(there)
        return Match(self._as_candidates(sure), unseen, UNSEEN.format(name=self._contact.name))

    def _by_email(self) -> Match:
        emails = self._contact.emails[: MOST_SEARCHES - (1 if self._contact.phones else 0)]
        hits = [one for email in emails for one in self._push.line.pipedrive.find_persons(email, "email")]
        alive = [one for one in hits if not one.is_deleted]
        late = self._just_written() if self._met_deleted and emails and not alive else []
        # whom an address leads to is known, also while the search does not know them yet
        found = [*self._others, *alive, *late]
        known = [one for one in found if shares_an_address(self._contact, one)]
        fit = [one for one in known if self._fits(one)]
        return self._asked(fit, known, OTHER_NAME)

    def _just_written(self) -> list[Person]:
        """Whom somebody may have merged a deleted one into, before the search knows of it."""
        since = now() - timedelta(seconds=self._push.line.pace.search_lag) - self._push.line.pace.slack
        return list(islice(self._push.line.pipedrive.persons_since(since), MOST_WRITTEN))

    def _at_the_firm(self) -> Match:
        """The same name, or a number that we know under a name that fits; not where we made the firm ourselves."""
        if self._firm is None or self._firm.created_by_us:
            return Match()
        people = [one for one in self._people_of(number_of(self._firm)) if not one.is_deleted]
        called = [one for one in people if identity.same_name(one.name, self._contact.name) or self._has_number(one)]
        free = [one for one in called if not self._claimed(one)]
        differ = [one for one in free if self._contact.emails and one.emails and not self._has_number(one)]
        return self._asked([one for one in free if one not in differ], differ, OTHER_ADDRESS)

    def _by_name(self) -> Match:
        """By number, however it is spelled there; of a contact with nothing but a name everybody of that name."""
        contact = self._contact
        bare = not contact.emails and not contact.phones and contact.organisation is None
        if not contact.phones and not bare:
            return Match()
        hits = self._push.line.pipedrive.people_named(identity.surname(contact.name))
        alive = [one for one in hits if not one.is_deleted]
        fit = [one for one in alive if self._has_number(one)]
        named = [one for one in alive if identity.same_name(one.name, contact.name)]
        nameless = [one for one in named if not one.emails and not one.phones and one.org_id is None]
        alike = [one for one in named if self._has_alike_number(one)]
        return self._asked(fit, named if bare else [*nameless, *alike], ONLY_A_NAME)

    def _asked(self, sure: Sequence[Person], unsure: Sequence[Person], why: str) -> Match:
        shown = self._as_candidates(unsure)
        return Match(self._as_candidates(sure), shown, why.format(name=self._contact.name, found=named(shown)))

    def _not_another_contact(self, found: Match) -> Match:
        """Two contacts of one bank are one person only when their owner merges them."""
        others = {one.id: self._push.other_contact(one.id) for one in found.sure}
        free = [one for one in found.sure if not others[one.id]]
        if free or not found.sure:
            return replace(found, sure=free)
        return Match((), found.sure, IS_ANOTHER_CONTACT.format(other=others[found.sure[0].id]))

    def _fits(self, one: Person) -> bool:
        """A mailbox that several people read needs the whole name."""
        shared = set(fingerprints.addresses(self._contact.emails)) & set(fingerprints.addresses(one.emails))
        if shared and all(identity.is_role_address(email) for email in shared):
            return identity.same_name(one.name, self._contact.name)
        return identity.names_fit(one.name, self._contact.name)

    def _has_number(self, one: Person) -> bool:
        shared = identity.shared_numbers(self._contact.phones, one.phones, self._country)
        return bool(shared) and identity.names_fit(one.name, self._contact.name)

    def _has_alike_number(self, one: Person) -> bool:
        return any(identity.numbers_may_agree(ours, theirs) for ours in self._contact.phones for theirs in one.phones)

    def _people_of(self, org_id: int) -> list[Person]:
        """Who works at that firm; of a very large one, only who has the name."""
        known, key = self._push.line.people, (self._push.line.account, org_id)
        if key not in known or known[key][0] < monotonic() - PEOPLE_KEPT:
            people, all_of_them = self._push.line.pipedrive.persons_of(org_id)
            if not all_of_them:
                named = self._push.line.pipedrive.people_named(identity.surname(self._contact.name))
                return [one for one in named if one.org_id == org_id]
            known[key] = monotonic(), people
        return known[key][1]

    def _claimed(self, one: Person) -> bool:
        """Whether that record is another contact's of ours."""
        differ = bool(self._contact.emails and one.emails)
        looks = fingerprints.person(one.name, one.emails, one.phones, one.org_id)
        with db.reading() as session:
            return link_store.claimed(session, self._slot, one.id, looks, None if differ else self._contact.user_id)

    def _as_candidates(self, people: Sequence[Person]) -> list[Candidate]:
        firm = self._push.firm.name if self._push.firm else ""
        ours = self._firm.remote_id if self._firm else None
        return [of_person(one, firm if ours is not None and one.org_id == ours else "") for one in people]


def shares_an_address(contact: Contact, one: Person) -> bool:
    """Two empty lists have nothing in common."""
    return bool(set(fingerprints.addresses(contact.emails)) & set(fingerprints.addresses(one.emails)))
