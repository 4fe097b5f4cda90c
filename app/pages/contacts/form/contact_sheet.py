"""Adding or editing a contact: one pasted text or a few fields, and nothing that was typed is lost."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import Conflict, Stale
from app.models import Contact, ContactDraft, User
from app.pages.contacts.detail.duplicates_part import DuplicatesPart, find_similar
from app.pages.contacts.form import edit_conflict, form_state
from app.pages.contacts.form.contact_form import ContactForm
from app.pages.contacts.form.edit_conflict import ConflictChoices, FieldConflict
from app.pages.contacts.form.form_state import UnsavedEdit
from app.pages.contacts.form.paste_box import PasteBox
from app.pages.contacts.sheets import qr_code
from app.pages.contacts.sheets.merge_sheet import MergeSheet
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic, toast
from app.pages.ui.bottom_sheet import Sheet
from app.services.contacts import contact_bank
from app.services.contacts.duplicates import Duplicate
from app.services.contacts.erasure import erased_people

MEANWHILE = "Changed in the meantime, here or in another window"
DECIDE = "Not saved yet: merge with the one you have, or keep both."
TOGETHER = "{} is there already. Where the two differ:"


class ContactSheet:
    """One sheet per page. What was left unsaved in it comes back when it is opened for the same person again."""

    def __init__(self, merge_sheet: MergeSheet) -> None:
        self.sheet = Sheet("Contact")
        self.merge_sheet = merge_sheet
        self.unsaved: dict[UUID | None, UnsavedEdit] = {}

    async def open(
        self, contact: Contact | None = None, text: str = "", name: str = "", begun: UnsavedEdit | None = None
    ) -> None:
        """`text` is what was shared or photographed: it stands in the box for pasted texts, and is read at once.

        `name` is what was searched for in vain: the new contact's, unless another one is half typed. `begun` is somebody
        new of whom something is known.
        """
        contact_id = contact.id if contact else begun.key if begun else None
        edit = self.unsaved.get(contact_id) or begun or form_state.begin_edit(contact)
        self.unsaved[contact_id] = edit
        if name and not edit.typed.get("name"):
            edit.typed["name"] = name
        editor = self.draw(edit, came_back=edit.is_touched and edit is not begun)
        self.sheet.open()
        if text and editor.paste_box:
            await editor.paste_box.read_text(text)

    def draw(
        self,
        edit: UnsavedEdit,
        *,
        came_back: bool = False,
        title: str = "",
        conflicts: Sequence[FieldConflict] = (),
    ) -> "ContactEditor":
        """`conflicts` are the fields that have to be decided first, below `title`."""
        with self.sheet.fresh(edit.contact_id or edit.key or "new"):
            return ContactEditor(self, edit, came_back=came_back, title=title, conflicts=conflicts)

    def forget(self, edit: UnsavedEdit) -> None:
        """It is saved, or goes on elsewhere."""
        self.unsaved = {key: one for key, one in self.unsaved.items() if one is not edit}

    def close(self, edit: UnsavedEdit) -> None:
        self.forget(edit)
        self.sheet.close()


class ContactEditor:
    """One drawing of the form over an unsaved edit: new fields from elsewhere make another one."""

    def __init__(
        self,
        host: ContactSheet,
        edit: UnsavedEdit,
        *,
        came_back: bool,
        title: str,
        conflicts: Sequence[FieldConflict],
    ) -> None:
        self.host = host
        self.edit = edit
        self.from_text: dict[str, Any] = {}
        self.paste_box: PasteBox | None = None
        is_new = edit.contact_id is None
        with ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", self.save):
            with ui.element("div").classes("pd-line"):
                basic.text("New contact" if is_new else "Edit contact", "pd-h1 pd-grow")
                if came_back:
                    basic.button("Start over", self.start_over, "plain", "undo-2")
            if is_new:
                self.paste_box = PasteBox(self.fill_in, self.add_to_notes)
                qr_code.draw_photo_button(self.paste_box.read_text)
            self.choices = ConflictChoices(title, conflicts, self.decide) if conflicts else None
            self.form = ContactForm(edit.typed, self.find_duplicates, is_new=is_new)
            if is_new:
                with basic.link("/conference", "pd-fact").on("click", host.sheet.put_away):
                    basic.icon("mic")
                    basic.text("Event mode: add people quickly")
            with ui.element("div").classes("pd-foot"):
                self.erased = ui.element("div")
                self.duplicates = DuplicatesPart(host.sheet.put_away, self.merge)
                basic.button("Save", None, "main").props("type=submit").classes("full-width").mark("save")

    async def start_over(self) -> None:
        contact_id = self.edit.contact_id
        self.host.unsaved.pop(contact_id or self.edit.key, None)
        self.host.sheet.forget()
        await self.host.open(await look(partial(form_state.read_contact, contact_id)) if contact_id else None)

    def fill_in(self, found: dict[str, Any]) -> Any:
        """What a text says stands in the fields, to be looked over."""
        found = form_state.with_kinds(found)
        form_state.fill_in(self.edit.typed, found, self.from_text)
        self.from_text = found
        self.form.redraw()
        return ui.timer(0, self.find_duplicates, once=True)

    def add_to_notes(self, rest: str) -> None:
        notes = self.edit.typed.get("notes") or ""
        self.edit.typed["notes"] = f"{notes.rstrip()}\n{rest}".strip()
        self.form.redraw()

    def decide(self, name: str, value: Any) -> None:
        self.edit.typed[name] = list(value) if isinstance(value, list) else value
        self.form.redraw()

    async def find_duplicates(self) -> None:
        await self.duplicates.find(form_state.typed_facts(self.edit.typed), self.edit.contact_id)

    async def save(self) -> None:
        if self.choices and self.choices.is_open:
            toast.show(ui.context.client, edit_conflict.CHOOSE, "no")
        elif await (self.change() if self.edit.contact_id else self.add()):
            self.host.close(self.edit)

    async def change(self, tries: int = 3) -> bool:
        work, said = self.edit, form_state.typed_facts(self.edit.typed)
        changes = {name: value for name, value in said.items() if value != work.base[name]}
        if "phones" in changes:
            # a row for each number is in the form, faxes too: what is gone was taken out
            changes["phone_details"] = []
        faster: list[Contact] = []

        @tap
        def keep(session: Session, me: User, contact_id: UUID) -> Confirmation | None:
            try:
                contact_bank.change(session, me, contact_id, changes, version=work.version)
            except Stale:
                faster.append(contact_bank.owned(session, me, contact_id))
                return None
            before = {name: work.base.get(name, []) for name in changes}
            undo = (lambda s, who: form_state.undo_change(s, who, contact_id, before)) if changes else None
            return form_state.follow(work.then, session, me, contact_id, Confirmation("Saved", undo))

        if not await keep(work.contact_id):  # type: ignore[arg-type]
            return False
        return not faster or await self.settle_conflicts(faster[0], said, tries)

    async def settle_conflicts(self, theirs: Contact, said: dict[str, Any], tries: int) -> bool:
        """Somebody was faster: what they left alone is saved at once, the rest is for this person to decide."""
        now_there = form_state.form_of(theirs)
        apart = edit_conflict.find_conflicts(self.edit.base, said, now_there)
        self.edit.version, self.edit.base = theirs.version, now_there
        # where only they changed something, their word stands until one objects
        self.edit.typed |= {one.field: one.theirs for one in apart if one.choice == "theirs"}
        if not apart and tries:
            return await self.change(tries - 1)
        self.host.draw(self.edit, title=MEANWHILE, conflicts=apart)
        return False

    async def add(self, *, agreed: bool = False) -> bool:
        said = form_state.typed_facts(self.edit.typed)
        found: list[Duplicate] = []
        erased: list[str] = []

        @tap
        def keep(session: Session, me: User) -> Confirmation | None:
            draft = ContactDraft.model_validate(said)
            found.extend(find_similar(session, me, said, None))
            if self.duplicates.undecided(found):
                return None
            try:
                contact = contact_bank.add(session, me, draft, keep_both=agreed or bool(found))
            except Conflict as no:
                if str(no) != erased_people.ERASED:
                    raise
                erased.append(str(no))
                return None
            added = Confirmation(f"{contact.name} added", lambda s, who: form_state.undo_add(s, who, contact.id))
            return form_state.follow(self.edit.then, session, me, contact.id, added)

        done = await keep()
        self.duplicates.show(found)
        self.show_erased(erased)
        if done and self.duplicates.undecided(found):
            toast.show(ui.context.client, DECIDE, "no")
            ui.run_javascript("document.querySelector('.pd-twin-card')?.scrollIntoView({block: 'center'})")
        return done and not erased and not self.duplicates.undecided(found)

    def show_erased(self, erased: list[str]) -> None:
        self.erased.clear()
        with self.erased:
            for sentence in erased:
                basic.text(sentence, "pd-troubles")
                basic.button("They agreed: add them", self.add_agreed, "soft").classes("full-width")

    async def add_agreed(self) -> None:
        if await self.add(agreed=True):
            self.host.close(self.edit)

    async def merge(self, twin_id: UUID) -> None:
        """Somebody new turns out to be known: what was typed goes to them. Two who are both there become one."""
        if self.edit.contact_id:
            if await self.change():
                self.host.close(self.edit)
                await self.host.merge_sheet.open(self.edit.contact_id, twin_id)
            return
        twin = await look(partial(form_state.read_contact, twin_id))
        there, said = form_state.form_of(twin), form_state.typed_facts(self.edit.typed)
        if said["warmness_score"] == form_state.NEW_WARMNESS:
            said["warmness_score"] = 0
        apart = edit_conflict.compare_with_duplicate(said, there)
        typed = {name: there[name] or said[name] for name in there}
        typed |= {one.field: one.value(one.choice or "theirs") for one in apart}
        self.host.forget(self.edit)
        edit = UnsavedEdit(typed, twin.id, twin.version, there, self.edit.then)
        self.host.unsaved[twin.id] = edit
        self.host.draw(edit, title=TOGETHER.format(twin.name), conflicts=apart)
