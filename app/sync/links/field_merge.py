"""Applies the three-way merge of a person: takes over what only they changed, records conflicts, leaves the rest to be sent."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.errors import Invalid
from app.models import Contact, EntityType, PipedriveLink, User, organisation_key
from app.services.base import phone_numbers
from app.services.pipedrive import inbound_changes
from app.sync.api.records import Person
from app.sync.links import link_store, own_addresses
from app.sync.links.agreed import Agreed, Snapshot
from app.sync.links.link_store import Slot
from app.sync.links.three_way_merge import Verdict, follow_theirs, merge_fields, new_base

PERSON = ("name", "emails", "phones", "org")


def ours(contact: Contact, org: int | str | None) -> Snapshot:
    """`org` is Pipedrive's number of the firm, or our own key where it has none yet."""
    return {"name": contact.name, "emails": list(contact.emails), "phones": list(contact.phones), "org": org}


def theirs(there: Person, country: str) -> Snapshot:
    """Numbers in E.164, however they are spelled there; `country` reads those without a country code."""
    phones = [_e164(number, country) for number in there.phones]
    return {"name": there.name, "emails": list(there.emails), "phones": phones, "org": there.org_id}


def _e164(number: str, country: str) -> str:
    try:
        return phone_numbers.e164(number, country)
    except Invalid:
        return number


def decide(before: Agreed | None, here: Snapshot, there: Snapshot) -> dict[str, Verdict]:
    """What has to happen to each field; what cannot be taken over here, or not be said there, is asked about.

    Pipedrive's documents know no way to take a person out of an organization.
    """
    verdicts = merge_fields(PERSON, before, here, there)
    if verdicts["name"] is Verdict.TAKE and not inbound_changes.fits("name", there["name"]):
        verdicts["name"] = Verdict.ASK
    if verdicts["org"] is Verdict.SEND and here["org"] is None:
        verdicts["org"] = Verdict.ASK
    return verdicts


def apply_merge(
    session: Session,
    link: PipedriveLink,
    contact: Contact,
    owner: User,
    *,
    before: Agreed | None,
    here: Snapshot,
    there: Snapshot,
    firm: str | None = None,
    heard: Snapshot | None = None,
) -> tuple[Contact, Agreed]:
    """Follow what only they changed, ask where both did; returns the contact as it is now, and what is agreed.

    `firm` is the name of the organization there; `heard` is what stands there
    now that they heard from us. Raises Stale when the contact changed meanwhile.
    """
    verdicts = decide(before, here, there)
    after = dict(here)
    changes: dict[str, Any] = {}
    if verdicts["org"].takes and there["org"] is not None and not firm:
        # a firm that this key may not see has no name that we could take over
        verdicts["org"] = Verdict.SAME
    if verdicts["org"].takes and not inbound_changes.fits("organisation", firm):
        verdicts["org"] = Verdict.ASK
    for field in (name for name, verdict in verdicts.items() if verdict.takes and before):
        assert before is not None
        after[field] = follow_theirs(field, before, here[field], there[field])
        changes["organisation" if field == "org" else field] = firm if field == "org" else after[field]
    if changes:
        contact = (
            inbound_changes.change_contact(session, owner, contact.id, changes, version=contact.version) or contact
        )
        after = ours(contact, after["org"])
        if "organisation" in changes:
            contact.pipedrive_org_id = there["org"]
            session.add(contact)
    if firm and there["org"] is not None:
        # nobody has to look for that firm again, and a question about it has its name
        slot = Slot(link.account, EntityType.ORGANIZATION, (organisation_key(firm)[:200],))
        link_store.link_if_free(session, slot, there["org"], firm)
    about = link.account, EntityType.PERSON, contact.id
    record_conflicts(session, owner, contact, about, verdicts=verdicts, here=here, there=there)
    if heard is None:
        verdicts = {field: Verdict.ASK if verdict.sends else verdict for field, verdict in verdicts.items()}
    stands = {field: (heard or there)[field] if verdict.sends else there[field] for field, verdict in verdicts.items()}
    return contact, own_addresses.note_added(new_base(before, verdicts, after, stands), {})


def record_conflicts(
    session: Session,
    owner: User,
    contact: Contact,
    about: tuple[str, EntityType, UUID],
    *,
    verdicts: dict[str, Verdict],
    here: Snapshot,
    there: Snapshot,
) -> None:
    """Keep a question for every conflict, and drop those that are none any more."""
    asked = {field for field, verdict in verdicts.items() if verdict is Verdict.ASK}
    inbound_changes.record_conflicts(
        session, owner, contact, about, {field: (here[field], there[field]) for field in asked}
    )
    inbound_changes.close_conflicts(session, owner, about[2], set(verdicts) - asked)
