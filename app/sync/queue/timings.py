"""How long everything waits and how much is done at once: one object, so that a test can turn hours into moments."""

import random
from dataclasses import dataclass
from datetime import timedelta

from app.models.pipedrive_sync import MAX_ATTEMPTS
from app.sync.api import request


@dataclass(frozen=True)
class Pace:
    """All times in seconds.

    `late_commit` is how long after our own deadline Pipedrive may still write
    what we sent; `margin` covers two clocks that disagree; `search_lag` is how long
    Pipedrive's search may not know what was written.
    """

    lease: float = 60
    jobs_a_turn: int = 20
    turn: float = 5
    lanes_at_once: int = 4
    deadline: float = request.DEADLINE
    late_commit: float = 40
    margin: float = 60
    first_wait: float = 30
    longest_wait: float = 3600
    attempts: int = MAX_ATTEMPTS
    offline: float = 45
    ailing: float = 45
    longest_ailing: float = 300
    spread: float = 20
    soon: float = 5
    poll: float = 5
    tick: float = 30
    farewell: float = 9
    recheck: float = 3600
    relearn: float = 86_400
    search_lag: float = 3600
    key_check: float = 60
    longest_key_check: float = 3600

    @property
    def hold(self) -> timedelta:
        """How long a request may still turn out to have created its record."""
        return timedelta(seconds=self.deadline + self.late_commit)

    @property
    def slack(self) -> timedelta:
        """How far two clocks may disagree."""
        return timedelta(seconds=self.margin)

    @property
    def a_moment(self) -> timedelta:
        """How soon to look again for what somebody else is doing right now."""
        return timedelta(seconds=self.soon)

    def backoff(self, attempts: int) -> timedelta:
        """30 s, 60 s, 120 s ... after the first, second, third attempt, each +-50 %, at most an hour."""
        wait = self.first_wait * 2 ** (attempts - 1)
        return timedelta(seconds=min(jitter(wait), self.longest_wait))

    def while_ailing(self, rests: int) -> timedelta:
        """45 s, 90 s, 3 min ... while Pipedrive itself is in trouble, at most five minutes, each then +-50 %."""
        return timedelta(seconds=jitter(min(self.ailing * 2 ** min(rests - 1, 20), self.longest_ailing)))

    def while_offline(self) -> timedelta:
        return timedelta(seconds=jitter(self.offline))


def jitter(seconds: float) -> float:
    """Somewhere within +-50 %, so that those who failed together do not come back together."""
    return seconds * random.uniform(0.5, 1.5)
