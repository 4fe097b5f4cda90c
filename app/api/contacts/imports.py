"""A file of contacts in: /api/contacts/import, /api/imports."""

from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import Depends, File, Form, Query, Request, UploadFile
from pydantic import TypeAdapter, ValidationError

from app import countries
from app.api.core.dependencies import Caller, Transaction, user_id
from app.api.core.routing import Router
from app.api.core.schemas import Answer
from app.errors import Invalid, TooLarge
from app.services.imports import import_files, import_undo, importer, pairs
from app.services.imports.planner import IfKnown, Place
from app.services.imports.sheet_reader import Sheet

router = Router(tags=["imports"])

LARGEST = 5 * 1024 * 1024
HEADINGS = TypeAdapter(dict[str, str])
ANSWERS = TypeAdapter(dict[str, Literal["same", "keep", "fill", "both"]])
WRONG_ANSWERS = "Give the answers as a JSON object from the number of a row to keep, fill or both."
MAPPING = "Give the mapping as a JSON object from column heading to field."


class RowTrouble(Answer):
    """`file` is empty unless several came in one go; a row of vCards is a card."""

    row: int
    column: str
    detail: str
    file: str = ""


class Question(Answer):
    """A row whose person may be one of these; answer it with `answers` in another call."""

    row: int
    file: str = ""
    candidates: list[dict[str, str]]


class Pair(Answer):
    """A row about somebody who is known, or may be: what the row says, whom it is about, and what becomes of it."""

    row: int
    file: str = ""
    said: dict[str, str]
    candidates: list[dict[str, str]]
    is_asked: bool
    choice: IfKnown | None

    @classmethod
    def of(cls, pair: pairs.Pair) -> Self:
        return cls(
            row=pair.row,
            file=pair.file,
            said=pair.said.candidate,
            candidates=pair.candidates,
            is_asked=pair.is_asked,
            choice=pair.choice,
        )


class Report(Answer):
    """What became of each row; a dry run has no `batch_id`.

    `errors` names rows that were not taken, `warnings` what was left out of others, `ignored_columns` the headings that mean
    nothing to us. A row of `questions` counts as a duplicate and is not written. `pairs` are the rows about somebody who is
    known or may be, up to 1,000; `changed_jobs` counts people of whom the file knows another firm or title.
    """

    batch_id: UUID | None
    new: int
    updated: int
    duplicates: int
    errors: list[RowTrouble]
    warnings: list[RowTrouble]
    ignored_columns: list[str]
    questions: list[Question]
    pairs: list[Pair]
    changed_jobs: int

    @classmethod
    def told(cls, report: importer.ImportReport) -> Self:
        own = {name: getattr(report, name) for name in cls.model_fields if name != "pairs"}
        return cls.model_validate(own | {"pairs": [Pair.of(pair) for pair in report.pairs]})


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
    unsure: Annotated[
        IfKnown | None,
        Form(description="Rows about somebody who may be here already: the same three; left out, each is a question."),
    ] = None,
    answers: Annotated[
        str | None,
        Form(
            description='Rows decided one by one: a JSON object from the number of a row ("file.csv:12" where several files came) to keep, fill or both.',
            max_length=1_000_000,
            examples=['{"3": "both"}'],
        ),
    ] = None,
    country: Annotated[str | None, Form(description="Where numbers without a country code are from, as DE.")] = None,
    rehearsal: Annotated[bool, Query(alias="dry_run", description="The same, said in the address.")] = False,
) -> Report:
    """Take the contacts of files into my bank; the same file twice adds nobody."""
    report = importer.import_sheets(
        session,
        me,
        sheets,
        dry_run=dry_run or rehearsal,
        if_known=known,
        if_unsure=unsure,
        answers=_answers(answers),
        country=_country(country),
    )
    return Report.told(report)


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


def _answers(text: str | None) -> dict[Place, IfKnown]:
    try:
        said = ANSWERS.validate_json(text) if text else {}
    except ValidationError:
        raise Invalid(fields={"answers": WRONG_ANSWERS}) from None
    found: dict[Place, IfKnown] = {}
    for key, answer in said.items():
        file, _, row = key.rpartition(":")
        if not row.isdigit():
            raise Invalid(fields={"answers": WRONG_ANSWERS})
        found[file, int(row)] = IfKnown.KEEP if answer == "same" else IfKnown(answer)
    return found


def _country(code: str | None) -> str:
    if code and code.upper() not in countries.NAMES:
        raise Invalid(fields={"country": "Choose a country by its two letters, for example DE."})
    return (code or "").upper()
