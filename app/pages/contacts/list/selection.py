"""Which contacts are selected in a list: some by hand, or all that a search finds but for some."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session

from app.models import User
from app.services.contacts import contact_search
from app.services.contacts.bulk_actions import Chosen
from app.services.contacts.contact_search import Search


class Selection:
    """Either `ids` or everybody whom the search `all` finds, without those in `but`.

    Ids come from a browser: the bulk actions pass over those that are not this person's.
    """

    def __init__(self) -> None:
        # in the order of the ticks
        self.ids: dict[UUID, None] = {}
        self.all: Search | None = None
        self.but: set[UUID] = set()

    def clear(self) -> None:
        self.ids = {}
        self.all = None
        self.but = set()

    @property
    def is_everybody(self) -> bool:
        return self.all is not None and not self.but

    def set(self, ids: Iterable[object], *, on: bool) -> None:
        """Select them, or no longer."""
        known = dict.fromkeys(filter(None, map(_id, ids)))
        if self.all is not None:
            self.but = self.but - known.keys() if on else self.but | known.keys()
        else:
            self.ids = self.ids | known if on else {one: None for one in self.ids if one not in known}

    def select_all(self, search: Search) -> None:
        self.clear()
        self.all = search

    def count(self, total: int) -> int:
        """How many; `total` is how many the search finds."""
        return len(self.ids) if self.all is None else max(0, total - len(self.but))

    def resolve(self, session: Session, me: User) -> Chosen:
        """What the bulk actions are given: a search or ids. Called in the transaction of the action."""
        if self.all is None:
            return list(self.ids)
        if not self.but:
            return self.all
        return [one for one in session.scalars(contact_search.ids(session, me, self.all)) if one not in self.but]


def _id(said: object) -> UUID | None:
    try:
        return UUID(str(said))
    except ValueError:
        return None
