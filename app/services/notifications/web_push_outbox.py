"""Notifications on their way to lock screens: one row for each device, deleted when it is out or too late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.models import Notification, NotificationKind, PushDevice, User, UserSession, WebPush, now
from app.services.notifications import push_devices
from app.services.notifications.outbox import Outbox
from app.signals import Topic, announce

NOBODY_ACTS = "the clock sends what waits"

# what could not be told within this time helps nobody; the inbox still says it
STALE = timedelta(hours=14)
# after a quiet night one line says how many there are
AT_ONCE = 3
DISCREET = {
    NotificationKind.DIGEST: "Your morning list is ready.",
    NotificationKind.REMINDER: "A planned touch is due.",
    NotificationKind.MEETING: "A meeting is over: how did it go?",
    NotificationKind.PIPEDRIVE: "Something for Pipedrive needs you.",
    NotificationKind.CAMPAIGN: "You are part of a campaign now.",
}
# for a browser whose sign-in has ended: whoever holds it may be somebody else
SIGNED_OUT = "Something is new. Sign in to read it."
TEST = "It works: notifications reach this device."


class _WebPushes(Outbox[WebPush]):
    def done(self, session: Session, row: WebPush) -> None:
        session.delete(row)

    def give_up(self, session: Session, row: WebPush) -> None:
        session.delete(row)


OUTBOX = _WebPushes(WebPush, attempts=6, first_wait=timedelta(seconds=30), longest_wait=timedelta(hours=1))


@dataclass(frozen=True)
class Bundle:
    """What is sent to one device in one message, and the rows that are done with it."""

    device: PushDevice
    words: str
    path: str
    tag: str
    rows: tuple[UUID, ...]


def enqueue(session: Session, user: User, notification: Notification, due: datetime) -> None:
    """Queue the notification for every device of this user, not before `due`."""
    for device in push_devices.of_user(session, user):
        words = notification.sentence if device.names else DISCREET[notification.kind]
        session.add(
            WebPush(device_id=device.id, notice_id=notification.id, words=words, path=notification.path, due_at=due)
        )


def enqueue_test(session: Session, who: User, device_id: UUID) -> PushDevice:
    """Send a message to one of my devices, now."""
    device = push_devices.owned(session, who, device_id)
    session.add(WebPush(device_id=device.id, words=TEST, path="/settings/notifications", due_at=now()))
    return device


def claim(session: Session, key: str, limit: int = 200) -> list[Bundle]:
    """What is due, leased to the caller, device by device; what is too old or was read meanwhile is deleted.

    A browser that was given another key than `key` cannot be reached any more: it is deleted too. One whose sign-in has
    ended by itself is told no more than that there is something.
    """
    session.exec(delete(PushDevice).where(col(PushDevice.key) != key))
    read = select(Notification.id).where(col(Notification.read_at).is_not(None))
    session.exec(delete(WebPush).where((col(WebPush.created_at) < now() - STALE) | col(WebPush.notice_id).in_(read)))
    rows: dict[UUID, list[WebPush]] = {}
    for row in OUTBOX.claim(session, limit):
        rows.setdefault(row.device_id, []).append(row)
    query = (
        select(PushDevice, User, UserSession)
        .join(User, col(User.id) == col(PushDevice.user_id))
        .join(UserSession, col(UserSession.id) == col(PushDevice.session_id), isouter=True)
    )
    bundles: list[Bundle] = []
    for device, owner, signed_in in session.exec(query.where(col(PushDevice.id).in_(rows))):
        if signed_in and signed_in.ends_at(owner.role) <= now():
            ids = tuple(row.id for row in rows[device.id])
            bundles.append(Bundle(device, SIGNED_OUT, "/notices", "many", ids))
        else:
            bundles += _bundled(device, rows[device.id])
    return bundles


def done(session: Session, bundle: Bundle) -> None:
    for row in _rows(session, bundle):
        OUTBOX.done(session, row)
    if device := session.get(PushDevice, bundle.device.id):
        device.rung_at = now()
        session.add(device)


def postpone(session: Session, bundle: Bundle) -> None:
    for row in _rows(session, bundle):
        OUTBOX.postpone(session, row)


def forget_device(session: Session, bundle: Bundle) -> None:
    """The browser does not want it any more: its rows are deleted with it."""
    session.exec(delete(PushDevice).where(col(PushDevice.id) == bundle.device.id))
    announce(session, Topic.NOTICE, bundle.device.id, bundle.device.user_id)


def _rows(session: Session, bundle: Bundle) -> Sequence[WebPush]:
    return session.exec(select(WebPush).where(col(WebPush.id).in_(bundle.rows))).all()


def _bundled(device: PushDevice, rows: list[WebPush]) -> list[Bundle]:
    if len(rows) > AT_ONCE:
        ids = tuple(row.id for row in rows)
        return [Bundle(device, f"{len(rows)} new notifications", "/notices", "many", ids)]
    return [Bundle(device, row.words, row.path, str(row.notice_id or row.id), (row.id,)) for row in rows]
