"""How often one address or one person may ask; kept in memory, because a restart may forgive."""

import math
import time
from dataclasses import dataclass, field

MANY = 10_000


@dataclass
class RateLimit:
    """`most` requests per `seconds` and key, counted in fixed windows that start with a key's first request.

    Around the end of a window twice as many get through: `most` at its end, `most` at the beginning of the next.
    """

    most: int
    seconds: float
    _kept: dict[str, tuple[float, int]] = field(default_factory=dict)

    def wait(self, key: str) -> int:
        """Count one more; 0 while it is allowed, else the seconds until the next window."""
        moment = time.monotonic()
        start, count = self._kept.get(key, (moment, 0))
        if moment - start >= self.seconds:
            start, count = moment, 0
        if len(self._kept) >= MANY:
            self._forget(moment)
        self._kept[key] = (start, count + 1)
        return math.ceil(start + self.seconds - moment) if count >= self.most else 0

    def _forget(self, moment: float) -> None:
        fresh = {key: kept for key, kept in self._kept.items() if moment - kept[0] < self.seconds}
        self._kept = fresh if len(fresh) < MANY else {}
