"""Numbers as they were typed, told apart: those to call, and what is known beside each, faxes and pagers included."""

from collections.abc import Iterable

from app.errors import Invalid
from app.models import Contact
from app.models.contact import MOST_NOTES
from app.models.people import phone
from app.models.people.phone import PhoneDetail
from app.services.base import phone_numbers
from app.services.base.phone_numbers import Reading


def write_phones(
    contact: Contact, typed: Iterable[str], details: Iterable[PhoneDetail], country: str, *, heard: bool = False
) -> str:
    """Set a contact's numbers; returns what stood beside them and is for a person to read.

    Raises Invalid for a number that nobody can dial, or that can be read two ways. What the contact holds already, or
    what is `heard` from Pipedrive in its written form, stays as it is: it was taken under other rules.
    """
    held = {*contact.phones, *(str(one["number"]) for one in contact.phone_details)}

    def read(number: str) -> Reading:
        try:
            return phone_numbers.read(number, country)
        except Invalid:
            if number in held or (heard and phone_numbers.is_written(number)):
                return Reading(number)
            raise

    readings = [read(one) for one in typed]
    known = [one.model_copy(update={"number": read(one.number).number}) for one in details]
    contact.phones, contact.phone_details = settle(readings, known)
    return beside(readings)


def settle(readings: Iterable[Reading], known: Iterable[PhoneDetail]) -> tuple[list[str], list[dict[str, object]]]:
    """The numbers to call, and the details worth keeping; what was said of a number before stays where nothing new is."""
    read = list(readings)
    known = list(known)
    uncalled = {one.number for one in known if not one.is_called}
    called = list(
        dict.fromkeys(one.number for one in read if one.is_called and (one.type or one.number not in uncalled))
    )
    fresh = [PhoneDetail(number=one.number, type=one.type, extension=one.extension) for one in read]
    return called, phone.kept(called, [*fresh, *known])


def beside(readings: Iterable[Reading]) -> str:
    """A line for each number that had words beside it."""
    return "\n".join(f"{one.number}: {one.words}" for one in readings if one.words)


def with_line(notes: str, line: str) -> str:
    """The notes with one more paragraph, as far as there is room."""
    if not line or line in notes:
        return notes
    return f"{notes.rstrip()}\n{line}".lstrip("\n")[:MOST_NOTES]


def extension_of(contact: Contact, number: str) -> str | None:
    return next((one.get("extension") for one in contact.phone_details if one["number"] == number), None)
