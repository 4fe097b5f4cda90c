"""Meetings and planned touches as a calendar: one file for one meeting, and a private feed that calendars read.

Times leave in UTC, which every calendar shows in its owner's zone. A touch
keeps its UID for life and its SEQUENCE grows with each edit, so that a moved
meeting moves in the calendar instead of standing there twice.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from icalendar import Alarm, Calendar, Event, vDuration
from sqlmodel import Session, col, or_, select

from app.errors import NotFound
from app.models import Activity, ActivityType, CalendarFeed, Contact, Outcome, User, now
from app.models.activity import USUAL_MEETING
from app.services.activities import timeline
from app.services.base import secret_tokens

NOBODY_ACTS = "a calendar programme holds the feed's secret address"

PRODUCT = "-//Pipedriven//Meetings//EN"
NAME = "Pipedriven"
BACK, AHEAD = timedelta(days=90), timedelta(days=400)
# what a planned touch without a length takes on the day's page
USUAL = {ActivityType.MEETING: USUAL_MEETING}
SHORT = timedelta(minutes=15)
REMIND = timedelta(minutes=15)
REFRESH = timedelta(hours=1)
MOST = 2_000
GONE = "This calendar address does not work any more. Make a new one in Settings."


def file(session: Session, who: User, activity_id: UUID) -> bytes:
    """One planned touch or meeting of mine as an .ics file. Raises NotFound."""
    row = session.exec(_mine(who).where(Activity.id == activity_id)).first()
    if row is None:
        raise NotFound("There is no such meeting of yours.")
    return _calendar([row])


def open_feed(session: Session, who: User) -> str:
    """Make a new private address and return its token, which is not stored; an older address ends."""
    close_feed(session, who)
    token = secret_tokens.new()
    session.add(CalendarFeed(user_id=who.id, token_hash=secret_tokens.digest(token)))
    return token


def address(site: str, token: str) -> str:
    """Where a calendar program reads the feed; `site` is where people reach us."""
    return f"{site}/calendar/{token}.ics"


def close_feed(session: Session, who: User) -> None:
    """End my feed's address."""
    if kept := kept_feed(session, who):
        session.delete(kept)
        session.flush()


def kept_feed(session: Session, who: User) -> CalendarFeed | None:
    return session.exec(select(CalendarFeed).where(CalendarFeed.user_id == who.id)).first()


def feed(session: Session, token: str) -> bytes:
    """The meetings and planned touches of whoever made this address. Raises NotFound."""
    query = (
        select(CalendarFeed, User)
        .join(User, col(User.id) == col(CalendarFeed.user_id))
        .where(CalendarFeed.token_hash == secret_tokens.digest(token), col(User.active))
    )
    found = session.exec(query.with_for_update(of=CalendarFeed)).first()
    if found is None:
        raise NotFound(GONE)
    kept, who = found
    kept.read_at = now()
    near = col(Activity.due_date).between(now() - BACK, now() + AHEAD)
    return _calendar(session.exec(_mine(who).where(near).order_by(col(Activity.due_date)).limit(MOST)))


def _mine(who: User) -> Any:
    """My meetings, whether held or called off, and all else that is still planned, with contacts that I see now."""
    stands = or_(col(Activity.type) == ActivityType.MEETING, ~col(Activity.done))
    return (
        select(Activity, Contact.name)
        .join(Contact, col(Contact.id) == col(Activity.contact_id))
        .where(Activity.user_id == who.id, col(Activity.due_date).is_not(None), stands, timeline.is_visible(who))
    )


def _calendar(rows: Iterable[tuple[Activity, str]]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", NAME)
    # what Apple and Google read, and what Outlook reads, of how often to come back
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for activity, name in rows:
        calendar.add_component(_event(activity, name))
    return bytes(calendar.to_ical())


def _event(activity: Activity, name: str) -> Event:
    assert activity.due_date is not None
    is_meeting = activity.type is ActivityType.MEETING
    length = (
        timedelta(minutes=activity.duration_minutes) if activity.duration_minutes else USUAL.get(activity.type, SHORT)
    )
    event = Event()
    event.add("uid", f"{activity.id}@pipedriven")
    event.add("sequence", activity.version)
    event.add("dtstamp", activity.updated_at)
    event.add("dtstart", activity.due_date)
    event.add("dtend", activity.due_date + length)
    event.add("summary", activity.subject or f"{NAME}: {name}")
    event.add("status", "CANCELLED" if is_meeting and not activity.takes_place else "CONFIRMED")
    event.add("transp", "OPAQUE" if is_meeting else "TRANSPARENT")
    if activity.note:
        event.add("description", activity.note)
    if place := activity.location:
        event.add("location", place)
        if place.startswith(("https://", "http://")):
            event.add("url", place)
    if is_meeting and not activity.done and activity.outcome is not Outcome.CANCELLED:
        event.add_component(_reminder(activity))
    return event


def _reminder(activity: Activity) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -REMIND)
    alarm.add("description", activity.subject or NAME)
    return alarm
