"""Notices on a lock screen: which devices want them, what each is told, and what becomes of it.

A ring is a row, written with the notice; the clock takes it with a lease and
sends it while no transaction is open, like a mail. Names stay off a lock screen
until their owner wants them there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.errors import Conflict, NotFound
from app.models import DeviceDraft, Notification, NotificationKind, PushDevice, User, WebPush, now
from app.signals import Topic, announce

NOBODY_ACTS = "the clock sends what waits"

MOST = 10
ATTEMPTS = 6
LEASE, FIRST_WAIT = timedelta(minutes=2), timedelta(seconds=30)
# what could not be told within this time helps nobody; the bell still says it
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
TEST = "It works: notices reach this device."


@dataclass(frozen=True)
class Bundle:
    """What is sent to one device in one go, and the rings that are done with it."""

    device: PushDevice
    words: str
    path: str
    tag: str
    rings: tuple[UUID, ...]


def mine(session: Session, who: User) -> Sequence[PushDevice]:
    """My devices, the newest first."""
    query = select(PushDevice).where(PushDevice.user_id == who.id)
    return session.exec(query.order_by(col(PushDevice.created_at).desc(), col(PushDevice.id))).all()


def add(
    session: Session, who: User, draft: DeviceDraft, *, key: str, browser: str = "", here: UUID | None = None
) -> PushDevice:
    """Send my notices to this browser too; one that is known already is mine from now on.

    `key` is our public key, which the browser was given; `here` is its sign-in.
    """
    known = session.exec(select(PushDevice).where(PushDevice.endpoint == draft.endpoint).with_for_update()).first()
    if known and known.user_id != who.id:
        # somebody else sits at this browser now
        session.delete(known)
        session.flush()
        known = None
    if known is None and len(mine(session, who)) >= MOST:
        raise Conflict(f"You have {MOST} devices already; take one away first.")
    facts = draft.model_dump() | {"key": key, "browser": browser[:200], "session_id": here}
    kept = known or PushDevice(user_id=who.id, **facts)
    kept.sqlmodel_update(facts)
    session.add(kept)
    session.flush()
    announce(session, Topic.NOTICE, kept.id, who.id)
    return kept


def show_names(session: Session, who: User, device_id: UUID, *, names: bool) -> PushDevice:
    """Whether names of people stand on this device's lock screen."""
    kept = _own(session, who, device_id)
    kept.names = names
    session.add(kept)
    return kept


def remove(session: Session, who: User, device_id: UUID) -> None:
    session.delete(_own(session, who, device_id))
    announce(session, Topic.NOTICE, device_id, who.id)


def test(session: Session, who: User, device_id: UUID) -> None:
    """Ring once, now."""
    session.add(WebPush(device_id=_own(session, who, device_id).id, words=TEST, path="/settings", due_at=now()))


def ring(session: Session, user: User, notice: Notification, due: datetime) -> None:
    """Tell every device of this person, not before `due`."""
    for device in mine(session, user):
        words = notice.sentence if device.names else DISCREET[notice.kind]
        session.add(WebPush(device_id=device.id, notice_id=notice.id, words=words, path=notice.path, due_at=due))


def claim(session: Session, key: str, limit: int = 200) -> list[Bundle]:
    """What is due, taken for a while, device by device; what is too old or was read meanwhile is forgotten.

    A browser that was given another key than `key` cannot be reached any more: it is forgotten too.
    """
    session.exec(delete(PushDevice).where(col(PushDevice.key) != key))
    read = select(Notification.id).where(col(Notification.read_at).is_not(None))
    session.exec(delete(WebPush).where((col(WebPush.created_at) < now() - STALE) | col(WebPush.notice_id).in_(read)))
    due = select(WebPush).where(WebPush.due_at <= now()).order_by(col(WebPush.due_at), col(WebPush.id)).limit(limit)
    taken: dict[UUID, list[WebPush]] = {}
    for one in session.exec(due.with_for_update(skip_locked=True)):
        one.due_at, one.attempts = now() + LEASE, one.attempts + 1
        session.add(one)
        taken.setdefault(one.device_id, []).append(one)
    devices = session.exec(select(PushDevice).where(col(PushDevice.id).in_(taken))).all()
    return [bundle for device in devices for bundle in _bundled(device, taken[device.id])]


def sent(session: Session, bundle: Bundle) -> None:
    session.exec(delete(WebPush).where(col(WebPush.id).in_(bundle.rings)))
    if kept := session.get(PushDevice, bundle.device.id):
        kept.rung_at = now()
        session.add(kept)


def put_off(session: Session, bundle: Bundle, wait: timedelta | None = None) -> None:
    """It did not go out: later again, or never when it was tried often enough."""
    for one in session.exec(select(WebPush).where(col(WebPush.id).in_(bundle.rings))):
        if one.attempts >= ATTEMPTS:
            session.delete(one)
        else:
            one.due_at = now() + (wait or FIRST_WAIT * 2 ** (one.attempts - 1))
            session.add(one)


def gone(session: Session, bundle: Bundle) -> None:
    """The browser does not want it any more: its rings go with it."""
    session.exec(delete(PushDevice).where(col(PushDevice.id) == bundle.device.id))
    announce(session, Topic.NOTICE, bundle.device.id, bundle.device.user_id)


def _bundled(device: PushDevice, rings: list[WebPush]) -> list[Bundle]:
    if len(rings) > AT_ONCE:
        ids = tuple(one.id for one in rings)
        return [Bundle(device, f"{len(rings)} new notices", "/notices", "many", ids)]
    return [Bundle(device, one.words, one.path, str(one.notice_id or one.id), (one.id,)) for one in rings]


def _own(session: Session, who: User, device_id: UUID) -> PushDevice:
    kept = session.get(PushDevice, device_id)
    if kept is None or kept.user_id != who.id:
        raise NotFound("There is no such device.")
    return kept
