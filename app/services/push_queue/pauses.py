"""Why nothing of a person goes to Pipedrive for now: disabled, no key, a refused one, a pause of theirs, of their company, of everybody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import PipedriveSync, SyncAccount, SyncLane, User, now
from app.models.pipedrive_sync import OPEN
from app.services.base import firm_settings
from app.services.push_queue import company_mapping
from app.services.push_queue.push_jobs import NO_KEY

DISABLED = "The account of {} is disabled. Hand their contacts over in Team; what waits then goes over with the new owner's key."


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
    practises = firm_settings.get(session, "practice_pipedrive")
    if who.pipedrive_key is None and not practises:
        return Pause(NO_KEY)
    if stopped := firm_settings.sync_paused(session):
        return Pause(f"Pushes are paused for everybody: {stopped.rstrip('.')}.")
    lane = session.exec(select(SyncLane).where(SyncLane.user_id == who.id)).first()
    if lane and lane.told_at and not practises:
        return Pause(lane.paused_reason or NO_KEY)
    company = select(SyncAccount).where(SyncAccount.account == company_mapping.account_of(session, who))
    rests = [
        one for one in (lane, session.exec(company).first()) if one and one.paused_reason and one.not_before > now()
    ]
    longest = max(rests, key=lambda one: one.not_before, default=None)
    return Pause(str(longest.paused_reason), longest.not_before) if longest else None


def turn_words(session: Session, who: User, push: PipedriveSync) -> str | None:
    """Where a push that nothing holds up stands among the others of its owner; None when it is alone."""
    waiting = select(func.count()).where(PipedriveSync.user_id == who.id, col(PipedriveSync.status).in_(OPEN))
    number = session.exec(waiting).one()
    if number < 2:
        return None
    if push.urgent:
        return f"It is next: {number - 1:,} other{'s' if number > 2 else ''} with this key wait{'s' if number == 2 else ''} behind it."
    return f"It waits its turn: {number:,} pushes with this key are waiting."
