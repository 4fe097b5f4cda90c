"""What Today shows, asked in one go: open answers, promises, and whom to contact next; nobody twice."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from sqlmodel import Session

from app.models import PendingOutcome, User
from app.models.contact import Contact
from app.pages.activities.parts import touch_rows
from app.pages.ui.redraw import Draw
from app.services.activities import pending_outcomes, timeline
from app.services.contacts import contact_bank, suggestion_reasons, suggestions

Refresh = Callable[[], Awaitable[None]]

# what was promised comes first, and leaves room for whom to call next; all of it keeps the first visit light
SUGGESTIONS_SHOWN = 5
PROMISES_SHOWN = 2
QUESTIONS_SHOWN = 3
# how many planned touches are looked through for promises
MOST_PLANNED = 200
# below a list of which nothing is left out
ALL: tuple[object, Draw] = ("all", lambda: None)


@dataclass(frozen=True)
class Promise:
    """What is planned next with somebody, how much more there is with the same person, and why they are in turn.

    `contact` is None where it is a colleague's.
    """

    entry: timeline.Entry
    more: int
    why: str
    contact: Contact | None


@dataclass(frozen=True)
class Day:
    """What Today shows, nobody twice; of suggestions one more than is shown, which tells whether there are more.

    `asked_at` is the time of `time.monotonic` from which news is not in it; `promised` is to how many people something is.
    """

    asked_at: float
    suggestions: list[suggestions.Suggestion]
    promises: list[Promise]
    promised: int
    questions: list[tuple[PendingOutcome, Contact]]


def ask_day(session: Session, me: User, suggested: int = SUGGESTIONS_SHOWN, limit: int = PROMISES_SHOWN) -> Day:
    asked_at = monotonic()
    questions = pending_outcomes.open_questions(session, me, QUESTIONS_SHOWN)
    asked = [contact.id for _, contact in questions]
    picks = suggestions.suggest(session, me, suggested + 1, mix=True, promised=False, without=asked)
    return Day(asked_at, picks, *ask_promises(session, me, asked, limit), questions)


def ask_promises(session: Session, me: User, without: Sequence[UUID], limit: int) -> tuple[list[Promise], int]:
    """Whom something was promised, each once, a meeting that is over first, then whoever is due first; and how many there are."""
    planned: dict[UUID | None, list[timeline.Entry]] = {}
    entries = timeline.planned(session, me, limit=MOST_PLANNED)
    for entry in sorted(entries, key=lambda one: not touch_rows.is_over(one.activity)):
        if entry.activity.contact_id not in without:
            planned.setdefault(entry.activity.contact_id, []).append(entry)
    shown = list(planned.items())[:limit]
    ids = [contact_id for contact_id, _ in shown if contact_id]
    reasons = suggestion_reasons.reasons(session, me, ids)
    people = contact_bank.owned_ones(session, me, ids)
    promises = [
        Promise(first, len(rest), reasons.get(contact_id, ""), people.get(contact_id))
        for contact_id, (first, *rest) in shown
        if contact_id
    ]
    return promises, len(planned)
