"""Giving every stored Pipedrive key a new seal, so that the old secret can be forgotten."""

from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from app.models import User
from app.services import audit
from app.vault import Sealed, Vault


@dataclass
class Resealed:
    """How many keys have a new seal, how many had it already, and whose cannot be opened any more."""

    now: int = 0
    already: int = 0
    lost: list[str] = field(default_factory=list)


def reseal(session: Session, who: User, vault: Vault) -> Resealed:
    """Seal every key with the vault's first secret; one that does not open stays as it is."""
    done = Resealed()
    query = select(User).where(col(User.pipedrive_key).is_not(None)).order_by(col(User.id)).with_for_update()
    for user in session.exec(query):
        assert user.pipedrive_key is not None
        try:
            opened = vault.open(user.id, user.pipedrive_key)
        except Sealed:
            done.lost.append(user.email)
            continue
        if vault.is_current(user.pipedrive_key):
            done.already += 1
        else:
            user.pipedrive_key = vault.seal(user.id, opened)
            done.now += 1
    audit.record(session, who, "secret.rotated", keys=done.now, lost=len(done.lost))
    return done


def unreadable(session: Session, who: User, vault: Vault) -> list[str]:  # noqa: ARG001 - every verb knows who asks
    """The people whose stored key does not open, and who have to save it again."""
    kept = session.exec(select(User).where(col(User.pipedrive_key).is_not(None)).order_by(User.email))
    return [user.email for user in kept if not _opens(vault, user)]


def _opens(vault: Vault, user: User) -> bool:
    try:
        vault.open(user.id, user.pipedrive_key or "")
    except (Sealed, ValueError):
        return False
    return True
