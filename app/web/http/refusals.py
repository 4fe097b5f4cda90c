"""Refusals that only a web server knows."""

from collections.abc import Sequence

from app.errors import Refusal


class WrongMethod(Refusal):
    """Carries the methods that the address has."""

    status = 405
    sentence = "This cannot be done at this address."

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__()
        self.allowed = allowed
