"""Why nothing of a person goes to Pipedrive for now: disabled, no key, a refused one, a pause of theirs, of their company, of everybody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Text, bindparam, case, func
from sqlmodel import Session, col, select

from app.models import PRACTICE, PipedriveSync, Setting, SyncAccount, SyncLane, User, now
from app.models.pipedrive_sync import OPEN
from app.services.base import firm_settings
from app.services.push_queue.push_jobs import NO_KEY

DISABLED = "The account of {} is disabled. Hand their contacts over in Team; what waits then goes over with the new owner's key."

NOBODY_ACTS = {"chosen": "the firm's choices are the same for everybody"}


@dataclass(frozen=True)
class Pause:
    """The reason in words; `until` when it ends by itself, None when somebody has to act first."""

    sentence: str
    until: datetime | None = None

    @property
    def cause(self) -> str:
        """The reason without what it says of when we try again."""
        return self.sentence.partition(";")[0].rstrip(".")


def pause_of(session: Session, who: User) -> Pause | None:
    """What holds up this person's pushes and looks; None when they may go on."""
    if not who.active:
        return Pause(DISABLED.format(who.name))
    found = session.execute(facts().where(col(User.id) == who.id), chosen(session)).first()
    return pause_by(found) if found else None


def chosen(session: Session) -> dict[str, Any]:
    """What `facts` has to be told."""
    practises = bool(firm_settings.get(session, "practice_pipedrive"))
    return {"practises": practises, "company": firm_settings.get(session, "pipedrive_company") or ""}


def facts() -> Any:
    """A question, one row for each person: all that decides whether their pushes are held up."""
    practises = bindparam("practises", type_=Boolean)
    own = func.coalesce(func.nullif(User.pipedrive_company, ""), bindparam("company", type_=Text))
    account = case((practises, PRACTICE), else_=own)
    stopped = select(Setting.value).where(Setting.key == "sync_paused").scalar_subquery()
    columns: Any = (
        col(User.id).label("user_id"),
        col(User.active).label("active"),
        col(User.name).label("owner_name"),
        col(User.pipedrive_key).is_not(None).label("has_key"),
        practises.label("practises"),
        stopped.label("stopped"),
        col(SyncLane.told_at).label("told_at"),
        col(SyncLane.paused_reason).label("lane_reason"),
        col(SyncLane.not_before).label("lane_until"),
        col(SyncAccount.paused_reason).label("company_reason"),
        col(SyncAccount.not_before).label("company_until"),
    )
    lane = (SyncLane, col(SyncLane.user_id) == col(User.id))
    company = (SyncAccount, col(SyncAccount.account) == account)
    return select(*columns).select_from(User).outerjoin(*lane).outerjoin(*company)


def pause_by(found: Any) -> Pause | None:
    """What a row of `facts` says."""
    if not found.active:
        return Pause(DISABLED.format(found.owner_name))
    if not found.has_key and not found.practises:
        return Pause(NO_KEY)
    if found.stopped:
        return Pause(f"Pushes are paused for everybody: {str(found.stopped).rstrip('.')}.")
    if found.told_at and not found.practises:
        return Pause(found.lane_reason or NO_KEY)
    both = ((found.lane_reason, found.lane_until), (found.company_reason, found.company_until))
    rests = [(until, reason) for reason, until in both if reason and until > now()]
    until, reason = max(rests, key=lambda one: one[0], default=(None, ""))
    return Pause(str(reason), until) if until else None


def number_waiting() -> Any:
    """How many pushes wait with the key of the person whom a question is about."""
    waiting = select(func.count()).where(PipedriveSync.user_id == User.id, col(PipedriveSync.status).in_(OPEN))
    return waiting.correlate(User).scalar_subquery()


def turn_words(number: int, *, urgent: bool) -> str | None:
    """Where a push that nothing holds up stands among so many of its owner; None when it is alone."""
    if number < 2:
        return None
    if urgent:
        return f"It is next: {number - 1:,} other{'s' if number > 2 else ''} with this key wait{'s' if number == 2 else ''} behind it."
    return f"It waits its turn: {number:,} pushes with this key are waiting."
