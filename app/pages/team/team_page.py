"""The team: who may sign in, as what; for golden tickets."""

from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import Role, User
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look, tap
from app.pages.team.backup_card import safety_of_the_firm
from app.pages.team.transfer_many_sheet import HandOverMany
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services.accounts import two_factor, users
from app.services.notifications import email_rendering, mail_outbox
from app.signals import Topic

ROLES = {Role.CONSULTANT: "Consultant", Role.GOLDEN_TICKET: "Golden ticket"}


@screen("Team")
async def team_page(shell: Shell) -> None:
    sheet, handing = Sheet("Link"), HandOverMany()
    address = shell.dependencies.address

    def show_link(title: str, path: str) -> None:
        with sheet.fresh():
            basic.text(title, "pd-h1")
            basic.text("It works once. With a mail server it was mailed too, else send it yourself.", "pd-muted").style(
                "margin: 6px 0 14px"
            )
            box = ui.input("Link", value=f"{address}{path}").props("outlined readonly")
            box.classes("pd-field").mark("link")
            basic.button("Copy", None, "main", "copy").classes("full-width").style("margin-top: 12px").on(
                "click",
                js_handler="() => navigator.clipboard.writeText(document.querySelector('.pd-sheet input[readonly]').value)",
            )
        sheet.open()

    async def invite(email: str, role: Role) -> None:
        made: list[str] = []

        @tap
        def work(session: Session, me: User) -> str:
            made.append(users.invite(session, me, email, role))
            link = f"{address}/invite/{made[0]}"
            mail_outbox.write(session, email, email_rendering.invitation(address, me.name, link))
            return f"Invitation for {email} is ready"

        if await work():
            show_link("Invitation", f"/invite/{made[0]}")

    async def new_password(user: User) -> None:
        made: list[str] = []

        @tap
        def work(session: Session, me: User) -> str:
            made.append(users.reset_link(session, me, user.id))
            link = f"{address}/reset/{made[0]}"
            mail_outbox.write(session, user.email, email_rendering.new_password(link))
            return f"Password link for {user.name} is ready"

        if await work():
            show_link(f"New password for {user.name}", f"/reset/{made[0]}")

    @ui.refreshable
    def team(colleagues: list[User]) -> None:
        with ui.element("div").classes("pd-card flush"):
            for user in colleagues:
                person(user, shell.me.id, new_password, handing.open)

    async def again() -> None:
        team.refresh(await look(users.colleagues))

    with ui.element("div").classes("pd-title"):
        basic.title("Team")
        with basic.link("/team/work", "pd-act pd-wide-act"):
            basic.text("Team at work")
    invitation(invite)
    team(await look(users.colleagues))
    await safety_of_the_firm(shell.me.timezone)
    live_updates.on(again, Topic.PEOPLE)


@tap
def change_role(session: Session, me: User, user_id: UUID, role: Role) -> str:
    return f"{users.change_role(session, me, user_id, role).name} is now {ROLES[role].lower()}"


@tap
def disable(session: Session, me: User, user_id: UUID) -> str:
    return f"{users.disable(session, me, user_id).name} can no longer sign in"


@tap
def take_off_step(session: Session, me: User, user_id: UUID) -> str:
    return f"{two_factor.take_off(session, me, user_id).name} signs in with the password alone"


@tap
def enable(session: Session, me: User, user_id: UUID) -> str:
    return f"{users.enable(session, me, user_id).name} may sign in again"


def invitation(invite: Any) -> None:
    typed: dict[str, str] = {}
    with ui.element("div").classes("pd-card pd-stack"):
        box = (
            ui.input("E-mail of a colleague")
            .props("outlined type=email autocomplete=off")
            .classes("pd-field")
            .mark("invitee")
        )
        box.bind_value_to(typed, "email", strict=False)
        with ui.element("div").classes("pd-pair"):
            for role, word in ROLES.items():
                basic.button(
                    f"Invite as {word.lower()}",
                    lambda role=role: invite(typed.get("email") or "", role),
                    "main" if role is Role.CONSULTANT else "soft",
                )


def person(user: User, me: UUID, new_password: Any, hand_over: Any) -> None:
    other = Role.CONSULTANT if user.is_golden else Role.GOLDEN_TICKET
    with ui.element("div").classes("pd-row"):
        with ui.element("div").classes("pd-row-main"):
            with ui.element("span").classes("pd-avatar").classes("brandy" if user.active else "cold"):
                ui.label(theme.initials(user.name))
            with ui.element("span").classes("pd-row-text"):
                basic.text(user.name, "pd-row-name")
                basic.text(user.email, "pd-row-sub")
                with ui.element("span"):
                    basic.text(ROLES[user.role] if user.active else "Disabled", "pd-chip small").classes(
                        "none" if not user.active else "wait" if user.is_golden else "good"
                    )
        with basic.icon_button("ellipsis", f"Actions for {user.name}", None), ui.menu().props("auto-close"):
            if user.id != me and user.active:
                ui.menu_item(f"Make {ROLES[other].lower()}", lambda: change_role(user.id, other))
                ui.menu_item("New password link", lambda: new_password(user))
                ui.menu_item("Take the second step off", lambda: take_off_step(user.id))
                ui.menu_item("Disable", lambda: disable(user.id))
            elif user.id != me:
                ui.menu_item("Enable", lambda: enable(user.id))
            ui.menu_item("Hand over contacts", lambda: hand_over(user))
