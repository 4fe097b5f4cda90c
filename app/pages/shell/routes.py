"""Which screen stands at which address; `build` registers them with NiceGUI, once per process and never at import."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from nicegui import app, ui
from sqlmodel import Session

from app.errors import NotFound
from app.models import User
from app.pages.activities.activities_page import activities_page
from app.pages.activities.event_page import event_page
from app.pages.campaigns.campaign_page import campaign_page
from app.pages.campaigns.campaigns_page import campaigns_page
from app.pages.contacts.duplicates_page import duplicates_page
from app.pages.contacts.list.contacts_page import contacts_page
from app.pages.contacts.organisation_page import organisation_page
from app.pages.contacts.organisations_page import organisations_page
from app.pages.contacts.trash_page import trash_page
from app.pages.core import nicegui_patches, refused_access
from app.pages.core.dependencies import Dependencies
from app.pages.core.tap import look
from app.pages.imports.import_page import import_page
from app.pages.imports.job_changes_page import job_changes_page
from app.pages.notifications.notifications_page import notifications_page, outbox_page
from app.pages.pipedrive.sync_page import sync_page
from app.pages.reports.live.hub import ReportHub
from app.pages.reports.my_figures_page import my_figures_page
from app.pages.reports.reports_page import reports_page
from app.pages.reports.team_report_page import team_report_page
from app.pages.reports.wallboard_page import wallboard_page
from app.pages.settings.api_tokens_page import api_tokens_page
from app.pages.settings.calendar_page import calendar_page
from app.pages.settings.email_templates_page import templates_page
from app.pages.settings.notification_settings_page import notification_settings_page
from app.pages.settings.pipedrive_key_page import pipedrive_key_page
from app.pages.settings.pipedrive_settings_page import pipedrive_settings_page
from app.pages.settings.profile_page import profile_page
from app.pages.settings.security_page import security_page
from app.pages.shell import first_paint, navigation
from app.pages.shell.frame import PAGE_KEPT, Frame, draw_frame
from app.pages.shell.more_page import more_page
from app.pages.team.audit_log_page import audit_log_page
from app.pages.team.team_page import team_page
from app.pages.today.day import Day, ask_day
from app.pages.today.today_page import today
from app.pages.ui import theme
from app.services import policy
from app.services.activities import email_templates
from app.services.campaigns import campaigns
from app.services.contacts import organisations
from app.services.team import manager_view

SCREENS: dict[str, Callable[..., Any]] = {
    "/": today,
    "/contacts": contacts_page,
    "/contacts/{cid}": contacts_page,
    "/campaigns": campaigns_page,
    "/campaigns/{campaign_id}": campaign_page,
    "/activities": activities_page,
    "/conference": event_page,
    "/reports": reports_page,
    "/reports/mine": my_figures_page,
    "/sync": sync_page,
    "/organisations": organisations_page,
    "/organisations/{oid}": organisation_page,
    "/duplicates": duplicates_page,
    "/job-changes": job_changes_page,
    "/trash": trash_page,
    "/import": import_page,
    "/settings": profile_page,
    "/settings/key": pipedrive_key_page,
    "/settings/security": security_page,
    "/settings/notifications": notification_settings_page,
    "/settings/calendar": calendar_page,
    "/settings/pipedrive": pipedrive_settings_page,
    "/settings/templates": templates_page,
    "/settings/tokens": api_tokens_page,
    "/more": more_page,
    "/notices": notifications_page,
    "/outbox": outbox_page,
    "/team": team_page,
    "/team/work": team_report_page,
    "/team/audit": audit_log_page,
}

WALLBOARDS = ("/campaigns/{campaign_id}/screen", "/reports/screen")

GOLDEN = {"/team", "/team/work", "/team/audit", "/settings/pipedrive"}


def build(dependencies: Dependencies, hub: ReportHub) -> None:
    """Register every page with NiceGUI; `hub` is the one that is told the news of this process."""

    async def page() -> None:
        await draw_page(dependencies, hub)

    async def wallboard(campaign_id: str = "") -> None:
        await wallboard_page(hub, campaign_id)

    nicegui_patches.install()
    app.colors(**theme.COLORS)
    app.config.quasar_config["loadingBar"] = {"skipHijack": True}
    ui.add_head_html(theme.head(), shared=True)
    pages = dict.fromkeys(SCREENS, page) | dict.fromkeys(WALLBOARDS, wallboard)
    for path, draw in pages.items():
        ui.page(path, title="Pipedriven", reconnect_timeout=PAGE_KEPT, response_timeout=10)(draw)


async def draw_page(dependencies: Dependencies, hub: ReportHub) -> None:
    """The one page: every address builds the same frame, the screens change inside it."""
    path = ui.context.client.sub_pages_router.current_path.split("?")[0]

    def ask(session: Session, me: User) -> tuple[User, Day | None, bool, bool]:
        day = ask_day(session, me) if path == "/" else None
        return me, day, _exists(session, me, path), email_templates.any_(session, me)

    me, day, exists, templates = await look(ask)
    if not exists:
        ui.status_code(404)
        refused_access.note(me.id, path.split("/"))
    frame = Frame(me, dependencies, templates=templates)
    ui.add_body_html(first_paint.paint(frame, navigation.first_part(path), day))
    screens = {path: screen for path, screen in SCREENS.items() if policy.may_manage_users(me) or path not in GOLDEN}
    await draw_frame(frame, screens, {"hub": hub, "loaded": [day] if day else []})


def _exists(session: Session, me: User, path: str) -> bool:
    """Whether this person may know of what the address names."""
    if path in GOLDEN:
        return policy.may_manage_users(me)
    table, _, row = path.strip("/").partition("/")
    known: dict[str, Callable[[Session, User, UUID], object]] = {
        "contacts": manager_view.may_open,
        "campaigns": campaigns.seen,
        "organisations": organisations.owned,
    }
    if table not in known or not row:
        return True
    try:
        known[table](session, me, UUID(row))
    except (NotFound, ValueError):
        return False
    return True
