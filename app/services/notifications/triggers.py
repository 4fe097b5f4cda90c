"""Finds what users are to be notified of by looking at the rows, so that no other service has to think of it.

Each event has a key (`about`) that is notified once: a meeting that is moved
has another key, so it is notified again.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
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
from app.services.notifications import email_rendering, inbox, mail_outbox, push_notices, settled_notices
from app.services.notifications.email_rendering import MailItem

NOBODY_ACTS = "the clock looks for what is worth a notification"

SOON = {ActivityType.MEETING: timedelta(hours=1)}
AT_ONCE = timedelta(minutes=15)
# what is older than this was told, or missed while the server was down, and helps nobody any more
STALE = timedelta(hours=12)


def due(session: Session, site: str, moment: datetime | None = None) -> list[inbox.DueNotice | push_notices.DueCause]:
    """What users are to be told now, each to be told in a transaction of its own; `site` is the address that people use."""
    moment = moment or now()
    found = [*_due(session, site, moment), *_meetings_over(session, moment), *_joined(session, moment)]
    return [
        *inbox.not_told(session, found),
        *push_notices.due(session, moment),
        *settled_notices.over(session, moment),
    ]


def _due(session: Session, site: str, moment: datetime) -> Iterator[inbox.DueNotice]:
    """Planned touches whose time comes; a meeting also by mail, an hour before."""
    near = col(Activity.due_date).between(moment - STALE, moment + max(SOON.values()))
    for activity, name, user in session.exec(_touches().where(~col(Activity.done), near)):
        due = activity.due_date
        if due is None or due > moment + SOON.get(activity.type, AT_ONCE):
            continue
        yield inbox.DueNotice(
            user,
            NotificationKind.REMINDER,
            f"{ACTIVITY_LABELS[activity.type]} with {name} is due.",
            f"/contacts/{activity.contact_id}",
            f"due:{activity.id}:{due:%Y%m%d%H%M}",
            partial(_mail, site=site, user=user, activity=activity, name=name)
            if activity.type is ActivityType.MEETING and due > moment
            else None,
        )


def _mail(session: Session, *, site: str, user: User, activity: Activity, name: str) -> None:
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


def _meetings_over(session: Session, moment: datetime) -> Iterator[inbox.DueNotice]:
    """A meeting's time is past and nobody said how it went."""
    over = col(Activity.due_date).between(moment - 2 * STALE, moment)
    query = _touches().where(
        ~col(Activity.done), over, Activity.type == ActivityType.MEETING, col(Activity.outcome).is_(None)
    )
    for activity, name, user in session.exec(query):
        length = timedelta(minutes=activity.duration_minutes) if activity.duration_minutes else USUAL_MEETING
        if activity.due_date is None or activity.due_date + length > moment:
            continue
        sentence = f"Meeting with {name}: held, no-show or moved?"
        about = f"over:{activity.id}:{activity.due_date:%Y%m%d%H%M}"
        yield inbox.DueNotice(user, NotificationKind.MEETING, sentence, f"/contacts/{activity.contact_id}", about)


def _joined(session: Session, moment: datetime) -> Iterator[inbox.DueNotice]:
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
    for member, campaign, user in session.exec(query):
        sentence = f"You are now in the campaign “{campaign.name}”."
        yield inbox.DueNotice(
            user, NotificationKind.CAMPAIGN, sentence, f"/campaigns/{campaign.id}", f"member:{member.id}"
        )


def _touches() -> Any:
    return (
        select(Activity, Contact.name, User)
        .join(Contact, col(Contact.id) == col(Activity.contact_id))
        .join(User, col(User.id) == col(Activity.user_id))
        .where(col(Activity.deleted_at).is_(None), col(Contact.deleted_at).is_(None), col(User.active))
    )
