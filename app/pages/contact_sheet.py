"""Adding or editing a contact: a sheet with the few fields that matter first."""

from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import LikelyDuplicate
from app.models import Contact, ContactDraft, User
from app.pages.parts import basic, form
from app.pages.parts.sheet import Sheet
from app.pages.tap import look, tap
from app.services import contacts, organisations


class ContactSheet:
    """One sheet per page: empty for somebody new, filled for somebody known."""

    def __init__(self) -> None:
        self.sheet = Sheet("Contact")
        self.typed: dict[str, Any] = {}
        self.contact_id: UUID | None = None
        self.version: int | None = None

    async def open(self, contact: Contact | None = None) -> None:
        self.contact_id, self.version = (contact.id, contact.version) if contact else (None, None)
        self.typed = _known(contact) if contact else {"warmness_score": 3}
        firms = await look(lambda session, me: organisations.suggest(session, me, "", 300))
        self.draw(firms)
        self.sheet.open()

    def draw(self, firms: list[str]) -> None:
        with (
            self.sheet.fresh(),
            ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", self.save),
        ):
            basic.text("Edit contact" if self.contact_id else "New contact", "pd-h1")
            # somebody known is opened to change one fact: a keyboard over the rest would be in the way
            focus = "" if self.contact_id else "autofocus"
            form.field(self.typed, ContactDraft, "name", "Name", props="autocomplete=off").props(focus)
            firm = form.field(self.typed, ContactDraft, "organisation", "Organisation", props="autocomplete=off")
            firm.set_autocomplete(firms)
            form.field(self.typed, ContactDraft, "phone", "Phone", props="type=tel inputmode=tel autocomplete=off")
            form.field(self.typed, ContactDraft, "email", "E-mail", props="type=email inputmode=email autocomplete=off")
            self.warmth()
            with basic.expansion("More"):
                form.field(self.typed, ContactDraft, "job_title", "Job title")
                form.field(self.typed, ContactDraft, "linkedin_url", "LinkedIn", props="type=url inputmode=url")
                cadence = ui.number(
                    "Contact every … days", value=self.typed.get("cadence_days"), min=1, max=730, precision=0
                )
                cadence.props("outlined").classes("pd-field").bind_value_to(self.typed, "cadence_days", strict=False)
                form.field(self.typed, ContactDraft, "notes", "Notes", area=True, props="autogrow")
            self.twins = ui.element("div")
            with ui.element("div").classes("pd-foot"):
                basic.button("Save", None, "main").props("type=submit").classes("full-width").mark("save")

    def warmth(self) -> None:
        with ui.element("div"):
            words = basic.text(_warm_words(self.typed["warmness_score"]), "pd-small pd-muted")
            slider = ui.slider(min=0, max=10, step=1, value=self.typed["warmness_score"]).props(
                "snap aria-label=Warmness"
            )
            slider.bind_value_to(self.typed, "warmness_score", strict=False)
            slider.on_value_change(lambda event: words.set_text(_warm_words(event.value)))

    async def save(self) -> None:
        if await (self.change() if self.contact_id else self.add(keep_both=False)):
            self.sheet.close()

    async def change(self) -> bool:
        @tap
        def work(session: Session, me: User, contact_id: UUID) -> str:
            contacts.change(session, me, contact_id, _facts(self.typed), version=self.version)
            return "Saved"

        return self.contact_id is not None and await work(self.contact_id)

    async def add(self, *, keep_both: bool) -> bool:
        twins: list[dict[str, str]] = []

        @tap
        def work(session: Session, me: User) -> str | None:
            try:
                contact = contacts.add(
                    session, me, ContactDraft.model_validate(_facts(self.typed)), keep_both=keep_both
                )
            except LikelyDuplicate as refusal:
                twins.extend(refusal.candidates)
                return None
            return f"{contact.name} added"

        done = await work()
        self.show_twins(twins)
        return done and not twins

    def show_twins(self, twins: list[dict[str, str]]) -> None:
        """Who this might be; the person decides, and nothing typed is lost."""
        self.twins.clear()
        if not twins:
            return
        with self.twins, ui.element("div").classes("pd-card"):
            basic.text("You may already have this person", "pd-strong")
            for twin in twins:
                with basic.link(f"/contacts/{twin['id']}", "pd-fact").on("click", self.sheet.close):
                    basic.icon("user")
                    basic.text(" · ".join(filter(None, (twin["name"], twin["organisation"], twin["email"]))))
            basic.button("Keep both", self.keep_both)

    async def keep_both(self) -> None:
        if await self.add(keep_both=True):
            self.sheet.close()


def _warm_words(score: float) -> str:
    return f"Warmness {int(score)}"


def _known(contact: Contact) -> dict[str, Any]:
    facts = contact.model_dump(include={"name", "job_title", "linkedin_url", "notes", "cadence_days", "warmness_score"})
    firm = contact.organisation.name if contact.organisation else None
    return facts | {"email": contact.email, "phone": contact.phone, "organisation": firm}


def _facts(typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed, as the draft wants it: whole numbers, and text where a field was emptied."""
    whole = {key: int(typed[key]) for key in ("warmness_score", "cadence_days") if typed.get(key) is not None}
    return {"cadence_days": None, **typed, **whole, "notes": typed.get("notes") or "", "name": typed.get("name") or ""}
