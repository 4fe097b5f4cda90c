"""The browsers that want notifications on their lock screen. Names of people stay off it until the owner wants them there."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.errors import Conflict, NotFound
from app.models import DeviceDraft, PushDevice, User
from app.signals import Topic, announce

MOST = 10


def of_user(session: Session, who: User) -> Sequence[PushDevice]:
    """My devices, newest first."""
    query = select(PushDevice).where(PushDevice.user_id == who.id)
    return session.exec(query.order_by(col(PushDevice.created_at).desc(), col(PushDevice.id))).all()


def register(
    session: Session, who: User, draft: DeviceDraft, *, key: str, browser: str = "", session_id: UUID | None = None
) -> PushDevice:
    """Send my notifications to this browser too; one that is known already is mine from now on.

    `key` is our public key, which the browser was given; `session_id` is its sign-in.
    """
    known = session.exec(select(PushDevice).where(PushDevice.endpoint == draft.endpoint).with_for_update()).first()
    if known and known.user_id != who.id:
        # somebody else sits at this browser now
        session.delete(known)
        session.flush()
        known = None
    if known is None and len(of_user(session, who)) >= MOST:
        raise Conflict(f"You have {MOST} devices already; take one away first.")
    facts = draft.model_dump() | {"key": key, "browser": browser[:200], "session_id": session_id}
    device = known or PushDevice(user_id=who.id, **facts)
    device.sqlmodel_update(facts)
    session.add(device)
    session.flush()
    announce(session, Topic.NOTICE, device.id, who.id)
    return device


def show_names(session: Session, who: User, device_id: UUID, *, names: bool) -> PushDevice:
    """Whether names of people stand on this device's lock screen."""
    device = owned(session, who, device_id)
    device.names = names
    session.add(device)
    return device


def remove(session: Session, who: User, device_id: UUID) -> None:
    session.delete(owned(session, who, device_id))
    announce(session, Topic.NOTICE, device_id, who.id)


def owned(session: Session, who: User, device_id: UUID) -> PushDevice:
    """One of my devices. Raises NotFound."""
    device = session.get(PushDevice, device_id)
    if device is None or device.user_id != who.id:
        raise NotFound("There is no such device.")
    return device
