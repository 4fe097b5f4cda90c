"""A server that somebody else runs: we connect once to see that it is there, new enough, and lets us in."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from app.postgres.binaries import OLDEST
from app.postgres.errors import PostgresTrouble

SCHEME = re.compile(r"^(postgresql(\+psycopg)?|postgres)://")


@dataclass(frozen=True)
class Outside:
    """A database that lets us in: its plain URL, its server's major version, as whom, and which one it is."""

    url: str
    major: int
    role: str
    identity: tuple[object, ...]


def check(database_url: str, name: str = "DATABASE_URL") -> Outside:
    """Connect to the database that the variable `name` holds, and say what it is.

    Raises PostgresTrouble, whose sentence never holds the password.
    """
    if not SCHEME.match(database_url):
        raise PostgresTrouble(f"{name} must start with postgresql://.")
    url = SCHEME.sub("postgresql://", database_url)
    try:
        parts = conninfo_to_dict(url)
        with psycopg.connect(url, connect_timeout=5) as connection:
            major, role = connection.info.server_version // 10_000, connection.info.user
            identity = connection.execute("select current_database(), pg_postmaster_start_time()").fetchone() or ()
    except psycopg.ProgrammingError:
        raise PostgresTrouble(f"{name} cannot be read as the address of a PostgreSQL database.") from None
    except psycopg.OperationalError as error:
        raise PostgresTrouble(
            f"The database in {name} cannot be used: {_reason(error, parts.get('password'))}."
        ) from None
    if major < OLDEST:
        raise PostgresTrouble(f"The server in {name} is PostgreSQL {major}, and Pipedriven needs {OLDEST} or newer.")
    return Outside(url, major, role, identity)


def check_same(owner: Outside, served: Outside) -> None:
    """Raise PostgresTrouble unless both are one database with a role each."""
    if owner.identity != served.identity:
        raise PostgresTrouble("MIGRATE_URL and DATABASE_URL name two databases; they have to be two roles of one.")
    if owner.role == served.role:
        raise PostgresTrouble(
            "MIGRATE_URL and DATABASE_URL name the same role; give DATABASE_URL one that owns nothing."
        )


def _reason(error: psycopg.Error, password: object) -> str:
    """Keep the server's own words, the first line of them, unless they repeat the password."""
    reason = re.split(r"failed: |FATAL: +", str(error).strip().splitlines()[0])[-1].rstrip(".")
    secret = str(password or "")
    return "it refused us" if secret and secret in unquote(reason) else reason
