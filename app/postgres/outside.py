"""A server that somebody else runs: we connect once to see that it is there, new enough, and lets us in."""

import re
from urllib.parse import unquote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from app.postgres.binaries import OLDEST
from app.postgres.errors import PostgresTrouble

SCHEME = re.compile(r"^(postgresql(\+psycopg)?|postgres)://")


def check(database_url: str) -> tuple[str, int]:
    """Connect to the server and return its plain URL and major version.

    Raises PostgresTrouble, whose sentence never holds the password.
    """
    if not SCHEME.match(database_url):
        raise PostgresTrouble("DATABASE_URL must start with postgresql://.")
    url = SCHEME.sub("postgresql://", database_url)
    try:
        parts = conninfo_to_dict(url)
        with psycopg.connect(url, connect_timeout=5) as connection:
            major = connection.info.server_version // 10_000
    except psycopg.ProgrammingError:
        raise PostgresTrouble("DATABASE_URL cannot be read as the address of a PostgreSQL database.") from None
    except psycopg.OperationalError as error:
        raise PostgresTrouble(
            f"The database in DATABASE_URL cannot be used: {_reason(error, parts.get('password'))}."
        ) from None
    if major < OLDEST:
        raise PostgresTrouble(
            f"The server in DATABASE_URL is PostgreSQL {major}, and Pipedriven needs {OLDEST} or newer."
        )
    return url, major


def _reason(error: psycopg.Error, password: object) -> str:
    """Keep the server's own words, the first line of them, unless they repeat the password."""
    reason = re.split(r"failed: |FATAL: +", str(error).strip().splitlines()[0])[-1].rstrip(".")
    secret = str(password or "")
    return "it refused us" if secret and secret in unquote(reason) else reason
