"""Seals and opens Pipedrive keys: AES-256-GCM, bound to the person whose key it is.

A sealed key copied to another user's row does not open, and the id of the
sealing key stands in front, so that `rotate-keys` can work through the rows.
"""

import base64
import os
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


class Sealed(Exception):
    """This secret was sealed for somebody else, or with a key that we no longer have."""


class Vault:
    """Opens with any of its secrets, seals with the first."""

    def __init__(self, *secrets: str) -> None:
        self._keys = {_name(secret): _key(secret) for secret in secrets}
        self._first = _name(secrets[0])

    def seal(self, owner: UUID, secret: str) -> str:
        nonce = os.urandom(NONCE)
        box = AESGCM(self._keys[self._first]).encrypt(nonce, secret.encode(), owner.bytes)
        return f"{self._first}:{base64.urlsafe_b64encode(nonce + box).decode()}"

    def open(self, owner: UUID, sealed: str) -> str:
        """Give the secret back; raises Sealed when it is not this owner's or its key is gone."""
        name, _, text = sealed.partition(":")
        raw = base64.urlsafe_b64decode(text)
        try:
            return AESGCM(self._keys[name]).decrypt(raw[:NONCE], raw[NONCE:], owner.bytes).decode()
        except (KeyError, InvalidTag) as locked:
            raise Sealed("A stored Pipedrive key cannot be opened; save it again in Settings.") from locked

    def phone_key(self, owner: UUID) -> str:
        """The key with which this person's phone seals what it has not sent yet: 32 bytes, in base64; always the same."""
        first = self._keys[self._first]
        derived = HKDF(algorithm=SHA256(), length=32, salt=owner.bytes, info=b"pipedriven/phones").derive(first)
        return base64.b64encode(derived).decode()

    def is_current(self, sealed: str) -> bool:
        return sealed.startswith(f"{self._first}:")


def _name(secret: str) -> str:
    return sha256(b"name:" + secret.encode()).hexdigest()[:8]


def _key(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"pipedriven/pipedrive-keys").derive(secret.encode())
