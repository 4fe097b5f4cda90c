"""/api/reports: questions across campaigns that I keep; /api/report-links: reports for people without an account."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Request
from fastapi.responses import Response
from pydantic import Field

from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Reading, Transaction, Viewer, Wired
from app.api.core.paging import Paged
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Listing, Moment, ShownOnce
from app.models import Question, QuestionFilters, SavedReportDraft
from app.models.base import Draft, Line
from app.services.reports import saved_reports, share_links

router = Router(tags=["reports"])


class SavedReportAnswer(Answer):
    """`weekly`: it comes by mail on Mondays."""

    id: UUID
    name: str
    question: Question
    filters: dict[str, Any]
    weekly: bool


class Share(Draft):
    days: int = Field(default=30, description="How long it works, 1 to 365 days.")
    name: Annotated[str, Line(80)] = Field(default="", description="For whom it is; it stands in the list of links.")
    filters: QuestionFilters = Field(
        default_factory=QuestionFilters, description="What narrows the report: `from_ to last_days user_id type`."
    )


class LinkAnswer(Answer):
    """`opened_at` is when somebody opened it last."""

    id: UUID
    name: str | None
    filters: dict[str, Any]
    opened_at: Moment | None
    created_at: Moment
    expires_at: Moment


class NewLinkAnswer(LinkAnswer, ShownOnce):
    """The address is told once; only its hash is kept."""

    url: str


@router.get("/reports", response_model=Listing[SavedReportAnswer])
def kept(request: Request, session: Reading, me: Viewer, page: Paged) -> Response:
    found = saved_reports.listed(session, me)
    return etags.shown(request, page.of([SavedReportAnswer.model_validate(one) for one in found]))


@router.post("/reports", status_code=201)
def keep(
    session: Transaction,
    me: Caller,
    draft: Annotated[SavedReportDraft, Body(openapi_examples=examples.shown(examples.SAVED_REPORT))],
) -> SavedReportAnswer:
    """Keep a question with its filters; the same name again replaces what it held."""
    return SavedReportAnswer.model_validate(saved_reports.save(session, me, draft))


@router.delete("/reports/{report_id}", status_code=204)
def forget(session: Transaction, me: Caller, report_id: UUID) -> None:
    saved_reports.remove(session, me, report_id)


@router.get("/campaigns/{campaign_id}/report-links", response_model=Listing[LinkAnswer])
def links(request: Request, session: Reading, me: Viewer, campaign_id: UUID, page: Paged) -> Response:
    """The links that work; for the campaign's owner and golden tickets."""
    found = share_links.listed(session, me, campaign_id)
    return etags.shown(request, page.of([LinkAnswer.model_validate(one) for one in found]))


@router.post("/campaigns/{campaign_id}/report-links", status_code=201)
def share(
    session: Transaction,
    me: Caller,
    wiring: Wired,
    campaign_id: UUID,
    wish: Annotated[Share, Body(openapi_examples=examples.shown({"days": 30}))],
) -> NewLinkAnswer:
    """A link that shows the report without anybody's name."""
    token = share_links.share(session, me, campaign_id, wish.days, wish.filters, wish.name)
    newest = LinkAnswer.model_validate(share_links.listed(session, me, campaign_id)[0])
    return NewLinkAnswer(**newest.model_dump(), url=f"{wiring.address}/r/{token}")


@router.delete("/report-links/{link_id}", status_code=204)
def revoke(session: Transaction, me: Caller, link_id: UUID) -> None:
    """Nobody gets in with it from now on."""
    share_links.revoke(session, me, link_id)
