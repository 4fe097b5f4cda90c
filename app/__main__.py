"""The command line: `pipedriven`, or `python -m app`.

0 is done, 1 is trouble, 2 is a command that we do not understand; trouble is one plain sentence on stderr.
Modules are imported inside the commands, so that `--help` answers at once.
"""

import os
import sys

import typer

from app.commands import accounts, backups, contacts, demo, health, keys, run, shell, sync

OK, TROUBLE, MISUSE = 0, 1, 2


def cli() -> None:
    """What `pipedriven` runs."""
    os.umask(0o077)
    sys.exit(run_command(sys.argv[1:]))


def run_command(words: list[str]) -> int:
    """Run one command and give its exit code; whatever is expected to go wrong becomes a sentence."""
    try:
        answer = typer.main.get_command(build()).main(words, prog_name="pipedriven", standalone_mode=False)
    except (typer.TyperException, typer.Abort) as wrong:
        return _refused(wrong)
    except BrokenPipeError:
        # whoever read our output has gone, as in `pipedriven export | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return TROUBLE
    except KeyboardInterrupt:
        return TROUBLE
    except Exception as trouble:
        sentence = _sentence(trouble)
        if sentence is None:
            raise
        return _told(sentence, TROUBLE)
    return answer if isinstance(answer, int) else OK


def build() -> typer.Typer:
    """Every command."""
    app = typer.Typer(
        name="pipedriven",
        help="Whom to contact next and why. Every command has --help.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for part in (run, accounts, contacts, backups, sync, keys, health, demo, shell):
        part.register(app)
    return app


def _refused(wrong: Exception) -> int:
    if isinstance(wrong, typer.Abort):
        return _told("Stopped; nothing was changed.", TROUBLE)
    said = wrong.format_message() if hasattr(wrong, "format_message") else str(wrong)
    if not said.strip() or "\n" in said.strip():
        typer.echo(said, err=True)  # the help page, for a command without words
        return MISUSE
    return _told(f"{said.strip().rstrip('.')}. Try --help.", MISUSE)


def _sentence(trouble: Exception) -> str | None:
    """The plain sentence of an expected trouble; None for a bug."""
    from psycopg import OperationalError
    from psycopg.errors import DuplicateTable, InsufficientPrivilege
    from sqlalchemy.exc import DBAPIError

    from app.backups.errors import BackupTrouble
    from app.errors import Refusal
    from app.migrate import NewerDatabase, OlderDatabase
    from app.postgres import PostgresTrouble
    from app.settings import ConfigTrouble

    if isinstance(trouble, BackupTrouble | Refusal | NewerDatabase | OlderDatabase | PostgresTrouble | ConfigTrouble):
        return str(trouble)
    cause = trouble.orig if isinstance(trouble, DBAPIError) else trouble
    known = {
        OperationalError: "The database was lost on the way; nothing of this command was kept.",
        DuplicateTable: "The database holds tables of another program; give Pipedriven one of its own.",
        InsufficientPrivilege: "The role in DATABASE_URL may not do this; it has to own the database.",
    }
    return next((sentence for kind, sentence in known.items() if isinstance(cause, kind)), None)


def _told(sentence: str, code: int) -> int:
    typer.echo(sentence, err=True)
    return code


if __name__ == "__main__":
    cli()
