"""What became of an assignment: in one sentence, with the way back, and in words where it deserves a second look."""

from collections.abc import Callable

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.parts import basic, camps
from app.pages.parts.sheet import Sheet
from app.pages.tap import tap
from app.services.boards import Assigned

# the word for so many of them is at hand here too
people = camps.people


def words(done: list[Assigned]) -> str:
    """`3 contacts added, 2 already there`."""
    added = sum(each.status == "assigned" for each in done)
    already = sum(each.status == "already" for each in done)
    said = [f"{camps.people(added)} added"] if added else []
    if already:
        said.append(f"{already:,} already there")
    return ", ".join(said) or "Nobody added"


def second_look(
    sheet: Sheet, done: list[Assigned], warned: list[tuple[str, str]], back: Callable[[Session, User], str] | None
) -> None:
    """They are on the board, and somebody else may be approaching them too: the person decides."""
    more = sum(each.warning is not None for each in done) - len(warned)

    async def take_back() -> None:
        if back and await tap(back)():
            sheet.close()

    with sheet.fresh():
        basic.text(words(done), "pd-h1").mark("outcome")
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
