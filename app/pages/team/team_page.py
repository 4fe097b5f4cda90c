"""The team page, for golden tickets: who may sign in, with which role, and whose contacts go to whom."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import Role, User
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look, tap
from app.pages.team.backup_card import draw_backup_card
from app.pages.team.firm_part import draw_firm_choices
from app.pages.team.invitations_part import ROLES, Invited, draw_invitations
from app.pages.team.second_step_part import draw_second_step_rule
from app.pages.team.transfer_many_sheet import TransferManySheet
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services.accounts import invitations, second_step_rule, two_factor, users
from app.services.base import firm_settings
from app.services.notifications import email_rendering, mail_outbox
from app.services.operations import backup_status
from app.services.operations.backup_status import Safety
from app.signals import Topic

Invite = Callable[[str, Role], Awaitable[None]]
OnUser = Callable[[User], Awaitable[None]]


@screen("Team")
async def team_page(shell: Shell) -> None:
    links = OneTimeLinks(shell.dependencies.address)
    transfer = TransferManySheet()

    @ui.refreshable
    def team(colleagues: list[User], invited: Invited) -> None:
        draw_invitations(invited, shell.me.timezone, links.send_again)
        with ui.element("div").classes("pd-card flush"):
            for user in colleagues:
                draw_person(user, shell.me.id, links.reset_password, transfer.open)

    async def refresh() -> None:
        team.refresh(*(await look(load_team))[:2])

    with ui.element("div").classes("pd-title"):
        basic.title("Team")
        with basic.link("/team/work", "pd-act pd-wide-act"):
            basic.text("Team activity")
    draw_invitation(links.invite)
    colleagues, invited, asked_from, backup, firm = await look(load_team)
    team(colleagues, invited)
    draw_second_step_rule(asked_from)
    draw_firm_choices(firm)
    draw_backup_card(backup, shell.me.timezone)
    live_updates.on(refresh, Topic.PEOPLE)


def load_team(
    session: Session, me: User
) -> tuple[list[User], Invited, dict[Role, date | None], Safety | None, dict[str, Any]]:
    people, invited = users.colleagues(session, me), invitations.pending(session, me)
    asked_from, safety = second_step_rule.chosen(session, me), backup_status.seen(session, me)
    return people, invited, asked_from, safety, firm_settings.get_all(session)


class OneTimeLinks:
    """The links with which a colleague sets a password: mailed, and shown once in a sheet."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.sheet = Sheet("Link")

    async def invite(self, email: str, role: Role) -> None:
        made: list[str] = []

        @tap
        def invite(session: Session, me: User) -> str:
            made.append(f"{self.address}/invite/{users.invite(session, me, email, role)}")
            mail_outbox.enqueue(session, email, email_rendering.invitation(self.address, me.name, made[0]))
            return f"Invitation for {email} is ready"

        if await invite():
            self.show("Invitation", made[0])

    async def send_again(self, invitation_id: UUID) -> None:
        made: list[str] = []

        @tap
        def again(session: Session, me: User) -> str:
            kept, token = invitations.send_again(session, me, invitation_id)
            made.append(f"{self.address}/invite/{token}")
            mail_outbox.enqueue(session, kept.email or "", email_rendering.invitation(self.address, me.name, made[0]))
            return f"A new link for {kept.email} is ready"

        if await again():
            self.show("Invitation", made[0])

    async def reset_password(self, user: User) -> None:
        made: list[str] = []

        @tap
        def reset(session: Session, me: User) -> str:
            made.append(f"{self.address}/reset/{users.reset_link(session, me, user.id)}")
            mail_outbox.enqueue(session, user.email, email_rendering.new_password(made[0]), user=user)
            return f"Password link for {user.name} is ready"

        if await reset():
            self.show(f"New password for {user.name}", made[0])

    def show(self, title: str, link: str) -> None:
        with self.sheet.fresh():
            basic.text(title, "pd-h1")
            hint = "It works once. With a mail server it was mailed too, else send it yourself."
            basic.text(hint, "pd-muted").style("margin: 6px 0 14px")
            box = ui.input("Link", value=link).props("outlined readonly")
            box.classes("pd-field").mark("link")
            copy = basic.button("Copy", None, "main", "copy").classes("full-width").style("margin-top: 12px")
            copy.on(
                "click",
                js_handler="() => navigator.clipboard.writeText(document.querySelector('.pd-sheet input[readonly]').value)",
            )
        self.sheet.open()


@tap
def change_role(session: Session, me: User, user_id: UUID, role: Role) -> str:
    return f"{users.change_role(session, me, user_id, role).name} is now {ROLES[role].lower()}"


@tap
def disable(session: Session, me: User, user_id: UUID) -> str:
    return f"{users.disable(session, me, user_id).name} can no longer sign in"


@tap
def turn_off_two_factor(session: Session, me: User, user_id: UUID) -> str:
    return f"{two_factor.take_off(session, me, user_id).name} signs in with the password alone"


@tap
def enable(session: Session, me: User, user_id: UUID) -> str:
    return f"{users.enable(session, me, user_id).name} may sign in again"


def draw_invitation(invite: Invite) -> None:
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


def draw_person(user: User, me: UUID, reset_password: OnUser, hand_over: OnUser) -> None:
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
                ui.menu_item("New password link", lambda: reset_password(user))
                ui.menu_item("Turn off two-factor", lambda: turn_off_two_factor(user.id))
                ui.menu_item("Disable", lambda: disable(user.id))
            elif user.id != me:
                ui.menu_item("Enable", lambda: enable(user.id))
            ui.menu_item("Hand over contacts", lambda: hand_over(user))
