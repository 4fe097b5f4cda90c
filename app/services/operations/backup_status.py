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
class Copies:
    """Copies in another place: where, when the last one came there, and what went wrong since."""

    place: str
    copied_at: datetime | None
    trouble: str | None

    @property
    def age(self) -> timedelta | None:
        return now() - self.copied_at if self.copied_at else None

    @property
    def is_fine(self) -> bool:
        """A place that was named just now waits for its first copy, and is fine."""
        return self.trouble is None and (self.age is None or self.age < OLDEST)


@dataclass(frozen=True)
class Safety:
    """`made_at` is the last backup that the app made by itself; `trouble` what kept the last try from being whole;
    `copies` how it stands elsewhere, where a place is set.
    """

    made_at: datetime | None
    proved: bool
    trouble: str | None
    copies: Copies | None = None

    @property
    def age(self) -> timedelta | None:
        return now() - self.made_at if self.made_at else None

    @property
    def is_fine(self) -> bool:
        return self.trouble is None and self.age is not None and self.age < OLDEST


def backed_up(
    session: Session, *, made_at: str | None = None, proved: str | None = None, trouble: str | None = None
) -> None:
    """Store how a backup went, and the name of its file once it is `proved`; a failed one keeps what the last good one
    left.
    """
    before = firm_settings.get(session, "backup_last") or {}
    became: dict[str, Any] = {"made_at": made_at or before.get("made_at"), "proved": bool(proved), "trouble": trouble}
    firm_settings.save(session, backup_last=became | {"file": proved or before.get("file")})


def proved_file(session: Session) -> str | None:
    """The name of the last backup that was proved."""
    found: str | None = (firm_settings.get(session, "backup_last") or {}).get("file")
    return found


def copies_go_to(session: Session, place: str | None) -> str | None:
    """Remember where copies go from now on, or that they go nowhere; the file that was copied there last."""
    before = firm_settings.get(session, "backup_copy") or {}
    if before.get("place") != place:
        before = {"place": place, "file": None, "copied_at": None, "trouble": None} if place else {}
        firm_settings.save(session, backup_copy=before or None)
    found: str | None = before.get("file")
    return found


def copied(
    session: Session, *, file: str | None = None, copied_at: str | None = None, trouble: str | None = None
) -> None:
    """Store how a copy went; a failed one keeps the time of the last good one. The same trouble again is no news."""
    before = firm_settings.get(session, "backup_copy") or {}
    became = before | {"trouble": trouble} | ({"file": file, "copied_at": copied_at} if file else {})
    if became != before:
        firm_settings.save(session, backup_copy=became)


def of_backups(session: Session) -> Safety | None:
    """How the last nightly backup went; None before the first one."""
    last = firm_settings.get(session, "backup_last")
    if not last:
        return None
    return Safety(_moment(last["made_at"]), bool(last["proved"]), last["trouble"], copies_of(session))


def copies_of(session: Session) -> Copies | None:
    """How it stands with copies elsewhere; None where no place is set."""
    last = firm_settings.get(session, "backup_copy")
    return Copies(last["place"], _moment(last["copied_at"]), last["trouble"]) if last else None


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def seen(session: Session, who: User) -> Safety | None:
    """How the last nightly backup went, for a golden ticket. Raises Forbidden."""
    if not policy.may_see_operations(who):
        raise Forbidden
    return of_backups(session)
