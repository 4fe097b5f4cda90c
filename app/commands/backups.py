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
        typer.Argument(
            metavar="[FILE] | verify FILE | copy | key", help="Where to write; the data folder's backups unless given."
        ),
    ] = None,
) -> None:
    """Write one backup file while people work, or prove with `verify` that one can be restored.

    `copy` makes one, proves it and carries it to BACKUP_TO now; `key` shows the key of such copies, once.
    The secret that seals Pipedrive keys is not in it: keep the data folder's secret.key, or SECRET_KEY, apart.
    """
    match words or []:
        case []:
            _make(None)
        case ["verify", file]:
            _verify(Path(file))
        case ["copy"]:
            _copy()
        case ["key"]:
            _show_key()
        case [file] if file != "verify":
            _make(Path(file))
        case _:
            raise typer.BadParameter(
                "It is `backup`, `backup FILE`, `backup verify FILE`, `backup copy` or `backup key`."
            )


def restore(
    file: Annotated[
        Path | None, typer.Argument(help="A file that `backup` wrote; with --from the name of a copy, else the newest.")
    ] = None,
    address: Annotated[
        str | None, typer.Option("--from", metavar="ADDRESS", help="Where copies lie, as in BACKUP_TO.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in the place of what is there, of which a backup is made first.

    With --from the newest copy is fetched first; the backup key is asked for, or read from standard input.
    Afterwards nothing goes to Pipedrive until `sync resume`, because the backup may not know what was pushed since,
    and everybody signs in again.
    """
    import sys

    from app import backups
    from app.backups import making
    from app.commands import context

    if file is None and address is None:
        raise typer.BadParameter("Name the file of a backup, or with --from the address where copies lie.")
    with context.opened(checked=False) as at:
        if making.revision(at.server.url) and sys.stdin.isatty() and not yes:
            typer.confirm("This replaces everything in the database. Go on?", abort=True)
        file = _fetched(at, address, file) if address else file
        assert file is not None
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


def _copy() -> None:
    from app import backups, db
    from app.backups import copies, copy_place, making
    from app.commands import context
    from app.errors import Invalid
    from app.models import now
    from app.services.operations import backup_status

    with context.opened() as at:
        if at.settings.backup_to is None:
            raise Invalid("BACKUP_TO is not set: it says where copies go.")
        place = copy_place.place(at.settings.backup_to, at.data)
        file = making.usual_name(at.data)
        backups.make(at.server, file)
        manifest = backups.verify(at.server, file)
        with db.transaction() as session:
            backup_status.backed_up(session, made_at=now().isoformat(), proved=file.name)
            is_new = backup_status.copies_go_to(session, place.shown) is None
        copies.copy(place, copies.key_in(at.data), file, is_new=is_new)
        copies.copied(file)
        shown = copies.was_shown(at.data)
    typer.echo(f"{file.name} can be restored and lies at {place.shown}, encrypted: {_words(manifest)}.")
    if not shown:
        typer.echo("Nobody has seen the backup key yet: run `pipedriven backup key` and keep it apart.", err=True)


def _show_key() -> None:
    from app import settings
    from app.backups import copies
    from app.errors import Refusal
    from app.postgres import data_folder

    data = data_folder(settings.load().data_dir)
    key = copies.show_once(data)
    if key is None:
        raise Refusal(f"The backup key was shown already; this machine keeps it in {copies.key_file(data)}.")
    typer.echo(key)
    typer.echo(
        "Keep it apart from this machine, with the data folder's secret.key or SECRET_KEY: without it nobody can read the"
        " copies elsewhere. It is shown once.",
        err=True,
    )


def _fetched(at: "Desk", address: str, name: Path | None) -> Path:
    """The copy as a file in the data folder; the key that opened it is kept for the copies to come."""
    import sys

    from app.backups import copies, copy_place, making
    from app.commands import context
    from app.setting_values import copies as fits
    from app.settings import COPIES

    if not fits(address):
        raise typer.BadParameter(f"The address must look like {COPIES}.")
    key = context.secret_word("Backup key", stdin=not sys.stdin.isatty(), twice=False).strip()
    if not key and copies.key_file(at.data).exists():
        key = copies.key_in(at.data)
    if not key:
        raise typer.BadParameter("Give the backup key on standard input.")
    folder = making.usual_name(at.data).parent
    file = copies.fetch(copy_place.place(address, at.data), key, folder, str(name) if name else None)
    copies.keep_key(at.data, key)
    return file


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
