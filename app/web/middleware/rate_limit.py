"""How often one address or one person may ask: counted in memory, so that no request waits for it.

Every second what was counted is exchanged with the database in one go, so
that another process, and this one after a restart, is at most two seconds behind.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from app import db
from app.services.accounts import request_counts
from app.services.base.secret_tokens import digest

MANY = 10_000
EXCHANGE_SECONDS = 1.0


@dataclass
class RateLimit:
    """`most` requests per `seconds` and key, counted in fixed windows that start with a key's first request.

    Around the end of a window twice as many get through: `most` at its end, `most` at the beginning of the next.
    """

    most: int
    seconds: float
    _kept: dict[str, tuple[float, int]] = field(default_factory=dict)
    _new: dict[str, int] = field(default_factory=dict)

    def wait(self, key: str) -> int:
        """Count one more; 0 while it is allowed, else the seconds until the next window."""
        key, moment = digest(key), time.monotonic()
        start, count = self._fresh(key, moment)
        if len(self._kept) >= MANY:
            self._forget(moment)
        self._kept[key] = (start, count + 1)
        if count >= self.most:
            # what is refused is not told either: the window would not end sooner or later for it
            return math.ceil(start + self.seconds - moment)
        self._new[key] = self._new.get(key, 0) + 1
        return 0

    def take_back(self, key: str) -> None:
        """What was counted last does not count after all."""
        key = digest(key)
        start, count = self._fresh(key, time.monotonic())
        self._kept[key] = (start, max(0, count - 1))
        self._new[key] = self._new.get(key, 0) - 1

    def counted(self) -> dict[str, tuple[float, int]]:
        """By key how old its window is, and how many came since this was asked last."""
        new, self._new = self._new, {}
        moment = time.monotonic()
        return {key: (moment - self._fresh(key, moment)[0], number) for key, number in new.items()}

    def is_counting(self) -> bool:
        """Whether any window here has not ended."""
        moment = time.monotonic()
        return any(moment - start < self.seconds for start, _ in list(self._kept.values()))

    def learn(self, told: Mapping[str, tuple[float, int]]) -> None:
        """How old the window of each key is, and how many came in it, in all processes together."""
        moment = time.monotonic()
        for key, (age, count) in told.items():
            self._kept[key] = (moment - age, count + self._new.get(key, 0))

    def _fresh(self, key: str, moment: float) -> tuple[float, int]:
        start, count = self._kept.get(key, (moment, 0))
        return (start, count) if moment - start < self.seconds else (moment, 0)

    def _forget(self, moment: float) -> None:
        fresh = {key: kept for key, kept in self._kept.items() if moment - kept[0] < self.seconds}
        # whoever comes from that many addresses gets the oldest of them forgiven, and nobody else's
        self._kept = fresh if len(fresh) < MANY else dict(list(fresh.items())[MANY // 2 :])


class RateLimits:
    """The limits of one process, by name, as the database knows them for all."""

    def __init__(self, **limits: RateLimit) -> None:
        self._limits = limits
        self._began = False

    def exchange(self) -> None:
        """Tell what was counted here, hear what was counted in all; nothing is asked where nobody came lately."""
        for name, limit in self._limits.items():
            new = limit.counted()
            if new or limit.is_counting() or not self._began:
                with db.transaction() as session:
                    request_counts.add(session, name, limit.seconds, new)
                    told = request_counts.recent(session, name, limit.seconds)
                limit.learn(told)
        self._began = True
