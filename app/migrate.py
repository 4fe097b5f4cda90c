"""Brings a database to the schema that this release knows: all of it or nothing, one starter at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

MIGRATIONS = Path(__file__).parent.parent / "migrations"

# any number works as long as every release uses the same
LOCK = 7_041_776


class NewerDatabase(Exception):
    """The database has seen a newer release than this one; serving it could lose data."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at revision {revision}, which this release does not know. "
            "Start the newer release, or restore a backup from before the upgrade."
        )


class OlderDatabase(Exception):
    def __init__(self) -> None:
        super().__init__("The database is older than this release. Run `pipedriven migrate` first.")


def upgrade(url: str) -> list[str]:
    """Apply what is missing, in one transaction, and name it. Two starters take turns; the second finds nothing to do."""
    with _locked(url) as connection:
        before = current(connection)
        known = _known(before)
        if before != known[-1]:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return known[known.index(before) + 1 if before else 0 :]


def check(url: str) -> None:
    """Raise NewerDatabase or OlderDatabase unless the schema is the one that we know."""
    with _locked(url) as connection:
        found = current(connection)
        if found != _known(found)[-1]:
            raise OlderDatabase


def current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    return _known(None)[-1]


def drift(connection: Connection) -> None:
    """Raise when models and migrations describe different tables (the check of `alembic check`)."""
    config = _config()
    config.attributes["connection"] = connection
    command.check(config)


def _known(revision: str | None) -> list[str]:
    script = ScriptDirectory.from_config(_config())
    known = [step.revision for step in reversed(list(script.walk_revisions()))]
    if revision is not None and revision not in known:
        raise NewerDatabase(revision)
    return known


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@contextmanager
def _locked(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            yield connection
    finally:
        engine.dispose()
