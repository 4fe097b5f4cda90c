"""How a push ends when it neither succeeds nor meets one of Pipedrive's own troubles (`app.sync.api.errors`)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from app.models import CONTACT_GONE

__all__ = [
    "CHOICE_GONE",
    "CONTACT_GONE",
    "GONE",
    "HIDDEN",
    "NOT_ALLOWED",
    "OWNER_CHANGED",
    "SEVERAL",
    "TYPE_OFF",
    "UNSURE",
    "Again",
    "Closed",
    "Erased",
    "LeaseLost",
    "NothingToPush",
    "Unsettled",
    "Waiting",
]


class LeaseLost(Exception):
    """The lane is somebody else's now, the key changed, or we are stopping: drop everything, write nothing."""


class Again(Exception):
    """What we knew of Pipedrive has just changed: look once more, in the same push."""


class Unsettled(Exception):
    """Pipedrive said something else at every look; one attempt is spent, and the next one comes later."""


class Waiting(Exception):
    """Somebody may be creating the same record at this moment; come back in `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"waiting {wait.total_seconds():.0f} s")
        self.wait = wait


class Erased(Exception):
    """The contact was erased while it was pushed: nothing may be kept of it, here or there."""


class NothingToPush(Exception):
    """What was to go over was taken back before it went."""


class Closed(Exception):
    """This push cannot go over as it stands; `sentence` says to a person why, `code` to a machine.

    `candidates` are the records of Pipedrive's that its owner may choose from.
    """

    def __init__(self, code: str, sentence: str, candidates: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.candidates = list(candidates)


GONE = "gone"
HIDDEN = "hidden"
NOT_ALLOWED = "not_allowed"
UNSURE = "unsure"
SEVERAL = "several"
CHOICE_GONE = "choice_gone"
OWNER_CHANGED = "owner_changed"
TYPE_OFF = "type_off"
