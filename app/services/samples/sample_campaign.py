"""The campaign of the sample people: half-way through, with touches behind it, so that its report has something to say."""

from datetime import timedelta
from uuid import UUID, uuid5

from sqlmodel import Session, col, select, update

from app.models import Activity, Campaign, CampaignContact, CampaignUser, Contact, Stage, User, first_moves, now

NAME = "Energy & grids, autumn round (sample)"
CONTACTS = 14
LONG = timedelta(days=60)


def id_of(who: User) -> UUID:
    return uuid5(who.id, "sample campaign")


def begin(session: Session, who: User, people: list[Contact]) -> None:
    """Put the first of these people into it, with what was done since it began; nothing when it is there already."""
    there = select(Campaign.id).where(Campaign.id == id_of(who))
    if not people or session.exec(there).first():
        return
    today, members = now().date(), people[:CONTACTS]
    campaign = Campaign(
        id=id_of(who),
        name=NAME,
        description="A made-up campaign to try things with.",
        sector="Energy",
        theme="Decarbonisation",
        start_date=today - LONG,
        end_date=today + LONG,
        goal_meetings=8,
        goal_touches=40,
        owner_id=who.id,
    )
    session.add(campaign)
    session.flush()
    session.add(CampaignUser(campaign_id=campaign.id, user_id=who.id))
    for number, contact in enumerate(members):
        stage = list(Stage)[number % len(Stage)] if contact.last_contacted else Stage.TO_CONTACT
        place = CampaignContact(campaign_id=campaign.id, contact_id=contact.id, stage=stage)
        session.add_all([place, *first_moves(place, who.id)])
    theirs = col(Activity.contact_id).in_([contact.id for contact in members])
    since = col(Activity.happened_at) >= now() - LONG
    session.exec(update(Activity).where(theirs, since).values(campaign_id=campaign.id))
