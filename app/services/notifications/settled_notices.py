"""Unread notices of what is over: the bell does not go on counting them, and each says that it is settled.

What a notice is about stands in its key (`about`), as whoever wrote it made it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid as UuidType
from sqlalchemy import and_, case, cast, func, or_
from sqlmodel import Session, col, select

from app.models import (
    Activity,
    CampaignUser,
    Contact,
    Notification,
    PipedriveHandover,
    PipedriveSync,
    SyncLane,
)
from app.services.notifications import inbox
from app.services.notifications.push_notices import DueCause
from app.services.push_queue.needs_owner import is_undecided, needs_owner

NOBODY_ACTS = "the clock looks for what is over"

# who has not looked for so long does not count what is unread
LOOKED_BACK = timedelta(days=30)


def over(session: Session, moment: datetime) -> Iterator[DueCause]:
    """Those that tell of what is not so any more, each to be settled in a transaction of its own."""
    about, whose = col(Notification.about), col(Notification.user_id)
    failed = select(PipedriveSync.id).where(
        needs_owner(),
        PipedriveSync.user_id == whose,
        func.coalesce(PipedriveSync.error_code, "None") == func.split_part(about, ":", 2),
    )
    stopped = select(SyncLane.id).where(SyncLane.user_id == whose, col(SyncLane.told_at).is_not(None))
    asked = select(PipedriveHandover.id).where(
        is_undecided(), PipedriveHandover.id == _named(), PipedriveHandover.user_id == whose
    )
    due = func.to_char(func.timezone("UTC", Activity.due_date), "YYYYMMDDHH24MI")
    planned = (
        select(Activity.id)
        .join(Contact, col(Contact.id) == col(Activity.contact_id))
        .where(
            Activity.id == _named(),
            Activity.user_id == whose,
            ~col(Activity.done),
            col(Activity.deleted_at).is_(None),
            col(Contact.deleted_at).is_(None),
            due == func.split_part(about, ":", 3),
        )
    )
    member = select(CampaignUser.id).where(CampaignUser.id == _named(), CampaignUser.user_id == whose)
    stands = {
        "sync": failed, "lane": stopped, "handover": asked, "due": planned, "over": planned, "member": member,
    }  # fmt: skip
    ended = or_(*(and_(about.startswith(f"{kind}:"), ~rows.exists()) for kind, rows in stands.items()))
    unread = select(Notification).where(
        col(Notification.read_at).is_(None), col(Notification.created_at) > moment - LOOKED_BACK, ended
    )
    for notice in session.exec(unread).all():
        yield DueCause(f"settled:{notice.id}", partial(inbox.settle, notice=notice))


def _named() -> Any:
    """The id in a key that has one as its second part."""
    number = func.split_part(col(Notification.about), ":", 2)
    return case((func.length(number) == len(str(UUID(int=0))), cast(number, UuidType)))
