"""/api/campaigns/{id}/report: a campaign in figures, as JSON and as files."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.api.core import etags
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer
from app.api.core.openapi import file_of
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Moment
from app.errors import Invalid
from app.models import ActivityType, Stage, User
from app.services.base import audit_log
from app.services.reports import campaign_report, drill_down
from app.services.reports.figures import Rate, Report, Share
from app.services.reports.files import export, row_files
from app.services.reports.files.tables import Table
from app.services.reports.filters import Asked

router = Router(prefix="/campaigns/{campaign_id}", tags=["reports"])

ONE_SPAN = "Choose the last days, or a first and last day, not both."
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class StepAnswer(Answer):
    stage: Stage
    n: int
    share: float


class ShareAnswer(Answer):
    """`share` is `hits` of `n` (0-1), with its 95 % interval (Wilson); `thin` below 10."""

    hits: int
    n: int
    share: float
    interval: tuple[float, float]
    thin: bool

    @classmethod
    def told(cls, one: Share) -> Self:
        return cls(hits=one.hits, n=one.n, share=one.share, interval=(one.low, one.high), thin=one.thin)


class RateAnswer(Answer):
    """`share` reached of `touches` (0-1), with the 95 % interval; `thin` below 10 touches.

    `meetings_rate` are the meetings booked of the touches, `contacts_rate` the contacts with a meeting of those that
    were touched, `meetings_rate_before` that of the days that changes are against.
    """

    key: str
    name: str
    touches: int
    reached: int
    share: float
    low: float
    high: float
    thin: bool
    booked: int
    meetings_rate: ShareAnswer
    contacts_rate: ShareAnswer
    meetings_rate_before: ShareAnswer

    @classmethod
    def told(cls, one: Rate, **more: Any) -> Self:
        rates = {"meetings_rate": one.per_touch, "contacts_rate": one.per_contact, "meetings_rate_before": one.before}
        own = {name: getattr(one, name) for name in vars(one) if name in cls.model_fields}
        return cls(**own, **{key: ShareAnswer.told(value) for key, value in rates.items()}, **more)


class TypeAnswer(RateAnswer):
    n: int
    interval: tuple[float, float]


class WeekAnswer(Answer):
    start: date
    touches: int
    reached: int
    booked: int
    held: int


class ChangeAnswer(Answer):
    """`change` is against `before`: as many days just before the chosen ones, else this week against the last."""

    before: int
    change: int


class PaceAnswer(Answer):
    goal: int | None
    done: int
    elapsed_share: float | None
    expected_now: float | None
    likely_low: int | None
    likely_high: int | None
    needed_per_week: float | None
    now_per_week: float
    sentence: str
    outlook: str


class ReportAnswer(Answer):
    campaign_id: UUID
    touches: int
    reached: int
    meetings_booked: int
    meetings_held: int
    handed_over: int
    changes: dict[str, ChangeAnswer]
    meetings_rate: ShareAnswer
    contacts_rate: ShareAnswer
    funnel: list[StepAnswer]
    by_type: list[TypeAnswer]
    by_user: list[RateAnswer]
    per_week: list[WeekAnswer]
    goal: dict[str, int | None]
    pace: dict[str, PaceAnswer]
    as_of: Moment

    @classmethod
    def of(cls, report: Report) -> Self:
        values = {key: one.value for key, one in report.figures.items()}
        return cls(
            **values,
            campaign_id=report.campaign_id,
            changes={key: ChangeAnswer.model_validate(one) for key, one in report.figures.items()},
            funnel=[StepAnswer(stage=one.stage, n=one.reached_n, share=one.share) for one in report.funnel],
            meetings_rate=ShareAnswer.told(report.whole.per_touch),
            contacts_rate=ShareAnswer.told(report.whole.per_contact),
            by_type=[TypeAnswer.told(one, n=one.touches, interval=(one.low, one.high)) for one in report.by_type],
            by_user=[RateAnswer.told(one) for one in report.by_user],
            per_week=[WeekAnswer.model_validate(one) for one in report.per_week],
            goal=report.goal,
            pace={key: PaceAnswer.model_validate(one) for key, one in report.pace.items()},
            as_of=report.as_of,
        )


def asked(
    *,
    since: Annotated[date | None, Query(alias="from", description="The first day, in my time zone.")] = None,
    until: Annotated[date | None, Query(alias="to", description="The last day, itself included.")] = None,
    user_id: Annotated[UUID | None, Query(description="What this person did.")] = None,
    type: ActivityType | None = None,
    last_days: Annotated[
        int | None, Query(ge=1, le=3_660, description="So many days until today, instead of from and to.")
    ] = None,
) -> Asked:
    if last_days and (since or until):
        raise Invalid(ONE_SPAN, {"last_days": ONE_SPAN})
    return Asked(since, until, user_id, type, last_days)


Wanted = Annotated[Asked, Depends(asked)]


@router.get("/report", response_model=ReportAnswer)
def report(request: Request, session: Reading, me: Viewer, campaign_id: UUID, wanted: Wanted) -> Response:
    """The figures of a campaign; the tag stays the same as long as they do."""
    answer = ReportAnswer.of(campaign_report.report(session, me, campaign_id, wanted))
    return etags.shown(request, answer, apart=frozenset({"as_of"}))


@router.get("/report.csv", **file_of("text/csv"))
def csv(session: Transaction, me: Caller, campaign_id: UUID, wanted: Wanted) -> Response:
    """The figures as tables below each other."""
    found = _exported(session, me, campaign_id, wanted, "csv")
    return _attached(export.csv(found), found, "csv", "text/csv; charset=utf-8")


@router.get("/report.xlsx", **file_of(XLSX))
def xlsx(session: Transaction, me: Caller, campaign_id: UUID, wanted: Wanted) -> Response:
    """The figures as a workbook, a sheet for each table."""
    found = _exported(session, me, campaign_id, wanted, "xlsx")
    return _attached(export.xlsx(found), found, "xlsx", XLSX)


@router.get("/report.pdf", **file_of("application/pdf"))
def pdf(session: Transaction, me: Caller, campaign_id: UUID, wanted: Wanted) -> Response:
    """The figures on paper."""
    found = _exported(session, me, campaign_id, wanted, "pdf")
    return _attached(export.pdf(found), found, "pdf", "application/pdf")


KEY = Query(description="A figure (touches), a stage (IN_DIALOGUE), a method (CALL), or the Monday of a week.")


@router.get("/report-rows.csv", **file_of("text/csv"))
def rows_csv(
    session: Transaction, me: Caller, campaign_id: UUID, wanted: Wanted, key: Annotated[str, KEY] = "touches"
) -> Response:
    """The rows behind a figure as one tidy table, as far as I may see them."""
    found, table = _rows(session, me, campaign_id, wanted, key, "csv")
    return _sent(row_files.csv(table), row_files.name(found, key, "csv"), "text/csv; charset=utf-8")


@router.get("/report-rows.xlsx", **file_of(XLSX))
def rows_xlsx(
    session: Transaction, me: Caller, campaign_id: UUID, wanted: Wanted, key: Annotated[str, KEY] = "touches"
) -> Response:
    """The same as a workbook."""
    found, table = _rows(session, me, campaign_id, wanted, key, "xlsx")
    return _sent(row_files.xlsx(table), row_files.name(found, key, "xlsx"), XLSX)


def _rows(  # noqa: PLR0917 - what is asked for
    session: Session, me: User, campaign_id: UUID, wanted: Asked, key: str, ending: str
) -> tuple[Report, Table]:
    found = _exported(session, me, campaign_id, wanted, ending)
    rows = drill_down.every_row(session, me, campaign_id, wanted, key)
    return found, row_files.table(found, key, rows)


def _exported(session: Session, me: User, campaign_id: UUID, wanted: Asked, ending: str) -> Report:
    found = campaign_report.report(session, me, campaign_id, wanted)
    audit_log.record(session, me, "report.exported", campaign_id, format=ending)
    return found


def _attached(content: bytes, found: Report, ending: str, media_type: str) -> Response:
    return _sent(content, export.name(found, ending), media_type)


def _sent(content: bytes, name: str, media_type: str) -> Response:
    named = f'attachment; filename="{name}"'
    return Response(content, media_type=media_type, headers={"Content-Disposition": named})
