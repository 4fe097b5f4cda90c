"""The values of one row, collected cell by cell: what is read becomes a fact, what is not a warning and a line of the notes."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from app.models.contact import MOST_ADDRESSES, MOST_DAYS, MOST_NOTES, MOST_TAGS, by_https
from app.models.people.phone import PhoneDetail, PhoneType, type_of_label
from app.models.user import normal_email
from app.services.base import phone_numbers
from app.services.base.phone_numbers import Reading
from app.services.contacts import phone_entries
from app.services.imports import cell_values, column_mapping

if TYPE_CHECKING:
    from app.services.imports.row_parser import Reader

MAIL = re.compile(r"[^\s<>(),;:|\"\[\]]+@[^\s<>(),;:|\"\[\]]+")
LINK = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,24}(?:/[^\s,;|<>\"]*)?", re.IGNORECASE)
TAG = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?:[;,\n]|$)|([^;,\n]+)')
LINES = {"organisation": 200, "job_title": 120}
LONGEST_NAME, LONGEST_TAG, LONGEST_LINK = 200, 40, 300
LEFT = "it stands in the notes"
NO_MAIL = f"This is not an e-mail address; {LEFT}."
NO_PHONE = f"This is not a phone number that we can dial; {LEFT}."
GUESSED = "This number has neither + nor 0 in front; it was read with its first digits as the country code."
NO_LINK = f"This is not a web address; {LEFT}."
NO_DATE = f"This is not a date in the past, for example 2026-01-31; {LEFT}."
NO_WARMNESS = f"Warmness is a whole number from 0 to 10; {LEFT}."
NO_CADENCE = f"The cadence is a number of days from 1 to {MOST_DAYS}; {LEFT}."
TOO_LONG = f"This is longer than {{}} characters; all of it {LEFT.removeprefix('it ')}."
TOO_MANY = f"There are more than {{}}; the rest {LEFT.removeprefix('it ')}."
NOTES_CUT = f"The notes are longer than {MOST_NOTES:,} characters; what is beyond was left out."


@dataclass(slots=True)
class Said:
    """What a row has said so far. `called` is the name that a mail address had in front of it."""

    reader: "Reader"
    values: dict[str, Any] = field(default_factory=dict)
    emails: list[str] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    notes: str = ""
    called: str = ""
    label: PhoneType | None = None
    last_contacted: datetime | None = None
    connected_on: date | None = None
    left: list[str] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)

    def take(self, name: str, text: str, heading: str) -> None:
        """One cell that says something, and under which heading."""
        if name in LINES:
            self._line(name, self.reader.line(text), heading)
        else:
            getattr(self, f"take_{name}")(text, heading)

    def facts(self, name: str) -> dict[str, Any]:
        """The facts of the contact, as its draft wants them."""
        phones, details = phone_entries.settle(self.readings, ())
        if len(name) > LONGEST_NAME:
            self.leave("Name", name, "Name", TOO_LONG.format(LONGEST_NAME))
        beside = phone_entries.beside(self.readings)
        notes = "\n".join(filter(None, [self.notes, beside, *self.left]))
        if len(notes) > MOST_NOTES:
            self.warnings.append(("notes", NOTES_CUT))
        known = {"name": name[:LONGEST_NAME], "emails": self.emails[:MOST_ADDRESSES], "phones": phones[:MOST_ADDRESSES]}
        kinds = [PhoneDetail.model_validate(one) for one in details]
        beside_them = {"phone_details": kinds[: 2 * MOST_ADDRESSES], "tags": self.tags[:MOST_TAGS]}
        return self.values | known | beside_them | {"notes": notes[:MOST_NOTES]}

    def leave(self, label: str, text: str, heading: str, detail: str) -> None:
        """A value that cannot be a fact stands in the notes, and is named."""
        line = f"{label}: {' '.join(text.split())}"
        if line not in self.left:
            self.left.append(line)
        self.warnings.append((heading, detail))

    def _line(self, name: str, text: str, heading: str) -> None:
        if name in self.values:
            return
        if len(text) > LINES[name]:
            self.leave(heading, text, heading, TOO_LONG.format(LINES[name]))
        self.values[name] = text[: LINES[name]].strip()

    def take_emails(self, text: str, heading: str) -> None:
        found = MAIL.findall(text)
        good = [email for one in found if (email := _mail(one))]
        for email in good:
            if email not in self.emails:
                self.emails.append(email)
        if not good or len(good) < len(found):
            self.leave("E-mail", text, heading, NO_MAIL)
        elif len(self.emails) > MOST_ADDRESSES:
            self.leave("E-mail", ", ".join(self.emails[MOST_ADDRESSES:]), heading, TOO_MANY.format(MOST_ADDRESSES))
        if good and not self.called and (named := re.fullmatch(r"\s*\"?([^<>\"@]{3,80}?)\"?\s*<[^<>]+>\s*", text)):
            self.called = " ".join(named[1].split())

    def take_phones(self, text: str, heading: str) -> None:
        kind, self.label = self.label or type_of_label(heading), None
        for part in phone_numbers.split(text):
            if self.reader.is_nothing(part):
                continue
            found = list(phone_numbers.read_all(part, self.reader.country))
            if not found:
                self.leave("Phone", part, heading, NO_PHONE)
            for reading in found:
                self.readings.append(phone_numbers.typed(reading, kind))
                if reading.is_guess:
                    self.warnings.append((heading, GUESSED))
        if len({one.number for one in self.readings}) > MOST_ADDRESSES:
            self.leave("Phone", text, heading, TOO_MANY.format(MOST_ADDRESSES))

    def take_phone_label(self, text: str, _: str) -> None:
        self.label = type_of_label(text)

    def take_linkedin_url(self, text: str, heading: str) -> None:
        whole = text.strip()
        found = whole if "." in whole and not re.search(r"\s", whole) else next(iter(LINK.findall(text)), "")
        link = by_https(found) if found else ""
        if not link or len(link) > LONGEST_LINK:
            self.leave("LinkedIn", text, heading, NO_LINK)
        else:
            self.values.setdefault("linkedin_url", link)

    def take_notes(self, text: str, heading: str) -> None:
        if not self.notes and text.strip() and self.reader.is_nothing(text):
            return
        between = "" if not self.notes or column_mapping.continues(heading) else "\n"
        self.notes = f"{self.notes}{between}{text}"

    def take_tags(self, text: str, heading: str) -> None:
        """A tag that holds a comma stands in quotation marks."""
        words = [found[1].replace('""', '"') if found[1] is not None else found[2] for found in TAG.finditer(text)]
        for word in [self.reader.line(word) for word in words if word.strip()]:
            if len(word) > LONGEST_TAG:
                self.leave("Tag", word, heading, TOO_LONG.format(LONGEST_TAG))
            elif word.lower() not in self.tags:
                self.tags.append(word.lower())
        if len(self.tags) > MOST_TAGS:
            self.leave("Tags", ", ".join(self.tags[MOST_TAGS:]), heading, TOO_MANY.format(MOST_TAGS))

    def take_warmness_score(self, text: str, heading: str) -> None:
        found = cell_values.whole_number(text, 0, 10)
        if found is None:
            self.leave("Warmness", text, heading, NO_WARMNESS)
        else:
            self.values.setdefault("warmness_score", found)

    def take_cadence_days(self, text: str, heading: str) -> None:
        found = cell_values.whole_number(text, 1, MOST_DAYS)
        if found is None:
            self.leave("Cadence", text, heading, NO_CADENCE)
        else:
            self.values.setdefault("cadence_days", found)

    def take_last_contacted(self, text: str, heading: str) -> None:
        found = cell_values.moment(text, self.reader.zone, months_first=self.reader.months_first)
        if found is None:
            self.leave(heading, text, heading, NO_DATE)
        elif self.last_contacted is None or found > self.last_contacted:
            self.last_contacted = found

    def take_connected_on(self, text: str, heading: str) -> None:
        found = cell_values.day(text, months_first=self.reader.months_first)
        if found is None:
            self.leave(heading, text, heading, NO_DATE)
        self.connected_on = self.connected_on or found


def _mail(text: str) -> str | None:
    """The address, without what a mail program or a sentence put around it."""
    plain = re.sub(r"^mailto:", "", text.strip(" .<>'\""), flags=re.IGNORECASE).partition("?")[0]
    try:
        return normal_email(plain)
    except ValueError:
        return None
