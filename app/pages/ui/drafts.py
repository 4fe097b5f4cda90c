"""What is typed and not saved is kept by the browser (static/drafts.js); from here it hears what was saved."""

from weakref import WeakKeyDictionary

from nicegui import Client, ui
from nicegui.element import Element

from app.pages.ui import theme

_keepers: WeakKeyDictionary[Client, Element] = WeakKeyDictionary()


class DraftKeeper(Element, component=theme.COMPONENTS / "drafts.js"):
    """Nothing to be seen: the browser's end of what is said about drafts."""


def keep() -> None:
    """Once per page, where it is not drawn anew."""
    _keepers[ui.context.client] = DraftKeeper()


def drop(page: Client, draft: str) -> None:
    keeper = _keepers.get(page)
    if keeper and not keeper.is_deleted:
        keeper.run_method("drop", draft)
