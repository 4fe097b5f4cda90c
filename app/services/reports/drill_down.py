"""The rows behind a bar of a report: as many as the bar says, and of each as much as the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.errors import Invalid
from app.models import ActivityType, Outcome, Stage, User
from app.services import policy
from app.services.base import cursors
from app.services.campaigns import campaigns
from app.services.reports import touch_sql
from app.services.reports.figures import LADDER, WEEK, midnight, monday
from app.services.reports.filters import ALWAYS, Asked, Window

ODD_KEY = "There is no such bar."


@dataclass(frozen=True)
class Row:
    """One touch, meeting, hand-over or contact; `contact` is empty where the viewer may not know who it is (any more).

    `type` and `outcome` are those of the touch or meeting, `stage` where the contact stands now, `by` who did it
    (for a contact on the board: who owns it).
    """

    id: UUID
    at: datetime
    type: ActivityType | None
    outcome: Outcome | None
    stage: Stage | None
    contact_id: UUID | None
    contact: str | None
    user_id: UUID
    by: str


@dataclass(frozen=True)
class Rows:
    items: list[Row]
    next_cursor: str | None


# a contact's name is for its owner, and for whom a living campaign opens it to
KNOWN = """left join contacts known on known.id = found.contact_id and known.deleted_at is null and (
        known.user_id = :who or exists (
            select from campaign_contacts there join campaigns live on live.id = there.campaign_id
            where there.contact_id = known.id and live.deleted_at is null and (:golden or exists (
                select from campaign_users member
                where member.campaign_id = there.campaign_id and member.user_id = :who
            ))
        )
    )
    left join campaign_contacts place on place.contact_id = known.id and place.campaign_id = :campaign
    join users u on u.id = found.user_id"""
NEXT = """order by found.at desc, found.id desc limit :most"""
AFTER = "(cast(:moment as timestamptz) is null or (found.at, found.id) < (:moment, cast(:last as uuid)))"

EVENTS = text(f"""
with {touch_sql.EVENTS}, found as (
    select id, at, user_id, contact_id from events
    where kind = :kind and (not :reached or reached) and {touch_sql.FITS} and at >= :since and at < :until
)
select found.id, found.at, own.type, own.outcome, place.stage, known.id as contact_id, known.name as contact,
       found.user_id, u.name as by
from found left join activities own on own.id = found.id {KNOWN} where {AFTER} {NEXT}
""")  # noqa: S608 - pieces of SQL that stand here and in touch_sql, no data

CONTACTS = text(f"""
with found as (
    select climbed.contact_id as id, climbed.contact_id, climbed.stage_at as at, owner.user_id, climbed.stage
    from ({touch_sql.CLIMBED}) climbed join contacts owner on owner.id = climbed.contact_id
    where climbed.rung >= array_position(cast(:ladder as text[]), cast(:stage as text))
)
select found.id, found.at, null as type, null as outcome, found.stage, known.id as contact_id,
       known.name as contact, found.user_id, u.name as by
from found {KNOWN} where {AFTER} {NEXT}
""")  # noqa: S608 - the same


def drill_down(
    session: Session,
    who: User,
    campaign_id: UUID,
    asked: Asked,
    key: str,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Rows:
    """What one bar counts, newest first.

    `key` is that of a figure (`reached`), a stage of the funnel (`IN_DIALOGUE`), a method (`CALL`: its touches), or
    the Monday of a week (`2026-03-02`: its touches). Raises NotFound, and Invalid on a key or mark that is not ours.
    """
    campaign = campaigns.seen(session, who, campaign_id)
    moment, last = cursors.moment(cursor) if cursor else (None, None)
    binds: dict[str, Any] = {
        "campaign": campaign.id,
        "campaigns": [campaign.id],
        "who": who.id,
        "golden": policy.sees_every_campaign(who),
        "user": asked.user_id,
        "moment": moment,
        "last": last,
        "most": limit + 1,
    }
    if key in LADDER:
        found = session.execute(CONTACTS, binds | {"stage": key, "ladder": [stage.value for stage in LADDER]})
    else:
        found = session.execute(EVENTS, touch_sql.WORDS | binds | _bar(who, asked, key))
    return _page([_row(row) for row in found], limit)


def _bar(who: User, asked: Asked, key: str) -> dict[str, Any]:
    """Which events a bar counts."""
    window = Window.of(who, asked)
    wanted = {"kind": "touches", "reached": key == "reached", "type": asked.type and asked.type.value}
    wanted |= window.chosen()
    if key == "reached":
        return wanted
    if key in touch_sql.KINDS:
        return wanted | {"kind": key}
    if key in ActivityType.__members__:
        other = asked.type and asked.type.value != key
        return wanted | {"type": key} | ({"until": ALWAYS[0]} if other else {})
    start = _monday(key)
    since, until = (midnight(day, window.zone) for day in (start, start + WEEK))
    return wanted | {"since": max(since, window.since), "until": min(until, window.until)}


def _monday(key: str) -> date:
    try:
        day = date.fromisoformat(key)
    except ValueError:
        raise Invalid(ODD_KEY, {"key": ODD_KEY}) from None
    if day != monday(day) or not 1970 <= day.year <= 2200:
        raise Invalid(ODD_KEY, {"key": ODD_KEY})
    return day


def _row(row: Any) -> Row:
    type_, outcome, stage = row.type and ActivityType(row.type), row.outcome and Outcome(row.outcome), row.stage
    return Row(row.id, row.at, type_, outcome, stage and Stage(stage), row.contact_id, row.contact, row.user_id, row.by)


def _page(found: Sequence[Row], limit: int) -> Rows:
    return Rows(
        list(found[:limit]), cursors.write(found[limit - 1].at, found[limit - 1].id) if len(found) > limit else None
    )
