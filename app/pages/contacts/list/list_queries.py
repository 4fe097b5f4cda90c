"""What the contact list asks the database, in a fixed number of queries, and how a search stands in the address.

The query string is that of `GET /api/contacts` and of saved searches; `view=cards` is the layout.
"""

from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from sqlmodel import Session

from app import calendar_days
from app.errors import Invalid, NotFound
from app.models import SavedSearch, User
from app.pages.contacts.parts import contact_rows
from app.services.base import firm_settings
from app.services.campaigns import campaigns, listing
from app.services.campaigns.listing import Wanted
from app.services.contacts import contact_search, saved_searches, tags
from app.services.contacts.bulk_actions import Chosen
from app.services.contacts.contact_search import Search
from app.services.push_queue import push_status

Rows = tuple[list[dict[str, Any]], str | None]

PAGE = 50
MOST_CAMPAIGNS = 50
MOST_TAGS = 60
CARDS = "cards"


@dataclass(frozen=True)
class FirstPage:
    """Everything that the screen shows at first."""

    search: Search
    rows: Rows
    total: int
    threshold: int
    campaign: str
    views: list[tuple[SavedSearch, Search]]


def load_first(session: Session, me: User, said: str) -> FirstPage:
    search = search_of_query(session, me, said)
    rows, total = load_top(session, me, search)
    threshold = int(firm_settings.get(session, "warm_threshold"))
    return FirstPage(search, rows, total, threshold, campaign_name(session, me, search), saved_views(session, me))


def load_page(session: Session, me: User, search: Search, cursor: str | None = None, limit: int = PAGE) -> Rows:
    found = contact_search.contacts(session, me, search, cursor, limit)
    badges = push_status.statuses_of(session, found.items) if found.items else {}
    return [
        contact_rows.list_row(contact, me.timezone, badges[contact.id]) for contact in found.items
    ], found.next_cursor


def load_top(session: Session, me: User, search: Search, limit: int = PAGE) -> tuple[Rows, int]:
    return load_page(session, me, search, None, limit), contact_search.count(session, me, search)


def first_ids(session: Session, me: User, them: Chosen, limit: int) -> list[UUID]:
    """The first of those that are chosen."""
    if isinstance(them, Search):
        return [contact.id for contact in contact_search.contacts(session, me, them, limit=limit).items]
    return list(them)[:limit]


def saved_views(session: Session, me: User) -> list[tuple[SavedSearch, Search]]:
    """My saved searches, and what each finds."""
    return [(view, search_of_query(session, me, view.query)) for view in saved_searches.views(session, me)]


def campaign_name(session: Session, me: User, search: Search) -> str:
    try:
        return campaigns.seen(session, me, search.campaign_id).name if search.campaign_id else ""
    except NotFound:
        return "In that campaign"


def my_campaigns(session: Session, me: User) -> dict[UUID, str]:
    """The campaigns that I work on, the newest first."""
    found = listing.listed(session, me, Wanted(sort="newest"), calendar_days.today(me.timezone), MOST_CAMPAIGNS).items
    return {card.campaign.id: card.campaign.name for card in found}


def my_tags(session: Session, me: User) -> dict[str, str]:
    return {word: f"{word} · {count:,}" for word, count in tags.known(session, me, limit=MOST_TAGS)}


def search_of_query(session: Session, me: User, said: str) -> Search:
    """The search in a query string; an address that somebody made up shows everybody."""
    try:
        return replace(saved_searches.read(session, me, said), trash=False)
    except Invalid:
        return Search()


def is_cards(said: str) -> bool:
    return parse_qs(said).get("view") == [CARDS]


def query_of_search(search: Search, *, cards: bool = False) -> str:
    """What stands behind the ?; nothing that goes without saying."""
    usual = Search()
    said = {each.name: getattr(search, each.name) for each in fields(search)}
    told = {name: _plain(value) for name, value in said.items() if value and value != getattr(usual, name)}
    return urlencode(told | ({"view": CARDS} if cards else {}))


def _plain(value: object) -> str:
    return "true" if value is True else str(value)
