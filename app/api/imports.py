"""A file of contacts in, a file of contacts out: /api/contacts/import, /api/contacts/export.csv, /api/imports."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError

from app.api.answers import Answer
from app.api.wire import Caller, Transaction
from app.errors import Invalid, TooLarge
from app.services import exports, imports

router = APIRouter(tags=["imports"])

LARGEST = 5 * 1024 * 1024
HEADINGS = TypeAdapter(dict[str, str])
MAPPING = "Give the mapping as a JSON object from column heading to field."


class RowTrouble(Answer):
    row: int
    column: str
    detail: str


class Report(Answer):
    """What became of each row; a dry run has no `batch_id`."""

    batch_id: UUID | None
    new: int
    updated: int
    duplicates: int
    errors: list[RowTrouble]


class Undone(Answer):
    trashed: int


@router.post("/contacts/import")
def take(
    *,
    session: Transaction,
    me: Caller,
    file: Annotated[UploadFile, File(description="CSV with a heading row, up to 5 MB.")],
    mapping: Annotated[str | None, Form(max_length=20_000, examples=['{"Firma": "organisation"}'])] = None,
    dry_run: Annotated[bool, Form(description="Only say what would happen.")] = False,
    rehearsal: Annotated[bool, Query(alias="dry_run", description="The same, said in the address.")] = False,
) -> Report:
    """Take the contacts of a file into my bank; the same file twice adds nobody."""
    data = file.file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise TooLarge
    report = imports.take(
        session, me, data, file.filename or "", mapping=_mapping(mapping), dry_run=dry_run or rehearsal
    )
    return Report.model_validate(report)


@router.delete("/imports/{batch_id}")
def undo(session: Transaction, me: Caller, batch_id: UUID) -> Undone:
    """Put the contacts that an import made into the trash, except those touched since."""
    return Undone(trashed=imports.undo(session, me, batch_id))


@router.get(
    "/contacts/export.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def export_csv(session: Transaction, me: Caller) -> Response:
    """My whole bank as a file that the import reads back."""
    return Response(
        exports.csv(session, me),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="contacts.csv"'},
    )


def _mapping(text: str | None) -> dict[str, str] | None:
    try:
        return None if text is None else HEADINGS.validate_json(text)
    except ValidationError:
        raise Invalid(fields={"mapping": MAPPING}) from None
