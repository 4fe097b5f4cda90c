"""Pipedrive keys: whose they are, whether they fit this firm, and keeping them sealed.

Who asks Pipedrive is the door's business: it hands over what the key answered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from uuid import UUID

from sqlmodel import Session, col, select

from app.errors import Invalid
from app.models import SyncLane, User
from app.services import policy
from app.services.accounts import user_profile
from app.services.base import firm_settings
from app.services.push_queue import company_mapping, pauses, push_jobs
from app.vault import Sealed

SHARED = (
    "This key is {}'s too. In Pipedrive, what you push is done by {} and belongs to them. "
    "If that is not meant, save your own key."
)

Seal = Callable[[UUID, str], str]
Unseal = Callable[[UUID, str], str]
Check = Callable[[str], "KeyOwner"]
LetGo = Callable[[User], None]


@dataclass(frozen=True)
class KeyOwner:
    """What Pipedrive says about a key: the company's domain, and the user's id and name there."""

    company_domain: str
    user_id: int
    user_name: str


def owner_during_pause(session: Session, who: User, api_key: str, unseal: Unseal) -> KeyOwner | None:
    """Whose key this is, when it is the one that is kept and Pipedrive has asked it to wait; else ask Pipedrive."""
    pause = pauses.pause_of(session, who)
    if not (pause and pause.until and who.pipedrive_key and who.pipedrive_company and who.pipedrive_user_id):
        return None
    try:
        kept = unseal(who.id, who.pipedrive_key)
    except Sealed:
        return None
    if not compare_digest(kept.encode(), api_key.strip().encode()):
        return None
    return KeyOwner(who.pipedrive_company, who.pipedrive_user_id, who.pipedrive_user_name or "")


def list_refused(session: Session, who: User, people: Sequence[User]) -> set[UUID]:
    """Of these people, those whose key Pipedrive does not accept, as we last heard; of others only for who manages them."""
    may_see = policy.may_manage_users(who)
    keyed = [one.id for one in people if one.pipedrive_key is not None and (may_see or one.id == who.id)]
    stopped = select(SyncLane.user_id).where(col(SyncLane.user_id).in_(keyed), col(SyncLane.told_at).is_not(None))
    return set(session.exec(stopped))


def shared_with(session: Session, who: User) -> str | None:
    """A sentence when a colleague uses a key of the same user in Pipedrive; None when nobody does."""
    same = (
        col(User.id) != who.id,
        col(User.pipedrive_key).is_not(None),
        User.pipedrive_company == who.pipedrive_company,
        User.pipedrive_user_id == who.pipedrive_user_id,
    )
    names = session.exec(select(User.name).where(*same).order_by(User.name)).all()
    return SHARED.format(" and ".join(names), who.pipedrive_user_name) if names and who.pipedrive_key else None


def save_key(session: Session, who: User, api_key: str, owner: KeyOwner, seal: Seal) -> User:
    """Keep a key that Pipedrive has just accepted; everything that waited for one goes on, and its company is looked at soon.

    The first key decides which Pipedrive company the firm works with; a key
    from another one is refused.
    """
    ours = firm_settings.get(session, "pipedrive_company")
    if ours and ours != owner.company_domain:
        sentence = (
            f"This key belongs to {owner.company_domain}.pipedrive.com, but your firm works with {ours}.pipedrive.com."
        )
        raise Invalid(sentence, {"api_key": sentence})
    if not ours:
        firm_settings.save(session, pipedrive_company=owner.company_domain)
    was = who.pipedrive_company, who.pipedrive_user_id
    is_anothers = None not in was and was != (owner.company_domain, owner.user_id)
    kept = user_profile.save_pipedrive_key(
        session, who, seal(who.id, api_key), api_key[-4:], owner.company_domain, owner.user_id, owner.user_name
    )
    company_mapping.ask_soon(session, who, owner.company_domain)
    push_jobs.wake_lane(session, who, ends_waits=is_anothers)
    return kept
