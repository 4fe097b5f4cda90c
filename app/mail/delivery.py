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
    """`sender` is None where no mail server is named, `web_push` where no device is notified; `site` is our address."""

    def __init__(self, sender: Sender | None, site: str, web_push: WebPushClient | None = None) -> None:
        self.sender = sender
        self.site = site
        self.web_push = web_push

    def schedule(self, also: Callable[[float, Callable[[], object]], None]) -> None:
        """Have the clock call `run_round` and `delete_old`, every so many seconds."""
        also(ROUND, self.run_round)
        also(TIDY, self.delete_old)

    @property
    def push_key(self) -> str:
        """The public VAPID key, which a browser needs to subscribe to web push; empty where no device is notified."""
        return self.web_push.key.public if self.web_push else ""

    def run_round(self) -> None:
        """Create what is due, then send; a step that breaks is logged and does not keep the others from running."""
        for part in (self.create_notifications, self.write_mails, self.send_web_pushes, self.send_mails):
            try:
                part()
            except Exception:
                log.exception("a round of deliveries broke in %s", part.__name__)

    def create_notifications(self) -> None:
        with db.transaction() as session:
            triggers.create_due(session, self.site)

    def write_mails(self) -> None:
        with db.transaction() as session:
            daily_digest.send_due(session, self.site)
            weekly_reports.send_due(session, self.site)

    def send_web_pushes(self) -> None:
        if self.web_push is None:
            return
        with db.transaction() as session:
            bundles = web_push_outbox.claim(session, self.web_push.key.public)
        for bundle in bundles:
            self._send_web_push(self.web_push, bundle)

    def send_mails(self) -> None:
        if self.sender is None:
            return
        with db.transaction() as session:
            mails = mail_outbox.claim(session)
        for mail in mails:
            self._send_mail(self.sender, mail)

    def delete_old(self) -> None:
        with db.transaction() as session:
            mail_outbox.delete_old(session)
            email_actions.delete_expired(session)

    def _send_mail(self, sender: Sender, mail: Mail) -> None:
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
    def _send_web_push(web_push: WebPushClient, bundle: Bundle) -> None:
        try:
            web_push.send(bundle)
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
