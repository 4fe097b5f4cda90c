"""An authenticator without a device: makes keys for a site and answers challenges, rightly or as a test wants it."""

import base64
import hashlib
import json
import secrets

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, MAY_SYNC, SYNCED, NEW_KEY = 0x01, 0x04, 0x08, 0x10, 0x40


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Authenticator:
    """One key. `counts` makes it count its uses; the flags and everything else of an answer can be given."""

    def __init__(self, host="leads.example.com", origin="https://leads.example.com", *, counts=True, flags=0):
        self.host, self.origin, self.counts, self.flags = host, origin, counts, flags
        self.key, self.id = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16)
        self.count, self.handle = 0, b""

    def make(self, options, *, flags=PRESENT | VERIFIED, **given):
        """The answer to navigator.credentials.create."""
        self.handle = base64.urlsafe_b64decode(options["user"]["id"] + "==")
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        told = {"fmt": "none", "attStmt": {}, "authData": self._data(flags | NEW_KEY, given) + attested}
        client = self._client("webauthn.create", options["challenge"], given)
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(cbor2.dumps(told))})

    def use(self, options, *, flags=PRESENT | VERIFIED, handle=None, **given):
        """The answer to navigator.credentials.get."""
        data, client = self._data(flags, given), self._client("webauthn.get", options["challenge"], given)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        told = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        told["userHandle"] = self.handle if handle is None else handle
        return self._answer({name: text(raw) for name, raw in told.items()})

    def _data(self, flags, given):
        self.count += self.counts
        host = given.get("host", self.host)
        return hashlib.sha256(host.encode()).digest() + bytes([flags | self.flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind, challenge, given):
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | {key: given[key] for key in said if key in given}).encode()

    def _answer(self, response):
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}
