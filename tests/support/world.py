"""The people of the tests: Ada and Bo are consultants, Gwen has the golden ticket, Jane and John are Ada's contacts."""

from datetime import timedelta

import pytest

from app import db
from app.models import Campaign, CampaignContact, CampaignUser, ContactDraft, Role, User, first_moves, now
from app.services.contacts import contact_bank


def person(name: str, role: Role = Role.CONSULTANT, **given) -> User:
    """A colleague, committed."""
    with db.transaction() as session:
        user = User(name=name, email=f"{name.lower().replace(' ', '.')}@firm.example", role=role, **given)
        session.add(user)
    return user


def contact(owner: User, name: str = "Jane Roe", **facts):
    """A contact in that bank, committed; `days` sets how long ago the last touch was."""
    days = facts.pop("days", None)
    with db.transaction() as session:
        row = contact_bank.add(session, owner, ContactDraft(name=name, **facts), keep_both=True)
        if days is not None:
            row.last_contacted = now() - timedelta(days=days)
    return row


def campaign(owner: User, name: str = "Energy spring", *, members=(), holds=()) -> Campaign:
    """A campaign of that person with these other members and contacts, committed."""
    with db.transaction() as session:
        row = Campaign(name=name, owner_id=owner.id)
        session.add(row)
        session.flush()
        session.add_all(CampaignUser(campaign_id=row.id, user_id=user.id) for user in (owner, *members))
        for place in (CampaignContact(campaign_id=row.id, contact_id=held.id) for held in holds):
            session.add_all([place, *first_moves(place, owner.id)])
    return row


@pytest.fixture
def ada(database):
    return person("Ada Lind", timezone="Europe/Berlin")


@pytest.fixture
def bo(database):
    return person("Bo Berg")


@pytest.fixture
def gwen(database):
    return person("Gwen Gold", Role.GOLDEN_TICKET)


@pytest.fixture
def jane(ada):
    return contact(
        ada, "Jane Roe", organisation="ACME Ltd", email="jane@acme.example", phone="+49 30 1234567", warmness_score=5
    )


@pytest.fixture
def john(ada):
    return contact(ada, "John Öström", organisation="Nordic Steel AS", email="john@nordic.example", warmness_score=3)
