"""Finds what users are to be notified of by looking at the rows, so that no other service has to think of it.

Each event has a key (`about`) that is notified once: a meeting that is moved
has another key, so it is notified again.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from app.models import (
    ACTIVITY_LABELS,
    Activity,
    ActivityType,
    Campaign,
    CampaignUser,
    Contact,
    NotificationKind,
    User,
    now,
)
from app.models.activity import USUAL_MEETING
from app.services.notifications import email_rendering, inbox, mail_outbox, push_notices
from app.services.notifications.email_rendering import MailItem

NOBODY_ACTS = "the clock looks for what is worth a notification"

SOON = {ActivityType.MEETING: timedelta(hours=1)}
AT_ONCE = timedelta(minutes=15)
# what is older than this was told, or missed while the server was down, and helps nobody any more
STALE = timedelta(hours=12)


def create_due(session: Session, site: str, moment: datetime | None = None) -> int:
    """Create every notification that is due; returns how many are new. `site` is the address that people use."""
    moment = moment or now()
    return (
        _due(session, site, moment)
        + _meetings_over(session, moment)
        + push_notices.create_due(session, moment)
        + _joined(session, moment)
    )


def _due(session: Session, site: str, moment: datetime) -> int:
    """Planned touches whose time comes; a meeting also by mail, an hour before."""
    told = 0
    near = col(Activity.due_date).between(moment - STALE, moment + max(SOON.values()))
    for activity, name, user in session.exec(_touches().where(~col(Activity.done), near)):
        due = activity.due_date
        if due is None or due > moment + SOON.get(activity.type, AT_ONCE):
            continue
        sentence = f"{ACTIVITY_LABELS[activity.type]} with {name} is due."
        about = f"due:{activity.id}:{due:%Y%m%d%H%M}"
        new = inbox.notify(
            session, user, NotificationKind.REMINDER, sentence, path=f"/contacts/{activity.contact_id}", about=about
        )
        if new and activity.type is ActivityType.MEETING and due > moment:
            _mail(session, site, user, activity, name)
        told += new
    return told


def _mail(session: Session, site: str, user: User, activity: Activity, name: str) -> None:
    """Not within the quiet hours; and not at all when those end after the meeting began."""
    chosen = inbox.settings_of(session, user)
    at = inbox.end_of_quiet_hours(chosen, user.timezone, now())
    if not chosen.by_mail or activity.due_date is None or at > activity.due_date:
        return
    item = MailItem(activity.subject, activity.location or "", (("Open", f"{site}/contacts/{activity.contact_id}"),))
    told = email_rendering.render(
        f"Soon: meeting with {name}", "A meeting is coming up.", [("", [item])], "See you there."
    )
    mail_outbox.enqueue(session, user.email, told, user=user, due=at)


def _meetings_over(session: Session, moment: datetime) -> int:
    """A meeting's time is past and nobody said how it went."""
    over = col(Activity.due_date).between(moment - 2 * STALE, moment)
    told = 0
    query = _touches().where(
        ~col(Activity.done), over, Activity.type == ActivityType.MEETING, col(Activity.outcome).is_(None)
    )
    for activity, name, user in session.exec(query):
        length = timedelta(minutes=activity.duration_minutes) if activity.duration_minutes else USUAL_MEETING
        if activity.due_date is None or activity.due_date + length > moment:
            continue
        sentence = f"Meeting with {name}: held, no-show or moved?"
        about = f"over:{activity.id}:{activity.due_date:%Y%m%d%H%M}"
        told += inbox.notify(
            session, user, NotificationKind.MEETING, sentence, path=f"/contacts/{activity.contact_id}", about=about
        )
    return told


def _joined(session: Session, moment: datetime) -> int:
    query = (
        select(CampaignUser, Campaign, User)
        .join(Campaign, col(Campaign.id) == col(CampaignUser.campaign_id))
        .join(User, col(User.id) == col(CampaignUser.user_id))
        .where(
            col(CampaignUser.created_at) > moment - STALE,
            CampaignUser.user_id != Campaign.owner_id,
            col(Campaign.deleted_at).is_(None),
            col(User.active),
        )
    )
    told = 0
    for member, campaign, user in session.exec(query):
        sentence = f"You are now in the campaign “{campaign.name}”."
        path = f"/campaigns/{campaign.id}"
        told += inbox.notify(session, user, NotificationKind.CAMPAIGN, sentence, path=path, about=f"member:{member.id}")
    return told


def _touches() -> Any:
    return (
        select(Activity, Contact.name, User)
        .join(Contact, col(Contact.id) == col(Activity.contact_id))
        .join(User, col(User.id) == col(Activity.user_id))
        .where(col(Activity.deleted_at).is_(None), col(Contact.deleted_at).is_(None), col(User.active))
    )
