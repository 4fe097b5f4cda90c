"""Links that open the phone's own app: dialler, mail, WhatsApp, profile."""

import re
from urllib.parse import quote, urlsplit

from app.models import ActivityType, Contact
from app.services.contacts import phone_entries

# icon, word, label for a screen reader, the touch it leads to, address or None
Way = tuple[str, str, str, ActivityType, str | None]


def tel_link(number: str, extension: str | None = None) -> str:
    """An extension is dialled after a pause."""
    return "tel:" + re.sub(r"[^\d+]", "", number) + (f",,{extension}" if extension else "")


def mailto_link(address: str) -> str:
    return "mailto:" + quote(address, safe="@.+-_")


def whatsapp_link(number: str) -> str:
    return "https://wa.me/" + re.sub(r"\D", "", number)


def profile_link(address: str) -> str | None:
    """The address, if it is one that a browser may open."""
    return address if urlsplit(address).scheme == "https" else None


def likely_kind(contact: Contact, usual: ActivityType) -> ActivityType:
    """The kind that a log sheet begins with: the usual one, unless there is no such way to this person and another one is."""
    kinds = [kind for *_, kind, address in ways_to_reach(contact) if address]
    needs_a_way = usual in {ActivityType.CALL, ActivityType.EMAIL, ActivityType.LINKEDIN}
    return kinds[0] if needs_a_way and kinds and usual not in kinds else usual


def ways_to_reach(contact: Contact) -> list[Way]:
    """Each way to this person, those without an address too; what has failed is no way."""
    phone, mail = next(iter(contact.good_phones), None), next(iter(contact.good_emails), None)
    behind = phone_entries.extension_of(contact, phone) if phone else None
    site = profile_link(contact.linkedin_url) if contact.linkedin_url else None
    return [
        ("phone", "Call", f"Call {contact.name}", ActivityType.CALL, tel_link(phone, behind) if phone else None),
        ("mail", "Mail", f"Write a mail to {contact.name}", ActivityType.EMAIL, mailto_link(mail) if mail else None),
        (
            "message-circle",
            "WhatsApp",
            f"WhatsApp {contact.name}",
            ActivityType.CALL,
            whatsapp_link(phone) if phone else None,
        ),
        ("linkedin", "LinkedIn", f"Open the LinkedIn profile of {contact.name}", ActivityType.LINKEDIN, site),
    ]
