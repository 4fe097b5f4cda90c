"""Contact banks from the console: a file in, a file out."""

import sys
from pathlib import Path
from typing import Annotated

import typer

Owner = Annotated[str, typer.Option(help="Whose contact bank, by e-mail address.")]


def register(app: typer.Typer) -> None:
    """Add `import` and `export`."""
    app.command("import")(import_)
    app.command()(export)


def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file whose first row names the columns.")],
    owner: Owner,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> int:
    """Take the contacts of a CSV file into somebody's bank; rows with errors are named and left out."""
    from app import db
    from app.commands import desk
    from app.errors import NotFound
    from app.services import imports

    try:
        data = file.read_bytes()
    except OSError as trouble:
        raise NotFound(f"{file} cannot be read: {trouble.strerror}.") from None
    with desk.opened(), db.transaction() as session:
        who = desk.colleague(session, owner)
        report = imports.take(session, who, data, file.name, dry_run=dry_run)
    for error in report.errors:
        typer.echo(f"Row {error.row}{f', {error.column}' if error.column else ''}: {error.detail}", err=True)
    counts = f"{report.new} new, {report.updated} updated, {report.duplicates} duplicates, {len({e.row for e in report.errors})} rows with errors"
    typer.echo(f"{'This would be: ' if dry_run else ''}{counts}.")
    if report.batch_id:
        typer.echo(f"The import's number, with which it can be undone, is {report.batch_id}.")
    return 1 if report.errors else 0


def export(
    owner: Owner,
    out: Annotated[Path | None, typer.Option(help="Where to write; standard output unless given.")] = None,
) -> None:
    """Write somebody's whole bank as CSV, which `import` reads back."""
    from app import db
    from app.commands import desk
    from app.errors import Conflict
    from app.services import exports

    with desk.opened(), db.transaction() as session:
        data = exports.csv(session, desk.colleague(session, owner))
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(data)
    except OSError as trouble:
        raise Conflict(f"{out} cannot be written: {trouble.strerror}.") from None
