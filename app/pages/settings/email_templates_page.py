"""My mail templates: what I write again and again, with fields for the contact's own words."""

from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import EmailTemplate, EmailTemplateDraft, User
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import Confirmation, look, tap
from app.pages.settings.settings_frame import settings_frame
from app.pages.ui import basic, form
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.redraw import Memo
from app.services.activities import email_templates
from app.signals import Topic

FIELDS = {
    "given_name": "First name",
    "name": "Whole name",
    "organisation": "Organisation",
    "job_title": "Job title",
    "me": "My name",
}
HINT = "Tap a mail address of a contact, and choose one of these. Fields are filled with what we know of that person."


@screen("Mail templates")
async def templates_page(shell: Shell) -> None:
    with settings_frame(shell, "/settings/templates"):
        page = TemplatesPage(shell)
    await page.refresh()
    live_updates.on(page.refresh, Topic.CONTACT, owner=shell.me.id)


class TemplatesPage:
    """The list of my templates, and the sheet in which one of them is written."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.sheet = Sheet("Mail template")
        with ui.element("div").classes("pd-title"):
            basic.title("Mail templates")
            basic.button("New", self.open, "main", "plus").mark("new-template").props["aria-label"] = "New template"
        basic.text(HINT, "pd-muted").style("margin: 0 2px 12px")
        self.list = Memo()

    async def refresh(self) -> None:
        found = await look(email_templates.templates)
        # from now on a tap on an address asks, or does not
        self.shell.templates = bool(found)
        if not self.list.box.is_deleted:
            self.list.show([row.model_dump() for row in found], lambda: self.rows(list(found)))

    def rows(self, found: list[EmailTemplate]) -> None:
        with ui.element("div").classes("pd-card flush"):
            for row in found:
                with ui.element("div").classes("pd-row").mark("template"):
                    with ui.element("button").props("type=button").classes("pd-row-main pd-bare") as line:
                        with ui.element("span").classes("pd-avatar").props("aria-hidden=true"):
                            basic.icon("mail")
                        with ui.element("span").classes("pd-row-text"):
                            basic.text(row.name, "pd-row-name")
                            basic.text(row.subject or "No subject", "pd-row-sub")
                    line.on("click", partial(self.open, row), [])
                    basic.icon_button("trash-2", f"Delete: {row.name}", partial(self.remove, row))
            if not found:
                hint = "Write a mail once, and send it to many people one by one, each with their own name in it."
                basic.empty("mail", "No template yet", hint, "New template", self.open)

    def open(self, row: EmailTemplate | None = None) -> None:
        """`row` is the template to change, or nothing for a new one."""
        typed: dict[str, Any] = row.model_dump(include={"name", "subject", "body"}) if row else {}

        async def save() -> None:
            if await save_template(typed, row.id if row else None):
                self.sheet.close()

        with (
            self.sheet.fresh(row.id if row else "new"),
            ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", save),
        ):
            basic.line("Change the template" if row else "New template", "h2", "pd-h1")
            form.field(typed, EmailTemplateDraft, "name", "Name, for you alone", props="autocomplete=off maxlength=80")
            form.field(typed, EmailTemplateDraft, "subject", "Subject", props="autocomplete=off maxlength=200")
            body = form.field(typed, EmailTemplateDraft, "body", "Mail", area=True, props="autogrow maxlength=5000")
            basic.text("Put a field at the end of the mail:", "pd-muted pd-small")
            with ui.element("div").classes("pd-chips"):
                for field, word in FIELDS.items():
                    chip = ui.button(word, on_click=partial(append_field, body, field), color=None)
                    chip.props("flat no-caps").props["aria-label"] = f"Add the field {word}"
            with ui.element("div").classes("pd-foot"):
                basic.button("Save", None, "main").props("type=submit").classes("full-width").mark("save-template")
        self.sheet.open()

    async def remove(self, row: EmailTemplate) -> None:
        @tap
        def work(session: Session, me: User) -> Confirmation:
            email_templates.remove(session, me, row.id)
            return Confirmation(f"{row.name} deleted", back)

        def back(session: Session, me: User) -> str:
            email_templates.save(session, me, EmailTemplateDraft(name=row.name, subject=row.subject, body=row.body))
            return f"{row.name} is back"

        await work()


def append_field(body: ui.input | ui.textarea, field: str) -> None:
    body.set_value(f"{body.value or ''}{{{field}}}")


@tap
def save_template(session: Session, me: User, typed: dict[str, Any], template_id: UUID | None) -> str:
    draft = EmailTemplateDraft.model_validate({key: value or "" for key, value in typed.items()})
    email_templates.save(session, me, draft, template_id)
    return "Template saved"
