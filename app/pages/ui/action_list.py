"""A list of contacts or touches with buttons in each row, as one element on the server (components/acts.js)."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from app.pages.ui import theme

Verb = Callable[[], Awaitable[Any] | None]


@dataclass(frozen=True)
class Action:
    """A button with this icon, one of each in a row; with `href` a link that calls `verb` too when it is followed.

    The label is what a screen reader says; `written` it stands on the button in place of the icon.
    Without a verb its place stays empty.
    """

    icon: str
    label: str
    verb: Verb | None
    href: str | None = None
    written: bool = False

    @property
    def shown(self) -> dict[str, Any]:
        if self.verb is None:
            return {"off": True}
        away = bool(self.href and self.href.startswith("http"))
        drawn = {"icon": theme.drawing(self.icon), "label": self.label, "href": self.href, "away": away}
        return drawn | {"do": self.icon, "written": self.written}


@dataclass(frozen=True)
class ActionRow:
    """One row; `acts` are its buttons.

    `shown` is what acts.js draws: `href` where it leads, `t` the tint of its avatar with initials `i` or an `icon`,
    and `said`, its lines of text, each with its classes.
    """

    id: str
    shown: dict[str, Any]
    acts: list[Action]

    @property
    def drawn(self) -> dict[str, Any]:
        return {"id": self.id, **self.shown, "acts": [act.shown for act in self.acts]}


class ActionList(Element, component=theme.COMPONENTS / "acts.js"):
    """With `cards` each row is a card with room for a line of buttons."""

    def __init__(self, *, cards: bool = False) -> None:
        super().__init__()
        self.props["cards"] = cards
        self.verbs: dict[str, dict[str, Verb | None]] = {}
        self.on("act", self.do)

    def show(self, lines: Sequence[ActionRow]) -> None:
        # whoever has just left the list stays known: the tap may have been on its way
        self.verbs |= {line.id: {act.icon: act.verb for act in line.acts} for line in lines}
        # a text, not a list: NiceGUI wraps every nested dict
        rows = json.dumps([line.drawn for line in lines])
        if rows != self.props.get("rows"):
            self.props["rows"] = rows

    async def do(self, event: GenericEventArguments) -> None:
        line, icon = map(str, event.args)
        if (verb := self.verbs.get(line, {}).get(icon)) and (doing := verb()):
            await doing
