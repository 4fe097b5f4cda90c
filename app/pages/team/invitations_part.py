"""Who was invited and is not here yet: until when their link works, a new link, and taking it back."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import OneTimeLink, Role, User, now
from app.pages.core.tap import tap
from app.pages.ui import basic, theme
from app.services.accounts import invitations

Invited = list[tuple[OneTimeLink, str | None]]

ROLES = {Role.CONSULTANT: "Consultant", Role.GOLDEN_TICKET: "Golden ticket"}


def draw_invitations(invited: Invited, zone: str, send_again: Callable[[UUID], Awaitable[None]]) -> None:
    """Nothing where nobody is awaited."""
    if not invited:
        return
    basic.heading("Invited, not here yet")
    with ui.element("div").classes("pd-card flush"):
        for link, by in invited:
            draw_invitation(link, by, zone, send_again)
    basic.heading("Colleagues")


@tap
def revoke(session: Session, me: User, invitation_id: UUID) -> str:
    return f"The link for {invitations.revoke(session, me, invitation_id)} does not work any more"


def draw_invitation(
    link: OneTimeLink, by: str | None, zone: str, send_again: Callable[[UUID], Awaitable[None]]
) -> None:
    until = theme.mid_sentence(theme.time_word(link.expires_at, zone))
    with ui.element("div").classes("pd-row").mark("invitation"):
        with ui.element("div").classes("pd-row-main"), ui.element("span").classes("pd-row-text"):
            basic.text(link.email or "", "pd-row-name")
            basic.text(f"{ROLES[link.role]}, invited by {by or 'the operator'}", "pd-row-sub")
            basic.text(
                f"The link works until {until}" if link.expires_at > now() else "The link has expired", "pd-row-sub"
            )
        with basic.icon_button("ellipsis", f"Actions for {link.email}", None), ui.menu().props("auto-close"):
            ui.menu_item("Send again", lambda: send_again(link.id))
            ui.menu_item("Revoke", lambda: revoke(link.id))
