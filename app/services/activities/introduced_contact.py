"""The stranger behind an introduction as a contact to be: who they are, how to reach them, and who introduced them."""

from typing import Any

from sqlmodel import Session

from app.errors import Refusal
from app.models import User
from app.models.contact import ContactDraft
from app.services.activities.introductions import Offer
from app.services.base import firm_settings
from app.services.contacts.capture import text_parser


def facts(session: Session, who: User, one: Offer) -> dict[str, Any]:
    """What the partner's words say, as fields of a new contact; their words are its name where they name nobody else."""
    del who
    row, country = one.introduction, firm_settings.country(session)
    found = _read(row.whom, country) | {
        name: value for name, value in _read(row.reach, country).items() if name not in {"name", "organisation"}
    }
    notes = "\n".join(filter(None, (f"Introduced by {one.by}.", row.note)))
    return {"name": row.whom} | found | {"notes": notes}


def draft(session: Session, who: User, one: Offer) -> ContactDraft:
    return ContactDraft.model_validate(facts(session, who, one))


def _read(words: str, country: str) -> dict[str, Any]:
    """What cannot be read says nothing."""
    try:
        return text_parser.parse(words, country).draft if words.strip() else {}
    except Refusal:
        return {}
