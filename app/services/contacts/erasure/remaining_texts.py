"""What people typed about others stays whole, although it may name somebody who was erased: it is counted for the receipt.

A saved search that nobody else answers to is no text about others: it goes.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

from sqlalchemy import String, cast, func, or_
from sqlmodel import Session, col, select

from app.models import (
    Activity,
    Campaign,
    CampaignNote,
    Contact,
    EmailTemplate,
    Introduction,
    Organisation,
    SavedReport,
    SavedSearch,
    User,
    fold,
)
from app.services.contacts.erasure.spellings import Spellings

NOBODY_ACTS = {"remove_searches": "erasure has looked whose contacts these are"}


def count(session: Session, who: User, known: Spellings) -> int:
    """How many of this person's own rows still hold one of the names or addresses in what somebody typed."""
    total = 0
    for of_mine, columns in _typed(who):
        held = [
            cast(column, String).icontains(word, autoescape=True)
            for column in columns
            for word in (*known.names, *known.addresses)
        ]
        total += session.exec(select(func.count()).where(of_mine, or_(*held))).one() if held else 0
    return total


def remove_searches(session: Session, known: Spellings) -> None:
    """Delete saved searches that asked for an erased person and for nobody who is still there."""
    for view in session.exec(select(SavedSearch).where(col(SavedSearch.query).contains("q="))):
        words = fold(" ".join(parse_qs(view.query).get("q", []))).split()
        if not words or not all(any(word in one for one in known.words) for word in words):
            continue
        others = [col(Contact.search_text).contains(word, autoescape=True) for word in words]
        if (
            session.exec(select(Contact.id).where(col(Contact.user_id) == view.user_id, *others).limit(1)).first()
            is None
        ):
            session.delete(view)
    session.flush()


def _typed(who: User) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    yield Contact.user_id == who.id, (Contact.name, Contact.notes, Contact.tags, Contact.job_title)
    theirs = select(Contact.id).where(Contact.user_id == who.id)
    yield col(Activity.contact_id).in_(theirs), (Activity.subject, Activity.note, Activity.location)
    yield col(Organisation.user_id) == who.id, (Organisation.name,)
    offered = (Introduction.offered_to == who.id) | (Introduction.offered_by == who.id)
    yield offered, (Introduction.whom, Introduction.reach, Introduction.note)
    yield Campaign.owner_id == who.id, (Campaign.name, Campaign.description, Campaign.sector, Campaign.theme)
    yield CampaignNote.user_id == who.id, (CampaignNote.words,)
    yield EmailTemplate.user_id == who.id, (EmailTemplate.name, EmailTemplate.subject, EmailTemplate.body)
    yield SavedReport.user_id == who.id, (SavedReport.name,)
    yield SavedSearch.user_id == who.id, (SavedSearch.name, SavedSearch.query)
