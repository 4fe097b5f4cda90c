"""What the firm chooses for everybody's contacts: rest after a contact, courtesy between colleagues, the country of bare numbers."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui
from sqlmodel import Session

from app import countries
from app.models import User
from app.pages.core.tap import tap
from app.pages.ui import basic, theme
from app.services.base import firm_settings

REST = "Nobody is suggested again for so many days after a contact; 0 for the same day only."
COURTESY = "A colleague who was in touch with the same person within so many days is mentioned; 0 for never."
COUNTRY = "Where a phone number without + is from."


def draw_firm_choices(firm: Mapping[str, Any]) -> None:
    typed: dict[str, Any] = {name: firm[name] for name in ("rest_days", "courtesy_days", "country")}

    @tap
    def save(session: Session, me: User) -> str:
        days = {name: int(typed[name] or 0) for name in ("rest_days", "courtesy_days")}
        firm_settings.change(session, me, country=typed["country"], **days)
        return "Saved"

    basic.heading("Contacts of the firm")
    with ui.element("div").classes("pd-card pd-stack"):
        for name, label, hint in (("rest_days", "Days of rest", REST), ("courtesy_days", "Days of courtesy", COURTESY)):
            box = ui.number(label, value=typed[name], min=0, max=firm_settings.MOST_DAYS, precision=0)
            box.props("outlined").classes("pd-field").bind_value_to(typed, name, strict=False)
            basic.text(hint, "pd-muted pd-small")
        chosen = ui.select(countries.NAMES, value=typed["country"], label="Country")
        chosen.props("outlined behavior=menu").classes("pd-field").bind_value_to(typed, "country", strict=False)
        chosen.props["dropdown-icon"] = theme.icon("chevron-down")
        basic.text(COUNTRY, "pd-muted pd-small")
        basic.button("Save", save)
