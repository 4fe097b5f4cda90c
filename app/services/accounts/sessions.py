"""Signing in: passwords, the sessions of browsers, and tokens for scripts.

Sessions and tokens live in the database, so they end everywhere at once.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from app.errors import Invalid, NotFound
from app.models import LIFETIMES, ApiToken, TokenScope, User, UserSession, now
from app.models.base import Line
from app.services import policy
from app.services.accounts.provider_claims import Claims
from app.services.base import audit_log, secret_tokens
from app.services.base.secret_tokens import digest
from app.signals import Topic, announce

NOBODY_ACTS = "a sign-in is what makes somebody known"

SLIDE = timedelta(minutes=5)
FRESH = timedelta(minutes=10)
PREFIX = "pd_"
LONGEST_TOKEN = 365


def open_session(
    session: Session, user: User, browser: str, *, two_steps: bool = False, told: Claims | None = None
) -> str:
    """Remember one more browser and give its token, which is never readable again.

    `two_steps` where more was proved than a password; `told` is what the identity provider said that let it in.
    """
    token = secret_tokens.new()
    session.exec(delete(UserSession).where(col(UserSession.user_id) == user.id, col(UserSession.expires_at) < now()))
    session.add(
        UserSession(
            user_id=user.id,
            token_hash=digest(token),
            seen_at=now(),
            expires_at=now() + LIFETIMES[user.role][1],
            browser="".join(c for c in browser if c.isprintable())[:200],
            two_steps=two_steps,
            provider_subject=told.subject if told else None,
            provider_session=told.session if told else None,
        )
    )
    return token


def find_session(session: Session, token: str) -> tuple[User, UserSession] | None:
    """The active person and their session behind a cookie; None when it has ended."""
    query = (
        select(User, UserSession)
        .where(UserSession.user_id == User.id, UserSession.token_hash == digest(token))
        .where(col(User.active))
    )
    row = session.exec(query).first()
    return (row[0], row[1]) if row and now() < row[1].ends_at(row[0].role) else None


def close_of_provider(session: Session, subject: str | None, provider_session: str | None) -> int:
    """Sign out the browsers that the identity provider let in: of one session there, or all of one person; how many."""
    theirs = col(UserSession.provider_subject) == subject
    this = col(UserSession.provider_session) == provider_session
    # a browser whose session over there we were never told of goes with its person
    unnamed = col(UserSession.provider_session).is_(None) & theirs
    named = (this & theirs) | unnamed if subject and provider_session else this if provider_session else theirs
    gone = session.exec(delete(UserSession).where(named).returning(col(UserSession.user_id))).all()
    for (user_id,) in gone:
        audit_log.record(session, "nobody", "sign_out", user_id, by="provider")
        announce(session, Topic.PEOPLE, user_id, user_id)
    return len(gone)


def record_second_step(session: Session, session_id: UUID | None) -> None:
    """A second step was set up, and so proved, in this browser."""
    kept = session.get(UserSession, session_id) if session_id else None
    if kept is not None:
        kept.two_steps = True
        announce(session, Topic.PEOPLE, kept.user_id, kept.user_id)


def is_fresh(kept: Sequence[UserSession], session_id: UUID | None) -> bool:
    """Whether this browser, one of `kept`, signed in so lately that its person need not prove again who they are."""
    return any(one.id == session_id and now() - one.created_at < FRESH for one in kept)


def is_use_due(kept: UserSession) -> bool:
    return now() - kept.seen_at > SLIDE


def record_use(session: Session, session_id: UUID) -> None:
    """The browser was seen; written at most once in five minutes."""
    due = col(UserSession.seen_at) < now() - SLIDE
    session.exec(update(UserSession).where(col(UserSession.id) == session_id, due).values(seen_at=now()))


def devices(session: Session, who: User) -> list[UserSession]:
    """The browsers that this person is signed in with, last seen first."""
    mine = select(UserSession).where(UserSession.user_id == who.id, UserSession.expires_at > now())
    kept = session.exec(mine.order_by(col(UserSession.seen_at).desc())).all()
    return [one for one in kept if now() < one.ends_at(who.role)]


def close_session(session: Session, who: User, session_id: UUID) -> None:
    """Sign one browser out: one's own, or as a golden ticket anybody's. Raises NotFound."""
    kept = session.get(UserSession, session_id)
    if kept is None or not policy.may_end_session(who, kept.user_id):
        raise NotFound("This browser is not signed in any more.")
    end_session(session, session_id)
    if kept.user_id != who.id:
        audit_log.record(session, who, "user.signed_out", kept.user_id)


def end_session(session: Session, session_id: UUID) -> None:
    """A browser signs itself out; nothing happens when it already is."""
    kept = session.get(UserSession, session_id, with_for_update=True)
    if kept is not None:
        session.delete(kept)
        audit_log.record(session, str(kept.user_id), "sign_out", kept.user_id)
        announce(session, Topic.PEOPLE, kept.user_id, kept.user_id)


def close_everywhere(session: Session, user: User, *, but: UUID | None = None) -> None:
    """Sign a person out in every browser, except the one with the session id `but`."""
    theirs = delete(UserSession).where(col(UserSession.user_id) == user.id)
    session.exec(theirs if but is None else theirs.where(col(UserSession.id) != but))
    announce(session, Topic.PEOPLE, user.id, user.id)


def issue_token(
    session: Session, who: User, name: str, days: int = 90, scope: TokenScope = TokenScope.ALL
) -> tuple[ApiToken, str]:
    """A token for a script, valid for `days`, with its text, which is shown this one time."""
    if not 1 <= days <= LONGEST_TOKEN:
        raise Invalid(fields={"days": "A token lives for 1 to 365 days."})
    token = PREFIX + secret_tokens.new()
    kept = ApiToken(
        user_id=who.id,
        name=_token_name(name),
        token_hash=digest(token),
        last4=token[-4:],
        scope=scope,
        expires_at=now() + timedelta(days=days),
    )
    session.add(kept)
    audit_log.record(session, who, "token.issued", kept.id, days=days, scope=scope.value)
    return kept, token


def find_token(session: Session, token: str) -> tuple[User, ApiToken] | None:
    """The active person behind a script's token; None when it has expired or was revoked."""
    query = (
        select(User, ApiToken)
        .where(ApiToken.user_id == User.id, ApiToken.token_hash == digest(token))
        .where(col(User.active), ApiToken.expires_at > now())
    )
    row = session.exec(query).first()
    return (row[0], row[1]) if row else None


def record_token_use(session: Session, token_id: UUID) -> None:
    """The token was used; written at most once in five minutes."""
    due = or_(col(ApiToken.used_at).is_(None), col(ApiToken.used_at) < now() - SLIDE)
    session.exec(update(ApiToken).where(col(ApiToken.id) == token_id, due).values(used_at=now()))


def tokens(session: Session, who: User) -> list[ApiToken]:
    mine = select(ApiToken).where(ApiToken.user_id == who.id)
    return list(session.exec(mine.order_by(col(ApiToken.created_at).desc())).all())


def revoke_token(session: Session, who: User, token_id: UUID) -> None:
    """End one of one's own tokens. Raises NotFound."""
    kept = session.get(ApiToken, token_id)
    if kept is None or kept.user_id != who.id:
        raise NotFound("There is no such token.")
    session.delete(kept)
    audit_log.record(session, who, "token.revoked", token_id)
    announce(session, Topic.PEOPLE, who.id, who.id)


def _token_name(name: str) -> str:
    try:
        return TypeAdapter(Annotated[str, Line(80, 1)]).validate_python(name)
    except ValidationError:
        raise Invalid(fields={"name": "Give the token a name of up to 80 characters."}) from None
