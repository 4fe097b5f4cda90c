"""Pushes that Pipedrive did not let through and may let through later: tried again by themselves, later and later.

They need their owner meanwhile, because somebody has to grant a right, share a
record or switch something on there; once that is done nobody has to come back here.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select, update

from app.models import PRACTICE, PipedriveSync, SyncStatus, User
from app.models.pipedrive_sync import OPEN

NOBODY_ACTS = "a round of the clock"

# the key may not write it, does not see it, or the firm's kind of activity is switched off there
CODES = ("not_allowed", "hidden", "type_off")
FIRST, LONGEST = timedelta(hours=1), timedelta(hours=24)


def reopen_due(session: Session, account: str) -> int:
    """Set those of one Pipedrive company due again whose time has come; says how many. Their attempts go on counting."""
    later = aliased(PipedriveSync)
    newer = select(later.id).where(
        later.dedupe_key == PipedriveSync.dedupe_key,
        (col(later.created_at) > col(PipedriveSync.created_at)) | col(later.status).in_(OPEN),
    )
    tries = func.greatest(func.least(PipedriveSync.attempts, 10), 1)
    wait: Any = func.least(FIRST * func.power(2, tries - 1), LONGEST)
    due: tuple[Any, ...] = (
        PipedriveSync.status == SyncStatus.FAILED,
        col(PipedriveSync.error_code).in_(CODES),
        col(PipedriveSync.finished_at) <= func.clock_timestamp() - wait,
        ~newer.exists(),
    )
    theirs = col(PipedriveSync.user_id).in_(select(User.id).where(User.pipedrive_company == account))
    again = {"status": SyncStatus.PENDING, "run_at": func.clock_timestamp(), "finished_at": None}
    rows = update(PipedriveSync).where(*due, *([] if account == PRACTICE else [theirs])).values(again)
    return len(session.exec(rows.returning(col(PipedriveSync.id))).all())
