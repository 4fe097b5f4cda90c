"""The small pieces that every screen is made of."""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from nicegui import Client, ui
from nicegui.element import Element

from app.pages.ui import theme


def text(content: str, classes: str = "") -> ui.label:
    return ui.label(content).classes(classes)


def title(words: str, *, in_bar: bool = True) -> Element:
    """What the screen is called; a phone reads it in the bar at the top, unless it is longer than that."""
    return line(words, "h1", "pd-h1 pd-barred" if in_bar else "pd-h1")


def title_bar(words: str) -> None:
    """The place at the top of a phone where the screen's title stands."""
    bar = text(words, "pd-bar-title").props("aria-hidden=true")
    _bars[ui.context.client] = bar


def name_screen(words: str) -> None:
    entitle(words)
    if bar := _bars.get(ui.context.client):
        bar.set_text(words)


_bars: WeakKeyDictionary[Client, ui.label] = WeakKeyDictionary()


def entitle(*parts: str) -> None:
    """What the browser calls this page, in its tab and its history: the narrowest part first."""
    ui.page_title(" · ".join(filter(None, (*parts, "Pipedriven"))))


def icon(name: str) -> ui.icon:
    return ui.icon(theme.icon(name)).props("aria-hidden=true")


def link(address: str, classes: str = "", *, label: str | None = None, away: bool = False) -> Element:
    """A real link, so that the keyboard, a middle click and the phone's own apps work."""
    anchor = ui.element("a").classes(classes)
    anchor.props["href"] = address
    if label:
        anchor.props["aria-label"] = label
    if away:
        anchor.props(add="target=_blank rel=noopener")
    return anchor


def button(
    label: str, on_click: Callable[..., Any] | None, kind: str = "soft", icon_name: str | None = None
) -> ui.button:
    """`kind` is main, soft, plain or bad."""
    drawn = theme.icon(icon_name) if icon_name else None
    # colours are ours: Quasar paints its own in a layer that nothing outbids
    return ui.button(label, on_click=on_click, icon=drawn, color=None).props("no-caps unelevated").classes(KINDS[kind])


KINDS = {"main": "pd-main-btn", "soft": "pd-soft-btn", "plain": "pd-plain-btn", "bad": "pd-bad-btn"}


def icon_button(name: str, label: str, on_click: Callable[..., Any] | None, classes: str = "pd-icon-btn") -> ui.button:
    """An icon alone; the label is what a screen reader says."""
    made = ui.button(icon=theme.icon(name), on_click=on_click, color=None).props("flat round no-caps").classes(classes)
    made.props["aria-label"] = label
    return made


def empty(
    icon_name: str, title: str, hint: str, action: str | None = None, on_click: Callable[..., Any] | None = None
) -> None:
    """What stands where nothing is yet: why, and what to do about it."""
    with ui.element("div").classes("pd-empty"):
        icon(icon_name)
        text(title, "pd-strong")
        text(hint)
        if action:
            button(action, on_click, "main")


def chips(
    options: dict[Any, str], chosen: Any, on_choose: Callable[[Any], Any], classes: str = "pd-chips"
) -> dict[Any, ui.button]:
    """A row of choices, one of them on; the caller marks the next one with `mark_chip`."""
    with ui.element("div").classes(classes).props("role=group"):
        row = {
            value: ui.button(label, on_click=lambda value=value: on_choose(value), color=None).props("flat no-caps")
            for value, label in options.items()
        }
    mark_chip(row, chosen)
    return row


def mark_chip(row: dict[Any, ui.button], chosen: Any) -> None:
    for value, chip in row.items():
        on = value == chosen
        chip.classes(add="on" if on else "", remove="" if on else "on")
        chip.props["aria-pressed"] = "true" if on else "false"


def avatar(name: str, warmness: int, classes: str = "") -> None:
    with ui.element("span").classes("pd-avatar").classes(classes).props("aria-hidden=true"):
        ui.label(theme.initials(name))
        ui.label(str(warmness)).classes("pd-w").classes(theme.tone(warmness))


def expansion(label: str) -> ui.expansion:
    """What is needed now and then; the arrow is ours, Quasar's would pull a whole font.

    It opens at once: what slides moves away under a quick finger.
    """
    opened = ui.expansion(label).classes("pd-extras").props("dense")
    opened.props["duration"] = 0
    opened.props["expand-icon"] = theme.icon("chevron-down")
    return opened


def sign_out(classes: str = "full-width") -> None:
    """A plain form: it works even when the app itself does not."""
    with ui.element("form").props("method=post action=/logout"):
        button("Sign out", None, "plain", "log-out").props("type=submit").classes(classes)


def heading(words: str, classes: str = "pd-h2") -> Element:
    """A section's title; more may be put beside it."""
    return line(words, "h2", classes)


def line(words: str, tag: str, classes: str) -> Element:
    made = ui.element(tag).classes(classes)
    with made:
        ui.label(words)
    return made
