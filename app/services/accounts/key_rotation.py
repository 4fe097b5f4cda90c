"""Seals Pipedrive keys and authenticators again with the vault's first secret, so that an old secret can be retired."""

from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from app.models import TwoFactor, User
from app.services.base import audit_log
from app.vault import Sealed, Vault

NOBODY_ACTS = "the operator changes the secret at the command line"


@dataclass
class Resealed:
    """How many keys and authenticators have a new seal, how many had it already, and whose cannot be opened any more."""

    now: int = 0
    already: int = 0
    lost: list[str] = field(default_factory=list)


def reseal(session: Session, who: User, vault: Vault) -> Resealed:
    """Seal everything with the vault's first secret; one that does not open stays as it is."""
    done = Resealed()
    query = select(User).where(col(User.pipedrive_key).is_not(None)).order_by(col(User.id)).with_for_update()
    for user in session.exec(query):
        user.pipedrive_key = _resealed(vault, done, user, user.pipedrive_key or "")
    factors = select(TwoFactor, User).where(TwoFactor.user_id == User.id).order_by(col(User.id))
    for factor, user in session.exec(factors.with_for_update(of=TwoFactor)):
        factor.secret = _resealed(vault, done, user, factor.secret)
    audit_log.record(session, who, "secret.rotated", keys=done.now, lost=len(done.lost))
    return done


def _resealed(vault: Vault, done: Resealed, owner: User, sealed: str) -> str:
    try:
        opened = vault.open(owner.id, sealed)
    except Sealed:
        done.lost.append(owner.email)
        return sealed
    if vault.is_current(sealed):
        done.already += 1
        return sealed
    done.now += 1
    return vault.seal(owner.id, opened)


def users_with_unreadable_key(session: Session, vault: Vault) -> list[str]:
    """The e-mail addresses of users whose stored key does not open, and who have to save it again."""
    kept = session.exec(select(User).where(col(User.pipedrive_key).is_not(None)).order_by(User.email))
    return [user.email for user in kept if not _opens(vault, user)]


def _opens(vault: Vault, user: User) -> bool:
    try:
        vault.open(user.id, user.pipedrive_key or "")
    except (Sealed, ValueError):
        return False
    return True
