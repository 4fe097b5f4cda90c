"""A browser maker's push service, as strict as the standards (RFC 8030, 8188, 8291, 8292), on the loopback; it decrypts."""

import json
import ssl
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.support.fake_mail_servers import open_for

CURVE = ec.SECP256R1()


def text(raw):
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(words):
    return urlsafe_b64decode(words + "=" * (-len(words) % 4))


class Browser:
    """One browser's keys; `opened` is what it reads in a message for it."""

    def __init__(self, private=None, auth=b"sixteen of bytes"):
        self.private, self.auth = private or ec.generate_private_key(CURVE), auth
        self.point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def keys(self):
        return {"p256dh": text(self.point), "auth": text(self.auth)}

    def opened(self, body):
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        secret = derived(shared, self.auth, b"WebPush: info\0" + self.point + theirs, 32)
        key, nonce = (derived(secret, salt, b"Content-Encoding: %s\0" % one, n) for one, n in ((b"aes128gcm", 16), (b"nonce", 12)))  # fmt: skip
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain.endswith(b"\x02"), "not the last record"
        return plain[:-1]


def derived(material, salt, info, length):
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(material)


class _Service(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        status = self.server.answers.pop(0) if self.server.answers else self.judged(body)
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def judged(self, body):
        browser = self.server.browsers.get(self.path)
        if browser is None:
            return 410
        if self.headers["content-encoding"] != "aes128gcm" or not (self.headers["ttl"] or "").isdigit():
            return 400
        if len(body) > 4096:
            return 413
        if not signed(self.headers["authorization"] or "", self.server.origin, self.server.key):
            return 403
        self.server.mails.append(json.loads(browser.opened(body)))
        return 201

    def log_message(self, *_):
        """Silence."""


def signed(header, origin, key):
    """Whether this is the signature of whom the browser allowed to send, made for this service and for at most a day."""
    scheme, _, rest = header.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, claims, signature = parts["t"].split(".")
    public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw(parts["k"]))
    r, s = (int.from_bytes(half) for half in (raw(signature)[:32], raw(signature)[32:]))
    try:
        public.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    said, now = json.loads(raw(claims)), time.time()
    valid = now < said["exp"] <= now + 86400 and said["aud"] == origin and said["sub"].startswith(("mailto:", "https:"))
    return scheme == "vapid" and parts["k"] == key and valid and json.loads(raw(head)) == {"typ": "JWT", "alg": "ES256"}


def certificate(folder):
    """A file with a key and a certificate for this machine."""
    key, now = ec.generate_private_key(CURVE), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "push.example")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / "push.pem"
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(plain + made.public_bytes(Encoding.PEM))
    return file


@contextmanager
def push_service(folder, key, *answers):
    """Takes what the holder of this public key sends to its `browsers` (by path); `answers` are its first statuses.

    `mails` are the messages as the browsers read them; `trust` knows its certificate.
    """
    file = certificate(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inside.load_cert_chain(file)
    server.socket = inside.wrap_socket(server.socket, server_side=True)
    server.key, server.browsers = key, {}
    server.origin = f"https://127.0.0.1:{server.server_port}"
    server.trust = ssl.create_default_context(cafile=file)
    with open_for(server, list(answers)):
        yield server
