"""What else narrows whom to add to a campaign: tag, role, sector, and whether another campaign has them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Self

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.ui import theme
from app.services.campaigns import listing
from app.services.contacts import tags

MOST_TAGS = 60


@dataclass(frozen=True)
class Narrowing:
    """What there is to choose from: my tags, and the sectors of campaigns that I see."""

    tags: list[str]
    sectors: list[str]

    @classmethod
    def known(cls, session: Session, me: User) -> Self:
        found = tags.known(session, me, limit=MOST_TAGS)
        return cls([word for word, _ in found], list(listing.pick_lists(session, me).sectors))


class AssignFilters:
    """Drawn where it is made; `chosen` is what is chosen now."""

    def __init__(self, known: Narrowing, on_change: Callable[[], Awaitable[None]]) -> None:
        self.chosen: dict[str, Any] = {"tag": "", "role": "", "sector": "", "outside": False}
        self.on_change = on_change
        self.pick("tag", "Tag", "Any tag", known.tags)
        self.pick("sector", "In a campaign of the sector", "Any sector", known.sectors)
        role = ui.input("Role").props("outlined dense debounce=300 autocomplete=off maxlength=80").classes("pd-field")
        role.on_value_change(lambda event: self.choose("role", event.value or ""))
        alone = ui.switch("Without those in another campaign", value=False).mark("outside")
        alone.on_value_change(lambda event: self.choose("outside", event.value))

    def pick(self, name: str, label: str, nothing: str, words: list[str]) -> None:
        box = ui.select({"": nothing, **{word: word for word in words}}, value="", label=label).classes("pd-field")
        box.props("outlined dense behavior=menu options-dense=false stack-label").mark(f"assign-{name}")
        box.props["dropdown-icon"] = theme.icon("chevron-down")
        box.on_value_change(lambda event: self.choose(name, event.value or ""))

    async def choose(self, name: str, value: Any) -> None:
        if self.chosen[name] != value:
            self.chosen[name] = value
            await self.on_change()
