"""Mail that we owe somebody: written here in the transaction of the deed, sent by the clock, kept in the outbox.

Without a mail server nothing is lost: golden tickets read the outbox and pass
on an invitation by hand.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.errors import Forbidden
from app.models import Mail, User, now
from app.services.notifications.email_rendering import Letter

NOBODY_ACTS = "the clock sends what waits"

ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=2)
KEPT = timedelta(days=60)
LEASE = timedelta(minutes=2)


def write(
    session: Session, address: str, letter: Letter, *, user: User | None = None, due: datetime | None = None
) -> Mail:
    """A mail that goes out once this transaction has committed, not before `due`."""
    mail = Mail(
        user_id=user.id if user else None,
        address=address,
        subject=letter.subject[:200],
        body=letter.body,
        html=letter.html,
        due_at=due or now(),
    )
    session.add(mail)
    return mail


def claim(session: Session, limit: int = 20) -> Sequence[Mail]:
    """Mails that are due, taken for a while: of two processes one sends, and a crash leaves nothing to repair."""
    due = select(Mail).where(col(Mail.sent_at).is_(None), col(Mail.failed_at).is_(None), Mail.due_at <= now())
    taken = session.exec(due.order_by(col(Mail.due_at), col(Mail.id)).limit(limit).with_for_update(skip_locked=True))
    mails = taken.all()
    for mail in mails:
        mail.due_at, mail.attempts = now() + LEASE, mail.attempts + 1
        session.add(mail)
    return mails


def sent(session: Session, mail_id: UUID) -> None:
    """It is out; what it said is forgotten here, as it may hold links that open something."""
    mail = session.get_one(Mail, mail_id)
    mail.sent_at, mail.error, mail.body, mail.html = now(), None, "", ""
    session.add(mail)


def put_off(session: Session, mail_id: UUID, why: str, *, forever: bool = False) -> None:
    """It did not go out: later again, or never when the server said a clear no or it was tried often enough."""
    mail = session.get_one(Mail, mail_id)
    mail.error = why[:300]
    if forever or mail.attempts >= ATTEMPTS:
        mail.failed_at = now()
    else:
        mail.due_at = now() + min(FIRST_WAIT * 2 ** (mail.attempts - 1), LONGEST_WAIT)
    session.add(mail)


def outbox(session: Session, who: User, limit: int = 100) -> Sequence[Mail]:
    """The newest mails: one's own, or with a golden ticket those to people who are not here yet as well."""
    mine = col(Mail.user_id) == who.id
    seen = mine | col(Mail.user_id).is_(None) if who.is_golden else mine
    return session.exec(select(Mail).where(seen).order_by(col(Mail.created_at).desc(), col(Mail.id)).limit(limit)).all()


def again(session: Session, who: User, mail_id: UUID) -> Mail:
    """Try one once more that could not be sent; only a golden ticket may."""
    if not who.is_golden:
        raise Forbidden
    mail = session.get_one(Mail, mail_id)
    mail.failed_at, mail.attempts, mail.due_at = None, 0, now()
    session.add(mail)
    return mail


def prune(session: Session) -> None:
    """Forget what went out, or failed, long ago."""
    session.exec(delete(Mail).where(col(Mail.created_at) < now() - KEPT))
