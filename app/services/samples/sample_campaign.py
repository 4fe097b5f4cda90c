"""The campaign of the sample people: ten weeks old, with colleagues to compare, and figures that agree with its board."""

import random
from datetime import timedelta
from uuid import UUID, uuid5

from sqlmodel import Session, col, select

from app.calendar_days import today
from app.models import Activity, Campaign, CampaignContact, CampaignUser, Contact, Stage, User
from app.services.samples import sample_story

NAME = "Energy & grids, autumn round (sample)"
CONTACTS = 28
# every newcomer sees the same ten weeks
SEED = "a"
BEHIND, AHEAD = timedelta(days=sample_story.DAYS), timedelta(days=42)
COLLEAGUES = ("Mara Lindholm", "Tomasz Wróbel", "Elif Kaya")


def id_of(who: User) -> UUID:
    return uuid5(who.id, "sample campaign")


def colleagues_of(who: User) -> list[UUID]:
    return [uuid5(who.id, f"sample colleague {number}") for number in range(len(COLLEAGUES))]


def begin(session: Session, who: User, contacts: list[Contact], *, colleagues: bool) -> None:
    """Put the first of these contacts into it, with what was done since it began; nothing when it is there already.

    With `colleagues`, three made-up ones worked on it too; they can neither sign in nor be sent anything.
    """
    there = select(Campaign.id).where(Campaign.id == id_of(who))
    if not contacts or session.exec(there).first():
        return
    day, dice = today(who.timezone), random.Random(SEED)
    campaign = Campaign(
        id=id_of(who),
        name=NAME,
        description="A made-up campaign to try things with.",
        sector="Energy",
        theme="Decarbonisation",
        start_date=day - BEHIND,
        end_date=day + AHEAD,
        goal_meetings=12,
        goal_touches=110,
        owner_id=who.id,
    )
    people = [who, *(_made_up(session, who) if colleagues else [])]
    session.add(campaign)
    session.flush()
    session.add_all(CampaignUser(campaign_id=campaign.id, user_id=user.id) for user in people)
    stories = [
        sample_story.tell(CampaignContact(campaign_id=campaign.id, contact_id=one.id), one, number, people, dice)
        for number, one in enumerate(contacts[:CONTACTS])
    ]
    session.add_all(touch for story in stories for touch in story.touches)
    session.flush()
    session.add_all(story.place for story in stories)
    session.add_all(move for story in stories for move in story.moves)
    for story in stories:
        if story.place.stage not in {Stage.HANDED_OVER, Stage.NOT_NOW}:
            _belongs(session, campaign, story.place.contact_id)


def _belongs(session: Session, campaign: Campaign, contact_id: UUID) -> None:
    """What is planned with somebody on the board is planned for the campaign."""
    planned = (Activity.contact_id == contact_id, col(Activity.done).is_(False), col(Activity.campaign_id).is_(None))
    for touch in session.exec(select(Activity).where(*planned)):
        touch.campaign_id = campaign.id


def _made_up(session: Session, who: User) -> list[User]:
    found = []
    for number, (one, name) in enumerate(zip(colleagues_of(who), COLLEAGUES, strict=True)):
        made = session.get(User, one)
        if made is None:
            address = f"sample-{number}.{who.id.hex}@sample.invalid"
            made = User(id=one, email=address, name=name, active=False, sample_of=who.id, timezone=who.timezone)
            session.add(made)
        found.append(made)
    session.flush()
    return found
