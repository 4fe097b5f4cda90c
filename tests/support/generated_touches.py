"""Made-up touches and stages around the hours in which clocks change, and the moment from which they are looked at."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from app.models import Activity, ActivityType, Outcome, Stage

# two days after the clocks changed in Europe, three weeks after they did in America
NOW = datetime(2026, 3, 31, 9, 30, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "UTC")
REACHED = {
    Outcome.REACHED,
    Outcome.REPLIED,
    Outcome.DECLINED,
    Outcome.MEETING_BOOKED,
    Outcome.HELD,
    Outcome.INTRODUCED,
    Outcome.MET,
}
EDGES = [
    datetime.combine(day, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC) + timedelta(seconds=off)
    for zone in ZONES
    for day in (
        date(2026, 3, 8),
        date(2026, 3, 9),
        date(2026, 3, 23),
        date(2026, 3, 25),
        date(2026, 3, 29),
        date(2026, 3, 30),
    )
    for off in (-1, 0, 1)
]
MOMENT = st.sampled_from(EDGES) | st.integers(0, 45 * 24 * 60).map(lambda back: NOW - timedelta(minutes=back))
TOUCH = st.fixed_dictionaries(
    {
        "type": st.sampled_from(ActivityType) | st.just(ActivityType.MEETING),
        "outcome": st.none() | st.sampled_from(Outcome),
        "at": MOMENT,
        "created": MOMENT,
        "done": st.booleans() | st.just(True),
        "by": st.integers(0, 2),
        "with_": st.integers(0, 2),
        "deleted": st.integers(0, 4).map(lambda dice: dice == 0),
        "elsewhere": st.integers(0, 6).map(lambda dice: dice == 0),
    }
)
MOVE = st.tuples(
    st.integers(0, 2),
    st.none() | st.just(Stage.CONTACTED),
    st.sampled_from(Stage) | st.just(Stage.HANDED_OVER),
    MOMENT,
    st.integers(0, 2),
)


def reached(touch):
    """Somebody was spoken to; a meeting of which nobody said otherwise took place."""
    return touch.outcome in REACHED or (touch.type == ActivityType.MEETING and touch.outcome is None)


def stored_touch(one, campaign, people, persons):
    done, contact = one["done"], persons[one["with_"]]
    return Activity(
        type=one["type"], outcome=one["outcome"], user_id=people[one["by"]].id, contact_id=contact and contact.id, campaign_id=campaign.id,
        done=done, happened_at=one["at"] if done else None, due_date=None if done else one["at"], created_at=one["created"],
        deleted_at=NOW if one["deleted"] else None,
    )  # fmt: skip
