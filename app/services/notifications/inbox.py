"""Notifications of a user: written once per event, unless the user switched their kind off; read and unread; settings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select, update

from app.errors import Invalid
from app.models import Notification, NotificationKind, NotificationSettings, User, now
from app.services.base import cursors
from app.services.notifications import web_push_outbox
from app.signals import Topic, announce

NOBODY_ACTS = "the product notifies a user, nobody acts"

HOURS = range(24)
# what the column holds
LONGEST = 300


@dataclass(frozen=True)
class Inbox:
    """The newest notices, and how many of all are unread."""

    notices: Sequence[Notification]
    unread: int
    next_cursor: str | None = None


@dataclass(frozen=True)
class DueNotice:
    """One line to one user, once for each `about`; `mail` writes what goes by mail as well."""

    user: User
    kind: NotificationKind
    sentence: str
    path: str
    about: str
    mail: Callable[[Session], None] | None = None

    @property
    def key(self) -> str:
        return f"{self.about}:{self.user.id}"

    def tell(self, session: Session) -> int:
        new = notify(session, self.user, self.kind, self.sentence, path=self.path, about=self.about)
        if new and self.mail:
            self.mail(session)
        return new


def not_told(session: Session, wanted: Sequence[DueNotice]) -> list[DueNotice]:
    """Those that their users were not told yet."""
    abouts = {one.about for one in wanted}
    told = select(Notification.user_id, Notification.about).where(col(Notification.about).in_(abouts))
    known = set(session.exec(told).all()) if abouts else set()
    return [one for one in wanted if (one.user.id, one.about) not in known]


def notify(session: Session, user: User, kind: NotificationKind, sentence: str, *, path: str = "/", about: str) -> bool:
    """Add one line to this user's notifications; the same `about` is written once. Returns whether it was written."""
    chosen = settings_of(session, user)
    if kind in chosen.off:
        return False
    row = Notification(user_id=user.id, kind=kind, sentence=_cut(sentence), path=path, about=about)
    wish = insert(Notification).values(**row.model_dump()).on_conflict_do_nothing().returning(col(Notification.id))
    told = session.exec(wish).first() is not None
    if told:
        web_push_outbox.enqueue(session, user, row, end_of_quiet_hours(chosen, user.timezone, now()))
        announce(session, Topic.NOTICE, user.id, user.id)
    return told


def reword(session: Session, notice: Notification, sentence: str) -> None:
    """Change the sentence of a notification; no device is notified again."""
    if notice.sentence != _cut(sentence):
        notice.sentence = _cut(sentence)
        session.add(notice)
        announce(session, Topic.NOTICE, notice.user_id, notice.user_id)


def settle(session: Session, notice: Notification) -> int:
    """What it tells of is over: it counts as read, and says so. Nothing new is told: 0."""
    mine = [col(Notification.id) == notice.id, col(Notification.read_at).is_(None)]
    over = {"read_at": now(), "sentence": _cut(f"Settled: {notice.sentence}")}
    if session.exec(update(Notification).where(*mine).values(**over)).rowcount:
        announce(session, Topic.NOTICE, notice.user_id, notice.user_id)
    return 0


def _cut(sentence: str) -> str:
    """A sentence that is too long ends after a whole word."""
    return sentence if len(sentence) <= LONGEST else f"{sentence[: LONGEST - 1].rpartition(' ')[0]}…"


def newest(session: Session, who: User, limit: int = 50, after: str | None = None) -> Inbox:
    """My notices, newest first; `after` is the cursor of the page before."""
    mine = select(Notification).where(Notification.user_id == who.id)
    if after:
        mine = mine.where(tuple_(col(Notification.created_at), col(Notification.id)) < cursors.moment(after))
    ordered = mine.order_by(col(Notification.created_at).desc(), col(Notification.id).desc())
    found = session.exec(ordered.limit(limit + 1)).all()
    page = found[:limit]
    more = cursors.write(page[-1].created_at, page[-1].id) if len(found) > limit else None
    return Inbox(page, count_unread(session, who), more)


def count_unread(session: Session, who: User) -> int:
    counted = select(func.count()).where(col(Notification.user_id) == who.id, col(Notification.read_at).is_(None))
    return session.exec(counted).one()


def mark_read(session: Session, who: User, notice_ids: Sequence[UUID] | None = None) -> int:
    """Mark the named notices, or all of mine, as read; says how many were not yet."""
    mine = [col(Notification.user_id) == who.id, col(Notification.read_at).is_(None)]
    if notice_ids is not None:
        mine.append(col(Notification.id).in_(notice_ids))
    marked = session.exec(update(Notification).where(*mine).values(read_at=now())).rowcount
    if marked:
        announce(session, Topic.NOTICE, who.id, who.id)
    return int(marked)


def settings_of(session: Session, who: User) -> NotificationSettings:
    """What this person wants to hear, or what everybody does who never chose."""
    kept = session.exec(select(NotificationSettings).where(NotificationSettings.user_id == who.id)).first()
    return kept or NotificationSettings(user_id=who.id)


def change_settings(session: Session, who: User, **chosen: Any) -> NotificationSettings:
    """Keep new choices: digest_hour, weekends, by_mail, off, quiet_from, quiet_to; what is left out stays."""
    for name in ("digest_hour", "quiet_from", "quiet_to"):
        if chosen.get(name, 0) not in HOURS:
            raise Invalid("Choose an hour from 0 to 23.", {name: "Choose an hour from 0 to 23."})
    if not set(chosen.get("off", ())) <= set(NotificationKind):
        raise Invalid("This is no kind of notice.", {"off": "This is no kind of notice."})
    kept = settings_of(session, who)
    for name, value in chosen.items():
        setattr(kept, name, value)
    session.add(kept)
    session.flush()
    announce(session, Topic.NOTICE, who.id, who.id)
    return kept


def is_quiet(chosen: NotificationSettings, zone: str, moment: datetime) -> bool:
    """Whether this moment falls into somebody's quiet hours; from 20 to 7 goes over midnight."""
    hour = moment.astimezone(ZoneInfo(zone)).hour
    if chosen.quiet_from <= chosen.quiet_to:
        return chosen.quiet_from <= hour < chosen.quiet_to
    return hour >= chosen.quiet_from or hour < chosen.quiet_to


def end_of_quiet_hours(chosen: NotificationSettings, zone: str, moment: datetime) -> datetime:
    """The end of the quiet hours that `moment` falls into, else `moment` itself."""
    if not is_quiet(chosen, zone, moment):
        return moment
    there = moment.astimezone(ZoneInfo(zone))
    end = datetime.combine(there.date(), time(chosen.quiet_to), ZoneInfo(zone))
    if end <= there:
        # the next day by the calendar, not 24 hours later: clocks may be put forward in this night
        end = datetime.combine(there.date() + timedelta(days=1), time(chosen.quiet_to), ZoneInfo(zone))
    return end
