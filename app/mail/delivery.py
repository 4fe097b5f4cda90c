"""Four times a minute: creates the notifications and mails that are due, and sends what waits in both outboxes.

A mail is claimed in one transaction, sent while none is open, and marked in
another: a crash in between sends it again after a while, which is better than
never, and its id tells that it is the same.
"""

import logging
from collections.abc import Callable

from app import db
from app.mail.senders import PermanentFailure, Sender, TemporaryFailure
from app.mail.web_push_client import Gone, WebPushClient
from app.models import Mail
from app.services.notifications import (
    daily_digest,
    email_actions,
    mail_outbox,
    triggers,
    web_push_outbox,
    weekly_reports,
)
from app.services.notifications.web_push_outbox import Bundle

ROUND, TIDY = 15.0, 6 * 3600.0

log = logging.getLogger(__name__)


class Delivery:
    """`sender` is None where no mail server is named, `ringer` where nobody rings; `site` is where people reach us."""

    def __init__(self, sender: Sender | None, site: str, ringer: WebPushClient | None = None) -> None:
        self.sender, self.site, self.ringer = sender, site, ringer

    def schedule(self, also: Callable[[float, Callable[[], object]], None]) -> None:
        """Have a clock do what we do, every so many seconds."""
        also(ROUND, self.round)
        also(TIDY, self.tidy)

    @property
    def push_key(self) -> str:
        """What a browser is given when it asks for notices."""
        return self.ringer.key.public if self.ringer else ""

    def round(self) -> None:
        """Tell, write, send; one part that breaks does not keep the others from their turn."""
        for part in (self.tell, self.write, self.ring, self.deliver):
            try:
                part()
            except Exception:
                log.exception("the post's %s broke", part.__name__)

    def tell(self) -> None:
        with db.transaction() as session:
            triggers.create_due(session, self.site)

    def write(self) -> None:
        with db.transaction() as session:
            daily_digest.send_due(session, self.site)
            weekly_reports.send_due(session, self.site)

    def ring(self) -> None:
        if self.ringer is None:
            return
        with db.transaction() as session:
            bundles = web_push_outbox.claim(session, self.ringer.key.public)
        for bundle in bundles:
            self._ring(self.ringer, bundle)

    def deliver(self) -> None:
        if self.sender is None:
            return
        with db.transaction() as session:
            mails = mail_outbox.claim(session)
        for mail in mails:
            self._hand_over(self.sender, mail)

    def tidy(self) -> None:
        with db.transaction() as session:
            mail_outbox.delete_old(session)
            email_actions.delete_expired(session)

    def _hand_over(self, sender: Sender, mail: Mail) -> None:
        try:
            sender.send(mail)
        except (TemporaryFailure, PermanentFailure) as no:
            log.warning("a mail did not go out: %s", no)
            failed = mail_outbox.give_up if isinstance(no, PermanentFailure) else mail_outbox.postpone
            with db.transaction() as session:
                failed(session, mail.id, str(no))
        else:
            with db.transaction() as session:
                mail_outbox.done(session, mail.id)

    @staticmethod
    def _ring(ringer: WebPushClient, bundle: Bundle) -> None:
        try:
            ringer.ring(bundle)
        except Gone as no:
            log.info("a device is forgotten: %s", no)
            with db.transaction() as session:
                web_push_outbox.forget_device(session, bundle)
        except TemporaryFailure as no:
            log.warning("a device was not reached: %s", no)
            with db.transaction() as session:
                web_push_outbox.postpone(session, bundle)
        else:
            with db.transaction() as session:
                web_push_outbox.done(session, bundle)
