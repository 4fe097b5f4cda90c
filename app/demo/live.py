"""A team that works by itself, on sample people only: one sees on every screen how news arrives."""

import random
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from sqlalchemy import any_, literal
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, func, select

from app import db
from app.errors import NotFound, Refusal
from app.models import (
    OUTCOMES,
    REACHED,
    WARM,
    Activity,
    ActivityDraft,
    ActivityType,
    Campaign,
    CampaignContact,
    CampaignUser,
    Contact,
    Outcome,
    Role,
    User,
    first_moves,
)
from app.services.accounts import user_profile, users
from app.services.activities import activity_log
from app.services.base import secret_tokens
from app.services.contacts import contact_bank
from app.services.samples import sample_data

TEAM = (
    ("gwen@demo.example", "Gwen Golding", Role.GOLDEN_TICKET),
    ("ada@demo.example", "Ada Lindqvist", Role.CONSULTANT),
    ("bo@demo.example", "Bo Bergström", Role.CONSULTANT),
    ("cem@demo.example", "Cem Yıldırım", Role.CONSULTANT),
)
# a meeting would be pushed to whatever Pipedrive is connected
KINDS = (ActivityType.CALL, ActivityType.EMAIL, ActivityType.LINKEDIN)

# how far one answer moves somebody, as a suggestion that the consultant may take
WARMS_BY = {
    ActivityType.EMAIL: 1,
    ActivityType.LINKEDIN: 1,
    ActivityType.CALL: 1,
    ActivityType.CONFERENCE: 1,
    ActivityType.REFERRAL: 2,
    ActivityType.MEETING: 2,
}
COOLS = frozenset({Outcome.DECLINED, Outcome.WRONG_NUMBER, Outcome.BOUNCED})


class NobodyThere(NotFound):
    """There is no sample contact to reach out to."""


def gather() -> Iterator[str]:
    """Make the team in an empty database, each with sample people, all in one campaign; the lines to print.

    They share a password that is shown this once. Does nothing where somebody is already.
    """
    with db.transaction() as session:
        if users.is_set_up(session):
            return
        password = secret_tokens.new()[:20]
        members = [
            users.add(session, user_profile.draft_of(email, name, "Europe/Berlin"), role, password)
            for email, name, role in TEAM
        ]
        for user in members:
            sample_data.fill(session, user, colleagues=False)
        campaign = session.exec(select(Campaign).where(Campaign.owner_id == members[0].id)).one()
        session.add_all(CampaignUser(campaign_id=campaign.id, user_id=user.id) for user in members[1:])
        mine = select(Contact.id).where(col(Contact.user_id).in_([user.id for user in members[1:]]))
        picked = session.exec(mine.order_by(func.random()).limit(30)).all()
        for place in (CampaignContact(campaign_id=campaign.id, contact_id=contact) for contact in picked):
            session.add_all([place, *first_moves(place, campaign.owner_id)])
    yield f"Everybody's password is {password}"
    yield from (f"{email}  {name}  {role.value}" for email, name, role in TEAM)


def touches(every: float, count: int, stop: Event | None = None) -> Iterator[str]:
    """Log one touch after another and say so, until `stop`; without end when `count` is 0."""
    dice = random.Random()
    stop = stop or Event()
    done = 0
    while not stop.is_set():
        try:
            yield _touch(dice)
        except NobodyThere:
            raise
        except Refusal:
            continue  # somebody else has just removed this one
        done += 1
        if done == count:
            return
        stop.wait(every)


@contextmanager
def at_work(every: float, count: int) -> Iterator[None]:
    """The team works beside the block, in a thread that ends with it."""
    stop = Event()

    def work() -> None:
        while not stop.wait(every):
            try:
                deque(touches(every, count, stop), maxlen=0)
            except (NobodyThere, SQLAlchemyError):
                continue  # nobody there yet, or the database is just being opened or closed
            if count:
                return

    team = Thread(target=work, name="demo team", daemon=True)
    team.start()
    try:
        yield
    finally:
        stop.set()
        team.join(5)


def _touch(dice: random.Random) -> str:
    with db.transaction() as session:
        contact = _anybody(session)
        who = session.get_one(User, contact.user_id)
        usual = who.default_type
        kind = dice.choice(KINDS)
        places = select(CampaignContact.campaign_id).where(CampaignContact.contact_id == contact.id)
        draft = ActivityDraft(type=kind, campaign_id=session.exec(places).first(), outcome=dice.choice(OUTCOMES[kind]))
        activity = activity_log.log(session, who, contact.id, draft)
        who.default_type = usual
        warmth = _warmness_after(contact, activity)
        if warmth < WARM:
            contact_bank.set_warmness(session, who, contact.id, warmth)
        return f"{who.name}: {activity.subject}"


def _anybody(session: Session) -> Contact:
    """One of the sample people of somebody who is active, at random."""
    query = (
        select(Contact)
        .join(User, col(User.id) == col(Contact.user_id))
        .where(col(Contact.deleted_at).is_(None), literal(sample_data.TAG) == any_(col(Contact.tags)), col(User.active))
        .order_by(func.random())
        .limit(1)
    )
    contact = session.exec(query).first()
    if contact is None:
        raise NobodyThere("There are no sample people; run `pipedriven demo load` first.")
    return contact


def _warmness_after(contact: Contact, activity: Activity) -> int:
    """How warm the touch makes the contact."""
    if activity.outcome in COOLS:
        return max(0, contact.warmness_score - 1)
    if activity.outcome in REACHED:
        return min(10, contact.warmness_score + WARMS_BY[activity.type])
    return contact.warmness_score
