"""Security: password, two-factor sign-in, passkeys, and where I am signed in."""

from dataclasses import dataclass

from nicegui import ui
from sqlmodel import Session

from app.models import Passkey, User, UserSession
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look, session_id
from app.pages.settings.confirmation import Confirmation
from app.pages.settings.passkeys_part import draw_passkeys
from app.pages.settings.password_part import draw_password
from app.pages.settings.sessions_part import draw_sessions
from app.pages.settings.settings_frame import settings_frame
from app.pages.settings.two_factor_part import draw_two_factor
from app.pages.ui import basic
from app.services.accounts import passkeys, sessions, two_factor
from app.services.accounts.passkey_ceremony import Site
from app.services.accounts.two_factor import TwoFactorStatus


@dataclass(frozen=True)
class Known:
    """What the page shows, as one question found it."""

    sessions: list[UserSession]
    two_factor: TwoFactorStatus
    passkeys: list[Passkey]


def load(session: Session, me: User) -> Known:
    return Known(sessions.devices(session, me), two_factor.status_of(session, me), passkeys.of_user(session, me))


@screen("Security")
async def security_page(shell: Shell) -> None:
    dependencies, confirmation, zone = (
        shell.dependencies,
        Confirmation(Site.at(shell.dependencies.address)),
        shell.me.timezone,
    )

    @ui.refreshable
    def content(known: Known) -> None:
        draw_two_factor(known.two_factor, refresh, dependencies, confirmation)
        is_fresh = sessions.is_fresh(known.sessions, session_id())
        draw_passkeys(known.passkeys, zone, Site.at(dependencies.address), refresh, password=not is_fresh)
        draw_sessions(known.sessions, zone, refresh)

    async def refresh() -> None:
        content.refresh(await look(load))

    ui.on("passkey_made", refresh)
    with settings_frame(shell, "/settings/security"):
        basic.title("Security")
        draw_password()
        content(await look(load))
