"""Random tokens that open something; only their SHA-256 is ever kept."""

import secrets
from hashlib import sha256


def new() -> str:
    """256 random bits, fit for a URL and a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
