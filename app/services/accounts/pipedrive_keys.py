"""Pipedrive keys: whose they are, whether they fit this firm, and keeping them sealed.

Who asks Pipedrive is the door's business: it hands over what the key answered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app.errors import Invalid
from app.models import User
from app.services.accounts import user_profile
from app.services.base import firm_settings
from app.services.push_queue import company_mapping, push_jobs

Seal = Callable[[UUID, str], str]
Check = Callable[[str], "KeyOwner"]
LetGo = Callable[[User], None]


@dataclass(frozen=True)
class KeyOwner:
    """What Pipedrive says about a key: the company's domain, and the user's id and name there."""

    company_domain: str
    user_id: int
    user_name: str


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
    kept = user_profile.save_pipedrive_key(
        session, who, seal(who.id, api_key), api_key[-4:], owner.company_domain, owner.user_id, owner.user_name
    )
    company_mapping.ask_soon(session, who, owner.company_domain)
    push_jobs.wake_lane(session, who)
    return kept
