"""How a push ends when it neither succeeds nor meets one of Pipedrive's own troubles (`app.sync.errors`)."""

from datetime import timedelta


class LeaseLost(Exception):
    """The lane is somebody else's now, the key changed, or we are stopping: drop everything, write nothing."""


class Again(Exception):
    """What we knew of Pipedrive has just changed: look once more, in the same push."""


class Waiting(Exception):
    """Somebody may be creating the same record at this moment; come back in `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"waiting {wait.total_seconds():.0f} s")
        self.wait = wait


class NothingToPush(Exception):
    """What was to go over was taken back before it went."""


class Closed(Exception):
    """This push cannot go over as it stands; `sentence` says to a person why, `code` to a machine."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


GONE = "gone"
SEVERAL = "several"
CONTACT_GONE = "contact_gone"
OWNER_CHANGED = "owner_changed"
