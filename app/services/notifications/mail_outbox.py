"""Mails that wait to be sent, went out, or failed.

Without a mail server nothing is lost: golden tickets read them on the
notifications page and pass on an invitation by hand.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.errors import Forbidden, NotFound
from app.models import Mail, User, now
from app.services import policy
from app.services.base import audit_log
from app.services.notifications import mailed_links
from app.services.notifications.email_rendering import RenderedMail
from app.services.notifications.outbox import Outbox

NOBODY_ACTS = "the clock sends what waits"

KEPT = timedelta(days=60)


class _Mails(Outbox[Mail]):
    def done(self, session: Session, row: Mail) -> None:
        """What it said is forgotten here, as it may hold links that open something."""
        row.sent_at, row.error = now(), None
        row.body = row.html = ""
        session.add(row)

    def give_up(self, session: Session, row: Mail) -> None:
        row.failed_at = now()
        session.add(row)


OUTBOX = _Mails(Mail, attempts=8, first_wait=timedelta(minutes=1), longest_wait=timedelta(hours=2))


def enqueue(
    session: Session, address: str, letter: RenderedMail, *, user: User | None = None, due: datetime | None = None
) -> Mail:
    """A mail that goes out once this transaction has committed, not before `due`. Its links get their tokens then."""
    mail = Mail(
        user_id=user.id if user else None,
        address=address,
        subject=letter.subject[:200],
        body=mailed_links.named(session, letter.body),
        html=mailed_links.named(session, letter.html),
        due_at=due or now(),
    )
    session.add(mail)
    return mail


def claim(session: Session, limit: int = 20) -> Sequence[Mail]:
    """Mails that are due, leased to the caller."""
    return OUTBOX.claim(session, limit, col(Mail.sent_at).is_(None), col(Mail.failed_at).is_(None))


def letter_of(session: Session, mail_id: UUID) -> RenderedMail:
    """The mail as it goes out now, with links that work."""
    mail, links = session.get_one(Mail, mail_id), mailed_links.FreshLinks(session)
    return RenderedMail(mail.subject, links.open(mail.body), links.open(mail.html))


def links_of(session: Session, who: User, mail_id: UUID) -> str:
    """The text of a mail with links that work, to pass on by hand; every look is audited.

    Password links stay hidden. Raises NotFound.
    """
    mail = session.get(Mail, mail_id)
    theirs = mail is not None and (
        mail.user_id == who.id or (mail.user_id is None and policy.may_manage_every_mail(who))
    )
    if mail is None or not theirs:
        raise NotFound
    audit_log.record(session, who, "mail.links_seen", mail.id)
    return mailed_links.FreshLinks(session).show(mail.body)


def done(session: Session, mail_id: UUID) -> None:
    OUTBOX.done(session, session.get_one(Mail, mail_id))


def postpone(session: Session, mail_id: UUID, why: str) -> None:
    """Try again later; `why` is shown beside the mail."""
    mail = session.get_one(Mail, mail_id)
    mail.error = why[:300]
    OUTBOX.postpone(session, mail)


def give_up(session: Session, mail_id: UUID, why: str) -> None:
    """Mark a mail as failed for good; `why` is shown beside it."""
    mail = session.get_one(Mail, mail_id)
    mail.error = why[:300]
    OUTBOX.give_up(session, mail)


def newest(session: Session, who: User, limit: int = 100) -> Sequence[Mail]:
    """The newest mails: one's own, or with a golden ticket those to people who are not here yet as well."""
    mine = col(Mail.user_id) == who.id
    seen = mine | col(Mail.user_id).is_(None) if policy.may_manage_every_mail(who) else mine
    return session.exec(select(Mail).where(seen).order_by(col(Mail.created_at).desc(), col(Mail.id)).limit(limit)).all()


def retry(session: Session, who: User, mail_id: UUID) -> Mail:
    """Send a failed mail again; only a golden ticket may. Raises Forbidden."""
    if not policy.may_manage_every_mail(who):
        raise Forbidden
    mail = session.get_one(Mail, mail_id)
    mail.failed_at, mail.attempts, mail.due_at = None, 0, now()
    session.add(mail)
    return mail


def delete_old(session: Session) -> None:
    """Delete mails that went out, or failed, long ago."""
    session.exec(delete(Mail).where(col(Mail.created_at) < now() - KEPT))
