"""The first page of the settings: name and time zone."""

from typing import Any

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look, tap
from app.pages.settings.settings_frame import settings_frame
from app.pages.ui import basic, theme
from app.services.accounts import user_profile
from app.settings import timezones


@screen("Settings")
async def profile_page(shell: Shell) -> None:
    me = await look(lambda _, me: me)
    with settings_frame(shell, "/settings"):
        basic.title("Settings")
        draw_profile(me)


def draw_profile(me: User) -> None:
    typed: dict[str, Any] = {"name": me.name, "timezone": me.timezone}

    @tap
    def save(session: Session, me: User) -> str:
        user_profile.change_profile(session, me, typed["name"], typed["timezone"])
        return "Saved"

    basic.heading("You")
    with ui.element("div").classes("pd-card pd-stack"):
        ui.input("Name", value=me.name).props("outlined maxlength=120").classes("pd-field").bind_value_to(
            typed, "name", strict=False
        )
        zone = (
            ui.select(timezones(), value=me.timezone, label="Time zone", with_input=True)
            .props("outlined behavior=menu")
            .classes("pd-field")
        )
        zone.props["dropdown-icon"] = theme.icon("chevron-down")
        zone.bind_value_to(typed, "timezone", strict=False)
        basic.button("Save", save)
