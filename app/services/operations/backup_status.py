"""How safe the firm's data is: what became of the last backup, in words that the doctor and the Team page share."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from app.errors import Forbidden
from app.models import User, now
from app.services import policy
from app.services.base import firm_settings

NOBODY_ACTS = "the state of backups belongs to no person"

# one a night, and two hours for a slow one
OLDEST = timedelta(hours=26)


@dataclass(frozen=True)
class Safety:
    """`made_at` is the last backup that the app made by itself; `trouble` what kept the last try from being whole."""

    made_at: datetime | None
    proved: bool
    trouble: str | None

    @property
    def age(self) -> timedelta | None:
        return now() - self.made_at if self.made_at else None

    @property
    def is_fine(self) -> bool:
        return self.trouble is None and self.age is not None and self.age < OLDEST


def backed_up(
    session: Session, *, made_at: str | None = None, proved: bool = False, trouble: str | None = None
) -> None:
    """Store how the nightly backup went; a failed one keeps the time of the last good one."""
    before = firm_settings.get(session, "backup_last") or {}
    became: dict[str, Any] = {"made_at": made_at or before.get("made_at"), "proved": proved, "trouble": trouble}
    firm_settings.save(session, backup_last=became)


def of_backups(session: Session) -> Safety | None:
    """How the last nightly backup went; None before the first one."""
    last = firm_settings.get(session, "backup_last")
    if not last:
        return None
    made_at = datetime.fromisoformat(last["made_at"]) if last["made_at"] else None
    return Safety(made_at, bool(last["proved"]), last["trouble"])


def seen(session: Session, who: User) -> Safety | None:
    """How the last nightly backup went, for a golden ticket. Raises Forbidden."""
    if not policy.may_see_operations(who):
        raise Forbidden
    return of_backups(session)
