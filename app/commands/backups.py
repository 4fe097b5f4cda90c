"""Backups: making one, proving that it works, putting it back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.backups import Manifest
    from app.commands.context import Desk

PAUSED = "restored from a backup"


def register(app: typer.Typer) -> None:
    """Add `backup` and `restore`."""
    app.command()(backup)
    app.command()(restore)


def backup(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE] | verify FILE", help="Where to write; the data folder's backups unless given."),
    ] = None,
) -> None:
    """Write one backup file while people work, or prove with `verify` that one can be restored.

    The secret that seals Pipedrive keys is not in it: keep the data folder's secret.key, or SECRET_KEY, apart.
    """
    match words or []:
        case []:
            _make(None)
        case ["verify", file]:
            _verify(Path(file))
        case [file] if file != "verify":
            _make(Path(file))
        case _:
            raise typer.BadParameter("It is `backup`, `backup FILE` or `backup verify FILE`.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in the place of what is there, of which a backup is made first.

    Afterwards nothing goes to Pipedrive until `sync resume`, because the backup may not know what was pushed since,
    and everybody signs in again.
    """
    import sys

    from app import backups
    from app.backups import making
    from app.commands import context

    with context.opened(checked=False) as at:
        if making.revision(at.server.url) and sys.stdin.isatty() and not yes:
            typer.confirm("This replaces everything in the database. Go on?", abort=True)
        before = making.usual_name(at.data, "before-restore")
        manifest = backups.restore(at.server, file, before)
        if before.exists():
            typer.echo(f"What was there is kept in {before}.")
        typer.echo(f"Restored {_words(manifest)}, from {manifest.made_at}.")
        _afterwards(at, manifest.made_at)


def _make(wanted: Path | None) -> None:
    from app import backups, db, migrate
    from app.backups import making
    from app.commands import context
    from app.models import now
    from app.services.operations import backup_status

    with context.opened(checked=False) as at:
        file = wanted or making.usual_name(at.data)
        manifest = backups.make(at.server, file)
        if manifest.revision == migrate.head():
            with db.transaction() as session:
                backup_status.backed_up(session, made_at=now().isoformat())
    typer.echo(f"{file}: {_words(manifest)}.")


def _verify(file: Path) -> None:
    from app import backups
    from app.commands import context

    with context.opened(checked=False) as at:
        manifest = backups.verify(at.server, file)
    typer.echo(f"{file} can be restored: {_words(manifest)}.")


def _afterwards(at: "Desk", made_at: str) -> None:
    from sqlalchemy import delete

    from app import db, secret_key
    from app.commands import context
    from app.models import OneTimeLink, UserSession
    from app.services.accounts import key_rotation
    from app.services.base import audit_log, firm_settings
    from app.vault import Vault

    vault = Vault(*secret_key.keys(at.data, at.settings.secret_key))
    with db.transaction() as session:
        who = context.operator()
        # a browser that was signed out after the backup must not be signed in again by it
        for gone in (UserSession, OneTimeLink):
            session.exec(delete(gone))
        firm_settings.save(session, sync_paused=PAUSED, sync_verify_since=made_at)
        audit_log.record(session, who, "backup.restored")
        lost = key_rotation.users_with_unreadable_key(session, vault)
    typer.echo("Nothing goes to Pipedrive until you run `pipedriven sync resume`; everybody signs in again.")
    if lost:
        typer.echo(f"The secret is another one than before: {', '.join(lost)} have to save their Pipedrive key again.")


def _words(manifest: "Manifest") -> str:
    shown = ("users", "contacts", "activities", "campaigns")
    return ", ".join(f"{manifest.counts.get(table, 0):,} {table}" for table in shown)
