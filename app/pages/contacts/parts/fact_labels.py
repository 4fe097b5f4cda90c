"""What the facts of a contact are called, and how each is said in words."""

from collections.abc import Sequence
from typing import Any

from app.models.contact_fields import ON_SCREEN

LABELS = {field.name: field.label for field in ON_SCREEN} | {"pipedrive_person_id": "In Pipedrive"}

PHONE_TYPES = {"MOBILE": "mobile", "WORK": "work", "HOME": "home", "FAX": "fax", "PAGER": "pager"}


def fact_words(name: str, value: Any) -> str:
    """The value of that fact as people read it; empty when there is none."""
    if value in (None, "", []):
        return ""
    if name == "cadence_days":
        return cadence_words(int(value))
    if name == "pipedrive_person_id":
        return f"Person {value}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(value) if name == "tags" else "\n".join(value)
    return str(value)


def cadence_words(days: int) -> str:
    """`Every 30 days`."""
    return "Every day" if days == 1 else f"Every {days} days"
