"""Refusals that only a web server knows."""

from app.errors import Refusal


class WrongMethod(Refusal):
    status = 405
    sentence = "This cannot be done at this address."
