"""The morning mail: whom to contact today and why, with links that answer, at each person's own hour.

A day counts by the calendar of the person. The row of their choices is locked
while it is decided, so two processes send one mail.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.models import (
    ACTIVITY_LABELS,
    EmailAction,
    NotificationKind,
    NotificationSettings,
    User,
    now,
)
from app.services.activities import pending_outcomes, timeline
from app.services.activities.timeline import Entry
from app.services.contacts import suggestions
from app.services.notifications import email_actions, email_rendering, inbox, mail_outbox
from app.services.notifications.email_rendering import MailItem, RenderedMail
from app.services.push_queue.needs_owner import count_needing

NOBODY_ACTS = "the clock sends the digest"

SUGGESTED = 5
# a server that was down all day does not send the morning's mail at night
LATE = timedelta(hours=4)
WORDS_OF = {EmailAction.REACHED: "Reached", EmailAction.SNOOZE: "Snooze", EmailAction.NOT_RELEVANT: "Not relevant"}
FOOT = "You choose when and what we send in Settings, Notifications."


def send_due(session: Session, site: str, moment: datetime | None = None) -> int:
    """Put every digest that is due into the mail outbox; returns how many. `site` is the address that people use."""
    moment = moment or now()
    return sum(_send(session, site, user, chosen, moment) for user, chosen in lock_settings(session))


def is_due(chosen: NotificationSettings, zone: str, moment: datetime) -> bool:
    """Whether this person's morning has come, and its mail has not gone."""
    there = moment.astimezone(ZoneInfo(zone))
    workday = chosen.weekends or there.weekday() < 5
    wanted = chosen.by_mail and NotificationKind.DIGEST not in chosen.off
    return wanted and workday and chosen.digest_on != there.date() and is_morning(chosen, there)


def is_morning(chosen: NotificationSettings, there: datetime) -> bool:
    """Whether it is this person's hour for mail; `there` is the moment on their clock."""
    hour = there.replace(hour=chosen.digest_hour, minute=0, second=0, microsecond=0)
    return hour <= there < hour + LATE


def digest(session: Session, who: User, site: str) -> RenderedMail | None:
    """What this person should know this morning; None on a day with nothing to say."""
    picks = suggestions.suggest(session, who, SUGGESTED)
    planned = timeline.planned(session, who, within=timedelta(hours=24))
    questions = pending_outcomes.open_questions(session, who)
    stuck = count_needing(session, who)
    if not picks and not planned and not questions and not stuck:
        return None
    pushes = "1 push to Pipedrive needs you" if stuck == 1 else f"{stuck:,} pushes to Pipedrive need you"
    needs = [MailItem(pushes, links=(("Look", f"{site}/sync"),))] if stuck else []
    sections = [
        ("Whom to contact today", [_pick(session, who, site, pick) for pick in picks]),
        ("Planned and overdue", [_planned(who, site, entry) for entry in planned]),
        ("Did it happen?", [MailItem(contact.name, links=(("Answer", f"{site}/"),)) for _, contact in questions]),
        ("Pipedrive", needs),
    ]
    return email_rendering.render(_subject(picks), f"Good morning, {who.name.split()[0]}.", sections, FOOT)


def lock_settings(session: Session) -> Sequence[tuple[User, NotificationSettings]]:
    """Everybody active with their choices, locked; whom another process looks at is left to it."""
    active = session.exec(select(User.id).where(col(User.active))).all()
    if not active:
        return []
    rows = [NotificationSettings(user_id=user_id).model_dump() for user_id in active]
    session.exec(insert(NotificationSettings).values(rows).on_conflict_do_nothing(index_elements=["user_id"]))
    query = select(User, NotificationSettings).join(
        NotificationSettings, col(NotificationSettings.user_id) == col(User.id)
    )
    return session.exec(query.where(col(User.active)).with_for_update(of=NotificationSettings, skip_locked=True)).all()


def _send(session: Session, site: str, user: User, chosen: NotificationSettings, moment: datetime) -> bool:
    if not is_due(chosen, user.timezone, moment):
        return False
    chosen.digest_on = moment.astimezone(ZoneInfo(user.timezone)).date()
    session.add(chosen)
    told = digest(session, user, site)
    if told is None:
        return False
    mail_outbox.enqueue(session, user.email, told, user=user)
    inbox.notify(session, user, NotificationKind.DIGEST, told.subject, about=f"digest:{chosen.digest_on}")
    return True


def _subject(picks: Sequence[suggestions.Suggestion]) -> str:
    if not picks:
        return "Your day"
    more = f" and {len(picks) - 1} more" if len(picks) > 1 else ""
    return f"{picks[0].contact.name}{more} to contact today"


def _pick(session: Session, who: User, site: str, pick: suggestions.Suggestion) -> MailItem:
    contact = pick.contact
    firm = contact.organisation.name if contact.organisation else None
    links = [(words, _reply(session, who, site, contact.id, reply)) for reply, words in WORDS_OF.items()]
    under = " · ".join(filter(None, (firm, pick.reason)))
    return MailItem(contact.name, under, (("Open", f"{site}/contacts/{contact.id}"), *links))


def _reply(session: Session, who: User, site: str, contact_id: UUID, reply: EmailAction) -> str:
    return f"{site}/reply/{email_actions.create_link(session, who, contact_id, reply)}"


def _planned(who: User, site: str, entry: Entry) -> MailItem:
    touch = entry.activity
    due = touch.due_date.astimezone(ZoneInfo(who.timezone)) if touch.due_date else None
    when = f"{due:%a} {due.day} {due:%b}, {due:%H:%M}" if due else ""
    under = f"{ACTIVITY_LABELS[touch.type]} · {'overdue since ' if touch.is_overdue else ''}{when}"
    return MailItem(entry.contact or "Somebody", under, (("Open", f"{site}/contacts/{touch.contact_id}"),))
