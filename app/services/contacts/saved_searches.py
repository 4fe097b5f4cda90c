"""Saved searches: query strings of the contact list, each under a name; the API calls them views."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session, col, func, select

from app.errors import Conflict, Invalid, NotFound
from app.models import SavedSearch, SavedSearchDraft, User
from app.services.contacts.contact_search import Search

MOST = 50
MISSING = "This view is not one of yours."
ODD = "This is not a search of the contact bank."

SEARCH = TypeAdapter(Search)
# the screen may keep these beside the search itself
BESIDE = frozenset({"view", "cid"})


def views(session: Session, who: User) -> Sequence[SavedSearch]:
    """This person's own views by name."""
    mine = select(SavedSearch).where(SavedSearch.user_id == who.id)
    return session.exec(mine.order_by(func.lower(SavedSearch.name), col(SavedSearch.id))).all()


def save(session: Session, who: User, draft: SavedSearchDraft) -> SavedSearch:
    """Keep a search; the same name again replaces what it held. Raises Invalid, and Conflict beyond 50."""
    query = _checked(draft.query)
    view = session.exec(
        select(SavedSearch).where(SavedSearch.user_id == who.id, SavedSearch.name == draft.name)
    ).first()
    if view is None:
        if len(views(session, who)) >= MOST:
            raise Conflict(f"You have {MOST} views. Remove one first.")
        view = SavedSearch(user_id=who.id, name=draft.name)
    view.query = query
    session.add(view)
    session.flush()
    return view


def rename(session: Session, who: User, view_id: UUID, name: str) -> SavedSearch:
    """Raises NotFound, Invalid, and Conflict when another view has that name."""
    view = _own(session, who, view_id)
    try:
        view.name = SavedSearchDraft(name=name).name
    except ValidationError:
        raise Invalid(fields={"name": "Type a name of up to 80 characters."}) from None
    taken = select(SavedSearch.id).where(SavedSearch.user_id == who.id, SavedSearch.name == view.name)
    with session.no_autoflush:
        if session.exec(taken.where(SavedSearch.id != view.id)).first():
            session.expire(view)
            raise Conflict("You have a view with this name already.")
    session.add(view)
    session.flush()
    return view


def remove(session: Session, who: User, view_id: UUID) -> None:
    session.delete(_own(session, who, view_id))


def search(session: Session, who: User, view_id: UUID) -> Search:
    """The search that a view holds, for `contact_search.contacts` or `bulk_actions`. Raises NotFound."""
    return read(session, who, _own(session, who, view_id).query)


def read(session: Session, who: User, query: str) -> Search:
    """A query string as a search. Raises Invalid for a made-up one."""
    del session, who
    said = {key: value for key, value in parse_qsl(query) if key not in BESIDE}
    if set(said) - set(Search.__dataclass_fields__):
        raise Invalid(ODD, {"query": ODD})
    try:
        return SEARCH.validate_python(said)
    except ValidationError:
        raise Invalid(ODD, {"query": ODD}) from None


def _checked(query: str) -> str:
    said = parse_qsl(query.removeprefix("?"))
    kept = {key: value for key, value in said if key in Search.__dataclass_fields__ or key in BESIDE}
    if len(kept) != len(said):
        raise Invalid(ODD, {"query": ODD})
    try:
        SEARCH.validate_python({key: value for key, value in kept.items() if key not in BESIDE})
    except ValidationError:
        raise Invalid(ODD, {"query": ODD}) from None
    return urlencode(kept)


def _own(session: Session, who: User, view_id: UUID) -> SavedSearch:
    view = session.exec(
        select(SavedSearch).where(SavedSearch.id == view_id, SavedSearch.user_id == who.id)
    ).one_or_none()
    if view is None:
        raise NotFound(MISSING)
    return view
