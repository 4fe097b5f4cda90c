"""Addresses of records in Pipedrive, for a person to open."""

from sqlmodel import Session

from app.models import Contact, User
from app.services import workspace


def person_address(session: Session, who: User, contact: Contact) -> str | None:
    """Where this contact's person stands in Pipedrive, or on the practice pages."""
    if contact.pipedrive_person_id is None:
        return None
    if workspace.choice(session, "practice_pipedrive"):
        return f"/practice/person/{contact.pipedrive_person_id}"
    company = who.pipedrive_company or workspace.choice(session, "pipedrive_company")
    return f"https://{company}.pipedrive.com/person/{contact.pipedrive_person_id}" if company else None
