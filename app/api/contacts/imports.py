"""A file of contacts in: /api/contacts/import, /api/imports."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, File, Form, Query, Request, UploadFile
from pydantic import TypeAdapter, ValidationError

from app.api.core.dependencies import Caller, Transaction, user_id
from app.api.core.routing import Router
from app.api.core.schemas import Answer
from app.errors import Invalid, TooLarge
from app.services.imports import import_files, import_undo, importer
from app.services.imports.planner import IfKnown
from app.services.imports.sheet_reader import Sheet

router = Router(tags=["imports"])

LARGEST = 5 * 1024 * 1024
HEADINGS = TypeAdapter(dict[str, str])
MAPPING = "Give the mapping as a JSON object from column heading to field."


class RowTrouble(Answer):
    """`file` is empty unless several came in one go; a row of vCards is a card."""

    row: int
    column: str
    detail: str
    file: str = ""


class Report(Answer):
    """What became of each row; a dry run has no `batch_id`."""

    batch_id: UUID | None
    new: int
    updated: int
    duplicates: int
    errors: list[RowTrouble]


class Undone(Answer):
    """New contacts in the trash, others with their old values back, and those changed since, which stay as they are."""

    trashed: int
    put_back: int
    left: int
    detail: str


def read_sheets(
    request: Request,
    file: Annotated[
        list[UploadFile], File(description="CSV, Excel (.xlsx) or vCard, 5 MB in all; several for one import.")
    ],
    mapping: Annotated[str | None, Form(max_length=20_000, examples=['{"Firma": "organisation"}'])] = None,
) -> list[Sheet]:
    """What stands in the files; whoever is nobody is refused without a look at them."""
    if user_id(request) is None:
        return []
    files = [(one.filename or "", one.file.read(LARGEST + 1)) for one in file]
    if sum(len(data) for _, data in files) > LARGEST:
        raise TooLarge
    return import_files.read_files(files, _mapping(mapping), strict=True)


# named before the transaction, so that no connection is held while a file is read
Sheets = Annotated[list[Sheet], Depends(read_sheets)]


@router.post("/contacts/import")
def take(
    *,
    sheets: Sheets,
    session: Transaction,
    me: Caller,
    dry_run: Annotated[bool, Form(description="Only say what would happen.")] = False,
    known: Annotated[
        IfKnown, Form(description="People who are here already: fill what is empty, keep, or have both.")
    ] = IfKnown.FILL,
    rehearsal: Annotated[bool, Query(alias="dry_run", description="The same, said in the address.")] = False,
) -> Report:
    """Take the contacts of files into my bank; the same file twice adds nobody."""
    report = importer.import_sheets(session, me, sheets, dry_run=dry_run or rehearsal, if_known=known)
    return Report.model_validate(report)


@router.delete("/imports/{batch_id}")
def undo(session: Transaction, me: Caller, batch_id: UUID) -> Undone:
    """Put the contacts that an import made into the trash, and take out of others what it filled in, unless changed since."""
    undone = import_undo.undo(session, me, batch_id)
    return Undone(trashed=undone.trashed, put_back=undone.put_back, left=undone.left, detail=undone.sentence)


def _mapping(text: str | None) -> dict[str, str] | None:
    try:
        return None if text is None else HEADINGS.validate_json(text)
    except ValidationError:
        raise Invalid(fields={"mapping": MAPPING}) from None
