"""The everyday questions: once as the verb that the product calls, timed inside SQL, and once over HTTP."""

import random
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from uuid import UUID

import httpx
from sqlmodel import Session

from app import db
from app.models import ActivityDraft, ActivityType, Outcome, User
from app.services.activities import activity_log, timeline
from app.services.activities.timeline import Filter
from app.services.contacts import contact_search, suggestions
from app.services.contacts.contact_search import Search
from scripts.bench.data import names, partials
from scripts.bench.figure import Figure, stopwatch
from scripts.bench.site import Site

SUGGEST, LIST, FEED, SEARCH, PART, ONE, TOUCH = (
    "10 suggestions",
    "list of 50",
    "feed of 50",
    "search a name",
    "search part of a name",
    "one contact with its touches",
    "create a touch",
)
WARM_UP = 10
Verb = Callable[[Session, User, UUID, str], object]


def _one(session: Session, who: User, contact: UUID, _: str) -> None:
    from app.services.contacts import contact_bank

    contact_bank.owned(session, who, contact)
    timeline.feed(session, who, Filter(contact_id=contact))


def _touch(session: Session, who: User, contact: UUID, _: str) -> None:
    activity_log.log(session, who, contact, ActivityDraft(type=ActivityType.CALL, outcome=Outcome.REACHED))


VERBS: dict[str, Verb] = {
    SUGGEST: lambda session, who, _c, _w: suggestions.suggest(session, who, 10),
    LIST: lambda session, who, _c, _w: contact_search.contacts(session, who, Search()),
    FEED: lambda session, who, _c, _w: timeline.feed(session, who),
    SEARCH: lambda session, who, _c, word: contact_search.contacts(session, who, Search(q=word)),
    PART: lambda session, who, _c, word: contact_search.contacts(session, who, Search(q=word)),
    ONE: _one,
    TOUCH: _touch,
}


def statements(site: Site, rounds: int) -> Iterator[tuple[str, Figure]]:
    """For each question, the time that PostgreSQL's answers take, its commit included for the one that writes."""
    spent = stopwatch()
    dice, known = random.Random(11), names(site.csv)
    for name, verb in VERBS.items():
        taken = []
        asking = _somebody(site)
        for number in range(rounds + WARM_UP):
            user_id, contact, word = next(asking)
            with db.transaction() if name == TOUCH else db.reading() as session:
                who = session.get_one(User, UUID(user_id))
                spent[0] = 0.0
                verb(session, who, UUID(contact), word if name != SEARCH else dice.choice(known))
            if number >= WARM_UP:
                taken.append(spent[0])
        yield name, Figure.of(taken)


def over_http(site: Site) -> Iterator[tuple[str, Callable[[int], None]]]:
    """The same questions as a script or a phone asks them; people take turns, as the limits want it."""
    with httpx.Client(base_url=site.address, headers={"Origin": site.address}, timeout=30) as client:
        asking = _somebody(site)
        dice, known = random.Random(11), names(site.csv)

        def get(path: str, _: int) -> None:
            user_id, contact, word = next(asking)
            for part in path.split(" "):
                answer = client.get(
                    part.format(contact=contact, word=word, name=dice.choice(known)), headers=_cookie(site, user_id)
                )
                answer.raise_for_status()

        def touch(_: int) -> None:
            user_id, contact, _word = next(asking)
            body = {"type": "CALL", "contact_id": contact, "outcome": "REACHED"}
            client.post("/api/activities", json=body, headers=_cookie(site, user_id)).raise_for_status()

        yield SUGGEST, partial(get, "/api/contacts/suggested?limit=10")
        yield LIST, partial(get, "/api/contacts?limit=50")
        yield FEED, partial(get, "/api/activities/feed?limit=50")
        yield SEARCH, partial(get, "/api/contacts?q={name}&limit=50")
        yield PART, partial(get, "/api/contacts?q={word}&limit=50")
        yield ONE, partial(get, "/api/contacts/{contact} /api/activities?contact_id={contact}")
        yield TOUCH, touch


def _somebody(site: Site) -> Iterator[tuple[str, str, str]]:
    """Who asks, about which of their contacts, looking for which word; the same order in every run."""
    dice = random.Random(7)
    words = partials(site.csv)
    for user_id in cycle(site.sessions):
        yield user_id, dice.choice(site.contacts[user_id]), dice.choice(words)


def _cookie(site: Site, user_id: str) -> dict[str, str]:
    return {"Cookie": f"sid={site.sessions[user_id]}"}
