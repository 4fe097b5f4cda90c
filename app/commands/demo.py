"""Made-up data: something to try the product with, a whole firm to measure it with, a team that works by itself."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlmodel import Session

    from app.models import User

Owner = Annotated[str | None, typer.Option(help="Whose contact bank, by e-mail address; everybody's unless given.")]


def register(app: typer.Typer) -> None:
    """Add `demo`."""
    demo = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Made-up data to try things with.")
    for command in (load, clear, live):
        demo.command()(command)
    app.add_typer(demo, name="demo")


def load(
    owner: Owner = None,
    from_: Annotated[Path | None, typer.Option("--from", help="A folder of CSV files: a whole firm.")] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="With --from: everybody's password, from standard input.")
    ] = False,
) -> None:
    """Put sample people into a contact bank, or with --from a whole firm into the database."""
    if from_:
        _load_firm(from_, stdin=password_stdin)
        return
    from app.services.samples import sample_data

    _for_each(owner, sample_data.fill, "{count} sample people are in {name}'s bank now.")


def clear(owner: Owner = None) -> None:
    """Remove the sample people again, with their touches; a sample whose tag was taken off stays."""
    from app.services.samples import sample_data

    _for_each(owner, sample_data.clear, "{count} sample people are gone from {name}'s bank.")


def live(
    every: Annotated[float, typer.Option(help="Seconds between two touches.")] = 4.0,
    count: Annotated[int, typer.Option(help="Stop after so many touches; 0 goes on for ever.")] = 0,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Also start Pipedriven, or only the team.")] = True,
) -> None:
    """Serve with a team that works by itself, on sample people only; an empty database gets one first."""
    from app.commands import context
    from app.demo.live import at_work, gather, touches

    with context.opened() as at:
        for line in gather():
            typer.echo(line)
        if serve:
            from app import main

            with at_work(every, count):
                main.serve(at.settings)
        else:
            for line in touches(every, count):
                typer.echo(line)


def _load_firm(folder: Path, *, stdin: bool) -> None:
    from app.commands import context
    from app.demo import bulk_load
    from app.services.accounts import passwords

    password = context.secret_word("Everybody's password", stdin=stdin)
    passwords.check(password)
    with context.opened() as at:
        counts = bulk_load.load(at.server.url, folder, passwords.hash_password(password))
    typer.echo(", ".join(f"{count:,} {table.replace('_', ' ')}" for table, count in counts.items()) + ".")


def _for_each(owner: str | None, verb: "Callable[[Session, User], int]", sentence: str) -> None:
    from app import db
    from app.commands import context
    from app.errors import NotFound
    from app.services.accounts import users

    with context.opened(), db.transaction() as session:
        everybody = [context.colleague(session, owner)] if owner else users.colleagues(session, context.operator())
        active = [user for user in everybody if user.active]
        if not active:
            raise NotFound("Nobody is here yet; make an account with `pipedriven user add` first.")
        for user in active:
            typer.echo(sentence.format(count=verb(session, user), name=user.name))
