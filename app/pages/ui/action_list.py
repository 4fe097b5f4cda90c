"""A list of contacts or touches with buttons in each row, as one element on the server (components/acts.js)."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from app.pages.ui import theme

Verb = Callable[[], Awaitable[Any] | None]


@dataclass(frozen=True)
class Action:
    """A button with this icon, one of each in a row; with `href` a link that calls `verb` too when it is followed.

    The label is what a screen reader says; `word` stands on the button in place of the icon, or beside it in the menu.
    `place` is main (the row's first act), "" or menu (behind the row's dots).
    """

    icon: str
    label: str
    verb: Verb
    href: str | None = None
    word: str = ""
    place: Literal["main", "", "menu"] = ""

    @property
    def shown(self) -> dict[str, Any]:
        away = bool(self.href and self.href.startswith("http"))
        drawn = {"icon": theme.drawing(self.icon), "label": self.label, "href": self.href, "away": away}
        return drawn | {"do": self.icon, "word": self.word, "place": self.place}


@dataclass(frozen=True)
class ActionRow:
    """One row; `acts` are its buttons.

    `shown` is what acts.js draws: `href` where it leads, initials `i` or an `icon` for its face, the warmness `w` with
    its step `t` of the ramp, and `said`, its lines of text, each with its classes, its words and what stands in red before them; the last one has the
    whole width.
    `later` is the icon of the act that a swipe to the left carries out.
    """

    id: str
    shown: dict[str, Any]
    acts: list[Action]
    later: str | None = None

    @property
    def drawn(self) -> dict[str, Any]:
        more = theme.drawing("ellipsis") if any(act.place == "menu" for act in self.acts) else None
        acts = [act.shown for act in self.acts]
        return {"id": self.id, **self.shown, "acts": acts, "more": more, "later": self.later}


class ActionList(Element, component=theme.COMPONENTS / "acts.js"):
    """Rows of people or touches, each with its acts."""

    def __init__(self) -> None:
        super().__init__()
        self.verbs: dict[str, dict[str, Verb]] = {}
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
