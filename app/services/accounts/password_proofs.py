"""Proving a password in three steps: counted, compared, settled.

The count comes first, in a transaction of its own, so that a limit is exact
however many try at once; the comparison, which takes long, holds no
connection; what was right is not counted any more afterwards.
"""

from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import Session, select

from app.errors import Invalid, TooManyTries, WrongPassword
from app.models import User
from app.models.user import normal_email
from app.services.accounts import login_throttle, passwords
from app.services.base import audit_log

NOBODY_ACTS = "a password is what makes somebody known"

WRONG = "This is not your current password."


@dataclass(frozen=True)
class Attempt:
    """What is to be compared, and under which row it was counted; `wait` where the address failed too often."""

    counted: login_throttle.Counted
    user_id: UUID | None
    kept: str | None = field(repr=False)


@dataclass(frozen=True)
class PasswordProof:
    """Somebody typed the password that this account had at that moment."""

    user_id: UUID
    kept: str = field(repr=False)
    renewed: str | None = field(default=None, repr=False)


def begin_sign_in(session: Session, email: str, address: str) -> Attempt:
    """Count one more attempt to sign in. Raises TooManyTries."""
    counted = login_throttle.reserve(session, login_throttle.account_key(email), login_throttle.address_key(address))
    user = _by_email(session, email)
    active = user if user and user.active else None
    return Attempt(counted, user.id if user else None, active.password_hash if active else None)


def begin_own(session: Session, who: User) -> Attempt:
    """Count one more attempt of somebody who is signed in. Raises TooManyTries."""
    return Attempt(login_throttle.reserve_own(session, who.id), who.id, who.password_hash)


def compare(attempt: Attempt, password: str) -> PasswordProof | None:
    """The slow part; to be called while no transaction is open."""
    if not passwords.verify(attempt.kept, password) or attempt.user_id is None or attempt.kept is None:
        return None
    renewed = passwords.hash_password(password) if passwords.is_outdated(attempt.kept) else None
    return PasswordProof(attempt.user_id, attempt.kept, renewed)


def settle_sign_in(
    session: Session, attempt: Attempt, proof: PasswordProof | None
) -> User | WrongPassword | TooManyTries:
    """The person, when the password was theirs; else why not, for the caller to raise once this is committed.

    From an address that failed too often only a right password gets another answer than to wait.
    """
    user = session.get(User, attempt.user_id) if proof else None
    if proof is None or user is None or not user.active or user.password_hash != proof.kept:
        if attempt.counted.wait:
            return TooManyTries(attempt.counted.wait)
        audit_log.record(session, "nobody", "sign_in.failed", attempt.user_id or "", address=attempt.counted.place)
        return WrongPassword()
    if proof.renewed:
        user.password_hash = proof.renewed
    login_throttle.forgive(session, attempt.counted)
    audit_log.record(session, user, "sign_in", user.id, address=attempt.counted.place)
    return user


def settle_own(session: Session, attempt: Attempt) -> None:
    """It was right."""
    login_throttle.forgive(session, attempt.counted)


def require(who: User, proof: PasswordProof, field_name: str = "password") -> None:
    """Raise Invalid unless this is a proof of this person's password as it is now."""
    if proof.user_id != who.id or proof.kept != who.password_hash:
        raise Invalid(fields={field_name: WRONG})


def _by_email(session: Session, email: str) -> User | None:
    try:
        spelled = normal_email(email.strip())
    except ValueError:
        # looked for all the same, so that it takes as long
        spelled = ""
    return session.exec(select(User).where(User.email == spelled)).first()
