"""Whom the firm's identity provider vouches for, and which account that is here."""

from sqlmodel import Session, select

from app.errors import Conflict, Forbidden, Invalid
from app.models import PersonDraft, Purpose, Role, SsoIdentity, User
from app.models.user import normal_email
from app.services.accounts import one_time_links, sessions, users
from app.services.accounts.provider_claims import Claims, ProviderRules
from app.services.accounts.user_profile import draft_of
from app.services.base import audit_log, secret_tokens

NOBODY_ACTS = "the identity provider says who comes, before they are known here"

STRANGER = "You have no account here yet. Ask a golden ticket to invite you, and join by that link first."
NO_GROUP = "Your firm's account is in no group that may use Pipedriven."
LONGEST_NAME = 120


def sign_in(session: Session, claims: Claims, rules: ProviderRules, state: str) -> User:
    """The active person behind an account at the provider; each `state` lets in once.

    Somebody is known by issuer and subject. The first time, a verified e-mail address leads to the account with that
    address, unless another person of this provider has it already; where the firm allows it, a newcomer gets one. Where
    groups have roles, the groups decide the role at each sign-in. Raises Forbidden.
    """
    one_time_links.use_up(session, Purpose.PROVIDER, state)
    role = rules.role(claims)
    if rules.group_roles and role is None:
        raise Forbidden(NO_GROUP)
    query = select(User, SsoIdentity).where(
        SsoIdentity.user_id == User.id, SsoIdentity.issuer == claims.issuer, SsoIdentity.subject == claims.subject
    )
    known = session.exec(query).first()
    user = known[0] if known else _by_email(session, claims)
    if user is None and rules.new_accounts and _is_free(session, claims):
        user = _join(session, claims, role or Role.CONSULTANT)
    if user is None or not user.active:
        raise Forbidden(STRANGER)
    if known is None:
        session.add(SsoIdentity(user_id=user.id, issuer=claims.issuer, subject=claims.subject))
        audit_log.record(session, user, "identity.linked", user.id)
    if role and role is not user.role:
        _follow(session, user, role)
    audit_log.record(session, user, "sign_in", user.id, by="provider")
    return user


def record_refusal(session: Session, claims: Claims, why: str) -> None:
    """Somebody whom the provider vouches for was not let in."""
    query = select(SsoIdentity.user_id).where(
        SsoIdentity.issuer == claims.issuer, SsoIdentity.subject == claims.subject
    )
    audit_log.record(session, "nobody", "sign_in.failed", session.exec(query).first() or "", by="provider", why=why)


def sign_out(session: Session, issuer: str, subject: str | None, provider_session: str | None, token_id: str) -> int:
    """The provider ended a session over there, or all of a person: so end those that it let in here; how many.

    Raises Forbidden for a token that came before.
    """
    one_time_links.use_up(session, Purpose.PROVIDER, secret_tokens.digest(f"logout {issuer} {token_id}"))
    return sessions.close_of_provider(session, subject, provider_session)


def _by_email(session: Session, claims: Claims) -> User | None:
    """The account with this address, while nobody of this provider is linked to it."""
    try:
        spelled = normal_email(claims.email) if claims.email else None
    except ValueError:
        return None
    user = session.exec(select(User).where(User.email == spelled).with_for_update()).first() if spelled else None
    linked = select(SsoIdentity.id).where(SsoIdentity.issuer == claims.issuer)
    if user is None or session.exec(linked.where(SsoIdentity.user_id == user.id)).first():
        return None
    return user


def _is_free(session: Session, claims: Claims) -> bool:
    """Whether nobody has the address yet; without a verified one there is no account."""
    try:
        draft = _draft(claims)
    except Invalid:
        return False
    return session.exec(select(User.id).where(User.email == draft.email)).first() is None


def _draft(claims: Claims) -> PersonDraft:
    email = claims.email or ""
    name = " ".join(c for c in (claims.name or email.partition("@")[0]).split() if c.isprintable())[:LONGEST_NAME]
    return draft_of(email=email, name=name or email[:LONGEST_NAME])


def _join(session: Session, claims: Claims, role: Role) -> User:
    """An account without a password; others are reached by a password link."""
    user = users.add_for_provider(session, _draft(claims), role)
    audit_log.record(session, user, "user.joined", user.id, role=role.value, by="provider")
    return user


def _follow(session: Session, user: User, role: Role) -> None:
    """The groups say another role; the last golden ticket stays one."""
    try:
        users.follow_role(session, user, role)
    except Conflict:
        return
    audit_log.record(session, "nobody", "user.role", user.id, role=role.value, by="provider")
