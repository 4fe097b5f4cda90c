"""Four times a minute: creates the notifications and mails that are due, and sends what waits in both outboxes.

A mail is claimed in one transaction, sent while none is open, and marked in
another: a crash in between sends it again after a while, which is better than
never, and its id tells that it is the same.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session

from app import db, rounds
from app.mail.senders import PermanentFailure, Sender, TemporaryFailure
from app.mail.web_push_client import Gone, WebPushClient
from app.models import Mail
from app.services.notifications import (
    daily_digest,
    email_actions,
    mail_outbox,
    pace_notices,
    triggers,
    web_push_outbox,
    weekly_reports,
)
from app.services.notifications.inbox import DueNotice
from app.services.notifications.push_notices import DueCause
from app.services.notifications.web_push_outbox import Bundle

Write = Callable[[Session, str, UUID, datetime | None], bool]

ROUND, PACES, TIDY = 15.0, 600.0, 6 * 3600.0
UNMADE = "Something broke on our side ({})."

log = logging.getLogger(__name__)


class Delivery:
    """`sender` is None where no mail server is named, `web_push` where no device is notified; `site` is our address."""

    def __init__(self, sender: Sender | None, site: str, web_push: WebPushClient | None = None) -> None:
        self.sender = sender
        self.site = site
        self.web_push = web_push

    def schedule(self, also: Callable[[str, float, Callable[[], object]], None]) -> None:
        """Have the clock take each round by itself, every so many seconds."""
        for name, turn in self.rounds().items():
            also(name, ROUND, turn)
        also("campaign paces", PACES, self.look_at_paces)
        also("old mails", TIDY, self.delete_old)

    def rounds(self) -> dict[str, Callable[[], object]]:
        """What is done four times a minute, by its name."""
        return {
            "reminders": self.create_notifications,
            "digests": self.write_digests,
            "weekly reports": self.write_weekly_reports,
            "lock screens": self.send_web_pushes,
            "mails": self.send_mails,
        }

    @property
    def push_key(self) -> str:
        """The public VAPID key, which a browser needs to subscribe to web push; empty where no device is notified."""
        return self.web_push.key.public if self.web_push else ""

    def create_notifications(self) -> int:
        """Tell everybody what they are to be told now; returns how many lines are new."""
        with db.reading() as session:
            due = triggers.due(session, self.site)
        return rounds.settle_each("reminders", [(one.key, one) for one in due], _tell)

    def look_at_paces(self) -> int:
        """Tell of campaigns that fall behind; returns how many lines are new."""
        with db.reading() as session:
            due = pace_notices.running(session)
        return rounds.settle_each("campaign paces", _keyed(due), _look_at_pace)

    def write_digests(self, moment: datetime | None = None) -> int:
        """Write the digests that are due; returns how many."""
        with db.reading() as session:
            due = daily_digest.due_users(session, moment)
        return rounds.settle_each("digests", _keyed(due), partial(self._write, daily_digest.send, moment))

    def write_weekly_reports(self, moment: datetime | None = None) -> int:
        """Write the Monday mails that are due; returns how many."""
        with db.reading() as session:
            due = weekly_reports.due_users(session, moment)
        return rounds.settle_each("weekly reports", _keyed(due), partial(self._write, weekly_reports.send, moment))

    def send_web_pushes(self) -> None:
        if self.web_push is None:
            return
        with db.transaction() as session:
            bundles = web_push_outbox.claim(session, self.web_push.key.public)
        rounds.settle_each("lock screens", [(str(one.rows[0]), one) for one in bundles], self._send_web_push)

    def send_mails(self) -> None:
        if self.sender is None:
            return
        with db.transaction() as session:
            mails = mail_outbox.claim(session)
        rounds.settle_each("mails", [(str(mail.id), mail) for mail in mails], self._send_mail)

    def delete_old(self) -> None:
        with db.transaction() as session:
            mail_outbox.delete_old(session)
            email_actions.delete_expired(session)

    def _write(self, send: Write, moment: datetime | None, user_id: UUID) -> int:
        with db.transaction() as session:
            return send(session, self.site, user_id, moment)

    def _send_mail(self, mail: Mail) -> None:
        assert self.sender
        try:
            with db.transaction() as session:
                letter = mail_outbox.letter_of(session, mail.id)
            self.sender.send(Mail(**{**mail.model_dump(), **asdict(letter)}))
        except (TemporaryFailure, PermanentFailure) as no:
            log.warning("a mail did not go out: %s", no)
            failed = mail_outbox.give_up if isinstance(no, PermanentFailure) else mail_outbox.postpone
            with db.transaction() as session:
                failed(session, mail.id, str(no))
        except Exception as broken:
            log.exception("mail %s cannot be made", mail.id)
            with db.transaction() as session:
                mail_outbox.postpone(session, mail.id, UNMADE.format(type(broken).__name__))
        else:
            with db.transaction() as session:
                mail_outbox.done(session, mail.id)

    def _send_web_push(self, bundle: Bundle) -> None:
        assert self.web_push
        try:
            self.web_push.send(bundle)
        except Gone as no:
            log.info("a device is forgotten: %s", no)
            with db.transaction() as session:
                web_push_outbox.forget_device(session, bundle)
        except Exception as no:
            # a device of which nothing can be made is tried as often as one that does not answer
            if isinstance(no, TemporaryFailure):
                log.warning("a device was not reached: %s", no)
            else:
                log.exception("nothing can be sent to device %s", bundle.device.id)
            with db.transaction() as session:
                web_push_outbox.postpone(session, bundle)
        else:
            with db.transaction() as session:
                web_push_outbox.done(session, bundle)


def _keyed(ids: list[UUID]) -> list[tuple[str, UUID]]:
    return [(str(one), one) for one in ids]


def _look_at_pace(campaign_id: UUID) -> int:
    with db.transaction() as session:
        return pace_notices.look(session, campaign_id)


def _tell(one: DueNotice | DueCause) -> int:
    with db.transaction() as session:
        return one.tell(session)
