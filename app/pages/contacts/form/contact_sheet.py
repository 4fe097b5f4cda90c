"""Adding or editing a contact: one pasted text or a few fields, and nothing that was typed is lost."""

from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import Conflict, Stale
from app.models import Contact, ContactDraft, User
from app.pages.contacts.detail.duplicates_part import TwinsPart, like
from app.pages.contacts.form import edit_conflict, form_session, form_state, qr_scan
from app.pages.contacts.form.contact_form import ContactForm
from app.pages.contacts.form.edit_conflict import Apart, Decisions
from app.pages.contacts.form.paste_box import Paste
from app.pages.contacts.sheets.merge_sheet import MergeSheet
from app.pages.core.tap import Said, look, tap
from app.pages.ui import basic, toast
from app.pages.ui.bottom_sheet import Sheet
from app.services.contacts import bank, erased_people
from app.services.contacts.duplicates import Twin

MEANWHILE = "Changed in the meantime, here or in another window"
TOGETHER = "{} is there already. Where the two differ:"


class ContactSheet:
    """One sheet per page. What was left unsaved in it comes back when it is opened for the same person again."""

    def __init__(self, merging: MergeSheet) -> None:
        self.sheet, self.merging = Sheet("Contact"), merging
        self.left: dict[UUID | None, form_session.Work] = {}

    async def open(self, contact: Contact | None = None, text: str = "") -> None:
        """`text` is what was shared or photographed: it stands in the box for pasted texts, and is read at once."""
        contact_id = contact.id if contact else None
        self.work = self.left.get(contact_id) or form_session.begin(contact)
        self.left[contact_id] = self.work
        self.draw(came_back=self.is_touched())
        self.sheet.open()
        if text:
            await self.paste.give(text)

    def is_touched(self) -> bool:
        work = self.work
        if work.contact_id is None:
            return form_state.says_something(work.typed)
        return form_state.facts(work.typed) != work.base

    def draw(self, *, came_back: bool = False, title: str = "", apart: list[Apart] | None = None) -> None:
        """`apart` are the fields that have to be decided first."""
        is_new = self.work.contact_id is None
        with (
            self.sheet.fresh(),
            ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", self.save),
        ):
            with ui.element("div").classes("pd-line"):
                basic.text("New contact" if is_new else "Edit contact", "pd-h1 pd-grow")
                if came_back:
                    basic.button("Start over", self.start_over, "plain", "undo-2")
            if is_new:
                self.paste = Paste(self.take, self.take_rest)
                qr_scan.photo(self.paste.give)
            self.decisions = Decisions(title, apart, self.decide) if apart else None
            self.form = ContactForm(self.work.typed, self.ask_twins, is_new=is_new)
            if is_new:
                with basic.link("/conference", "pd-fact").on("click", self.sheet.close):
                    basic.icon("mic")
                    basic.text("At an event? Add one name after the other")
            with ui.element("div").classes("pd-foot"):
                self.erased = ui.element("div")
                self.twins = TwinsPart(self.sheet.close, self.merge)
                basic.button("Save", None, "main").props("type=submit").classes("full-width").mark("save")
        self.from_text: dict[str, Any] = {}

    async def start_over(self) -> None:
        contact_id = self.work.contact_id
        self.left.pop(contact_id, None)
        await self.open(await look(partial(form_session.as_it_is, contact_id)) if contact_id else None)

    def take(self, found: dict[str, Any]) -> Any:
        """What a text says stands in the fields, to be looked over."""
        form_state.take(self.work.typed, found, self.from_text)
        self.from_text = found
        self.form.filled()
        return ui.timer(0, self.ask_twins, once=True)

    def take_rest(self, rest: str) -> None:
        notes = self.work.typed.get("notes") or ""
        self.work.typed["notes"] = f"{notes.rstrip()}\n{rest}".strip()
        self.form.filled()

    def decide(self, name: str, value: Any) -> None:
        self.work.typed[name] = list(value) if isinstance(value, list) else value
        self.form.filled()

    async def ask_twins(self) -> None:
        await self.twins.ask(form_state.facts(self.work.typed), self.work.contact_id)

    async def save(self) -> None:
        if self.decisions and self.decisions.is_open:
            toast.show(ui.context.client, edit_conflict.CHOOSE, "no")
        elif await (self.change() if self.work.contact_id else self.add()):
            self.done()

    def done(self) -> None:
        self.left = {key: work for key, work in self.left.items() if work is not self.work}
        self.sheet.close()

    async def change(self, tries: int = 3) -> bool:
        work, said = self.work, form_state.facts(self.work.typed)
        changes = {name: value for name, value in said.items() if value != work.base[name]}
        faster: list[Contact] = []

        @tap
        def keep(session: Session, me: User, contact_id: UUID) -> str | Said | None:
            try:
                bank.change(session, me, contact_id, changes, version=work.version)
            except Stale:
                faster.append(bank.owned(session, me, contact_id))
                return None
            before = {name: work.base[name] for name in changes}
            return (
                Said("Saved", lambda s, who: form_session.as_before(s, who, contact_id, before)) if changes else "Saved"
            )

        if not await keep(work.contact_id):  # type: ignore[arg-type]
            return False
        return not faster or await self.meet(faster[0], said, tries)

    async def meet(self, theirs: Contact, said: dict[str, Any], tries: int) -> bool:
        """Somebody was faster: what they left alone is saved at once, the rest is for this person to decide."""
        now_there = form_state.known(theirs)
        apart = edit_conflict.meanwhile(self.work.base, said, now_there)
        self.work.version, self.work.base = theirs.version, now_there
        # where only they changed something, their word stands until one objects
        self.work.typed |= {one.field: one.theirs for one in apart if one.choice == "theirs"}
        if not apart and tries:
            return await self.change(tries - 1)
        self.draw(title=MEANWHILE, apart=apart)
        return False

    async def add(self, *, agreed: bool = False) -> bool:
        said = form_state.facts(self.work.typed)
        found: list[Twin] = []
        erased: list[str] = []

        @tap
        def keep(session: Session, me: User) -> Said | None:
            draft = ContactDraft.model_validate(said)
            found.extend(like(session, me, said, None))
            if self.twins.undecided(found):
                return None
            try:
                contact = bank.add(session, me, draft, keep_both=agreed or bool(found))
            except Conflict as no:
                if str(no) != erased_people.ERASED:
                    raise
                erased.append(str(no))
                return None
            return Said(f"{contact.name} added", lambda s, who: form_session.take_back(s, who, contact.id))

        done = await keep()
        self.twins.show(found)
        self.show_erased(erased)
        return done and not erased and not self.twins.undecided(found)

    def show_erased(self, erased: list[str]) -> None:
        self.erased.clear()
        with self.erased:
            for sentence in erased:
                basic.text(sentence, "pd-troubles")
                basic.button("They agreed: add them", self.add_agreed, "soft").classes("full-width")

    async def add_agreed(self) -> None:
        if await self.add(agreed=True):
            self.done()

    async def merge(self, twin_id: UUID) -> None:
        """Somebody new turns out to be known: what was typed goes to them. Two who are both there become one."""
        if self.work.contact_id:
            if await self.change():
                self.done()
                await self.merging.open(self.work.contact_id, twin_id)
            return
        twin = await look(partial(form_session.as_it_is, twin_id))
        there, said = form_state.known(twin), form_state.facts(self.work.typed)
        if said["warmness_score"] == form_state.NEW_WARMNESS:
            said["warmness_score"] = 0
        apart = edit_conflict.into(said, there)
        typed = {name: there[name] or said[name] for name in there}
        typed |= {one.field: one.value(one.choice or "theirs") for one in apart}
        self.left = {key: work for key, work in self.left.items() if work is not self.work}
        self.work = self.left[twin.id] = form_session.Work(typed, twin.id, twin.version, there)
        self.draw(title=TOGETHER.format(twin.name), apart=apart)
