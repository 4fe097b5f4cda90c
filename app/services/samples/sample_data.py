"""People to try the product with: made up from end to end, and gone again with one call.

Every sample has an id that follows from its owner's, and the tag `sample`; one whose tag was taken off stays.
Telephone numbers are from the ranges that the regulators keep free for fiction.
"""

import json
import random
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import UUID, uuid5

from sqlalchemy import any_, delete, literal
from sqlmodel import Session, col, select

from app.models import (
    ATTEMPTS,
    OUTCOMES,
    Activity,
    ActivityType,
    Campaign,
    Contact,
    ContactDraft,
    Organisation,
    Outcome,
    PipedriveSync,
    User,
    auto_subject,
    fold,
    organisation_key,
)
from app.services.base import audit_log
from app.services.contacts import contact_bank, derived_fields
from app.services.contacts.erasure import contact_erasure
from app.services.samples import sample_campaign, sample_story
from app.signals import Topic, announce

TAG = "sample"
PEOPLE = Path(__file__).with_name("samples.json")
PHONES = ("+49 30 23125", "+49 89 99998", "+49 69 90009", "+49 221 4710", "+44 20 79460")
NOTES = (
    "Asked for references from the same sector.",
    "Wants a short paper before the next steering meeting.",
    "Budget round starts after the summer; the CFO decides.",
    "Interested in a workshop with two of the partners.",
    "",
    "",
)
# a wrong number would stand on a number that is right
SAID = {
    kind: [one for one in said if one not in {Outcome.WRONG_NUMBER, Outcome.BOUNCED}] for kind, said in OUTCOMES.items()
}


@dataclass(frozen=True)
class Sample:
    """One made-up person, as they stand in samples.json."""

    name: str
    organisation: str
    job_title: str
    warmness: int
    cadence_days: int | None = None


def fill(session: Session, who: User, *, colleagues: bool = True) -> int:
    """Put the sample people into this bank, with their touches and one campaign; says how many were not there yet.

    With `colleagues`, three made-up ones have worked on the campaign too.
    """
    there = set(session.exec(select(Contact.id).where(col(Contact.id).in_(_ids(who)))))
    dice = random.Random(who.email)
    fresh = [_born(session, who, number, dice) for number, one in enumerate(_ids(who)) if one not in there]
    session.add_all(fresh)
    session.flush()
    for number, contact in enumerate(fresh):
        _tell(session, who, contact, dice, number)
    sample_campaign.begin(session, who, fresh, colleagues=colleagues)
    derived_fields.update_touch_dates(session, [contact.id for contact in fresh])
    audit_log.record(session, who, "samples.filled", rows=len(fresh))
    announce(session, Topic.CONTACT, who.id, who.id)
    announce(session, Topic.SYNC, who.id, who.id)
    return len(fresh)


def clear(session: Session, who: User) -> int:
    """Remove the sample people, their touches and their campaign for good; says how many people went."""
    still = select(Contact.id).where(col(Contact.id).in_(_ids(who)), literal(TAG) == any_(col(Contact.tags)))
    gone = session.exec(still.with_for_update()).all()
    touches = session.exec(select(Activity.id).where(col(Activity.contact_id).in_(gone))).all()
    pushes = session.exec(select(PipedriveSync.id).where(col(PipedriveSync.contact_id).in_(gone))).all()
    contact_erasure.forget(session, gone)
    session.exec(delete(Activity).where(col(Activity.id).in_(touches)))
    session.exec(delete(PipedriveSync).where(col(PipedriveSync.id).in_(pushes)))
    session.exec(delete(Campaign).where(col(Campaign.id) == sample_campaign.id_of(who)))
    made_up = select(User.id).where(User.sample_of == who.id)
    session.exec(delete(Activity).where(col(Activity.user_id).in_(made_up)))
    session.exec(delete(User).where(col(User.sample_of) == who.id))
    keys = {organisation_key(one.organisation) for one in _people()}
    used = select(Contact.id).where(col(Contact.organisation_id) == col(Organisation.id)).exists()
    session.exec(
        delete(Organisation).where(col(Organisation.user_id) == who.id, col(Organisation.key).in_(keys), ~used)
    )
    audit_log.record(session, who, "samples.cleared", rows=len(gone))
    announce(session, Topic.CONTACT, who.id, who.id)
    return len(gone)


@cache
def _people() -> list[Sample]:
    return [Sample(*row) for row in json.loads(PEOPLE.read_text("utf-8"))]


def _ids(who: User) -> list[UUID]:
    return [uuid5(who.id, f"sample {number}") for number in range(len(_people()))]


def _born(session: Session, who: User, number: int, dice: random.Random) -> Contact:
    one = _people()[number]
    first, *_, last = _plain(one.name.removeprefix("Dr. ")).split()
    firm = _plain(organisation_key(one.organisation)).replace(" ", "-")
    draft = ContactDraft(
        name=one.name,
        email=f"{first}.{last}@{firm}.example" if number % 9 else None,
        phone=f"{dice.choice(PHONES)}{number:03d}" if number % 7 else None,
        organisation=one.organisation,
        job_title=one.job_title,
        linkedin_url=f"https://linkedin.example/in/{first}-{last}" if number % 3 else None,
        notes=dice.choice(NOTES),
        tags=[TAG],
        warmness_score=one.warmness,
        cadence_days=one.cadence_days,
    )
    contact = contact_bank.build_contact(session, who, draft)
    contact.id = _ids(who)[number]
    return contact


def _plain(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isascii() and (letter.isalnum() or letter in " -"))


def _tell(session: Session, who: User, contact: Contact, dice: random.Random, number: int) -> None:
    """A past for each of them, but for those never spoken to; a date ahead, or one missed, for some."""
    # what was done for the campaign is told there
    latest = sample_story.DAYS + 8 if number < sample_campaign.CONTACTS else 4
    for _ in range(dice.randint(1, 5) if number % 6 else 0):
        _touch(session, who, contact, dice, happened_at=sample_story.at_work(who, -dice.randint(latest, 190), dice))
    ahead = {1: dice.randint(1, 12), 2: -dice.randint(1, 6)}.get(number % 5)
    if ahead is not None:
        _touch(session, who, contact, dice, due_date=sample_story.at_work(who, ahead, dice))


def _touch(  # noqa: PLR0917 - one touch
    session: Session,
    who: User,
    contact: Contact,
    dice: random.Random,
    happened_at: datetime | None = None,
    due_date: datetime | None = None,
) -> None:
    kind = dice.choices(list(ActivityType), [28, 38, 8, 16, 4, 4])[0] if happened_at else ActivityType.CALL
    outcome: Outcome | None = dice.choice(SAID[kind]) if happened_at else None
    session.add(
        Activity(
            type=kind,
            user_id=who.id,
            contact_id=contact.id,
            subject=auto_subject(kind, contact.name, outcome),
            note=dice.choice(NOTES) if happened_at and outcome not in ATTEMPTS else "",
            happened_at=happened_at,
            due_date=due_date,
            outcome=outcome,
            done=happened_at is not None,
        )
    )
