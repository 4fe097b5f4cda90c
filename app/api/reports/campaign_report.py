"""/api/campaigns/{id}/report: a campaign in figures, as JSON and as files."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.api.core import etags
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer
from app.api.core.openapi import file_of
from app.api.core.routing import Router
from app.api.reports.report_schemas import ReportAnswer
from app.errors import Invalid
from app.models import ActivityType, User
from app.services.base import audit_log
from app.services.reports import campaign_report, drill_down
from app.services.reports.figures import Report
from app.services.reports.files import export, row_files
from app.services.reports.files.tables import Table
from app.services.reports.filters import Asked

router = Router(prefix="/campaigns/{campaign_id}", tags=["reports"])

ONE_SPAN = "Choose the last days, or a first and last day, not both."
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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


KEY = Query(
    description="A figure (touches), a stage (IN_DIALOGUE), a method (CALL), the Monday of a week, or what became of contacts (IN_PIPEDRIVE, WITH_DEAL, OPEN, WON, LOST)."
)


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
