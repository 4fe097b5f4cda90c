"""When a key may ask again, so that Pipedrive need not say no: its burst limit counts over the last two seconds.

What is left stands in every answer; when the oldest request falls out of the
window we know ourselves, to the moment and not in whole seconds.
"""

from collections import deque
from time import monotonic

import httpx

WINDOW = 2.0
# our clock and the network between
MARGIN = 0.03


class Gate:
    """One key's last requests; searches are counted apart from the rest."""

    def __init__(self) -> None:
        self._asked: dict[bool, deque[float]] = {True: deque(), False: deque()}
        self._is_full = {True: False, False: False}

    def heard(self, response: httpx.Response) -> None:
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            return
        search = is_search(response.request)
        self._asked[search].append(monotonic())
        self._is_full[search] = response.headers.get("x-ratelimit-remaining") == "0"

    def wait(self, *, search: bool) -> float:
        """Seconds until the next request of this sort is welcome."""
        asked, now = self._asked[search], monotonic()
        while asked and asked[0] <= now - WINDOW:
            asked.popleft()
        return asked[0] + WINDOW + MARGIN - now if asked and self._is_full[search] else 0.0


def is_search(request: httpx.Request) -> bool:
    return request.url.path.endswith("/search")
