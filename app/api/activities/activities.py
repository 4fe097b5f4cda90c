"""/api/activities: touches, past and planned, and the feed."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request
from fastapi.responses import Response
from pydantic import AfterValidator, AwareDatetime
from sqlmodel import Session

from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Cursor, Limit, Reading, Transaction, Viewer
from app.api.core.etags import Seen
from app.api.core.partial_update import Changes, any_of
from app.api.core.routing import Router
from app.api.core.schemas import ActivityAnswer, Listing
from app.calendar_days import start_of_day
from app.errors import Invalid
from app.models import Activity, ActivityDraft, ActivityType, User
from app.services.activities import activity_log, settled_plans, timeline
from app.services.activities.timeline import Entry, Filter

router = Router(prefix="/activities", tags=["activities"])

WHOSE = "Say which contact this touch is with."


def _this_age(day: datetime | date) -> datetime | date:
    if not 1970 <= day.year <= 2200:
        raise ValueError("the date is too far away")
    return day


Day = Annotated[AwareDatetime | date, AfterValidator(_this_age)]
From = Annotated[Day | None, Query(alias="from", description="A moment, or a day in my time zone.")]
Settle = Annotated[bool, Query(description="Close the plans that a done touch answers.")]
To = Annotated[Day | None, Query(alias="to", description="Before this moment, or until the end of this day.")]


@any_of(ActivityDraft)
class ActivityChanges(Changes):
    """Any of a touch's fields; what is left out stays."""


class SettlingAnswer(ActivityAnswer):
    """The touch, and the planned ones that it answered: of the same kind, with the same person, due by the end of today."""

    settled: list[UUID]


@router.get("/feed", response_model=Listing[ActivityAnswer])
@router.get("", response_model=Listing[ActivityAnswer])
def feed(
    *,
    request: Request,
    session: Reading,
    me: Viewer,
    type: ActivityType | None = None,
    contact_id: UUID | None = None,
    campaign_id: UUID | None = None,
    user_id: UUID | None = None,
    since: From = None,
    until: To = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """What was done and what is planned, newest first, as far as I may see it."""
    wanted = Filter(type, contact_id, campaign_id, user_id, _moment(me, since), _moment(me, until, end=True))
    page = timeline.feed(session, me, wanted, cursor, limit)
    items = [ActivityAnswer.of(entry) for entry in page.items]
    return etags.shown(request, Listing(items=items, next_cursor=page.next_cursor))


@router.post("", status_code=201, response_model=SettlingAnswer)
def log(
    request: Request,
    session: Transaction,
    me: Caller,
    draft: Annotated[ActivityDraft, Body(openapi_examples=examples.shown(examples.TOUCH, planned=examples.PLANNED))],
    settle: Settle = True,
) -> Response:
    """Record a touch; with a `due_date` in the future it is a planned one. What it answers of the plans is done with it."""
    if draft.contact_id is None:
        raise Invalid(fields={"contact_id": WHOSE})
    logged = activity_log.log_whole(session, me, draft.contact_id, draft, settle=settle)
    session.flush()
    return etags.created(request, _with_plans(logged.entry, logged.settled))


@router.get("/{activity_id}", response_model=ActivityAnswer)
def one(request: Request, session: Reading, me: Viewer, activity_id: UUID) -> Response:
    entry = timeline.one(session, me, activity_id)
    return etags.shown(request, ActivityAnswer.of(entry), version=entry.activity.version)


@router.put("/{activity_id}", response_model=SettlingAnswer)
def change(
    *,
    request: Request,
    session: Transaction,
    me: Caller,
    activity_id: UUID,
    changes: Annotated[ActivityChanges, Body(openapi_examples=examples.shown({"outcome": "REACHED", "done": True}))],
    version: Seen,
    settle: Settle = True,
) -> Response:
    """Change a touch; the contact's last touch and next date follow. With `If-Match`, 412 when somebody was faster."""
    row = activity_log.change(session, me, activity_id, changes.given(), version=version, settle=settle)
    return etags.shown(request, _settled(session, me, row), version=row.version)


@router.delete("/{activity_id}", status_code=204)
def remove(session: Transaction, me: Caller, activity_id: UUID) -> None:
    """Take a touch back; `restore` undoes it."""
    activity_log.remove(session, me, activity_id)


@router.post("/{activity_id}/restore", response_model=ActivityAnswer)
def put_back(request: Request, session: Transaction, me: Caller, activity_id: UUID) -> Response:
    row = activity_log.put_back(session, me, activity_id)
    return etags.shown(request, _told(session, me, row), version=row.version)


def _told(session: Session, me: User, row: Activity) -> ActivityAnswer:
    session.flush()
    return ActivityAnswer.of(timeline.one(session, me, row.id))


def _settled(session: Session, me: User, row: Activity) -> SettlingAnswer:
    session.flush()
    plans = [plan.id for plan in settled_plans.settled_by(session, me, row)]
    return _with_plans(timeline.one(session, me, row.id), plans)


def _with_plans(entry: Entry, plans: list[UUID]) -> SettlingAnswer:
    return SettlingAnswer.model_validate(ActivityAnswer.of(entry).model_dump() | {"settled": plans})


def _moment(me: User, day: datetime | date | None, *, end: bool = False) -> datetime | None:
    """A day means its beginning in the person's own zone, or its end."""
    if day is None or isinstance(day, datetime):
        return day
    return start_of_day(day + timedelta(days=end), me.timezone)
