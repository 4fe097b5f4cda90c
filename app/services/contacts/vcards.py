"""A contact as a vCard, for the address book of a phone: version 3.0, which every one of them reads, or 4.0.

Warmness, rhythm and the last contact stand in lines of our own, which other programs pass over; campaigns stay here.
"""

import re
import sys
from typing import Any, Literal

import vobject  # type: ignore[import-untyped]
from vobject.vcard import Name  # type: ignore[import-untyped]

from app.models import Contact
from app.models.contact_fields import FIELDS, ContactField, Input
from app.models.people import phone
from app.models.people.phone import PhoneType
from app.services.contacts.vcard_reader import OWN

Version = Literal["3.0", "4.0"]

# what version 3 says of the kind of an address
KINDS = {"EMAIL": "INTERNET", "TEL": "VOICE"}
TYPES = {
    PhoneType.MOBILE: "CELL",
    PhoneType.WORK: "WORK",
    PhoneType.HOME: "HOME",
    PhoneType.FAX: "FAX",
    PhoneType.PAGER: "PAGER",
}
# what a code on a screen has room for, beside the name and two addresses of each kind
BRIEF = frozenset({"ORG", "TITLE", "URL"})

LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# the library counts letters where the format counts bytes: it writes whole lines, and they are folded here
UNFOLDED, WIDEST = sys.maxsize, 75
CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f]")


def write_card(contact: Contact, version: Version = "3.0") -> bytes:
    """One card in UTF-8, folded and escaped; its UID is the contact's own id, so that a second import updates the first."""
    drawn = vobject.vCard()
    drawn.add("version").value = version
    drawn.add("uid").value = f"urn:uuid:{contact.id}"
    drawn.add("rev").value = f"{contact.updated_at:%Y%m%dT%H%M%SZ}"
    drawn.add("fn").value = _text(contact.name)
    drawn.add("n").value = Name(family=_text(contact.family_name), given=_text(contact.given_name))
    for field in FIELDS:
        if field.vcard == "TEL":
            _numbers(drawn, version, contact)
        elif field.many and field.input is Input.ADDRESSES:
            _addresses(drawn, version, field.vcard.lower(), field.value(contact), KINDS[field.vcard])
        elif field.vcard and field.name != "name":
            _property(drawn, field, field.value(contact))
    for name, value in _own(contact).items():
        _as_it_is(drawn, name, value)
    return b"".join(_folded(line) for line in drawn.serialize(lineLength=UNFOLDED).encode().split(b"\r\n") if line)


def write_brief_card(contact: Contact) -> str:
    """What one hands over of somebody, short enough for a code on a screen: no notes, no tags, nothing of ours."""
    drawn = vobject.vCard()
    drawn.add("version").value = "3.0"
    drawn.add("n").value = Name(family=_text(contact.family_name), given=_text(contact.given_name))
    drawn.add("fn").value = _text(contact.name)
    for field in FIELDS:
        if field.many and field.input is Input.ADDRESSES:
            for value in field.value(contact)[:2]:
                drawn.add(field.vcard.lower()).value = _text(value)
        elif field.vcard in BRIEF:
            _property(drawn, field, field.value(contact))
    return str(drawn.serialize(lineLength=UNFOLDED))


def _property(drawn: vobject.base.Component, field: ContactField, value: Any) -> None:
    """One line for one value, the way its property wants it; none where there is nothing to say."""
    name = field.vcard.lower()
    if not value or not str(value).strip():
        return
    if field.input is Input.FIRM:
        drawn.add(name).value = [_text(value)]
    elif field.input is Input.LINK:
        _as_it_is(drawn, name, _address(value))
    elif field.many:
        _as_it_is(drawn, name, ",".join(vobject.base.backslashEscape(_text(one)) for one in value))
    else:
        drawn.add(name).value = _text(str(value))


def _folded(line: bytes) -> bytes:
    """One line as lines of at most 75 bytes, never broken within a letter; those that go on begin with a space."""
    parts, start, room = [], 0, WIDEST
    while len(line) - start > room:
        end = start + room
        while line[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(line[start:end])
        start, room = end, WIDEST - 1
    return b"\r\n ".join([*parts, line[start:]]) + b"\r\n"


def _addresses(drawn: vobject.base.Component, version: Version, name: str, values: list[str], kind: str) -> None:
    """The first is the one to use; the versions say so in different words."""
    for number, value in enumerate(values):
        line = drawn.add(name)
        line.value = _text(value)
        if version == "3.0":
            line.params["TYPE"] = [kind, "PREF"] if number == 0 else [kind]
        elif number == 0:
            line.params["PREF"] = ["1"]


def _numbers(drawn: vobject.base.Component, version: Version, contact: Contact) -> None:
    """Each number with its kind, and with its extension the way RFC 3966 has it; faxes and pagers come last."""
    for place, detail in enumerate(phone.shown(contact.phones, contact.phone_details)):
        line = drawn.add("tel")
        behind = f";ext={detail.extension}" if detail.extension else ""
        line.value, line.encoded = f"tel:{detail.number}{behind}" if behind else detail.number, True
        kinds = [TYPES[detail.type]] if detail.type in TYPES else []
        if behind:
            line.params["VALUE"] = ["uri"]
        if version == "3.0":
            line.params["TYPE"] = [*kinds, "VOICE", *(["PREF"] if place == 0 else [])]
        else:
            line.params |= ({"TYPE": kinds} if kinds else {}) | ({"PREF": ["1"]} if place == 0 else {})


def _own(contact: Contact) -> dict[str, str]:
    """What no other program has a property for."""
    last = contact.last_contacted.isoformat() if contact.last_contacted else ""
    said = (str(contact.warmness_score or ""), str(contact.cadence_days or ""), last)
    return {name.lower(): value for name, value in zip(OWN, said, strict=True) if value}


def _as_it_is(drawn: vobject.base.Component, name: str, value: str) -> None:
    """A line whose value is written already the way the format wants it."""
    line = drawn.add(name)
    line.value, line.encoded = value, True


def _address(link: str) -> str:
    """A web address is not escaped in a vCard, but some readers unescape it all the same: leave nothing to unescape."""
    return link.replace("\\", "%5C").replace(",", "%2C").replace(";", "%3B")


def _text(text: str) -> str:
    """Only line ends that every reader knows, and no control characters."""
    return CONTROL.sub(" ", LINE_ENDS.sub("\n", text))
