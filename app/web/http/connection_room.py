"""How many connections there may be: of one address, and in all. Where there are too many, who has been silent for longest goes.

So whoever comes gets in: a stranger with thousands of silent connections loses their own first, and somebody behind the
same address, or the proxy, loses one that waits for nothing and opens another. Sockets are not counted: they take a
session, and a person has twenty at most.
"""

import resource
from typing import Protocol

from app.services.accounts.login_throttle import address_key

# an office has one address: six to a browser, for seconds each
MOST_OF_ONE = 300
MOST = 2_000
# each connection is an open file; the rest is for the database, sockets and files
SHARE_OF_FILES = 0.5
MOST_FILES = 8_192


class Guest(Protocol):
    @property
    def silent_since(self) -> float | None:
        """When it last said something; None while it is our turn."""

    def leave(self) -> None: ...


def more_files() -> None:
    """Let this process open what it may: many systems begin with 1,024 files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Room:
    """The open connections by address; the order in which they came in is kept."""

    def __init__(self) -> None:
        self.guests: dict[str, dict[Guest, None]] = {}
        self.number = 0

    @property
    def most(self) -> int:
        return min(MOST, int(resource.getrlimit(resource.RLIMIT_NOFILE)[0] * SHARE_OF_FILES))

    def enter(self, guest: Guest, address: str) -> None:
        """Somebody came; where that is one too many, somebody leaves."""
        of_one = self.guests.setdefault(address_key(address), {})
        of_one[guest] = None
        self.number += 1
        if len(of_one) > MOST_OF_ONE:
            (_longest_silent(of_one) or guest).leave()
        elif self.number > self.most:
            everybody = {one: None for some in self.guests.values() for one in some}
            (_longest_silent(everybody) or guest).leave()

    def exit(self, guest: Guest, address: str) -> None:
        """Somebody left, or is not counted any more; a second time does nothing."""
        key = address_key(address)
        of_one = self.guests.get(key, {})
        if guest in of_one:
            del of_one[guest]
            self.number -= 1
        if not of_one:
            self.guests.pop(key, None)


def _longest_silent(guests: dict[Guest, None]) -> Guest | None:
    silent = [(since, guest) for guest in guests if (since := guest.silent_since) is not None]
    return min(silent, key=lambda one: one[0])[1] if silent else None
