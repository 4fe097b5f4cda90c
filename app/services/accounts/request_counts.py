"""How many requests came from whom, for all processes together: digests and numbers, kept for minutes."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session, col, delete, select

from app.models import RequestCount, now

NOBODY_ACTS = "strangers are counted before anybody knows who they are"

KEPT = timedelta(minutes=10)

# an older window gives way to the one that began now
ADD = text("""
    INSERT INTO request_counts AS kept (name, key, started_at, count)
    SELECT :name, new.key, cast(:now as timestamptz) - make_interval(secs => new.age), new.count
    FROM unnest(cast(:keys as text[]), cast(:ages as double precision[]), cast(:counts as int[])) AS new (key, age, count)
    ORDER BY new.key
    ON CONFLICT (name, key) DO UPDATE SET
        started_at = CASE WHEN kept.started_at <= cast(:now as timestamptz) - make_interval(secs => :seconds)
                          THEN excluded.started_at ELSE kept.started_at END,
        count = CASE WHEN kept.started_at <= cast(:now as timestamptz) - make_interval(secs => :seconds)
                     THEN excluded.count ELSE greatest(0, kept.count + excluded.count) END
""")


def add(session: Session, name: str, seconds: float, new: Mapping[str, tuple[float, int]]) -> None:
    """Add what one process counted: by key the age of its window, and a number."""
    if not new:
        return
    keys = sorted(new)
    given = {
        "name": name,
        "seconds": seconds,
        "now": now(),
        "keys": keys,
        "ages": [new[key][0] for key in keys],
        "counts": [new[key][1] for key in keys],
    }
    session.execute(ADD, given)
    session.exec(delete(RequestCount).where(col(RequestCount.started_at) < now() - KEPT))


def recent(session: Session, name: str, seconds: float) -> dict[str, tuple[float, int]]:
    """What was counted in all processes together, in windows that have not ended."""
    moment = now()
    query = select(RequestCount).where(
        RequestCount.name == name, col(RequestCount.started_at) > moment - timedelta(seconds=seconds)
    )
    return {one.key: ((moment - one.started_at).total_seconds(), one.count) for one in session.exec(query)}
