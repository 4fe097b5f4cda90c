"""A bank of contacts out: /api/contacts/export.csv (.xlsx, .vcf), and the file for Pipedrive's own import."""

from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import Response, StreamingResponse
from sqlmodel import Session
from starlette.types import Receive, Scope, Send

from app.api.core.dependencies import Caller, Transaction, Words
from app.api.core.openapi import file_of
from app.api.core.routing import Router
from app.models import SyncStatus, User
from app.services.contacts import contact_search, vcards
from app.services.contacts.contact_search import Search
from app.services.exports import exporter
from app.services.exports.exporter import Wish

router = Router(tags=["exports"])

# more than this waits in a file, not in memory
IN_MEMORY = 1_000_000
PIECE = 65_536
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Download(StreamingResponse):
    """A finished file, sent piece by piece, and closed whatever becomes of the line."""

    def __init__(self, file: IO[bytes], name: str, media_type: str) -> None:
        self.file = file
        size = file.seek(0, 2)
        file.seek(0)
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size)}
        super().__init__(iter(lambda: file.read(PIECE), b""), headers=headers, media_type=media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.file:
            await super().__call__(scope, receive, send)


def search(
    *,
    q: Annotated[Words, Query(description="Part of a name, organisation, e-mail address or phone number.")] = "",
    warmness_min: Annotated[int | None, Query(ge=0, le=10)] = None,
    not_contacted_days: Annotated[int | None, Query(ge=0, le=36_500)] = None,
    campaign_id: UUID | None = None,
    organisation: Words | None = None,
    tag: Words | None = None,
    sync: SyncStatus | Literal["NONE"] | None = None,
    trash: bool = False,
    due: Annotated[bool, Query(description="Something planned is due, or the contact's own rhythm says so.")] = False,
    never: Annotated[bool, Query(description="Not contacted yet.")] = False,
    sort: contact_search.Sort = "name",
) -> Search:
    """The filters of the list."""
    return Search(q, warmness_min, not_contacted_days, campaign_id, organisation, tag, sync, trash, sort, due, never)


Wanted = Annotated[Search, Depends(search)]


@router.get("/contacts/export.csv", **file_of("text/csv"))
def export_csv(session: Transaction, me: Caller, wanted: Wanted) -> Response:
    """My bank, or what the filters leave of it, as a file that the import reads back."""
    return _sent(session, me, Wish("csv", wanted), "contacts.csv", "text/csv; charset=utf-8")


@router.get("/contacts/export.xlsx", **file_of(EXCEL))
def export_xlsx(session: Transaction, me: Caller, wanted: Wanted) -> Response:
    """The same as an Excel workbook, with dates as dates in my time zone."""
    return _sent(session, me, Wish("xlsx", wanted), "contacts.xlsx", EXCEL)


@router.get("/contacts/export.vcf", **file_of("text/vcard"))
def export_vcf(session: Transaction, me: Caller, wanted: Wanted, version: vcards.Version = "3.0") -> Response:
    """The same as vCards for an address book; every one reads version 3.0."""
    return _sent(session, me, Wish("vcf", wanted, card_version=version), "contacts.vcf", "text/vcard; charset=utf-8")


@router.get("/contacts/export.pipedrive.csv", **file_of("text/csv"))
def export_for_pipedrive(
    session: Transaction,
    me: Caller,
    wanted: Wanted,
    waiting: Annotated[bool, Query(description="Only what has not reached Pipedrive.")] = False,
) -> Response:
    """The same with their meetings, under the headings that Pipedrive's own spreadsheet import knows."""
    wish = Wish("pipedrive", wanted, waiting_only=waiting)
    return _sent(session, me, wish, "contacts-for-pipedrive.csv", "text/csv; charset=utf-8")


def _sent(session: Session, me: User, wish: Wish, name: str, media_type: str) -> Download:
    """Written to its end before the first byte leaves: a file that breaks halfway is an error, not half a file."""
    with ExitStack() as undo:
        file = undo.enter_context(SpooledTemporaryFile(IN_MEMORY))
        exporter.write_export(session, me, wish, file)
        undo.pop_all()
    return Download(file, name, media_type)
