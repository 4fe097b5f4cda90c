"""Brings a database to the schema that this release knows: all of it or nothing, one starter at a time.

Alembic is imported when there is something to migrate: nearly every start finds nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, text

from app.postgres import serving_role

if TYPE_CHECKING:
    import psycopg
    from alembic.config import Config

# a wheel carries them inside of the package (setup.py), the repository has them beside it
INSIDE = Path(__file__).with_name("_migrations")
MIGRATIONS = INSIDE if INSIDE.is_dir() else Path(__file__).parent.parent / "migrations"

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


def upgrade(url: str, serving: str | None = None) -> list[str]:
    """Apply what is missing, in one transaction, and name it. Two starters take turns; the second finds nothing to do.

    `serving` is the role that serves, where it is another than that of `url`: it is given what it needs.
    """
    with _locked(url) as connection:
        before = current(connection)
        steps = _knowing(before)
        if before != steps[-1]:
            from alembic import command

            command.upgrade(_config(connection), "head")
        if serving:
            serving_role.allow(connection, serving)
        return steps[steps.index(before) + 1 if before else 0 :]


def check(url: str, serving: str | None = None) -> None:
    """Raise NewerDatabase or OlderDatabase unless the schema is the one that we know; `serving` as in `upgrade`."""
    with _locked(url) as connection:
        found = current(connection)
        if found != _knowing(found)[-1]:
            raise OlderDatabase
        if serving:
            serving_role.allow(connection, serving)


def current(connection: Connection) -> str | None:
    """The revision that this connection's database is at; None before the first one."""
    driver = connection.connection.driver_connection
    return revision_of(driver) if driver else None


def revision_of(connection: "psycopg.Connection[tuple[object, ...]]") -> str | None:
    """The revision that the database is at; None before the first one."""
    there = connection.execute("select to_regclass('public.alembic_version')").fetchone()
    row = (
        connection.execute("select version_num from public.alembic_version").fetchone() if there and there[0] else None
    )
    return str(row[0]) if row else None


def head() -> str:
    return known()[-1]


def known() -> list[str]:
    """The revisions of this release, oldest first: each migration's file begins with its own."""
    return sorted(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def drift(connection: Connection) -> None:
    """Raise when models and migrations describe different tables (the check of `alembic check`)."""
    from alembic import command

    command.check(_config(connection))


def _knowing(revision: str | None) -> list[str]:
    found = known()
    if revision is not None and revision not in found:
        raise NewerDatabase(revision)
    return found


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
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
