"""A new secret for the stored Pipedrive keys."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.services.accounts.key_rotation import Resealed

ENV = "SECRET_KEY is set: put a new one there first, then run this again with the old one on standard input and --old-stdin."


def register(app: typer.Typer) -> None:
    """Add `rotate-keys`."""
    app.command("rotate-keys")(rotate_keys)


def rotate_keys(
    old_stdin: Annotated[
        bool, typer.Option("--old-stdin", help="SECRET_KEY is the new secret, and standard input holds the old one.")
    ] = False,
) -> None:
    """Seal every stored Pipedrive key with a new secret; when it is cut short, run it again.

    Stop Pipedriven first: a running one knows only the old secret.
    """
    import sys

    from app import secret_key
    from app.backups.restoring import alone_with
    from app.commands import context
    from app.errors import Conflict

    with context.opened() as at:
        alone_with(at.server)
        given = at.settings.secret_key
        if given and not old_stdin:
            raise Conflict(ENV)
        secrets = (given, sys.stdin.readline().strip()) if given else secret_key.begin_rotation(at.data)
        done = _reseal(*secrets)
        if not given and not done.lost:
            secret_key.end_rotation(at.data)
    typer.echo(f"{done.now} keys have a new seal, {done.already} had it already.")
    if done.lost:
        raise Conflict(
            f"These people have to save their Pipedrive key again, it does not open: {', '.join(done.lost)}."
        )


def _reseal(*secrets: str) -> "Resealed":
    from app import db
    from app.commands import context
    from app.services.accounts import key_rotation
    from app.vault import Vault

    with db.transaction() as session:
        return key_rotation.reseal(session, context.operator(), Vault(*secrets))
