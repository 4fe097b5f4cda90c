"""The two ways out: Brevo's HTTP API and SMTP. Each says of a mail that it went, that later is better, or never."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Protocol
from urllib.parse import unquote, urlsplit

import httpx

from app.models import Mail
from app.settings import Settings

BREVO = "https://api.brevo.com"
SECONDS = 20.0


class TemporaryFailure(Exception):
    """It did not go out, and may later; the message says why."""


class PermanentFailure(Exception):
    """The server said a clear no to this mail."""


class Sender(Protocol):
    def send(self, mail: Mail) -> None:
        """Hand one mail over. Raises TemporaryFailure or PermanentFailure."""


def sender_for(settings: Settings, *, brevo: str = BREVO) -> Sender | None:
    """Brevo where its key is set, else SMTP, else nobody: then mail stays in the outbox to be read there."""
    address = settings.brevo_from_email or f"pipedriven@{urlsplit(settings.address).hostname}"
    if settings.brevo_api_key:
        return Brevo(settings.brevo_api_key, address, settings.brevo_from_name, brevo)
    if settings.smtp_url:
        return Smtp(settings.smtp_url, address, settings.brevo_from_name)
    return None


def vapid_contact(settings: Settings) -> str:
    """Where operators of a push service may complain: they want an https address or a mail address."""
    if settings.secure and not settings.brevo_from_email:
        return settings.address
    return f"mailto:{settings.brevo_from_email or 'pipedriven@example.com'}"


class Brevo:
    """POST /v3/smtp/email, source: Brevo's API reference, "Send a transactional email"."""

    def __init__(self, key: str, address: str, name: str, base: str = BREVO) -> None:
        self.base, self.sender = base, {"email": address, "name": name}
        self.headers = {"api-key": key, "accept": "application/json"}

    def send(self, mail: Mail) -> None:
        body = {
            "sender": self.sender,
            "to": [{"email": mail.address}],
            "subject": mail.subject,
            "textContent": mail.body,
            **({"htmlContent": mail.html} if mail.html else {}),
            # a repeated attempt can be told from a second mail
            "headers": {"X-Mail-Id": str(mail.id)},
        }
        try:
            with httpx.Client(base_url=self.base, timeout=SECONDS, trust_env=False, follow_redirects=False) as client:
                answer = client.post("/v3/smtp/email", json=body, headers=self.headers)
        except httpx.HTTPError as cut:
            raise TemporaryFailure(f"Brevo does not answer ({type(cut).__name__}).") from None
        if answer.status_code in {200, 201, 202}:
            return
        if answer.status_code == 400:
            raise PermanentFailure("Brevo does not accept this mail.")
        raise TemporaryFailure(f"Brevo answered {answer.status_code}.")


class Smtp:
    """`smtp://name:password@host:587` turns to TLS where the server offers it, `smtps://` begins with it."""

    def __init__(self, url: str, address: str, name: str) -> None:
        self.url, self.sender = urlsplit(url), formataddr((name, address))

    def send(self, mail: Mail) -> None:
        try:
            with self._connect() as connection:
                connection.send_message(self._message(mail))
        except smtplib.SMTPRecipientsRefused as no:
            later = all(400 <= code < 500 for code, _ in no.recipients.values())
            raise (TemporaryFailure if later else PermanentFailure)(
                "The mail server does not take mail for this address."
            ) from None
        except smtplib.SMTPResponseException as no:
            # a wrong password of ours says nothing about the mail
            ours = isinstance(no, smtplib.SMTPAuthenticationError)
            raise (PermanentFailure if no.smtp_code >= 500 and not ours else TemporaryFailure)(
                f"The mail server answered {no.smtp_code}."
            ) from None
        except (OSError, smtplib.SMTPException) as cut:
            raise TemporaryFailure(f"The mail server does not answer ({type(cut).__name__}).") from None

    def _connect(self) -> smtplib.SMTP:
        host = self.url.hostname or "localhost"
        secure = self.url.scheme == "smtps"
        if secure:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self.url.port or 465, timeout=SECONDS, context=ssl.create_default_context()
            )
        else:
            connection = smtplib.SMTP(host, self.url.port or 587, timeout=SECONDS)
        try:
            connection.ehlo()
            if not secure and connection.has_extn("starttls"):
                connection.starttls(context=ssl.create_default_context())
                connection.ehlo()
            if self.url.username:
                connection.login(unquote(self.url.username), unquote(self.url.password or ""))
        except BaseException:
            connection.close()
            raise
        return connection

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, mail.address, mail.subject
        # the same for each attempt, so that a mail that left twice is shown once
        message["Message-ID"] = f"<{mail.id}@pipedriven>"
        message["Date"] = format_datetime(mail.created_at)
        message.set_content(mail.body)
        if mail.html:
            message.add_alternative(mail.html, subtype="html")
        return message
