"""How our words map to a Pipedrive company's own: which company it is, and which kinds of activities it knows."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from app.models import PRACTICE, SyncAccount, User
from app.services import workspace


@dataclass(frozen=True)
class KnownType:
    """A kind of activity there; `key` is what a mapping says, `name` what people read."""

    key: str
    name: str


def account_of(session: Session, who: User) -> str:
    """The company this person's pushes go to, the practice one while the firm practises; empty for none."""
    if workspace.choice(session, "practice_pipedrive"):
        return PRACTICE
    return str(who.pipedrive_company or workspace.choice(session, "pipedrive_company") or "")


def activity_types(session: Session, who: User) -> list[KnownType]:
    """The active kinds of activities of that company, as last heard (once a day); empty until we have listened."""
    kept = session.exec(select(SyncAccount.known).where(SyncAccount.account == account_of(session, who))).first()
    rows: list[dict[str, Any]] = (kept or {}).get("types", [])
    return [KnownType(row["key"], row["name"]) for row in rows if row["active"]]
