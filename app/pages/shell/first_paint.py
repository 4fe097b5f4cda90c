"""The first paint: the frame and Today's follow-ups and suggestions as plain HTML, read before the app's own script has started.

It disappears as soon as NiceGUI has drawn the screen. It uses the same classes
as the screens do, so nothing moves. The content stands before the navigation,
as a slow phone draws the first half first.
"""

from app import templates
from app.models import now
from app.pages.contacts.sheets import row_acts
from app.pages.core.shell import Shell
from app.pages.shell import navigation
from app.pages.today.day import SUGGESTIONS_SHOWN, Day
from app.pages.today.promises_part import promise_lines
from app.pages.today.questions_part import words_of
from app.pages.today.today_page import suggestion_lines
from app.pages.ui import theme
from app.services import policy

_TEMPLATES = templates.beside(__file__)
# what stands between them in first_paint.html is put in front of all scripts (app/web/nicegui_adapter/page_order.py)
START = "<!--first-->"
END = "<!--/first-->"


def paint(shell: Shell, here: str, day: Day | None) -> str:
    """The frame around every screen with `here`, the first part of its path, marked; on Today with the suggestions."""
    me, acts = shell.me, row_acts.of(shell, shell.edit_contact)
    return _TEMPLATES.get_template("first_paint.html").render(
        user=me.id,
        asset=theme.asset,
        drawing=theme.drawing,
        cards=[line.drawn for line in suggestion_lines(acts, day, SUGGESTIONS_SHOWN)] if day else [],
        promises=[line.drawn for line in promise_lines(shell, acts, day)] if day else [],
        many=bool(day and day.promised > 1),
        show_all=f"Show all ({day.promised:,})" if day and day.promised > len(day.promises) else "",
        asked=[words_of(*asked, me.timezone) for asked in day.questions] if day else [],
        today=theme.date_word(now(), me.timezone),
        title=navigation.title_of(here),
        above=navigation.above(here),
        rail=navigation.PLACES,
        apart=navigation.apart_of(policy.may_manage_users(me)),
        bar=navigation.NAV,
        rail_here=navigation.active_in_rail(here),
        bar_here=navigation.active_in_bar(here),
    )
