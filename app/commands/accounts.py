"""Accounts, from the console: making one, listing, disabling, a link for a new password."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.models import Role

Email = Annotated[str, typer.Argument(help="The person's e-mail address.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]

ROLES = "CONSULTANT or GOLDEN_TICKET"


def register(app: typer.Typer) -> None:
    """Add `user`."""
    user = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Accounts.")
    for command in (add, list_, disable, reset, second_step_off):
        user.command(command.__name__.strip("_").replace("_", "-"))(command)
    app.add_typer(user, name="user")


def add(
    email: Email,
    name: Annotated[str, typer.Option(help="The name that colleagues see.")],
    role: Annotated[str, typer.Option(help=f"{ROLES}.")] = "CONSULTANT",
    password_stdin: FromStdin = False,
    timezone: Annotated[str, typer.Option(help="For example Europe/Berlin.")] = "UTC",
) -> None:
    """Make an account; the person can sign in at once."""
    from app import db
    from app.commands import context
    from app.services.accounts import user_profile, users

    wanted = _role(role)
    password = context.secret_word("Password", stdin=password_stdin)
    draft = user_profile.draft_of(email, name, timezone)
    with context.opened(), db.transaction() as session:
        user = users.add(session, draft, wanted, password)
        typer.echo(f"{user.name} can sign in as {user.email} ({user.role.value}).")


def list_() -> None:
    """Everybody with an account."""
    from app import db
    from app.commands import context
    from app.services.accounts import users

    with context.opened(), db.reading() as session:
        rows = [
            (user.email, user.name, user.role.value, "active" if user.active else "disabled")
            for user in users.colleagues(session, context.operator())
        ]
    context.table(("E-mail", "Name", "Role", ""), rows)


def disable(email: Email) -> None:
    """Stop an account at once; contacts and history stay."""
    from app import db
    from app.commands import context
    from app.services.accounts import users

    with context.opened(), db.transaction() as session:
        user = users.disable(session, context.operator(), context.colleague(session, email).id)
        typer.echo(f"{user.name} is signed out everywhere and cannot sign in any more.")


def reset(email: Email) -> None:
    """Print a link with which somebody chooses a new password within the hour."""
    from app import db
    from app.commands import context
    from app.services.accounts import users

    with context.opened() as at, db.transaction() as session:
        token = users.reset_link(session, context.operator(), context.colleague(session, email).id)
    typer.echo(f"This link works once, for an hour: {at.settings.address}/reset/{token}")


def second_step_off(email: Email) -> None:
    """Let somebody in with the password alone who lost both authenticator and codes on paper."""
    from app import db
    from app.commands import context
    from app.services.accounts import two_factor

    with context.opened(), db.transaction() as session:
        user = two_factor.take_off(session, context.operator(), context.colleague(session, email).id)
        typer.echo(f"{user.name} signs in with the password alone now.")


def _role(text: str) -> "Role":
    from app.models import Role

    try:
        return Role(text.upper())
    except ValueError:
        raise typer.BadParameter(f"The role is {ROLES}.") from None
