"""What a cold phone reads before the app itself has started: the five suggestions as plain HTML.

The app's own script takes over as soon as it is there and this disappears. It
uses the same classes as the screens do, so nothing moves. The content stands
before the ways around it, as a slow phone draws the first half first.
"""

from dataclasses import dataclass

from app import templates
from app.models import Contact, PendingOutcome, User, now
from app.pages.contacts.parts import contact_rows, reach_links
from app.pages.shell import navigation
from app.pages.ui import theme
from app.services.contacts.suggestions import Suggestion

SHOWN = 5
_TEMPLATES = templates.beside(__file__)
# what stands between them in first_paint.html is put in front of all scripts (app/web/nicegui_adapter/page_order.py)
START = "<!--first-->"
END = "<!--/first-->"


@dataclass(frozen=True)
class Picks:
    """Who asks, in which room, and what Today will show first."""

    me: User
    here: str
    suggested: list[Suggestion]
    asked: list[tuple[PendingOutcome, Contact]]


def paint(picks: Picks) -> str:
    """The frame of every screen; on Today with the suggestions, which are what the person came for."""
    return _TEMPLATES.get_template("first_paint.html").render(
        asset=theme.asset,
        drawing=theme.drawing,
        initials=theme.initials,
        tone=theme.tone,
        subtitle=contact_rows.subtitle,
        ways=reach_links.ways,
        suggested=picks.suggested[:SHOWN],
        asked=[contact for _, contact in picks.asked],
        today=theme.date_word(now(), picks.me.timezone),
        here=picks.here,
        rail=navigation.of(picks.me.is_golden),
        bar=navigation.NAV,
        bar_here=navigation.lit(navigation.NAV, picks.here),
    )
