"""The result of assigning contacts: one sentence with its undo, or the list of warnings with a choice."""

from collections.abc import Callable

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.campaigns.parts import campaign_cards
from app.pages.core.tap import tap
from app.pages.ui import basic
from app.pages.ui.bottom_sheet import Sheet
from app.services.campaigns.board_assignments import Assigned

# the word for so many of them is at hand here too
people = campaign_cards.people_word


def assign_words(done: list[Assigned]) -> str:
    """`3 contacts added, 2 already there`."""
    added = sum(each.status == "assigned" for each in done)
    already = sum(each.status == "already" for each in done)
    said = [f"{campaign_cards.people_word(added)} added"] if added else []
    if already:
        said.append(f"{already:,} already there")
    return ", ".join(said) or "Nobody added"


def draw_warnings(
    sheet: Sheet, done: list[Assigned], warned: list[tuple[str, str]], back: Callable[[Session, User], str] | None
) -> None:
    """They are on the board, and somebody else may be approaching them too: the person decides."""
    more = sum(each.warning is not None for each in done) - len(warned)

    async def take_back() -> None:
        if back and await tap(back)():
            sheet.close()

    with sheet.fresh():
        basic.text(assign_words(done), "pd-h1").mark("outcome")
        basic.text("Worth a second look before you reach out:", "pd-muted").style("margin-top: 6px")
        with ui.element("div").classes("pd-warnings"):
            for name, warning in warned:
                with ui.element("div").classes("pd-fact"):
                    basic.icon("triangle-alert")
                    with ui.element("div"):
                        basic.text(name, "pd-strong")
                        basic.text(warning, "pd-muted pd-small")
            if more:
                basic.text(f"and {more:,} more", "pd-muted pd-small")
        with ui.element("div").classes("pd-foot pd-pair"):
            basic.button("Undo", take_back, "soft", "undo-2")
            basic.button("Keep them", sheet.close, "main")
