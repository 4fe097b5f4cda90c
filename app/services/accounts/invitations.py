"""Invitations that nobody has accepted yet: listed, sent again with a fresh link, revoked."""

from uuid import UUID

from sqlmodel import Session, col, select

from app.errors import Conflict, Forbidden, NotFound
from app.models import OneTimeLink, Purpose, User, now
from app.services import policy
from app.services.accounts import one_time_links
from app.services.base import audit_log, secret_tokens
from app.signals import Topic, announce

GONE = "This invitation was accepted or revoked already."


def pending(session: Session, who: User) -> list[tuple[OneTimeLink, str | None]]:
    """Each with the name of whoever made it (None for the operator); newest first, those that have expired too."""
    _golden(who)
    query = (
        select(OneTimeLink, User.name)
        .join(User, col(User.id) == col(OneTimeLink.made_by), isouter=True)
        .where(col(OneTimeLink.purpose) == Purpose.INVITE, col(OneTimeLink.used_at).is_(None))
    )
    rows = session.exec(query.order_by(col(OneTimeLink.created_at).desc(), col(OneTimeLink.id).desc())).all()
    return [(link, name) for link, name in rows]


def send_again(session: Session, who: User, invitation_id: UUID) -> tuple[OneTimeLink, str]:
    """The same invitation with the token of a new link; the old link stops to work. Raises NotFound or Conflict."""
    link = _found(session, who, invitation_id)
    if session.exec(select(User.id).where(User.email == link.email)).first():
        raise Conflict("There is already an account with this e-mail address.")
    token = secret_tokens.new()
    link.token_hash, link.mailed = secret_tokens.digest(token), []
    link.expires_at = now() + one_time_links.VALID[Purpose.INVITE]
    link.made_by = one_time_links.maker(who)
    session.add(link)
    audit_log.record(session, who, "invitation.sent_again", link.id, role=link.role.value)
    announce(session, Topic.PEOPLE, who.id, who.id)
    return link, token


def revoke(session: Session, who: User, invitation_id: UUID) -> str:
    """The link stops to work at once; the address that was invited. Raises NotFound."""
    link = _found(session, who, invitation_id)
    session.delete(link)
    audit_log.record(session, who, "invitation.revoked", link.id, role=link.role.value)
    announce(session, Topic.PEOPLE, who.id, who.id)
    return link.email or ""


def _golden(who: User) -> None:
    if not policy.may_manage_users(who):
        raise Forbidden


def _found(session: Session, who: User, invitation_id: UUID) -> OneTimeLink:
    """Locked, so that nobody accepts it meanwhile."""
    _golden(who)
    link = session.get(OneTimeLink, invitation_id, with_for_update=True)
    if link is None or link.purpose is not Purpose.INVITE or link.used_at is not None:
        raise NotFound(GONE)
    return link
