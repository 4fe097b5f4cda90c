"""Which notifications reach me, and when: kinds, e-mail, hour of the morning mail, quiet hours."""

from typing import Any

from nicegui import ui
from sqlmodel import Session

from app.models import NotificationKind, NotificationSettings, User
from app.pages.core.tap import tap
from app.pages.ui import basic, theme
from app.services.notifications import inbox

WORDS = {
    NotificationKind.DIGEST: "Morning mail: whom to contact today",
    NotificationKind.REMINDER: "Follow-ups that are due",
    NotificationKind.MEETING: "Meetings that are over: held, no-show or moved?",
    NotificationKind.PIPEDRIVE: "Pushes to Pipedrive that need me",
    NotificationKind.CAMPAIGN: "Campaigns that I join, and those that fall behind",
}
HOURS = {hour: f"{hour:02}:00" for hour in range(24)}


def draw_notification_settings(known: NotificationSettings) -> None:
    typed: dict[str, Any] = known.model_dump(include={"digest_hour", "weekends", "by_mail", "quiet_from", "quiet_to"})
    on = {kind: kind not in known.off for kind in NotificationKind}

    @tap
    def save(session: Session, me: User) -> str:
        inbox.change_settings(session, me, **typed, off=[kind.value for kind, wanted in on.items() if not wanted])
        return "Saved"

    basic.heading("Notifications")
    with ui.element("div").classes("pd-card pd-stack"):
        for kind, words in WORDS.items():
            ui.switch(words, value=on[kind]).bind_value_to(on, kind, strict=False)
        ui.switch("By mail as well", value=known.by_mail).bind_value_to(typed, "by_mail", strict=False)
        ui.switch("Morning mail on weekends too", value=known.weekends).bind_value_to(typed, "weekends", strict=False)
        hour_select("Morning mail at", known.digest_hour, typed, "digest_hour")
        with ui.element("div").classes("pd-pair"):
            hour_select("Quiet from", known.quiet_from, typed, "quiet_from")
            hour_select("until", known.quiet_to, typed, "quiet_to")
        basic.button("Save", save, "main")


def hour_select(label: str, value: int, typed: dict[str, Any], name: str) -> None:
    box = ui.select(HOURS, value=value, label=label).props("outlined behavior=menu").classes("pd-field")
    box.props["dropdown-icon"] = theme.icon("chevron-down")
    box.bind_value_to(typed, name, strict=False)
