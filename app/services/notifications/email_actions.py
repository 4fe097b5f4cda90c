"""Answering from a mail: each line of the digest carries links that answer for one contact, once.

A mail scanner opens every link: looking changes nothing, only the button on
the page behind it does.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.errors import NotFound
from app.models import OUTCOMES, REACHED, ActivityDraft, ActivityType, Contact, EmailAction, EmailActionLink, User, now
from app.services.activities import activity_log
from app.services.base import secret_tokens
from app.services.contacts import contact_bank

NOBODY_ACTS = "whoever holds the mail answers without signing in"

VALID = timedelta(days=7)
SNOOZE, NOT_RELEVANT = 14, 365
GONE = "This link was used already, or is too old. Open the app instead."


@dataclass(frozen=True)
class Question:
    """What a link would do: whose it is, about whom, and what."""

    link: EmailActionLink
    contact: Contact
    who: User

    @property
    def words(self) -> str:
        return {
            EmailAction.REACHED: f"Log that you reached {self.contact.name}?",
            EmailAction.SNOOZE: f"Do not suggest {self.contact.name} for {SNOOZE} days?",
            EmailAction.NOT_RELEVANT: f"Do not suggest {self.contact.name} for a year?",
        }[self.link.reply]


def create_link(session: Session, who: User, contact_id: UUID, reply: EmailAction) -> str:
    """The token of a link that gives this answer for one of my contacts."""
    token = secret_tokens.new()
    session.add(
        EmailActionLink(
            token_hash=secret_tokens.digest(token), user_id=who.id, contact_id=contact_id, reply=reply,
            expires_at=now() + VALID,
        )
    )  # fmt: skip
    return token


def find(session: Session, token: str, *, lock: bool = False) -> Question:
    """What the link would do. Raises NotFound when it is used, too old, or about a contact that is not theirs now."""
    query = (
        select(EmailActionLink, Contact, User)
        .join(Contact, col(Contact.id) == col(EmailActionLink.contact_id))
        .join(User, col(User.id) == col(EmailActionLink.user_id))
        .where(
            secret_tokens.is_of(EmailActionLink, token),
            EmailActionLink.expires_at > now(),
            col(EmailActionLink.used_at).is_(None),
            Contact.user_id == User.id,
            col(Contact.deleted_at).is_(None),
            col(User.active),
        )
    )
    found = session.exec(query.with_for_update(of=EmailActionLink) if lock else query).first()
    if found is None:
        raise NotFound(GONE)
    return Question(*found)


def carry_out(session: Session, token: str) -> str:
    """Give the answer, once, and say what was done. Raises NotFound."""
    asked = find(session, token, lock=True)
    asked.link.used_at = now()
    session.add(asked.link)
    if asked.link.reply is EmailAction.REACHED:
        kind = ActivityType(asked.who.default_type)
        reached = next(outcome for outcome in OUTCOMES[kind] if outcome in REACHED)
        activity_log.log(session, asked.who, asked.contact.id, ActivityDraft(type=kind, outcome=reached))
        return f"Logged: you reached {asked.contact.name}."
    days = SNOOZE if asked.link.reply is EmailAction.SNOOZE else NOT_RELEVANT
    contact_bank.snooze(session, asked.who, asked.contact.id, days)
    return f"{asked.contact.name} is not suggested for {days} days."


def delete_expired(session: Session) -> None:
    session.exec(delete(EmailActionLink).where(col(EmailActionLink.expires_at) < now()))
