"""Whether a report on the screen is true now: `Live`, or since when it is not known to be.

It is live while news comes over a line that is proved alive every few seconds,
what came was answered, and the day of the answer is still today. The browser adds what only it knows: that its
own line is dead.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from nicegui import ui

from app import signals
from app.models import now
from app.pages.reports.live.subscriptions import SharedReport, Subscription
from app.pages.reports.parts.live_chart import FreshnessLabel
from app.pages.ui import theme

BEAT = 2.0
LATE = timedelta(seconds=4)


def keep_fresh(pulse: FreshnessLabel, subscription: Callable[[], Subscription | None], zone: str) -> Callable[[], None]:
    """Keep the pulse true as long as the part of the screen that asks is there; hands back how to tell it at once."""

    def tell() -> None:
        taken = subscription()
        if taken and taken.report.latest:
            at, fresh = checked(taken.report, taken.report.latest.as_of)
            pulse.say(f"{theme.local(at, zone):%H:%M:%S}", fresh=fresh)
        pulse.beat()

    ui.timer(BEAT, tell)
    return tell


def checked(board: SharedReport, asked: datetime) -> tuple[datetime, bool]:
    """`known_true_at`; after midnight where the viewer is, the report is asked for anew: its days and weeks are others."""
    if not board.is_of_today:
        board.hear()
        return asked, False
    return known_true_at(board, asked)


def known_true_at(board: SharedReport, asked: datetime) -> tuple[datetime, bool]:
    """The last moment at which the answer, `asked` for then, was surely true, and whether that is now."""
    connection = signals.news_connection
    if board.news:
        # something happened, and how it stands since is not known yet
        return asked, connection.is_sure and now() - asked < LATE
    return max(asked, connection.heard_at or asked), connection.is_sure
