"""What Pipedrive allows per two seconds and per day; counted always, enforced only when asked."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.practice import envelopes
from app.practice.contract import Call

WINDOW = timedelta(seconds=2)


@dataclass
class Limits:
    """The Lite plan's numbers: requests per key in two seconds, and the whole company's tokens per day."""

    burst: int = 20
    search: int = 10
    daily: int = 30_000
    enforced: bool = False
    spent: int = 0
    day: str = ""
    _recent: dict[tuple[str, bool], deque[datetime]] = field(default_factory=dict)

    def charge(self, key: str, call: Call, moment: datetime) -> None:
        """Count one request; raise Refused where a limit is enforced and reached."""
        if self.day != f"{moment:%Y-%m-%d}":
            self.day, self.spent = f"{moment:%Y-%m-%d}", 0
        recent = self._recent_of(key, call, moment)
        if self.enforced and (len(recent) >= self._allowed(call) or self.spent + call.cost > self.daily):
            raise envelopes.over_limit()
        recent.append(moment)
        self.spent += call.cost

    def headers(self, key: str, call: Call, moment: datetime) -> dict[str, str]:
        """The x-ratelimit headers; `reset` counts the seconds that are left."""
        recent = self._recent_of(key, call, moment)
        remaining = max(self._allowed(call) - len(recent), 0 if self.enforced else 1)
        reset = (recent[0] + WINDOW - moment).total_seconds() if recent else 0.0
        left = max(self.daily - self.spent, 0 if self.enforced else 1)
        named = {
            "x-ratelimit-limit": str(self._allowed(call)),
            "x-ratelimit-remaining": str(remaining),
            "x-ratelimit-reset": str(max(1, round(reset))),
            "x-daily-ratelimit-token-limit": str(self.daily),
            "x-daily-ratelimit-token-remaining": str(left if left >= call.cost or not self.enforced else 0),
        }
        return named if call.method == "GET" else {**named, "x-daily-requests-left": str(left)}

    def _allowed(self, call: Call) -> int:
        return self.search if call.is_search else self.burst

    def _recent_of(self, key: str, call: Call, moment: datetime) -> deque[datetime]:
        recent = self._recent.setdefault((key, call.is_search), deque())
        while recent and recent[0] <= moment - WINDOW:
            recent.popleft()
        return recent
