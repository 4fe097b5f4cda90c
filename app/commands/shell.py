"""A psql prompt on our database, for looking at it."""

import typer


def register(app: typer.Typer) -> None:
    """Add `db`."""
    database = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The database itself.")
    database.callback()(lambda: None)
    database.command()(shell)
    app.add_typer(database, name="db")


def shell() -> int:
    """Open psql on the database, read-only unless you `set default_transaction_read_only = off`."""
    import subprocess

    from app.backups import programs
    from app.commands import context

    with context.opened(checked=False) as at:
        surroundings = programs.environment(at.server.url) | {"PGOPTIONS": "-c default_transaction_read_only=on"}
        words = [str(programs.path_of(at.server, "psql")), "-X"]
        return subprocess.run(words, env=surroundings, check=False).returncode  # noqa: S603 - PostgreSQL's own program
