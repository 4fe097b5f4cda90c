"""/api/pipedrive: asking for a push, seeing how pushes stand, trying again."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Body, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field, model_validator

from app.api.core import etags, examples
from app.api.core.dependencies import Caller, Limit, Reading, Transaction, Viewer
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Moment
from app.models import EntityType, SyncStatus, Trigger, now
from app.models.base import Draft
from app.models.pipedrive_sync import Asked
from app.services import policy
from app.services.contacts import contact_bank
from app.services.pipedrive import manual_push, queue_overview
from app.services.push_queue import push_jobs

router = Router(prefix="/pipedrive", tags=["pipedrive"])


class SyncWish(Draft):
    contact_id: UUID
    trigger: Asked = Trigger.MANUAL


class Again(Draft):
    """Either the named failures, or all."""

    sync_ids: list[UUID] | None = Field(default=None, max_length=1000)
    all: bool = False

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if (self.sync_ids is None) != self.all:
            raise ValueError("give either sync_ids or all")
        return self


class SyncAnswer(Answer):
    id: UUID
    contact_id: UUID | None
    entity_type: EntityType
    entity_id: UUID
    trigger: Trigger
    status: SyncStatus
    attempts: int
    run_at: Moment
    error_code: str | None
    error: str | None
    detail: str | None
    created_at: Moment
    updated_at: Moment
    finished_at: Moment | None


class ListedSync(SyncAnswer):
    contact: str | None
    owner: str

    @classmethod
    def of(cls, listed: queue_overview.Listed) -> Self:
        """Of a colleague's private contact only that there is a push."""
        facts = SyncAnswer.model_validate(listed.sync).model_dump()
        hidden = {} if listed.shown else {"error": None}
        return cls.model_validate(facts | hidden | {"contact": listed.contact, "owner": listed.owner})


class Lane(Answer):
    paused_reason: str | None
    not_before: Moment | None


class QueueAnswer(Answer):
    """A colleague's queue, and why it does not move."""

    user_id: UUID
    name: str
    active: bool
    counts: dict[SyncStatus, int]
    reason: str | None


class Status(Answer):
    """`queues` are everybody's, for a golden ticket."""

    counts: dict[SyncStatus, int]
    oldest_open_seconds: int | None
    last_success_at: Moment | None
    lane: Lane
    items: list[ListedSync]
    queues: list[QueueAnswer]


class Plan(Answer):
    plan: list[str]


class Retried(Answer):
    retried: int


@router.post("/sync", status_code=202, response_model=SyncAnswer, responses={200: {"model": Plan}})
def sync(
    session: Transaction,
    me: Caller,
    wish: Annotated[SyncWish, Body(openapi_examples=examples.shown(examples.SYNC))],
    dry_run: Annotated[bool, Query(description="Only say what would be done.")] = False,
) -> Response:
    """Hand my contact to Pipedrive; with `dry_run`, 200 and the plan in words."""
    if dry_run:
        return JSONResponse({"plan": manual_push.plan(session, me, wish.contact_id, wish.trigger).sentences})
    row = manual_push.push(session, me, wish.contact_id, wish.trigger)
    return Response(SyncAnswer.model_validate(row).model_dump_json(), 202, media_type="application/json")


@router.get("/status", response_model=Status)
def status(
    request: Request, session: Reading, me: Viewer, contact_id: UUID | None = None, limit: Limit = 50
) -> Response:
    """How my pushes stand, or those of one contact; for a golden ticket also those of who is disabled."""
    if contact_id:
        contact_bank.owned(session, me, contact_id)
    seen = queue_overview.overview(session, me, contact_id, limit)
    queues = queue_overview.all_queues(session, me) if policy.may_manage_every_push(me) else []
    answer = Status(
        counts=seen.counts,
        oldest_open_seconds=_age(seen.oldest_open),
        last_success_at=seen.last_success,
        lane=Lane(paused_reason=seen.paused_reason, not_before=seen.not_before),
        items=[ListedSync.of(one) for one in seen.items],
        queues=[QueueAnswer.model_validate(one, from_attributes=True) for one in queues],
    )
    return etags.shown(request, answer)


@router.post("/retry")
def retry(
    session: Transaction,
    me: Caller,
    again: Annotated[Again, Body(openapi_examples=examples.shown(examples.SYNC_IDS, all={"all": True}))],
) -> Retried:
    """Set failed pushes due again: the named ones or all of mine; with a golden ticket, everybody's."""
    if again.sync_ids is None:
        return Retried(retried=push_jobs.retry_all(session, me))
    return Retried(retried=push_jobs.retry(session, me, again.sync_ids))


def _age(since: datetime | None) -> int | None:
    return None if since is None else max(0, round((now() - since).total_seconds()))
