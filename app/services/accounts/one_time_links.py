"""One-time links: first set-up, invitation, new password, and a sign-in that waits for its code.

Only the digest of each is kept.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.errors import Forbidden, NotFound
from app.models import OneTimeLink, Purpose, Role, User, now
from app.services import policy
from app.services.base import audit_log, secret_tokens

NOBODY_ACTS = "whoever holds the link is not signed in"

VALID = {
    Purpose.SETUP: timedelta(hours=72),
    Purpose.INVITE: timedelta(hours=72),
    Purpose.RESET: timedelta(hours=1),
    Purpose.CODE: timedelta(minutes=5),
    Purpose.PROVIDER: timedelta(minutes=10),
    Purpose.PASSKEY: timedelta(minutes=5),
}
AGAIN = "This sign-in was used already. Please begin again."
GONE = "This link does not work any more. Ask for a new one."


def create(
    session: Session,
    purpose: Purpose,
    *,
    email: str | None = None,
    role: Role = Role.CONSULTANT,
    user_id: UUID | None = None,
    made_by: UUID | None = None,
) -> str:
    """Keep a new link, drop earlier ones for the same purpose and person, and give its token."""
    delete_unused(session, purpose, email=email, user_id=user_id)
    token = secret_tokens.new()
    session.add(
        OneTimeLink(
            purpose=purpose,
            token_hash=secret_tokens.digest(token),
            expires_at=now() + VALID[purpose],
            email=email,
            role=role,
            user_id=user_id,
            made_by=made_by,
        )
    )
    return token


def find(session: Session, purpose: Purpose, token: str, *, lock: bool = False) -> OneTimeLink:
    """The unused, unexpired link behind a token, as long as whoever made it may make such links. Raises NotFound."""
    query = select(OneTimeLink).where(
        secret_tokens.is_of(OneTimeLink, token),
        OneTimeLink.purpose == purpose,
        col(OneTimeLink.used_at).is_(None),
        OneTimeLink.expires_at > now(),
    )
    link = session.exec(query.with_for_update() if lock else query).first()
    if link is None or not _may_still_be_made(session, link):
        raise NotFound(GONE)
    return link


def use(session: Session, purpose: Purpose, token: str) -> OneTimeLink:
    """Mark the link as used and return it; of two requests at once, one gets it. Raises NotFound."""
    link = find(session, purpose, token, lock=True)
    link.used_at = now()
    return link


def use_up(session: Session, purpose: Purpose, secret: str) -> None:
    """What was proved with a secret that we had handed out, and kept nowhere, is proved with it once. Raises Forbidden.

    Only proofs come here, so no stranger fills the table; what has expired by itself is forgotten.
    """
    # remembered for longer than the secret itself is believed
    end = now() + 2 * VALID[purpose]
    session.exec(delete(OneTimeLink).where(col(OneTimeLink.purpose) == purpose, col(OneTimeLink.expires_at) < now()))
    row = OneTimeLink(purpose=purpose, token_hash=secret_tokens.digest(secret), used_at=now(), expires_at=end)
    fresh = insert(OneTimeLink).values(row.model_dump()).on_conflict_do_nothing().returning(col(OneTimeLink.id))
    if session.exec(fresh).first() is None:
        raise Forbidden(AGAIN)


def maker(who: User) -> UUID | None:
    """Whose right a link stands on; the operator has no row."""
    return None if audit_log.is_operator(who) else who.id


def _may_still_be_made(session: Session, link: OneTimeLink) -> bool:
    """The operator at the command line and the product itself are nobody here, and may."""
    maker = session.get(User, link.made_by) if link.made_by else None
    return maker is None or (maker.active and policy.may_manage_users(maker))


def delete_unused(session: Session, purpose: Purpose, *, email: str | None = None, user_id: UUID | None = None) -> None:
    """Forget the unused links of one purpose for one person."""
    same = (
        col(OneTimeLink.purpose) == purpose,
        col(OneTimeLink.email).is_not_distinct_from(email),
        col(OneTimeLink.user_id).is_not_distinct_from(user_id),
        col(OneTimeLink.used_at).is_(None),
    )
    session.exec(delete(OneTimeLink).where(*same))
