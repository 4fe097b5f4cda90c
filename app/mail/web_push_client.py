"""Sends web push messages: one request to a browser's push service, which may only lie outside of our own network."""

import json
import socket
import ssl
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from app.mail.senders import TemporaryFailure
from app.mail.web_push_encryption import VapidKey, encrypt
from app.services.notifications.web_push_outbox import Bundle

SECONDS = 10.0
# a reminder that a phone without a line did not get in an hour is in the inbox anyway
TTL = 3600


class Gone(Exception):
    """The push service does not know this browser any more, or is none."""


def require_public_host(host: str) -> None:
    """Raise Gone when a name leads to a machine that is not on the open internet, TemporaryFailure when it leads nowhere."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise TemporaryFailure(f"{host} is not found.") from None
    if not all(ip_address(address[4][0]).is_global for address in found):
        raise Gone(f"{host} is not on the open internet.")


class WebPushClient:
    """`contact` is an address that push services may complain to. `check` and `trust` differ in tests alone."""

    def __init__(
        self,
        key: VapidKey,
        contact: str,
        *,
        check: Callable[[str], None] = require_public_host,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.key, self._contact, self._check = key, contact, check
        self._trust = trust or ssl.create_default_context()

    def send(self, bundle: Bundle) -> None:
        """Hand one message over. Raises TemporaryFailure or Gone."""
        device = bundle.device
        self._check(urlsplit(device.endpoint).hostname or "")
        message = json.dumps({"words": bundle.words, "path": bundle.path, "tag": bundle.tag}, ensure_ascii=False)
        headers = {
            "TTL": str(TTL),
            "Urgency": "normal",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": self.key.authorization(device.endpoint, self._contact),
        }
        try:
            body = encrypt(message.encode(), device.p256dh, device.auth)
        except ValueError:
            raise Gone("The browser's key is none.") from None
        try:
            # the certificate names the push service: a name that changes its mind between the look and the call is caught
            with httpx.Client(timeout=SECONDS, trust_env=False, follow_redirects=False, verify=self._trust) as client:
                answer = client.post(device.endpoint, content=body, headers=headers)
        except httpx.HTTPError as cut:
            raise TemporaryFailure(f"The push service does not answer ({type(cut).__name__}).") from None
        if answer.status_code in {404, 410}:
            raise Gone(f"The push service answered {answer.status_code}.")
        if not answer.is_success:
            raise TemporaryFailure(f"The push service answered {answer.status_code}.")
