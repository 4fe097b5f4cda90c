"""Registers the screens; called once per process, never at import."""

from uuid import UUID

from nicegui import app, ui
from sqlmodel import Session

from app.errors import NotFound
from app.models import User
from app.pages import border, design, first
from app.pages.activities import activities_page
from app.pages.contacts import contacts_page
from app.pages.frame import KEPT, shell
from app.pages.import_page import import_page
from app.pages.more import more_page
from app.pages.settings import settings_page
from app.pages.sync_centre import sync_page
from app.pages.tap import look
from app.pages.team import team_page
from app.pages.today import today
from app.services import contacts, owed, suggestions
from app.services.keys import Check, Seal

SCREENS = {
    "/": today,
    "/contacts": contacts_page,
    "/contacts/{cid}": contacts_page,
    "/activities": activities_page,
    "/sync": sync_page,
    "/import": import_page,
    "/settings": settings_page,
    "/more": more_page,
    "/team": team_page,
}

GOLDEN = {"/team"}


def build(address: str, check_key: Check, seal: Seal) -> None:
    """Make every screen reachable. `address` stands in links that people send each other."""
    border.address, border.check_key, border.seal = address, check_key, seal
    app.colors(**design.COLORS)
    app.config.quasar_config["loadingBar"] = {"skipHijack": True}
    ui.add_head_html(design.head(), shared=True)
    for path in SCREENS:
        ui.page(path, title="Pipedriven", reconnect_timeout=KEPT, response_timeout=10)(page)


async def page() -> None:
    """The one page: every address builds the same frame, the screens change inside it."""
    path = ui.context.client.sub_pages_router.current_path.split("?")[0]

    def ask(session: Session, me: User) -> tuple[first.Picks, bool]:
        here, today_ = "/" + path.strip("/").split("/")[0], path == "/"
        suggested = suggestions.suggest(session, me, first.SHOWN) if today_ else []
        asked = owed.open_questions(session, me, 3) if today_ else []
        return first.Picks(me, here, suggested, asked), _exists(session, me, path)

    picks, exists = await look(ask)
    me = picks.me
    if not exists:
        ui.status_code(404)
    ui.add_body_html(first.paint(picks))
    screens = {path: screen for path, screen in SCREENS.items() if me.is_golden or path not in GOLDEN}
    await shell(screens, me)


def _exists(session: Session, me: User, path: str) -> bool:
    """Whether this person may know of what the address names."""
    if path in GOLDEN:
        return me.is_golden
    if not path.startswith("/contacts/"):
        return True
    try:
        contacts.owned(session, me, UUID(path.removeprefix("/contacts/")))
    except (NotFound, ValueError):
        return False
    return True
