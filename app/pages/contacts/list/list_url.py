"""What the address of the contact bank says: a search with its order, and how the list is laid out.

The same words stand in `GET /api/contacts` and in saved searches.
"""

from dataclasses import fields, replace
from urllib.parse import parse_qs, urlencode

from sqlmodel import Session

from app.errors import Invalid
from app.models import User
from app.services.contacts import saved_searches
from app.services.contacts.search import Search

CARDS = "cards"


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
