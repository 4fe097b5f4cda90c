"""One's own account: name, time zone, password, and the Pipedrive key that nobody else can read."""

from uuid import UUID

from pydantic import ValidationError
from sqlmodel import Session

from app.errors import Invalid
from app.models import PersonDraft, User
from app.services.accounts import access_end, password_proofs
from app.services.accounts.password_proofs import PasswordProof
from app.services.accounts.passwords import NewPassword
from app.services.base import audit_log
from app.services.push_queue import push_jobs
from app.signals import Topic, announce

SENTENCES = {
    "email": "Type an e-mail address, for example jane@firm.example.",
    "name": "Type a name of up to 120 characters.",
    "timezone": "Choose a time zone, for example Europe/Berlin.",
}


def draft_of(email: str, name: str, timezone: str = "UTC") -> PersonDraft:
    """What somebody typed about themselves; raises Invalid naming each field that breaks a rule."""
    try:
        return PersonDraft(email=email, name=name, timezone=timezone)
    except ValidationError as wrong:
        raise Invalid(fields={str(e["loc"][0]): SENTENCES[str(e["loc"][0])] for e in wrong.errors()}) from None


def change_profile(session: Session, who: User, name: str, timezone: str) -> User:
    draft = draft_of(who.email, name, timezone)
    who.name, who.timezone = draft.name, draft.timezone
    session.add(who)
    announce(session, Topic.PEOPLE, who.id, who.id)
    return who


def change_password(
    session: Session, who: User, proof: PasswordProof, new: NewPassword, *, but: UUID | None = None
) -> None:
    """A new password for oneself; every browser but the one with session id `but` is signed out.

    Tokens and the calendar's address end too.

    Raises Invalid when it is not the old one that was proved.
    """
    password_proofs.require(who, proof, "old")
    who.password_hash = new.hash
    session.add(who)
    access_end.by_password(session, who, but=but)
    audit_log.record(session, who, "password.changed", who.id)


def save_pipedrive_key(  # noqa: PLR0917 - the facts that Pipedrive answered, in the order of the columns
    session: Session, who: User, sealed: str, last4: str, company: str, pd_user_id: int, pd_user_name: str
) -> User:
    """Keep a key that Pipedrive has just answered to, sealed for this person."""
    who.pipedrive_key, who.pipedrive_last4, who.pipedrive_company = sealed, last4, company
    who.pipedrive_user_id, who.pipedrive_user_name = pd_user_id, pd_user_name
    session.add(who)
    audit_log.record(session, who, "pipedrive_key.kept", who.id, company=company)
    announce(session, Topic.PEOPLE, who.id, who.id)
    return who


def delete_pipedrive_key(session: Session, who: User) -> User:
    """Forget the key; what waits for Pipedrive goes on waiting."""
    who.pipedrive_key = who.pipedrive_last4 = who.pipedrive_company = None
    who.pipedrive_user_id = who.pipedrive_user_name = None
    session.add(who)
    push_jobs.forget_key_trouble(session, who)
    audit_log.record(session, who, "pipedrive_key.dropped", who.id)
    announce(session, Topic.PEOPLE, who.id, who.id)
    return who
