"""What a row adds to somebody who is known: what was missing, newer notes and a later contact; nothing is replaced."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_jsonable_python

from app.models import Contact, fold, organisation_key
from app.models.contact import COLDEST, MOST_NOTES
from app.models.contact_fields import FILLED, ContactField, Input
from app.models.people import phone
from app.models.people.phone import PhoneDetail
from app.services.imports.matcher import Bank, Person
from app.services.imports.row_parser import Parsed

Image = dict[str, Any]
# what a file may fill in beside the fields that say so
BESIDE = ("phone_details", "warmness_score", "last_contacted", "contacted_elsewhere")
COLUMNS = [*(field.column for field in FILLED), *BESIDE]
COLDER = "The file says warmness {} and your contact has {}: it stays."


def held(contact: Contact) -> dict[str, Any]:
    """What a file may fill in, by its columns; filling puts new values in their place and changes none of these."""
    return {column: getattr(contact, column) for column in COLUMNS}


def as_json(values: dict[str, Any]) -> Image:
    return {column: to_jsonable_python(_in_utc(value)) for column, value in values.items()}


def image(contact: Contact) -> Image:
    """What a file may fill in, as JSON, by its columns."""
    return as_json(held(contact))


def _in_utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def fill(bank: Bank, person: Person, row: Parsed) -> bool:
    """Add what the row knows and the person's facts do not. Says whether they gained."""
    gained = [_fill_field(bank, person, field, getattr(row.draft, field.name)) for field in FILLED]
    gained += [_fill_details(person, row.draft.phone_details), _later(person, row.last_contacted), _warmer(person, row)]
    return any(gained)


def job_change(person: Person, row: Parsed) -> tuple[str | None, str | None] | None:
    """The firm and title that a row gives somebody who has others; None where it says nothing new."""
    facts, draft = person.facts, row.draft
    firm = _other(person.organisation, draft.organisation, organisation_key)
    title = _other(getattr(facts, "job_title", None), draft.job_title, fold)
    return (firm, title) if firm or title else None


def _other(ours: str | None, theirs: str | None, key: Any) -> str | None:
    return theirs if ours and theirs and key(ours) != key(theirs) else None


def _fill_field(bank: Bank, person: Person, field: ContactField, said: Any) -> bool:
    if not said:
        return False
    if field.input is Input.FIRM:
        if person.organisation:
            return False
        person.organisation = said
        return True
    have = getattr(person.facts, field.name)
    if field.input is Input.PROSE and have:
        found: Any = _more_notes(have, said)
        gained = found != have
    elif field.many:
        more = _free(bank, person, said) if field.input is Input.ADDRESSES else said
        room = [word for word in more if word not in have][: field.most - len(have)]
        found, gained = field.together(have, room), bool(room)
    else:
        found, gained = said, not have
    if gained:
        setattr(person.facts, field.name, found)
    return bool(gained)


def _more_notes(have: str, said: str) -> str:
    """The paragraphs that are not there yet, below those that are."""
    fresh = [line for line in said.splitlines() if line.strip() and line.strip() not in have]
    found = "\n".join([have.rstrip(), *fresh])
    return found if fresh and len(found) <= MOST_NOTES else have


def _free(bank: Bank, person: Person, addresses: Iterable[str]) -> list[str]:
    """Those of the addresses that belong to nobody else."""
    return [address for address in addresses if not bank.is_elsewhere(address, person)]


def _fill_details(person: Person, details: list[PhoneDetail]) -> bool:
    facts = person.facts
    assert facts is not None
    if not details and not facts.phone_details:
        return False
    known = [PhoneDetail.model_validate(one) for one in facts.phone_details]
    both = phone.kept(facts.phones, [*known, *details])
    if both == facts.phone_details:
        return False
    facts.phone_details = both
    return True


def _later(person: Person, last: datetime | None) -> bool:
    facts = person.facts
    assert facts is not None
    if last is None or (facts.last_contacted and facts.last_contacted >= last):
        return False
    facts.last_contacted = last
    if isinstance(facts, Contact):
        facts.contacted_elsewhere = last
    return True


def _warmer(person: Person, row: Parsed) -> bool:
    """Warmness that nobody has set is taken; of another one the person hears."""
    facts, said = person.facts, row.draft.warmness_score
    assert facts is not None
    if said == COLDEST or facts.warmness_score != COLDEST:
        return False
    facts.warmness_score = said
    return True
