"""What ends when an account, a role or a password does: browsers, tokens, the calendar, and the links that somebody made.

All of it is deleted or revoked, not merely refused, so that enabling somebody
again brings nothing back.
"""

from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col

from app.models import (
    ApiToken,
    CalendarFeed,
    EmailActionLink,
    Mail,
    OneTimeLink,
    Passkey,
    PushDevice,
    ReportLink,
    User,
    now,
)
from app.services.accounts import sessions

NOBODY_ACTS = "whoever ends access has been asked for their right"


def by_password(session: Session, user: User, *, but: UUID | None = None) -> None:
    """A new password: whoever knew the old one, or got in with it, is out; the browser with session id `but` stays."""
    sessions.close_everywhere(session, user, but=but)
    _end_scripts(session, user)
    _end_calendar(session, user)
    _delete_links_for(session, user)


def by_role(session: Session, user: User, *, demoted: bool) -> None:
    """Another role: they sign in again under it; what they made with rights that they lose ends."""
    sessions.close_everywhere(session, user)
    _end_scripts(session, user)
    if demoted:
        _end_calendar(session, user)
        _end_links_by(session, user)


def by_disabling(session: Session, user: User) -> None:
    """Everything that opens something as this person, or that this person made."""
    sessions.close_everywhere(session, user)
    _end_scripts(session, user)
    _end_calendar(session, user)
    _delete_links_for(session, user)
    _end_links_by(session, user)
    session.exec(delete(PushDevice).where(col(PushDevice.user_id) == user.id))
    session.exec(delete(Passkey).where(col(Passkey.user_id) == user.id))
    session.exec(delete(EmailActionLink).where(col(EmailActionLink.user_id) == user.id))
    # what was written to them names people, and goes out no more
    session.exec(delete(Mail).where(col(Mail.user_id) == user.id, col(Mail.sent_at).is_(None)))


def _end_scripts(session: Session, user: User) -> None:
    """Tokens, and the devices that a script registered; those of a browser go with its session."""
    session.exec(delete(ApiToken).where(col(ApiToken.user_id) == user.id))
    session.exec(delete(PushDevice).where(col(PushDevice.user_id) == user.id, col(PushDevice.session_id).is_(None)))


def _end_calendar(session: Session, user: User) -> None:
    session.exec(delete(CalendarFeed).where(col(CalendarFeed.user_id) == user.id))


def _delete_links_for(session: Session, user: User) -> None:
    """Password links for this person, and sign-ins that wait for their second step."""
    unused = col(OneTimeLink.used_at).is_(None)
    session.exec(delete(OneTimeLink).where(col(OneTimeLink.user_id) == user.id, unused))


def _end_links_by(session: Session, user: User) -> None:
    """Invitations, password links for others, and reports for people without an account."""
    unused = col(OneTimeLink.used_at).is_(None)
    session.exec(delete(OneTimeLink).where(col(OneTimeLink.made_by) == user.id, unused))
    works = col(ReportLink.revoked_at).is_(None)
    session.exec(update(ReportLink).where(col(ReportLink.created_by) == user.id, works).values(revoked_at=now()))
