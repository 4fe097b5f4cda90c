"""Contact banks from the console: a file in, a file out."""

import sys
from enum import StrEnum
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Annotated

import typer

Owner = Annotated[str, typer.Option(help="Whose contact bank, by e-mail address.")]


def register(app: typer.Typer) -> None:
    """Add `import` and `export`."""
    app.command("import")(import_)
    app.command()(export)


def import_(
    file: Annotated[Path, typer.Argument(help="CSV, Excel (.xlsx) or vCard.")],
    owner: Owner,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> int:
    """Take the contacts of a file into somebody's bank; rows with errors are named and left out."""
    from app import db
    from app.commands import context
    from app.errors import NotFound
    from app.services.imports import import_files, importer

    try:
        data = file.read_bytes()
    except OSError as trouble:
        raise NotFound(f"{file} cannot be read: {trouble.strerror}.") from None
    sheets = import_files.read_files([(file.name, data)], strict=True)
    with context.opened(), db.transaction() as session:
        report = importer.import_sheets(session, context.colleague(session, owner), sheets, dry_run=dry_run)
    for one in (*report.errors, *report.warnings):
        typer.echo(f"Row {one.row}{f', {one.column}' if one.column else ''}: {one.detail}", err=True)
    for question in report.questions:
        names = ", ".join(side.name for side in question.people)
        typer.echo(f"Row {question.row}: may be {names}; decide on the import page. It was left out.", err=True)
    if report.ignored_columns:
        typer.echo(f"Left out: {', '.join(report.ignored_columns)}.", err=True)
    counts = (
        f"{report.new} new, {report.updated} updated, {report.duplicates} duplicates, {report.failed} rows with errors"
    )
    typer.echo(f"{'This would be: ' if dry_run else ''}{counts}.")
    if report.batch_id:
        typer.echo(f"The import's number, with which it can be undone, is {report.batch_id}.")
    return 1 if report.errors else 0


class Kind(StrEnum):
    """The formats a bank can be written in."""

    CSV = "csv"
    XLSX = "xlsx"
    VCF = "vcf"
    PIPEDRIVE = "pipedrive"


def export(
    owner: Owner,
    out: Annotated[Path | None, typer.Option(help="Where to write; standard output unless given.")] = None,
    kind: Annotated[Kind, typer.Option("--format", help="pipedrive is what its own import reads.")] = Kind.CSV,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what has not reached Pipedrive.")] = False,
) -> None:
    """Write somebody's whole bank: as CSV, which `import` reads back, as a workbook, as vCards, or for Pipedrive."""
    from app import db
    from app.commands import context
    from app.errors import Conflict
    from app.services.exports import exporter
    from app.services.exports.exporter import Wish

    with TemporaryFile() as file:
        with context.opened(), db.transaction() as session:
            exporter.write_export(
                session, context.colleague(session, owner), Wish(kind.value, waiting_only=waiting), file
            )
        file.seek(0)
        if out is None:
            copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
            return
        try:
            with out.open("wb") as written:
                copyfileobj(file, written)
        except OSError as trouble:
            raise Conflict(f"{out} cannot be written: {trouble.strerror}.") from None
