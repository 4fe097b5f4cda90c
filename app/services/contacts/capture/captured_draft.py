"""What was read from a text so far: fields of a contact, and what each piece was taken for."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

import phonenumbers
from phonenumbers import PhoneNumberFormat

from app.models.contact_fields import CAPTURED
from app.services.contacts.capture import signature_rules

FIELDS_BY_LABEL = {field.outside: field for field in CAPTURED}

Sort = Literal["signature", "vcard", "linkedin", "line"]


@dataclass
class Captured:
    """`draft` holds fields of a ContactDraft; `pieces` is what each part of the text was taken for, in its order."""

    sort: Sort
    draft: dict[str, Any] = field(default_factory=dict)
    pieces: list[tuple[str, str]] = field(default_factory=list)

    def note(self, label: str, value: str) -> None:
        """Take the first of each kind, all addresses, and remember what it was taken for."""
        field = FIELDS_BY_LABEL.get(label)
        if field and field.many:
            known = self.draft.setdefault(field.name, [])
            if value not in known and len(known) < field.most:
                known.append(value)
        elif field:
            self.draft.setdefault(field.name, value)
        if (label, value) not in self.pieces:
            self.pieces.append((label, value))


def addresses(found: Captured, piece: str, country: str) -> None:
    for mail in signature_rules.MAIL.findall(piece):
        found.note("email", mail.lower().rstrip("."))
    rest = signature_rules.MAIL.sub(" ", piece)
    for link in signature_rules.LINKEDIN.findall(rest):
        found.note("linkedin_url", https(link))
    rest = signature_rules.LINKEDIN.sub(" ", rest)
    for link in signature_rules.WEB.findall(rest):
        found.note("website", link)
    rest = signature_rules.WEB.sub(" ", rest)
    if not signature_rules.is_address(rest) or re.search(r"\+\d", rest):
        for number in signature_rules.NUMBER.finditer(rest):
            before = rest[max(0, number.start() - 12) : number.start()]
            if signature_rules.FAX.search(before):
                found.note("fax", number.group().strip())
            else:
                phone(found, number.group(), country)


def phone(found: Captured, number: str, country: str) -> None:
    """In E.164 when it can be dialled; `+49 (0) 30` means +49 30."""
    plain = re.sub(r"\(0\)", "", number).strip()
    try:
        parsed = phonenumbers.parse(plain, country)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed and phonenumbers.is_possible_number(parsed) and len(re.sub(r"\D", "", plain)) >= 7:
        found.note("phone", phonenumbers.format_number(parsed, PhoneNumberFormat.E164))
    else:
        found.note("number", plain)


def https(link: str) -> str:
    return link if link.lower().startswith("http") else f"https://{link}"
