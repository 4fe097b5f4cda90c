"""Web push by its standards: a message that only the browser can read (RFC 8291, 8188), signed with our VAPID key (RFC 8292).

The push service in between learns how long the message is and when it came, not what it says.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from time import time
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
RECORD = 4096
HOURS_VALID = 12


class VapidKey:
    """Our own key, by which a push service knows that a message comes from where the browser allowed it to come from."""

    def __init__(self, secret: str) -> None:
        self._private = ec.derive_private_key(int.from_bytes(decoded(secret)), CURVE)
        self.public = encoded(point(self._private.public_key()))

    @staticmethod
    def fresh() -> str:
        """A new secret, as it is kept in a file."""
        number = ec.generate_private_key(CURVE).private_numbers().private_value
        return encoded(number.to_bytes(32))

    def authorization(self, endpoint: str, contact: str) -> str:
        """Who sends, for this push service alone and for half a day; `contact` is where its operators complain."""
        from joserfc import jwt  # a hundredth of a start, wanted by web push alone
        from joserfc.jwk import ECKey

        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(time()) + HOURS_VALID * 3600,
            "sub": contact,
        }
        token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(self._private))
        return f"vapid t={token}, k={self.public}"


def encrypt(
    message: bytes, p256dh: str, auth: str, *, once: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """The message as one aes128gcm record for the browser with these keys. Raises ValueError when they are none.

    `once` and `salt` are fresh for each message; given, they repeat a known example.
    """
    once, salt = once or ec.generate_private_key(CURVE), salt or os.urandom(16)
    theirs, ours = decoded(p256dh), point(once.public_key())
    shared = once.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
    secret = _derived(shared, decoded(auth), b"WebPush: info\0" + theirs + ours, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4) + len(ours).to_bytes(1) + ours
    # 2 marks the last record
    return head + AESGCM(key).encrypt(nonce, message + b"\x02", None)


def point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(material)
