"""What can go wrong on the way to Pipedrive, sorted by what becomes of the job.

PipedriveError
  Throttled        come back after `wait`; not a failed attempt
  Unreachable      nothing was created; the same request may be sent again
    NotSent        it never left this machine: Pipedrive cannot be reached at all
    OutOfOrder     it answers nobody properly; the whole company waits for it
  UnknownOutcome   Pipedrive may or may not have created it: look before creating again
  Rejected         a definite no that repeating does not change
    NotAllowed     the key works, but not for this
    Gone           the record is deleted, merged away or not visible to this key
  KeyRefused       the key (or the whole account) is not accepted: for everything, not for one record
  Blocked          the firewall in front of Pipedrive shut us out; leave the host alone for `wait`

`sentence` is for a person; no error carries the key.
"""

from datetime import timedelta


class PipedriveError(Exception):
    """Base of everything that can go wrong on the way to Pipedrive."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Throttled(PipedriveError):
    """Pipedrive asked us to come back later; `daily` means the whole company's budget is used up."""

    def __init__(self, wait: timedelta, *, daily: bool = False) -> None:
        why = "The company's daily Pipedrive budget is used up" if daily else "Pipedrive asked for a pause"
        super().__init__(f"{why}; trying again in {in_words(wait)}.")
        self.wait = wait
        self.daily = daily


class Unreachable(PipedriveError):
    """Nothing new exists in Pipedrive because of this request; it may be sent again."""


class NotSent(Unreachable):
    """No connection came about; that is nobody's job's fault."""


class OutOfOrder(Unreachable):
    """Pipedrive itself is in trouble: no push gets a usable answer."""

    says = "Pipedrive itself is in trouble"

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"{self.says}; trying again in {in_words(wait)}. Nothing is lost.")
        self.wait = wait


class UnknownOutcome(PipedriveError):
    """Pipedrive may have created the record although we did not hear so."""


class Rejected(PipedriveError):
    """Pipedrive understood and said no; `status` and `code` are Pipedrive's own."""

    def __init__(self, sentence: str, *, status: int = 400, code: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code


class NotAllowed(Rejected):
    """The key is accepted, but its user may not do this."""


class Gone(Rejected):
    """The record is deleted, merged into another, or not visible to this key."""


class KeyRefused(PipedriveError):
    """The key is wrong, replaced or disabled, its user may not use the API, or the company's account is not open."""


class KeyUnknown(KeyRefused):
    """Pipedrive does not know this key, or not any more."""

    def __init__(self) -> None:
        super().__init__(
            "Pipedrive does not accept this key any more. "
            "Copy it anew from Pipedrive: Personal preferences, API, and save it in Settings."
        )


class ApiOff(KeyRefused):
    """The key's user may not use the API at all."""

    def __init__(self) -> None:
        super().__init__(
            "API access is switched off for your user in Pipedrive. "
            "Ask an administrator there to allow it; what waits then goes over by itself."
        )


class Blocked(PipedriveError):
    """The firewall in front of Pipedrive answered with a page instead of Pipedrive."""

    def __init__(self, wait: timedelta = timedelta(minutes=10)) -> None:
        super().__init__(f"Pipedrive's firewall turned us away; trying again in {in_words(wait)}.")
        self.wait = wait


def to_whoever_asked(trouble: Exception) -> str:
    """The sentence for somebody who waits for the answer: nobody but they will try again."""
    said = str(trouble)
    cause = said.partition(";")[0].rstrip(".")
    if isinstance(trouble, KeyRefused):
        return f"{cause}."
    if not isinstance(trouble, Throttled | Blocked | Unreachable):
        return said
    wait: timedelta | None = getattr(trouble, "wait", None)
    return f"{cause}. Try again in {in_words(wait) if wait else 'a few minutes'}."


def in_words(wait: timedelta) -> str:
    """`6 s`, `3 min`, `2 h`."""
    seconds = max(1, round(wait.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
