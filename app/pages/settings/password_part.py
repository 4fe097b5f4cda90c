"""A new password."""

from nicegui import ui
from sqlmodel import Session

from app import proofs
from app.models import User
from app.pages.core.tap import before, session_id, tap
from app.pages.ui import basic
from app.services.accounts import user_profile


def draw_password() -> None:
    typed: dict[str, str] = {}
    # asked here: the verb runs in a thread, which knows no page
    here = session_id()

    async def save() -> None:
        proved = await before(
            lambda user_id: proofs.new_password(user_id, typed.get("old") or "", typed.get("new") or "")
        )
        if proved is None:
            return

        @tap
        def work(session: Session, me: User) -> str:
            user_profile.change_password(session, me, *proved, but=here)
            return "Password changed; other devices are signed out, tokens and the calendar address ended"

        if await work():
            for box in boxes:
                box.set_value("")

    boxes: list[ui.input] = []
    basic.heading("Password")
    with ui.element("div").classes("pd-card pd-stack"):
        for name, label, hint in (
            ("old", "Current password", "current-password"),
            ("new", "New password", "new-password"),
        ):
            box = ui.input(label, password=True).props("outlined").classes("pd-field")
            boxes.append(box)
            box.props["autocomplete"] = hint
            box.bind_value_to(typed, name, strict=False)
        basic.button("Change password", save)
