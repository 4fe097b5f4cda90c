"""Random tokens that open something; only their SHA-256 is ever kept."""

import secrets
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, any_, literal, or_


def new() -> str:
    """256 random bits, fit for a URL and a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def is_of(table: Any, token: str) -> ColumnElement[bool]:
    """Whether a row's link has this token: the one it was made with, or one that went out in a mail."""
    hashed = digest(token)
    return or_(table.token_hash == hashed, literal(hashed) == any_(table.mailed))
