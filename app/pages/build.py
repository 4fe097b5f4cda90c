"""Registers the screens; called once per process, never at import."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from nicegui import app, ui
from sqlmodel import Session

from app.errors import NotFound
from app.models import User
from app.pages import border, design, first, handlers
from app.pages.activities import activities_page
from app.pages.big_screen import big_screen
from app.pages.campaign import campaign_page
from app.pages.campaigns import campaigns_page
from app.pages.conference import conference_page
from app.pages.contacts import contacts_page
from app.pages.frame import KEPT, shell
from app.pages.import_page import import_page
from app.pages.more import more_page
from app.pages.notices import notices_page, outbox_page
from app.pages.organisations import organisations_page
from app.pages.pipedrive_settings import pipedrive_settings_page
from app.pages.reports import reports_page
from app.pages.settings import settings_page
from app.pages.sync_centre import sync_page
from app.pages.tap import look
from app.pages.team import team_page
from app.pages.teamwork import teamwork_page
from app.pages.templates import templates_page
from app.pages.today import today
from app.pages.trail import trail_page
from app.pages.trash import trash_page
from app.services import campaigns, owed, suggestions, templates, witness
from app.services.keys import Check, LetGo
from app.services.pushes import LookUp
from app.vault import Vault

SCREENS: dict[str, Callable[..., Any]] = {
    "/": today,
    "/contacts": contacts_page,
    "/contacts/{cid}": contacts_page,
    "/campaigns": campaigns_page,
    "/campaigns/{campaign_id}": campaign_page,
    "/activities": activities_page,
    "/conference": conference_page,
    "/reports": reports_page,
    "/sync": sync_page,
    "/organisations": organisations_page,
    "/trash": trash_page,
    "/import": import_page,
    "/settings": settings_page,
    "/settings/pipedrive": pipedrive_settings_page,
    "/settings/templates": templates_page,
    "/more": more_page,
    "/notices": notices_page,
    "/outbox": outbox_page,
    "/team": team_page,
    "/team/work": teamwork_page,
    "/team/audit": trail_page,
}

GOLDEN = {"/team", "/team/work", "/team/audit", "/settings/pipedrive"}


def build(
    address: str, check_key: Check, vault: Vault, look_up: LookUp | None = None, let_go: LetGo | None = None
) -> None:
    """Make every screen reachable. `address` stands in links that people send each other."""
    border.address, border.check_key, border.look_up, border.let_go = address, check_key, look_up, let_go
    border.seal, border.unseal = vault.seal, vault.open
    handlers.remember()
    app.colors(**design.COLORS)
    app.config.quasar_config["loadingBar"] = {"skipHijack": True}
    ui.add_head_html(design.head(), shared=True)
    for path in SCREENS:
        ui.page(path, title="Pipedriven", reconnect_timeout=KEPT, response_timeout=10)(page)
    for path in ("/campaigns/{campaign_id}/screen", "/reports/screen"):
        ui.page(path, title="Pipedriven", reconnect_timeout=KEPT, response_timeout=10)(big_screen)


async def page() -> None:
    """The one page: every address builds the same frame, the screens change inside it."""
    path = ui.context.client.sub_pages_router.current_path.split("?")[0]

    def ask(session: Session, me: User) -> tuple[first.Picks, bool, bool]:
        here, today_ = "/" + path.strip("/").split("/")[0], path == "/"
        suggested = suggestions.suggest(session, me, first.SHOWN) if today_ else []
        asked = owed.open_questions(session, me, 3) if today_ else []
        return first.Picks(me, here, suggested, asked), _exists(session, me, path), templates.any_(session, me)

    picks, exists, writes = await look(ask)
    me = picks.me
    if not exists:
        ui.status_code(404)
    ui.add_body_html(first.paint(picks))
    screens = {path: screen for path, screen in SCREENS.items() if me.is_golden or path not in GOLDEN}
    await shell(screens, me, templates=writes)


def _exists(session: Session, me: User, path: str) -> bool:
    """Whether this person may know of what the address names."""
    if path in GOLDEN:
        return me.is_golden
    room, _, row = path.strip("/").partition("/")
    known: dict[str, Callable[[Session, User, UUID], object]] = {
        "contacts": witness.may_open,
        "campaigns": campaigns.seen,
    }
    if room not in known or not row:
        return True
    try:
        known[room](session, me, UUID(row))
    except (NotFound, ValueError):
        return False
    return True
