"""Mails that are written again and again, with the contact's own words in the braces."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.errors import Conflict, NotFound
from app.models import Contact, EmailTemplate, EmailTemplateDraft, User
from app.services.contacts import contact_bank
from app.signals import Topic, announce

MISSING = "This template is not one of yours."
TAKEN = "You have a template with this name already."


@dataclass(frozen=True)
class Mail:
    """A template filled in, and the link that opens the phone's mail program with it."""

    subject: str
    body: str
    link: str


def templates(session: Session, who: User) -> Sequence[EmailTemplate]:
    """This person's own templates by name."""
    mine = select(EmailTemplate).where(EmailTemplate.user_id == who.id)
    return session.exec(mine.order_by(func.lower(EmailTemplate.name), col(EmailTemplate.id))).all()


def save(session: Session, who: User, draft: EmailTemplateDraft, template_id: UUID | None = None) -> EmailTemplate:
    """Keep a new template, or change one. Raises NotFound, and Conflict when another one has that name."""
    row = _own(session, who, template_id) if template_id else EmailTemplate(user_id=who.id, name=draft.name)
    taken = select(EmailTemplate.id).where(EmailTemplate.user_id == who.id, EmailTemplate.name == draft.name)
    if session.exec(taken.where(EmailTemplate.id != row.id)).first():
        raise Conflict(TAKEN)
    row.name, row.subject, row.body = draft.name, draft.subject, draft.body
    session.add(row)
    session.flush()
    announce(session, Topic.CONTACT, row.id, who.id)
    return row


def remove(session: Session, who: User, template_id: UUID) -> None:
    session.delete(_own(session, who, template_id))
    announce(session, Topic.CONTACT, template_id, who.id)


def any_(session: Session, who: User) -> bool:
    """Whether this person keeps a template at all."""
    return session.exec(select(EmailTemplate.id).where(EmailTemplate.user_id == who.id).limit(1)).first() is not None


def fill(session: Session, who: User, template_id: UUID, contact_id: UUID) -> Mail:
    """The mail to one of my contacts; what we do not know of them is left out. Raises NotFound."""
    template, contact = _own(session, who, template_id), contact_bank.owned(session, who, contact_id)
    return _mail(who, template, contact, contact.email)


def choices(session: Session, who: User, contact_id: UUID, address: str) -> list[tuple[str, Mail]]:
    """Every template of mine, filled in for one of my contacts, to that address of theirs. Raises NotFound."""
    contact = contact_bank.owned(session, who, contact_id)
    if address not in contact.emails:
        raise NotFound("This is not one of their addresses any more.")
    return [(row.name, _mail(who, row, contact, address)) for row in templates(session, who)]


def _mail(who: User, template: EmailTemplate, contact: Contact, address: str | None) -> Mail:
    words = {
        "name": contact.name,
        "given_name": contact.given_name or contact.name,
        "organisation": contact.organisation.name if contact.organisation else "",
        "job_title": contact.job_title or "",
        "me": who.name,
    }
    subject, body = (_filled(text, words) for text in (template.subject, template.body))
    link = f"mailto:{quote(address or '', safe='@')}?subject={quote(subject)}&body={quote(_lines(body))}"
    return Mail(subject, body, link)


def _filled(text: str, words: dict[str, str]) -> str:
    """Piece by piece, so that a name with braces in it stays a name."""
    head, brace, rest = text.partition("{")
    field, _, tail = rest.partition("}")
    return head + (words.get(field, "") + _filled(tail, words) if brace else "")


def _lines(body: str) -> str:
    return body.replace("\r\n", "\n").replace("\n", "\r\n")


def _own(session: Session, who: User, template_id: UUID) -> EmailTemplate:
    mine = select(EmailTemplate).where(EmailTemplate.id == template_id, EmailTemplate.user_id == who.id)
    row = session.exec(mine).one_or_none()
    if row is None:
        raise NotFound(MISSING)
    return row
