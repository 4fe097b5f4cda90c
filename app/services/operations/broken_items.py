"""Items of rounds that broke: each is put aside with a reason, tried again ever more rarely, and seen by the doctor.

The reason names the kind of failure and no data: it is read by whoever runs the server.
"""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, select

from app.models import BrokenItem, now

NOBODY_ACTS = "the clock works through what is due"

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=2), timedelta(days=1)
KEPT = timedelta(days=60)


def known(session: Session, round_name: str) -> dict[str, datetime]:
    """The items of a round that broke, and when each is tried again."""
    mine = select(BrokenItem.item, BrokenItem.due_at).where(BrokenItem.round == round_name)
    return dict(session.exec(mine).all())


def put(session: Session, round_name: str, item: str, reason: str) -> None:
    """Leave this item alone for a while, longer each time."""
    fresh = BrokenItem(round=round_name, item=item[:200], reason=reason[:300], due_at=now() + FIRST_WAIT)
    kept = insert(BrokenItem).values(fresh.model_dump())
    doublings = func.least(BrokenItem.attempts, 12)
    wait = func.least(FIRST_WAIT * func.power(2, doublings), LONGEST_WAIT)
    again = {
        "attempts": BrokenItem.attempts + 1,
        "reason": kept.excluded.reason,
        "due_at": kept.excluded.created_at + wait,
        "updated_at": kept.excluded.updated_at,
    }
    session.exec(kept.on_conflict_do_update(index_elements=["round", "item"], set_=again))


def take_back(session: Session, round_name: str, item: str) -> None:
    """It works again."""
    session.exec(delete(BrokenItem).where(col(BrokenItem.round) == round_name, col(BrokenItem.item) == item[:200]))


def delete_old(session: Session) -> None:
    """Forget what was not tried for two months: whatever it was about is gone."""
    session.exec(delete(BrokenItem).where(col(BrokenItem.updated_at) < now() - KEPT))


def summary(session: Session) -> list[tuple[str, int, str]]:
    """For each round that left something: its name, how many items, and the newest reason."""
    newest = select(BrokenItem).order_by(col(BrokenItem.updated_at).desc())
    found: dict[str, list[str]] = {}
    for one in session.exec(newest):
        found.setdefault(one.round, []).append(one.reason)
    return [(name, len(reasons), reasons[0]) for name, reasons in sorted(found.items())]
