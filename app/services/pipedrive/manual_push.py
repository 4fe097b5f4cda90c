"""A push by hand: asked for, or only told in words, from what we know or after a look into Pipedrive.

Who looks is a door's business: it is handed what to look for and whose key to use.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.errors import Conflict
from app.models import (
    Activity,
    ActivityType,
    Contact,
    EntityType,
    PipedriveSync,
    Trigger,
    User,
)
from app.services.activities import activity_log
from app.services.base import firm_settings
from app.services.contacts import contact_bank
from app.services.pipedrive import record_choice
from app.services.push_queue import push_jobs, record_urls

NO_MEETING = "There is no meeting with this contact to push. Book one first."
NOT_LOOKED = "Nobody has looked in Pipedrive yet: what is there already will be linked, or you are asked."
NO_LINE = "Add your Pipedrive key in Settings first; without it we cannot look."

# what one search costs in Pipedrive's tokens
SEARCH = 20
# so many searches at most look for one person
MOST_SEARCHES = 3


@dataclass(frozen=True)
class Wanted:
    """What to look for in Pipedrive, with whose key; what is linked already (`org_id`, or no `person`) is not looked for.

    `org_is_ours` says that we created that organization, so that nobody else's people stand there. With a `number` only
    that person is looked for, for one token.
    """

    who: User
    contact: Contact
    org_id: int | None
    person: bool
    org_is_ours: bool = False
    number: int | None = None

    @property
    def most_tokens(self) -> int:
        """What the look costs, or a little more where the people of a known firm are listed."""
        contact = self.contact
        numbers = bool(contact.phones)
        bare = not contact.emails and not numbers and contact.organisation is None
        people = min(len(contact.emails), MOST_SEARCHES - numbers) + (numbers or bare) if self.person else 0
        firm = contact.organisation is not None and self.org_id is None
        return SEARCH * (people + firm)


@dataclass(frozen=True)
class Record:
    """A record of Pipedrive's that may be meant, and the name of the organization it stands at."""

    id: int
    name: str
    organization: str = ""


@dataclass(frozen=True)
class Met:
    """What a look met: records that are meant for `sure`, and those that its owner would be asked about."""

    sure: Sequence[Record] = ()
    unsure: Sequence[Record] = ()

    @property
    def is_asked(self) -> bool:
        """Whether the push stops and asks which of them it is."""
        return len(self.sure) != 1 and bool(self.sure or self.unsure)


@dataclass(frozen=True)
class SearchResult:
    """What a look brought."""

    organizations: Met = field(default_factory=Met)
    persons: Met = field(default_factory=Met)


LookUp = Callable[[Wanted], SearchResult]


@dataclass(frozen=True)
class Plan:
    """What a push would do, step by step. `tokens` is what a look would cost; 0 when there is nothing to look for."""

    steps: list[str]
    ready: bool
    looked: bool
    tokens: int

    @property
    def sentence(self) -> str:
        """`Will link to existing organization ACME (id 812), create person Jane Roe, create meeting 3 Dec 10:00 UTC.`"""
        return " ".join(filter(None, (f"Will {', '.join(self.steps)}.", self.doubt)))

    @property
    def doubt(self) -> str:
        """That nobody has looked yet, where there is something to look for."""
        return "" if self.looked or not self.tokens else NOT_LOOKED

    @property
    def sentences(self) -> list[str]:
        """One a step, the missing key first."""
        said = [f"{step[0].upper()}{step[1:]}." for step in self.steps] + ([self.doubt] if self.doubt else [])
        return said if self.ready else [push_jobs.NO_KEY, *said]


def push(session: Session, who: User, contact_id: UUID, trigger: Trigger) -> PipedriveSync:
    """Queue one of my contacts, or the latest meeting with it. Raises NotFound, or Conflict without a meeting."""
    contact = contact_bank.owned(session, who, contact_id, lock=True)
    meeting = _meeting(session, contact) if trigger is Trigger.MEETING else None
    return push_jobs.enqueue(session, who, contact, trigger, meeting)


def link(session: Session, who: User, contact_id: UUID, typed: str) -> PipedriveSync:
    """Say which person in Pipedrive one of my contacts is: by number or by address. Raises NotFound and Invalid."""
    number = record_urls.home(session, who).number(typed, EntityType.PERSON)
    asked = push(session, who, contact_id, Trigger.MANUAL)
    return record_choice.link_to(session, who, asked.id, number)


def best_trigger(session: Session, who: User, contact_id: UUID) -> Trigger:
    """What a push by hand carries: the meeting with this contact where there is one that Pipedrive has not heard of."""
    contact = contact_bank.owned(session, who, contact_id)
    meeting = _latest(session, contact)
    return Trigger.MEETING if meeting and meeting.pipedrive_activity_id is None else Trigger.MANUAL


def wanted(session: Session, who: User, contact_id: UUID) -> Wanted:
    """What would have to be looked for. Raises NotFound, and Conflict without a key."""
    contact = contact_bank.owned(session, who, contact_id)
    if not push_jobs.has_connection(session, who):
        raise Conflict(NO_LINE)
    return _wanted(session, who, contact)


def plan(session: Session, who: User, contact_id: UUID, trigger: Trigger, found: SearchResult | None = None) -> Plan:
    """What a push would do: as we know Pipedrive, or as a look has just `found` it."""
    contact = contact_bank.owned(session, who, contact_id)
    meeting = _meeting(session, contact) if trigger is Trigger.MEETING else None
    missing = _wanted(session, who, contact)
    steps = [*_organization(session, who, contact, found), _person(contact, found)]
    if meeting:
        steps.append(_activity(meeting))
        steps += _opportunity(session, meeting)
    return Plan(steps, push_jobs.has_connection(session, who), found is not None, missing.most_tokens)


def _latest(session: Session, contact: Contact) -> Activity | None:
    query = select(Activity).where(
        Activity.contact_id == contact.id,
        Activity.type == ActivityType.MEETING,
        col(Activity.deleted_at).is_(None),
        col(Activity.outcome).is_(None) | col(Activity.outcome).not_in(activity_log.NEVER_WAS),
    )
    return max(session.exec(query), key=lambda one: one.moment, default=None)


def _meeting(session: Session, contact: Contact) -> Activity:
    meeting = _latest(session, contact)
    if meeting is None:
        raise Conflict(NO_MEETING)
    return meeting


def _wanted(session: Session, who: User, contact: Contact) -> Wanted:
    return Wanted(who, contact, _known_firm(session, who, contact), contact.pipedrive_person_id is None)


def _organization(session: Session, who: User, contact: Contact, found: SearchResult | None) -> list[str]:
    firm = contact.organisation
    if firm is None:
        return []
    if known := _known_firm(session, who, contact):
        return [f"use organization {firm.name} (id {known})"]
    if found and not found.organizations.sure and (elsewhere := _stands_elsewhere(found)):
        return [f"ask you whether {contact.name} is at {elsewhere} or at {firm.name}"]
    return [_step("organization", firm.name, found.organizations if found else None)]


def _stands_elsewhere(found: SearchResult) -> str:
    """The organization at which the person that is meant stands there."""
    return found.persons.sure[0].organization if len(found.persons.sure) == 1 and not found.organizations.unsure else ""


def _person(contact: Contact, found: SearchResult | None) -> str:
    if known := contact.pipedrive_person_id:
        return f"update person {contact.name} (id {known})"
    if found and found.organizations.is_asked:
        return f"then look for person {contact.name}"
    return _step("person", contact.name, found.persons if found else None)


def _step(kind: str, name: str, met: Met | None) -> str:
    if met is None:
        return f"create {kind} {name}"
    asked = met.sure if len(met.sure) > 1 else () if met.sure else met.unsure
    if len(asked) > 1:
        return f"ask you which of {len(asked)} records in Pipedrive is {name}"
    if asked:
        return f"ask you whether {kind} {asked[0].name} (id {asked[0].id}) is {name}"
    return f"link to existing {kind} {met.sure[0].name} (id {met.sure[0].id})" if met.sure else f"create {kind} {name}"


def _activity(meeting: Activity) -> str:
    known = meeting.pipedrive_activity_id
    return f"update meeting {_when(meeting)} (id {known})" if known else f"create meeting {_when(meeting)}"


def _opportunity(session: Session, meeting: Activity) -> list[str]:
    earns = firm_settings.get(session, "pipedrive_on_meeting")
    return [] if earns == "nothing" or meeting.pipedrive_activity_id else [f"create a {earns}"]


def _when(meeting: Activity) -> str:
    moment: datetime = meeting.moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %H:%M} UTC"


def _known_firm(session: Session, who: User, contact: Contact) -> int | None:
    """The id of what this contact leads to already, or what somebody of the firm has put into our company."""
    if contact.organisation is None or contact.pipedrive_org_id:
        return contact.pipedrive_org_id
    return record_choice.number_of_firm(session, who, contact.organisation)
