"""A database that exists for the length of a block, beside the real one on the same server."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from app.backups.errors import BackupTrouble
from app.postgres import Server

PREFIX = "pipedriven_scratch_"


@contextmanager
def database(server: Server) -> Iterator[str]:
    """The address of an empty database, gone afterwards; those that a kill left behind go too."""
    name = PREFIX + secrets.token_hex(6)
    _clear(server)
    _do(server, sql.SQL("create database {} template template0").format(sql.Identifier(name)))
    try:
        yield make_url(server.url).set(database=name).render_as_string(hide_password=False)
    finally:
        _drop(server, name)


def _clear(server: Server) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        left = connection.execute(
            "select datname from pg_database where starts_with(datname, %s) and pg_has_role(datdba, 'member')", [PREFIX]
        ).fetchall()
        for (name,) in left:
            # somebody else's verification may be under way
            with suppress(psycopg.errors.ObjectInUse):
                connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))


def _drop(server: Server, name: str) -> None:
    _do(server, sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _do(server: Server, statement: sql.Composed) -> None:
    try:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        raise BackupTrouble(
            "This needs a scratch database, and the role in DATABASE_URL may not create one; grant it CREATEDB."
        ) from None
