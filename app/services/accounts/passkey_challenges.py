"""The challenge between asking a browser and its answer: sealed and given to the browser, so that it costs us no row."""

import json
from collections.abc import Callable
from uuid import UUID

from app.errors import Refusal
from app.models import Purpose, now
from app.services.accounts.one_time_links import VALID
from app.vault import Sealed

# whoever signs in is known to nobody yet
NOBODY = UUID(int=0)


class TooLate(Refusal):
    status = 409
    sentence = "That took too long. Please try again."


def seal(seal: Callable[[UUID, str], str], owner: UUID, challenge: str) -> str:
    """A text that only we can open again, for the same person and within five minutes."""
    until = (now() + VALID[Purpose.PASSKEY]).timestamp()
    return seal(owner, json.dumps({"passkey": challenge, "until": until}))


def unseal(unseal: Callable[[UUID, str], str], owner: UUID, sealed: str) -> str:
    """The challenge in it. Raises TooLate."""
    try:
        kept = json.loads(unseal(owner, sealed))
        challenge, until = str(kept["passkey"]), float(kept["until"])
    except (Sealed, ValueError, TypeError, KeyError):
        raise TooLate from None
    if now().timestamp() > until:
        raise TooLate
    return challenge
