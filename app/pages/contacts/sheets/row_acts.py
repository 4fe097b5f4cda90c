"""What a tap on a row of a person does: the frame's sheets, and the snooze."""

from app.models import Contact
from app.pages.contacts.parts.contact_rows import RowActs, Verb
from app.pages.contacts.sheets import snooze_sheet
from app.pages.core.shell import Shell


def with_sheets(shell: Shell) -> RowActs:
    """For a screen; the sheet for the snooze is made where the caller stands."""
    snooze = snooze_sheet.SnoozeSheet(shell.me)

    async def open_snooze(contact: Contact) -> None:
        snooze.open(contact)

    return of(shell, open_snooze)


def of(shell: Shell, on_snooze: Verb) -> RowActs:
    async def rest(contact: Contact) -> None:
        await snooze_sheet.snooze_contact(contact.id, 1, shell.me.timezone)

    return RowActs(shell.reach, shell.log, shell.meet, shell.edit_contact, rest, on_snooze, on_write=shell.writes)
