"""The morning mail: whom to contact today and why, with links that answer, at each person's own hour.

A day counts by the calendar of the person. The row of their choices is locked
while it is decided, so two processes send one mail.
"""

from collections.abc import Callable, Sequence
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


def due_users(session: Session, moment: datetime | None = None) -> list[UUID]:
    """Whose digest is due, or whose choices cannot even be understood."""
    moment = moment or now()
    return users_for(session, lambda user, chosen: is_due(chosen, user.timezone, moment))


def send(session: Session, site: str, user_id: UUID, moment: datetime | None = None) -> bool:
    """Put this person's digest into the mail outbox when it is due; `site` is the address that people use."""
    moment = moment or now()
    if (locked := lock_settings(session, user_id)) is None or not is_due(locked[1], locked[0].timezone, moment):
        return False
    user, chosen = locked
    chosen.digest_on = moment.astimezone(ZoneInfo(user.timezone)).date()
    session.add(chosen)
    told = digest(session, user, site)
    if told is None:
        return False
    mail_outbox.enqueue(session, user.email, told, user=user)
    inbox.notify(session, user, NotificationKind.DIGEST, told.subject, about=f"digest:{chosen.digest_on}")
    return True


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
    picks = suggestions.suggest(session, who, SUGGESTED, promised=False)
    planned = timeline.planned(session, who, within=timedelta(hours=24))
    questions = pending_outcomes.open_questions(session, who)
    stuck = count_needing(session, who)
    if not picks and not planned and not questions and not stuck:
        return None
    pushes = "1 push to Pipedrive needs you" if stuck == 1 else f"{stuck:,} pushes to Pipedrive need you"
    needs = [MailItem(pushes, links=(("Look", f"{site}/sync"),))] if stuck else []
    sections = [
        ("Up next", [_pick(session, who, site, pick) for pick in picks]),
        ("Follow-ups", [_planned(who, site, entry) for entry in planned]),
        ("Did it happen?", [MailItem(contact.name, links=(("Answer", f"{site}/"),)) for _, contact in questions]),
        ("Pipedrive", needs),
    ]
    return email_rendering.render(_subject(picks), f"Good morning, {first_name(who)}.", sections, FOOT)


def first_name(who: User) -> str:
    return next(iter(who.name.split()), who.name)


def users_for(session: Session, is_due: Callable[[User, NotificationSettings], bool]) -> list[UUID]:
    """The active people of whom `is_due` says so, and those of whom it cannot tell."""
    choices = col(NotificationSettings.user_id) == col(User.id)
    query = select(User, NotificationSettings).join(NotificationSettings, choices, isouter=True).where(col(User.active))
    return [
        user.id
        for user, chosen in session.exec(query)
        if _may_be_due(is_due, user, chosen or NotificationSettings(user_id=user.id))
    ]


def _may_be_due(is_due: Callable[[User, NotificationSettings], bool], user: User, chosen: NotificationSettings) -> bool:
    try:
        return is_due(user, chosen)
    except Exception:  # noqa: BLE001 - it breaks again, alone and with a word in the log, when it is their turn
        return True


def lock_settings(session: Session, user_id: UUID) -> tuple[User, NotificationSettings] | None:
    """An active person with their choices, locked; None when another process looks at them."""
    row = NotificationSettings(user_id=user_id).model_dump()
    session.exec(insert(NotificationSettings).values(row).on_conflict_do_nothing(index_elements=["user_id"]))
    query = (
        select(User, NotificationSettings)
        .join(NotificationSettings, col(NotificationSettings.user_id) == col(User.id))
        .where(User.id == user_id, col(User.active))
    )
    found = session.exec(query.with_for_update(of=NotificationSettings, skip_locked=True)).first()
    return (found[0], found[1]) if found else None


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
