"""/api/audit: who did what and when, searched and as a file, for a golden ticket."""

import csv
import io
import json
from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from app.api.core import etags
from app.api.core.dependencies import Caller, Cursor, Limit, Reading, Transaction, Viewer, Words
from app.api.core.openapi import file_of
from app.api.core.routing import Router
from app.api.core.schemas import Answer, Listing, Moment
from app.services.base import audit_log_reader
from app.services.base.audit_log_reader import AuditEntry
from app.services.base.audit_log_reader import Wanted as Filters
from app.services.imports.row_parser import escape

router = Router(tags=["audit"])

COLUMNS = ("When", "What", "Who", "Action", "About", "Detail")


class EventAnswer(Answer):
    """`about` is a colleague's name, `about_id` the id of what it was done to; contacts have no names here."""

    id: UUID
    at: Moment
    actor: str
    action: str
    sentence: str
    about: str | None
    about_id: str
    detail: dict[str, Any]

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        return cls.model_validate(entry)


def filters(
    q: Annotated[Words, Query(description="Words of who, what, and to whom.")] = "",
    kind: Literal["access", "people", "data", "pipedrive", ""] = "",
    since: Annotated[date | None, Query(alias="from", description="The first day, in my time zone.")] = None,
    until: Annotated[date | None, Query(alias="to", description="The last day, itself included.")] = None,
) -> Filters:
    return Filters(kind, q, since, until)


Wanted = Annotated[Filters, Depends(filters)]


@router.get("/audit", response_model=Listing[EventAnswer])
def read(  # noqa: PLR0917 - what a page of a list is asked with
    request: Request, session: Reading, me: Viewer, wanted: Wanted, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """The audit trail, newest first."""
    found = audit_log_reader.read(session, me, wanted, cursor, limit)
    return etags.shown(
        request, Listing(items=[EventAnswer.of(one) for one in found.items], next_cursor=found.next_cursor)
    )


@router.get("/audit.csv", **file_of("text/csv"))
def export(session: Transaction, me: Caller, wanted: Wanted) -> Response:
    """The same as a file; that it was taken out stands in the trail too."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(COLUMNS)
    for one in audit_log_reader.export(session, me, wanted):
        detail = json.dumps(one.detail, ensure_ascii=False) if one.detail else ""
        lines.writerow(
            map(escape, (f"{one.at:%Y-%m-%dT%H:%M:%SZ}", one.sentence, one.actor, one.action, one.about_id, detail))
        )
    name = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    # the mark tells spreadsheets that it is UTF-8
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=name)
