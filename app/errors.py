"""Refusals: everything the product may politely say no to.

A refusal is an expected answer, not a crash. It carries one sentence for the
person who asked and one HTTP status for the machine that asked. Pages show the
sentence, the API sends both, the queue stores it; nothing else in the code
knows about any of them.
"""

from typing import ClassVar


class Refusal(Exception):
    """Base of every polite no: `status` for machines, the message for people."""

    status: ClassVar[int] = 400
    sentence: ClassVar[str] = "That is not possible."

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class SignedOut(Refusal):
    status = 401
    sentence = "Please sign in."


class WrongPassword(Refusal):
    """Says nothing about whether the address exists."""

    status = 401
    sentence = "E-mail address or password is wrong."


class CodeNeeded(Refusal):
    """The password was right; `ticket` stands for it during the next minutes, so that it need not be typed again."""

    status = 401
    sentence = "Type the six digits that your authenticator shows."

    def __init__(self, ticket: str = "") -> None:
        super().__init__()
        self.ticket = ticket


class WrongCode(Refusal):
    status = 401
    sentence = "This code does not fit. Wait for the next one and type that."


class Forbidden(Refusal):
    status = 403
    sentence = "Your role does not allow this."


class SecondStepNeeded(Forbidden):
    """Everything but setting it up, proving it and signing out waits."""

    sentence = "Your firm asks for a second step at sign-in: open Pipedriven in this browser and set it up."


class NotFound(Refusal):
    status = 404
    sentence = "This is not in your contact bank."


class Conflict(Refusal):
    status = 409
    sentence = "This does not fit what is already there."


class LikelyDuplicate(Conflict):
    """Carries the contacts that look the same, so that the person can choose."""

    sentence = "This looks like somebody you already have."

    def __init__(self, candidates: list[dict[str, str]]) -> None:
        super().__init__()
        self.candidates = candidates


class Stale(Refusal):
    status = 412
    sentence = "Somebody changed this in the meantime. Reload it and try again."


class TooLarge(Refusal):
    status = 413
    sentence = "This is too large to take in one go."


class NotJson(Refusal):
    status = 415
    sentence = "Send JSON, with the content type application/json."


class Invalid(Refusal):
    """What was typed breaks a rule; `fields` names each one in a sentence."""

    status = 422
    sentence = "Please check what you typed."

    def __init__(self, sentence: str | None = None, fields: dict[str, str] | None = None) -> None:
        super().__init__(sentence or next(iter((fields or {}).values()), None))
        self.fields = fields or {}


class TooManyTries(Refusal):
    """Carries how many seconds to wait."""

    status = 429
    sentence = "Too many tries. Please wait a few minutes."

    def __init__(self, retry_after: int = 60, sentence: str | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after
