"""Drill-down: the rows that a figure of a report counts, newest first, each as far as the viewer may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid, column, func, text, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, select

from app.errors import Invalid
from app.models import Activity, ActivityType, CampaignContact, Contact, DealStatus, Outcome, Stage, User
from app.models.base import Instant
from app.services.base import cursors
from app.services.campaigns import campaigns
from app.services.permissions import visibility
from app.services.reports import deal_outcomes, metric_definitions
from app.services.reports.figures import LADDER, WEEK, midnight, monday
from app.services.reports.filters import ALWAYS, Asked, Window

MOST = 100_000
TOO_MANY = f"These are more than {MOST:,} rows. Choose fewer days."
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


ROWS = (
    column("id", Uuid()),
    column("at", Instant),
    column("user_id", Uuid()),
    column("contact_id", Uuid()),
    column("stage", Text()),
)
# what became of contacts, and the state of deals that it names
DEAL_KEYS: dict[str, str | None] = {
    deal_outcomes.PUSHED: None,
    deal_outcomes.WITH_DEAL: None,
    **{state.value: state.value for state in DealStatus},
}
EVENTS = text(f"""
with {metric_definitions.EVENTS}
select id, at, user_id, contact_id, null as stage from events
where kind = :kind and (not :reached or reached) and {metric_definitions.FITS} and at >= :since and at < :until
""").columns(*ROWS)  # noqa: S608 - pieces of SQL that stand in metric_definitions, no data

CONTACTS = text(f"""
select climbed.contact_id as id, climbed.stage_at as at, owner.user_id, climbed.contact_id, climbed.stage
from ({metric_definitions.CLIMBED}) climbed join contacts owner on owner.id = climbed.contact_id
where climbed.rung >= array_position(cast(:ladder as text[]), cast(:stage as text))
""").columns(*ROWS)  # noqa: S608 - the same


DEALT = text(f"""
with {deal_outcomes.FOUND}
select contact_id as id, max(added_at) as at, user_id, contact_id, stage from dealt
where cast(:status as text) is null or status = :status group by contact_id, user_id, stage
""").columns(*ROWS)  # noqa: S608 - pieces of SQL that stand in deal_outcomes, no data
LINKED = text(f"""
with {deal_outcomes.FOUND}
select distinct contact_id as id, added_at as at, user_id, contact_id, stage from inside
""").columns(*ROWS)  # noqa: S608 - the same


def drill_down(
    session: Session,
    who: User,
    campaign_id: UUID,
    asked: Asked,
    key: str,
    *,
    limit: int = 50,
    cursor: str | None = None,
    oldest_first: bool = False,
) -> Rows:
    """What one bar counts, newest first unless asked otherwise.

    `key` is that of a figure (`reached`), a stage of the funnel (`IN_DIALOGUE`), a method (`CALL`: its touches), the
    Monday of a week (`2026-03-02`: its touches), or, for whoever leads the campaign, what became of its contacts
    (`IN_PIPEDRIVE`, `WITH_DEAL`, `OPEN`, `WON`, `LOST`). Raises NotFound, and Invalid on a key or mark that is not ours.
    """
    campaign = campaigns.seen(session, who, campaign_id)
    binds: dict[str, Any] = {
        "campaign": campaign.id,
        "campaigns": [campaign.id],
        "user": asked.user_id,
    }
    if key in LADDER:
        found, more = CONTACTS, {"stage": key, "ladder": [stage.value for stage in LADDER]}
    elif key in DEAL_KEYS:
        if not deal_outcomes.are_shown(session, who, campaign):
            raise Invalid(ODD_KEY, {"key": ODD_KEY})
        found, more = (LINKED if key == deal_outcomes.PUSHED else DEALT), {}
        binds["status"] = DEAL_KEYS[key]
    else:
        found, more = EVENTS, metric_definitions.BINDS | _bar(who, asked, key)
    return page_of(session, who, found, binds | more, campaign.id, cursor, limit, oldest_first=oldest_first)


def page_of(  # noqa: PLR0917 - what was found, and where to go on
    session: Session,
    who: User,
    found: Any,
    binds: dict[str, Any],
    campaign_id: UUID | None,
    cursor: str | None,
    limit: int,
    *,
    oldest_first: bool = False,
) -> Rows:
    """A page of what a question finds; without a campaign, each row stands in the one that it was for."""
    query = _shown(found.subquery("found"), who, campaign_id, cursor, oldest_first=oldest_first).limit(limit + 1)
    return _page([_row(row) for row in session.execute(query, binds)], limit)


def every_row(session: Session, who: User, campaign_id: UUID, asked: Asked, key: str = "touches") -> list[Row]:
    """All rows of one bar, to take along. Raises NotFound, and Invalid on an odd key and beyond 100,000 rows."""
    found = drill_down(session, who, campaign_id, asked, key, limit=MOST)
    if found.next_cursor:
        raise Invalid(TOO_MANY, {"key": TOO_MANY})
    return found.items


def _shown(found: Any, who: User, campaign_id: UUID | None, cursor: str | None, *, oldest_first: bool) -> Any:
    """What is shown of the rows that were found; the contact only to whom it may be known."""
    known, place = aliased(Contact), aliased(CampaignContact)
    columns: Sequence[Any] = (
        found.c.id,
        found.c.at,
        Activity.type,
        Activity.outcome,
        func.coalesce(found.c.stage, place.stage).label("stage"),
        col(known.id).label("contact_id"),
        col(known.name).label("contact"),
        found.c.user_id,
        col(User.name).label("by"),
    )
    query = (
        select(*columns)
        .select_from(found)
        .join(User, col(User.id) == found.c.user_id)
        .outerjoin(Activity, col(Activity.id) == found.c.id)
        .outerjoin(known, and_(col(known.id) == found.c.contact_id, visibility.is_known(who, known)))
        .outerjoin(
            place,
            and_(
                col(place.contact_id) == known.id, col(place.campaign_id) == (campaign_id or col(Activity.campaign_id))
            ),
        )
    )
    place_of = tuple_(found.c.at, found.c.id)
    if cursor:
        last = tuple_(*cursors.moment(cursor))
        query = query.where(place_of > last if oldest_first else place_of < last)
    if oldest_first:
        return query.order_by(found.c.at, found.c.id)
    return query.order_by(found.c.at.desc(), found.c.id.desc())


def _bar(who: User, asked: Asked, key: str) -> dict[str, Any]:
    """Which events a bar counts."""
    window = Window.of(who, asked)
    wanted = {"kind": "touches", "reached": key == "reached", "type": asked.type and asked.type.value}
    wanted |= window.chosen()
    if key == "reached":
        return wanted
    if key in metric_definitions.KINDS:
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
