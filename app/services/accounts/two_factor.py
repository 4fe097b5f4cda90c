"""A second step at sign-in, for who wants it: six digits from an authenticator, or a code on paper.

RFC 6238 with steps of 30 seconds, one step of a slow clock forgiven either way.
A code works once; the secret is sealed for its owner like a Pipedrive key.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from uuid import UUID

import pyotp
from sqlmodel import Session, col, select

from app.errors import Conflict, Forbidden, Invalid, NotFound, WrongCode
from app.models import Passkey, TwoFactor, User, now
from app.services import policy
from app.services.accounts import password_proofs, second_step_rule, sessions
from app.services.accounts.password_proofs import PasswordProof
from app.services.accounts.pipedrive_keys import Seal
from app.services.base import audit_log
from app.services.base.secret_tokens import digest
from app.vault import Sealed

NOBODY_ACTS = "the second step is asked before the sign-in is complete"

Unseal = Callable[[UUID, str], str]

STEP = 30
FORGIVEN = 1
PAPER_CODES = 10
ISSUER = "Pipedriven"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator needs: the secret in groups of letters, and the address that its camera reads."""

    secret: str
    uri: str


@dataclass(frozen=True)
class TwoFactorStatus:
    """Whether the second step is asked for, and how many codes on paper are left."""

    on: bool
    paper_left: int


def status_of(session: Session, who: User) -> TwoFactorStatus:
    kept = _confirmed(session, who.id)
    return TwoFactorStatus(kept is not None, len(kept.recovery) if kept else 0)


def begin(session: Session, who: User, seal: Seal) -> Enrolment:
    """A fresh secret, which counts only after `confirm`. Raises Conflict when the second step is on already."""
    kept = _of(session, who.id, lock=True)
    if kept and kept.confirmed_at:
        raise Conflict("The second step is on already; turn it off before you set it up anew.")
    secret = pyotp.random_base32()
    kept = kept or TwoFactor(user_id=who.id, secret="")
    kept.secret = seal(who.id, secret)
    session.add(kept)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return Enrolment(groups, pyotp.TOTP(secret).provisioning_uri(name=who.email, issuer_name=ISSUER))


def confirm(session: Session, who: User, code: str, unseal: Unseal, *, but: UUID | None = None) -> list[str]:
    """Turn it on with a first code; the codes for paper, shown this once. Other browsers are signed out.

    Raises NotFound when nothing was begun, Invalid for a wrong code.
    """
    kept = _of(session, who.id, lock=True)
    if kept is None or kept.confirmed_at:
        raise NotFound("There is no second step to confirm; begin to set it up first.")
    if not _fits(kept, code, unseal):
        raise Invalid(fields={"code": WrongCode.sentence})
    kept.confirmed_at = now()
    paper = _new_paper(kept)
    session.add(kept)
    audit_log.record(session, who, "second_factor.on", who.id)
    sessions.close_everywhere(session, who, but=but)
    sessions.record_second_step(session, but)
    return paper


def renew_paper(session: Session, who: User, proof: PasswordProof) -> list[str]:
    """New codes for paper; the old ones stop to work. Raises NotFound, or Invalid for a wrong password."""
    kept = _of(session, who.id, lock=True)
    if kept is None or kept.confirmed_at is None:
        raise NotFound("The second step is not on.")
    password_proofs.require(who, proof)
    paper = _new_paper(kept)
    session.add(kept)
    audit_log.record(session, who, "second_factor.new_codes", who.id)
    return paper


def turn_off(session: Session, who: User, proof: PasswordProof) -> None:
    """Turn the second step off. Raises Invalid for a wrong password, Conflict where the firm asks for it.

    Nothing happens when it is off.
    """
    password_proofs.require(who, proof)
    second_step_rule.require_another(session, who, _confirmed(session, who.id))
    _remove(session, who, who)


def take_off(session: Session, who: User, user_id: UUID) -> User:
    """Take a colleague's authenticator and passkeys away, as a golden ticket or the operator. Raises Forbidden and NotFound.

    Whoever lost their phone then signs in with the password alone, or sets up anew what the firm asks for.
    """
    if not policy.may_manage_users(who):
        raise Forbidden
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("There is no such colleague.")
    _remove(session, who, user)
    for passkey in session.exec(select(Passkey).where(Passkey.user_id == user.id)).all():
        session.delete(passkey)
        audit_log.record(session, who, "passkey.removed", user.id)
    return user


def is_needed(session: Session, user: User) -> bool:
    return _confirmed(session, user.id) is not None


def passes(session: Session, user: User, code: str, unseal: Unseal) -> bool:
    """Whether the code fits, and if so use it up: the same one does not work again."""
    kept = _of(session, user.id, lock=True)
    if kept is None or kept.confirmed_at is None:
        return False
    fits = _fits(kept, code, unseal) or _is_on_paper(kept, code)
    session.add(kept)
    return fits


def _fits(kept: TwoFactor, code: str, unseal: Unseal) -> bool:
    typed = "".join(code.split())
    if len(typed) != 6 or not (typed.isascii() and typed.isdigit()):
        return False
    try:
        totp = pyotp.TOTP(unseal(kept.user_id, kept.secret), interval=STEP)
    except Sealed:
        # the secret that sealed it is gone, say after a restore: the codes on paper still work
        return False
    today = int(now().timestamp()) // STEP
    for step in range(today - FORGIVEN, today + FORGIVEN + 1):
        if compare_digest(totp.generate_otp(step), typed) and (kept.last_step is None or step > kept.last_step):
            kept.last_step = step
            return True
    return False


def _is_on_paper(kept: TwoFactor, code: str) -> bool:
    wanted = digest(_plain(code))
    if wanted not in kept.recovery:
        return False
    kept.recovery = [one for one in kept.recovery if one != wanted]
    return True


def _new_paper(kept: TwoFactor) -> list[str]:
    codes = ["".join(secrets.choice(LETTERS) for _ in range(16)) for _ in range(PAPER_CODES)]
    kept.recovery = [digest(code) for code in codes]
    return ["-".join(code[start : start + 4] for start in range(0, 16, 4)) for code in codes]


def _plain(code: str) -> str:
    return "".join(character for character in code.lower() if character.isalnum())


def _remove(session: Session, who: User, user: User) -> None:
    kept = _of(session, user.id, lock=True)
    if kept is not None:
        session.delete(kept)
        audit_log.record(session, who, "second_factor.off", user.id)


def _confirmed(session: Session, user_id: UUID) -> TwoFactor | None:
    kept = _of(session, user_id)
    return kept if kept and kept.confirmed_at else None


def _of(session: Session, user_id: UUID, *, lock: bool = False) -> TwoFactor | None:
    query = select(TwoFactor).where(col(TwoFactor.user_id) == user_id)
    return session.exec(query.with_for_update() if lock else query).first()
