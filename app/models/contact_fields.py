"""The fields of a contact that people type, in one table: forms, API, import, export, merge and Pipedrive read it.

The rules of a value stand in `ContactDraft`, its column in `Contact`; everything
else that is known of a field stands here, once.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from app.models.contact import MOST_ADDRESSES, MOST_NOTES, MOST_TAGS, Contact


class Input(Enum):
    """How a value is typed; a form draws one control for each."""

    LINE = auto()
    LINK = auto()
    FIRM = auto()
    ADDRESSES = auto()
    TAGS = auto()
    PROSE = auto()
    DEGREES = auto()
    DAYS = auto()


TEXTS = frozenset({Input.LINE, Input.LINK, Input.FIRM, Input.PROSE})


@dataclass(frozen=True, kw_only=True)
class ContactField:
    """One field. `many`: it holds a list; `most`: so many values, or characters of a long text.

    - `primary`: the name of its first value, where API and files know that one too
    - `shown_at`: its place on screens; `folded`: it stands under "More" in the form
    - `captured_at`: its place among what a pasted text says, 0 where it is not read from one
    - `headings`: words that name its column in files; `column_label`: what a person reads there, else the label
    - `separator`: what stands between several values in one cell; `cell_error`: what is wrong with a cell
    - `filled`: a file, and another contact's row, adds it where nothing is known
    - `pushed`: Pipedrive hears of it
    - `vcard`: the property of a vCard; `icon`: the sign before it on a contact's panel
    """

    name: str
    label: str
    input: Input
    shown_at: int
    example: Any
    headings: str
    cell_error: str
    primary: str = ""
    many: bool = False
    most: int = 0
    folded: bool = False
    captured_at: int = 0
    column_label: str = ""
    separator: re.Pattern[str] | None = None
    filled: bool = True
    pushed: bool = False
    vcard: str = ""
    icon: str = ""

    @property
    def column(self) -> str:
        """The column of the table contacts."""
        return f"{self.name}_id" if self.input is Input.FIRM else self.name

    @property
    def outside(self) -> str:
        """What files and pasted texts call it: by its first value, where it has several."""
        return self.primary or self.name

    @property
    def adds_up(self) -> bool:
        """Whether the values of two contacts can stand together in one."""
        return self.many or self.input is Input.PROSE

    def value(self, contact: Contact) -> Any:
        """What a contact says; of its organisation, which has to be loaded, the name."""
        if self.input is Input.FIRM:
            return contact.organisation.name if contact.organisation else None
        return getattr(contact, self.name)

    def together(self, first: Any, second: Any) -> Any:
        """The values of two contacts as one; only where the field `adds_up`."""
        if not self.many:
            return f"{first.rstrip()}\n\n{second.lstrip()}"
        both = list(dict.fromkeys([*first, *second]))
        return sorted(both) if self.input is Input.TAGS else both


# fmt: off
FIELDS = (
    ContactField(
        name="name", label="Name", input=Input.LINE,
        shown_at=1, captured_at=1, filled=False, pushed=True, vcard="FN",
        headings="name fullname displayname person contact contactname kontakt kontaktname ansprechpartner"
        " vollername",
        cell_error="The name is missing, or is not one line of up to 200 characters.",
        example="Jane Roe",
    ),
    ContactField(
        name="emails", primary="email", label="E-mail", input=Input.ADDRESSES, many=True, most=MOST_ADDRESSES,
        shown_at=4, captured_at=4, pushed=True, vcard="EMAIL",
        headings="email emails mail mails",
        separator=re.compile(r"[;,\s]+"),
        cell_error="This is not an e-mail address, or there are more than 10.",
        example="jane.roe@acme.example",
    ),
    ContactField(
        name="phones", primary="phone", label="Phone", input=Input.ADDRESSES, many=True, most=MOST_ADDRESSES,
        shown_at=3, captured_at=5, pushed=True, vcard="TEL",
        headings="phone phones mobile mobilephone cell cellphone tel telephone telefon handy mobil"
        " mobiltelefon rufnummer telefonmobil telmobil",
        separator=re.compile(r"[;\n|]|,\s"),
        cell_error="This is not a phone number that we can dial, or there are more than 10.",
        example="+49 30 1234567",
    ),
    ContactField(
        name="organisation", label="Organisation", input=Input.FIRM,
        shown_at=2, captured_at=2, pushed=True, vcard="ORG",
        headings="organisation organization company firm firma firmenname companyname organisationname"
        " organizationname unternehmen unternehmensname employer arbeitgeber account accountname",
        cell_error="This is not one line of up to 200 characters.",
        example="ACME Ltd",
    ),
    ContactField(
        name="job_title", label="Job title", input=Input.LINE,
        shown_at=5, folded=True, captured_at=3, vcard="TITLE",
        headings="title jobtitle job position role function funktion rolle stelle beruf"
        " positionsbezeichnung organizationtitle",
        cell_error="This is not one line of up to 120 characters.",
        example="Head of Operations",
    ),
    ContactField(
        name="linkedin_url", label="LinkedIn", input=Input.LINK,
        shown_at=6, folded=True, captured_at=6, vcard="URL", icon="linkedin", column_label="LinkedIn profile",
        headings="linkedin linkedinurl linkedinprofile linkedinprofil linkedinprofileurl profileurl",
        cell_error="This is not a web address that starts with https://.",
        example="https://www.linkedin.com/in/jane-roe",
    ),
    ContactField(
        name="notes", label="Notes", input=Input.PROSE, most=MOST_NOTES,
        shown_at=10, folded=True, captured_at=7, vcard="NOTE",
        headings="notes note comment comments remark remarks notiz notizen kommentar bemerkung bemerkungen"
        " anmerkung",
        cell_error="The notes are longer than 10,000 characters, or cannot be stored.",
        example="Met at the spring fair.",
    ),
    ContactField(
        name="tags", label="Tags", input=Input.TAGS, many=True, most=MOST_TAGS,
        shown_at=7, folded=True, vcard="CATEGORIES", icon="tag",
        headings="tags tag label labels category categories kategorie kategorien schlagwort schlagworte"
        " schlagworter",
        separator=re.compile(r"[;,\n]"),
        cell_error="There are more than 30 tags, or one is longer than 40 characters.",
        example=["energy"],
    ),
    ContactField(
        name="warmness_score", label="Warmness", input=Input.DEGREES,
        shown_at=8, filled=False, column_label="Warmness, 0 to 10",
        headings="warmness warmnessscore warmth score warme warmegrad",
        cell_error="Warmness is a whole number from 0 to 10.",
        example=5,
    ),
    ContactField(
        name="cadence_days", label="Cadence", input=Input.DAYS,
        shown_at=9, folded=True, column_label="Rhythm in days",
        headings="cadence cadencedays rhythm rhythmus kontaktrhythmus",
        cell_error="The cadence is a number of days from 1 to 730.",
        example=60,
    ),
)
# fmt: on
BY_NAME = {field.name: field for field in FIELDS}
ON_SCREEN = sorted(FIELDS, key=lambda field: field.shown_at)
FOLDED = [field for field in ON_SCREEN if field.folded]
CAPTURED = sorted((field for field in FIELDS if field.captured_at), key=lambda field: field.captured_at)
# warmness has a history and is set apart from the others, an organisation is found or made first
COPIED = [field for field in FIELDS if field.input not in {Input.DEGREES, Input.FIRM}]
FILLED = [field for field in FIELDS if field.filled]
PUSHED = [field for field in FIELDS if field.pushed]


def values(contact: Contact, fields: Iterable[ContactField] = FIELDS) -> dict[str, Any]:
    """What a contact says, by the names of these fields; its organisation has to be loaded."""
    return {field.name: field.value(contact) for field in fields}
