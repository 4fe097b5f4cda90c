"""The first paint: the frame and Today's follow-ups and suggestions as plain HTML, read before the app's own script has started.

It disappears as soon as NiceGUI has drawn the screen. It uses the same classes
as the screens do, so nothing moves. The content stands before the navigation,
as a slow phone draws the first half first.
"""

from app import templates
from app.models import now
from app.pages.core.shell import Shell
from app.pages.shell import navigation
from app.pages.today.today_page import SUGGESTIONS_SHOWN, Day, promise_lines, suggestion_cards
from app.pages.ui import theme
from app.services import policy

_TEMPLATES = templates.beside(__file__)
# what stands between them in first_paint.html is put in front of all scripts (app/web/nicegui_adapter/page_order.py)
START = "<!--first-->"
END = "<!--/first-->"


def paint(shell: Shell, here: str, day: Day | None) -> str:
    """The frame around every screen with `here`, the first part of its path, marked; on Today with the suggestions."""
    me = shell.me
    return _TEMPLATES.get_template("first_paint.html").render(
        user=me.id,
        asset=theme.asset,
        drawing=theme.drawing,
        cards=[card.drawn for card in suggestion_cards(shell, day, SUGGESTIONS_SHOWN)] if day else [],
        promises=[line.drawn for line in promise_lines(shell, day)] if day else [],
        show_all=f"Show all ({day.promised:,})" if day and day.promised > len(day.promises) else "",
        asked=[contact for _, contact in day.questions] if day else [],
        today=theme.date_word(now(), me.timezone),
        here=here,
        rail=navigation.rail_of(policy.may_manage_users(me)),
        bar=navigation.NAV,
        bar_here=navigation.active(navigation.NAV, here),
    )
