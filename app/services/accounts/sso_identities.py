"""Whom the firm's identity provider vouches for, and which account that is here."""

from sqlmodel import Session, select

from app.errors import Forbidden
from app.models import Purpose, SsoIdentity, User
from app.models.user import normal_email
from app.services.accounts import one_time_links
from app.services.base import audit_log

NOBODY_ACTS = "the identity provider says who comes, before they are known here"

STRANGER = "You have no account here yet. Ask a golden ticket to invite you, and join by that link first."


def sign_in(session: Session, issuer: str, subject: str, email: str | None, state: str) -> User:
    """The active person behind an account at the provider; each `state` lets in once.

    Somebody is known by issuer and subject. The first time, a verified e-mail
    address leads to the account with that address. Raises Forbidden.
    """
    one_time_links.use_up(session, Purpose.PROVIDER, state)
    query = select(User, SsoIdentity).where(
        SsoIdentity.user_id == User.id, SsoIdentity.issuer == issuer, SsoIdentity.subject == subject
    )
    known = session.exec(query).first()
    user = known[0] if known else _not_linked(session, issuer, _by_email(session, email))
    if user is None or not user.active:
        audit_log.record(session, "nobody", "sign_in.failed", user.id if user else "", by="provider")
        raise Forbidden(STRANGER)
    if known is None:
        session.add(SsoIdentity(user_id=user.id, issuer=issuer, subject=subject))
        audit_log.record(session, user, "identity.linked", user.id)
    audit_log.record(session, user, "sign_in", user.id, by="provider")
    return user


def _not_linked(session: Session, issuer: str, user: User | None) -> User | None:
    """Whoever has this address, unless an identity of this provider leads to them already: addresses are given on."""
    if user is None:
        return None
    linked = select(SsoIdentity.id).where(SsoIdentity.user_id == user.id, SsoIdentity.issuer == issuer)
    return None if session.exec(linked).first() else user


def _by_email(session: Session, email: str | None) -> User | None:
    try:
        spelled = normal_email(email) if email else None
    except ValueError:
        return None
    return session.exec(select(User).where(User.email == spelled).with_for_update()).first() if spelled else None
