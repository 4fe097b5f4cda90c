"""Serving, and bringing the database to this release."""

import gc
import sys
from typing import Annotated

import typer

# Libraries that others of ours load whenever they are there, for halves of them that a server has no use for: socketio's
# client and structlog's coloured console. A tenth of a start.
NO_USE = ("aiohttp", "rich")
Rehearse = Annotated[bool, typer.Option("--rehearse", help="Migrate a copy and throw it away.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    for command in (serve, migrate, upgrade, openapi):
        app.command()(command)


def serve(
    host: Annotated[str | None, typer.Option(help="Where to listen; 127.0.0.1 unless HOST says otherwise.")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 8080 unless PORT says otherwise.")] = None,
    workers: Annotated[int | None, typer.Option(help="How many processes, behind haproxy; WORKERS, else one.")] = None,
) -> None:
    """Start Pipedriven and serve until told to stop."""
    # what is imported stays; looking through it again and again takes a sixth of a start
    gc.disable()
    for name in NO_USE:
        sys.modules[name] = None  # type: ignore[assignment]  # an import answers that it is not there
    from app import main, settings

    gc.freeze()
    gc.enable()
    main.serve(settings.load(host=host, port=port, workers=workers))


def migrate() -> None:
    """Bring the database to this release's tables; does nothing when it is there already."""
    import app.migrate
    from app.commands import context

    with context.opened(checked=False) as at:
        _report(app.migrate.upgrade(at.server.url, at.server.serving_role))


def upgrade(rehearse: Rehearse = False) -> None:
    """Migrate, with an automatic backup first; --rehearse tries it on a copy."""
    from app import backups
    from app.commands import context

    with context.opened(checked=False) as at:
        if rehearse:
            steps = backups.rehearse(at.server)
            typer.echo(f"The rehearsal on a copy went well: {len(steps)} steps would be taken.")
            return
        file, steps = backups.upgrade(at.server, at.data)
        if file:
            typer.echo(f"A backup from before is in {file}.")
        _report(steps)


def openapi() -> None:
    """Print the description of the REST API as JSON."""
    import json

    from app import api

    typer.echo(json.dumps(api.document(), indent=1))


def _report(steps: list[str]) -> None:
    typer.echo(f"Migrated: {', '.join(steps)}." if steps else "The database is up to date.")
