"""From which day on the firm asks for a second step at sign-in, by role."""

from datetime import date

from nicegui import ui
from sqlmodel import Session

from app.models import Role, User
from app.pages.core.tap import tap
from app.pages.team.invitations_part import ROLES
from app.pages.ui import basic
from app.services.accounts import second_step_rule

HINT = "From that day on, whoever has neither an authenticator nor a passkey has to set one up first. Scripts are not asked."


def draw_second_step_rule(chosen: dict[Role, date | None]) -> None:
    typed = {role.value: day.isoformat() if day else "" for role, day in chosen.items()}

    @tap
    def save(session: Session, me: User) -> str:
        days = {Role(role): date.fromisoformat(day) if day else None for role, day in typed.items()}
        second_step_rule.choose(session, me, days)
        return "Saved"

    basic.heading("Two-factor authentication")
    with ui.element("div").classes("pd-card pd-stack"):
        basic.text(HINT, "pd-muted pd-small")
        for role, word in ROLES.items():
            box = ui.input(f"{word}: asked from", value=typed[role.value]).props(
                "outlined type=date clearable stack-label"
            )
            box.classes("pd-field").bind_value_to(typed, role.value, lambda day: day or "", strict=False)
        basic.button("Save", save)
